"""Guard zones: machine code that writes one element too far is caught, whichever buffer it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid import settings
from pellucid.compiler import make_program, run_passes
from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.targets.native import runner, step
from pellucid.compiler.targets.native.access import Frame
from pellucid.compiler.targets.native.guards import GuardedRoom
from pellucid.compiler.targets.native.memory import memory_type
from pellucid.compiler.targets.native.room import Room
from pellucid.compiler.targets.native.runner import NativeProgram
from pellucid.errors import GraphError
from pellucid.graph import Variable, ops, placeholder

pytest.importorskip("llvmlite")


def _program(threads: int = 1) -> NativeProgram:
    """A map stored in a temporary, an output and a variable, each of N or a fixed size."""
    x = placeholder((None, 3), name="x")
    w = Variable(np.ones(3, np.float32), name="w")
    h = ops.exp(x)
    total = ops.sum(h, axis=0)
    program = make_program([h - ops.max(h), total], [x], [(w, w * 2.0)])
    return NativeProgram(run_passes(program), threads)


def _writes_outside(kind: str, place: Callable[[Frame, Any], Any]) -> Callable[..., None]:
    """A wrong kernel: it does its work, and then writes one element beside a buffer of a kind."""
    rightly = step.WRITERS["map"]

    def write(frame: Frame, kernel: Kernel) -> None:
        rightly(frame, kernel)
        for view in kernel.stores.values():
            if view.buffer.kind == kind:
                code, element = frame.code, memory_type(view.buffer.dtype)
                address = code.at(frame.base(view), place(frame, view.buffer), element)
                code.store(code.value(0, element), address)

    return write


SIDES: dict[str, Callable[[Frame, Any], Any]] = {
    "after": lambda frame, buffer: frame.size(buffer.size),
    "before": lambda frame, buffer: -1,
}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("kind", ["output", "variable", "temporary"])
def test_an_element_outside_a_buffer_is_caught(
    kind: str, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(step.WRITERS, "map", _writes_outside(kind, SIDES[side]))
    monkeypatch.setattr(runner, "key", lambda *parts: None)  # wrong code is not to be kept
    program = _program()
    with pytest.raises(GraphError, match=rf"{kind} .*bytes written {side} it"):
        program([np.ones((5, 3), np.float32)], 5)


@pytest.mark.parametrize("n", [0, 1, 5, 17])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_right_programs_pass_apart_and_as_planned(n: int, threads: int) -> None:
    program = _program(threads)
    x = np.random.default_rng(0).standard_normal((n, 3)).astype(np.float32)
    modes = []
    for _ in range(4):
        room = program._memory
        assert isinstance(room, GuardedRoom)
        modes.append(room.apart)
        h, total = program([x], n)
        expected = np.exp(x)
        np.testing.assert_allclose(total, expected.sum(axis=0), rtol=1e-5)
        np.testing.assert_allclose(h, expected - expected.max(initial=-np.inf), atol=1e-5)
    assert modes == [True, False, True, False]


def test_batches_collected_in_a_shuffled_order_lie_between_zones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = placeholder((None, 3), name="x")
    program = NativeProgram(run_passes(make_program([ops.mean(x)], [x])))
    rows = np.arange(30, dtype=np.float32).reshape(10, 3)
    order = np.random.default_rng(0).permutation(10)
    found = program.run_batches([rows], order, 4, 0, 3, 3)
    expected = [[rows[order[i : i + 4]].mean()] for i in (0, 4, 8)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    seen: list[str] = []
    checked = GuardedRoom.check

    def check(room: GuardedRoom, where: str) -> None:
        seen.extend(zone.buffer for zone in room._zones)
        checked(room, where)

    monkeypatch.setattr(GuardedRoom, "check", check)
    program.run_batches([rows], order, 4, 0, 3, 3)
    assert any(name.startswith("input x") for name in seen)


def test_a_kernel_that_leaves_an_output_unwritten_gives_nan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(step.WRITERS, "map", lambda frame, kernel: None)
    monkeypatch.setattr(runner, "key", lambda *parts: None)
    x = placeholder((None,), name="x")
    program = NativeProgram(run_passes(make_program([x + 1], [x])))
    assert np.isnan(program([np.ones(40, np.float32)], 40)[0]).all()


def test_without_checks_memory_has_no_guards() -> None:
    with settings.using(checks=False):
        assert type(_program()._memory) is Room
