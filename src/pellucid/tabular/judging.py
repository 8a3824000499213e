"""The figures of a predictor beside a linear model and a constant, on rows held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.tabular.abstention import answered
from pellucid.tabular.evaluation import (
    Estimate,
    Evaluation,
    Resampling,
    compare,
    decision_curve,
    evaluate,
    subgroups,
    verdict,
)
from pellucid.tabular.evaluation.intervals import wilson
from pellucid.tabular.held_out import HeldOut
from pellucid.tabular.insights import curve, importance
from pellucid.tabular.learning import Learned
from pellucid.tabular.options import Options
from pellucid.tabular.predictor import Predictor
from pellucid.tabular.rows import Rows
from pellucid.tabular.task import Task


@dataclass(frozen=True, eq=False)
class Judged:
    """Evaluations on the held-out rows and elsewhere, and what is told beside them in a study."""

    network: Evaluation
    linear: Evaluation
    constant: Evaluation
    difference: Estimate
    verdict: dict[str, Any]
    balanced: Evaluation | None = None
    external: Mapping[str, Evaluation] = field(default_factory=dict)
    decision_curve: dict[str, Any] | None = None
    conformal: dict[str, Any] | None = None
    abstention: dict[str, Any] | None = None
    subgroups: Mapping[str, Mapping[str, Evaluation]] = field(default_factory=dict)
    threshold: dict[str, Any] | None = None
    importance: list[dict[str, Any]] = field(default_factory=list)
    learning_curve: dict[str, Any] | None = None


def judge(
    learned: Learned,
    held: HeldOut,
    rows: Rows,
    options: Options,
    asked: Sequence[tuple[Predictor, np.ndarray]],
    known: np.ndarray,
) -> Judged:
    """All figures: thresholds come from left-out training rows, everything else is measured.

    `asked` pairs predictors with the rows they were asked about, `known` are those that `learned`
    learned from.
    """
    task, seed = learned.predictor.task, options.seed
    groups = None if rows.groups is None else rows.groups[held.rows]
    shared: dict[str, Any] = {"groups": groups, "seed": seed}
    chosen = learned.thresholds
    at = options.threshold or chosen.get("youden", 0.5)
    network = evaluate(
        task,
        held.y,
        held.network,
        threshold=at,
        thresholds=chosen,
        prevalence=options.prevalence if task.kind in ("binary", "multilabel") else None,
        interval=held.interval,
        **shared,
    )
    balanced = None
    if "youden" in chosen:
        balanced = evaluate(
            task, held.y, held.network, threshold=chosen["youden"], brief=True, **shared
        )
    return Judged(
        network,
        evaluate(task, held.y, held.linear, threshold=at, **shared),
        evaluate(task, held.y, held.constant, threshold=at, brief=True, **shared),
        compare(task, held.y, held.network, held.linear, **shared),
        verdict(task, held.y, held.network, held.linear, **shared),
        balanced,
        _external(learned, options),
        _decision_curve(task, held, options, groups),
        _coverage(learned, held),
        _abstention(learned, held),
        subgroups(
            task,
            held.y,
            held.network,
            rows.table.take(held.rows),
            options.by,
            threshold=at,
            **shared,
        ),
        _threshold_study(options, at, chosen),
        importance(asked, rows, seed),
        curve(rows.take(known), learned.predictor, options, _penalty(learned)),
    )


def _penalty(learned: Learned) -> float:
    return float(learned.record["candidates"]["linear"]["settings"]["penalty"])


def _threshold_study(
    options: Options, at: float, chosen: Mapping[str, float]
) -> dict[str, Any] | None:
    if not chosen:
        return None
    rule = "youden" if options.threshold is None else "given"
    return {"value": at, "rule": rule, "chosen_on": "left_out_training_rows", "by": dict(chosen)}


def _external(learned: Learned, options: Options) -> dict[str, Evaluation]:
    """The figures on tables of elsewhere."""
    task, found = learned.predictor.task, {}
    for name, table in options.external.items():
        rows = Rows.of(table, task, Options(overrides=options.overrides))
        answers = learned.predictor.answers(rows.table)
        at = learned.predictor.threshold
        found[name] = evaluate(task, rows.y, answers, threshold=at, seed=options.seed)
    return found


def _decision_curve(
    task: Task, held: HeldOut, options: Options, groups: np.ndarray | None
) -> dict[str, Any] | None:
    if task.kind != "binary":
        return None
    scores = {"network": held.network[:, 1], "linear": held.linear[:, 1]}
    resampling = Resampling(len(held.y), groups=groups, seed=options.seed)
    return decision_curve(held.y == 1, scores, resampling, prevalence=options.prevalence)


def _coverage(learned: Learned, held: HeldOut) -> dict[str, Any] | None:
    """What was promised of sets or intervals, and what came of it on the held-out rows."""
    if not learned.predictor.conformal:
        return None
    conformal = learned.predictor.conformal[0]
    facts: dict[str, Any] = {**conformal.to_json(), "n_held_out": len(held.y)}
    if held.sets is not None:
        covered = held.sets[np.arange(len(held.y)), held.y]
        sizes = np.bincount(held.sets.sum(axis=1), minlength=held.sets.shape[1] + 1)
        classes = learned.predictor.task.classes
        facts["sizes"] = (sizes / len(held.y)).tolist()
        facts["by_class"] = {
            label: _share(covered[held.y == k]).to_json() for k, label in enumerate(classes)
        }
    else:
        assert held.low is not None and held.high is not None
        covered = (held.low <= held.y) & (held.y <= held.high)
        facts["mean_width"] = float((held.high - held.low).mean())
        facts["median_width"] = float(np.median(held.high - held.low))
    return {**facts, "observed": _share(covered).to_json()}


def _share(covered: np.ndarray) -> Estimate:
    return wilson(int(covered.sum()), len(covered))


def _abstention(learned: Learned, held: HeldOut) -> dict[str, Any] | None:
    rule = learned.predictor.abstention
    if rule is None or held.abstains is None:
        return None
    found = answered(held.y, held.network, held.abstains, learned.predictor.threshold)
    return {**rule.to_json(), **found}
