"""Input: where data enter a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, placeholder
from pellucid.nn.calls import LayerCall, Made
from pellucid.nn.layer import LAYERS, Layer


@LAYERS.register()
class InputLayer(Layer):
    """The layer behind an `Input`: its `output` is the placeholder that data replace.

    `shape` leaves out the samples, `batch_shape` includes them (None for N); `batch_size` fixes
    their number. Only the axis of the samples may be unknown.
    """

    def __init__(
        self,
        shape: Sequence[int] | int | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        batch_shape: Sequence[int | None] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.batch_shape = _batch_shape(shape, batch_size, batch_shape)
        self.slot = placeholder(self.batch_shape, self.dtype, self.name)
        self.slot.made_by = Made(LayerCall(self, (), {}), 0)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs

    @property
    def input(self) -> Tensor:
        """The placeholder."""
        return self.slot

    @property
    def output(self) -> Tensor:
        """The placeholder."""
        return self.slot

    def get_config(self) -> dict[str, Any]:
        """Name, type and shape."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": self.dtype,
            "batch_shape": list(self.batch_shape),
        }


def Input(
    shape: Sequence[int] | int | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
) -> Tensor:
    """A tensor that stands for data: where a functional network begins.

    `shape` is that of one sample; N, the number of samples, comes before it. `dtype` defaults to
    the setting `floatx`. Raises `ShapeError` for an unknown dimension other than the first.

    >>> Input((3,), name="measured")
    <Tensor 'measured' input shape=(N, F=3) dtype=float32>
    """
    return InputLayer(shape, batch_size, dtype, batch_shape, name).slot


def _batch_shape(shape: Any, batch_size: int | None, batch_shape: Any) -> tuple[int | None, ...]:
    if (shape is None) == (batch_shape is None):
        raise ArgumentError(
            "Input",
            expected="either shape (of one sample) or batch_shape",
            received="both" if shape is not None else "neither",
        )
    if batch_shape is None:
        batch_shape = (batch_size, *((shape,) if isinstance(shape, int) else shape))
    dims = tuple(batch_shape)
    if any(not isinstance(dim, int) or dim < 0 for dim in dims[1:]):
        raise ShapeError(
            "Input",
            expected="whole dimensions; only that of the samples may be None",
            received=str(dims),
            hint="Pad sequences to one length, or reshape to a known size",
        )
    return dims
