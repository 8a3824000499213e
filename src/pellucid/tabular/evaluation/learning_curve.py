"""What more rows would bring, and whether a network learned too little or too much."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.data.splits import kfold
from pellucid.errors import ArgumentError
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.measure import case_losses
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.task import Task

Fit = Callable[[np.ndarray, np.ndarray], np.ndarray]

SHARES = (0.125, 0.25, 0.5, 1.0)
_LEAST_ROWS = 16
# A rise by more than this part of what has been learned says: too much of it by heart.
_LARGE_GAP = 0.3
_LARGE_RISE = 0.1
_STILL_FALLING = 0.01
_NOTHING_LEARNED = 0.02


def learning_curve(
    task: Task,
    y: np.ndarray,
    fit: Fit,
    *,
    shares: Sequence[float] = SHARES,
    n_folds: int = 3,
    groups: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Loss on rows learned from and on others, for growing numbers of rows to learn from.

    `fit(learned, asked)` learns from the rows `learned` (numbers, rising) and predicts the rows
    `asked`, as `evaluate` takes predictions; it is called `n_folds` times for each of `shares` in
    (0, 1]. Each fold is predicted once at each size, by a model that learned from that share of the
    other folds, classes in proportion, smaller shares inside larger ones; `groups` (N,) stay whole.
    Shares of fewer than 16 rows, or without all classes, are passed over.

    A dict to be stored as JSON: `loss` (`log_loss` or `mse`), `points`, rising in `n` (mean rows
    learned from), with `train` and `valid` {value, low, high}, bootstrap over cases; `gain`
    {value, low, high}, by how much the last step lowered the loss, case by case; and `text_key`:
    `rising` if that is more than chance and 1 % of the loss, so that more rows should help, `flat`
    if not, `short` with fewer than two points.

    Raises `ArgumentError` for shares out of range.

    >>> y = np.arange(90.0) % 9
    >>> def fit(learned, asked):
    ...     return np.full(len(asked), y[learned].mean())
    >>> curve = learning_curve(Task("y", "regression"), y, fit)
    >>> [point["n"] for point in curve["points"]], curve["loss"]
    ([30, 60], 'mse')
    """
    if not shares or not all(0 < share <= 1 for share in shares):
        raise ArgumentError("learning_curve.shares", expected="in (0, 1]", received=shares)
    strata = y if task.kind in ("binary", "multiclass") else None
    folds = kfold(len(y), n_folds, stratify=strata, groups=groups, seed=seed)
    random = np.random.Generator(np.random.Philox(seed))
    order = _order(len(y), strata, groups, random)
    resampling = Resampling(len(y), groups=groups, weights=weights, seed=seed)
    points, losses = [], []
    for share in sorted(shares):
        parts = [_first(learned, order, share) for learned, _ in folds]
        if not all(_suffices(task, y[part], y) for part in parts):
            continue
        train, valid = _losses(task, y, fit, parts, [held for _, held in folds])
        points.append(_point(parts, train, resampling.estimate(resampling.mean(valid))))
        losses.append(valid)
    loss = "log_loss" if task.is_classification else "mse"
    return {"loss": loss, "points": points, **_gain(losses, resampling)}


def diagnose(
    train: Sequence[Any],
    valid: Sequence[Any],
    *,
    constant: float | None = None,
    linear: float | None = None,
) -> dict[str, Any]:
    """Whether a network fits, overfits or underfits, from its losses after each epoch.

    `train` and `valid` are losses by epoch, or a list of such curves, one a member, whose means are
    taken as far as all go. `constant` and `linear` are the losses, on rows left out, of the same
    answer for all and of a linear model. What has been learned is constant - loss, with the first
    epoch's loss for want of a constant. At the epoch of the lowest `valid`,

    - `overfits`: `train` shows 30 % more learned than `valid` does; or `valid` ends 10 % above its
      lowest;
    - `underfits`: less than 2 % of the constant's loss is learned even on `train`; or `train` is
      5 % above `linear`; or `valid` still fell by 1 % in the last tenth of the epochs;
    - `fits`: neither.

    A dict to be stored as JSON: `kind`, `text_key` (the same), `reasons` (keys: `gap`, `rise`,
    `nothing_learned`, `worse_than_linear`, `still_falling`), `try` (keys: `more_rows`,
    `fewer_columns`, `smaller_network`, `more_regularisation`, `early_stopping`, `larger_network`,
    `less_regularisation`, `more_epochs`, `other_columns`), and `figures`: train, valid, gap, rise,
    best_epoch (from 1), n_epochs, and constant and linear if given.

    Raises `ArgumentError` for curves that are empty, not finite or of different lengths.

    >>> found = diagnose([0.6, 0.3, 0.1, 0.02], [0.6, 0.45, 0.5, 0.7], constant=0.69)
    >>> found["kind"], found["reasons"], found["figures"]["best_epoch"]
    ('overfits', ['gap', 'rise'], 2)
    """
    train_curve, valid_curve = _mean_curve("train", train), _mean_curve("valid", valid)
    lengths = len(train_curve), len(valid_curve)
    if lengths[0] != lengths[1]:
        raise ArgumentError("diagnose", expected="curves of one length", received=lengths)
    best = int(valid_curve.argmin())
    learned_from, left_out = float(train_curve[best]), float(valid_curve[best])
    start = float(valid_curve[0]) if constant is None else constant
    rise = float(valid_curve[-1]) - left_out
    over = {
        "gap": left_out - learned_from > _LARGE_GAP * max(start - learned_from, 1e-12),
        "rise": rise > _LARGE_RISE * left_out,
    }
    under = {
        "nothing_learned": constant is not None
        and constant - learned_from < _NOTHING_LEARNED * constant,
        "worse_than_linear": linear is not None and learned_from > 1.05 * linear,
        "still_falling": _still_falls(valid_curve),
    }
    # Who has learned nothing has nothing by heart, whatever the curves do.
    kind = "overfits" if any(over.values()) and not under["nothing_learned"] else "fits"
    if kind == "fits" and any(under.values()):
        kind = "underfits"
    reasons = {"overfits": over, "underfits": under, "fits": {}}[kind]
    figures: dict[str, float] = {"train": learned_from, "valid": left_out}
    figures |= {"gap": left_out - learned_from, "rise": rise}
    figures |= {"best_epoch": best + 1, "n_epochs": len(valid_curve)}
    known = {"constant": constant, "linear": linear}
    figures |= {name: each for name, each in known.items() if each is not None}
    true = [name for name, is_so in reasons.items() if is_so]
    return {
        "kind": kind,
        "text_key": kind,
        "reasons": true,
        "try": _advice(true),
        "figures": figures,
    }


_ADVICE = {
    "gap": ("more_rows", "more_regularisation", "smaller_network", "fewer_columns"),
    "rise": ("early_stopping", "more_regularisation"),
    "nothing_learned": ("other_columns", "larger_network", "less_regularisation", "more_epochs"),
    "worse_than_linear": ("larger_network", "less_regularisation", "more_epochs"),
    "still_falling": ("more_epochs",),
}


def _advice(reasons: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(each for reason in reasons for each in _ADVICE[reason]))


def _order(
    n: int, strata: np.ndarray | None, groups: np.ndarray | None, random: np.random.Generator
) -> np.ndarray:
    """A number (N,) for each row; the rows of lowest numbers are the ones to learn from first.

    Within each class its rank in random order over the class's size, so that any part has all
    classes in proportion; with groups the group's place in random order.
    """
    if groups is not None:
        codes = np.unique(groups, return_inverse=True)[1].reshape(n)
        return random.permutation(int(codes.max()) + 1)[codes].astype(np.float64)
    key = random.random(n)
    classes = np.zeros(n, dtype=np.int64) if strata is None else strata
    order = np.lexsort((key, classes))
    sizes = np.bincount(classes)
    rank = np.arange(n) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.empty(n)
    place[order] = (rank + key[order]) / np.repeat(sizes, sizes)
    return place


def _first(learned: np.ndarray, order: np.ndarray, share: float) -> np.ndarray:
    """That share of the rows; of equal numbers (a group) all or none, but for the last."""
    n = round(share * len(learned))
    if n >= len(learned):
        return learned
    limit = np.sort(order[learned])[max(n, 1) - 1]
    return learned[order[learned] <= limit]


def _suffices(task: Task, part: np.ndarray, y: np.ndarray) -> bool:
    if len(part) < _LEAST_ROWS:
        return False
    return task.kind not in ("binary", "multiclass") or len(np.unique(part)) == len(np.unique(y))


def _losses(
    task: Task, y: np.ndarray, fit: Fit, parts: Sequence[np.ndarray], held: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """The losses on the rows learned from, fold after fold, and those of each row left out (N,)."""
    train, valid = [], np.full(len(y), np.nan)
    for learned, asked in zip(parts, held, strict=True):
        both = np.concatenate([learned, asked])
        losses = case_losses(task, y[both], fit(learned, both))
        train.append(losses[: len(learned)])
        valid[asked] = losses[len(learned) :]
    return np.concatenate(train), valid


def _point(parts: Sequence[np.ndarray], train: np.ndarray, valid: Estimate) -> dict[str, Any]:
    n = round(float(np.mean([len(part) for part in parts])))
    half = 1.96 * float(train.std()) / float(np.sqrt(len(train)))
    mean = float(train.mean())
    within = Estimate(mean, mean - half, mean + half)
    return {"n": n, "train": within.to_json(), "valid": valid.to_json()}


def _gain(losses: Sequence[np.ndarray], resampling: Resampling) -> Mapping[str, Any]:
    if len(losses) < 2:
        return {"gain": Estimate(float("nan")).to_json(), "text_key": "short"}
    gain = resampling.estimate(resampling.mean(losses[-2] - losses[-1]))
    loss = float(resampling.mean(losses[-1])[0])
    rising = gain.low > 0 and gain.value > _STILL_FALLING * loss
    return {"gain": gain.to_json(), "text_key": "rising" if rising else "flat"}


def _mean_curve(name: str, curves: Sequence[Any]) -> np.ndarray:
    nested = bool(len(curves)) and isinstance(curves[0], Sequence | np.ndarray)
    each = [np.asarray(curve, dtype=np.float64) for curve in (curves if nested else [curves])]
    shortest = min((len(curve) for curve in each), default=0)
    if not shortest or not all(np.isfinite(curve).all() for curve in each):
        raise ArgumentError(
            f"diagnose.{name}", expected="one finite loss an epoch or more", received=curves
        )
    return np.mean([curve[:shortest] for curve in each], axis=0)


def _still_falls(valid: np.ndarray) -> bool:
    last = max(len(valid) // 10, 1)
    before = valid[: len(valid) - last]
    if len(valid) < 5 or not len(before):
        return False
    return bool(before.min() - valid[-last:].min() > _STILL_FALLING * before.min())
