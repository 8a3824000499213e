"""Which rows each member learns from, step by step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Folds = Sequence[tuple[np.ndarray, np.ndarray]]


class Draws:
    """Tables of row numbers: one line a place in a batch, one column a member.

    An epoch is `steps` full batches of `batch_size` rows that a member learns from, in a new order
    each time; what does not fill a batch waits for the next epoch, as in the RealMLP paper. Members
    of a row more or less than others lose nothing: every epoch leaves out other rows.
    """

    def __init__(self, folds: Folds, batch_size: int, random: np.random.Generator) -> None:
        self._learned = [np.asarray(learned, np.int32) for learned, _ in folds]
        self._random = random
        least = min(len(rows) for rows in self._learned)
        self.batch_size = min(batch_size, least)
        self.steps = least // self.batch_size

    def epochs(self, count: int) -> np.ndarray:
        """The rows of so many epochs (count · steps · batch_size, K) int32."""
        size = self.steps * self.batch_size
        table = np.empty((count, size, len(self._learned)), np.int32)
        for member, rows in enumerate(self._learned):
            orders = np.tile(rows, (count, 1))
            self._random.permuted(orders, axis=1, out=orders)
            table[:, :, member] = orders[:, :size]
        return table.reshape(count * size, -1)


def held_table(folds: Folds) -> np.ndarray:
    """The rows each member leaves out (longest, K) int32; shorter columns are filled with 0."""
    longest = max(len(held) for _, held in folds)
    table = np.zeros((longest, len(folds)), np.int32)
    for member, (_, held) in enumerate(folds):
        table[: len(held), member] = held
    return table
