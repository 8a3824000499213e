"""draw_graph: an expression as a tree of text, a line a node, with its value and derivative."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.compiler.targets.numpy_source.emitter import array_text
from pellucid.compiler.targets.numpy_source.expression import Expression, number_text
from pellucid.compiler.targets.numpy_source.rules import SOURCE_RULES
from pellucid.errors import GraphError
from pellucid.graph import Array, Tensor, evaluate, format_shape, gradient, is_float, toposort
from pellucid.show.columns import align, shorten

_DEEPEST = 24  # levels; what lies deeper is drawn below, as a tree of its own
_LONGEST = 72  # columns of an expression
_SMALL = 4  # an array of at most so many elements is shown whole
_FEW = 8  # and a constant of at most so many is written where it is used
_LEAVES = ("variable", "input", "constant")


def draw_graph(
    output: Tensor,
    wrt: Tensor | Sequence[Tensor] | None = None,
    values: bool = True,
    gradients: bool = True,
    feeds: Mapping[Tensor, Any] | None = None,
) -> str:
    """The expression behind `output` as a tree of text: each node over the nodes it is made from.

    A line shows a node's name, how it is computed (in the words of the printed programs), its shape
    where there is any but scalars, with `values` its value, and with `gradients` the derivative of
    the scalar `output` by it. Derivatives are shown along the way from `output` down to `wrt`: by
    default to every variable and input. A node that several others use is drawn once and then
    named with "↑"; "↓" says that its own tree follows below. Of a large array the smallest and the
    largest element are shown.

    `feeds` maps inputs to arrays, as in `evaluate`. Raises `GraphError` for an input without one,
    and `ShapeError` for derivatives of an output with several elements.

    >>> from pellucid.graph import Variable, label
    >>> w, x = Variable(5.0, name="w"), Variable(2.0, name="x")
    >>> print(draw_graph(label(0.5 * (w * x - 6) ** 2, "loss"), wrt=w))
                         value  ∂loss/∂·
    loss = 0.5 * t3          8         1
    └─ t3 = t2 * t2         16       0.5
       └─ t2 = t1 - 6        4         4
          └─ t1 = w * x     10         4
             ├─ w            5         8
             └─ x            2
    """
    fed = dict(feeds or {})
    parts = _parts(output)
    names = _names(parts)
    columns = [
        _value_column(parts, fed) if values else {},
        _gradient_column(output, wrt, parts, fed) if gradients else {},
    ]
    rows = [["", "", "value" if values else "", f"∂{names[output]}/∂·" if gradients else ""]]
    for line in _lines(output, parts):
        shape = format_shape(line.node.shape) if line.node.shape else ""
        cells = [shape, *(column.get(line.node, "") for column in columns)]
        text = f"{line.branch}{names[line.node]}{line.mark or _definition(line.node, parts, names)}"
        rows.append([text, *(["", "", ""] if line.mark else cells)])
    return "\n".join(align(rows if values or gradients else rows[1:], [False, False, True, True]))


@dataclass(frozen=True)
class _Line:
    """One line: the branches before a node, the node, a mark instead of its definition."""

    branch: str
    node: Tensor
    mark: str = ""


def _lines(root: Tensor, parts: Mapping[Tensor, list[Tensor]]) -> Iterator[_Line]:
    """The lines in the order they are read; trees that would grow too deep follow below."""
    drawn: set[Tensor] = set()
    roots = [root]
    postponed: set[Tensor] = set()
    for start in roots:
        postponed.discard(start)
        stack = [(start, "", "")]
        while stack:
            node, branch, below = stack.pop()
            if node in drawn or node in postponed:
                yield _Line(branch, node, " ↑" if node in drawn else " ↓")
                continue
            if parts[node] and len(below) >= 3 * _DEEPEST:
                roots.append(node)
                postponed.add(node)
                yield _Line(branch, node, " ↓")
                continue
            if parts[node]:
                drawn.add(node)
            yield _Line(branch, node)
            last = len(parts[node]) - 1
            for index in range(last, -1, -1):
                fork, rest = ("└─ ", "   ") if index == last else ("├─ ", "│  ")
                stack.append((parts[node][index], below + fork, below + rest))


def _parts(output: Tensor) -> dict[Tensor, list[Tensor]]:
    """The nodes to draw, inputs before users, each with the nodes drawn under it."""
    order = toposort([output])
    numbers: set[Tensor] = set()
    for node in order:
        if node is not output and _is_number(node, numbers):
            numbers.add(node)
    found: dict[Tensor, list[Tensor]] = {}
    waiting = [output]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = list(dict.fromkeys(t for t in _sources(node) if t not in numbers))
            waiting += found[node]
    return {node: found[node] for node in order if node in found}


def _is_number(node: Tensor, numbers: Container[Tensor]) -> bool:
    """Whether a node is no more than a number, to be written in its user's expression."""
    if node.op == "constant":
        return not node.name and bool(node.attrs["value"].array.size <= _FEW)
    return node.op not in _LEAVES and not node.name and all(t in numbers for t in node.inputs)


def _sources(node: Tensor) -> list[Tensor]:
    """What a node is computed from; of one with its own gradient rule, what that rule speaks of."""
    if node.op != "custom_gradient":
        return list(node.inputs)
    hidden = toposort([node.inputs[0]], known=set(node.inputs[1:]))
    return [*node.inputs[1:], *(t for t in hidden if t.op in _LEAVES)]


def _names(parts: Mapping[Tensor, list[Tensor]]) -> dict[Tensor, str]:
    """A name for every node: its own, made different where two are the same, or t1, t2, …"""
    names: dict[Tensor, str] = {}
    used: dict[str, int] = {}
    count = 0
    for node in parts:
        wanted = node.name or ("constant" if node.op == "constant" else "")
        if not wanted:
            count += 1
            wanted = f"t{count}"
        used[wanted] = used.get(wanted, 0) + 1
        names[node] = wanted if used[wanted] == 1 else f"{wanted}_{used[wanted]}"
    return names


def _definition(
    node: Tensor, parts: Mapping[Tensor, list[Tensor]], names: Mapping[Tensor, str]
) -> str:
    """The text " = …": how a node is computed from those under it; nothing for a leaf."""
    if node.op in _LEAVES:
        return ""
    texts = {part: Expression(names[part]) for part in parts[node]}
    for inner in toposort([node], known=texts):
        texts[inner] = _expression(inner, [texts[tensor] for tensor in inner.inputs])
    return f" = {shorten(texts[node].text, _LONGEST)}"


def _expression(node: Tensor, arguments: list[Expression]) -> Expression:
    if node.op == "constant":
        array = node.attrs["value"].array
        return Expression(array_text(array)) if array.ndim else number_text(array, node.dtype)
    if node.op in SOURCE_RULES:
        return SOURCE_RULES[node.op](node, arguments)
    return Expression(f"{node.op}({', '.join(argument.text for argument in arguments)})")


def _value_column(
    parts: Mapping[Tensor, list[Tensor]], feeds: Mapping[Tensor, Any]
) -> dict[Tensor, str]:
    unknown = [node for node in parts if node.op == "input" and node not in feeds]
    if unknown:
        raise GraphError(
            "draw_graph",
            expected=f"a value for the input {unknown[0].name!r}",
            received="none",
            hint="give feeds={input: array}, or values=False, gradients=False",
        )
    found = evaluate(list(parts), feeds)
    return {node: _array_text(value) for node, value in zip(parts, found, strict=True)}


def _gradient_column(
    output: Tensor,
    wrt: Tensor | Sequence[Tensor] | None,
    parts: Mapping[Tensor, list[Tensor]],
    feeds: Mapping[Tensor, Any],
) -> dict[Tensor, str]:
    if wrt is None:
        wrt = [node for node in parts if node.op in ("variable", "input") and is_float(node.dtype)]
    reached = set([wrt] if isinstance(wrt, Tensor) else wrt)
    for node, below in parts.items():
        if any(part in reached for part in below):
            reached.add(node)
    nodes = [node for node in parts if node in reached and is_float(node.dtype)]
    found = evaluate(gradient(output, nodes), feeds)
    return {node: _array_text(value) for node, value in zip(nodes, found, strict=True)}


def _array_text(array: Array) -> str:
    digits = 4 if array.ndim else 6
    if array.size <= _SMALL:
        return _nested(array.tolist(), digits)
    low, high = (_nested(end.item(), digits) for end in (array.min(), array.max()))
    return low if low == high else f"{low} … {high}"


def _nested(value: Any, digits: int) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_nested(item, digits) for item in value)}]"
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


__all__ = ["draw_graph"]
