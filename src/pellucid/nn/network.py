"""Network: layers joined into one; read off a functional graph, or written as a subclass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pellucid.errors import ArgumentError, GraphError
from pellucid.graph import Tensor, Variable, as_tensor, current_origin
from pellucid.nn import calls
from pellucid.nn.calls import made_by
from pellucid.nn.connections import connect_config, network_config
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.replay import fitted, replay, samples
from pellucid.nn.shapes import public_shape
from pellucid.nn.structure import flatten, pack
from pellucid.nn.summary import summary
from pellucid.nn.trace import ordered_layers, trace


@LAYERS.register("Functional")
class Network(Layer):
    """Layers joined into one, which is a layer again.

    Functional: ``Network(inputs, outputs)`` reads the layers, and the plain operations between
    them, off tensors that begin at `Input`. Inputs and outputs may be nested lists or dicts; a
    layer may be used several times, and a network may be a layer of another one.

    Subclassed: `__init__` makes layers and keeps them as attributes, ``call(inputs)`` uses them.

    >>> from pellucid.nn.layers import Dense, Input
    >>> x = Input((3,), name="x")
    >>> net = Network(x, Dense(1, kernel_initializer="ones")(x) * 2.0)
    >>> net([[1.0, 2.0, 3.0]]).numpy().tolist(), net.output_shape
    ([[12.0]], (None, 1))
    """

    untracked = Layer.untracked | {"_steps"}
    is_network = True

    def __init__(self, inputs: Any = None, outputs: Any = None, **kwargs: Any) -> None:
        trainable = kwargs.pop("trainable", True)
        super().__init__(**kwargs)
        self._layers: list[Layer] = []
        self._inputs_form: Any = None
        self._outputs_form: Any = None
        if (inputs is None) != (outputs is None):
            raise ArgumentError(
                f"{type(self).__name__}",
                expected="inputs and outputs, or neither",
                received="only one of them",
            )
        if inputs is not None:
            self._connect(inputs, outputs)
        if not trainable:
            self.trainable = False

    def _connect(self, inputs: Any, outputs: Any) -> None:
        """Become the functional network from `inputs` to `outputs`."""
        where = f"network {self.name!r}"
        self._inputs_form, self._outputs_form = inputs, outputs
        _check_tensors(self.inputs, f"{where}, inputs")
        _check_tensors(self.outputs, f"{where}, outputs")
        self._steps = trace(self.inputs, self.outputs, where)
        self._layers = ordered_layers(self.inputs, self.outputs, self._steps)
        _check_names(self._layers, where)
        for step in self._steps:
            if isinstance(step, Variable):
                self._own(step)
        self._note_uses()
        self.built = True

    def _note_uses(self) -> None:
        """Tell each layer where it is used, for its `input` and `output`."""
        results: dict[calls.LayerCall, dict[int, Tensor]] = {}
        read = [tensor for step in self._steps for tensor in _read(step)]
        for tensor in [*read, *self.outputs]:
            if made := made_by(tensor):
                results.setdefault(made.call, {})[made.place] = tensor
        for call, parts in results.items():
            known = [use for use, _ in call.layer._uses]
            if call not in known and call.args:
                found = [parts[index] for index in sorted(parts)]
                call.layer._uses.append((call, found[0] if len(found) == 1 else found))

    @property
    def connected(self) -> bool:
        """Whether the network has symbolic `inputs` and `outputs`."""
        return self._inputs_form is not None

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside, in the order of their weights."""
        return super().listed()

    def listed(self) -> list[Layer]:
        """The same as `layers`."""
        return self.layers

    @property
    def known_outputs(self) -> list[Tensor]:
        """The outputs, or nothing while they are not known."""
        return self.outputs if self.connected else []

    def summary(self, **options: Any) -> str:
        """Print a table of the layers, their output shapes and numbers of weights; return it.

        `options` are those of `pellucid.nn.summary.summary`: `line_length`, `positions`,
        `print_fn`, `expand_nested`, `show_trainable`, `layer_range`.
        """
        return summary(self, **options)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of this name, or at this place among `layers`; raises `ArgumentError`."""
        layers = self.layers
        if (name is None) == (index is None):
            raise ArgumentError("get_layer", expected="a name or an index", received="not one")
        if index is not None and -len(layers) <= index < len(layers):
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ArgumentError(
            f"get_layer of {self.name!r}",
            expected=f"one of {', '.join(layer.name for layer in layers)}"
            if index is None
            else f"an index below {len(layers)}",
            received=repr(name if index is None else index),
        )

    # What goes in and comes out

    def _form(self, which: str) -> Any:
        form = self._inputs_form if which == "inputs" else self._outputs_form
        if form is None:
            raise GraphError(
                f"{which} of network {self.name!r}",
                expected="a network that knows its input shape",
                received="one that was not built, or a subclass",
                hint="Begin with an Input, or call build(input_shape)",
            )
        return form

    @property
    def inputs(self) -> list[Tensor]:
        """The placeholders, in the order in which data are given."""
        return flatten(self._form("inputs"))

    @property
    def outputs(self) -> list[Tensor]:
        """The outputs for those placeholders."""
        return flatten(self._form("outputs"))

    @property
    def input(self) -> Any:
        """The inputs in the form in which they were given: a tensor, list or dict."""
        return self._form("inputs")

    @property
    def output(self) -> Any:
        """The outputs in the form in which they were given."""
        return self._form("outputs")

    @property
    def input_shape(self) -> Any:
        """The shape of the input, None for N; a list of them if there are several."""
        shapes = [public_shape(tensor) for tensor in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        """The shape of the output, None for N; a list of them if there are several."""
        shapes = [public_shape(tensor) for tensor in self.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs, by which a dict of data is matched."""
        return [str(tensor.name) for tensor in self.inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that make the outputs, by which dicts of targets are matched."""
        return [
            made.call.layer.name if (made := made_by(tensor)) else str(tensor.name or tensor.op)
            for tensor in self.outputs
        ]

    # Calls

    def build(self, input_shape: Any) -> None:
        """Make the weights of a subclass by calling it on placeholders of a shape, or shapes."""
        if not self.built:
            self.compute_output_shape(input_shape)

    def _ensure_built(self, args: tuple[Any, ...]) -> None:
        if type(self).build is not Network.build:
            super()._ensure_built(args)
        self.built = True

    def _path(self) -> str:
        """At the top a network's name is left out, so that its layers go by their own names."""
        return super()._path() if calls.outer_training() is not None else current_origin().layer

    def _cast(self, tensor: Tensor) -> Tensor:
        return tensor if self.connected else super()._cast(tensor)

    def _label(self, outputs: Any, args: tuple[Any, ...]) -> None:
        """Outputs are called after the layers that made them."""

    def call(self, inputs: Any) -> Any:
        """The outputs for other inputs than the placeholders: the layers are called again."""
        if not self.connected:
            raise NotImplementedError(f"{type(self).__name__} has no call()")
        given = self._matched(inputs)
        n = samples([t.shape for t in self.inputs], [t.shape for t in given])
        known = dict(zip(self.inputs, given, strict=True))
        results = pack(self._outputs_form, replay(self._steps, self.outputs, known, n))
        single = isinstance(results, list | tuple) and len(results) == 1
        return results[0] if single else results

    def _matched(self, inputs: Any) -> list[Tensor]:
        """The given data in the order of `inputs`, each fitted to its placeholder."""
        where, form = f"network {self.name!r}", self._inputs_form
        if isinstance(inputs, Mapping):
            names = sorted(form) if isinstance(form, Mapping) else self.input_names
            inputs = _by_name(inputs, names, where)
        given = flatten(inputs)
        if len(given) != len(self.inputs):
            raise ArgumentError(
                where,
                expected=f"{len(self.inputs)} inputs: {', '.join(self.input_names)}",
                received=str(len(given)),
            )
        pairs = zip(given, self.inputs, strict=True)
        return [fitted(as_tensor(tensor), slot, where) for tensor, slot in pairs]

    def get_config(self) -> dict[str, Any]:
        """Layers and how they are joined, or a subclass's own constructor arguments."""
        if "inputs" not in self._arguments or not self.connected:
            config = super().get_config()
            return {key: config[key] for key in config if key not in ("inputs", "outputs")}
        return network_config(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A new network, with new weights, from what `get_config` returned."""
        if "steps" not in config:
            return super().from_config(config)
        return cls(**connect_config(config))


def _read(step: Any) -> Sequence[Tensor]:
    return step.tensors if isinstance(step, calls.LayerCall) else step.inputs


def _by_name(given: Mapping[str, Any], names: Sequence[str], where: str) -> list[Any]:
    missing = [name for name in names if name not in given]
    if missing or len(given) != len(names):
        raise ArgumentError(
            where,
            expected=f"inputs named {', '.join(names)}",
            received=", ".join(map(str, given)) or "none",
        )
    return [given[name] for name in names]


def _check_tensors(tensors: Sequence[Any], where: str) -> None:
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise ArgumentError(
                where,
                expected="tensors that come from Input()",
                received=repr(tensor),
                hint="Call the layers on tensors, and give what they return",
            )


def _check_names(layers: Sequence[Layer], where: str) -> None:
    seen: set[str] = set()
    for layer in layers:
        if layer.name in seen:
            raise ArgumentError(
                where,
                expected="layers with names of their own",
                received=f"two layers named {layer.name!r}",
                hint="Give one of them another name",
            )
        seen.add(layer.name)
