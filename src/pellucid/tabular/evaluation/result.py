"""What an evaluation found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.tabular.evaluation.calibration import Calibration
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.thresholds import AtThreshold


@dataclass(frozen=True)
class Evaluation:
    """What was measured on `n` cases.

    `figures` holds estimates by name.

    - Two classes: accuracy, balanced_accuracy, auc, auprc, sensitivity, specificity, ppv, npv,
      lr_plus, lr_minus, f1, log_loss, brier, brier_skill (1 - Brier score / that of the share of
      positives), and with a prevalence ppv_at_prevalence and npv_at_prevalence.
    - More classes: accuracy, balanced_accuracy, auc (mean of each class against the rest),
      auc_weighted (by their cases), f1 (mean), log_loss, brier, brier_skill. `parts` has for each
      class n, sensitivity, specificity, ppv, npv, auc, auprc, and its calibration.
    - Several labels: subset_accuracy, hamming_loss, and means over the labels of auc, auprc, f1,
      log_loss (natural logarithm, of one label), brier. `parts` has an evaluation for each label.
    - Numbers: rmse, mae, r2, median_error (of absolute errors), bias (mean of predicted -
      observed); with intervals also coverage, width (mean).

    `confusion` (C, C) counts cases, a row for each class that came true, a column for each that was
    predicted. `threshold` is the probability from which the positive class is predicted, the median
    if cases have their own. `thresholds` says what others would do. `curves` holds what is drawn.
    """

    n: int
    figures: Mapping[str, Estimate]
    confusion: np.ndarray | None = None
    threshold: float | None = None
    calibration: Calibration | None = None
    thresholds: tuple[AtThreshold, ...] = ()
    curves: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, Evaluation] = field(default_factory=dict)
    n_groups: int | None = None

    def __getitem__(self, figure: str) -> Estimate:
        return self.figures[figure]

    def to_json(self) -> dict[str, Any]:
        """The same in numbers, lists and dicts; None where there is no number.

        `n`, `figures` {name: {value, low, high}} always; where they apply `n_groups`, `confusion`,
        `threshold`, `calibration` (see `Calibration.to_json`), `thresholds` (see
        `AtThreshold.to_json`), `parts` {class or label: the same}, and of what is drawn `roc`
        {fpr, tpr, threshold}, `pr` {recall, precision, threshold}, `distribution` {class: {edges,
        counts}}; for numbers `residuals` {edges, counts, quantiles} and `joint` {edges, counts}.
        """
        figures = {name: each.to_json() for name, each in self.figures.items()}
        facts: dict[str, Any] = {"n": self.n, "figures": figures}
        if self.n_groups is not None:
            facts["n_groups"] = self.n_groups
        if self.confusion is not None:
            facts["confusion"] = self.confusion.tolist()
        if self.threshold is not None:
            facts["threshold"] = self.threshold
        if self.calibration is not None:
            facts["calibration"] = self.calibration.to_json()
        if self.thresholds:
            facts["thresholds"] = [each.to_json() for each in self.thresholds]
        if self.parts:
            facts["parts"] = {name: each.to_json() for name, each in self.parts.items()}
        return facts | dict(self.curves)
