"""The machine-code row of every elementwise op: what it does to values, scalar or vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence

from pellucid.compiler.targets.native import arithmetic, elementary
from pellucid.compiler.targets.native.arithmetic import convert, select, unary
from pellucid.compiler.targets.native.emit import (
    TYPES,
    Code,
    Value,
    element_of,
    is_floating,
    literal,
    vector,
)
from pellucid.graph import Tensor

LoweringRule = Callable[[Tensor, list[Value]], Value]

LOWERING_RULES: dict[str, LoweringRule] = {}


def lower_nodes(nodes: Sequence[Tensor], env: MutableMapping[Tensor, Value]) -> None:
    """Compute nodes in order from the values in `env`, and add theirs."""
    for node in nodes:
        env[node] = LOWERING_RULES[node.op](node, [env[tensor] for tensor in node.inputs])


def constant_value(code: Code, node: Tensor, lanes: int) -> Value | None:
    """A constant all of whose elements are one number, as a literal; else None."""
    if node.op != "constant" or node.attrs["value"].array.size != 1:
        return None
    kind = vector(TYPES[node.dtype], lanes)
    return Value(code, kind, literal(kind, node.attrs["value"].array.item()))


def _truth(x: Value) -> Value:
    return x if element_of(x.kind) == "i1" else x.differs(0)


def _absolute(x: Value) -> Value:
    if is_floating(x.kind):
        return unary("fabs", x)
    return x if element_of(x.kind) == "i1" else select(x < 0, -x, x)


def _sign(x: Value) -> Value:
    one = select(x > 0, 1, 0, x.kind)
    signed = select(x < 0, -1, one, x.kind)
    return select(arithmetic.is_nan(x), x, signed) if is_floating(x.kind) else signed


def _rounded(name: str) -> LoweringRule:
    return lambda node, args: unary(name, args[0]) if is_floating(args[0].kind) else args[0]


def _extreme(function: Callable[[Value, Value], Value], on_bits: str) -> LoweringRule:
    def rule(node: Tensor, args: list[Value]) -> Value:
        a, b = args
        if element_of(a.kind) == "i1":
            return a | b if on_bits == "or" else a & b
        return function(a, b)

    return rule


def _compare(name: str) -> LoweringRule:
    def rule(node: Tensor, args: list[Value]) -> Value:
        a, b = args
        if element_of(a.kind) == "i1" and name not in ("equals", "differs"):
            a, b = convert(a, "i32"), convert(b, "i32")
        result: Value = getattr(a, name)(b)
        return result

    return rule


def _where(node: Tensor, args: list[Value]) -> Value:
    return select(_truth(args[0]), args[1], args[2])


def _dim_size(node: Tensor, args: list[Value]) -> Value:
    raise NotImplementedError("written where the sizes are known")


_ELEMENTARY: Mapping[str, str] = {
    name: name
    for name in "exp expm1 log log1p sin cos arctan tanh sigmoid erf power mod floor_divide".split()
}

for _op, _name in _ELEMENTARY.items():
    _function: Callable[..., Value] = getattr(elementary, _name)
    LOWERING_RULES[_op] = lambda node, args, f=_function: f(*args)  # type: ignore[misc]
LOWERING_RULES["sqrt"] = lambda node, args: unary("sqrt", args[0])
LOWERING_RULES["negative"] = lambda node, args: -args[0]
LOWERING_RULES["absolute"] = lambda node, args: _absolute(args[0])
LOWERING_RULES["sign"] = lambda node, args: _sign(args[0])
for _op, _name in (("floor", "floor"), ("ceil", "ceil"), ("round", "rint")):
    LOWERING_RULES[_op] = _rounded(_name)
LOWERING_RULES["add"] = lambda node, args: args[0] + args[1]
LOWERING_RULES["subtract"] = lambda node, args: args[0] - args[1]
LOWERING_RULES["multiply"] = lambda node, args: args[0] * args[1]
LOWERING_RULES["divide"] = lambda node, args: args[0] / args[1]
LOWERING_RULES["maximum"] = _extreme(arithmetic.maximum, "or")
LOWERING_RULES["minimum"] = _extreme(arithmetic.minimum, "and")
for _op, _name in (("equal", "equals"), ("not_equal", "differs"), ("less", "__lt__"),
                   ("less_equal", "__le__"), ("greater", "__gt__"),
                   ("greater_equal", "__ge__")):  # fmt: skip
    LOWERING_RULES[_op] = _compare(_name)
LOWERING_RULES["logical_and"] = lambda node, args: _truth(args[0]) & _truth(args[1])
LOWERING_RULES["logical_or"] = lambda node, args: _truth(args[0]) | _truth(args[1])
LOWERING_RULES["logical_not"] = lambda node, args: ~_truth(args[0])
LOWERING_RULES["where"] = _where
LOWERING_RULES["cast"] = lambda node, args: convert(args[0], TYPES[node.dtype])
