"""Kernels run by NumPy on flat buffers: what they mean, and a witness for every target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.compiler.kernels.ir import Kernel, KernelProgram
from pellucid.compiler.kernels.memory import plan_memory
from pellucid.compiler.kernels.views import Buffer, View
from pellucid.graph import Array, Tensor
from pellucid.graph.dims import resolve
from pellucid.graph.evaluate import bind_samples
from pellucid.graph.primitives.table import NUMPY_RULES


def interpret(program: KernelProgram, arrays: Mapping[Tensor, Array]) -> list[Array]:
    """The program's results, computed kernel by kernel in one arena of planned memory."""
    n = bind_samples(dict(arrays))
    memory = _allocate(program, arrays, n)
    for kernel in program.kernels:
        run_kernel(kernel, memory, n)
    return [np.array(see(view, memory, n)) for view in program.results]


def _allocate(
    program: KernelProgram, arrays: Mapping[Tensor, Array], n: int | None
) -> dict[Buffer, Array]:
    """A flat array for every buffer; temporaries share the arena, filled with NaN patterns."""
    plan = plan_memory(program, n)
    arena = np.full(plan.size, 0xFF, np.uint8)
    memory: dict[Buffer, Array] = {}
    for buffer, offset in plan.offsets.items():
        count = resolve(buffer.size, n) * np.dtype(buffer.dtype).itemsize
        memory[buffer] = arena[offset : offset + count].view(buffer.dtype)
    for tensor, view in program.inputs.items():
        memory[view.buffer] = np.array(arrays[tensor], tensor.dtype).ravel()
    for buffer, array in program.constants.items():
        memory[buffer] = np.array(array).ravel()
    for variable, view in program.variables.items():
        memory[view.buffer] = np.array(variable.value).ravel()
    for view in program.results:
        if view.buffer not in memory:
            memory[view.buffer] = np.zeros(resolve(view.buffer.size, n), view.buffer.dtype)
    return memory


def see(view: View, memory: Mapping[Buffer, Array], n: int | None) -> Array:
    """The strided array that a view describes."""
    flat = memory[view.buffer]
    shape, strides = resolve(view.shape, n), resolve(view.strides, n)
    if 0 in shape:
        return np.zeros(shape, flat.dtype)
    start = resolve(view.offset, n)
    steps = [stride * flat.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(flat[start:], shape, steps)


def run_kernel(kernel: Kernel, memory: Mapping[Buffer, Array], n: int | None) -> None:
    """One kernel: read, compute, then write everything it stores."""
    env: dict[Tensor, Any] = {t: see(view, memory, n) for t, view in kernel.loads.items()}
    with np.errstate(all="ignore"):
        for node in kernel.nodes:
            if kernel.epilogue and node is kernel.epilogue[0]:
                env.update((tensor, see(view, memory, n)) for tensor, view in kernel.late.items())
            attrs = {key: resolve(value, n) for key, value in node.attrs.items()}
            env[node] = NUMPY_RULES[node.op](*[env[t] for t in node.inputs], **attrs)
    for view, value in zip(kernel.items, env[kernel.head] if kernel.items else (), strict=True):  # type: ignore[index]
        see(view, memory, n)[...] = value
    for node, view in kernel.stores.items():
        see(view, memory, n)[...] = env[node]
