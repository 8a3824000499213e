"""One table of losses: labels, predictions, and the values of the samples worked out by hand."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from pellucid.graph import Tensor
from pellucid.nn import losses


class Case(NamedTuple):
    """A loss function with its arguments, and what it gives for two samples."""

    name: str
    y_true: Any
    y_pred: Any
    expected: list[float]
    arguments: dict[str, Any] = {}
    class_name: str = ""
    in_keras: bool = True

    def __call__(self, y_pred: Any) -> Tensor:
        """The loss of each sample for other predictions."""
        function = getattr(losses, self.name)
        result: Tensor = function(np.asarray(self.y_true), y_pred, **self.arguments)
        return result


def _log(*values: float) -> list[float]:
    return [math.log(value) for value in values]


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


NUMBERS = [[1.0, -2.0], [0.5, 3.0]]
NEAR = [[1.5, -4.0], [0.25, 3.0 + 1e-3]]
POSITIVE, POSITIVE_NEAR = [[1.0, 3.0], [0.5, 7.0]], [[2.0, 1.0], [1.5, 7.0]]
YES_NO, CHANCES = [[1.0, 0.0], [1.0, 1.0]], [[0.8, 0.4], [0.5, 0.1]]
LOGITS = [[2.0, -1.0], [0.0, -3.0]]
ONE_HOT, SHARES = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], [[0.2, 0.5, 0.3], [0.1, 0.3, 0.6]]
SCORES = [[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]
SIGNS = [[1.0, -1.0], [-1.0, 1.0]]
COS_1 = (1.5 + 8.0) / math.sqrt(5 * 18.25)
COS_2 = (0.125 + 3 * (3 + 1e-3)) / math.sqrt(9.25 * (0.0625 + (3 + 1e-3) ** 2))

# exp of the scores, and their sums, for softmax by hand.
SUM_1 = math.exp(1.0) + math.exp(2.0) + math.exp(0.5)
SUM_2 = 1 + math.exp(-1.0) + math.exp(3.0)


def _focal(y: float, p: float, gamma: float = 2.0) -> float:
    truth = p if y else 1 - p
    return -((1 - truth) ** gamma) * math.log(truth)


CASES = {
    "mse": Case(
        "mean_squared_error",
        NUMBERS,
        NEAR,
        [(0.25 + 4) / 2, (0.0625 + 1e-6) / 2],
        {},
        "MeanSquaredError",
    ),
    "quadratic": Case(
        "quadratic", NUMBERS, NEAR, [(0.25 + 4) / 4, (0.0625 + 1e-6) / 4], {}, "Quadratic", False
    ),
    "mae": Case("mean_absolute_error", NUMBERS, NEAR, [1.25, 0.1255], {}, "MeanAbsoluteError"),
    "mape": Case(
        "mean_absolute_percentage_error",
        NUMBERS,
        NEAR,
        [75.0, 50 * (0.5 + 1e-3 / 3)],
        {},
        "MeanAbsolutePercentageError",
    ),
    "msle": Case(
        "mean_squared_logarithmic_error",
        POSITIVE,
        POSITIVE_NEAR,
        [(math.log(1.5) ** 2 + math.log(2) ** 2) / 2, math.log(2.5 / 1.5) ** 2 / 2],
        {},
        "MeanSquaredLogarithmicError",
    ),
    "huber": Case("huber", NUMBERS, NEAR, [(0.125 + 1.5) / 2, (0.03125 + 5e-7) / 2], {}, "Huber"),
    "huber wide": Case(
        "huber", NUMBERS, NEAR, [(0.125 + 2) / 2, (0.03125 + 5e-7) / 2], {"delta": 3.0}, "Huber"
    ),
    "log_cosh": Case(
        "log_cosh",
        NUMBERS,
        NEAR,
        [
            (math.log(math.cosh(0.5)) + math.log(math.cosh(2.0))) / 2,
            (math.log(math.cosh(0.25)) + math.log(math.cosh(1e-3))) / 2,
        ],
        {},
        "LogCosh",
    ),
    "cosine": Case("cosine_similarity", NUMBERS, NEAR, [-COS_1, -COS_2], {}, "CosineSimilarity"),
    "cosine axis": Case(
        "cosine_similarity",
        [[3.0, 0.0], [4.0, 1.0]],
        [[4.0, 2.0], [3.0, 0.0]],
        [-24 / 25, 0.0],
        {"axis": 0},
        "CosineSimilarity",
    ),
    "binary": Case(
        "binary_crossentropy",
        YES_NO,
        CHANCES,
        [-math.log(0.8 * 0.6) / 2, -math.log(0.5 * 0.1) / 2],
        {},
        "BinaryCrossentropy",
    ),
    "binary smooth": Case(
        "binary_crossentropy",
        YES_NO,
        CHANCES,
        [
            -(0.9 * math.log(0.8) + 0.1 * math.log(0.2) + 0.9 * math.log(0.6) + 0.1 * math.log(0.4))
            / 2,
            -(math.log(0.5) + 0.9 * math.log(0.1) + 0.1 * math.log(0.9)) / 2,
        ],
        {"label_smoothing": 0.2},
        "BinaryCrossentropy",
    ),
    "binary logits": Case(
        "binary_crossentropy",
        YES_NO,
        LOGITS,
        [
            -math.log(_sigmoid(2.0) * _sigmoid(1.0)) / 2,
            -math.log(0.5 * _sigmoid(-3.0)) / 2,
        ],
        {"from_logits": True},
        "BinaryCrossentropy",
    ),
    "binary axis": Case(
        "binary_crossentropy",
        YES_NO,
        CHANCES,
        [-math.log(0.8 * 0.5) / 2, -math.log(0.6 * 0.1) / 2],
        {"axis": 0},
        "BinaryCrossentropy",
    ),
    "categorical": Case(
        "categorical_crossentropy",
        ONE_HOT,
        SHARES,
        [-x for x in _log(0.5, 0.1)],
        {},
        "CategoricalCrossentropy",
    ),
    "categorical not summing to 1": Case(
        "categorical_crossentropy",
        ONE_HOT,
        [[0.4, 1.0, 0.6], [0.1, 0.3, 0.6]],
        [-x for x in _log(0.5, 0.1)],
        {},
        "CategoricalCrossentropy",
    ),
    "categorical smooth": Case(
        "categorical_crossentropy",
        ONE_HOT,
        SHARES,
        [
            -(0.1 * math.log(0.2 * 0.3) + 0.8 * math.log(0.5)),
            -(0.8 * math.log(0.1) + 0.1 * math.log(0.3 * 0.6)),
        ],
        {"label_smoothing": 0.3},
        "CategoricalCrossentropy",
    ),
    "categorical logits": Case(
        "categorical_crossentropy",
        ONE_HOT,
        SCORES,
        [math.log(SUM_1) - 2.0, math.log(SUM_2)],
        {"from_logits": True},
        "CategoricalCrossentropy",
    ),
    "categorical logits smooth": Case(
        "categorical_crossentropy",
        ONE_HOT,
        SCORES,
        [
            math.log(SUM_1) - 0.1 * 1.0 - 0.8 * 2.0 - 0.1 * 0.5,
            math.log(SUM_2) - 0.1 * -1.0 - 0.1 * 3.0,
        ],
        {"from_logits": True, "label_smoothing": 0.3},
        "CategoricalCrossentropy",
    ),
    "sparse": Case(
        "sparse_categorical_crossentropy",
        [1, 0],
        SHARES,
        [-x for x in _log(0.5, 0.1)],
        {},
        "SparseCategoricalCrossentropy",
    ),
    "sparse column": Case(
        "sparse_categorical_crossentropy",
        [[1], [0]],
        SHARES,
        [-x for x in _log(0.5, 0.1)],
        {},
        "SparseCategoricalCrossentropy",
    ),
    "sparse logits": Case(
        "sparse_categorical_crossentropy",
        [1.0, 0.0],
        SCORES,
        [math.log(SUM_1) - 2.0, math.log(SUM_2)],
        {"from_logits": True},
        "SparseCategoricalCrossentropy",
    ),
    "sparse ignore": Case(
        "sparse_categorical_crossentropy",
        [1, -1],
        SHARES,
        [-math.log(0.5), 0.0],
        {"ignore_class": -1},
        "SparseCategoricalCrossentropy",
    ),
    "sparse logits ignore": Case(
        "sparse_categorical_crossentropy",
        [2, 1],
        SCORES,
        [0.0, math.log(SUM_2) + 1.0],
        {"ignore_class": 2, "from_logits": True},
        "SparseCategoricalCrossentropy",
    ),
    "binary focal": Case(
        "binary_focal_crossentropy",
        YES_NO,
        CHANCES,
        [(_focal(1, 0.8) + _focal(0, 0.4)) / 2, (_focal(1, 0.5) + _focal(1, 0.1)) / 2],
        {},
        "BinaryFocalCrossentropy",
    ),
    "binary focal balanced": Case(
        "binary_focal_crossentropy",
        YES_NO,
        CHANCES,
        [
            (0.2 * _focal(1, 0.8, 1.5) + 0.8 * _focal(0, 0.4, 1.5)) / 2,
            0.1 * (_focal(1, 0.5, 1.5) + _focal(1, 0.1, 1.5)),
        ],
        {"gamma": 1.5, "alpha": 0.2, "apply_class_balancing": True},
        "BinaryFocalCrossentropy",
    ),
    "binary focal logits": Case(
        "binary_focal_crossentropy",
        YES_NO,
        LOGITS,
        [
            (_focal(1, _sigmoid(2.0), 3) + _focal(0, _sigmoid(-1.0), 3)) / 2,
            (_focal(1, 0.5, 3) + _focal(1, _sigmoid(-3.0), 3)) / 2,
        ],
        {"from_logits": True, "gamma": 3.0},
        "BinaryFocalCrossentropy",
    ),
    "binary focal 0": Case(
        "binary_focal_crossentropy",
        YES_NO,
        CHANCES,
        [-math.log(0.8 * 0.6) / 2, -math.log(0.5 * 0.1) / 2],
        {"gamma": 0.0},
        "BinaryFocalCrossentropy",
    ),
    "categorical focal": Case(
        "categorical_focal_crossentropy",
        ONE_HOT,
        SHARES,
        [0.25 * _focal(1, 0.5), 0.25 * _focal(1, 0.1)],
        {},
        "CategoricalFocalCrossentropy",
    ),
    "categorical focal alphas": Case(
        "categorical_focal_crossentropy",
        ONE_HOT,
        SHARES,
        [0.7 * _focal(1, 0.5, 0.5), 0.2 * _focal(1, 0.1, 0.5)],
        {"gamma": 0.5, "alpha": [0.2, 0.7, 0.1]},
        "CategoricalFocalCrossentropy",
    ),
    "categorical focal logits": Case(
        "categorical_focal_crossentropy",
        ONE_HOT,
        SCORES,
        [0.25 * _focal(1, math.exp(2) / SUM_1), 0.25 * _focal(1, 1 / SUM_2)],
        {"from_logits": True},
        "CategoricalFocalCrossentropy",
    ),
    "generalized": Case(
        "categorical_generalized_cross_entropy",
        [1, 0],
        SHARES,
        [2 * (1 - math.sqrt(0.5)), 2 * (1 - math.sqrt(0.1))],
        {"q": 0.5},
        "CategoricalGeneralizedCrossEntropy",
    ),
    "hinge": Case("hinge", SIGNS, CHANCES, [(0.2 + 1.4) / 2, (1.5 + 0.9) / 2], {}, "Hinge"),
    "hinge 0 or 1": Case("hinge", YES_NO, CHANCES, [(0.2 + 1.4) / 2, (0.5 + 0.9) / 2], {}, "Hinge"),
    "squared_hinge": Case(
        "squared_hinge", SIGNS, CHANCES, [(0.04 + 1.96) / 2, (2.25 + 0.81) / 2], {}, "SquaredHinge"
    ),
    "categorical_hinge": Case(
        "categorical_hinge",
        ONE_HOT,
        [[1.0, 1.5, 0.5], [0.0, -1.0, 3.0]],
        [0.5, 4.0],
        {},
        "CategoricalHinge",
    ),
    "kl": Case(
        "kl_divergence",
        [[0.25, 0.75], [0.5, 0.5]],
        CHANCES,
        [
            0.25 * math.log(0.25 / 0.8) + 0.75 * math.log(0.75 / 0.4),
            0.5 * math.log(0.5 / 0.5) + 0.5 * math.log(0.5 / 0.1),
        ],
        {},
        "KLDivergence",
    ),
    "poisson": Case(
        "poisson",
        POSITIVE,
        POSITIVE_NEAR,
        [
            (2 - math.log(2 + 1e-7) + 1 - 3 * math.log(1 + 1e-7)) / 2,
            (1.5 - 0.5 * math.log(1.5 + 1e-7) + 7 - 7 * math.log(7 + 1e-7)) / 2,
        ],
        {},
        "Poisson",
    ),
    "dice": Case("dice", YES_NO, CHANCES, [1 - 2.8 / (4.8 + 1e-7)], {}, "Dice"),
    "dice axis": Case(
        "dice",
        YES_NO,
        CHANCES,
        [1 - 1.6 / (2.2 + 1e-7), 1 - 1.2 / (2.6 + 1e-7)],
        {"axis": 1},
        "Dice",
    ),
    "tversky": Case(
        "tversky",
        YES_NO,
        CHANCES,
        [1 - 1.4 / (1.4 + 0.3 * 1.6 + 0.7 * 0.4 + 1e-7)],
        {"alpha": 0.3, "beta": 0.7},
        "Tversky",
    ),
}
