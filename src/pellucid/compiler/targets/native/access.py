"""Reading and writing tensors in memory: a view, an index for each axis, and lanes along one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pellucid.compiler.kernels.views import View
from pellucid.compiler.targets.native.arithmetic import counting, splat, suffix, widen_unsigned
from pellucid.compiler.targets.native.emit import Code, Index, Value, element_of, lanes_of, vector
from pellucid.compiler.targets.native.kernel import Sizes
from pellucid.compiler.targets.native.memory import load_masked, memory_type, store_masked
from pellucid.compiler.targets.native.together import wait_for_all
from pellucid.graph.dims import Dim, SymbolicDim


class Pointers(dict[object, Value]):
    """The addresses of buffers, read off the table where they are used.

    All read at the start would be held, and spilled, through the whole program: for 200 layers that
    took LLVM twice as long (2.0 s against 0.8).
    """

    def __init__(self, code: Code, numbers: Mapping[object, int]) -> None:
        super().__init__()
        self._code, self._numbers = code, numbers

    def __missing__(self, buffer: object) -> Value:
        slot = self._code.at(self._code.arguments["buffers"], self._numbers[buffer], "ptr")
        return self._code.load(slot, "ptr")

    def and_also(self, others: Mapping[object, Value]) -> Pointers:
        """These addresses, and others that are known."""
        both = Pointers(self._code, self._numbers)
        both.update(self)
        both.update(others)
        return both


@dataclass
class Frame:
    """What a kernel's code needs to know: N, and the address of every buffer."""

    code: Code
    n: Value
    pointers: Mapping[object, Value]
    status: Value
    scratch: Value
    thread: Value | int = 0
    threads: int = 1
    barrier_place: Value | None = None
    asked: list[int] = field(default_factory=lambda: [0, 0])

    def barrier(self) -> None:
        """Wait until all threads are here; nothing, for one thread."""
        if self.threads > 1 and self.barrier_place is not None:
            wait_for_all(self.code, self.barrier_place, self.threads)

    def ask_scratch(self, fixed: int, a_sample: int) -> None:
        """Ask for scratch; the most that any kernel asks for is what there will be."""
        self.asked[0] = max(self.asked[0], fixed)
        self.asked[1] = max(self.asked[1], a_sample)

    def within(self, code: Code) -> Frame:
        """The same sizes inside another function of the module, which has N as an argument too."""
        return replace(self, code=code, n=code.arguments["n"])

    @property
    def sizes(self) -> Sizes:
        """Sizes for the generator's units of work."""
        return Sizes(self.code, self.n)

    def with_pointers(self, others: Mapping[object, Value]) -> Frame:
        """The same place in the code, with the addresses of more buffers."""
        known = self.pointers
        both = known.and_also(others) if isinstance(known, Pointers) else {**known, **others}
        return replace(self, pointers=both)

    def size(self, dim: Dim) -> Index:
        """A dimension as an index: a number, or a multiple of N."""
        if isinstance(dim, SymbolicDim):
            return self.n * dim.multiple if dim.multiple != 1 else self.n
        return dim

    def base(self, view: View) -> Value:
        """The address of a view's first element."""
        pointer = self.pointers[view.buffer]
        return self.code.at(pointer, self.size(view.offset), memory_type(view.buffer.dtype))


def scaled(frame: Frame, index: Index, stride: Dim) -> Index:
    """An index times a stride, worked out now where both are known."""
    step = frame.size(stride)
    if isinstance(index, int) and isinstance(step, int):
        return index * step
    if isinstance(step, int):
        return index * step if step != 1 else index
    return step * index


def total(parts: Sequence[Index]) -> Index:
    """The sum of indices, the known ones added up now."""
    known = sum(part for part in parts if isinstance(part, int))
    result: Index = known
    for part in parts:
        if not isinstance(part, int):
            result = part + result if isinstance(result, int) and result == 0 else result + part
    return result


class Access:
    """A view inside a loop nest, its address moved along as indices become known."""

    def __init__(self, frame: Frame, view: View, base: Value | None = None) -> None:
        self.frame = frame
        self.view = view
        self.kind = memory_type(view.buffer.dtype)
        self.pointer = base if base is not None else frame.base(view)

    def moved(self, axis_strides: Sequence[Dim], indices: Sequence[Index]) -> Value:
        """The address after steps along some axes."""
        parts = [
            scaled(self.frame, index, stride)
            for index, stride in zip(indices, axis_strides, strict=True)
            if stride != 0
        ]
        offset = total(parts)
        return self.frame.code.at(self.pointer, offset, self.kind)


def read(
    frame: Frame, view: View, pointer: Value, stride: Dim, lanes: int, mask: Value | None = None
) -> Value:
    """The element at an address; or `lanes` of them, `stride` apart, where the mask is set."""
    code, dtype = frame.code, view.buffer.dtype
    kind = memory_type(dtype)
    if lanes == 1 or stride == 0:
        value = code.load(pointer, kind)
        value = splat(value, lanes)
    elif stride == 1:
        value = _read_row(code, pointer, vector(kind, lanes), mask)
    else:
        value = _gather(frame, pointer, kind, stride, lanes, mask)
    return value.differs(0) if dtype == "bool" else value


def _read_row(code: Code, pointer: Value, kind: str, mask: Value | None) -> Value:
    return code.load(pointer, kind) if mask is None else load_masked(code, pointer, kind, mask)


def _addresses(frame: Frame, pointer: Value, kind: str, stride: Dim, lanes: int) -> Value:
    code = frame.code
    steps = counting(code, "i64", lanes)
    size = frame.size(stride)
    spread = steps * size if isinstance(size, int) else steps * splat(size, lanes)
    pointers = vector("ptr", lanes)
    return code.op(
        pointers, f"getelementptr {kind}, ptr {pointer.text}, {spread.kind} {spread.text}"
    )


def _full(code: Code, lanes: int) -> Value:
    kind = vector("i1", lanes)
    return Value(code, kind, "splat (i1 true)")


def _gather(
    frame: Frame, pointer: Value, kind: str, stride: Dim, lanes: int, mask: Value | None
) -> Value:
    code = frame.code
    addresses = _addresses(frame, pointer, kind, stride, lanes)
    wide = vector(kind, lanes)
    chosen = mask or _full(code, lanes)
    name = f"llvm.masked.gather.{suffix(wide)}.v{lanes}p0"
    code.module.declare(
        name, f"declare {wide} @{name}({addresses.kind}, i32 immarg, {chosen.kind}, {wide})"
    )
    return code.op(
        wide,
        f"call {wide} @{name}({addresses.kind} {addresses.text}, i32 1, "
        f"{chosen.kind} {chosen.text}, {wide} zeroinitializer)",
    )


def write(
    frame: Frame,
    view: View,
    pointer: Value,
    stride: Dim,
    value: Value,
    mask: Value | None = None,
) -> None:
    """Store an element, or lanes `stride` apart, where the mask is set."""
    code = frame.code
    if element_of(value.kind) == "i1":
        value = widen_unsigned(value, "i8")
    if not value.kind.startswith("<"):
        code.store(value, pointer)
    elif stride == 1 and mask is None:
        code.store(value, pointer)
    elif stride == 1 and mask is not None:
        store_masked(code, value, pointer, mask)
    else:
        lanes = lanes_of(value.kind)
        kind = memory_type(view.buffer.dtype)
        addresses = _addresses(frame, pointer, kind, stride, lanes)
        _scatter(code, value, addresses, mask or _full(code, lanes))


def _scatter(code: Code, value: Value, places: Value, mask: Value) -> None:
    lanes = lanes_of(value.kind)
    name = f"llvm.masked.scatter.{suffix(value.kind)}.v{lanes}p0"
    code.module.declare(
        name, f"declare void @{name}({value.kind}, {places.kind}, i32 immarg, {mask.kind})"
    )
    code.do(
        f"call void @{name}({value.kind} {value.text}, {places.kind} {places.text}, i32 1, "
        f"{mask.kind} {mask.text})"
    )
