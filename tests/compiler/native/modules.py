"""Modules in LLVM's language that need something of a loader, and what their functions give."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

LONG, DOUBLE, POINTER = ctypes.c_int64, ctypes.c_double, ctypes.c_void_p


class Case(NamedTuple):
    """A module whose function `run` takes `kinds` and is right if `check` says so."""

    name: str
    text: str
    result: Any
    kinds: Sequence[Any]
    check: Callable[[Callable[..., Any]], None]


def _gives(*pairs: tuple[Any, Any]) -> Callable[[Callable[..., Any]], None]:
    def check(run: Callable[..., Any]) -> None:
        for argument, expected in pairs:
            assert run(argument) == expected, argument

    return check


def _counts_up(run: Callable[..., Any]) -> None:
    assert [run(5), run(5), run(1)] == [12, 17, 18]


def _clears(run: Callable[..., Any]) -> None:
    memory = (ctypes.c_uint8 * 1000)(*([7] * 1000))
    run(ctypes.addressof(memory))
    assert list(memory) == [0] * 900 + [7] * 100


def _copies(run: Callable[..., Any]) -> None:
    source = (ctypes.c_uint8 * 3000)(*(i % 251 for i in range(3000)))
    target = (ctypes.c_uint8 * 3000)()
    run(ctypes.addressof(target), ctypes.addressof(source))
    assert bytes(target) == bytes(source)


def _is_sine(run: Callable[..., Any]) -> None:
    for x in (0.0, 0.5, -3.0, 1e10):
        assert abs(run(x) - math.sin(x)) < 1e-15


def _aligned(run: Callable[..., Any]) -> None:
    address = run(0)
    assert address % 64 == 0 and ctypes.c_int64.from_address(address).value == 41


_BRANCHES = "\n".join(f"b{i}: ret i64 {i * i + 3}" for i in range(12))
_TABLE = " ".join(f"i64 {i}, label %b{i}" for i in range(12))

CASES = (
    Case(
        "data and zeroed memory",
        """@start = internal global i64 7
        @more = internal global [4096 x i64] zeroinitializer
        define i64 @run(i64 %x) {
          %p = getelementptr [4096 x i64], ptr @more, i64 0, i64 4000
          %old = load i64, ptr %p
          %first = load i64, ptr @start
          %a = add i64 %old, %x
          store i64 %a, ptr %p
          %b = add i64 %a, %first
          ret i64 %b }""",
        LONG,
        [LONG],
        _counts_up,
    ),
    Case(
        "a call of another library",
        """declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
        define void @run(ptr %p) {
          call void @llvm.memset.p0.i64(ptr %p, i8 0, i64 900, i1 false) ret void }""",
        None,
        [POINTER],
        _clears,
    ),
    Case(
        "a call of memcpy",
        """declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
        define void @run(ptr %a, ptr %b) {
          call void @llvm.memcpy.p0.p0.i64(ptr %a, ptr %b, i64 3000, i1 false) ret void }""",
        None,
        [POINTER, POINTER],
        _copies,
    ),
    Case(
        "a mathematical function",
        """declare double @sin(double)
        define double @run(double %x) { %y = call double @sin(double %x) ret double %y }""",
        DOUBLE,
        [DOUBLE],
        _is_sine,
    ),
    Case(
        "an address of another library, read from the table",
        """declare i64 @labs(i64)
        @chosen = internal global ptr null
        define i64 @run(i64 %x) {
          store volatile ptr @labs, ptr @chosen
          %f = load volatile ptr, ptr @chosen
          %y = call i64 %f(i64 %x) ret i64 %y }""",
        LONG,
        [LONG],
        _gives((-5, 5), (9, 9)),
    ),
    Case(
        "functions by their address",
        """@all = internal constant [2 x ptr] [ptr @twice, ptr @square]
        define internal i64 @twice(i64 %x) { %y = add i64 %x, %x ret i64 %y }
        define internal i64 @square(i64 %x) { %y = mul i64 %x, %x ret i64 %y }
        define i64 @run(i64 %x) {
          %which = and i64 %x, 1
          %p = getelementptr [2 x ptr], ptr @all, i64 0, i64 %which
          %f = load ptr, ptr %p
          %y = call i64 %f(i64 %x) ret i64 %y }""",
        LONG,
        [LONG],
        _gives((4, 8), (5, 25)),
    ),
    Case(
        "a table of jumps",
        f"""define i64 @run(i64 %x) {{
        switch i64 %x, label %other [ {_TABLE} ]
        {_BRANCHES}
        other: ret i64 -1 }}""",
        LONG,
        [LONG],
        _gives(*((i, i * i + 3) for i in range(12)), (12, -1), (-1, -1)),
    ),
    Case(
        "an aligned constant that others may replace",
        """@k = constant i64 41, align 64
        define i64 @run(i64 %x) { %y = ptrtoint ptr @k to i64 ret i64 %y }""",
        LONG,
        [LONG],
        _aligned,
    ),
    Case(
        "a recursive call",
        """define i64 @run(i64 %n) {
          %small = icmp slt i64 %n, 2
          br i1 %small, label %end, label %more
        end: ret i64 %n
        more:
          %a = sub i64 %n, 1
          %b = sub i64 %n, 2
          %x = call i64 @run(i64 %a)
          %y = call i64 @run(i64 %b)
          %z = add i64 %x, %y
          ret i64 %z }""",
        LONG,
        [LONG],
        _gives((10, 55), (20, 6765)),
    ),
)
