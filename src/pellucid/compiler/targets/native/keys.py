"""Keys of compiled programs: the same key means the same machine code, in every process.

A key is a digest of all that machine code depends on: the kernels with every attribute, constant
and view; the processor; LLVM; and the source of the generators themselves, so that a change of a
single line of them never meets code of before. Names are left out: the same network built again
has other names, and the same code.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.compiler.kernels import KernelProgram
from pellucid.compiler.targets.native.processor import identity
from pellucid.graph import Tensor, toposort
from pellucid.graph.arrays import Literal
from pellucid.graph.dims import SymbolicDim


def key(program: KernelProgram, *options: Any) -> str | None:
    """64 hexadecimal digits, or None if something in the program has no text of its own.

    `options` is all else that changes the code: the listing of what the generators are asked for.
    """
    if options not in program.keys:
        program.keys[options] = _key(program, options)
    return program.keys[options]


def _key(program: KernelProgram, options: tuple[Any, ...]) -> str | None:
    try:
        listing = describe(program, options)
    except UnlistedError:
        return None
    return sha256(f"{identity()}\n{_toolchain()}\n{listing}".encode()).hexdigest()


class UnlistedError(TypeError):
    """A value whose text might differ between processes, or be the same for two values."""


def describe(*values: Any) -> str:
    """A text for all that a generator can read of values, names aside; no two have the same.

    Tensors, buffers and what else has an identity are numbered as they come, so the text does not
    depend on addresses, hash seeds or names.

    >>> from pellucid.graph import apply
    >>> x = apply("iota", size=3, dtype="int32")
    >>> print(describe((x, x, 1.5), {"axis": 0}))
    [iota (){'size':3,'dtype':'int32',}(3,)int32,#0,1.5,]{'axis':0,}
    """
    listing = _Listing()
    for value in values:
        listing.write(value)
    return "".join(listing.parts)


_PLAIN: frozenset[type] = frozenset((int, float, bool, str, type(None), SymbolicDim))
_DIGEST_BYTES = 32
_NAMES = frozenset(("name", "origin", "made_by", "keys"))


class _Listing:
    """The text, piece by piece."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._numbers: dict[int, int] = {}  # what was met, by `id`; the values outlive the listing
        self._tensors: set[Tensor] = set()

    def write(self, value: Any) -> None:
        kind: Any = type(value)
        _writer(kind)(self, value)

    def plain(self, value: object) -> None:
        self.parts.append(repr(value))

    def sequence(self, value: Any) -> None:
        if _PLAIN.issuperset(map(type, value)):  # shapes, strides, axes: most of all
            return self.parts.append(repr(value))
        self.parts.append("[")
        for item in value:
            self.write(item)
            self.parts.append(",")
        self.parts.append("]")

    def mapping(self, value: Mapping[Any, Any]) -> None:
        self.parts.append("{")
        for name, item in value.items():
            self.write(name)
            self.parts.append(":")
            self.write(item)
            self.parts.append(",")
        self.parts.append("}")

    def array(self, array: Any) -> None:
        content = np.ascontiguousarray(array)
        small = content.nbytes <= _DIGEST_BYTES
        digest = content.tobytes().hex() if small else sha256(content.data).hexdigest()
        self.parts.append(f"{array.dtype.str}{array.shape}{digest}")

    def literal(self, value: Literal) -> None:
        self.array(value.array)

    def _is_new(self, value: Any) -> bool:
        """Whether something with an identity comes for the first time; else its number is put."""
        number = self._numbers.get(id(value))
        if number is None:
            self._numbers[id(value)] = len(self._numbers)
            return True
        self.parts.append(f"#{number}")
        return False

    def tensor(self, tensor: Tensor) -> None:
        """A tensor with its inputs; those that are new stand in front of it, without recursion."""
        if not self._tensors.issuperset(tensor.inputs):
            for node in toposort([tensor], self._tensors):
                self.tensor(node)
        elif self._is_new(tensor):
            self._tensors.add(tensor)
            self.parts.append(f"{tensor.op} ")
            self.sequence(tensor.inputs)
            self.mapping(tensor.attrs)
            self.sequence(tensor.shape)
            self.parts.append(tensor.dtype)

    def named_tuple(self, value: Any) -> None:
        self.parts.append(type(value).__name__)
        self.sequence(value)

    def record(self, value: Any) -> None:
        kind: Any = type(value)
        self.parts.append(f"{kind.__name__}<")
        for name in _fields(kind):
            self.write(getattr(value, name))
            self.parts.append(",")
        self.parts.append(">")

    def identified_record(self, value: Any) -> None:
        if self._is_new(value):
            self.record(value)


@functools.cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in _NAMES)


_Writer = Callable[[_Listing, Any], None]


@functools.cache
def _writer(kind: Any) -> _Writer:
    """How a value of some type is written; raises `UnlistedError`."""
    if kind in _WRITERS:
        return _WRITERS[kind]
    if issubclass(kind, Tensor):
        return _Listing.tensor
    if issubclass(kind, tuple):
        return _Listing.named_tuple
    if issubclass(kind, np.generic):
        return _Listing.array
    if is_dataclass(kind):
        by_value = kind.__eq__ is not object.__eq__
        return _Listing.record if by_value else _Listing.identified_record
    raise UnlistedError(kind.__name__)


_WRITERS: Mapping[type, _Writer] = {
    **dict.fromkeys(_PLAIN, _Listing.plain),
    **dict.fromkeys((tuple, list), _Listing.sequence),
    dict: _Listing.mapping,
    Literal: _Listing.literal,
    np.ndarray: _Listing.array,
}


# The generators, and what they are built on. Reading and digesting them takes half a millisecond.
_ROOT = Path(__file__).parents[3]
_GENERATORS = tuple(
    _ROOT / folder for folder in ("compiler/targets/native", "compiler/kernels", "graph")
)


@functools.cache
def _toolchain() -> str:
    """What turns kernels into machine code: our own source, and the LLVM that is installed."""
    digest = sha256()
    for folder in _GENERATORS:
        for inner, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".py"):
                    with open(os.path.join(inner, name), "rb", buffering=0) as file:
                        digest.update(file.read())
    return f"{digest.hexdigest()} {_llvm()}"


def _llvm() -> str:
    """The version of llvmlite, read without importing it, and the size of its library."""
    spec = find_spec("llvmlite")
    if spec is None or spec.origin is None:
        return "none"
    folder = Path(spec.origin).parent
    libraries = sorted((folder / "binding").glob("*llvmlite*"))
    sizes = [(path.name, path.stat().st_size) for path in libraries]
    return f"{(folder / '_version.py').read_text('utf-8')} {sizes}"
