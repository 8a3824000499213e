"""F scores: precision and recall in one figure."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph import Tensor, Variable, as_tensor, format_shape, ops
from pellucid.nn.arguments import choice, number
from pellucid.nn.metrics.metric import METRICS, Metric, Updates, ratio

_COUNTS = ("true_positives", "false_positives", "false_negatives")


@METRICS.register()
class FBetaScore(Metric):
    """(1 + β²) TP / ((1 + β²) TP + β² FN + FP): the weighted harmonic mean of precision and recall.

    y_true and y_pred have shape (N, C), y_true one-hot or multi-hot. Predicted is the largest of a
    row (all, if several tie) or, with a `threshold`, whatever is above it.

    average: None gives one score a class; "macro" their mean, "weighted" their mean weighted by
        the number of each class, "micro" the score of all classes counted together.
    beta: how many times as important recall is as precision, > 0.

    A class that is neither there nor predicted scores 0. Raises `ArgumentError` for a threshold
    outside (0, 1].

    >>> score = FBetaScore(beta=2.0, threshold=0.5)
    >>> y_true = [[1, 1, 1], [1, 0, 0], [1, 1, 0]]
    >>> score(y_true, [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0]]).numpy().round(4).tolist()
    [0.3846, 0.9091, 0.8333]
    """

    direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, dtype)
        where = type(self).__name__
        averages = (None, "micro", "macro", "weighted")
        self.average = choice(f"{where}.average", average, averages)
        self.beta = number(f"{where}.beta", beta, 0, above=True)
        self.threshold = threshold
        if threshold is not None:
            self.threshold = number(f"{where}.threshold", threshold, 0, 1, above=True)
        self._counts: list[Variable] = []

    def updates(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Updates:
        """The counts after this batch; `sample_weight` has shape (N,)."""
        y, p = as_tensor(y_true, "float64"), as_tensor(y_pred)
        if not self._counts:
            classes = _classes(y, p)
            shape = [] if self.average == "micro" else [classes]
            self._counts = [self.add_variable(name, shape) for name in _COUNTS]
        if self.threshold is None:
            # Keras's: a row of zeros predicts nothing.
            predicted = (p >= ops.max(p, -1, keepdims=True)) & (abs(p) > 1e-9)
        else:
            predicted = p > self.threshold
        h = as_tensor(predicted, "float64")
        weight = ops.ones((), "float64")
        if sample_weight is not None:
            weight = ops.reshape(as_tensor(sample_weight, "float64"), (-1, 1))
        axis = None if self.average == "micro" else 0
        new = (h * y, h * (1.0 - y), (1.0 - h) * y)
        return [
            (state, state + ops.sum(weight * values, axis))
            for state, values in zip(self._counts, new, strict=True)
        ]

    def result(self) -> Tensor:
        """The score, or one for each class; 0 before the first batch."""
        if not self._counts:
            return self.cast(ops.zeros((), "float64"))
        tp, fp, fn = self._counts
        square = self.beta**2
        score = ratio((1 + square) * tp, (1 + square) * tp + square * fn + fp)
        if self.average == "weighted":
            score = ratio(ops.sum(score * (tp + fn)), ops.sum(tp + fn))
        elif self.average is not None:
            score = ops.mean(score)
        return self.cast(score)


def _classes(y: Tensor, p: Tensor) -> int:
    classes = p.shape[-1] if p.ndim else 0
    if p.ndim != 2 or y.shape != p.shape or not isinstance(classes, int):
        raise ShapeError(
            "F score",
            expected="y_true and y_pred of one shape (N, C)",
            received=f"{format_shape(y.shape)} and {format_shape(p.shape)}",
        )
    return classes


@METRICS.register()
class F1Score(FBetaScore):
    """2 TP / (2 TP + FN + FP): the harmonic mean of precision and recall.

    `FBetaScore` with beta 1; its other arguments.

    >>> F1Score()([[1, 0], [0, 1], [0, 1]], [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]).numpy().round(4)
    array([0.6667, 0.6667])
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)
