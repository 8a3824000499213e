"""Checkpoints: everything that training needs to go on, bit by bit, as if it had not stopped."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pellucid.errors import ModelFileError
from pellucid.graph import Array, Variable
from pellucid.train.batches import ArraySource
from pellucid.train.loop import Loop
from pellucid.train.tensor_file import Form, TensorFile, read_tensor_file, write_tensor_file

FORMAT = Form("pellucid.checkpoint", 1)


def save_checkpoint(loop: Loop, path: str | os.PathLike[str]) -> None:
    """Write where `loop` stands: weights, state of the optimizer, counters, order, callbacks.

    The file is replaced as a whole: a process killed at any moment leaves the old or the new one.
    """
    arrays: dict[str, Array] = {name: v.value for name, v in _variables(loop)}
    document = {
        "epoch": loop.epoch,
        "step": loop.step,
        "steps": loop.source.steps,
        "order": loop.source.key if isinstance(loop.source, ArraySource) else None,
        "sums": loop.meter.sums,
        "rows": loop.meter.rows,
        "stop": loop.model.stop_training,
        "callbacks": pack_state(loop.callbacks.get_state(), arrays),
    }
    write_tensor_file(path, FORMAT, {"data": document}, arrays)


def load_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read a checkpoint; raises `ModelFileError` if it is not whole or not one."""
    return Checkpoint(read_tensor_file(path, FORMAT), str(path))


class Checkpoint:
    """A training state read from a file; `apply` puts it back into the loop of a `fit`."""

    def __init__(self, file: TensorFile, path: str) -> None:
        self.path = path
        self.arrays = file.arrays
        self.data: dict[str, Any] = file.document["data"]
        self.epoch: int = self.data["epoch"]
        self.step: int = self.data["step"]

    def apply(self, loop: Loop) -> None:
        """Put everything back; raises `ModelFileError` if it belongs to another model or data."""
        loop.model.optimizer.build(loop.model.trainable_weights)
        self._check(loop)
        for name, variable in _variables(loop):
            # At the start of an epoch the metrics begin anew and may not be known yet.
            if name in self.arrays:
                variable.assign(self.arrays[name])
        if isinstance(loop.source, ArraySource):
            loop.source.key = self.data["order"]
        if self.step:
            loop.meter.sums, loop.meter.rows = list(self.data["sums"]), self.data["rows"]
        loop.model.stop_training = self.data["stop"]
        loop.callbacks.set_state(unpack_state(self.data["callbacks"], self.arrays))

    def _check(self, loop: Loop) -> None:
        for part in ("model", "optimizer"):
            given = [a.shape for n, a in self.arrays.items() if n.startswith(f"{part}/")]
            wanted = [v.shape for n, v in _variables(loop) if n.startswith(f"{part}/")]
            if given != wanted:
                self._refuse(f"the variables of this {part}")
        if self.step and self.data["steps"] != loop.source.steps:
            self._refuse(f"{loop.source.steps} batches an epoch, as now")

    def _refuse(self, expected: str) -> None:
        raise ModelFileError(
            f"checkpoint {self.path}",
            expected=expected,
            received="those of another training",
            hint="Delete the folder to start anew",
        )


def _variables(loop: Loop) -> Iterator[tuple[str, Variable]]:
    """Every variable, in a fixed order: weights, random states, the optimizer, sums of metrics.

    Numbers, not names: a model that is built again in the same process has other automatic names.
    """
    for number, variable in enumerate(loop.model.variables):
        yield f"model/{number}", variable
    for number, variable in enumerate(loop.model.optimizer.variables):
        yield f"optimizer/{number}", variable
    for name, metric in loop.meter.metrics:
        for number, variable in enumerate(metric.variables):
            yield f"metrics/{name}/{number}", variable


def pack_state(state: Any, arrays: dict[str, Array]) -> Any:
    """Nested state as JSON can hold it; its arrays go into `arrays`, names take their place."""
    if isinstance(state, np.ndarray):
        name = f"state/{len(arrays)}"
        arrays[name] = state
        return {"array": name}
    if isinstance(state, np.generic):
        return state.item()
    if isinstance(state, Mapping):
        return {"dict": [[key, pack_state(value, arrays)] for key, value in state.items()]}
    if isinstance(state, list | tuple):
        return [pack_state(value, arrays) for value in state]
    return state


def unpack_state(state: Any, arrays: Mapping[str, Array]) -> Any:
    """What `pack_state` packed; tuples come back as lists."""
    if isinstance(state, Mapping):
        if "array" in state:
            return arrays[state["array"]]
        return {key: unpack_state(value, arrays) for key, value in state["dict"]}
    if isinstance(state, list):
        return [unpack_state(value, arrays) for value in state]
    return state
