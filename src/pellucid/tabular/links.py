"""What scores mean: from logits (or numbers) to probabilities and back, and what they cost.

Scores have shape (N, K): one logit for two classes, C logits for more, one logit a label for
several labels, one number, in units of the target, in regression.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from pellucid.tabular.task import Task

Link = Literal["sigmoid", "softmax", "identity"]

# Probabilities are kept this far from 0 and 1, as in `scores.log_loss`.
_LEAST_PROBABILITY = 1e-15

_LINKS: dict[str, Link] = {
    "binary": "sigmoid",
    "multilabel": "sigmoid",
    "multiclass": "softmax",
    "regression": "identity",
}


def link_of(task: Task) -> Link:
    """How scores become answers: "sigmoid" (each by itself), "softmax" or "identity"."""
    return _LINKS[task.kind]


def n_scores(task: Task) -> int:
    """How many scores a row has."""
    return len(task.classes) if task.kind in ("multiclass", "multilabel") else 1


def probabilities_of(link: Link, scores: np.ndarray) -> np.ndarray:
    """The answers (N, K) float64 of scores (N, K): probabilities, or the numbers themselves.

    >>> probabilities_of("sigmoid", np.array([[0.0]])).tolist()
    [[0.5]]
    """
    if link == "identity":
        return np.asarray(scores, np.float64)
    return np.exp(log_probabilities(link, scores))


def log_probabilities(link: Link, scores: np.ndarray) -> np.ndarray:
    """The logarithms of probabilities (N, K), exact where those are next to 0."""
    s = np.asarray(scores, np.float64)
    if link == "sigmoid":
        return -np.logaddexp(0.0, -s)
    shifted = s - s.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def scores_of(link: Link, probabilities: np.ndarray) -> np.ndarray:
    """The scores whose answers these are: logits for "sigmoid", logarithms for "softmax"."""
    if link == "identity":
        return np.asarray(probabilities, np.float64)
    p = np.clip(np.asarray(probabilities, np.float64), _LEAST_PROBABILITY, 1.0)
    if link == "softmax":
        return np.log(p)
    return np.log(p) - np.log(np.maximum(1.0 - p, _LEAST_PROBABILITY))


def row_loss(link: Link, scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The loss of each row (N,): -log of what the truth was given, or the squared error.

    `y` holds codes (N,), 0 or 1 for each label (N, K), or numbers (N,). The loss of several labels
    is their mean.

    >>> row_loss("softmax", np.log([[0.5, 0.25, 0.25]]), np.array([1])).round(3).tolist()
    [1.386]
    """
    if link == "identity":
        return (np.asarray(scores, np.float64)[:, 0] - y) ** 2
    if link == "softmax":
        return -log_probabilities(link, scores)[np.arange(len(y)), y]
    sign = 1.0 - 2.0 * np.asarray(y, np.float64).reshape(scores.shape)
    return np.logaddexp(0.0, sign * scores).mean(axis=1)


def mean_loss(
    link: Link, scores: np.ndarray, y: np.ndarray, sample_weight: np.ndarray | None = None
) -> float:
    """The weighted mean of `row_loss`."""
    return float(np.average(row_loss(link, scores, y), weights=sample_weight))


def read_answers(task: Task, answers: np.ndarray) -> np.ndarray:
    """Answers (N, K) of a predictor's model as probabilities (N, C), or as numbers (N,).

    Of several labels (N, L), each by itself. Probabilities of several classes are made to add up to
    1, which they do but for rounding.
    """
    answers = np.asarray(answers, np.float64)
    if task.kind == "multiclass":
        return answers / answers.sum(axis=1, keepdims=True)
    return both_classes(task, answers)


def both_classes(task: Task, answers: np.ndarray) -> np.ndarray:
    """Answers (N, K) as they are evaluated: (N, 2) for two classes, (N,) for numbers."""
    if task.kind == "regression":
        return answers[:, 0]
    if task.kind == "binary":
        return np.concatenate([1.0 - answers, answers], axis=1)
    return answers
