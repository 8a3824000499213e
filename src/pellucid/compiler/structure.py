"""Structure: programs that differ only in the values of their variables are made once.

A search over hyper-parameters, folds of a cross-validation and ensembles build the same network
again and again. What passes and kernels make of it depends on its structure alone: it is kept, with
empty variables in place of those of the first network, and bound to those of the next.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from functools import cached_property

from pellucid.compiler.kernels import KernelProgram, lower
from pellucid.compiler.passes import run_passes
from pellucid.compiler.program import Program, make_program
from pellucid.graph import Tensor, Variable, as_dtype
from pellucid.graph.arrays import Literal
from pellucid.graph.primitives.scan import Body
from pellucid.graph.rewrite import substitute

# Programs of about 300 nodes: some hundred kilobytes each.
_KEPT = 64
# A program with larger constants is not kept: they may be somebody's data.
_LARGEST_CONSTANT = 1 << 16


class Structure:
    """A simplified program, and its kernels, on variables that have no values."""

    def __init__(self, program: Program) -> None:
        self._variables = tuple(_empty(variable) for variable in program.variables)
        known: dict[Tensor, Tensor] = dict(zip(program.variables, self._variables, strict=True))
        results = iter(substitute(program.results, known))
        outputs = [next(results) for _ in program.outputs]
        updates = [(known[variable], next(results)) for variable, _ in program.updates]
        pairs = [(slot, value) for slot, value in updates if isinstance(slot, Variable)]
        self._program = run_passes(make_program(outputs, program.inputs, pairs, program.name))

    @cached_property
    def _kernels(self) -> KernelProgram:
        return lower(self._program)

    def bind(self, program: Program) -> tuple[Program, KernelProgram]:
        """The simplified program and its kernels, on the variables of `program`."""
        real = dict(zip(self._variables, program.variables, strict=True))
        kernels = self._kernels
        updates = tuple((real[slot], value) for slot, value in self._program.updates)
        variables = {real[slot]: view for slot, view in kernels.variables.items()}
        bound = replace(self._program, updates=updates)
        return bound, replace(kernels, variables=variables)


def structure(program: Program) -> Structure:
    """The structure of a program, from an equal one if there was one.

    >>> from pellucid.graph import placeholder
    >>> def scaled():
    ...     x = placeholder((None,), name="x")
    ...     return make_program([x * Variable(2.0)], [x])
    >>> structure(scaled()) is structure(scaled())
    True
    """
    key = listing(program)
    if key is None:
        return Structure(program)
    with _lock:
        found = _known.get(key)
        if found is not None:
            _known.move_to_end(key)
            return found
    made = Structure(program)
    with _lock:
        _known[key] = made
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return made


_known: OrderedDict[Hashable, Structure] = OrderedDict()
_lock = threading.Lock()


def _empty(variable: Variable) -> Variable:
    """A variable like this one that has no value, and keeps none alive."""
    slot = object.__new__(Variable)
    Tensor.__init__(slot, "variable", (), {}, variable.shape, as_dtype(variable.dtype))
    slot.name = variable.name
    slot.trainable, slot.regularizer, slot.constraint = variable.trainable, None, None
    return slot


def listing(program: Program) -> Hashable | None:
    """All that passes and kernels can read of a program, names aside; None if it is not kept."""
    numbers: dict[Tensor, int] = {}
    inputs = tuple((numbers.setdefault(t, len(numbers)), t.shape, t.dtype) for t in program.inputs)
    try:
        nodes = tuple([_node(node, numbers) for node in program.nodes])
    except _NotKept:
        return None
    updates = tuple(
        [(numbers.get(variable), numbers[value]) for variable, value in program.updates]
    )
    unread = tuple([(v.shape, v.dtype) for v, _ in program.updates if v not in numbers])
    outputs = tuple([numbers[tensor] for tensor in program.outputs])
    return program.name, inputs, nodes, outputs, updates, unread


class _NotKept(Exception):
    pass


def _node(node: Tensor, numbers: dict[Tensor, int]) -> Hashable:
    attrs: Hashable = ()
    if node.attrs and node.op != "custom_gradient":  # whose rule has done its work by now
        attrs = tuple([(name, _attr(value, numbers)) for name, value in node.attrs.items()])
    inputs = tuple([numbers[tensor] for tensor in node.inputs])
    number = numbers.setdefault(node, len(numbers))
    return node.op, number, inputs, attrs, node.shape, node.dtype


def _attr(value: object, numbers: dict[Tensor, int]) -> Hashable:
    """What an attribute says, told apart where Python's == does not: 0.0 and -0.0, 1 and True."""
    kind = type(value)
    if kind is Literal:
        assert isinstance(value, Literal)
        if value.array.nbytes > _LARGEST_CONSTANT:
            raise _NotKept
        return value.key()
    if kind is Body:
        assert isinstance(value, Body)
        slots = tuple((numbers.setdefault(t, len(numbers)), t.shape, t.dtype) for t in value.inputs)
        nodes = tuple([_node(node, numbers) for node in value.order])
        outputs = tuple([numbers[tensor] for tensor in value.outputs])
        return slots, nodes, outputs, value.n_carry, value.n_slices
    if kind is float or kind is bool:
        return kind.__name__, repr(value)
    if isinstance(value, tuple) and any(type(part) in (float, bool) for part in value):
        return tuple([_attr(part, numbers) for part in value])
    if not isinstance(value, Hashable) or callable(value):
        raise _NotKept
    return value
