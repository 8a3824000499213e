"""Kernels: loop nests, each made of a head and the element work that rides along with it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from pellucid.compiler.kernels.views import Buffer, View, whole
from pellucid.compiler.program import Program
from pellucid.graph import Array, Tensor, Variable, format_shape
from pellucid.graph.dims import Shape

ELEMENTWISE = frozenset(
    "negative exp expm1 log log1p sqrt sin cos arctan tanh sigmoid erf absolute sign floor ceil "
    "round add subtract multiply divide power floor_divide mod maximum minimum equal not_equal "
    "less less_equal greater greater_equal logical_and logical_or logical_not where cast "
    "dim_size".split()
)
REDUCTIONS = frozenset(("sum", "prod", "max", "min"))


@dataclass(eq=False)
class Kernel:
    """One loop nest over `space`, the shape of what it gives.

    - `head` is what it is built around: a contraction, a reduction, an op with loops of its own,
      or nothing (a plain elementwise kernel).
    - `prologue` is computed in the space of a reduction's input, before it is reduced.
    - `epilogue` is computed in `space`, on the head's result.
    - `loads` says where each tensor that it reads is found: seen from the space of the prologue,
      or as the head takes it; `late`, where those are that the epilogue of a head reads.
    - A scan has its step as a `body`, and buffers to `work` in: two for each carried value, then
      the temporaries of the body.
    - `stores` says which of its nodes are written, and where; `items`, where a scan's results go.
    """

    space: Shape
    head: Tensor | None = None
    prologue: list[Tensor] = field(default_factory=list)
    epilogue: list[Tensor] = field(default_factory=list)
    loads: dict[Tensor, View] = field(default_factory=dict)
    late: dict[Tensor, View] = field(default_factory=dict)
    stores: dict[Tensor, View] = field(default_factory=dict)
    items: list[View] = field(default_factory=list)
    body: KernelProgram | None = None
    work: list[Buffer] = field(default_factory=list)

    @property
    def spare(self) -> View:
        """Room for a contraction's sums where no store may hold them."""
        return whole(self.work[0], self.space)

    @property
    def kind(self) -> str:
        """What it is built around: a "map", a "reduction", or the op that heads it."""
        if self.head is None:
            return "map"
        return "reduction" if self.head.op in REDUCTIONS else self.head.op

    @property
    def reads(self) -> list[View]:
        """All views that it reads."""
        return [*self.loads.values(), *self.late.values()]

    @property
    def nodes(self) -> list[Tensor]:
        """All that it computes, in order."""
        return [*self.prologue, *([self.head] if self.head is not None else []), *self.epilogue]

    def __str__(self) -> str:
        work = " ".join(node.op for node in self.nodes)
        reads = ", ".join(view.buffer.name for view in self.reads)
        writes = ", ".join(view.buffer.name for view in (*self.stores.values(), *self.items))
        return f"{self.kind} {format_shape(self.space)}: {writes} <- {work} ({reads})"


@dataclass(eq=False)
class KernelProgram:
    """A program as kernels in order, with the buffers they use.

    `results` holds, for every output and every updated variable of the program, the view of its
    value when the last kernel is done (for a variable: its own buffer). `keys` are those that its
    machine code is kept under, once worked out.
    """

    program: Program
    kernels: list[Kernel]
    buffers: list[Buffer]
    inputs: dict[Tensor, View]
    variables: dict[Variable, View]
    constants: dict[Buffer, Array]
    results: list[View]
    keys: dict[Hashable, str | None] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        lines = [f"kernels of {self.program.name}:"]
        lines += [f"  {number} {kernel}" for number, kernel in enumerate(self.kernels)]
        return "\n".join(lines)
