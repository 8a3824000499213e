"""Uses of layers: which layer made a tensor from what, and what a call tells those inside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pellucid.graph import Tensor, apply
from pellucid.nn.structure import flatten, map_leaves

if TYPE_CHECKING:
    from pellucid.nn.layer import Layer

LEAVES = ("input", "variable", "constant")


@dataclass(frozen=True, eq=False, slots=True)
class LayerCall:
    """One use of a layer, from which it can be used again on other tensors."""

    layer: Layer
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def tensors(self) -> list[Tensor]:
        """Every tensor among the arguments."""
        leaves = flatten([list(self.args), self.kwargs])
        return [leaf for leaf in leaves if isinstance(leaf, Tensor)]


class Made(NamedTuple):
    """What `Tensor.made_by` holds: the call, and the place among its outputs."""

    call: LayerCall
    place: int


def made_by(tensor: Tensor) -> Made | None:
    """The layer call whose result a tensor is, or None."""
    return tensor.made_by if isinstance(tensor.made_by, Made) else None


def mark(outputs: Any, call: LayerCall) -> Any:
    """The outputs of a call, each marked with it.

    An output that is a tensor of somebody else (the input itself, a leaf) is copied first, since
    a tensor is made once.
    """
    given = set(call.tensors)
    places = iter(range(len(flatten(outputs))))

    def marked(output: Any) -> Any:
        place = next(places)
        if not isinstance(output, Tensor):
            return output
        if output in given or output.op in LEAVES or output.made_by is not None:
            output = apply("cast", output, dtype=output.dtype)
        output.made_by = Made(call, place)
        return output

    return map_leaves(marked, outputs)


# None outside of any layer's call.
_training: bool | None = None


@contextmanager
def inside(training: bool | None) -> Iterator[None]:
    """Within a layer's call; layers called there train if it does, unless told otherwise.

    With None it is as if no call were under way: calls are recorded.
    """
    global _training
    before, _training = _training, training
    try:
        yield
    finally:
        _training = before


def outer_training() -> bool | None:
    """Whether the layer around trains; None outside of any layer's call."""
    return _training
