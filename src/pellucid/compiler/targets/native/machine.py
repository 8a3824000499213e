"""What the processor can do, and LLVM as an assembler: from the text of a module to machine code.

Only this file touches llvmlite. The rest of the target asks a `Machine` how wide its vectors are
and how many registers hold them, and writes LLVM's language as text (see `emit`).
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.errors import GraphError


@dataclass(frozen=True)
class Machine:
    """A processor as the generators see it.

    `vector_bytes` is the width of one vector register and `registers` their number; `fma` says that
    a product and a sum are one instruction with one rounding. `triple`, `cpu` and `features` are
    LLVM's names for it.

    >>> preset("avx512").lanes("float32"), preset("neon").lanes("float64")
    (16, 2)
    """

    family: str
    triple: str
    cpu: str
    features: str
    vector_bytes: int
    registers: int
    fma: bool

    def lanes(self, dtype: str) -> int:
        """How many elements of `dtype` one vector register holds."""
        return self.vector_bytes // ITEM_BYTES[dtype]


ITEM_BYTES = {"float32": 4, "float64": 8, "int32": 4, "int64": 8, "bool": 1}


@dataclass(frozen=True)
class _Family:
    """A row of the table: a machine belongs to the first family all of whose features it has."""

    name: str
    architecture: str
    features: tuple[str, ...]
    vector_bytes: int
    registers: int
    fma: bool
    triple: str
    cpu: str


_LINUX_X86, _LINUX_ARM = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"
_AVX512 = ("avx512f", "avx512dq", "avx512bw", "avx512vl", "fma")
_FAMILIES = (
    _Family("avx512", "x86_64", _AVX512, 64, 32, True, _LINUX_X86, "skylake-avx512"),
    _Family("avx2", "x86_64", ("avx2", "fma"), 32, 16, True, _LINUX_X86, "haswell"),
    _Family("neon", "aarch64", (), 16, 32, True, _LINUX_ARM, "generic"),
    _Family("generic", "", (), 16, 16, False, _LINUX_X86, "x86-64"),
)


@functools.cache
def host() -> Machine:
    """The processor this process runs on."""
    llvm = _llvm()
    triple = llvm.get_process_triple()
    try:
        found = llvm.get_host_cpu_features()
    except RuntimeError:  # some systems do not tell; their families need no feature by name
        found = {}
    features = ",".join(f"{'+' if on else '-'}{name}" for name, on in sorted(found.items()))
    return _machine(triple, llvm.get_host_cpu_name(), features, found)


def preset(family: str) -> Machine:
    """A typical processor of a family: "avx512", "avx2", "neon" or "generic"."""
    row = next(row for row in _FAMILIES if row.name == family)
    return _machine(row.triple, row.cpu, "", dict.fromkeys(row.features, True))


def _machine(triple: str, cpu: str, features: str, found: Mapping[str, bool]) -> Machine:
    architecture = {"arm64": "aarch64", "amd64": "x86_64"}.get(
        triple.partition("-")[0], triple.partition("-")[0]
    )
    row = next(
        row
        for row in _FAMILIES
        if row.architecture in ("", architecture) and all(found.get(f) for f in row.features)
    )
    return Machine(row.name, triple, cpu, features, row.vector_bytes, row.registers, row.fma)


def object_code(text: str, machine: Machine) -> bytes:
    """Machine code, as the bytes of an object file, for a module in LLVM's language.

    The generators write what they want to run (explicit vectors, values in registers, no stack),
    so no pass of LLVM's middle end pays for itself: see docs/design/native.md. Raises `GraphError`
    where the text is not a valid module.
    """
    return bytes(_target(machine).emit_object(_parse(text)))


def assembly(text: str, machine: Machine) -> str:
    """What `object_code` emits, as readable assembly."""
    return str(_target(machine).emit_assembly(_parse(text)))


class Loaded:
    """Machine code in memory, ready to be called, for as long as this object lives.

    >>> text = "define i64 @twice(i64 %x) { %y = add i64 %x, %x ret i64 %y }"
    >>> code = load(object_code(text, host()), ["twice"])
    >>> code.function("twice", ctypes.c_int64, ctypes.c_int64)(21)
    42
    """

    def __init__(self, tracker: Any, names: Sequence[str]) -> None:
        self._tracker = tracker
        self.addresses: Mapping[str, int] = {name: int(tracker[name]) for name in names}

    def function(self, name: str, result: Any = None, *arguments: Any) -> Any:
        """The function `name` for ctypes, which lets go of the GIL while it runs."""
        call: Any = ctypes.CFUNCTYPE(result, *arguments)(self.addresses[name])
        call.owner = self  # the code must outlive every handle to it
        return call


def load(code: bytes, names: Sequence[str]) -> Loaded:
    """Put the bytes of an object file, fresh or from a cache, into memory; `names` can be called.

    The bytes are trusted: whoever reads them from a disk checks them first. Raises `GraphError` if
    they are no object file of this machine, or lack one of the functions.
    """
    builder = _llvm().JITLibraryBuilder().add_object_img(code).add_current_process()
    for name in names:
        builder.export_symbol(name)
    try:
        tracker = builder.link(_linker(), f"pellucid{next(_SERIAL)}")
    except RuntimeError as error:
        raise GraphError("machine code", expected="loadable", received=str(error)) from None
    return Loaded(tracker, names)


_SERIAL = itertools.count()


@functools.cache
def _linker() -> Any:
    # JITLink keeps all that belongs to one object together, so the code may use short addresses.
    # The older linker scatters it, and ends the process when a section lands out of reach.
    return _llvm().create_lljit_compiler(
        _target(host()), use_jit_link=_SHORT_ADDRESSES, suppress_errors=True
    )


def _parse(text: str) -> Any:
    llvm = _llvm()
    try:
        module = llvm.parse_assembly(text)
        module.verify()
    except RuntimeError as error:
        raise GraphError("machine code", expected="a valid module", received=str(error)) from None
    return module


def _target(machine: Machine) -> Any:
    llvm = _llvm()
    if machine.triple != llvm.get_process_triple():
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(machine.triple)
    return target.create_target_machine(
        cpu=machine.cpu,
        features=machine.features,
        opt=_CODEGEN,
        reloc="pic" if _SHORT_ADDRESSES else "default",
        codemodel="small" if _SHORT_ADDRESSES else "jitdefault",
    )


# JITLink is not complete for Windows' object files.
_SHORT_ADDRESSES = sys.platform != "win32"
_CODEGEN = 3  # of 0 to 3: the best code; level 2 costs as much, level 1 saves a tenth


@functools.cache
def _llvm() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm
