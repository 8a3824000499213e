"""How much each member counts: greedy selection on what they said of rows they left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.tabular.links import Link, probabilities_of

_ROUNDS = 40
# Rows in all the bootstrap samples together: small tables get many, large ones need none.
_ROWS = 40_000
_MOST_SAMPLES = 25
_LEAST_PROBABILITY = 1e-15


def blend_weights(
    link: Link,
    left_out: Sequence[np.ndarray],
    y: np.ndarray,
    *,
    sample_weight: np.ndarray | None = None,
    seed: int = 0,
) -> np.ndarray:
    """The weights (M,), adding up to 1, of members by their left-out scores (N, K).

    Greedy selection with replacement: the member is added, again and again, whose addition makes
    the mean answer best, by log-loss or squared error; what counts is the best mean on the way. The
    start is the best member alone. On few rows the choice itself could fit chance, so it is made on
    up to 25 bootstrap samples of them and the weights are averaged.

    Source: Caruana, Niculescu-Mizil, Crew & Ksikes, "Ensemble selection from libraries of models",
    ICML 2004, sections 2.1 to 2.3 (replacement, sorted initialization, bagging).

    >>> y = np.array([0, 1, 0, 1])
    >>> good, bad = np.array([[-3.0], [3.0], [-3.0], [3.0]]), np.zeros((4, 1))
    >>> blend_weights("sigmoid", [good, bad], y).tolist()
    [1.0, 0.0]
    """
    if len(left_out) == 1:
        return np.ones(1)
    seen = ~np.isnan(np.stack([each.sum(axis=1) for each in left_out])).any(axis=0)
    answers = np.stack([_given(link, each[seen], y[seen]) for each in left_out])
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    weight = weight[seen] / weight[seen].mean()
    n_samples = int(np.clip(_ROWS // max(len(weight), 1), 1, _MOST_SAMPLES))
    random = np.random.default_rng([seed, len(weight)])
    found = []
    for _ in range(n_samples):
        counts = weight
        if n_samples > 1:
            counts = weight * np.bincount(
                random.integers(len(weight), size=len(weight)), minlength=len(weight)
            )
        found.append(_select(link, answers, counts))
    return np.asarray(np.mean(found, axis=0))


def _given(link: Link, scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What the loss needs of each answer: the truth's probability (N, L), or the error (N, 1)."""
    answers = probabilities_of(link, scores)
    if link == "identity":
        return answers - y[:, None]
    if link == "softmax":
        return answers[np.arange(len(y)), y][:, None]
    return np.where(np.reshape(y, answers.shape) == 1, answers, 1.0 - answers)


def _select(link: Link, answers: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The shares (M,) of one greedy run over `answers` (M, N, L)."""

    def cost(mean: np.ndarray) -> float:
        if link == "identity":
            return float(counts @ (mean**2).sum(axis=-1))
        return float(counts @ -np.log(np.maximum(mean, _LEAST_PROBABILITY)).mean(axis=-1))

    alone = [cost(each) for each in answers]
    picked = np.zeros(len(answers))
    picked[int(np.argmin(alone))] = 1
    total, best, best_cost = answers[int(np.argmin(alone))].copy(), picked.copy(), min(alone)
    for size in range(2, _ROUNDS + 1):
        costs = [cost((total + each) / size) for each in answers]
        chosen = int(np.argmin(costs))
        picked[chosen] += 1
        total += answers[chosen]
        if costs[chosen] < best_cost:
            best, best_cost = picked.copy(), costs[chosen]
    return best / best.sum()
