"""Programs of one structure are made once, and each runs on its own variables."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid import settings
from pellucid.compiler import compile, make_program
from pellucid.compiler.structure import Structure, listing, structure
from pellucid.graph import Tensor, Variable, ops, placeholder
from tests.compiler import networks

pytest.importorskip("llvmlite")

BUILDERS = list(networks.NETWORKS.values())


def built(builder: Callable[[], networks.Built], factor: float) -> networks.Built:
    """The network with all its variables scaled, so that no two have the same values."""
    outputs, inputs, updates = builder()
    for variable, _ in updates:
        variable.assign(variable.value * np.asarray(factor, variable.dtype))
    return outputs, inputs, updates


@pytest.mark.parametrize("builder", BUILDERS)
def test_a_network_that_was_built_before_runs_on_its_own_variables(
    builder: Callable[[], networks.Built],
) -> None:
    kinds = []
    for factor in (1.0, 2.0):
        outputs, inputs, updates = built(builder, factor)
        native = compile(outputs, inputs, updates, target="native")
        kinds.append(structure(native.built))
        others, slots, pairs = built(builder, factor)
        source = compile(others, slots, pairs, target="numpy")
        for _ in range(2):
            for a, b in zip(
                native(*networks.data(inputs)), source(*networks.data(slots)), strict=True
            ):
                np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
        for (ours, _), (theirs, _) in zip(updates, pairs, strict=True):
            np.testing.assert_allclose(ours.value, theirs.value, rtol=1e-4, atol=1e-5)
    assert kinds[0] is kinds[1]


def one(make: Callable[[Tensor], Tensor], shape: Any = (None, 4)) -> Any:
    x = placeholder(shape, name="x")
    return listing(make_program([make(x)], [x]))


DIFFERENT: list[tuple[Any, Any]] = [
    (lambda x: x * 0.0, lambda x: x * -0.0),
    (lambda x: x + 1.0, lambda x: x + 2.0),
    (lambda x: ops.sum(x, axis=1), lambda x: ops.sum(x, axis=0)),
    (lambda x: ops.sum(x, axis=1), lambda x: ops.sum(x, axis=1, keepdims=True)),
    (lambda x: x * x, lambda x: x * Variable(2.0)),
    (lambda x: x * Variable(2.0), lambda x: x * Variable([2.0] * 4)),
    (lambda x: ops.exp(x) - ops.tanh(x), lambda x: ops.tanh(x) - ops.exp(x)),
]


@pytest.mark.parametrize("pair", DIFFERENT)
def test_what_code_depends_on_tells_programs_apart(pair: tuple[Any, Any]) -> None:
    first, second = pair
    assert one(first) == one(first)
    assert one(first) != one(second)
    assert one(first) != one(first, (None, 3, 4))


def test_variables_that_are_written_but_not_read_keep_their_places() -> None:
    def program(order: int) -> tuple[Any, Variable, Variable]:
        x = placeholder((), name="x")
        a, b = Variable(0.0, name="a"), Variable(0.0, name="b")
        updates = [(a, x * 2.0), (b, x * 3.0)]
        return compile([x + 1.0], [x], updates[::order], target="native"), a, b

    for order in (1, -1, 1, -1):
        run, a, b = program(order)
        run(5.0)
        assert (float(a), float(b)) == (10.0, 15.0)


def test_nothing_of_the_first_network_is_kept_alive() -> None:
    def train() -> weakref.ref[Any]:
        x, w = placeholder((None, 7), name="x"), Variable(np.ones((7, 5), np.float32))
        held = weakref.ref(w.value)
        compile([x @ w], [x], target="native")(np.ones((2, 7)))
        return held

    held = train()
    gc.collect()
    assert held() is None


def test_large_constants_are_not_kept() -> None:
    x = placeholder((None, 200), name="x")
    program = make_program([x @ np.ones((200, 200), np.float32)], [x])
    assert listing(program) is None
    assert isinstance(structure(program), Structure)
    assert structure(program) is not structure(program)


def test_names_stay_those_of_the_program() -> None:
    for name in ("first", "second"):
        x, w = placeholder((None,), name=f"x_{name}"), Variable(2.0, name=name)
        program = compile([x * w], [x], target="native")
        assert program([1.0])[0].tolist() == [2.0]
        assert name in program.kernels
        assert name in program.source


def test_with_checks_every_program_is_checked_by_itself() -> None:
    with settings.using(checks=True):
        x, w = placeholder((None,), name="x"), Variable(2.0, name="w")
        assert compile([x * w], [x], target="native")([3.0])[0].tolist() == [6.0]
