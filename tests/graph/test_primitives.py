"""Every primitive op against its four witnesses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.compiler.targets.numpy_source.rules import SOURCE_RULES
from pellucid.graph import Tensor, check_gradient, constant, gradient, ops, placeholder
from pellucid.graph.evaluate import toposort
from pellucid.graph.primitives.table import GRADIENT_RULES, NUMPY_RULES
from pellucid.graph.tensor import SHAPE_RULES
from tests.graph.cases import CASES, Case
from tests.graph.targets import TARGETS

every_case = pytest.mark.parametrize(
    "case", CASES, ids=[f"{i}-{case.op}" for i, case in enumerate(CASES)]
)
# Their gradient is written where loops are differentiated, not as a row.
WITHOUT_A_ROW = {"scan", "item"}


def test_every_op_has_a_row_in_every_table() -> None:
    ops_known = set(SHAPE_RULES)
    assert set(NUMPY_RULES) == ops_known
    assert set(GRADIENT_RULES) == ops_known
    assert set(SOURCE_RULES) == ops_known
    assert {case.op for case in CASES} == ops_known


@every_case
def test_the_case_uses_its_op(case: Case) -> None:
    output = case.build(*map(constant, case.inputs))
    assert case.op in {node.op for node in toposort([output])}


@every_case
def test_the_value_is_the_one_found_by_other_means(case: Case) -> None:
    output = case.build(*map(constant, case.inputs))
    value = output.numpy()
    assert (value.shape, value.dtype.name) == (output.shape, output.dtype)
    np.testing.assert_allclose(value, np.asarray(case.expected(*case.inputs)), 1e-14, 1e-14)


@every_case
def test_the_law_holds(case: Case) -> None:
    left, right = case.law(case.build, *map(constant, case.inputs))
    np.testing.assert_allclose(np.asarray(left), np.asarray(right), 1e-13, 1e-13)


def smooth(case: Case) -> bool:
    """Whether the op has a gradient, for these inputs and this type of result."""
    result = case.build(*map(constant, case.inputs))
    has_rule = GRADIENT_RULES[case.op] is not None or case.op in WITHOUT_A_ROW
    return bool(case.floats) and has_rule and result.dtype == "float64"


def float_function(case: Case) -> Any:
    """The case as a function of its floating inputs alone."""

    def function(*xs: Tensor) -> Tensor:
        inputs: list[Any] = [constant(x) for x in case.inputs]
        for position, x in zip(case.floats, xs, strict=True):
            inputs[position] = x
        return case.build(*inputs)

    return function


@pytest.mark.parametrize("case", [c for c in CASES if smooth(c)], ids=lambda case: case.op)
def test_gradients_are_difference_quotients(case: Case) -> None:
    # Rounding to float32 is no smooth function: a wide step goes over its stairs.
    step = 0.5 if case.op == "cast" else 1e-3
    point = [case.inputs[i] for i in case.floats]
    assert check_gradient(float_function(case), *point, order=2, step=step, tolerance=1e-6) <= 1e-6


@pytest.mark.parametrize("case", [c for c in CASES if not smooth(c)], ids=lambda case: case.op)
def test_an_op_without_a_gradient_passes_none(case: Case) -> None:
    inputs = [constant(x) for x in case.inputs]
    result = ops.cast(case.build(*inputs), "float64")
    for position in case.floats:
        x = inputs[position]
        assert not gradient(ops.sum(result), x).numpy().any()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@every_case
def test_targets_agree(case: Case, dtype: str, target: str) -> None:
    arrays = [x.astype(dtype) if x.dtype.kind == "f" else x for x in case.inputs]
    inputs = [placeholder(x.shape, x.dtype, f"x{i}") for i, x in enumerate(arrays)]
    value = TARGETS[target](case.build(*inputs), inputs, arrays)
    expected = case.build(*map(constant, arrays)).numpy()
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    rounding = 1e-14 if dtype == "float64" else 1e-6
    np.testing.assert_allclose(value, expected, rounding, rounding)


@pytest.mark.parametrize("target", TARGETS)
@every_case
def test_targets_agree_on_constants(case: Case, target: str) -> None:
    output = case.build(*map(constant, case.inputs))
    value = TARGETS[target](output, [], [])
    expected = output.numpy()
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(value, expected, 1e-14, 1e-14)


@every_case
def test_float32_stays_float32(case: Case) -> None:
    wide = case.build(*map(constant, case.inputs)).numpy()
    narrow = [x.astype(np.float32) if x.dtype.kind == "f" else x for x in case.inputs]
    output = case.build(*map(constant, narrow))
    if case.floats and wide.dtype == np.float64 and case.op != "cast":
        assert output.dtype == "float32"
    value = output.numpy()
    assert value.dtype.name == output.dtype
    np.testing.assert_allclose(value, wide, 1e-5, 1e-5)
