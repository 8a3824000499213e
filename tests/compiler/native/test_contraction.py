"""The contraction generator against NumPy: every transposition, convolution, batch and edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.compiler.targets.native import arithmetic as a
from pellucid.compiler.targets.native.affine import Access
from pellucid.compiler.targets.native.contraction import (
    Contraction,
    from_maps,
    make_plan,
    matrix_product,
)
from pellucid.compiler.targets.native.emit import Value
from pellucid.compiler.targets.native.machine import Machine, host, preset
from pellucid.graph import Tensor, Variable, apply, gradient, ops, placeholder, toposort
from pellucid.graph.dims import N, resolve
from pellucid.graph.primitives.contraction import AxisMap, pure
from pellucid.graph.primitives.table import NUMPY_RULES
from tests.compiler.native.running import FENCES, MACHINES, Array, Contractor, fenced

RNG = np.random.default_rng(0)
ROUNDING = {"float32": 3e-7, "float64": 1e-15}

# One row, one column, primes, sizes of whole tiles, of nothing, of more than one block.
SHAPES = [
    (1, 1, 1), (6, 5, 64), (7, 3, 70), (32, 30, 16), (32, 16, 1), (1, 16, 30), (13, 17, 1),
    (100, 50, 130), (5, 0, 7), (0, 4, 4), (4, 4, 0), (64, 2100, 33), (1, 3000, 5), (50, 90, 66),
]  # fmt: skip


def normal(*shape: int, dtype: str = "float32") -> Array:
    return RNG.standard_normal(shape).astype(dtype)


def assert_sums(result: Array, expected: Array, terms: int) -> None:
    """Within the rounding of sums of so many terms, whose size is about one."""
    limit = ROUNDING[result.dtype.name] * (terms + 8)
    np.testing.assert_allclose(result, expected, rtol=limit, atol=limit * 4)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("by_rows", [(1, 1), (0, 1), (1, 0), (0, 0)], ids=["NN", "TN", "NT", "TT"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_matrix_products(dtype: str, by_rows: tuple[int, int], machine: Machine) -> None:
    for m, k, n in SHAPES if machine is host() else SHAPES[::3]:
        x, y = normal(m, k, dtype=dtype), normal(k, n, dtype=dtype)
        own = [
            np.ascontiguousarray(array if rows else array.T)
            for array, rows in zip((x, y), by_rows, strict=True)
        ]
        c = matrix_product(m, k, n, dtype, *map(bool, by_rows))
        for pack in (None, True):
            product, result = Contractor(c, None, machine, pack), np.full((m, n), np.nan, dtype)
            product(*own, result)
            assert_sums(result, x @ y, k)
            again = np.full((m, n), np.nan, dtype)
            product(*own, again, parts=3)
            np.testing.assert_array_equal(result, again)  # the same bits, however it is shared


@given(st.tuples(*[st.integers(1, 40)] * 3), st.sampled_from([(1, 1), (0, 1), (1, 0), (0, 0)]),
       st.integers(1, 5))  # fmt: skip
def test_any_matrix_product(sizes: tuple[int, int, int], rows: tuple[int, int], parts: int) -> None:
    m, k, n = sizes
    x, y, result = normal(m, k), normal(k, n), np.full((m, n), np.nan, np.float32)
    own = [np.ascontiguousarray(v if r else v.T) for v, r in zip((x, y), rows, strict=True)]
    Contractor(matrix_product(m, k, n, "float32", *map(bool, rows)))(*own, result, parts=parts)
    assert_sums(result, x @ y, k)


# Gradients of weights so large that rows of a are copied in groups; the batch may be any.
GROUPED = [(600, 300, 130), (513, 2000, 70), (300, N, 33), (1000, N, 64)]


@pytest.mark.parametrize("shape", GROUPED, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_read_across_memory_are_copied_in_groups(shape: Any, dtype: str) -> None:
    m, k, n = shape
    c = matrix_product(m, k, n, dtype, a_by_rows=False)
    assert make_plan(c, preset("avx512")).group
    product = Contractor(c)
    for samples in (0, 1, 700, 1500) if k is N else (0,):
        terms = resolve(k, samples)
        x, y = normal(terms, m, dtype=dtype), normal(terms, n, dtype=dtype)
        results = []
        for parts in (1, 2, 5):
            results.append(np.full((m, n), np.nan, dtype))
            product(x, y, results[-1], n=samples, parts=parts)
            np.testing.assert_array_equal(results[-1], results[0])
        assert_sums(results[0], x.T @ y, terms)


def contractions(roots: Sequence[Tensor]) -> list[Tensor]:
    return [node for node in toposort(roots) if node.op == "contraction"]


def check(node: Tensor, n: int = 0, machine: Machine | None = None) -> None:
    """A node of the graph, generated, against its NumPy rule in float64."""
    attrs = node.attrs
    shapes = [tensor.shape for tensor in node.inputs]
    maps = attrs["a_maps"], attrs["b_maps"]
    c = from_maps(node.dtype, attrs["sizes"], (shapes[0], shapes[1]), maps, attrs["out"])
    x, y = (normal(*resolve(shape, n), dtype=node.dtype) for shape in shapes)
    sizes = resolve(tuple(attrs["sizes"]), n)
    exact = {**attrs, "sizes": sizes}
    expected = NUMPY_RULES["contraction"](x.astype(np.float64), y.astype(np.float64), **exact)
    summed = np.prod([s for c_, s in zip(c.reduced, resolve(c.sizes, n), strict=True) if c_])
    product, result = Contractor(c, machine=machine), np.full(expected.shape, np.nan, node.dtype)
    product(x, y, result, n=n)
    assert_sums(result, expected, int(summed))
    again = np.full_like(result, np.nan)
    product(x, y, again, n=n, parts=2)
    np.testing.assert_array_equal(result, again)


def variable(*shape: int, dtype: str = "float32") -> Variable:
    return Variable(normal(*shape, dtype=dtype))


# height, width, channels in and out, kernel, stride, padding, dilation, groups
CONVOLUTIONS = [
    (8, 8, 3, 5, 3, 1, "valid", 1, 1), (8, 9, 3, 5, 3, 1, "same", 1, 1),
    (9, 8, 4, 70, 3, 2, "same", 1, 1), (9, 9, 4, 8, 3, 2, "valid", 1, 1),
    (10, 10, 2, 4, 3, 1, "same", 2, 1), (7, 7, 1, 16, 3, 1, "same", 1, 1),
    (7, 7, 1, 16, 3, 1, "valid", 1, 1), (6, 6, 8, 8, 1, 2, "same", 1, 1),
    (8, 8, 32, 32, 3, 1, "same", 1, 1), (8, 8, 16, 16, 5, 3, "same", 1, 1),
    (8, 8, 8, 8, 3, 1, "same", 1, 4), (5, 5, 6, 12, 3, 2, "same", 1, 3),
    (26, 26, 32, 64, 3, 1, "valid", 1, 1),
]  # fmt: skip


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_convolutions_and_their_gradients(case: Any) -> None:
    height, width, c_in, c_out, size, stride, padding, dilation, groups = case
    x = placeholder((None, height, width, c_in), name="x")
    kernel = variable(size, size, c_in // groups, c_out)
    y = ops.conv(x, kernel, strides=stride, padding=padding, dilation_rate=dilation)
    nodes = contractions([y, *gradient(ops.sum(y * y), [x, kernel])])
    assert len(nodes) == 3
    for node in nodes:
        check(node, n=3)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_padded_convolution_on_every_family(machine: Machine) -> None:
    x, kernel = variable(2, 7, 9, 5), variable(3, 3, 5, 20)
    y = ops.conv(x, kernel, strides=2, padding="same")
    for node in contractions([y, *gradient(ops.sum(y * y), [x, kernel])]):
        check(node, machine=machine)


def test_convolutions_in_one_and_three_dimensions() -> None:
    for space in ((30,), (5, 6, 7)):
        x, kernel = variable(2, *space, 4), variable(*(3 for _ in space), 4, 18)
        y = ops.conv(x, kernel, padding="same")
        for node in contractions([y, *gradient(ops.sum(y * y), [x, kernel])]):
            check(node)


EINSUMS = [
    ("bij,bjk->bik", (3, 5, 7), (3, 7, 20)), ("bhid,bhjd->bhij", (2, 3, 9, 8), (2, 3, 11, 8)),
    ("bhij,bjhd->bihd", (2, 3, 9, 11), (2, 11, 3, 16)), ("bij,bjk->ikb", (3, 5, 7), (3, 7, 4)),
    ("bi,bi->b", (5, 40), (5, 40)), ("i,i->", (300,), (300,)), ("i,j->ij", (17,), (33,)),
    ("bi,bi->bi", (5, 37), (5, 37)), ("abc,cd->dab", (4, 5, 6), (6, 7)),
    ("abc,abd->cd", (4, 5, 6), (4, 5, 19)), ("ij,kj->ki", (40, 30), (50, 30)),
    ("bihd,bjhd->bhij", (2, 9, 3, 8), (2, 11, 3, 8)), ("abcd,cd->ab", (3, 4, 5, 6), (5, 6)),
    ("ab,c->abc", (3, 4), (100,)), ("nhwc,xyc->nhxyc", (2, 5, 5, 18), (3, 3, 18)),
    ("ni,ij->nj", (None, 7), (7, 20)), ("ni,nj->ij", (None, 7), (None, 9)),
    ("ni,ni->n", (None, 7), (None, 7)), ("tnf,fu->tnu", (4, None, 6), (6, 70)),
    ("tnf,tnu->fu", (4, None, 6), (4, None, 70)), ("nij,njk->nik", (None, 5, 6), (None, 6, 7)),
    ("in,jn->ij", (5, None), (6, None)), ("in,j->ijn", (5, None), (6,)),
    ("nf,f->n", (None, 16), (16,)),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "left", "right"), EINSUMS, ids=[e[0] for e in EINSUMS])
def test_sums_of_products_over_any_indices(spec: str, left: Any, right: Any) -> None:
    symbolic = None in (*left, *right)
    x, y = (
        placeholder(shape, name=name) if symbolic else variable(*shape, dtype="float64")
        for shape, name in ((left, "x"), (right, "y"))
    )
    z = ops.einsum(spec, x, y)
    for node in contractions([z, *gradient(ops.sum(z * z), [x, y])]):
        for n in (0, 1, 33, 2500) if symbolic else (0,):
            check(node, n=n)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("offset", [0, -1])
def test_depthwise_convolutions(stride: int, offset: int) -> None:
    """No index belongs to one operand alone: the vectors run along both."""
    x, kernel = variable(2, 8, 8, 40), variable(3, 3, 40)
    spatial = [AxisMap(((i, stride), (i + 3, 1)), offset) for i in (1, 2)]
    maps = (AxisMap(((0, 1),)), *spatial, AxisMap(((3, 1),)))
    y = apply("contraction", x, kernel, sizes=(2, 3, 3, 40, 3, 3), a_maps=maps,
              b_maps=pure(4, 5, 3), out=(0, 1, 2, 3))  # fmt: skip
    for node in contractions([y, *gradient(ops.sum(y * y), [x, kernel])]):
        check(node)


# What rides along


def everything(value: Value, loaded: Sequence[Value]) -> list[Value]:
    bias, keep, scale, other = loaded
    z = value + bias
    return [a.select(keep, a.maximum(z, 0.0) * scale, other), z > 0.0, z]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(32, 30, 16), (50, 2100, 70), (128, 256, 10), (6, 3, 1)])
def test_an_epilogue_of_many_arrays(shape: Any, dtype: str, machine: Machine) -> None:
    m, k, n = shape
    rows, columns, all_of_them = (1, 0, 0), (0, 1, 0), (n, 1, 0)
    loads = (Access(dtype, columns), Access("bool", all_of_them), Access(dtype, rows),
             Access(dtype, (1, m, 0)))  # fmt: skip
    stores = (Access("bool", all_of_them), Access(dtype, (1, m, 0)))
    c = replace(matrix_product(m, k, n, dtype), loads=loads, stores=stores)
    product = Contractor(c, everything, machine)
    x, y = normal(m, k, dtype=dtype), normal(k, n, dtype=dtype)
    bias, scale, other = (
        normal(n, dtype=dtype),
        normal(m, dtype=dtype),
        normal(n, m, dtype=dtype),
    )
    keep = RNG.random((m, n)) < 0.5
    for parts in (1, 3):
        result, positive = np.full((m, n), np.nan, dtype), np.zeros((m, n), bool)
        turned = np.full((n, m), np.nan, dtype)
        product(x, y, result, bias, keep, scale, other, positive, turned, parts=parts)
        z = turned.T
        assert_sums(z, x @ y + bias, k)
        np.testing.assert_array_equal(positive, z > 0)
        expected = np.where(keep, np.maximum(z, 0) * scale[:, None], other.T)
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("k", [0, 30, 5000])
def test_accumulation_adds_to_what_is_there(k: int) -> None:
    x, y, start = normal(20, k), normal(k, 70), normal(20, 70)
    result = start.copy()
    Contractor(replace(matrix_product(20, k, 70), accumulate=True))(x, y, result)
    assert_sums(result, start + x @ y, k)


def test_what_is_beside_the_output_stays() -> None:
    """A product written into the middle of a larger array."""
    m, k, n = 13, 7, 21
    c = replace(matrix_product(m, k, n), out=(50, 1, 0))
    frame = np.full((m + 2, 50), 7.0, np.float32)
    x, y = normal(m, k), normal(k, n)
    Contractor(c)(x, y, frame[1:, 5:])
    assert_sums(frame[1 : m + 1, 5 : 5 + n], x @ y, k)
    frame[1 : m + 1, 5 : 5 + n] = 7
    assert (frame == 7).all()


@FENCES
@pytest.mark.parametrize("machine", MACHINES)
def test_no_byte_beyond_an_array_is_touched(machine: Machine) -> None:
    for m, k, n in [(7, 5, 3), (13, 70, 70), (32, 30, 16), (9, 100, 1), (50, 3, 66)]:
        for rows in ((1, 1), (0, 1), (1, 0)):
            x, y = normal(m, k), normal(k, n)
            own = [np.ascontiguousarray(v if r else v.T) for v, r in zip((x, y), rows, strict=True)]
            result = fenced(np.zeros((m, n), np.float32))
            c = matrix_product(m, k, n, "float32", *map(bool, rows))
            Contractor(c, None, machine)(*map(fenced, own), result)
            assert_sums(result, x @ y, k)


@FENCES
def test_no_byte_beyond_an_image_is_touched() -> None:
    x, kernel = variable(2, 6, 7, 3), variable(3, 3, 3, 20)
    y = ops.conv(x, kernel, padding="same")
    for node in contractions([y, *gradient(ops.sum(y * y), [x, kernel])]):
        attrs = node.attrs
        shapes = [tensor.shape for tensor in node.inputs]
        maps = attrs["a_maps"], attrs["b_maps"]
        c = from_maps("float32", attrs["sizes"], (shapes[0], shapes[1]), maps, attrs["out"])
        arrays = [fenced(normal(*shape)) for shape in shapes]
        result = fenced(np.zeros(node.shape, np.float32))
        Contractor(c)(*arrays, result)
        assert_sums(result, NUMPY_RULES["contraction"](*arrays, **attrs), 400)


# Plans


def plan(c: Contraction, family: str = "avx512") -> Any:
    return make_plan(c, preset(family))


def test_tiles_fill_the_registers_of_each_family() -> None:
    c = matrix_product(N, 512, 1024)
    shapes = {f: plan(c, f).tile for f in ("avx512", "avx2", "neon", "generic")}
    assert {f: (t.rows, t.vectors) for f, t in shapes.items()} == {
        "avx512": (6, 4), "avx2": (6, 2), "neon": (6, 4), "generic": (6, 2)}  # fmt: skip
    assert plan(matrix_product(N, 30, 16)).tile.rows == 8


def test_the_vector_runs_along_what_lies_together() -> None:
    assert not plan(matrix_product(32, 30, 16)).swapped
    assert plan(matrix_product(32, 1, 16)).pack == ""
    column_vector = plan(matrix_product(32, 300, 1))  # a row of samples, each a dot product
    assert column_vector.swapped and column_vector.pack == "rows"
    assert plan(matrix_product(64, 512, 512, b_by_rows=False)).pack == "rows"


def test_long_sums_are_cut_and_neighbouring_loops_joined() -> None:
    weight_gradient = plan(matrix_product(512, N, 1024, a_by_rows=False))
    assert weight_gradient.block > 0 and weight_gradient.pack == "columns"
    x, kernel = variable(2, 8, 8, 16), variable(1, 1, 16, 32)
    (node,) = contractions([ops.conv(x, kernel)])
    attrs = node.attrs
    c = from_maps("float32", attrs["sizes"], ((2, 8, 8, 16), (1, 1, 16, 32)),
                  (attrs["a_maps"], attrs["b_maps"]), attrs["out"])  # fmt: skip
    (rows,) = plan(c).rows
    assert rows.size == 2 * 8 * 8
