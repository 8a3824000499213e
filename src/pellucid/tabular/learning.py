"""Members, blend, calibration, threshold, conformal sets: what one set of training rows gives."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.nn.layers import Activation, Input
from pellucid.tabular.blend import blend_weights
from pellucid.tabular.calibration import Calibration, fit_calibration
from pellucid.tabular.conformal import Conformal, conformal_intervals, conformal_sets
from pellucid.tabular.diagnosis import diagnosis
from pellucid.tabular.evaluation import balanced_threshold, choose_threshold
from pellucid.tabular.features import Features
from pellucid.tabular.linear import train_linear
from pellucid.tabular.links import both_classes, link_of, mean_loss, probabilities_of, scores_of
from pellucid.tabular.members import Members
from pellucid.tabular.options import Options
from pellucid.tabular.predictor import Predictor
from pellucid.tabular.recipe_choice import chosen_recipe, train_networks
from pellucid.tabular.rows import Rows, inner_folds
from pellucid.tabular.schema import infer_schema
from pellucid.tabular.score_layers import MixScores
from pellucid.tabular.task import Task
from pellucid.tabular.ticker import Fit
from pellucid.train.model import Model

# A member that counts for less is dropped: it would cost time at every prediction.
_LEAST_WEIGHT = 0.02
# Rows are predicted in blocks of this many, so that memory stays bounded.
_BLOCK = 65_536
# Of the time of a fit, what the linear member takes at most.
_LINEAR_SHARE = 0.05
_USUAL_COVERAGES = (0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True, eq=False)
class Learned:
    """A predictor, the linear member beside it, and what was said of left-out training rows.

    `left_out` (N, C) or (N,) are calibrated answers, NaN where no member left a row out;
    `linear_left_out` are the linear member's. `schema` says what the columns are. `record` is the
    section `training` of the study. `thresholds` of two classes, by purpose, come from `left_out`.
    """

    predictor: Predictor
    linear: Model
    left_out: np.ndarray
    linear_left_out: np.ndarray
    schema: Any
    record: dict[str, Any]
    thresholds: dict[str, float]
    interrupted: bool = False


def learn(rows: Rows, task: Task, options: Options, fit: Fit | None = None) -> Learned:
    """Learn from all of `rows`: nothing is held out, so nothing is said of how good it is.

    Ctrl-C ends the training of networks early; with none yet, the linear member stands alone.
    """
    fit = fit or Fit()
    start = time.perf_counter()
    targets = [name for name in task.targets if name in rows.table]
    schema = infer_schema(rows.table, target=targets, overrides=options.columns)
    features = Features.fit(rows.table, schema=schema, overrides=options.columns)
    matrix = features.matrix(rows.table)
    candidates, interrupted = _candidates(rows, task, options, features, matrix, fit)
    link = link_of(task)
    left_out = [each.left_out for each in candidates.values()]
    weights = _weights(link, left_out, rows, options)
    pairs = zip(left_out, weights, strict=True)
    blended = [w * probabilities_of(link, each) for each, w in pairs if w > 0]
    scores = scores_of(link, np.sum(blended, axis=0))
    calibration = fit_calibration(
        link,
        scores,
        rows.y,
        method=options.calibration,
        sample_weight=rows.weight,
        seed=options.seed,
    )
    calibrated = calibration.apply(link, scores)
    answers = both_classes(task, probabilities_of(link, calibrated))
    model = assemble(link, list(candidates.values()), weights, calibration, matrix.shape[1])
    thresholds = thresholds_of(task, rows.y, answers)
    predictor = Predictor(
        task,
        features,
        model,
        options.threshold or thresholds.get("youden", 0.5),
        conformal=_conformal(task, rows.y, answers, options),
        abstention=options.abstain,
    )
    record = _record(candidates, weights, calibration, time.perf_counter() - start)
    record["left_out_loss"] = {
        name: mean_loss(link, each.left_out, rows.y, rows.weight)
        for name, each in candidates.items()
    }
    linear = candidates["linear"]
    inside = model.predict(matrix, batch_size=_BLOCK, verbose=0)
    record["diagnosis"] = diagnosis(link, rows.y, inside, calibrated, linear.left_out, rows.weight)
    return Learned(
        predictor,
        linear.model,
        answers,
        both_classes(task, probabilities_of(link, linear.left_out)),
        schema,
        record,
        thresholds,
        interrupted,
    )


def _candidates(
    rows: Rows, task: Task, options: Options, features: Features, matrix: np.ndarray, fit: Fit
) -> tuple[dict[str, Members], bool]:
    """The linear member and the networks, by name, and whether Ctrl-C was pressed."""
    recipe = chosen_recipe(options.recipe, epochs=options.epochs)
    repeats = recipe.repeats(len(rows))
    folds = inner_folds(rows, task, options.folds, repeats, options.seed)
    linear = train_linear(
        task,
        features,
        matrix,
        rows.y,
        folds[: len(folds) // repeats],
        sample_weight=rows.weight,
        on_progress=lambda done: fit.tell("linear", _LINEAR_SHARE * done),
    )
    networks, interrupted = train_networks(
        recipe,
        task,
        features,
        matrix,
        rows.y,
        folds,
        budget=options.budget,
        sample_weight=rows.weight,
        seed=options.seed,
        on_progress=_watch(fit, options.budget),
    )
    return {**networks, "linear": linear}, interrupted


def _watch(fit: Fit, budget: float | None) -> Callable[[Any], None]:
    """Turns the epochs of a recipe, or the seconds of a search, into the share of a fit."""
    start = time.perf_counter()

    def tell(at: Any) -> None:
        share = at.epoch / at.n_epochs
        if budget is not None:
            share = min(1.0, (time.perf_counter() - start) / budget)
        fit.tell("network", _LINEAR_SHARE + (1 - _LINEAR_SHARE) * share, at.loss)

    return tell


def _weights(link: Any, left_out: Sequence[np.ndarray], rows: Rows, options: Options) -> np.ndarray:
    found = blend_weights(link, left_out, rows.y, sample_weight=rows.weight, seed=options.seed)
    found = np.where(found < _LEAST_WEIGHT, 0.0, found)
    return np.asarray(found / found.sum())


def assemble(
    link: Any,
    members: Sequence[Members],
    weights: np.ndarray,
    calibration: Calibration,
    n_columns: int,
) -> Model:
    """One model of raw columns (N, C): members, their blend, calibration, the answer (N, K).

    What follows the members is float64: a float32 probability next to 1 has no digits left for
    what it lacks.
    """
    columns = Input((n_columns,), dtype="float64", name="columns")
    used = [(each, float(w)) for each, w in zip(members, weights, strict=True) if w > 0]
    for number, (each, _) in enumerate(used, 1):
        each.model.name = f"{each.model.name}_{number}"
    scores = [each.model(columns) for each, _ in used]
    # Also of one member alone: the layer is where float64 begins.
    mixed = MixScores([w for _, w in used], link, name="blend", dtype="float64")(scores)
    for layer in calibration.layers(link):
        mixed = layer(mixed)
    name = "linear" if link == "identity" else link
    return Model(columns, Activation(name, name="answer", dtype="float64")(mixed), name="predictor")


def thresholds_of(task: Task, y: np.ndarray, answers: np.ndarray) -> dict[str, float]:
    """Thresholds by purpose from left-out answers (N, 2); none but for two classes."""
    if task.kind != "binary":
        return {}
    seen = np.isfinite(answers).all(axis=1)
    truth, score = y[seen] == 1, answers[seen, 1]
    found = {
        "youden": balanced_threshold(truth, score),
        "sensitivity_95": choose_threshold(truth, score, "sensitivity", 0.95),
        "specificity_95": choose_threshold(truth, score, "specificity", 0.95),
    }
    return {name: float(np.clip(each, 1e-6, 1 - 1e-6)) for name, each in found.items()}


def _conformal(
    task: Task, y: np.ndarray, answers: np.ndarray, options: Options
) -> tuple[Conformal, ...]:
    if task.kind == "multilabel":
        return ()
    make: Any = conformal_sets if task.is_classification else conformal_intervals
    # A user of the model may want another promise than the one that was asked for first.
    coverages = dict.fromkeys((options.coverage, *_USUAL_COVERAGES))
    return tuple(make(answers, y, coverage=each) for each in coverages)


def _record(
    candidates: dict[str, Members], weights: np.ndarray, calibration: Calibration, seconds: float
) -> dict[str, Any]:
    records = {name: each.record for name, each in candidates.items()}
    first = next(iter(records.values()))
    return {
        "recipe": first["recipe"],
        "members": len(first["epochs"]),
        "epochs": first["epochs"],
        "curves": first["curves"],
        "seconds": seconds,
        "candidates": records,
        "blend": dict(zip(candidates, weights.tolist(), strict=True)),
        "calibration": calibration.to_json(),
    }


def with_about(learned: Learned, about: dict[str, Any]) -> Learned:
    """The same, its predictor carrying the study."""
    return replace(learned, predictor=replace(learned.predictor, about=about))
