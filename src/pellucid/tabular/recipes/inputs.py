"""What every network here is given: raw columns as numbers of like size, and codes to embed."""

from __future__ import annotations

import numpy as np

from pellucid.graph import Tensor
from pellucid.nn.layers import Input
from pellucid.tabular.features import Features
from pellucid.tabular.recipes.network import Form, MemberNetwork
from pellucid.tabular.recipes.targets import Targets
from pellucid.train.model import Model

# Rows prepared at a time.
_BLOCK = 16384


class Inputs:
    """The layers of `Features.robust`, and what comes out of them as one array."""

    def __init__(self, features: Features) -> None:
        self._encoding = features.robust()
        self.n_columns = len(features.columns)

    def form(self, targets: Targets) -> Form:
        """What a network of these inputs and targets takes and gives."""
        numbers = self._encoding.is_number
        n = int(np.argmin([*numbers, False]))  # numbers come first
        levels = self._encoding.n_codes
        return Form(targets.kind, n, len(numbers) - n, levels, targets.n_scores)

    def table(self, matrix: np.ndarray) -> np.ndarray:
        """Features, then codes (N, F) float32, of raw columns (N, C)."""
        blocks = []
        for first in range(0, len(matrix), _BLOCK):
            rows = np.asarray(matrix[first : first + _BLOCK], np.float64)
            parts = [np.asarray(part.numpy(), np.float32) for part in self._parts(rows)]
            blocks.append(np.concatenate(parts, axis=1))
        return np.concatenate(blocks)

    def model(self, network: MemberNetwork) -> Model:
        """Raw columns → the network's scores."""
        columns = Input((self.n_columns,), dtype="float64", name="columns")
        parts = self._parts(columns)
        scores = network(parts if len(parts) > 1 else parts[0])
        return Model(columns, scores, name="members")

    def _parts(self, columns: Tensor | np.ndarray) -> list[Tensor]:
        encoding = self._encoding
        parts = []
        if encoding.names:
            parts.append(encoding.scale(encoding.spread(columns)))
        if encoding.codes is not None:
            parts.append(encoding.codes(columns))
        return parts
