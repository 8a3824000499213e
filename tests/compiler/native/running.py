"""Writes functions with the tools of the target, compiles them, and calls them on arrays."""

from __future__ import annotations

import ctypes
import mmap
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from pellucid.compiler.targets.native.contraction import Contraction, Epilogue
from pellucid.compiler.targets.native.emit import TYPES, Code, Module, Parameter, Value, vector
from pellucid.compiler.targets.native.kernel import Kernel
from pellucid.compiler.targets.native.machine import Machine, host, load, object_code, preset
from pellucid.compiler.targets.native.panels import contraction_kernel

Array = np.ndarray[Any, Any]

_POINTER, _INTEGER = ctypes.c_void_p, ctypes.c_int64


def runnable() -> list[Machine]:
    """This machine, and the lesser families of its architecture."""
    here = host()
    lesser = {"avx512": ["avx2", "generic"], "avx2": ["generic"]}.get(here.family, [])
    return [here, *(preset(family) for family in lesser)]


MACHINES = [pytest.param(machine, id=machine.family) for machine in runnable()]


def aligned(shape: Sequence[int] | int, dtype: str = "uint8") -> Array:
    """Zeros that start at a multiple of 64 bytes."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size].view(dtype).reshape(shape)


def fenced(array: Array) -> Array:
    """A copy whose last byte is the last one that may be touched: the page after is forbidden."""
    page = mmap.PAGESIZE
    size = -(-max(array.nbytes, 1) // page) * page
    pages = np.frombuffer(mmap.mmap(-1, size + page), np.uint8)
    forbid = ctypes.CDLL(None).mprotect
    assert forbid(ctypes.c_void_p(pages.ctypes.data + size), ctypes.c_size_t(page), 0) == 0
    copy = pages[size - array.nbytes : size].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


FENCES = pytest.mark.skipif(sys.platform == "win32", reason="no mprotect")


def compiled(
    parameters: str, write: Callable[..., None], machine: Machine | None = None, name: str = "go"
) -> Callable[..., None]:
    """A function whose body `write(code, *arguments)` writes; "p" is a pointer, "i" an integer."""
    module = Module(machine or host())
    kinds = {"p": "ptr", "i": "i64"}
    code = module.define(name, [Parameter(kinds[p], f"a{i}") for i, p in enumerate(parameters)])
    write(code, *code.arguments.values())
    code.ret()
    return entry(module, name, parameters)


def entry(module: Module, name: str, parameters: str) -> Callable[..., None]:
    """A function of a module, called with arrays for its pointers."""
    types = [_POINTER if p == "p" else _INTEGER for p in parameters]
    code = load(object_code(str(module), module.machine), [name])
    function = code.function(name, None, *types)

    def call(*arguments: Any) -> None:
        function(*(a.ctypes.data if isinstance(a, np.ndarray) else a for a in arguments))

    return call


def elementwise(
    expression: Callable[..., Value],
    dtype: str,
    inputs: int = 1,
    machine: Machine | None = None,
    result: str = "",
) -> Callable[..., Array]:
    """An expression of vectors, run over arrays of one dtype."""
    machine = machine or host()
    lanes = machine.lanes(dtype)
    kind, out = TYPES[dtype], TYPES[result or dtype]

    def write(code: Code, *arguments: Value) -> None:
        *sources, target, count = arguments
        with code.loop(0, count, lanes) as loop:
            values = [
                code.load(code.at(source, loop.index, kind), vector(kind, lanes))
                for source in sources
            ]
            code.store(expression(*values), code.at(target, loop.index, out))

    function = compiled("p" * (inputs + 1) + "i", write, machine)

    def call(*arrays: Array) -> Array:
        count = len(arrays[0])
        room = -(-count // lanes) * lanes
        padded = [np.resize(np.asarray(array, dtype), room) for array in arrays]
        answer = np.empty(room, result or dtype)
        function(*padded, answer, room)
        return answer[:count]

    return call


class Contractor:
    """A contraction kernel that can be called, whole or in parts as threads would."""

    def __init__(
        self,
        c: Contraction,
        epilogue: Epilogue | None = None,
        machine: Machine | None = None,
        pack: bool | None = None,
    ) -> None:
        module = Module(machine or host())
        self.kernel: Kernel = contraction_kernel(module, c, epilogue, pack=pack)
        count = self.kernel.pointers
        words = ("scratch", *(f"a{i}" for i in range(count)))
        parameters = [*(Parameter("ptr", w) for w in words)]
        parameters += [Parameter("i64", w) for w in ("n", "begin", "end")]
        code = module.define("go", parameters)
        scratch, *pointers = list(code.arguments.values())[: count + 1]
        n, begin, end = list(code.arguments.values())[count + 1 :]
        self.kernel.call(code, pointers, scratch, n, begin, end)
        code.ret()
        self._call = entry(module, "go", "p" * (count + 1) + "iii")

    def __call__(self, *arrays: Array, n: int = 0, parts: int = 1) -> None:
        units = self.kernel.units.count(n)
        for part in range(parts):
            scratch = aligned(self.kernel.scratch_bytes(n) + 64)
            scratch[:] = 0xFF  # NaN: nothing may be read before it is written
            bounds = units * part // parts, units * (part + 1) // parts
            self._call(scratch, *arrays, n, *bounds)
