"""What a model takes and gives: its inputs as placeholders, its outputs, and data made to fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pellucid.errors import DataError
from pellucid.graph import Array, DType, N, Tensor, as_dtype, is_float, placeholder
from pellucid.nn.structure import flatten, pack
from pellucid.train import feeds
from pellucid.train.feeds import Feed, Slot
from pellucid.train.objective import Settings, wanted_targets


class Interface(NamedTuple):
    """A model on inputs of one form.

    `structure` holds the placeholders as the model takes them and `inputs` in a row; `outputs` is
    what the model gives for them when it does not train, and `names` calls its parts.
    """

    structure: Any
    inputs: list[Tensor]
    outputs: Any
    names: list[str]
    key: Any = None

    @property
    def results(self) -> list[Tensor]:
        """The outputs in a row."""
        return flatten(self.outputs)


def input_slots(model: Any) -> list[Slot] | None:
    """What the inputs of a model must be; None for one that finds out at its first call."""
    if not model.connected:
        return None
    keys = sorted(model.input) if isinstance(model.input, Mapping) else model.input_names
    return [
        Slot(name, tensor.shape, tensor.dtype)
        for name, tensor in zip(keys, model.inputs, strict=True)
    ]


def make_interface(model: Any, structure: Any, arrays: Sequence[Array]) -> Interface:
    """A model on placeholders for arrays like these, which builds it if it is not built."""
    slots = input_slots(model)
    if slots is None:
        named = _input_names(structure, len(arrays))
        slots = [
            Slot(name, (N, *array.shape[1:]), _input_type(array, model))
            for name, array in zip(named, arrays, strict=True)
        ]
    names = ["x"] if len(slots) == 1 else [slot.name for slot in slots]
    inputs = [
        placeholder(slot.shape, slot.dtype, name) for slot, name in zip(slots, names, strict=True)
    ]
    packed = pack(structure, inputs)
    outputs = model(packed, training=False)
    return Interface(packed, inputs, outputs, _output_names(model, outputs))


def _input_names(structure: Any, count: int) -> list[str]:
    if isinstance(structure, Mapping) and len(structure) == count:
        return sorted(structure)
    return ["x"] if count == 1 else [f"x_{i}" for i in range(count)]


def _input_type(array: Array, model: Any) -> DType:
    dtype = as_dtype(array.dtype)
    own: DType = model.dtype
    return own if is_float(dtype) else dtype


def _output_names(model: Any, outputs: Any) -> list[str]:
    if isinstance(outputs, Mapping) and len(outputs) == len(flatten(outputs)):
        return sorted(outputs)
    count = len(flatten(outputs))
    if model.connected:
        return unique_names(model.output_names)
    return ["output"] if count == 1 else [f"output_{i}" for i in range(count)]


def unique_names(names: Sequence[str]) -> list[str]:
    """The names, a number behind those that came before.

    >>> unique_names(["price", "price"])
    ['price', 'price_1']
    """
    found: list[str] = []
    for name in names:
        count, unused = 0, name
        while unused in found:
            count += 1
            unused = f"{name}_{count}"
        found.append(unused)
    return found


def read_inputs(model: Any, x: Any, where: str) -> tuple[Any, list[Array]]:
    """The form and the arrays of what was given as x; raises `DataError` if it does not fit."""
    if x is None:
        raise DataError(where, expected="data x", received="None")
    slots = input_slots(model)
    if slots is None:
        return _free_inputs(x, where)
    parts = feeds.leaves(x, [slot.name for slot in slots], f"{where}, x")
    arrays = []
    for part, slot in zip(parts, slots, strict=True):
        if feeds.is_fit(part, slot):
            arrays.append(part)
            continue
        place = f"{where}, x for {_taker(model, slot, len(slots))}"
        arrays.append(feeds.fit_input(feeds.to_array(part, place), slot, place))
    return model.input, arrays


def _taker(model: Any, slot: Slot, count: int) -> str:
    """Who takes an input, for messages: the first layer with weights of a chain, else the input."""
    layers = [layer for layer in getattr(model, "layers", []) if layer.weights]
    if count == 1 and layers:
        return f"layer {layers[0].name!r} of {model.name!r}"
    return f"input {slot.name!r} of {model.name!r}"


def _free_inputs(x: Any, where: str) -> tuple[Any, list[Array]]:
    if isinstance(x, Mapping):
        names = sorted(x)
        return dict.fromkeys(names), [feeds.to_array(x[n], f"{where}, x[{n!r}]") for n in names]
    parts = feeds.leaves(x, None, f"{where}, x")
    arrays = [feeds.to_array(part, f"{where}, x") for part in parts]
    single = not isinstance(x, list | tuple) or parts[0] is x
    return None if single else [None] * len(arrays), arrays


def make_feed(
    form: Interface,
    settings: Settings,
    arrays: list[Array],
    targets: tuple[Any, Any, Any],
    where: str,
) -> Feed:
    """Checked arrays for a model: inputs, targets, weights (of samples, times those of classes)."""
    y, sample_weight, class_weight = targets
    wanted = wanted_targets(settings, form.names)
    fitted = _targets(form, wanted, y, where)
    weights = _sample_weights(form, wanted, sample_weight, where)
    if class_weight is not None:
        if len(form.names) != 1 or fitted[0] is None:
            raise DataError(where, expected="one output with a target, for class_weight")
        extra = feeds.class_weights(fitted[0], class_weight, f"{where}, class_weight")
        dtype = form.results[0].dtype
        factor = 1.0 if weights[0] is None else weights[0].reshape(len(weights[0]), -1)[:, 0]
        weights = [(extra * factor).astype(dtype)]
    feed = Feed(arrays, fitted, weights, form)
    feeds.check_lengths(feed, where)
    return feed


def _targets(form: Interface, wanted: list[bool], y: Any, where: str) -> list[Array | None]:
    if y is None:
        if any(wanted):
            raise DataError(where, expected="targets y", received="none", hint="Pass x and y")
        return [None] * len(wanted)
    names = form.names
    needed = [name for name, used in zip(names, wanted, strict=True) if used]
    if isinstance(y, Mapping) or (isinstance(y, list | tuple) and len(y) == len(needed) > 1):
        names = needed
    found = dict(zip(names, feeds.leaves(y, names, f"{where}, y"), strict=True))
    result: list[Array | None] = []
    for name, output, used in zip(form.names, form.results, wanted, strict=True):
        place = f"{where}, y" + (f" for {name!r}" if len(form.names) > 1 else "")
        slot = Slot(name, output.shape, output.dtype)
        part = found.get(name)
        skip = not used or part is None
        result.append(None if skip else feeds.fit_target(feeds.to_array(part, place), slot))
    return result


def _sample_weights(form: Interface, wanted: list[bool], given: Any, where: str) -> list[Any]:
    if given is None:
        return [None] * len(wanted)
    place = f"{where}, sample_weight"
    if isinstance(given, Mapping):
        parts = [given.get(name) for name in form.names]
    else:
        parts = feeds.leaves(given, None, place)
        parts = parts * len(wanted) if len(parts) == 1 else parts
    if len(parts) != len(wanted):
        raise DataError(place, expected=f"1 or {len(wanted)} arrays", received=str(len(parts)))
    return [
        None
        if part is None or not used
        else feeds.convert(feeds.to_array(part, place), output.dtype)
        for part, used, output in zip(parts, wanted, form.results, strict=True)
    ]
