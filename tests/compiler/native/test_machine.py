"""The description of the processor; LLVM as an assembler and a loader."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import numpy as np
import pytest

from pellucid.compiler.targets.native.machine import (
    assembly,
    host,
    load,
    object_code,
    preset,
)
from pellucid.errors import GraphError

TWICE = "define i64 @twice(i64 %x) { %y = add i64 %x, %x ret i64 %y }"


@pytest.mark.parametrize(
    ("family", "lanes", "registers", "fma"),
    [("avx512", 16, 32, True), ("avx2", 8, 16, True), ("neon", 4, 32, True),
     ("generic", 4, 16, False)],
)  # fmt: skip
def test_families(family: str, lanes: int, registers: int, fma: bool) -> None:
    machine = preset(family)
    assert (machine.family, machine.lanes("float32")) == (family, lanes)
    assert (machine.registers, machine.fma) == (registers, fma)
    assert machine.lanes("float64") * 2 == lanes


def test_the_host_is_of_a_family_and_described_once() -> None:
    assert host() is host()
    assert host().vector_bytes in (16, 32, 64)


def test_code_is_bytes_that_load_again() -> None:
    code = object_code(TWICE, host())
    assert isinstance(code, bytes) and code == object_code(TWICE, host())
    for _ in range(3):  # each time apart, as two programs would
        assert load(code, ["twice"]).function("twice", ctypes.c_int64, ctypes.c_int64)(21) == 42


def test_code_outlives_everything_but_its_handle() -> None:
    function = load(object_code(TWICE, host()), ["twice"]).function(
        "twice", ctypes.c_int64, ctypes.c_int64
    )
    others = [load(object_code(TWICE, host()), ["twice"]) for _ in range(20)]
    assert function(4) == 8
    assert len({each.addresses["twice"] for each in others}) == 20


def test_code_far_from_its_constants_loads() -> None:
    # Huge arrays between two pieces of code put them out of reach of a short address.
    text = "@t = private constant [2 x float] [float 1.0, float 2.0]\n" + (
        "define float @pick(i64 %i) { %p = getelementptr float, ptr @t, i64 %i\n"
        "%v = load float, ptr %p ret float %v }"
    )
    code, held = object_code(text, host()), []
    for _ in range(4):
        loaded = load(code, ["pick"])
        assert loaded.function("pick", ctypes.c_float, ctypes.c_int64)(1) == 2.0
        held.append((loaded, np.empty(700 << 20, np.uint8)))


@pytest.mark.parametrize(
    "text", ["define i64 @f() { ret i32 0 }", "nonsense", "define void @f() { br label %gone }"]
)
def test_an_invalid_module_is_an_error(text: str) -> None:
    with pytest.raises(GraphError, match="valid module"):
        object_code(text, host())


def test_a_damaged_object_or_a_missing_function_is_an_error() -> None:
    code = object_code(TWICE, host())
    with pytest.raises(GraphError, match="loadable"):
        load(code[:200], ["twice"])
    with pytest.raises(GraphError, match="loadable"):
        load(code, ["thrice"])


@pytest.mark.parametrize(
    ("family", "sign"),
    [("avx512", "zmm"), ("avx2", "ymm"), ("neon", "fmla"), ("generic", "mulps")],
)
def test_assembly_is_that_of_the_family(family: str, sign: str) -> None:
    machine = preset(family)
    kind = f"<{machine.lanes('float32')} x float>"
    suffix = f"v{machine.lanes('float32')}f32"
    text = (
        f"declare {kind} @llvm.fmuladd.{suffix}({kind}, {kind}, {kind})\n"
        f"define {kind} @f({kind} %a, {kind} %b, {kind} %c) {{\n"
        f"%r = call {kind} @llvm.fmuladd.{suffix}({kind} %a, {kind} %b, {kind} %c) ret {kind} %r }}"
    )
    assert sign in assembly(text, machine)


def test_nothing_of_llvm_is_loaded_before_it_is_needed() -> None:
    program = (
        "import sys, pellucid.compiler.targets.native.panels as p; print('llvmlite' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert shown.stdout.strip() == "False", shown.stderr
