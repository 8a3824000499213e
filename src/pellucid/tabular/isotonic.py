"""Isotonic regression as a short list of knots."""

from __future__ import annotations

import numpy as np

# Fewer rows than this part of all, or than this many, make no knot of their own.
_LEAST_SHARE = 0.02
_LEAST_ROWS = 20


def isotonic_knots(
    scores: np.ndarray, truth: np.ndarray, weight: np.ndarray
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Points (scores, logits) through which a rising line takes scores (N,) to calibrated logits.

    Pools adjacent violators; each pool becomes one knot, at its mean score, with the logit of
    (k + ½) / (n + 1), so that no pool is quite sure. Pools of fewer than 20 rows, or 2 % of all,
    are joined with their neighbour first. Both lists rise.

    Sources: Ayer et al., Annals of Mathematical Statistics 26 (1955), 641-647; the lines between
    pools: Oron & Flournoy, Statistics in Biopharmaceutical Research 9 (2017), 258-267.
    """
    order = np.argsort(scores, kind="stable")
    s, t, w = scores[order], truth[order], weight[order] / weight.mean()
    starts = _bins(s)
    sums = np.stack([np.add.reduceat(each, starts) for each in (w, w * t, w * s)], axis=1)
    pools: list[np.ndarray] = []
    for each in sums:
        pools.append(each)
        while len(pools) > 1 and pools[-2][1] * pools[-1][0] >= pools[-1][1] * pools[-2][0]:
            last = pools.pop()
            pools[-1] = pools[-1] + last
    found = np.array(pools)
    share = (found[:, 1] + 0.5) / (found[:, 0] + 1.0)
    at, to = found[:, 2] / found[:, 0], np.log(share / (1.0 - share))
    kept = [0]
    for place in range(1, len(at)):
        if at[place] > at[kept[-1]] + 1e-9 and to[place] > to[kept[-1]] + 1e-9:
            kept.append(place)
    return tuple(at[kept].tolist()), tuple(to[kept].tolist())


def _bins(s: np.ndarray) -> np.ndarray:
    """Where the smallest pools of sorted scores begin; equal scores stay together."""
    least = max(_LEAST_ROWS, int(np.ceil(len(s) * _LEAST_SHARE)))
    starts = np.arange(0, max(len(s) - least + 1, 1), least)
    return np.unique(np.searchsorted(s, s[starts], side="left"))
