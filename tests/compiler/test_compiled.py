"""Compiled programs: the same values as the interpreter, for every network and any N."""

from __future__ import annotations

import inspect
import linecache
import subprocess
import sys
import traceback
from pathlib import Path

import numpy as np
import pytest

from pellucid.compiler import compile
from pellucid.errors import ArgumentError, GraphError, PellucidError, ShapeError
from pellucid.graph import Variable, evaluate, ops, placeholder
from tests.compiler.networks import NETWORKS, data, tumour


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("n", [1, 5, 33])
@pytest.mark.parametrize("target", ["numpy", "native"])
def test_a_program_computes_what_the_interpreter_does(name: str, n: int, target: str) -> None:
    outputs, inputs, updates = NETWORKS[name]()
    arrays = data(inputs, n)
    feeds = dict(zip(inputs, arrays, strict=True))
    expected = evaluate([*outputs, *(value for _, value in updates)], feeds)
    program = compile(outputs, inputs, updates, name=name, target=target)
    results = [*program(*arrays), *(variable.value for variable, _ in updates)]
    # Machine code adds up in its own order and rounds functions in its own way.
    close = {"rtol": 2e-6, "atol": 1e-7} if target == "numpy" else {"rtol": 2e-5, "atol": 5e-7}
    for result, reference in zip(results, expected, strict=True):
        assert result.dtype == reference.dtype
        np.testing.assert_allclose(result, reference, **close)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_printed_source_runs_alone_under_plain_numpy(name: str) -> None:
    outputs, inputs, updates = NETWORKS[name]()
    arrays = data(inputs)
    program = compile(outputs, inputs, updates, name=name, target="numpy")
    assert "pellucid" not in program.source
    namespace: dict[str, object] = {"__name__": "alone"}
    exec(program.source, namespace)
    held = [leaf.value if isinstance(leaf, Variable) else leaf.attrs["value"].array
            for leaf in program.leaves]  # fmt: skip
    values, new = namespace[name](held, *arrays)  # type: ignore[operator]
    np.testing.assert_array_equal(values[0], program(*arrays)[0])
    for (variable, _), value in zip(updates, new, strict=True):
        np.testing.assert_array_equal(np.asarray(value), variable.value)


def test_the_tumour_step_is_short_and_simplified() -> None:
    outputs, inputs, updates = tumour()
    source = compile(outputs, inputs, updates, name="train_step").source
    assert len(source.strip().splitlines()) <= 40
    assert "d_output_z = (sigmoid(output_z) - y) / N" in source
    sections = [line.strip() for line in source.splitlines() if line.strip().startswith("# ")]
    assert sections == ["# forward", "# loss", "# backward", "# update"]


@pytest.mark.parametrize("target", ["numpy", "native"])
def test_updates_see_the_old_values_of_one_another(target: str) -> None:
    a, b = Variable(1.0, name="a"), Variable(2.0, name="b")
    swap = compile([a + b], [], [(a, b + 0.0), (b, a * 1.0)], name="swap", target=target)
    assert float(swap()[0]) == 3.0
    assert (float(a), float(b)) == (2.0, 1.0)
    rotate = compile([], [], [(a, a + b), (b, a * 3)], name="rotate", target=target)
    rotate()
    assert (float(a), float(b)) == (3.0, 6.0)


def test_a_stored_value_is_no_view_of_an_input() -> None:
    x, kept = placeholder((3,), name="x"), Variable(np.zeros(3, np.float32), name="kept")
    program = compile([], [x], [(kept, x)], name="keep")
    array = np.ones(3, np.float32)
    program(array)
    array[:] = 7
    assert kept.value.tolist() == [1, 1, 1]


def test_float64_stays_float64() -> None:
    x = placeholder((None,), "float64", name="x")
    y = ops.mean(ops.sqrt(x + 1) * 0.1) + ops.sqrt(ops.mean(ops.ones_like(x)))
    value = compile([y], [x], name="f64")([0.5, 1.5])[0]
    assert value.dtype == np.float64
    np.testing.assert_allclose(value, evaluate(y, {x: [0.5, 1.5]}), rtol=1e-15)


def test_weak_numbers_do_not_widen_float32() -> None:
    x = placeholder((None, 2), name="x")
    scale = ops.sqrt(ops.mean(ops.ones_like(x), axis=None) * 0 + 2.0)
    n = ops.sqrt(ops.mean(ops.zeros_like(x)) + ops.sum(ops.ones((3,))))
    program = compile([x * scale * n, ops.maximum(1.0, 2.0) * x], [x], name="weak")
    assert [value.dtype for value in program(np.ones((2, 2)))] == [np.float32] * 2


def test_the_wrong_number_or_shape_of_arrays_is_refused() -> None:
    outputs, inputs, updates = tumour()
    program = compile(outputs, inputs, updates)
    with pytest.raises(ArgumentError, match=r"2 arrays \(x, y\)"):
        program(np.ones((3, 9)))
    with pytest.raises(ShapeError, match=r"input 'y'.*N = 3"):
        program(np.ones((3, 9)), np.ones((4, 1)))


def test_a_missing_input_and_a_misfit_update_are_refused() -> None:
    x, w = placeholder((None,), name="x"), Variable([1.0], name="w")
    with pytest.raises(GraphError, match="'x' missing"):
        compile([x * 2])
    with pytest.raises(GraphError, match="update of 'w'"):
        compile([], [x], [(w, ops.sum(x))])
    with pytest.raises(GraphError, match="one update a variable"):
        compile([], [], [(w, w), (w, w + 1)])


@pytest.mark.parametrize("target", ["numpy", "native"])
def test_an_index_out_of_range_is_our_error(target: str) -> None:
    indices = placeholder((None,), "int32", name="indices")
    values = ops.take(Variable([1.0, 2.0]), indices, axis=0)
    program = compile([values], [indices], target=target)
    with pytest.raises(PellucidError, match="out of"):
        program([0, 5])
    assert program([-1, 0])[0].tolist() == [2.0, 1.0]


@pytest.mark.parametrize("name", ["tumour", "momentum", "convolution"])
@pytest.mark.parametrize("shuffled", [False, True])
def test_many_batches_in_one_call_are_the_same_as_one_by_one(name: str, shuffled: bool) -> None:
    finals = []
    for target in ("numpy", "native"):
        outputs, inputs, updates = NETWORKS[name]()
        arrays = data(inputs, 23)
        order = np.random.default_rng(3).permutation(23) if shuffled else None
        program = compile(outputs[:1], inputs, updates, target=target)
        history = program.run_batches(arrays, order, 5, 0, 3)
        history = np.concatenate([history, program.run_batches(arrays, order, 5, 3, 5)])
        assert history.shape == (5, 1)
        finals.append([history, *(variable.value for variable, _ in updates)])
    for numpy_value, native_value in zip(*finals, strict=True):
        np.testing.assert_allclose(native_value, numpy_value, rtol=1e-4, atol=1e-6)


def test_tracebacks_and_the_debugger_show_the_programs_lines(tmp_path: Path) -> None:
    indices = placeholder((None,), "int32", name="indices")
    picked = ops.take(Variable([1.0, 2.0], name="w"), indices, axis=0)
    program = compile([picked], [indices], name="pick", target="numpy")
    try:
        program([5])
    except PellucidError as error:
        chain = error.__context__
        assert chain is not None
        assert "np.take(w, indices, axis=0)" in "".join(traceback.format_exception(chain))
    function = program._printed._function
    assert "np.take" in inspect.getsource(function)
    session = subprocess.run(
        [sys.executable, "-m", "pdb", "-c", "continue", "-c", "list", "-c", "quit", "-c", "quit",
         str(_script(tmp_path))],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "->" in session.stdout and "np.take(w, indices, axis=0)" in session.stdout


def _script(folder: Path) -> Path:
    """A program that stops in the debugger inside a printed function."""
    path = folder / "stops.py"
    path.write_text(
        "from pellucid.compiler import compile\n"
        "from pellucid.graph import Variable, ops, placeholder\n"
        "i = placeholder((None,), 'int32', name='indices')\n"
        "y = ops.take(Variable([1.0], name='w'), i, axis=0)\n"
        "p = compile([y], [i], name='pick', target='numpy')\n"
        "p._printed._function(None, [5])\n",
        "utf-8",
    )
    return path


def test_a_programs_lines_are_forgotten_with_it() -> None:
    x = placeholder((None,), name="x")
    program = compile([x + 1], [x], target="numpy")
    filename = program._printed._function.__code__.co_filename
    assert filename in linecache.cache
    del program
    assert filename not in linecache.cache


@pytest.mark.slow
def test_a_chain_of_ten_thousand_layers_compiles_and_runs() -> None:
    x, w = placeholder((None,), name="x"), Variable(1e-4, name="w")
    h = x
    for _ in range(10_000):
        h = ops.tanh(h + w)
    expected = evaluate(ops.mean(h), {x: [0.1, 0.2]})
    # Machine code's tanh may round differently, 10,000 times over: 7e-6 was seen.
    for target, tolerance in (("numpy", 1e-6), ("native", 1e-4)):
        program = compile([ops.mean(h)], [x], target=target)
        np.testing.assert_allclose(program([0.1, 0.2])[0], expected, rtol=tolerance)
