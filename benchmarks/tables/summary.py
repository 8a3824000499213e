"""What the runs say together: ranks, wins, how far behind the best, times, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.tables.learners import LEARNERS, OURS
from benchmarks.tables.store import Store

# The figure to be small or great, and that of the second table, by what is predicted.
LOSS = {True: "log_loss", False: "rmse"}
RANKING = {True: "auroc", False: "r2"}
BEHIND = 0.02
_FEWEST = 5


def is_classes(store: Store, table: str) -> bool:
    """Whether classes are predicted."""
    return int(store.tables[table]["classes"]) > 0


def finished(store: Store, learner: str) -> set[str]:
    """The tables of which a learner did all folds."""
    return {
        table
        for table, facts in store.tables.items()
        if len(store.folds(table, learner)) == facts["n_folds"]
    }


def ranked(store: Store) -> list[str]:
    """The learners to be ranked: our default and every peer that finished tables enough.

    Five, or half of those that ours finished: with fewer, next to nothing would be shared by all.
    """
    least = max(min(_FEWEST, len(finished(store, OURS)) / 2), 1)
    return [
        name
        for name, each in LEARNERS.items()
        if (name == OURS or not each.ours) and len(finished(store, name)) >= least
    ]


def common(store: Store, learners: Sequence[str]) -> list[str]:
    """The tables that all these learners finished, by size."""
    shared = set.intersection(*(finished(store, name) for name in learners)) if learners else set()
    return sorted(shared, key=lambda table: (store.tables[table]["rows"], table))


def whole(store: Store, learners: Sequence[str]) -> list[str]:
    """Those of the learners that finished every table that ours finished."""
    ours = finished(store, OURS)
    return [name for name in learners if ours and ours <= finished(store, name)]


def mean_ranks(
    store: Store, learners: Sequence[str], tables: Sequence[str], *, loss: bool
) -> dict[str, float]:
    """The mean over the tables of each learner's rank, 1 the best, ties shared.

    By log-loss or RMSE, or by AUROC or R².
    """
    ranks = np.zeros((len(tables), len(learners)))
    for row, table in enumerate(tables):
        figure = (LOSS if loss else RANKING)[is_classes(store, table)]
        values = np.array([store.mean(table, name, figure) for name in learners])
        if not loss:
            values = -values
        ranks[row] = [(values < v).sum() + ((values == v).sum() + 1) / 2 for v in values]
    return dict(zip(learners, ranks.mean(axis=0).tolist(), strict=True)) if tables else {}


@dataclass(frozen=True)
class Duel:
    """Ours and one other, on the tables that both finished.

    `better` and `equal` count tables by log-loss or RMSE; `ratio` is the median of our loss divided
    by theirs, `times` the median of their seconds divided by ours.
    """

    other: str
    n: int
    better: int
    equal: int
    ratio: float
    times: float


def duels(store: Store) -> list[Duel]:
    """Our default against every other learner that finished a table of ours."""
    found = []
    for other in LEARNERS:
        tables = common(store, [OURS, other]) if other != OURS else []
        if not tables:
            continue
        figures = [LOSS[is_classes(store, table)] for table in tables]
        pairs = list(zip(tables, figures, strict=True))
        own = np.array([store.mean(*_each(pair, OURS)) for pair in pairs])
        their = np.array([store.mean(*_each(pair, other)) for pair in pairs])
        times = [store.seconds(table, other) / store.seconds(table, OURS) for table in tables]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = float(np.nanmedian(own / their))
        better, equal = int((own < their).sum()), int((own == their).sum())
        found.append(Duel(other, len(tables), better, equal, ratio, float(np.median(times))))
    return found


def _each(pair: tuple[str, str], learner: str) -> tuple[str, str, str]:
    return pair[0], learner, pair[1]


def behind(store: Store, learners: Sequence[str], tables: Sequence[str]) -> dict[str, float]:
    """By how much our log-loss exceeds that of the best learner, for each table of classes."""
    found = {}
    for table in tables:
        if is_classes(store, table):
            best = min(store.mean(table, name, "log_loss") for name in learners)
            found[table] = store.mean(table, OURS, "log_loss") / max(best, 1e-6) - 1
    return found


def mean_calibration(
    store: Store, learners: Sequence[str], tables: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Mean calibration error over the tables, as probabilities come and after a temperature."""
    known = [t for t in tables if all(n in store.calibration.get(t, {}) for n in learners)]
    if not known:
        return {}
    rows = {name: [store.calibration[table][name] for table in known] for name in learners}
    return {
        name: tuple(float(np.mean([row[key] for row in each])) for key in ("ece", "ece_after"))  # type: ignore[misc]
        for name, each in rows.items()
    }
