"""Writes LLVM's language: a module, its functions, typed values, loops.

A `Value` is a typed name, scalar or vector, and takes part in Python's arithmetic; a Python number
beside it becomes a constant of its type. `Code` writes one function. Sizes and indices may be
Python integers as long as they are known: sums and products of those are worked out here, so what
is written is short. The text is written directly because building it as llvmlite objects and
printing those takes 15 times as long (8 µs an instruction against 0.5).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple, TypeAlias, TypeVar

from pellucid.compiler.targets.native.machine import Machine

# The type of an element in a register; in memory a bool is a byte.
TYPES = {"float32": "float", "float64": "double", "int32": "i32", "int64": "i64", "bool": "i1"}
_BITS = {"float": 32, "double": 64, "i1": 1, "i8": 8, "i32": 32, "i64": 64, "ptr": 64}


@cache
def vector(element: str, lanes: int) -> str:
    """The type of a vector; of one lane, the element's own."""
    return f"<{lanes} x {element}>" if lanes > 1 else element


@cache
def element_of(kind: str) -> str:
    """The element type of a vector type; a scalar's own."""
    return kind[1:-1].split(" x ")[1] if kind[0] == "<" else kind


@cache
def lanes_of(kind: str) -> int:
    """The number of lanes of a type; 1 for a scalar."""
    return int(kind[1:].split(" x ")[0]) if kind[0] == "<" else 1


def bits_of(kind: str) -> int:
    """The width of the element of a type, in bits."""
    return _BITS[element_of(kind)]


def is_floating(kind: str) -> bool:
    """Whether the elements of a type are floating-point numbers."""
    return element_of(kind) in ("float", "double")


def literal(kind: str, number: float | int | bool) -> str:
    """A constant in LLVM's spelling, the same in every lane."""
    element = element_of(kind)
    if element in ("float", "double"):
        exact = struct.unpack("<f", struct.pack("<f", number))[0] if element == "float" else number
        text = f"0x{struct.unpack('<Q', struct.pack('<d', exact))[0]:016X}"
    else:
        text = str(int(number))
    return f"splat ({element} {text})" if kind[0] == "<" else text


class Value:
    """A typed name in a function. Operators act lane by lane; comparisons give masks (`i1`)."""

    __slots__ = ("code", "kind", "text")

    def __init__(self, code: Code, kind: str, text: str) -> None:
        self.code = code
        self.kind = kind
        self.text = text

    def _binary(self, floating: str, whole: str, left: Operand, right: Operand) -> Value:
        kind = self.kind
        x, y = self.code.text(left, kind), self.code.text(right, kind)
        if is_floating(kind):
            return self.code.op(kind, f"{floating}{self.code.contract} {kind} {x}, {y}")
        return self.code.op(kind, f"{whole} {kind} {x}, {y}")

    def __add__(self, other: Operand) -> Value:
        return self if _is_whole(other, 0) else self._binary("fadd", "add", self, other)

    def __radd__(self, other: Operand) -> Value:
        return self if _is_whole(other, 0) else self._binary("fadd", "add", other, self)

    def __sub__(self, other: Operand) -> Value:
        return self if _is_whole(other, 0) else self._binary("fsub", "sub", self, other)

    def __rsub__(self, other: Operand) -> Value:
        return self._binary("fsub", "sub", other, self)

    def __mul__(self, other: Operand) -> Value:
        return self if _is_whole(other, 1) else self._binary("fmul", "mul", self, other)

    def __rmul__(self, other: Operand) -> Value:
        return self if _is_whole(other, 1) else self._binary("fmul", "mul", other, self)

    def __truediv__(self, other: Operand) -> Value:
        return self._binary("fdiv", "sdiv", self, other)

    def __rtruediv__(self, other: Operand) -> Value:
        return self._binary("fdiv", "sdiv", other, self)

    def __neg__(self) -> Value:
        if is_floating(self.kind):
            return self.code.op(self.kind, f"fneg {self.kind} {self.text}")
        return 0 - self

    def __and__(self, other: Operand) -> Value:
        return self._binary("and", "and", self, other)

    def __or__(self, other: Operand) -> Value:
        return self._binary("or", "or", self, other)

    def __xor__(self, other: Operand) -> Value:
        return self._binary("xor", "xor", self, other)

    def __lshift__(self, other: Operand) -> Value:
        return self._binary("shl", "shl", self, other)

    def __rshift__(self, other: Operand) -> Value:
        """The shift that keeps the sign; `arithmetic.shift_right` brings in zeros."""
        return self._binary("ashr", "ashr", self, other)

    def __invert__(self) -> Value:
        return self ^ -1

    def _compare(self, floating: str, whole: str, other: Operand) -> Value:
        y = self.code.text(other, self.kind)
        test = f"fcmp {floating}" if is_floating(self.kind) else f"icmp {whole}"
        result = vector("i1", lanes_of(self.kind))
        return self.code.op(result, f"{test} {self.kind} {self.text}, {y}")

    def __lt__(self, other: Operand) -> Value:
        return self._compare("olt", "slt", other)

    def __le__(self, other: Operand) -> Value:
        return self._compare("ole", "sle", other)

    def __gt__(self, other: Operand) -> Value:
        return self._compare("ogt", "sgt", other)

    def __ge__(self, other: Operand) -> Value:
        return self._compare("oge", "sge", other)

    def below(self, other: Operand) -> Value:
        """A mask of the whole numbers in [0, other): a negative one counts as very large."""
        return self._compare("ult", "ult", other)

    def equals(self, other: Operand) -> Value:
        """A mask of the lanes that are equal; NaN equals nothing."""
        return self._compare("oeq", "eq", other)

    def differs(self, other: Operand) -> Value:
        """A mask of the lanes that differ; NaN differs from everything."""
        return self._compare("une", "ne", other)


Operand: TypeAlias = Value | float | int
Index: TypeAlias = Value | int


def _is_whole(other: Operand, number: int) -> bool:
    # 0.0 does not count: x + 0.0 turns -0.0 into 0.0.
    return isinstance(other, int) and other == number


class Loop:
    """A running loop: its index, the values it carries, and after it the last of them."""

    def __init__(self, index: Index, carried: Sequence[Value]) -> None:
        self.index = index
        self.carried = list(carried)
        self._next = list(carried)
        self.results: list[Value] = list(carried)

    def carry(self, values: Sequence[Value]) -> None:
        """What the next round gets (and `results` in the end); said once, at the loop's end."""
        self._next = list(values)

    @property
    def following(self) -> list[Value]:
        """What was said by `carry`."""
        return self._next


Made = TypeVar("Made")


class Parameter(NamedTuple):
    """A parameter of a function: its type, its name, and LLVM's attributes of it."""

    kind: str
    name: str
    attributes: str = ""


class Module:
    """Functions and constants that are compiled together; equal ones are written once."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._functions: dict[str, Code] = {}
        self._declared: dict[str, str] = {}
        self._shared: dict[Hashable, Any] = {}

    def define(
        self, name: str, parameters: Sequence[Parameter], result: str = "void", visible: bool = True
    ) -> Code:
        """Start a function. A name that is taken gets a number; `Code.name` tells."""
        unique, count = name, 1
        while unique in self._functions:
            count += 1
            unique = f"{name}.{count}"
        code = Code(self, unique, parameters, result, visible)
        self._functions[unique] = code
        return code

    def shared(self, key: Hashable, write: Callable[[], Made]) -> Made:
        """What `write` writes, written once for all that ask with an equal key."""
        if key not in self._shared:
            self._shared[key] = write()
        made: Made = self._shared[key]
        return made

    def declare(self, name: str, declaration: str) -> None:
        """A function or a constant from elsewhere, or an intrinsic, by its declaration."""
        self._declared.setdefault(name, declaration)

    def table(self, name: str, kind: str, numbers: Sequence[float | int]) -> str:
        """A constant array, named after its content's owner; its address, to index with `at`."""
        items = ", ".join(f"{kind} {literal(kind, number)}" for number in numbers)
        size = f"[{len(numbers)} x {kind}]"
        self.declare(name, f"@{name} = private unnamed_addr constant {size} [{items}], align 64")
        return f"@{name}"

    def __str__(self) -> str:
        functions = [str(code) for code in self._functions.values()]
        return "\n".join([*self._declared.values(), *functions, _ATTRIBUTES, ""])


_ATTRIBUTES = "attributes #0 = { nounwind }"


class Code:
    """One function being written: straight-line code, loops, branches, memory, calls."""

    def __init__(
        self,
        module: Module,
        name: str,
        parameters: Sequence[Parameter],
        result: str,
        visible: bool,
    ) -> None:
        self.module = module
        self.machine = module.machine
        self.name = name
        self.result = result
        self.parameters = tuple(parameters)
        self.arguments = {p.name: Value(self, p.kind, f"%{p.name}") for p in parameters}
        # Sums of products may become one fused instruction; `exactly` forbids it for a while.
        self.contract = " contract"
        self.block = "entry"
        self._visible = visible
        self._allocated: list[str] = []
        self._lines: list[str] = []
        self._count = 0

    def op(self, kind: str, instruction: str) -> Value:
        """Write an instruction that has a result of type `kind`."""
        self._count += 1
        name = f"%v{self._count}"
        self._lines.append(f"  {name} = {instruction}")
        return Value(self, kind, name)

    def do(self, instruction: str) -> None:
        """Write an instruction without a result."""
        self._lines.append(f"  {instruction}")

    def text(self, operand: Operand, kind: str) -> str:
        """How an operand is spelled where a value of type `kind` is expected."""
        if isinstance(operand, Value):
            assert operand.kind == kind, f"{self.name}: {operand.kind} where {kind} is expected"
            return operand.text
        return literal(kind, operand)

    def value(self, operand: Operand, kind: str) -> Value:
        """An operand as a value of type `kind`."""
        return operand if isinstance(operand, Value) else Value(self, kind, literal(kind, operand))

    def index(self, operand: Index) -> Value:
        """A size or an index as a value."""
        return self.value(operand, "i64")

    @contextmanager
    def exactly(self) -> Iterator[None]:
        """Inside, every operation rounds by itself, as error-free transformations need."""
        before, self.contract = self.contract, ""
        try:
            yield
        finally:
            self.contract = before

    def call(self, result: str, name: str, *arguments: Value, attributes: str = "") -> Value:
        """Call a function of this module or an intrinsic (which is declared on the way)."""
        kinds = ", ".join(a.kind for a in arguments)
        if name.startswith("llvm."):
            self.module.declare(name, f"declare {result} @{name}({kinds})")
        listed = ", ".join(f"{a.kind} {a.text}" for a in arguments)
        instruction = f"call{attributes} {result} @{name}({listed})"
        if result == "void":
            self.do(instruction)
            return Value(self, "void", "")
        return self.op(result, instruction)

    # Blocks and loops

    def label(self, name: str) -> str:
        """A new name for a block."""
        self._count += 1
        return f"{name}{self._count}"

    def start_block(self, label: str) -> None:
        """What follows belongs to the block `label`."""
        self._lines.append(f"{label}:")
        self.block = label

    def jump(self, label: str) -> None:
        """Go on at a block."""
        self.do(f"br label %{label}")

    def branch(self, condition: Value, yes: str, no: str) -> None:
        """Go on at one of two blocks."""
        self.do(f"br i1 {condition.text}, label %{yes}, label %{no}")

    def phi(self, kind: str, *sources: tuple[str, str]) -> Value:
        """The value that depends on the block we come from: pairs of a text and a block."""
        listed = ", ".join(f"[ {text}, %{block} ]" for text, block in sources)
        return self.op(kind, f"phi {kind} {listed}")

    @contextmanager
    def when(self, condition: Value) -> Iterator[None]:
        """The code inside runs where a condition (one bit) holds."""
        inside, after = self.label("then"), self.label("after")
        self.branch(condition, inside, after)
        self.start_block(inside)
        yield
        self.jump(after)
        self.start_block(after)

    def either(self, condition: Value, yes: Callable[[], None], no: Callable[[], None]) -> None:
        """One of two pieces of code runs."""
        first, second, after = self.label("then"), self.label("else"), self.label("after")
        self.branch(condition, first, second)
        for label, write in ((first, yes), (second, no)):
            self.start_block(label)
            write()
            self.jump(after)
        self.start_block(after)

    @contextmanager
    def loop(
        self, start: Index, stop: Index, step: int = 1, carry: Sequence[Value] = ()
    ) -> Iterator[Loop]:
        """Repeat the code inside for the index from `start` up to, not including, `stop`.

        `carry` are the first values of what is handed from round to round; inside, `Loop.carry`
        says the next ones. A loop of one round, known beforehand, is no loop in the code.
        """
        rounds = stop - start if isinstance(start, int) and isinstance(stop, int) else None
        if rounds is not None and 0 < rounds <= step:
            single = Loop(start, carry)
            yield single
            single.results = single.following
            return
        body, end = self.label("loop"), self.label("end")
        before = self.block
        guarded = rounds is None or rounds <= 0
        limit = self.index(stop)
        if guarded:
            self.branch(self.index(start) < stop, body, end)
        else:
            self.jump(body)
        self.start_block(body)
        place = len(self._lines)
        kinds = ["i64", *(value.kind for value in carry)]
        heads = [self.op(kind, "") for kind in kinds]
        loop = Loop(heads[0], heads[1:])
        yield loop
        following = [heads[0] + step, *loop.following]
        self.branch(following[0] < limit, body, end)
        initial = [self.index(start), *carry]
        for line, (head, first, later) in enumerate(zip(heads, initial, following, strict=True)):
            sources = f"[ {first.text}, %{before} ], [ {later.text}, %{self.block} ]"
            self._lines[place + line] = f"  {head.text} = phi {head.kind} {sources}"
        last = self.block
        self.start_block(end)
        loop.results = list(following[1:])
        if guarded:
            loop.results = [
                self.phi(first.kind, (first.text, before), (later.text, last))
                for first, later in zip(carry, following[1:], strict=True)
            ]

    # Memory

    def allocate(self, kind: str, count: int) -> Value:
        """Room for some values on the stack, aligned to 64 bytes, for as long as the call lasts."""
        self._count += 1
        name = f"%v{self._count}"
        self._allocated.append(f"  {name} = alloca [{count} x {kind}], align 64")
        return Value(self, "ptr", name)

    def at(self, pointer: Value | str, index: Index, kind: str) -> Value:
        """The address of element `index` (elements of type `kind`) after a pointer."""
        base = pointer if isinstance(pointer, str) else pointer.text
        if isinstance(index, int) and index == 0 and isinstance(pointer, Value):
            return pointer
        text = self.text(index, "i64")
        return self.op("ptr", f"getelementptr {kind}, ptr {base}, i64 {text}")

    def load(self, pointer: Value, kind: str, align: int = 0) -> Value:
        """Read a value; aligned as its elements are unless a larger alignment is known."""
        align = align or max(bits_of(kind) // 8, 1)
        return self.op(kind, f"load {kind}, ptr {pointer.text}, align {align}")

    def store(self, value: Value, pointer: Value, align: int = 0) -> None:
        """Write a value."""
        align = align or max(bits_of(value.kind) // 8, 1)
        self.do(f"store {value.kind} {value.text}, ptr {pointer.text}, align {align}")

    def ret(self, value: Value | None = None) -> None:
        """The end of the function."""
        self.do(f"ret {value.kind} {value.text}" if value else "ret void")

    def __str__(self) -> str:
        listed = ", ".join(" ".join(filter(None, (k, a, f"%{n}"))) for k, n, a in self.parameters)
        linkage = "" if self._visible else "internal "
        head = f"define {linkage}{self.result} @{self.name}({listed}) #0 {{\nentry:"
        return "\n".join([head, *self._allocated, *self._lines, "}"])
