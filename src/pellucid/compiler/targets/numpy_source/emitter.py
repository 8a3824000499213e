"""From a program's nodes to statements of a Python function.

A node becomes a statement of its own if it has a name, is used more than once, or would make its
user's line too long; every other node is written inside its user's expression.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.compiler.targets.numpy_source.expression import (
    Expression,
    dim_text,
    number_text,
)
from pellucid.compiler.targets.numpy_source.rules import HELPER_OPS, SOURCE_RULES
from pellucid.graph import Tensor
from pellucid.graph.dims import Shape

_LONGEST = 72
_DEEPEST = 4

PHASES = ("forward", "loss", "metrics", "backward", "update")
_RESERVED = {"np", "N", "variables", *HELPER_OPS, *keyword.kwlist, *dir(__builtins__)}
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
        rank[node] = max([own, *(rank[tensor] for tensor in node.inputs)])
    return sorted(nodes, key=rank.__getitem__)


class Emitter:
    """Writes the statements of one function body."""

    def __init__(self, nodes: Iterable[Tensor], results: Sequence[Tensor], names: Names) -> None:
        self.nodes = phase_rank(list(nodes))
        self.names = names
        self.helpers: dict[str, None] = {}
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
        elif array.size <= 16:
            dtype = "bool" if node.dtype == "bool" else f"np.{node.dtype}"
            self._expressions[node] = Expression(f"np.array({array.tolist()}, {dtype})")
        else:
            name = self.names.new(node.name or "constant")
            self.arrays[name] = node
            self._expressions[node] = Expression(name)

    def _compute(self, node: Tensor) -> None:
        args = [self._expressions[tensor] for tensor in node.inputs]
        expression = SOURCE_RULES[node.op](node, args)
        if expression.text.startswith(f"{node.op}("):
            self.helpers[node.op] = None
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
        inner.helpers, inner.arrays = self.helpers, self.arrays
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
        options = (
            f"carries={body.n_carry}, sequences={body.n_slices}, "
            f"length={dim_text(node.attrs['length']).text}, reverse={node.attrs['reverse']}"
        )
        self._state(node, [*lines, f"scan({', '.join([step, *outer])}, {options})"], reads)


def tuple_text(items: Iterable[str]) -> str:
    """A tuple display, right also for one item and for none."""
    parts = list(items)
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def statement_lines(statement: Statement) -> list[str]:
    """The lines of a statement, with the shape of its value in a trailing comment."""
    *before, last = statement.text
    line = f"{statement.name} = {last}"
    shape: Shape = statement.node.shape
    if not shape or statement.node.op == "scan":
        return [*before, line]
    inner = ", ".join(str(dim) for dim in shape)
    comment = f"({inner},)" if len(shape) == 1 else f"({inner})"
    return [*before, f"{line}  # {comment}"]
