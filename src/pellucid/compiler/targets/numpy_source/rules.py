"""The source-text row of every op: how it is written in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from pellucid.compiler.targets.numpy_source.expression import (
    ATOM,
    COMPARE,
    POWER,
    PRODUCT,
    SUM,
    UNARY,
    Expression,
    dim_text,
    shape_text,
)
from pellucid.graph import Tensor
from pellucid.graph.primitives.contraction import AxisMap, Maps

SourceRule = Callable[[Tensor, list[Expression]], Expression]

SOURCE_RULES: dict[str, SourceRule] = {}

# Ops written as a call of a function that is printed at the top of the program.
HELPER_OPS: tuple[str, ...] = (
    "sigmoid",
    "erf",
    "pad",
    "scatter_add",
    "gather_along",
    "scatter_add_along",
    "windows",
    "overlap_add",
    "random_uniform",
    "contraction",
    "scan",
)

# The arguments of a contraction are written with `pure`.
NEEDED_HELPERS = {"contraction": ("pure", "contraction")}


def call(function: str, *arguments: str) -> Expression:
    """A function call."""
    return Expression(f"{function}({', '.join(arguments)})")


def strong(node: Tensor, expression: Expression) -> str:
    """The text of an argument of a NumPy function, given its dtype if it has none of its own."""
    return f"np.{node.dtype}({expression.text})" if expression.weak else expression.text


def _function(name: str) -> SourceRule:
    """A NumPy function of arrays; Python numbers alone would make it float64."""

    def rule(node: Tensor, args: list[Expression]) -> Expression:
        texts = [arg.text for arg in args]
        if all(arg.weak for arg in args):
            texts[0] = strong(node.inputs[0], args[0])
        return call(f"np.{name}", *texts)

    return rule


def _infix(symbol: str, rank: int, weak: bool = False) -> SourceRule:
    """A binary operator; its right operand must bind more tightly."""

    def rule(node: Tensor, args: list[Expression]) -> Expression:
        a, b = args
        left = a.within(rank + 1) if rank == COMPARE else a.within(rank)
        both = weak and a.weak and b.weak
        if a.weak and b.weak and not weak:
            left = strong(node.inputs[0], a)
        return Expression(f"{left} {symbol} {b.within(rank + 1)}", rank, both)

    return rule


def _negative(node: Tensor, args: list[Expression]) -> Expression:
    return Expression(f"-{args[0].within(UNARY)}", UNARY, args[0].weak)


def _power(node: Tensor, args: list[Expression]) -> Expression:
    base = args[0].within(POWER + 1)
    if args[0].weak:
        base = strong(node.inputs[0], args[0])
    return Expression(f"{base} ** {args[1].within(POWER)}", POWER)


_SAME_NAME = (
    "exp log log1p expm1 sqrt sin cos tanh sign floor ceil arctan "
    "maximum minimum logical_and logical_or logical_not"
)
for _name in _SAME_NAME.split():
    SOURCE_RULES[_name] = _function(_name)
SOURCE_RULES["absolute"] = _function("abs")
SOURCE_RULES["round"] = _function("rint")
SOURCE_RULES["add"] = _infix("+", SUM, weak=True)
SOURCE_RULES["subtract"] = _infix("-", SUM, weak=True)
SOURCE_RULES["multiply"] = _infix("*", PRODUCT, weak=True)
SOURCE_RULES["divide"] = _infix("/", PRODUCT, weak=True)
SOURCE_RULES["floor_divide"] = _infix("//", PRODUCT)
SOURCE_RULES["mod"] = _infix("%", PRODUCT)
SOURCE_RULES["power"] = _power
SOURCE_RULES["negative"] = _negative
for _name, _symbol in (("equal", "=="), ("not_equal", "!="), ("less", "<"), ("less_equal", "<="),
                       ("greater", ">"), ("greater_equal", ">=")):  # fmt: skip
    SOURCE_RULES[_name] = _infix(_symbol, COMPARE)
SOURCE_RULES["stop_gradient"] = lambda node, args: args[0]
SOURCE_RULES["custom_gradient"] = lambda node, args: args[0]


def _where(node: Tensor, args: list[Expression]) -> Expression:
    texts = [arg.text for arg in args]
    if args[1].weak and args[2].weak:
        texts[1] = f"np.{node.dtype}({texts[1]})"
    return call("np.where", *texts)


def _cast(node: Tensor, args: list[Expression]) -> Expression:
    if node.inputs[0].shape == () or args[0].weak:
        return call(f"np.{node.dtype}{'_' if node.dtype == 'bool' else ''}", args[0].text)
    name = "bool" if node.dtype == "bool" else f"np.{node.dtype}"
    return Expression(f"{args[0].within(ATOM)}.astype({name})")


SOURCE_RULES["where"] = _where
SOURCE_RULES["cast"] = _cast


def _reduction(method: str) -> SourceRule:
    def rule(node: Tensor, args: list[Expression]) -> Expression:
        axes, keepdims = node.attrs["axes"], node.attrs["keepdims"]
        options = [_receiver(node, args)]
        if len(axes) < node.inputs[0].ndim:
            options.append(f"axis={axes[0] if len(axes) == 1 else axes}")
        if keepdims:
            options.append("keepdims=True")
        if node.dtype in ("int32",) and method in ("sum", "prod"):
            options.append("dtype=np.int32")
        return call(f"np.{method}", *options)

    return rule


def _receiver(node: Tensor, args: Sequence[Expression]) -> str:
    return strong(node.inputs[0], args[0])


for _name in ("sum", "prod", "max", "min"):
    SOURCE_RULES[_name] = _reduction(_name)


def _along(function: str, *, options: str = "") -> SourceRule:
    def rule(node: Tensor, args: list[Expression]) -> Expression:
        text = f"{_receiver(node, args)}, axis={node.attrs['axis']}{options}"
        return call(f"np.{function}", text)

    return rule


SOURCE_RULES["argmax"] = _along("argmax")
SOURCE_RULES["argmin"] = _along("argmin")
SOURCE_RULES["argsort"] = _along("argsort", options=", kind='stable'")


def _cumsum(node: Tensor, args: list[Expression]) -> Expression:
    options = f"axis={node.attrs['axis']}, dtype=np.{node.dtype}"
    return call("np.cumsum", _receiver(node, args), options)


SOURCE_RULES["cumsum"] = _cumsum


def _reshape(node: Tensor, args: list[Expression]) -> Expression:
    return call("np.reshape", _receiver(node, args), shape_text(node.shape))


def _broadcast_to(node: Tensor, args: list[Expression]) -> Expression:
    return call("np.broadcast_to", _receiver(node, args), shape_text(node.shape))


def _transpose(node: Tensor, args: list[Expression]) -> Expression:
    axes = node.attrs["axes"]
    if axes == tuple(reversed(range(len(axes)))):
        return Expression(f"{args[0].within(ATOM)}.T")
    return Expression(f"{args[0].within(ATOM)}.transpose{axes}")


def _slice(node: Tensor, args: list[Expression]) -> Expression:
    parts = []
    source = node.inputs[0].shape
    for start, stop, step, dim in zip(
        node.attrs["starts"], node.attrs["stops"], node.attrs["steps"], source, strict=True
    ):
        end = "" if stop == dim else dim_text(stop).text
        parts.append(f"{start or ''}:{end}" + (f":{step}" if step != 1 else ""))
    while len(parts) > 1 and parts[-1] == ":":
        parts.pop()
    return Expression(f"{args[0].within(ATOM)}[{', '.join(parts)}]")


def _flip(node: Tensor, args: list[Expression]) -> Expression:
    return call("np.flip", args[0].text, str(node.attrs["axes"]))


def _concatenate(node: Tensor, args: list[Expression]) -> Expression:
    joined = ", ".join(strong(t, arg) for t, arg in zip(node.inputs, args, strict=True))
    return call("np.concatenate", f"[{joined}]", f"axis={node.attrs['axis']}")


def _gather(node: Tensor, args: list[Expression]) -> Expression:
    return call("np.take", args[0].text, args[1].text, f"axis={node.attrs['axis']}")


def _iota(node: Tensor, args: list[Expression]) -> Expression:
    return call("np.arange", dim_text(node.attrs["size"]).text, f"dtype=np.{node.dtype}")


SOURCE_RULES["reshape"] = _reshape
SOURCE_RULES["broadcast_to"] = _broadcast_to
SOURCE_RULES["transpose"] = _transpose
SOURCE_RULES["slice"] = _slice
SOURCE_RULES["flip"] = _flip
SOURCE_RULES["concatenate"] = _concatenate
SOURCE_RULES["gather"] = _gather
SOURCE_RULES["iota"] = _iota
SOURCE_RULES["dim_size"] = lambda node, args: dim_text(node.attrs["size"])
SOURCE_RULES["item"] = lambda node, args: Expression(f"{args[0].text}[{node.attrs['index']}]")


def maps_text(maps: Maps) -> str:
    """The index maps of a contraction's operand: runs of plain indices as `pure(...)`."""
    parts: list[str] = []
    for is_pure, run in groupby(maps, key=lambda axis_map: axis_map.pure):
        group = list(run)
        if is_pure:
            parts.append(f"*pure({', '.join(str(m.single) for m in group)})")
            continue
        for m in group:
            options = [str(m.terms)] + ([str(m.offset)] if m.offset or m.divisor != 1 else [])
            options += [str(m.divisor)] if m.divisor != 1 else []
            parts.append(f"AxisMap({', '.join(options)})")
    return f"({', '.join(parts)},)" if len(parts) == 1 else f"({', '.join(parts)})"


def attribute_text(value: Any) -> str:
    """A static attribute of an op as an argument of its helper function."""
    if isinstance(value, tuple) and any(isinstance(item, AxisMap) for item in value):
        return maps_text(value)
    if isinstance(value, tuple):
        inner = ", ".join(attribute_text(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if hasattr(value, "multiple"):
        return dim_text(value).text
    return repr(value)


def _helper(name: str) -> SourceRule:
    """A call of the op's own NumPy rule, which is printed at the top of the program."""

    def rule(node: Tensor, args: list[Expression]) -> Expression:
        texts = [strong(t, arg) for t, arg in zip(node.inputs, args, strict=True)]
        texts += [f"{key}={attribute_text(value)}" for key, value in node.attrs.items()]
        return call(name, *texts)

    return rule


for _name in HELPER_OPS:
    SOURCE_RULES[_name] = _helper(_name)


def _contraction(node: Tensor, args: list[Expression]) -> Expression:
    a, b = (strong(t, arg) if arg.weak else arg.within(PRODUCT + 1)
            for t, arg in zip(node.inputs, args, strict=True))  # fmt: skip
    maps = (node.attrs["a_maps"], node.attrs["b_maps"])
    out = node.attrs["out"]
    if not all(m.pure for operand in maps for m in operand):
        return _helper("contraction")(node, args)
    left, right = ([m.single for m in operand] for operand in maps)
    for flip_a in (False, True):
        for flip_b in (False, True):
            if _is_matmul(_last_two(left, flip_a), _last_two(right, flip_b), out):
                return Expression(f"{_turned(a, left, flip_a)} @ {_turned(b, right, flip_b)}",
                                  PRODUCT)  # fmt: skip
    letters = {index: chr(ord("a") + place) for place, index in enumerate([*left, *right])}
    terms = ["".join(letters[index] for index in group) for group in (left, right, out)]
    return call("np.einsum", f"'{terms[0]},{terms[1]}->{terms[2]}'", a, b, "optimize=True")


def _last_two(labels: list[int], flipped: bool) -> list[int] | None:
    if not flipped:
        return labels
    return [*labels[:-2], labels[-1], labels[-2]] if len(labels) >= 2 else None


def _turned(text: str, labels: list[int], flipped: bool) -> str:
    if not flipped:
        return text
    if not text.replace("_", "").replace(".", "").isalnum():
        text = f"({text})"
    return f"{text}.T" if len(labels) == 2 else f"np.swapaxes({text}, -1, -2)"


def _is_matmul(a: list[int] | None, b: list[int] | None, out: tuple[int, ...]) -> bool:
    """Whether `np.matmul` of operands with these index labels has the labels `out`."""
    if not a or not b:
        return False
    inner = a[-1]
    if inner != (b[-2] if len(b) > 1 else b[-1]) or inner in out:
        return False
    lead_a, lead_b = a[:-2], b[:-2]
    rows, columns = a[-2:-1], b[-1:] if len(b) > 1 else []
    if lead_b and lead_a != lead_b:
        return not lead_a and not rows and list(out) == [*lead_b, *columns]
    if lead_a and not lead_b and len(b) > 2:
        return False
    shared = set(a) & set(b)
    return shared == {inner, *lead_b} and list(out) == [*lead_a, *rows, *columns]


SOURCE_RULES["contraction"] = _contraction
