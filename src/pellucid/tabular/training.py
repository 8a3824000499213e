"""From a table to a predictor, and to what it is worth on rows that had no part in it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.tabular.evaluation import Estimate, Evaluation
from pellucid.tabular.held_out import HeldOut, ask, joined
from pellucid.tabular.judging import Judged, judge
from pellucid.tabular.learning import Learned, learn, with_about
from pellucid.tabular.options import Options
from pellucid.tabular.predictor import Predictor
from pellucid.tabular.rows import Parts, Rows, check_parts, outer_parts
from pellucid.tabular.study import make_study, training_study
from pellucid.tabular.task import Task, infer_task
from pellucid.tabular.ticker import Progress, Report, Ticker

Asked = list[tuple[Predictor, np.ndarray]]

__all__ = ["Outcome", "Progress", "fit_predictor", "train_predictor"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """A predictor, and what was found on the rows held out.

    `held_out` are their numbers in the table, from 0. `network`, `linear` and `constant` are the
    figures of the predictor, of regularised logistic (for numbers: ridge) regression on the same
    features, and of the same answer for every row, all on these rows, each looked at once.
    `balanced` is the predictor at the threshold of the largest sensitivity + specificity, for two
    classes. `difference` is how much lower (better, if positive) the network's mean log-loss, or
    squared error, is than the linear model's. `external` has the predictor's figures on tables of
    elsewhere. `study` is everything in JSON's types: the model file and the report hold it.
    `interrupted` says that Ctrl-C ended training early.
    """

    predictor: Predictor
    held_out: np.ndarray
    n_train: int
    n_dropped: int
    network: Evaluation
    linear: Evaluation
    constant: Evaluation
    difference: Estimate
    balanced: Evaluation | None = None
    external: Mapping[str, Evaluation] = field(default_factory=dict)
    study: Mapping[str, Any] = field(default_factory=dict)
    interrupted: bool = False

    def to_json(self) -> dict[str, Any]:
        """The study, and the numbers of the rows held out, from 1."""
        # Counted from 1, as a person counts the rows below the header.
        return {**self.study, "held_out_rows": (self.held_out + 1).tolist()}


def train_predictor(
    table: Table,
    target: str | Sequence[str] | None = None,
    *,
    on_progress: Report | None = None,
    **options: Any,
) -> Outcome:
    """Train on a part of the rows of a table, and measure on the others.

    Rows without a value of `target`, one column or several, are dropped. Of the others a part is
    held out: it decides nothing, neither features nor epochs, blend, calibration or threshold. The
    `options` are the fields of `Options`, all with defaults: what part and how, what is learned.
    `on_progress` is told how far it has come. Ctrl-C ends training with the best so far.

    Raises `DataError` for a table or a target that cannot be learned, and `ArgumentError` for
    arguments out of range. The same seed gives the same result.

    >>> from pellucid.data import read_table
    >>> from pellucid.data.datasets import wisconsin_original_csv
    >>> table = read_table(wisconsin_original_csv())
    >>> outcome = train_predictor(table, "class", group="id", epochs=32)
    >>> outcome.network["auc"].value > 0.98, outcome.n_train
    (True, 559)
    """
    start, chosen = time.perf_counter(), Options(**options)
    task = infer_task(table, target or chosen.columns.target, overrides=chosen.columns)
    rows = Rows.of(table, task, chosen)
    parts = outer_parts(rows, task, chosen)
    run = _Run(table, task, chosen, rows, parts, Ticker(on_progress, _n_fits(parts)))
    learned, held, asked = run.cross_validate() if parts.kind == "cv" else run.hold_out()
    run.ticker.after(0.0)
    known = np.arange(len(rows)) if parts.kind == "cv" else parts.pairs[0][0]
    judged = judge(learned, held, rows, chosen, asked, known)
    study = make_study(table, rows, parts, chosen, learned, judged)
    study["seconds"] = time.perf_counter() - start
    learned = with_about(learned, study)
    run.ticker.after(1.0)
    return _outcome(table, rows, parts, learned, held, judged, study)


def fit_predictor(
    table: Table,
    task: Task,
    *,
    on_progress: Report | None = None,
    **options: Any,
) -> Predictor:
    """A predictor learned from all rows of a table that have a value of the target.

    `options` are the fields of `Options`. Nothing is held out, so nothing is said about how good it
    is.
    """
    chosen = Options(**options)
    rows = Rows.of(table, task, chosen)
    learned = learn(rows, task, chosen, Ticker(on_progress, 1).fit(1))
    return with_about(learned, training_study(table, rows, chosen, learned)).predictor


def _n_fits(parts: Parts) -> int:
    return 1 if parts.kind != "cv" else 1 + len(parts.pairs)


@dataclass(frozen=True, eq=False)
class _Run:
    """One training: the rows, the parts, who is told."""

    table: Table
    task: Task
    options: Options
    rows: Rows
    parts: Parts
    ticker: Ticker

    def hold_out(self) -> tuple[Learned, HeldOut, Asked]:
        """Learn from one part, ask about the other."""
        ((train, test),) = self.parts.pairs
        self._check(train, test)
        known = self.rows.take(train)
        learned = learn(known, self.task, self.options, self.ticker.fit(1))
        said = ask(learned, known.y, self.rows.take(test), test)
        return learned, said, [(learned.predictor, test)]

    def cross_validate(self) -> tuple[Learned, HeldOut, Asked]:
        """Learn from all rows; and from all but each part, to ask about that.

        All rows come first: Ctrl-C leaves a predictor, measured on the parts there are by then.
        """
        whole = learn(self.rows, self.task, self.options, self.ticker.fit(1))
        asked: list[HeldOut] = []
        thresholds: list[dict[str, float]] = []
        speakers: Asked = []
        for number, (train, test) in enumerate(self.parts.pairs, 1):
            known = self.rows.take(train)
            self._check(train, test)
            part = learn(known, self.task, self.options, self.ticker.fit(number + 1))
            asked.append(ask(part, known.y, self.rows.take(test), test, number))
            thresholds.append(part.thresholds)
            speakers.append((part.predictor, test))
            if part.interrupted:
                whole = replace(whole, interrupted=True)
                break
        means = {k: float(np.mean([each[k] for each in thresholds])) for k in whole.thresholds}
        return replace(whole, thresholds=means), joined(asked), speakers

    def _check(self, train: np.ndarray, test: np.ndarray) -> None:
        if not len(train) or not len(test):
            raise DataError(
                self.table.source, expected="rows to learn and to test", received="none"
            )
        y = self.rows.y
        check_parts(self.task, {"training": y[train], "held-out": y[test]}, self.table.source)


def _outcome(
    table: Table,
    rows: Rows,
    parts: Parts,
    learned: Learned,
    held: HeldOut,
    judged: Judged,
    study: dict[str, Any],
) -> Outcome:
    n_train = len(rows) if parts.kind == "cv" else len(parts.pairs[0][0])
    return Outcome(
        learned.predictor,
        rows.places[held.rows],
        n_train,
        len(table) - len(rows),
        judged.network,
        judged.linear,
        judged.constant,
        judged.difference,
        judged.balanced,
        judged.external,
        study,
        learned.interrupted,
    )
