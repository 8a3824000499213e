"""WeightOwner: variables and parts found among attributes, in order, and all that follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from pellucid.errors import GraphError, ShapeError
from pellucid.graph import Array, Tensor, Variable, format_shape, origin


class WeightOwner:
    """An object that holds variables, its own and those of the owners among its attributes.

    Attributes are searched when asked, in the order in which they were set, inside lists, tuples
    and dicts too. Nothing here recurses, so a stack of 10,000 layers is as good as one of two.
    """

    # Attributes that are never searched.
    untracked: ClassVar[frozenset[str]] = frozenset()

    name: str
    built: bool = False
    _trainable: bool
    _trainable_own: list[Variable]
    _fixed_own: list[Variable]
    _state_own: list[Variable]

    def _own(self, variable: Variable) -> Variable:
        """Make a variable one of this owner's weights."""
        (self._trainable_own if variable.trainable else self._fixed_own).append(variable)
        variable.trainable = variable.trainable and self._trainable
        return variable

    def _children(self) -> list[WeightOwner]:
        """The owners among the attributes, each once; variables found there become weights."""
        known = {*self._trainable_own, *self._fixed_own, *self._state_own}
        children: dict[WeightOwner, None] = {}
        for key, value in list(self.__dict__.items()):
            if type(value) in _PLAIN or key in self.untracked:
                continue
            for leaf in _tracked(value):
                if isinstance(leaf, WeightOwner):
                    children[leaf] = None
                elif leaf not in known:
                    known.add(self._own(leaf))
        return list(children)

    def _walk(self) -> Iterator[tuple[str, WeightOwner]]:
        """This owner and all inside it, each once, parents first, with paths that start inside."""
        seen: set[WeightOwner] = set()
        stack: list[tuple[str, WeightOwner]] = [("", self)]
        while stack:
            path, owner = stack.pop()
            if owner in seen:
                continue
            seen.add(owner)
            yield path, owner
            prefix = f"{path}/" if path else ""
            stack += [(f"{prefix}{child.name}", child) for child in reversed(owner._children())]

    def _collected(self, *lists: str) -> list[Variable]:
        owners = [owner for _, owner in self._walk()]
        found = (v for owner in owners for name in lists for v in getattr(owner, name))
        return list(dict.fromkeys(found))

    @property
    def weights(self) -> list[Variable]:
        """All weights, in Keras's order: the own ones, trained first, then those of the parts."""
        return self._collected("_trainable_own", "_fixed_own")

    @property
    def variables(self) -> list[Variable]:
        """The weights, and the states that are no weights (numbers of random draws)."""
        return self._collected("_trainable_own", "_fixed_own", "_state_own")

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that an optimizer changes; none if `trainable` is false."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that an optimizer leaves alone."""
        return [v for v in self.weights if not (v.trainable and self.trainable)]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that an optimizer leaves alone, states included."""
        return [v for v in self.variables if not (v.trainable and self.trainable)]

    @property
    def trainable(self) -> bool:
        """Whether optimizers change the weights; setting it sets it for all parts inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for _, owner in self._walk():
            owner._trainable = bool(value)
            for variable in owner._trainable_own:
                variable.trainable = bool(value)

    @property
    def losses(self) -> list[Tensor]:
        """The penalties of the trained weights' regularizers, as scalar tensors."""
        with origin(phase="loss"):
            return [v.regularizer(v) for v in self.trainable_weights if v.regularizer is not None]

    def get_weights(self) -> list[Array]:
        """Copies of the values of `weights`, in that order."""
        return [variable.value.copy() for variable in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replace the values of `weights`; raises `ShapeError`, and then nothing was changed."""
        variables = self.weights
        given = [np.asarray(value) for value in weights]
        where = f"set_weights of layer {self.name!r}"
        if len(given) != len(variables):
            raise ShapeError(
                where,
                expected=f"{len(variables)} arrays",
                received=str(len(given)),
                hint=None if variables else "A layer has weights once it was called or built",
            )
        for variable, value in zip(variables, given, strict=True):
            if variable.shape != value.shape:
                raise ShapeError(
                    f"{where}, weight {variable.name!r}",
                    expected=f"shape {format_shape(variable.shape)}",
                    received=f"shape {format_shape(value.shape)}",
                )
        for variable, value in zip(variables, given, strict=True):
            variable.assign(value)

    def named_weights(self) -> dict[str, Variable]:
        """The weights by their path inside this layer, such as "encoder/dense/kernel"; unique."""
        named: dict[str, Variable] = {}
        for path, owner in self._walk():
            for variable in (*owner._trainable_own, *owner._fixed_own):
                name = "/".join(filter(None, (path, str(variable.name).rpartition("/")[2])))
                named[_unused(name, named)] = variable
        return named

    def count_params(self) -> int:
        """The number of elements of all weights; raises `GraphError` before they are made."""
        variables = self.weights
        if not self.built and not variables:
            raise GraphError(
                f"count_params of layer {self.name!r}",
                expected="a layer that was built",
                received="one that was not",
                hint="Call it on data, or build(input_shape)",
            )
        return sum(variable.value.size for variable in variables)


# Types that hold no owner; asked first, since most attributes are of these.
_PLAIN = frozenset((bool, int, float, str, type(None)))


def _tracked(value: Any) -> Iterator[Any]:
    """The owners and variables in an attribute's value."""
    if type(value) in _PLAIN:
        return
    if isinstance(value, WeightOwner | Variable):
        yield value
    elif isinstance(value, list | tuple | Mapping):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _tracked(part)


def _unused(name: str, taken: Iterable[str]) -> str:
    count, candidate = 0, name
    while candidate in taken:
        count += 1
        candidate = f"{name}_{count}"
    return candidate
