"""The best of each member so far: its weights at the epoch that predicts its held rows best."""

from __future__ import annotations

import numpy as np

from pellucid.tabular.recipes.draws import Folds
from pellucid.tabular.recipes.network import MemberNetwork
from pellucid.tabular.recipes.pooling import Pool
from pellucid.tabular.recipes.targets import Targets


class Best:
    """Keeps weights and answers of each member where its held rows have the least mean loss.

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

    def look(self, epoch: int, answers: np.ndarray) -> np.ndarray:
        """Compare with the answers (rows, K, C) of an epoch; each member's mean loss (K,)."""
        losses = np.empty(len(self._held))
        for member, held in enumerate(self._held):
            own = answers[: len(held), member]
            rows = self._targets.losses(held, own)
            weight = self._weight[member]
            losses[member] = np.average(rows, weights=weight if weight.any() else None)
            if losses[member] <= self.loss[member]:
                self.loss[member], self.epoch[member] = losses[member], epoch
                self._answers[member] = own.copy()
        better = np.flatnonzero(self.epoch == epoch)
        if better.size:
            self._keep(better)
        return losses

    def _keep(self, members: np.ndarray) -> None:
        for kept, parameter in zip(self._kept, self._network.parameters, strict=True):
            kept[members] = parameter.variable.value[members]

    def restore(self) -> None:
        """Give the network the kept weights."""
        for kept, parameter in zip(self._kept, self._network.parameters, strict=True):
            parameter.variable.assign(kept)

    def left_out(self, n_rows: int) -> np.ndarray:
        """The scores (n_rows, C) of rows by the members that held them; NaN where there is none."""
        pool = Pool(n_rows, self._targets.n_scores, self._targets.kind)
        for held, answers in zip(self._held, self._answers, strict=True):
            pool.add(held, answers)
        return pool.scores()
