"""What machine code cannot do runs as NumPy source, for reasons that are known and are told."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from pellucid import settings
from pellucid.compiler import CompiledProgram, compile
from pellucid.compiler.targets.native import runner, step
from pellucid.errors import ArgumentError, GraphError
from pellucid.graph import Tensor, Variable, evaluate, ops, placeholder
from tests.compiler.networks import NETWORKS

pytest.importorskip("llvmlite")


def _gram(x: Tensor) -> Tensor:
    return x @ ops.transpose(x)


def _distances(x: Tensor) -> Tensor:
    return ops.sum((ops.expand_dims(x, 0) - ops.expand_dims(x, 1)) ** 2, axis=-1)


# Every reason there is, with programs that have it. A new line here is a loss: think twice.
REASONS: list[tuple[str, Callable[[Tensor], Tensor]]] = [
    (r"depends on the number of samples N; received N \* N", _gram),
    (r"depends on the number of samples N; received N \* N", lambda x: ops.sum(_gram(x))),
    (r"depends on the number of samples N; received \d*N \* N", _distances),
]


@pytest.mark.parametrize("case", range(len(REASONS)))
def test_programs_without_machine_code_run_as_numpy_source(case: int) -> None:
    reason, function = REASONS[case]
    x = placeholder((None, 3), name="x")
    w = Variable(np.ones((), np.float32), name="w")
    output = function(x)
    value = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    program = compile([output], [x], [(w, w * 2)], target="native")
    np.testing.assert_allclose(program(value)[0], evaluate(output, {x: value}), rtol=1e-5)
    assert program.fallback is not None
    assert re.search(reason, program.fallback)
    assert w.value == 2
    assert program.memory(5).temporaries == program.memory(5).unshared
    for name in ("ir", "assembly"):
        with pytest.raises(ArgumentError, match="a program of the native target"):
            getattr(program, name)
    with pytest.raises(GraphError, match="number of samples"):
        _ = program.kernels


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_have_machine_code(name: str) -> None:
    outputs, inputs, updates = NETWORKS[name]()
    assert compile(outputs, inputs, updates, target="native").fallback is None


def test_batches_fall_back_too() -> None:
    x = placeholder((None, 3), name="x")
    program = compile([ops.sum(_gram(x))], [x], target="native")
    rows = np.random.default_rng(0).standard_normal((7, 3)).astype(np.float32)
    found = program.run_batches([rows], None, 4, 0, 2)
    expected = [(part @ part.T).sum() for part in (rows[:4], rows[4:])]
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-5)


def _broken(monkeypatch: pytest.MonkeyPatch) -> CompiledProgram:
    def fail(*parts: object) -> None:
        raise NotImplementedError("no such kernel")

    monkeypatch.setitem(step.WRITERS, "reduction", fail)
    monkeypatch.setattr(runner, "key", lambda *parts: None)
    x = placeholder((None,), name="x")
    return compile([ops.sum(x)], [x], target="native")


@pytest.mark.parametrize("batches", [False, True])
def test_a_fault_of_the_generators_is_not_the_users(
    batches: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _broken(monkeypatch)
    rows = np.ones(6, np.float32)
    with settings.using(checks=False):
        if batches:
            assert program.run_batches([rows], None, 4, 0, 2).tolist() == [[4.0], [2.0]]
        else:
            assert program(rows)[0] == 6
        assert program.fallback == "NotImplementedError: no such kernel"


def test_with_checks_a_fault_of_the_generators_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    program = _broken(monkeypatch)
    with pytest.raises(NotImplementedError, match="no such kernel"):
        program(np.ones(6, np.float32))


def test_the_numpy_target_has_no_machine_code_and_no_reason() -> None:
    x = placeholder((None,), name="x")
    program = compile([ops.exp(x)], [x], target="numpy")
    assert program.fallback is None
    with pytest.raises(ArgumentError, match=r"received NumPy source\. compile it with target"):
        _ = program.ir
    assert "map (N,)" in program.kernels
