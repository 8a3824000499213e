"""The best epoch so far: the one at which the members predict the rows they hold best."""

from __future__ import annotations

import numpy as np

from pellucid.tabular.recipes.draws import Folds
from pellucid.tabular.recipes.network import MemberNetwork
from pellucid.tabular.recipes.pooling import Pool
from pellucid.tabular.recipes.targets import Targets

# Left-out answers of all epochs are kept up to so many numbers; of more rows than that allows, the
# choice of an epoch says next to nothing about any one of them.
_MOST_CELLS = 20_000_000


class Best:
    """Keeps the weights of the epoch at which the members' mean loss on their held rows is least.

    It is one epoch for all members: each by its own few rows would choose luck. What a member says
    of its held rows is taken from the epoch that the others favour, so that `left_out` is not
    flattered by the choice. On the diagnostic Wisconsin table, each choosing for itself, left-out
    log-loss was 0.055 where new rows had 0.0995, and the network was overrated in every blend; in
    three outer cross-validations the blend's log-loss fell from 0.0795 to 0.0773 with this.
    Of equal epochs the latest is kept.
    """

    def __init__(
        self, network: MemberNetwork, targets: Targets, folds: Folds, weight: np.ndarray
    ) -> None:
        self._network, self._targets = network, targets
        self._held = [np.asarray(held) for _, held in folds]
        self._weight = [weight[held] for held in self._held]
        k = network.n_members
        self.loss = np.full(k, np.inf)
        self.epoch = np.zeros(k, np.int64)
        self._kept = [parameter.variable.value.copy() for parameter in network.parameters]
        self._answers: list[np.ndarray] = [np.empty(0)] * k
        self._losses: list[np.ndarray] = []
        self._history: list[list[np.ndarray]] = []
        self._room = _MOST_CELLS

    def look(self, epoch: int, answers: np.ndarray) -> np.ndarray:
        """Compare with the answers (rows, K, C) of an epoch; each member's mean loss (K,)."""
        own = [answers[: len(held), k].copy() for k, held in enumerate(self._held)]
        losses = np.array([self._loss(k, each) for k, each in enumerate(own)])
        self._remember(losses, own)
        if losses.mean() <= self.loss.mean():
            self.loss, self._answers = losses, own
            self.epoch[:] = epoch
            for kept, parameter in zip(self._kept, self._network.parameters, strict=True):
                kept[...] = parameter.variable.value
        return losses

    def _loss(self, member: int, answers: np.ndarray) -> float:
        rows = self._targets.losses(self._held[member], answers)
        weight = self._weight[member]
        return float(np.average(rows, weights=weight if weight.any() else None))

    def _remember(self, losses: np.ndarray, own: list[np.ndarray]) -> None:
        self._losses.append(losses)
        self._room -= sum(each.size for each in own)
        if self._room >= 0:
            self._history.append(own)

    def restore(self) -> None:
        """Give the network the kept weights."""
        for kept, parameter in zip(self._kept, self._network.parameters, strict=True):
            parameter.variable.assign(kept)

    def left_out(self, n_rows: int) -> np.ndarray:
        """The scores (n_rows, C) of rows by the members that held them; NaN where there is none."""
        pool = Pool(n_rows, self._targets.n_scores, self._targets.kind)
        for member, held in enumerate(self._held):
            pool.add(held, self._favoured_by_others(member))
        return pool.scores()

    def _favoured_by_others(self, member: int) -> np.ndarray:
        if self._room < 0 or len(self._held) < 2:
            return self._answers[member]
        losses = np.where(np.isfinite(self._losses), self._losses, np.inf)
        means = np.delete(losses, member, axis=1).mean(axis=1)[::-1]
        return self._history[len(means) - 1 - int(means.argmin())][member]
