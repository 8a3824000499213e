"""Program: the one intermediate form, a list of immutable typed nodes, each assigned once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.errors import GraphError
from pellucid.graph import Tensor, Variable, format_shape, toposort
from pellucid.graph.primitives.table import NUMPY_RULES
from pellucid.graph.tensor import SHAPE_RULES

LEAVES = ("input", "variable", "constant")

# The phases of a computation, in the order in which a program shows them.
PHASES = ("forward", "loss", "metrics", "backward", "update")

Update = tuple[Variable, Tensor]


@dataclass(frozen=True, eq=False)
class Program:
    """What to compute: `outputs` from `inputs`, and new values for variables (`updates`).

    `nodes` holds every node that is needed, inputs before users, in a fixed order. All updates are
    computed from the old values. `str(program)` lists it, one node a line.

    >>> from pellucid.graph import Variable, placeholder
    >>> x, w = placeholder((None,), name="x"), Variable(2.0, name="w")
    >>> print(make_program([x * w], [x], name="double"))
    double(x: (N,) float32) with w: () float32
      %0 (N,) float32 = multiply(x, w)
      return %0
    """

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    updates: tuple[Update, ...]
    nodes: tuple[Tensor, ...] = field(repr=False)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables it reads or updates, in the order in which they appear."""
        read = [node for node in self.nodes if isinstance(node, Variable)]
        return tuple(dict.fromkeys([*read, *(variable for variable, _ in self.updates)]))

    @property
    def results(self) -> tuple[Tensor, ...]:
        """Outputs, then the new values of the updated variables."""
        return (*self.outputs, *(value for _, value in self.updates))

    def __str__(self) -> str:
        return format_program(self)


def make_program(
    outputs: Sequence[Tensor],
    inputs: Sequence[Tensor] = (),
    updates: Iterable[Update] = (),
    name: str = "program",
) -> Program:
    """A program with its nodes sorted; raises `GraphError` if it is not valid.

    Every input node that the outputs need must be listed; a variable is updated at most once, by a
    value of its own shape and dtype.
    """
    pairs = tuple(updates)
    results = [*outputs, *(value for _, value in pairs)]
    program = Program(name, tuple(inputs), tuple(outputs), pairs, tuple(toposort(results)))
    _check_interface(program)
    return program


def _check_interface(program: Program) -> None:
    where = f"program {program.name!r}"
    declared = set(program.inputs)
    for node in program.inputs:
        if node.op != "input":
            raise GraphError(where, expected="placeholders as inputs", received=repr(node))
    for node in program.nodes:
        if node.op == "input" and node not in declared:
            raise GraphError(
                where,
                expected="every input that the outputs need in `inputs`",
                received=f"{node.name!r} missing",
            )
    seen: set[Tensor] = set()
    for variable, value in program.updates:
        if variable in seen:
            raise GraphError(where, expected="one update a variable", received=repr(variable))
        seen.add(variable)
        if (variable.shape, variable.dtype) != (value.shape, value.dtype):
            raise GraphError(
                f"{where}, update of {variable.name!r}",
                expected=f"shape {format_shape(variable.shape)} {variable.dtype}",
                received=f"shape {format_shape(value.shape)} {value.dtype}",
            )


def check(program: Program) -> Program:
    """The same program, after every node was typed anew; raises `GraphError` where one is wrong.

    Run after every pass when the setting `checks` is on.
    """
    _check_interface(program)
    known: set[Tensor] = set()
    for node in program.nodes:
        where = f"program {program.name!r}, {node!r}"
        if not all(tensor in known for tensor in node.inputs):
            raise GraphError(where, expected="inputs before users", received="another order")
        known.add(node)
        if node.op in LEAVES:
            continue
        if node.op not in NUMPY_RULES:
            raise GraphError(where, expected="an op of the tables", received=node.op)
        typed = SHAPE_RULES[node.op](*node.inputs, **node.attrs)
        if typed != (node.shape, node.dtype):
            raise GraphError(where, expected=str(typed), received=str((node.shape, node.dtype)))
    if not set(program.results) <= known:
        raise GraphError(program.name, expected="every result among the nodes")
    return program


def format_program(program: Program) -> str:
    """The listing: one node a line, with shape, dtype and the layer it comes from."""
    names = _names(program)
    typed = [f"{names[t]}: {format_shape(t.shape)} {t.dtype}" for t in program.inputs]
    held = [f"{names[t]}: {format_shape(t.shape)} {t.dtype}" for t in program.variables]
    header = f"{program.name}({', '.join(typed)})" + (f" with {', '.join(held)}" if held else "")
    lines = [header]
    for node in program.nodes:
        if names[node].startswith("%"):
            lines.append(f"  {_format_node(node, names)}")
    lines += [f"  {names[v]} <- {names[t]}" for v, t in program.updates]
    returned = ", ".join(names[t] for t in program.outputs)
    return "\n".join([*lines, f"  return {returned}" if returned else "  return"])


def _names(program: Program) -> dict[Tensor, str]:
    names: dict[Tensor, str] = {}
    count = 0
    for node in [*program.nodes, *program.inputs, *program.variables]:
        if node in names:
            continue
        if node.op in ("input", "variable"):
            names[node] = str(node.name)
        elif node.op == "constant" and not node.shape:
            names[node] = str(node.attrs["value"].array.item())
        else:
            names[node] = f"%{count}"
            count += 1
    return names


def _format_node(node: Tensor, names: dict[Tensor, str]) -> str:
    arguments = [names[tensor] for tensor in node.inputs]
    arguments += [f"{key}={_short(value)}" for key, value in node.attrs.items() if key != "sizes"]
    origin = "/".join(part for part in (node.origin.phase, node.origin.layer) if part)
    comment = f"  # {origin}" if origin != "forward" else ""
    call = f"{node.op}({', '.join(arguments)})"
    return f"{names[node]} {format_shape(node.shape)} {node.dtype} = {call}{comment}"


def _short(value: Any) -> str:
    """An attribute's text, the same in every process."""
    if hasattr(value, "array"):
        text = f"array{value.array.shape}"
    elif hasattr(value, "n_carry"):
        text = f"{len(value.order)} nodes"
    elif callable(value):
        text = getattr(value, "__name__", type(value).__name__)
    elif type(value) is tuple:
        text = f"({', '.join(map(_short, value))}{',' if len(value) == 1 else ''})"
    else:
        text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def samples_from(program: Program) -> Iterator[tuple[int, int, int]]:
    """Where N can be read: (input number, axis, multiple) of every symbolic dimension."""
    for number, node in enumerate(program.inputs):
        for axis, dim in enumerate(node.shape):
            if not isinstance(dim, int):
                yield number, axis, dim.multiple
