"""Tensor: an immutable node of an expression. Nothing is computed when it is built."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import GraphError, ShapeError
from pellucid.graph.arrays import Array, Literal, as_array
from pellucid.graph.dims import Shape, as_shape, format_shape
from pellucid.graph.dtypes import DType, as_dtype, is_float, promote, scalar_dtype


class Origin(NamedTuple):
    """Where a node comes from: the path of its layer and the phase of the computation."""

    layer: str = ""
    phase: str = "forward"


_origin = Origin()


@contextmanager
def origin(layer: str | None = None, phase: str | None = None) -> Iterator[None]:
    """Mark the nodes built inside as belonging to `layer` and `phase`.

    >>> with origin(layer="hidden"):
    ...     t = constant(1.0)
    >>> t.origin
    Origin(layer='hidden', phase='forward')
    """
    global _origin
    before = _origin
    _origin = Origin(
        before.layer if layer is None else layer, before.phase if phase is None else phase
    )
    try:
        yield
    finally:
        _origin = before


def current_origin() -> Origin:
    """The mark that a node built now would get."""
    return _origin


class Tensor:
    """An expression: an op, its inputs, its static attributes, and the shape and dtype they give.

    Built by the functions of `pellucid.ops` and by Python's operators, never by hand. Looking at
    it (``np.asarray(t)``, ``float(t)``, ``print(t)``) evaluates it. Operators follow NumPy:
    broadcasting, ``@``, comparison element by element, basic slicing, and an integer index array.

    >>> a = constant([[1.0, 2.0], [3.0, 4.0]])
    >>> (a @ a + 1).shape
    (2, 2)
    """

    __slots__ = ("attrs", "dtype", "inputs", "made_by", "name", "op", "origin", "shape")

    op: str
    inputs: tuple[Tensor, ...]
    attrs: Mapping[str, Any]
    shape: Shape
    dtype: DType
    name: str | None
    origin: Origin
    made_by: object  # the layer call whose result this is, kept by the room that has layers

    def __init__(
        self,
        op: str,
        inputs: tuple[Tensor, ...],
        attrs: Mapping[str, Any],
        shape: Shape,
        dtype: DType,
        name: str | None = None,
    ) -> None:
        self.op = op
        self.inputs = inputs
        self.attrs = attrs
        self.shape = shape
        self.dtype = dtype
        self.name = name
        self.origin = _origin
        self.made_by = None

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def T(self) -> Tensor:
        """The tensor with its axes reversed."""
        return apply("transpose", self, axes=tuple(reversed(range(self.ndim))))

    def numpy(self) -> Array:
        """The value as a NumPy array; raises `GraphError` if it depends on an input."""
        return hooks.evaluate(self)

    def item(self) -> float | int | bool:
        """The value of a tensor of one element as a Python number."""
        array = self.numpy()
        if array.size != 1:
            raise ShapeError(
                "a single value",
                expected="a tensor of one element",
                received=repr(self),
                hint="take the sum, the mean, or one element first",
            )
        value: float | int | bool = array.item()
        return value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self.numpy(), dtype=dtype)

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __bool__(self) -> bool:
        return bool(self.item())

    def __index__(self) -> int:
        number: Any = self.item()
        return operator.index(number)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __len__(self) -> int:
        if not self.shape or not isinstance(self.shape[0], int):
            raise ShapeError("len", expected="a known first dimension", received=str(self.shape))
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        label = f" {self.name!r}" if self.name else ""
        return f"<Tensor{label} {self.op} shape={format_shape(self.shape)} dtype={self.dtype}>"

    def __str__(self) -> str:
        try:
            return str(self.numpy())
        except GraphError:
            return repr(self)

    __hash__ = object.__hash__
    # NumPy arrays on the left of an operator leave it to the tensor on the right.
    __array_ufunc__ = None

    def __add__(self, other: Any) -> Tensor:
        return binary("add", self, other)

    def __radd__(self, other: Any) -> Tensor:
        return binary("add", other, self)

    def __sub__(self, other: Any) -> Tensor:
        return binary("subtract", self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return binary("subtract", other, self)

    def __mul__(self, other: Any) -> Tensor:
        return binary("multiply", self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return binary("multiply", other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return binary("divide", self, other, floating=True)

    def __rtruediv__(self, other: Any) -> Tensor:
        return binary("divide", other, self, floating=True)

    def __floordiv__(self, other: Any) -> Tensor:
        return binary("floor_divide", self, other)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return binary("floor_divide", other, self)

    def __mod__(self, other: Any) -> Tensor:
        return binary("mod", self, other)

    def __rmod__(self, other: Any) -> Tensor:
        return binary("mod", other, self)

    def __pow__(self, other: Any) -> Tensor:
        if isinstance(other, int | float) and other == 2:
            return binary("multiply", self, self)
        if isinstance(other, float) and other == 0.5 and is_float(self.dtype):
            return apply("sqrt", self)
        return binary("power", self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return binary("power", other, self)

    def __neg__(self) -> Tensor:
        return apply("negative", self)

    def __pos__(self) -> Tensor:
        return self

    def __abs__(self) -> Tensor:
        return apply("absolute", self)

    def __eq__(self, other: Any) -> Tensor:  # type: ignore[override]
        return binary("equal", self, other)

    def __ne__(self, other: Any) -> Tensor:  # type: ignore[override]
        return binary("not_equal", self, other)

    def __lt__(self, other: Any) -> Tensor:
        return binary("less", self, other)

    def __le__(self, other: Any) -> Tensor:
        return binary("less_equal", self, other)

    def __gt__(self, other: Any) -> Tensor:
        return binary("greater", self, other)

    def __ge__(self, other: Any) -> Tensor:
        return binary("greater_equal", self, other)

    def __and__(self, other: Any) -> Tensor:
        return binary("logical_and", self, other)

    def __rand__(self, other: Any) -> Tensor:
        return binary("logical_and", other, self)

    def __or__(self, other: Any) -> Tensor:
        return binary("logical_or", self, other)

    def __ror__(self, other: Any) -> Tensor:
        return binary("logical_or", other, self)

    def __invert__(self) -> Tensor:
        return apply("logical_not", self)

    def __matmul__(self, other: Any) -> Tensor:
        return hooks.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return hooks.matmul(other, self)

    def __getitem__(self, index: Any) -> Tensor:
        return hooks.getitem(self, index)


class Hooks:
    """What modules above this one add to Tensor: its value, `@`, indexing, a stack of several."""

    evaluate: Callable[[Tensor], Array]
    matmul: Callable[[Any, Any], Tensor]
    getitem: Callable[[Tensor, Any], Tensor]
    stack: Callable[[Sequence[Any]], Tensor]


hooks = Hooks()


class Variable(Tensor):
    """A leaf with a name and a value that updates: a weight, a moving average, a counter.

    `initial` is anything NumPy can read; floats become float32 unless `dtype` says otherwise.
    `assign` replaces the value (same shape). `trainable=False` keeps optimizers away from it.

    >>> w = Variable(5.0, name="w")
    >>> w.assign(4.2)
    >>> round(float(w * 2), 3)
    8.4
    """

    __slots__ = ("_value", "constraint", "regularizer", "trainable")

    def __init__(
        self,
        initial: Any,
        name: str = "variable",
        trainable: bool = True,
        dtype: Any = None,
        regularizer: Callable[[Tensor], Tensor] | None = None,
        constraint: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        value = as_array(initial, dtype, f"variable {name!r}")
        super().__init__("variable", (), {}, value.shape, as_dtype(value.dtype), name)
        self._value = np.array(value)
        self.trainable = trainable
        self.regularizer = regularizer
        self.constraint = constraint

    @property
    def value(self) -> Array:
        """The array itself (not a copy)."""
        return self._value

    def assign(self, value: Any) -> None:
        """Replace the value; raises `ShapeError` if the shape differs."""
        array = as_array(value, self.dtype, f"assign to {self.name!r}")
        if array.shape != self.shape:
            raise ShapeError(
                f"assign to {self.name!r}",
                expected=f"shape {format_shape(self.shape)}",
                received=f"shape {format_shape(array.shape)}",
                hint="weights keep the shape they were built with",
            )
        self._value = np.array(array)

    def adopt(self, array: Array) -> None:
        """Take over an array of the right shape and dtype, which nobody else changes."""
        self._value = array

    def __repr__(self) -> str:
        return f"<Variable {self.name!r} shape={format_shape(self.shape)} dtype={self.dtype}>"


def constant(value: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """A leaf that holds an array; Python floats become float32, NumPy arrays keep their type.

    >>> constant([1, 2, 3]).dtype, constant(0.5).dtype
    ('int64', 'float32')
    """
    array = as_array(value, dtype)
    return Tensor(
        "constant", (), {"value": Literal(array)}, array.shape, as_dtype(array.dtype.name), name
    )


def placeholder(shape: Any, dtype: Any = "float32", name: str = "input") -> Tensor:
    """A leaf whose value arrives when the expression is evaluated; None in the shape means N.

    >>> placeholder((None, 3), name="x")
    <Tensor 'x' input shape=(N, F=3) dtype=float32>
    """
    return Tensor("input", (), {}, as_shape(shape), as_dtype(dtype), name)


def as_tensor(value: Any, dtype: Any = None) -> Tensor:
    """`value` as a Tensor, cast to `dtype` if given; a list of Tensors is stacked."""
    if not isinstance(value, Tensor):
        if not _holds_tensor(value):
            return constant(value, dtype)
        value = hooks.stack([as_tensor(item) for item in value])
    tensor: Tensor = value
    if dtype is None or as_dtype(dtype) == tensor.dtype:
        return tensor
    return apply("cast", tensor, dtype=as_dtype(dtype))


def _holds_tensor(value: Any) -> bool:
    """Whether a (nested) list has a Tensor in it, whose gradient must not be lost."""
    if not isinstance(value, list | tuple):
        return False
    return any(isinstance(item, Tensor) or _holds_tensor(item) for item in value)


def label(tensor: Tensor, name: str) -> Tensor:
    """Give a tensor the name its printed program will use, unless it has one; returns it."""
    if tensor.name is None:
        tensor.name = name
    return tensor


InferRule = Callable[..., tuple[Shape, DType]]
SHAPE_RULES: dict[str, InferRule] = {}


def apply(op: str, *inputs: Tensor, **attrs: Any) -> Tensor:
    """Build the node `op(*inputs, **attrs)`: its shape rule gives shape and dtype, or raises."""
    try:
        shape, dtype = SHAPE_RULES[op](*inputs, **attrs)
    except ShapeError as error:
        raise _with_place(error, op, inputs) from None
    return Tensor(op, inputs, attrs, shape, dtype)


def _with_place(error: ShapeError, op: str, inputs: tuple[Tensor, ...]) -> ShapeError:
    """The same error, with the layer, the op and the shapes of all its inputs."""
    layer = f"layer {_origin.layer!r}, " if _origin.layer else ""
    received = " and ".join(format_shape(tensor.shape) for tensor in inputs)
    if error.hint is None:
        received += f": {error.received}"
    where = f"{layer}op {op}"
    return ShapeError(where, expected=error.expected, received=received, hint=error.hint)


def match(a: Any, b: Any, floating: bool = False) -> tuple[Tensor, Tensor]:
    """Two values as tensors of one dtype; Python's numbers take the type of their neighbour."""
    if isinstance(a, Tensor) and isinstance(b, Tensor) and a.dtype == b.dtype and not floating:
        return a, b
    if isinstance(b, Tensor):
        a = _beside(a, b)
    elif isinstance(a, Tensor):
        b = _beside(b, a)
    a, b = as_tensor(a), as_tensor(b)
    dtype = promote(a.dtype, b.dtype, *(("float32",) if floating else ()))
    return as_tensor(a, dtype), as_tensor(b, dtype)


def _beside(value: Any, neighbour: Tensor) -> Any:
    """Python's numbers (and lists of them) as a constant of the neighbour's type."""
    if isinstance(value, bool | int | float):
        return constant(value, scalar_dtype(value, neighbour.dtype))
    if hasattr(value, "dtype") or _holds_tensor(value):
        return value
    array = as_array(value)
    sample: bool | float = {"f": 0.5, "b": False}.get(array.dtype.kind, 1)
    return constant(value, scalar_dtype(sample, neighbour.dtype))


_ARITHMETIC = ("add", "subtract", "multiply", "power", "floor_divide", "mod")


def binary(op: str, a: Any, b: Any, floating: bool = False) -> Tensor:
    """`op(a, b)` after both are brought to one dtype (booleans count as integers)."""
    a, b = match(a, b, floating)
    if a.dtype == "bool" and op in _ARITHMETIC:
        a, b = as_tensor(a, "int32"), as_tensor(b, "int32")
    return apply(op, a, b)


def as_axes(axis: int | Sequence[int]) -> Sequence[int]:
    """One axis or several, as several."""
    return axis if isinstance(axis, Sequence) else [axis]


def normalize_axis(axis: int, ndim: int) -> int:
    """A non-negative axis number; raises `ShapeError` if out of range."""
    if not -ndim <= axis < ndim:
        raise ShapeError("axis", expected=f"an axis in [{-ndim}, {ndim})", received=str(axis))
    return axis % ndim
