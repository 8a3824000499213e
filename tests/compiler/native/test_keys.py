"""Keys of compiled programs: equal for equal programs in every process, different otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.compiler.kernels import KernelProgram, lower
from pellucid.compiler.passes import run_passes
from pellucid.compiler.program import make_program
from pellucid.compiler.targets.native import keys
from pellucid.compiler.targets.native.keys import UnlistedError, describe, key
from pellucid.compiler.targets.native.processor import identity
from pellucid.graph import Tensor, Variable, apply, gradient, ops, placeholder
from pellucid.graph.arrays import Literal
from pellucid.graph.dims import N
from pellucid.graph.primitives.contraction import AxisMap
from tests.compiler.networks import NETWORKS


def lowered(outputs: Any, inputs: Any = (), updates: Any = ()) -> KernelProgram:
    return lower(run_passes(make_program(outputs, inputs, updates)))


def network_key(name: str) -> str:
    found = key(lowered(*NETWORKS[name]()))
    assert found is not None
    return found


def listings() -> list[str]:
    """Digests of what the keys of all networks are made of, our own source aside."""
    texts = [f"{identity()} {describe(lowered(*build()))}" for build in NETWORKS.values()]
    return [sha256(text.encode()).hexdigest() for text in texts]


_PRINT = """
from tests.compiler.native.test_keys import listings
print(listings())
"""


def test_equal_in_every_process_under_every_hash_seed() -> None:
    answers = set()
    for seed in "012":
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", _PRINT]
        answers.add(subprocess.check_output(command, env=environment, text=True).strip())
    assert answers == {str(listings())}


def test_networks_have_different_keys() -> None:
    assert len({network_key(name) for name in NETWORKS}) == len(NETWORKS)


def net(
    units: int = 3,
    rate: float = 0.1,
    name: str = "layer",
    activation: Callable[[Tensor], Tensor] = ops.tanh,
    values: Any = None,
    axis: int = 1,
    table: float = 2.0,
    dtype: str = "float32",
) -> KernelProgram:
    """A small step with many things to change about it."""
    x = placeholder((None, 2), dtype, name=f"{name}_x")
    start = np.zeros((2, units), dtype) if values is None else values
    w = Variable(start, name=f"{name}/kernel")
    h = activation(x @ w) * np.linspace(1, table, units).astype(dtype)
    loss = ops.mean(ops.sum(h, axis=axis))
    return lowered([loss], [x], [(w, w - rate * gradient(loss, w))])


BASE = key(net())


def test_names_and_values_of_variables_do_not_matter() -> None:
    assert key(net(name="another")) == BASE
    assert key(net(values=np.ones((2, 3), np.float32))) == BASE


CHANGES = {
    "a size": {"units": 4},
    "a number": {"rate": 0.2},
    "the last bit of a number": {"rate": float(np.nextafter(np.float32(0.1), np.float32(1)))},
    "an op": {"activation": ops.exp},
    "an axis": {"axis": 0},
    "a constant array": {"table": 3.0},
    "a type": {"dtype": "float64"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_all_that_changes_the_code_changes_the_key(change: dict[str, Any]) -> None:
    assert key(net(**change)) != BASE


def test_options_change_the_key() -> None:
    assert len({BASE, key(net(), 1), key(net(), 2), key(net(), "1"), key(net(), 1, 1)}) == 5


def test_another_processor_has_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "identity", lambda: "another")
    assert key(net()) != BASE


def test_changed_generators_and_another_llvm_have_other_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "emit.py"
    found = set()
    monkeypatch.setattr(keys, "_GENERATORS", (tmp_path,))
    monkeypatch.setattr(keys, "_toolchain", keys._toolchain.__wrapped__)
    for text, version in (("a = 1", "1"), ("a = 2", "1"), ("a = 1", "2")):
        source.write_text(text)
        monkeypatch.setattr(keys, "_llvm", lambda version=version: version)
        found.add(key(net()))
    assert len(found | {BASE}) == 4


def test_the_version_of_llvm_is_told_without_importing_it() -> None:
    code = """
import sys
from pellucid.compiler.targets.native import keys
told = keys._llvm()
assert "llvmlite" not in sys.modules
import llvmlite
assert llvmlite.__version__ in told
"""
    subprocess.run([sys.executable, "-c", code], check=True)


DIFFERENT = (
    (1, True, 1.0, "1", np.float32(1), np.float64(1), np.int64(1), N, None),
    ((1, 2), (1, (2,)), ((1,), 2), (12,), ("1, 2",), [1, 2], (1.0, 2), ()),
    (0.0, -0.0, 1e-45, float("inf"), float("nan"), 0.1, np.nextafter(0.1, 1.0)),
    (np.zeros((2, 3)), np.zeros((3, 2)), np.zeros(6), np.zeros((2, 3), np.float32), np.zeros(7)),
    (Literal(np.zeros(9)), Literal(np.ones(9)), Literal(np.zeros(9, ">f8"))),
    ({"a": 1}, {"a": 2}, {"b": 1}, {}, {"a": 1, "b": 1}),
    (AxisMap(((0, 1),)), AxisMap(((1, 1),)), AxisMap(((0, 1),), 1), (((0, 1),), 0, 1)),
)


@pytest.mark.parametrize("values", DIFFERENT, ids=lambda values: type(values[0]).__name__)
def test_different_values_have_different_texts(values: tuple[Any, ...]) -> None:
    assert len({describe(value) for value in values}) == len(values)


def test_who_is_who_matters() -> None:
    """The same ops on the same values, joined differently."""
    a, b = (apply("iota", size=3, dtype="float32") for _ in range(2))
    texts = {describe(pair) for pair in ((a, a), (a, b), (a - b, a), (a - b, b), (b - a, b))}
    assert len(texts) == 4
    assert describe((a - b, a)) == describe((b - a, b))


def test_a_value_without_a_text_of_its_own_is_not_kept() -> None:
    with pytest.raises(UnlistedError):
        describe(object())
    with pytest.raises(UnlistedError):
        describe({1, 2})  # its order may differ
    assert key(net(), lambda: 1) is None


def test_a_chain_of_ten_thousand_nodes() -> None:
    x = placeholder((None,))
    y = x
    for _ in range(10_000):
        y = ops.sin(y)
    z = placeholder((None,))
    assert describe(y) == describe(y) != describe(ops.sin(y)) != describe(z)
