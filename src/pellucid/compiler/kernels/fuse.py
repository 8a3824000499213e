"""Fusion: from nodes to kernels.

Nodes are taken in order. An elementwise node joins the kernel that makes the latest of its inputs,
if that kernel runs over the same space and hands the input over element by element; movement ops
are views and cost nothing; every other op heads a kernel of its own. Afterwards the element work
that only a reduction needs is moved into its loop.
"""

from __future__ import annotations

from pellucid.compiler.kernels.ir import ELEMENTWISE, REDUCTIONS, Kernel
from pellucid.compiler.kernels.views import MOVEMENT
from pellucid.compiler.program import LEAVES, Program
from pellucid.graph import Tensor
from pellucid.graph.dims import Shape

# Nodes in one kernel: time to compile grows faster than their number, and registers run out.
_LARGEST = 96

_HEADS_WITH_EPILOGUE = (*REDUCTIONS, "contraction")


class Fusion:
    """The kernels of a program, without buffers yet."""

    def __init__(self, program: Program) -> None:
        self.program = program
        # The first kernel holds plain numbers that depend on leaves alone: 1/N, a decayed rate.
        self.kernels: list[Kernel] = [Kernel(())]
        self.kernel_of: dict[Tensor, int] = {}
        self.users: dict[Tensor, list[Tensor]] = {}
        for node in program.nodes:
            for tensor in node.inputs:
                self.users.setdefault(tensor, []).append(node)
        for node in program.nodes:
            self._place(node)
        self._pull_prologues()
        self.kernels = [kernel for kernel in self.kernels if kernel.nodes]

    def _place(self, node: Tensor) -> None:
        if node.op in (*LEAVES, *MOVEMENT, "item"):
            return
        if node.op in ELEMENTWISE:
            number = self._home(node)
            self.kernels[number].epilogue.append(node)
        else:
            number = self._new(node.shape)
            self.kernels[number].head = node
        self.kernel_of[node] = number

    def _new(self, space: Shape) -> int:
        self.kernels.append(Kernel(space))
        return len(self.kernels) - 1

    def _home(self, node: Tensor) -> int:
        """The kernel an elementwise node joins, or a new one."""
        earliest = max((self._ready(tensor, node.shape) for tensor in node.inputs), default=-1)
        if node.shape == ():
            for number in range(max(earliest, 0), len(self.kernels)):
                plain = self.kernels[number].head is None
                if plain and self._accepts(number, node.shape) and self._has_room(number):
                    return number
        if 0 <= earliest < len(self.kernels):
            if self._accepts(earliest, node.shape) and self._has_room(earliest):
                return earliest
        return self._new(node.shape)

    def _accepts(self, number: int, space: Shape) -> bool:
        kernel = self.kernels[number]
        head = kernel.head
        return kernel.space == space and (head is None or head.op in _HEADS_WITH_EPILOGUE)

    def _has_room(self, number: int) -> bool:
        return len(self.kernels[number].epilogue) < _LARGEST

    def _ready(self, tensor: Tensor, space: Shape) -> int:
        """The first kernel in which `tensor` can be read by a node over `space`."""
        whole = tensor.shape == space
        while tensor.op in MOVEMENT or tensor.op == "item":
            whole = False
            tensor = tensor.inputs[0]
        if tensor not in self.kernel_of:
            return -1
        number = self.kernel_of[tensor]
        same = whole and self._accepts(number, space)
        return number if same else number + 1

    def _pull_prologues(self) -> None:
        """Move element work that only one reduction uses into that reduction's loop."""
        kept = set(self.program.results)
        for number, kernel in enumerate(self.kernels):
            if kernel.kind != "reduction" or kernel.head is None:
                continue
            inside: set[Tensor] = {kernel.head}
            space = kernel.head.inputs[0].shape
            waiting = [kernel.head.inputs[0]]
            pulled: list[Tensor] = []
            while waiting and len(pulled) < _LARGEST:
                node = waiting.pop()
                if not self._only_used_by(node, inside) or node in kept or node in inside:
                    continue
                if node.op not in ELEMENTWISE or node.shape != space:
                    continue
                inside.add(node)
                pulled.append(node)
                waiting.extend(node.inputs)
            self._move(set(pulled), number)

    def _move(self, nodes: set[Tensor], number: int) -> None:
        """Take nodes out of the kernels they were in, into the prologue of another."""
        for source in {self.kernel_of[node] for node in nodes}:
            kernel = self.kernels[source]
            kernel.epilogue = [node for node in kernel.epilogue if node not in nodes]
        for node in self.program.nodes:
            if node in nodes:
                self.kernel_of[node] = number
                self.kernels[number].prologue.append(node)

    def _only_used_by(self, node: Tensor, inside: set[Tensor]) -> bool:
        return all(user in inside for user in self.users.get(node, ()))
