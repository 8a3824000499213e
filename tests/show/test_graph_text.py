"""Graphs as text: every node once, its value and derivative, straight columns, any depth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pellucid.errors import GraphError, ShapeError
from pellucid.graph import Tensor, Variable, label, ops, placeholder
from pellucid.show import draw_graph
from pellucid.show.columns import align, shorten, width

_A, _B, _C = (Variable(v, name=n) for n, v in (("a", 5.0), ("b", 3.0), ("c", 2.0)))
_X = placeholder((None, 3), name="x")
_W = Variable(np.arange(6, dtype=np.float32).reshape(3, 2), name="权重")


def _chain(links: int) -> Tensor:
    total: Tensor = _A
    for _ in range(links):
        total = total + _B
    return total


def _shared() -> Tensor:
    z = label(_A * _B, "z")
    return label(z * z + ops.exp(-z), "y")


def _own_rule() -> Tensor:
    return label(ops.sum(ops.sigmoid_cross_entropy(1.0, label(_A - _B, "z"))), "loss")


_TREES: dict[str, tuple[Callable[[], Tensor], str]] = {
    "the chain rule": (
        lambda: label(3 * label(_A + label(_B * _C, "u"), "v"), "J"),
        """
                 value  ∂J/∂·
J = 3 * v           33      1
└─ v = a + u        11      3
   ├─ a              5      3
   └─ u = b * c      6      3
      ├─ b           3      6
      └─ c           2      9
""",
    ),
    "a shared node": (
        _shared,
        """
                            value     ∂y/∂·
y = t1 + t3                   225         1
├─ t1 = z * z                 225         1
│  └─ z = a * b                15        30
│     ├─ a                      5        90
│     └─ b                      3       150
└─ t3 = np.exp(t2)    3.05902e-07         1
   └─ t2 = -z                 -15  3.059e-07
      └─ z ↑
""",
    ),
    "a node with its own gradient": (
        _own_rule,
        """
                                                        value  ∂loss/∂·
loss = np.maximum(z, 0) - z * 1 + np.log1p(np.exp(-np.abs(z)))  0.126928  1
└─ z = a - b  2  -0.119203
   ├─ a  5  -0.119203
   └─ b  3  0.119203
""",
    ),
}


@pytest.mark.parametrize("case", _TREES)
def test_trees(case: str) -> None:
    build, expected = _TREES[case]
    drawn = [line.split() for line in draw_graph(build()).splitlines()]
    wanted = [line.split() for line in expected.strip("\n").splitlines()]
    assert [line[:-2] for line in drawn] == [line[:-2] for line in wanted]
    for mine, other in zip(drawn[1:], wanted[1:], strict=True):
        if other[-1] != "↑":
            np.testing.assert_allclose(*[[float(x) for x in v[-2:]] for v in (mine, other)], 1e-4)


def test_lines_are_exactly_these() -> None:
    build, expected = _TREES["the chain rule"]
    assert draw_graph(build()) == expected.strip("\n")


def test_arrays_show_their_shapes_and_their_range() -> None:
    y = label(ops.mean(_X @ _W), "y")
    drawn = draw_graph(y, feeds={_X: [[1, 2, 3], [4, 5, 6]]}).splitlines()
    assert drawn[-1].split() == ["└─", "权重", "(3,", "2)", "0", "…", "5", "1.25", "…", "2.25"]
    assert any("(N, F=2)" in line and "[[16, 22], [34, 49]]" in line for line in drawn)


def test_derivatives_lead_to_what_was_asked_for() -> None:
    lines = [line.split() for line in draw_graph(3 * (_A + _B * _C), wrt=[_A]).splitlines()]
    assert [line for line in lines if line[1:2] == ["a"]] == [["├─", "a", "5", "3"]]
    assert [line for line in lines if "*" in line and "b" in line] == [
        ["└─", "t1", "=", "b", "*", "c", "6"]
    ]
    assert [line for line in lines if line[1:2] == ["b"]] == [["├─", "b", "3"]]


def test_structure_alone_needs_no_values() -> None:
    drawn = draw_graph(ops.tanh(_X @ _W), values=False, gradients=False)
    assert drawn.splitlines()[0].split() == ["t2", "=", "np.tanh(t1)", "(N,", "F=2)"]
    with pytest.raises(GraphError, match="a value for the input 'x'"):
        draw_graph(ops.sum(_X))
    with pytest.raises(ShapeError, match="a scalar to differentiate"):
        draw_graph(_W * 2)


def test_integers_have_values_but_no_derivatives() -> None:
    n = Variable([1, 2], name="n")
    lines = draw_graph(label(ops.sum(ops.cast(n, "float32") * _A), "y")).splitlines()
    assert next(line for line in lines if "─ n" in line).split()[-4:] == ["n", "(2,)", "[1,", "2]"]


def test_two_nodes_of_one_name_are_told_apart() -> None:
    other = Variable(7.0, name="a")
    assert draw_graph(_A * other).splitlines()[1].startswith("t1 = a * a_2")


def test_deep_graphs_are_cut_into_trees_and_drawn_once() -> None:
    drawn = draw_graph(_chain(1000)).splitlines()
    assert max(map(width, drawn)) < 140
    defined = [line.split(" = ")[0].split()[-1] for line in drawn if " = " in line]
    assert sorted(defined) == sorted(f"t{n}" for n in range(1, 1001))
    assert sum("─ a  " in line for line in drawn) == 1


def test_a_very_deep_graph_needs_no_recursion() -> None:
    drawn = draw_graph(_chain(20_000), values=False, gradients=False)
    assert drawn.count(" = ") == 20_000


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("权重", 4, "权重"), ("权重", 3, "权…"), ("", 1, "")],
)
def test_texts_are_shortened_by_columns(text: str, longest: int, expected: str) -> None:
    assert shorten(text, longest) == expected


def test_columns_stand_straight_under_wide_characters() -> None:
    lines = align([["损失", "1"], ["e\u0301", "12"], ["x", "3"]], [False, True])
    assert {width(line) for line in lines} == {8}
