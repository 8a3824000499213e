"""Chain: layers one after another, each given what the one before it returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor, is_float, origin
from pellucid.nn import calls, state
from pellucid.nn.calls import made_by
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.layers.input import InputLayer
from pellucid.nn.network import Network
from pellucid.nn.structure import flatten


@LAYERS.register()
class Chain(Network):
    """A stack of layers: Keras's `Sequential` without training.

    With an `Input` (or an `InputLayer`) at its head it is built at once; without one, at the first
    call, or by ``build(input_shape)``. `layers` leaves the input layer out, as in Keras.

    >>> from pellucid.nn.layers import Dense, Input
    >>> chain = Chain([Input((3,)), Dense(2, kernel_initializer="ones"), Dense(1)])
    >>> chain.output_shape, chain.count_params()
    ((None, 1), 11)
    """

    def __init__(
        self,
        layers: Sequence[Any] | None = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self._names: set[str] = set()
        if layers is not None and not isinstance(layers, list | tuple):
            raise ArgumentError(type(self).__name__, expected="a list of layers", received=layers)
        for layer in layers or ():
            self.add(layer)
        if not trainable:
            self.trainable = False

    def add(self, layer: Any) -> None:
        """Put a layer on top. Raises `ArgumentError` if its name is taken, or it is no layer."""
        layer = self._accepted(layer)
        if not self._layers and not isinstance(layer, InputLayer):
            first = _first_shape(layer)
            if first is not None:
                self.add(InputLayer(batch_shape=first, dtype=layer.dtype))
        self._layers.append(layer)
        self._names.add(layer.name)
        if isinstance(layer, InputLayer):
            self._begin(layer)
        elif self.connected:
            self._extend(layer)
        else:
            self.built = False

    def _accepted(self, layer: Any) -> Layer:
        if isinstance(layer, Tensor) and (made := made_by(layer)):
            layer = made.call.layer
        where = f"{type(self).__name__} {self.name!r}"
        if not isinstance(layer, Layer):
            raise ArgumentError(where, expected="layers", received=repr(layer))
        if isinstance(layer, InputLayer) and self._layers:
            raise ArgumentError(
                where,
                expected="an Input only at the head",
                received=f"{layer.name!r} after {self._layers[-1].name!r}",
            )
        if layer.name in self._names:
            raise ArgumentError(
                where,
                expected="layers with names of their own",
                received=f"a second layer named {layer.name!r}",
                hint="Give one of them another name",
            )
        return layer

    def _begin(self, layer: InputLayer) -> None:
        self._inputs_form = self._outputs_form = layer.slot

    def _extend(self, layer: Layer) -> None:
        """Call one more layer on the symbolic output."""
        with calls.inside(None), state.not_recording(), origin(phase="forward"):
            output = layer(self._outputs_form)
        made = made_by(flatten(output)[0])
        if made:
            layer._uses.append((made.call, output))
        self._outputs_form = output
        self.built = True

    def pop(self) -> Layer:
        """Take the last layer off, and return it."""
        if not self.layers:
            raise ArgumentError(f"{self.name!r}.pop", expected="a layer", received="none left")
        layer = self._layers.pop()
        self._names.discard(layer.name)
        if self.connected and layer._uses:
            call, _ = layer._uses.pop()
            self._outputs_form = call.args[0]
        self.built = self.connected and bool(self.layers)
        return layer

    @property
    def layers(self) -> list[Layer]:
        """The layers from the first to the last, without the input layer."""
        return [layer for layer in self._layers if not isinstance(layer, InputLayer)]

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape with the samples, (None, ...) for N of them."""
        self._build(input_shape, self.dtype)

    def _build(self, input_shape: Any, dtype: Any) -> None:
        if self.connected:
            return
        head = InputLayer(batch_shape=(None, *input_shape[1:]), dtype=dtype)
        stack = list(self._layers)
        self._begin(head)
        for layer in stack:
            self._extend(layer)
        self._layers = [head, *stack]
        self.built = True

    def _ensure_built(self, args: tuple[Any, ...]) -> None:
        if not self.built:
            if len(args) == 1 and isinstance(args[0], Tensor) and args[0].ndim and self.layers:
                tensor = args[0]
                self._build(tensor.shape, self.dtype if is_float(tensor.dtype) else tensor.dtype)
            self.built = True

    def call(self, inputs: Any) -> Any:
        """The output of the last layer."""
        if self.connected:
            (inputs,) = self._matched(inputs)
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The name and the configs of the layers, in order."""
        if type(self).__init__ is not Chain.__init__ and "layers" not in self._arguments:
            return Layer.get_config(self)
        layers = [LAYERS.serialize(layer) for layer in self._layers]
        return {"name": self.name, "trainable": self.trainable, "layers": layers}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A new stack, with new weights, from what `get_config` returned."""
        arguments = dict(config)
        arguments["layers"] = [LAYERS.deserialize(each) for each in config.get("layers", ())]
        return cls(**arguments)


def _first_shape(layer: Layer) -> Any:
    """The input shape that a first layer was told, or knows because it is a network."""
    if isinstance(layer, Network) and layer.connected and len(layer.inputs) == 1:
        return layer.input_shape
    return None if layer._input_shape is None else (None, *layer._input_shape)
