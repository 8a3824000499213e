"""Columns compared by how they divide the rows, whatever they call the parts.

Two columns divide the rows alike if rows that are equal in one are equal in the other. In few rows,
or with few parts, that happens by chance; `log_divisions` says how seldom.
"""

from __future__ import annotations

import numpy as np

# Columns that fall together by chance once in a million tables fall together for a reason.
_LEAST_EVIDENCE = 6.0


def least_evidence(n_columns: int) -> float:
    """How large `log_divisions` must be to believe in one pair among those of `n_columns`."""
    return _LEAST_EVIDENCE + 2 * float(np.log10(max(n_columns, 1)))


def numbered(cells: np.ndarray) -> np.ndarray:
    """The parts of the rows as codes (N,) int64, counted as they first occur; missing is one too.

    `cells` are float64 with NaN, or objects with None. Equal results mean that two columns divide
    the rows alike.

    >>> numbered(np.array([7.0, 5.0, 7.0, np.nan])).tolist()
    [0, 1, 0, 2]
    >>> numbered(np.array(["b", "a", "b", None], object)).tolist()
    [0, 1, 0, 2]
    """
    if cells.dtype == object:
        listed = cells.tolist()
        code = {cell: k for k, cell in enumerate(dict.fromkeys(listed))}
        return np.array([code[cell] for cell in listed], np.int64)
    _, first, inverse = np.unique(cells, return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return place[inverse.reshape(-1)]


def log_divisions(codes: np.ndarray) -> float:
    """log10 of the number of ways to divide the rows into parts as large as these.

    N! / (prod n_k! · prod m_j!), n_k being the sizes and m_j how many parts share the size j: what
    one division of that shape has against it by chance. 0 if every row is a part.

    >>> log_divisions(np.arange(50)), round(log_divisions(np.array([0, 0, 1, 1])), 2)
    (0.0, 0.48)
    """
    sizes = np.bincount(codes)
    alike = np.bincount(sizes)
    logs = _log_factorials(len(codes))
    return float(logs[len(codes)] - logs[sizes].sum() - logs[alike[1:]].sum())


def log_orders(codes: np.ndarray) -> float:
    """log10 of the number of orders of the rows, equal rows counted once: N! / prod n_k!."""
    logs = _log_factorials(len(codes))
    return float(logs[len(codes)] - logs[np.bincount(codes)].sum())


_LOGS = np.zeros(1)


def _log_factorials(n: int) -> np.ndarray:
    """log10 k! for k = 0 … n at least."""
    global _LOGS
    if len(_LOGS) <= n:
        steps = np.log10(np.arange(1, 2 * n + 2))
        _LOGS = np.concatenate([[0.0], np.cumsum(steps)])
    return _LOGS
