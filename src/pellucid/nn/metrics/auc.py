"""The area under a curve over thresholds: ROC, precision-recall, and its gain form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, Variable, as_tensor, constant, format_shape, ops
from pellucid.nn.arguments import choice, number
from pellucid.nn.metrics.accuracy import whole
from pellucid.nn.metrics.confusion import Counts, count
from pellucid.nn.metrics.metric import METRICS, Metric, Updates, ratio

# Keras's: the lowest threshold is just below 0 and the highest just above 1.
_MARGIN = 1e-7


@METRICS.register()
class AUC(Metric):
    """The area under a curve, from the confusion counts at `num_thresholds` thresholds.

    So many evenly spaced ones from 0 to 1, or 0, 1 and the `thresholds` given. The step between
    them limits the accuracy: with 200, differences of score below 0.005 are not seen. For the
    exact area of all scores at once use `roc_auc`.

    curve: "ROC" (sensitivity over 1 - specificity), "PR" (precision over recall) or "PRGAIN"
        (Flach & Kull 2015, the same in gains over the rate of positives).
    summation_method: between two thresholds the curve is "interpolation" (the trapezoid; for "PR"
        Davis & Goadrich 2006, where true positives go with all positives in a straight line), or
        its lower end "minoring" or upper end "majoring".
    multi_label: one area for each column of (N, L), then their mean, weighted by `label_weights`;
        otherwise all elements are one set, weighted by `label_weights` column by column.
    from_logits: y_pred are logits, of which sigmoid makes probabilities.

    Raises `ArgumentError` for thresholds outside [0, 1], fewer than 2 of them, or an unknown word.

    >>> round(float(AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])), 3)
    0.75
    """

    direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: str | None = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Sequence[float] | None = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name, dtype)
        self.curve = choice("AUC.curve", str(curve).upper(), ("ROC", "PR", "PRGAIN"))
        methods = ("interpolation", "minoring", "majoring")
        self.summation_method = choice(
            "AUC.summation_method", str(summation_method).lower(), methods
        )
        inner = _inner(num_thresholds, thresholds)
        self.num_thresholds = len(inner) + 2
        self.thresholds = None if thresholds is None else inner
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else [float(w) for w in label_weights]
        self.from_logits = from_logits
        self._levels = [-_MARGIN, *inner, 1 + _MARGIN]
        self._counts: Counts | None = None
        if num_labels and not multi_label:
            raise ArgumentError("AUC.num_labels", expected="None, without multi_label")
        if num_labels or not multi_label:
            self._build([num_labels] if num_labels else [])

    def _build(self, labels: list[int]) -> None:
        shape = [self.num_thresholds, *labels]
        self._counts = Counts(*(self.add_variable(name, shape) for name in Counts._fields))

    def updates(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Updates:
        """The counts after this batch; y_true and y_pred of one shape, labels 0 or 1."""
        y_pred = ops.sigmoid(y_pred) if self.from_logits else as_tensor(y_pred)
        if self._counts is None:
            self._build([_labels(y_pred)])
        weights = None if self.multi_label else self.label_weights
        batch = count(
            y_true,
            y_pred,
            self._levels,
            sample_weight,
            multi_label=self.multi_label,
            label_weights=weights,
        )
        return [
            (state, state + new)
            for state, new in zip(self.variables, batch, strict=True)
            if isinstance(state, Variable)
        ]

    def result(self) -> Tensor:
        """The area; a multi-label AUC that has seen no batch is 0."""
        if self._counts is None:
            return self.cast(ops.zeros((), "float64"))
        if self.curve == "PR" and self.summation_method == "interpolation":
            parts = _interpolated_precision(self._counts)
        else:
            parts = self._riemann(*_curve(self.curve, self._counts))
        area = ops.sum(parts, 0)
        if self.multi_label and self.label_weights is not None:
            weights = constant(self.label_weights, "float64")
            area = ratio(ops.sum(area * weights), ops.sum(weights))
        return self.cast(ops.mean(area))

    def _riemann(self, x: Tensor, y: Tensor) -> Tensor:
        """Widths times heights between neighbours; x falls as the threshold rises."""
        before, after = y[:-1], y[1:]
        heights = {
            "interpolation": (before + after) / 2.0,
            "minoring": ops.minimum(before, after),
            "majoring": ops.maximum(before, after),
        }
        return (x[:-1] - x[1:]) * heights[self.summation_method]


def _inner(num_thresholds: int, thresholds: Sequence[float] | None) -> list[float]:
    """The thresholds between 0 and 1."""
    if thresholds is not None:
        return sorted(number("AUC.thresholds", each, 0, 1) for each in thresholds)
    last = whole("AUC.num_thresholds", num_thresholds, 2) - 1
    return [i / last for i in range(1, last)]


def _labels(y_pred: Tensor) -> int:
    """The number of columns."""
    if y_pred.ndim != 2 or not isinstance(y_pred.shape[1], int):
        raise ShapeError(
            "AUC with multi_label",
            expected="predictions of shape (N, L)",
            received=format_shape(y_pred.shape),
        )
    return y_pred.shape[1]


def _curve(curve: str, counts: Counts) -> tuple[Tensor, Tensor]:
    """The points (x, y) of the curve, one for each threshold."""
    tp, fp, tn, fn = counts
    if curve == "ROC":
        return ratio(fp, fp + tn), ratio(tp, tp + fn)
    if curve == "PR":
        return ratio(tp, tp + fn), ratio(tp, tp + fp)
    odds = ratio(tp + fn, tn + fp)
    recall_gain = ops.where(tp == 0, 0.0, ops.maximum(1.0 - odds * ratio(fn, tp), 0.0))
    return recall_gain, ops.where(tp == 0, 1.0, 1.0 - odds * ratio(fp, tp))


def _interpolated_precision(counts: Counts) -> Tensor:
    """The area between neighbouring thresholds (Davis & Goadrich 2006).

    Between them TP = intercept + slope · P runs in a straight line over P = TP + FP, so that the
    area of TP / P over recall is slope · (ΔTP + intercept · log(P₀ / P₁)) / positives.
    """
    tp, fp, _, fn = counts
    predicted = tp + fp
    more, fewer = predicted[:-1], predicted[1:]
    gained = tp[:-1] - tp[1:]
    slope = ratio(gained, more - fewer)
    intercept = tp[1:] - slope * fewer
    both = (more > 0) & (fewer > 0)
    log_ratio = ops.log(ops.where(both, more, 1.0) / ops.where(both, fewer, 1.0))
    return ratio(slope * (gained + intercept * log_ratio), tp[1:] + fn[1:])
