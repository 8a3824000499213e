"""Contraction kernels of a program: handed to the contraction generator, or to the reduction nests.

Element work after the sum rides along as the generator's epilogue. Small or unusual contractions
(integers, a few thousand products) are written as reductions of products instead: no table, no
call, no packing.
"""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.kernels.views import View
from pellucid.compiler.targets.native.access import Frame
from pellucid.compiler.targets.native.affine import Access, Operand
from pellucid.compiler.targets.native.contraction import Contraction, make_plan
from pellucid.compiler.targets.native.emit import Value, lanes_of
from pellucid.compiler.targets.native.lowering import constant_value
from pellucid.compiler.targets.native.nests import share, sized
from pellucid.compiler.targets.native.panels import contraction_kernel
from pellucid.compiler.targets.native.reductions import write_reduction
from pellucid.graph import Tensor
from pellucid.graph.dims import Dim
from pellucid.graph.primitives.contraction import Maps

# Products in one contraction, at 64 samples, up to which a plain nest is faster (measured on
# 9-16-1 and 30-16-1 networks: 0.8 µs a step against 3).
_SMALL = 64 * 1024


def write_contraction(frame: Frame, kernel: Kernel) -> None:
    """The kernel of a contraction, by whichever way is faster."""
    head = head_of(kernel)
    if head.dtype not in ("float32", "float64") or _products(head) <= _SMALL:
        write_reduction(frame, as_reduction(kernel))
    else:
        _Product(frame, kernel).write()


def head_of(kernel: Kernel) -> Tensor:
    """The op a kernel is built around."""
    assert kernel.head is not None
    return kernel.head


def _indices(head: Tensor) -> tuple[list[int], list[int]]:
    """The indices of the output, and those summed over.

    The gradient of a convolution leaves indices behind that no map uses any more.
    """
    maps = (*head.attrs["a_maps"], *head.attrs["b_maps"])
    used = {index for axis_map in maps for index in axis_map.reads()}
    out = list(head.attrs["out"])
    return out, sorted(used - set(out))


def _products(head: Tensor) -> int:
    out, summed = _indices(head)
    count = 1
    for index in (*out, *summed):
        dim = head.attrs["sizes"][index]
        count *= dim if isinstance(dim, int) else 64 * dim.multiple
    return count


def _strides(view: View, maps: Maps, order: Sequence[int]) -> tuple[tuple[Dim, ...], Dim]:
    """An operand's stride along each index (0 along those that do not move it), and its offset."""
    strides: dict[int, Dim] = {}
    offset: Dim = 0
    for axis_map, stride in zip(maps, view.strides, strict=True):
        if axis_map.offset:
            offset = stride * axis_map.offset + offset
        for index, coefficient in axis_map.terms:
            strides[index] = stride * coefficient
    return tuple(strides.get(index, 0) for index in order), offset


def as_reduction(kernel: Kernel) -> Kernel:
    """A contraction kernel as a reduction kernel over all indices, the summed ones first."""
    head = head_of(kernel)
    out, summed = _indices(head)
    order = [*summed, *out]
    space = tuple(head.attrs["sizes"][index] for index in order)
    operands, loads = [], {}
    for tensor, key in zip(head.inputs, ("a_maps", "b_maps"), strict=True):
        view = kernel.loads[tensor]
        strides, offset = _strides(view, head.attrs[key], order)
        moved = view.offset + offset if view.offset else offset
        operands.append(Tensor("input", (), {}, space, tensor.dtype))
        loads[operands[-1]] = View(view.buffer, space, strides, moved)
    product = Tensor("multiply", (operands[0], operands[1]), {}, space, head.dtype)
    attrs = {"axes": tuple(range(len(summed))), "keepdims": False}
    total = Tensor("sum", (product,), attrs, kernel.space, head.dtype)
    new = {head: total}
    for node in kernel.epilogue:
        inputs = tuple(new.get(tensor, tensor) for tensor in node.inputs)
        new[node] = Tensor(node.op, inputs, node.attrs, node.shape, node.dtype)
    epilogue = [new[node] for node in kernel.epilogue]
    stores = {new[node]: view for node, view in kernel.stores.items()}
    return Kernel(kernel.space, total, [product], epilogue, loads, kernel.late, stores)


class _Product:
    """One contraction kernel being handed to the generator."""

    def __init__(self, frame: Frame, kernel: Kernel) -> None:
        self.frame, self.kernel, self.head = frame, kernel, head_of(kernel)
        out, summed = _indices(self.head)
        self.order = [*out, *summed]
        self.summed = len(summed)
        self.late = {
            tensor: view
            for tensor, view in kernel.late.items()
            if constant_value(frame.code, tensor, 1) is None
        }

    def write(self) -> None:
        """Write the kernel's function, and a call of it for this thread's share of the work."""
        frame, code = self.frame, self.frame.code
        stores = self._stores()
        c = self._contraction(stores)
        if make_plan(c, code.machine).block and self._overwrites(stores):
            # Sums in blocks rest in the output between two blocks; it must not be one that the
            # epilogue still reads.
            stores = {self.head: self.kernel.spare, **stores}
            c = self._contraction(stores)
        made = contraction_kernel(
            code.module, c, lambda x, loaded: self._epilogue(x, loaded, stores)
        )
        frame.ask_scratch(made.scratch, made.scratch_a_sample)
        pointers = [
            *(self._operand_base(i) for i in (0, 1)),
            *(frame.base(view) for view in self._in_order(stores)),
        ]
        units = made.units.emit(frame.sizes)
        begin, end = share(frame, units, 1)
        made.call(code, pointers, frame.scratch, frame.n, begin, end)

    def _stores(self) -> dict[Tensor, View]:
        """What is stored, first something of the sum's own type."""
        stores = self.kernel.stores
        first = next((node for node in stores if node.dtype == self.head.dtype), None)
        if first is None:
            return {self.head: self.kernel.spare, **stores}
        return {first: stores[first], **stores}

    def _overwrites(self, stores: dict[Tensor, View]) -> bool:
        first = next(iter(stores.values()))
        return any(view.buffer is first.buffer for view in self.late.values())

    def _in_order(self, stores: dict[Tensor, View]) -> list[View]:
        """The output, the loads, the other stores: the generator's order."""
        first, *others = stores.values()
        return [first, *self.late.values(), *others]

    def _contraction(self, stores: dict[Tensor, View]) -> Contraction:
        head = self.head
        first, *others = stores.values()
        return Contraction(
            head.dtype,
            tuple(head.attrs["sizes"][index] for index in self.order),
            tuple(place >= len(self.order) - self.summed for place in range(len(self.order))),
            self._operand(0),
            self._operand(1),
            self._spread(first),
            tuple(Access(v.buffer.dtype, self._spread(v)) for v in self.late.values()),
            tuple(Access(v.buffer.dtype, self._spread(v)) for v in others),
            rests=self.head not in self.kernel.stores and self.head in stores,
        )

    def _operand(self, which: int) -> Operand:
        key = ("a_maps", "b_maps")[which]
        view = self.kernel.loads[self.head.inputs[which]]
        strides, _ = _strides(view, self.head.attrs[key], self.order)
        return Operand(strides)

    def _operand_base(self, which: int) -> Value:
        key = ("a_maps", "b_maps")[which]
        view = self.kernel.loads[self.head.inputs[which]]
        _, offset = _strides(view, self.head.attrs[key], self.order)
        moved = view.offset + offset if view.offset else offset
        return self.frame.base(View(view.buffer, view.shape, view.strides, moved))

    def _spread(self, view: View) -> tuple[Dim, ...]:
        """A view of the output space as a stride for each index."""
        return (*view.strides, *(0 for _ in range(self.summed)))

    def _epilogue(
        self, value: Value, loaded: Sequence[Value], stores: dict[Tensor, View]
    ) -> list[Value]:
        code, lanes = value.code, lanes_of(value.kind)
        env: dict[Tensor, Value] = {self.head: value}
        env.update(zip(self.late, loaded, strict=True))
        for tensor in self.kernel.late:
            constant = constant_value(code, tensor, lanes)
            if constant is not None:
                env[tensor] = constant
        sized(self.frame.within(code), self.kernel.epilogue, env, lanes)
        return [env[node] for node in stores]
