"""From a program's nodes to statements of a Python function.

A node becomes a statement of its own if it has a name, is used more than once, or would make its
user's line too long; every other node is written inside its user's expression.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.compiler.program import PHASES
from pellucid.compiler.targets.numpy_source.expression import (
    Expression,
    dim_text,
    number_text,
    shape_text,
)
from pellucid.compiler.targets.numpy_source.rules import HELPER_OPS, NEEDED_HELPERS, SOURCE_RULES
from pellucid.graph import Tensor
from pellucid.graph.arrays import Array
from pellucid.graph.dims import Shape

_LONGEST = 72
_WIDTH = 92
_SMALL = 8  # a constant array of at most so many elements is written where it is used
_PRINTED = 256  # and of at most so many, above the function
_DEEPEST = 4

_RESERVED = {"np", "N", "variables", *HELPER_OPS, *keyword.kwlist, *dir(builtins)}
# Ops that print as no more than their input's name, or that must stay where they are used.
_ALWAYS_INLINE = ("dim_size", "item")


@dataclass
class Statement:
    """One line: the name it binds, the node it computes, its text, and the leaves it reads."""

    name: str
    node: Tensor
    text: list[str]
    reads: set[Tensor] = field(default_factory=set)


class Names:
    """Python identifiers for nodes: their labels where they have one, unique within a program."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def new(self, wanted: str) -> str:
        """An unused identifier like `wanted`."""
        base = re.sub(r"\W+", "_", wanted).strip("_") or "t"
        base = f"_{base}" if base[0].isdigit() else base
        name, count = base, 1
        while name in self._used or name in _RESERVED:
            count += 1
            name = f"{base}_{count}"
        self._used.add(name)
        return name


def phase_rank(nodes: Sequence[Tensor]) -> list[Tensor]:
    """The nodes grouped by phase: forward, loss, metrics, backward, update.

    A node comes at the earliest in the phase of the latest node that it needs, so the order stays
    one in which inputs come before users.
    """
    rank: dict[Tensor, int] = {}
    for node in nodes:
        own = PHASES.index(node.origin.phase) if node.origin.phase in PHASES else 0
        rank[node] = max([own, *(rank.get(tensor, 0) for tensor in node.inputs)])
    return sorted(nodes, key=rank.__getitem__)


class Emitter:
    """Writes the statements of one function body."""

    def __init__(self, nodes: Iterable[Tensor], results: Sequence[Tensor], names: Names) -> None:
        self.nodes = phase_rank(list(nodes))
        self.names = names
        self.helpers: dict[str, None] = {}
        self.printed: dict[str, Tensor] = {}  # constants written above the function
        self.arrays: dict[str, Tensor] = {}  # constants too large to be printed
        self.statements: list[Statement] = []
        self._expressions: dict[Tensor, Expression] = {}
        self._reads: dict[Tensor, set[Tensor]] = {}
        self._uses = Counter(tensor for node in self.nodes for tensor in node.inputs)
        self._results = set(results)

    def bind(self, node: Tensor, name: str) -> None:
        """Say that `node` is already there under `name`."""
        self._expressions[node] = Expression(name)
        self._reads[node] = {node}

    def run(self) -> None:
        """Write every node that is not bound."""
        for node in self.nodes:
            if node in self._expressions:
                continue
            if node.op == "constant":
                self._constant(node)
            elif node.op == "scan":
                self._scan(node)
            else:
                self._compute(node)

    def text(self, node: Tensor) -> str:
        """How a result is referred to."""
        expression = self._expressions[node]
        return f"np.{node.dtype}({expression.text})" if expression.weak else expression.text

    def reads(self, node: Tensor) -> set[Tensor]:
        """The leaves and statements that the text of a result refers to."""
        return self._reads[node]

    def _constant(self, node: Tensor) -> None:
        array = node.attrs["value"].array
        self._reads[node] = set()
        if array.ndim == 0:
            self._expressions[node] = number_text(array, node.dtype)
        elif array.size <= _SMALL:
            self._expressions[node] = Expression(array_text(array))
        else:
            name = self.names.new(node.name or "constant")
            (self.printed if array.size <= _PRINTED else self.arrays)[name] = node
            self._expressions[node] = Expression(name)

    def _compute(self, node: Tensor) -> None:
        args = [self._expressions[tensor] for tensor in node.inputs]
        expression = SOURCE_RULES[node.op](node, args)
        if expression.text.startswith(f"{node.op}("):
            self.helpers.update(dict.fromkeys(NEEDED_HELPERS.get(node.op, (node.op,))))
        depth = 1 + max((arg.depth for arg in args), default=0)
        reads: set[Tensor] = set()
        for tensor in node.inputs:
            reads |= self._reads[tensor]
        expression = expression._replace(depth=depth)
        if self._inline(node, expression):
            self._expressions[node] = expression
            self._reads[node] = reads
            return
        self._state(node, [expression.text], reads)

    def _inline(self, node: Tensor, expression: Expression) -> bool:
        if node.op in _ALWAYS_INLINE:
            return True
        once = self._uses[node] + (node in self._results) <= 1
        short = len(expression.text) <= _LONGEST and expression.depth <= _DEEPEST
        if node in self._results or node.name:
            return False
        return (once or expression.weak) and short

    def _state(self, node: Tensor, text: list[str], reads: set[Tensor]) -> None:
        layer = node.origin.layer.rpartition("/")[2]
        prefix = "d_" if node.origin.phase == "backward" else ""
        name = self.names.new(node.name or f"{prefix}{layer or node.op}_{node.op if layer else ''}")
        self.statements.append(Statement(name, node, text, reads))
        self._expressions[node] = Expression(name)
        self._reads[node] = {node}

    def _scan(self, node: Tensor) -> None:
        """A loop: the body as a function defined before it, closed over what it captures."""
        body: Any = node.attrs["body"]
        self.helpers["scan"] = None
        first_capture = body.n_carry + body.n_slices
        step = self.names.new(f"{node.origin.layer.rpartition('/')[2] or 'scan'}_step")
        inner = Emitter(body.order, body.outputs, self.names)
        inner.helpers, inner.arrays, inner.printed = self.helpers, self.arrays, self.printed
        parameters = []
        for slot in body.inputs[:first_capture]:
            parameters.append(self.names.new(slot.name or "slot"))
            inner.bind(slot, parameters[-1])
        reads: set[Tensor] = set()
        for tensor in node.inputs:
            reads |= self._reads[tensor]
        for slot, tensor in zip(body.inputs[first_capture:], node.inputs[first_capture:],
                                strict=True):  # fmt: skip
            inner._expressions[slot] = self._expressions[tensor]
            inner._reads[slot] = self._reads[tensor]
        inner.run()
        lines = [f"def {step}({', '.join(parameters)}):"]
        lines += [
            f"    {line}" for statement in inner.statements for line in statement_lines(statement)
        ]
        carries = tuple_text(inner.text(tensor) for tensor in body.outputs[: body.n_carry])
        results = tuple_text(inner.text(tensor) for tensor in body.outputs[body.n_carry :])
        lines.append(f"    return {carries}, {results}")
        outer = [self._expressions[tensor].text for tensor in node.inputs[:first_capture]]
        length = node.attrs["length"]
        options = (
            f"carries={body.n_carry}, sequences={body.n_slices}, "
            f"length={dim_text(length).text}, reverse={node.attrs['reverse']}"
        )
        if not isinstance(length, int) or not length:
            stacks = [
                f"np.zeros({shape_text((0, *t.shape))}, np.{t.dtype})"
                for t in body.outputs[body.n_carry :]
            ]
            options += f", empty={tuple_text(stacks)}"
        self._state(node, [*lines, f"scan({', '.join([step, *outer])}, {options})"], reads)


def array_text(array: Array) -> str:
    """A constant array, each number the shortest that reads back as the same one."""
    shortest = np.array2string(
        array, separator=", ", threshold=array.size, max_line_width=10**6, floatmode="unique"
    )
    text = " ".join(shortest.split()).replace(" ,", ",").replace("[ ", "[").replace(" ]", "]")
    text = text.replace("nan", "np.nan").replace("inf", "np.inf")
    return f"np.array({text}, np.{array.dtype.name})".replace("np.bool)", "bool)")


def tuple_text(items: Iterable[str]) -> str:
    """A tuple display, right also for one item and for none."""
    parts = list(items)
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def statement_lines(statement: Statement) -> list[str]:
    """The lines of a statement, with the shape of its value in a trailing comment."""
    *before, last = statement.text
    shape: Shape = statement.node.shape
    inner = ", ".join(str(dim) for dim in shape)
    comment = f"  # ({inner}{',' if len(shape) == 1 else ''})" if shape else ""
    first, *rest = break_call(f"{statement.name} = {last}")
    return [*before, first + comment, *rest]


def break_call(line: str) -> list[str]:
    """A line, broken after the arguments of its outermost call where it is too long."""
    start = line.find("(")
    if len(line) <= _WIDTH or not line.endswith(")") or _closing(line, start) != len(line) - 1:
        return [line]
    lines = [line[: start + 1]]
    current = ""
    for argument in _arguments(line[start + 1 : -1]):
        if current and len(current) + len(argument) + 6 > _WIDTH:
            lines.append(f"    {current.rstrip()}")
            current = ""
        current += f"{argument}, "
    return [*lines, f"    {current.rstrip(', ')}", ")"]


def _closing(text: str, start: int) -> int:
    """Where the parenthesis opened at `start` closes."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return -1


def _arguments(text: str) -> list[str]:
    """The parts between commas that stand in no brackets."""
    parts, depth, current = [], 0, ""
    for character in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += character
    return [*parts, current.strip()]
