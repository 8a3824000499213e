"""Figures of the confusion counts: the four counts, precision, recall, and one at a given other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.graph import Tensor, Variable, as_tensor, ops
from pellucid.nn.arguments import number
from pellucid.nn.metrics.accuracy import whole
from pellucid.nn.metrics.confusion import NEVER, Counts, count
from pellucid.nn.metrics.metric import METRICS, Metric, Updates, ratio

Thresholds = float | Sequence[float] | None


class CountingMetric(Metric):
    """A figure of some of the four counts, kept for each threshold.

    `kept` names them, in the order of the state.
    """

    kept: ClassVar[tuple[str, ...]] = Counts._fields

    def __init__(
        self,
        levels: Sequence[float],
        name: str | None,
        dtype: str | None,
        top_k: int | None = None,
        class_id: int | None = None,
    ) -> None:
        super().__init__(name, dtype)
        where = type(self).__name__
        self._levels = [float(level) for level in levels]
        self.top_k = None if top_k is None else whole(f"{where}.top_k", top_k, 1)
        self.class_id = None if class_id is None else whole(f"{where}.class_id", class_id, 0)
        self._counts = {each: self.add_variable(each, (len(levels),)) for each in self.kept}

    def updates(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Updates:
        """The counts after this batch; y_true and y_pred of one shape, labels 0 or 1."""
        batch = count(y_true, y_pred, self._levels, sample_weight, self.top_k, self.class_id)
        return [(state, state + getattr(batch, name)) for name, state in self._counts.items()]

    def _of_each(self, result: Tensor | Variable) -> Tensor:
        """One number for one threshold, else as many as there are."""
        return self.cast(result[0] if len(self._levels) == 1 else as_tensor(result))


def _checked(where: str, thresholds: Thresholds, default: float) -> list[float]:
    """The thresholds as a list, each in [0, 1]; `default` for None."""
    if thresholds is None:
        return [default]
    given = thresholds if isinstance(thresholds, Sequence) else [thresholds]
    return [number(f"{where}.thresholds", each, 0, 1) for each in given]


class _Count(CountingMetric):
    """One of the four counts."""

    def __init__(
        self, thresholds: Thresholds = None, name: str | None = None, dtype: str | None = None
    ) -> None:
        self.thresholds = thresholds
        super().__init__(_checked(type(self).__name__, thresholds, 0.5), name, dtype)

    def result(self) -> Tensor:
        """The count; for several thresholds, one for each."""
        return self._of_each(self._counts[self.kept[0]])


@METRICS.register()
class TruePositives(_Count):
    """How many positives are predicted positive: y_pred above the threshold (default 0.5).

    Weighted, if there are weights. Several `thresholds` give as many counts. Raises
    `ArgumentError` for a threshold outside [0, 1].

    >>> float(TruePositives()([0, 1, 1, 1], [1, 0, 1, 1]))
    2.0
    """

    kept = ("true_positives",)
    direction = "up"


@METRICS.register()
class TrueNegatives(_Count):
    """How many negatives are predicted negative: y_pred not above the threshold (default 0.5).

    >>> float(TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0]))
    2.0
    """

    kept = ("true_negatives",)
    direction = "up"


@METRICS.register()
class FalsePositives(_Count):
    """How many negatives are predicted positive: y_pred above the threshold (default 0.5).

    >>> float(FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1]))
    2.0
    """

    kept = ("false_positives",)
    direction = "down"


@METRICS.register()
class FalseNegatives(_Count):
    """How many positives are predicted negative: y_pred not above the threshold (default 0.5).

    >>> float(FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0]))
    2.0
    """

    kept = ("false_negatives",)
    direction = "down"


class _Share(CountingMetric):
    """True positives among these and one other count."""

    direction = "up"

    def __init__(
        self,
        thresholds: Thresholds = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        self.thresholds = thresholds
        # The k largest predictions are positive however small they are.
        default = 0.5 if top_k is None else NEVER
        levels = _checked(type(self).__name__, thresholds, default)
        super().__init__(levels, name, dtype, top_k, class_id)

    def result(self) -> Tensor:
        """The share; for several thresholds, one for each; 0 if there is nothing to share."""
        right, wrong = self._counts.values()
        return self._of_each(ratio(right, right + wrong))


@METRICS.register()
class Precision(_Share):
    """The part of the predicted positives that are positive: TP / (TP + FP).

    Predicted positive is what lies above the threshold (default 0.5) and, with `top_k`, is among
    the k largest of the last axis (all k, if no threshold is given). `class_id` looks at one
    column only. 0 if nothing is predicted positive. Raises `ArgumentError` for a threshold
    outside [0, 1].

    >>> precision = Precision()
    >>> round(float(precision([0, 1, 1, 1], [1, 0, 1, 1])), 4)
    0.6667
    """

    kept = ("true_positives", "false_positives")


@METRICS.register()
class Recall(_Share):
    """The part of the positives that are predicted positive (sensitivity): TP / (TP + FN).

    Arguments as for `Precision`. 0 if there is no positive.

    >>> round(float(Recall()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
    0.6667
    """

    kept = ("true_positives", "false_negatives")


class _BestAt(CountingMetric):
    """The best of one rate over those thresholds where another one is at least a given value.

    `argument` is the name under which the subclass keeps that value.
    """

    direction = "up"
    # Two counts each: the rate is the first among both.
    wanted: ClassVar[tuple[str, str]]
    given: ClassVar[tuple[str, str]]

    def __init__(
        self,
        argument: str,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        where = type(self).__name__
        self._least = number(f"{where}.{argument}", getattr(self, argument), 0, 1)
        self.num_thresholds = whole(f"{where}.num_thresholds", num_thresholds, 1)
        last = num_thresholds - 1
        levels = [i / last for i in range(num_thresholds)] if last else [0.5]
        super().__init__(levels, name, dtype, class_id=class_id)

    def result(self) -> Tensor:
        """The best rate; 0 if no threshold qualifies."""
        is_enough = self._rate(self.given) >= self._least
        return self.cast(ops.max(ops.where(is_enough, self._rate(self.wanted), 0.0)))

    def _rate(self, names: tuple[str, str]) -> Tensor:
        right, wrong = (self._counts[name] for name in names)
        return ratio(right, right + wrong)


_SENSITIVITY = ("true_positives", "false_negatives")
_SPECIFICITY = ("true_negatives", "false_positives")
_PRECISION = ("true_positives", "false_positives")


@METRICS.register()
class SensitivityAtSpecificity(_BestAt):
    """The largest sensitivity TP / (TP + FN) of a threshold whose specificity is high enough.

    Specificity is TN / (TN + FP). The thresholds are `num_thresholds` evenly spaced ones from 0 to
    1. Raises `ArgumentError` unless `specificity` is in [0, 1].

    >>> float(SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    wanted, given = _SENSITIVITY, _SPECIFICITY

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        self.specificity = specificity
        super().__init__("specificity", num_thresholds, class_id, name, dtype)


@METRICS.register()
class SpecificityAtSensitivity(_BestAt):
    """The largest specificity TN / (TN + FP) of a threshold whose sensitivity is high enough.

    Arguments as for `SensitivityAtSpecificity`.

    >>> y_pred = [0, 0.3, 0.8, 0.3, 0.8]
    >>> round(float(SpecificityAtSensitivity(0.5)([0, 0, 0, 1, 1], y_pred)), 4)
    0.6667
    """

    wanted, given = _SPECIFICITY, _SENSITIVITY

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        self.sensitivity = sensitivity
        super().__init__("sensitivity", num_thresholds, class_id, name, dtype)


@METRICS.register()
class PrecisionAtRecall(_BestAt):
    """The largest precision TP / (TP + FP) of a threshold whose recall is high enough.

    Arguments as for `SensitivityAtSpecificity`.

    >>> float(PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    wanted, given = _PRECISION, _SENSITIVITY

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        self.recall = recall
        super().__init__("recall", num_thresholds, class_id, name, dtype)


@METRICS.register()
class RecallAtPrecision(_BestAt):
    """The largest recall TP / (TP + FN) of a threshold whose precision is high enough.

    Arguments as for `SensitivityAtSpecificity`.

    >>> float(RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
    0.5
    """

    wanted, given = _SENSITIVITY, _PRECISION

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        self.precision = precision
        super().__init__("precision", num_thresholds, class_id, name, dtype)
