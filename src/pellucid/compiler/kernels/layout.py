"""Layout: buffers for what must be stored, and views for everything that is read.

A node is stored if another kernel reads it, or if it is a result. The new value of a variable goes
straight into the variable's own buffer if no kernel needs the old value afterwards, and the kernel
that makes it reads the old one only element by element; otherwise into a temporary, copied last.
"""

from __future__ import annotations

from pellucid.compiler.kernels.fuse import Fusion
from pellucid.compiler.kernels.ir import ELEMENTWISE, Kernel, KernelProgram
from pellucid.compiler.kernels.prepare import prepare
from pellucid.compiler.kernels.views import (
    MOVEMENT,
    Buffer,
    View,
    broadcast_view,
    movement,
    whole,
)
from pellucid.compiler.program import Program, make_program
from pellucid.errors import GraphError
from pellucid.graph import Array, Tensor, Variable
from pellucid.graph.dims import Shape, size_of
from pellucid.graph.primitives.scan import Body


def lower(program: Program) -> KernelProgram:
    """The kernels of a program, with all their buffers and views."""
    return _Layout(prepare(program)).run()


class _Layout:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.fusion = Fusion(program)
        self.buffers: list[Buffer] = []
        self.views: dict[Tensor, View] = {}
        self.constants: dict[Buffer, Array] = {}
        self.items: dict[Tensor, list[View]] = {}
        self.kernel_of = {
            node: number
            for number, kernel in enumerate(self.fusion.kernels)
            for node in kernel.nodes
        }

    def run(self) -> KernelProgram:
        for tensor in self.program.inputs:
            self.views[tensor] = self._buffer(tensor, str(tensor.name), "input")
        for variable in self.program.variables:
            self.views[variable] = self._buffer(variable, str(variable.name), "variable")
        results = self._results()
        for node in self.program.nodes:
            self._view(node)
        for kernel in self.fusion.kernels:
            self._connect(kernel)
        kernels = [*self.fusion.kernels, *self.copies]
        inputs = {tensor: self.views[tensor] for tensor in self.program.inputs}
        variables = {variable: self.views[variable] for variable in self.program.variables}
        return KernelProgram(
            self.program, kernels, self.buffers, inputs, variables, self.constants, results
        )

    def _buffer(self, node: Tensor, name: str, kind: str) -> View:
        buffer = Buffer(name, node.dtype, size_of(node.shape), kind)
        self.buffers.append(buffer)
        return whole(buffer, node.shape)

    def _results(self) -> list[View]:
        """Places for the outputs and the new values."""
        results = []
        for number, tensor in enumerate(self.program.outputs):
            self.views[tensor] = self._buffer(tensor, f"output_{number}", "output")
            results.append(self.views[tensor])
        self.copies: list[Kernel] = []
        for variable, value in self.program.updates:
            home = self.views[variable]
            results.append(home)
            if self._in_place(variable, value):
                self.views[value] = home
                continue
            self.views[value] = self._buffer(value, f"new_{variable.name}", "temporary")
            copy = Kernel(value.shape)
            stored = Tensor("cast", (value,), {"dtype": value.dtype}, value.shape, value.dtype)
            copy.epilogue.append(stored)
            copy.loads[value] = self.views[value]
            copy.stores[stored] = home
            self.copies.append(copy)
        return results

    def _in_place(self, variable: Variable, value: Tensor) -> bool:
        """Whether the kernel of the new value may write over the old one."""
        last = self.kernel_of[value]
        seen: set[Tensor] = {variable}
        waiting: list[Tensor] = [variable]
        while waiting:
            tensor = waiting.pop()
            for user in self.fusion.users.get(tensor, ()):
                if user.op in MOVEMENT:
                    if user not in seen:
                        seen.add(user)
                        waiting.append(user)
                    continue
                number = self.kernel_of.get(user, last + 1)
                plain = (
                    tensor is variable
                    and user.op in ELEMENTWISE
                    and user.shape == variable.shape
                    and user in set(self.fusion.kernels[last].epilogue)
                )
                if number > last or (number == last and not plain):
                    return False
        return True

    def _view(self, node: Tensor) -> None:
        """Where a node is found, if it is stored or can be seen through what is."""
        if node in self.views:
            return
        if node.op == "constant":
            self.views[node] = self._buffer(node, f"constant_{len(self.buffers)}", "constant")
            self.constants[self.views[node].buffer] = node.attrs["value"].array
        elif node.op in MOVEMENT:
            found = movement(node, self.views[node.inputs[0]])
            if found is None:
                raise GraphError("layout", expected="views prepared", received=repr(node))
            self.views[node] = found
        elif node.op == "item":
            self.views[node] = self.items[node.inputs[0]][node.attrs["index"]]
        elif node.op == "scan":
            body = node.attrs["body"]
            self.items[node] = [
                self._scan_buffer(node, index, tensor) for index, tensor in enumerate(body.outputs)
            ]
        elif self._read_elsewhere(node):
            self.views[node] = self._buffer(node, f"t{len(self.buffers)}", "temporary")

    def _scan_buffer(self, node: Tensor, index: int, tensor: Tensor) -> View:
        stacked = index >= node.attrs["body"].n_carry
        shape: Shape = (node.attrs["length"], *tensor.shape) if stacked else tensor.shape
        buffer = Buffer(f"t{len(self.buffers)}", tensor.dtype, size_of(shape), "temporary")
        self.buffers.append(buffer)
        return whole(buffer, shape)

    def _read_elsewhere(self, node: Tensor) -> bool:
        home = self.kernel_of[node]
        kernel = self.fusion.kernels[home]
        in_prologue = node in set(kernel.prologue)
        for user in self.fusion.users.get(node, ()):
            if self.kernel_of.get(user) != home:
                return True
            if kernel.head is not None and user is kernel.head and not in_prologue:
                return True
        return False

    def _connect(self, kernel: Kernel) -> None:
        """Fill in what a kernel reads and writes."""
        own = set(kernel.nodes)
        head = kernel.head
        first_space = kernel.space
        if head is not None and kernel.kind == "reduction":
            first_space = head.inputs[0].shape
        epilogue = set(kernel.epilogue) if head is not None else set()
        for node in kernel.nodes:
            late = node in epilogue
            for tensor in node.inputs:
                if tensor in own or tensor.op == "scan":
                    continue
                view = self.views[tensor]
                if node.op in ELEMENTWISE or kernel.kind == "reduction":
                    view = broadcast_view(view, kernel.space if late else first_space)
                (kernel.late if late else kernel.loads)[tensor] = view
            if node in self.views:
                kernel.stores[node] = self.views[node]
            if node.op == "contraction" and node not in self.views:
                buffer = Buffer("sums", node.dtype, size_of(node.shape), "temporary")
                kernel.work.append(buffer)
                self.buffers.append(buffer)
            if node.op == "scan":
                kernel.items = self.items[node]
                self._body(kernel, node)

    def _body(self, kernel: Kernel, node: Tensor) -> None:
        """Lower the step of a scan; its constants and temporaries are buffers of ours."""
        body: Body = node.attrs["body"]
        inner = lower(make_program(body.outputs, body.inputs, name="step"))
        for slot in body.inputs[: body.n_carry]:
            for half in ("even", "odd"):
                kernel.work.append(
                    Buffer(f"{slot.name}_{half}", slot.dtype, size_of(slot.shape), "temporary")
                )
        kernel.work += [buffer for buffer in inner.buffers if buffer.kind == "temporary"]
        self.buffers += kernel.work
        self.buffers += list(inner.constants)
        self.constants.update(inner.constants)
        kernel.body = inner
