"""The model file: architecture and training settings as JSON, weights as safetensors, in one file.

Nothing in it executes when it is read: classes and functions are named and looked up among those
that are registered, or that the caller hands in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pellucid.errors import ArgumentError, ModelFileError, PellucidError
from pellucid.graph import Array, Variable, as_dtype, placeholder
from pellucid.nn import losses, metrics
from pellucid.nn.layer import LAYERS
from pellucid.nn.registry import custom_objects_known
from pellucid.nn.state import loading
from pellucid.nn.structure import flatten, pack
from pellucid.train import optimizers
from pellucid.train.tensor_file import Form, TensorFile, read_tensor_file, write_tensor_file
from pellucid.train.trainer import Trainer

# Version 2 of the model: the description of a table may hold what conformal prediction needs, and
# the study; the network is described as before.
MODEL_FORMAT = Form("pellucid.model", 2)
WEIGHTS_FORMAT = Form("pellucid.weights", 1)
# A description of 32 MB could name half a million.
_MOST_LAYERS = 100_000
_WEIGHTS, _STATE, _OPTIMIZER = "weights/", "state/", "optimizer/"

Path_ = str | os.PathLike[str]


def save_model(
    model: Any,
    filepath: Path_,
    overwrite: bool = True,
    include_optimizer: bool = True,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Write a model to one file, which `load_model` reads: the same as ``model.save(filepath)``.

    The file holds the layers and how they are joined, the weights, and unless `include_optimizer`
    is false the arguments of `compile` and the optimizer's state. `extra`, a dict of plain data,
    goes with them for `load_extra`. The file is replaced as a whole. Raises `ArgumentError` for
    parts that a file cannot name (Python functions that are not registered) and when the file
    exists and `overwrite` is false.
    """
    _check_target(filepath, overwrite)
    arrays: dict[str, Array] = {
        f"{_WEIGHTS}{name}": variable.value for name, variable in model.named_weights().items()
    }
    for number, variable in enumerate(_states(model)):
        arrays[f"{_STATE}{number}"] = variable.value
    document: dict[str, Any] = {
        "version": _version(),
        "model": LAYERS.serialize(model),
        "inputs": None if model.connected else _input_form(model),
        "extra": dict(extra or {}),
    }
    if model.compiled and include_optimizer:
        document["compile"] = _compile_config(model)
        for number, variable in enumerate(model.optimizer.variables):
            arrays[f"{_OPTIMIZER}{number}"] = variable.value
        document["optimizer_built"] = model.optimizer.built
    write_tensor_file(filepath, MODEL_FORMAT, document, arrays)


def load_model(
    filepath: Path_,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Read a model that `save` wrote: architecture, weights, and unless `compile` is false its
    training settings with the optimizer's state.

    `custom_objects` gives classes and functions of your own by name. `safe_mode` is there for
    Keras's programs: no file can make this function execute anything. Raises `ModelFileError`, in
    one line, for a file that is missing, damaged, foreign, or newer than this version.
    """
    return _load(read_tensor_file(filepath, MODEL_FORMAT), filepath, custom_objects, compile)


def load_extra(filepath: Path_) -> dict[str, Any]:
    """The `extra` that `save_model` put into a file, without building the model.

    Raises `ModelFileError` as `load_model` does.
    """
    return _extra(read_tensor_file(filepath, MODEL_FORMAT))


def load_with_extra(filepath: Path_) -> tuple[Any, dict[str, Any]]:
    """The model, without its training settings, and the `extra` that was saved with it.

    Raises `ModelFileError` as `load_model` does.
    """
    file = read_tensor_file(filepath, MODEL_FORMAT)
    return _load(file, filepath, None, False), _extra(file)


def describe_model_file(filepath: Path_) -> dict[str, Any]:
    """What is in a model file, in numbers and text, without building the model.

    `format_version` of the description, `pellucid`: the version that wrote it, `bytes` of the
    file, `arrays` and `parameters`: how many weights' arrays and numbers, `layers`: how many, and
    `sha256` of the file. Raises `ModelFileError` as `load_model` does.
    """
    file = read_tensor_file(filepath, MODEL_FORMAT)
    sizes = _sizes(file)
    layers = file.document.get("model", {}).get("config", {}).get("layers", [])
    return {
        "format_version": file.version,
        "pellucid": str(file.document.get("version")),
        "bytes": Path(filepath).stat().st_size,
        "arrays": len(sizes),
        "parameters": sum(sizes),
        "layers": len(layers),
        "sha256": _sha256(filepath),
    }


def _load(
    file: TensorFile,
    filepath: Path_,
    custom_objects: Mapping[str, Any] | None,
    compile: bool,
) -> Any:
    try:
        with custom_objects_known(custom_objects), loading(sum(_sizes(file))):
            return _build(file, compile)
    except PellucidError as error:
        raise _damaged(filepath, str(error)) from error
    except _BROKEN as error:
        raise _damaged(filepath, f"{type(error).__name__}: {error}") from error


def _extra(file: TensorFile) -> dict[str, Any]:
    found = file.document.get("extra", {})
    return found if isinstance(found, dict) else {}


def _sha256(filepath: Path_) -> str:
    import hashlib

    with open(filepath, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# What a config that was tampered with can provoke in the constructors it is handed to.
_BROKEN = (
    *(KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError),
    *(RecursionError, MemoryError, NotImplementedError, AssertionError, ZeroDivisionError),
    Warning,  # raised where warnings are errors, as by a data type that NumPy gives up
)


def _damaged(filepath: Path_, received: str) -> ModelFileError:
    return ModelFileError(str(filepath), expected="a model that can be built", received=received)


def _sizes(file: TensorFile) -> list[int]:
    return [array.size for name, array in file.arrays.items() if name.startswith(_WEIGHTS)]


def _build(file: TensorFile, compile: bool) -> Any:
    _check_count(file.document["model"])
    model: Any = LAYERS.deserialize(file.document["model"])
    if not issubclass(type(model), Trainer):
        raise TypeError(f"{file.document['model']['class_name']} is no model")
    if file.document.get("inputs"):
        model(_placeholders(file.document["inputs"]))
    _assign(_part(file, _WEIGHTS), model.named_weights())
    states = {str(number): variable for number, variable in enumerate(_states(model))}
    _assign(_part(file, _STATE), states)
    if compile and "compile" in file.document:
        _compile(model, file.document["compile"])
        if file.document["optimizer_built"]:
            model.optimizer.build(model.trainable_weights)
        state = {str(number): v for number, v in enumerate(model.optimizer.variables)}
        _assign(_part(file, _OPTIMIZER), state)
    return model


def _check_count(config: Any) -> None:
    """Refuse more layers than a network can have; with an explicit stack, as configs nest."""
    n_layers, stack = 0, [config]
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            n_layers += "class_name" in value
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    if n_layers > _MOST_LAYERS:
        raise ValueError(f"{n_layers} layers and parts of layers")


def _part(file: TensorFile, prefix: str) -> dict[str, Array]:
    return {n.removeprefix(prefix): a for n, a in file.arrays.items() if n.startswith(prefix)}


def _assign(arrays: Mapping[str, Array], variables: Mapping[str, Variable]) -> None:
    """Give every variable the array of its name, or, if all shapes agree in order, of its place."""
    if set(arrays) != set(variables):
        shapes = [array.shape for array in arrays.values()]
        if shapes != [variable.shape for variable in variables.values()]:
            missing = sorted(set(variables) - set(arrays)) or ["none"]
            extra = sorted(set(arrays) - set(variables)) or ["none"]
            raise ArgumentError(
                "weights",
                expected=f"those of the model (missing: {', '.join(missing)})",
                received=f"those of another (unknown: {', '.join(extra)})",
            )
        arrays = dict(zip(variables, arrays.values(), strict=True))
    for name, variable in variables.items():
        if arrays[name].shape != variable.shape:
            raise ArgumentError(
                f"weight {name}",
                expected=f"shape {variable.shape}",
                received=f"shape {arrays[name].shape}",
            )
    for name, variable in variables.items():
        variable.assign(arrays[name])


def _states(model: Any) -> list[Variable]:
    """The variables that are no weights: the numbers of random draws."""
    weights = set(model.weights)
    return [variable for variable in model.variables if variable not in weights]


def _input_form(model: Any) -> dict[str, Any]:
    """The inputs of a model that is no graph of layers, so that its weights can be made again."""
    form = model._setup.latest_form
    if form is None:
        raise ArgumentError(
            f"save of {model.name!r}",
            expected="a model that has seen data",
            received="one that has not",
            hint="Call fit or predict first",
        )
    slots = [{"shape": list(t.shape[1:]), "dtype": t.dtype, "name": t.name} for t in form.inputs]
    numbered = pack(form.structure, list(range(len(slots))))
    return {"structure": numbered, "slots": slots}


def _placeholders(form: Mapping[str, Any]) -> Any:
    slots = [
        placeholder((None, *each["shape"]), as_dtype(each["dtype"]), str(each["name"]))
        for each in form["slots"]
    ]
    return pack(form["structure"], [slots[number] for number in flatten(form["structure"])])


def _compile_config(model: Any) -> dict[str, Any]:
    settings = model._setup.settings
    return {
        "optimizer": optimizers.serialize(model.optimizer),
        "loss": _encoded(settings.loss, losses),
        "loss_weights": settings.loss_weights,
        "metrics": _encoded(settings.metrics, metrics),
        "weighted_metrics": _encoded(settings.weighted_metrics, metrics),
    }


def _encoded(value: Any, registry: Any) -> Any:
    """Names, objects and functions, in lists and dicts, as plain data."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping) and "class_name" not in value:
        return {"dict": {key: _encoded(part, registry) for key, part in value.items()}}
    if isinstance(value, list | tuple):
        return [_encoded(part, registry) for part in value]
    return registry.serialize(registry.get(value))


def _decoded(value: Any, registry: Any) -> Any:
    if isinstance(value, Mapping) and "dict" in value:
        return {key: _decoded(part, registry) for key, part in value["dict"].items()}
    if isinstance(value, list):
        return [_decoded(part, registry) for part in value]
    # A name stays a name: which accuracy is meant depends on the data.
    return registry.deserialize(value) if isinstance(value, Mapping) else value


def _compile(model: Any, config: Mapping[str, Any]) -> None:
    model.compile(
        optimizers.deserialize(config["optimizer"]),
        _decoded(config["loss"], losses),
        config["loss_weights"],
        _decoded(config["metrics"], metrics),
        _decoded(config["weighted_metrics"], metrics),
    )


def save_weights(model: Any, filepath: Path_, overwrite: bool = True) -> None:
    """Write the weights alone: the same as ``model.save_weights(filepath)``."""
    _check_target(filepath, overwrite)
    if not model.weights:
        hint = "Call it on data, or build(input_shape)"
        raise ArgumentError("save_weights", expected="a model that was built", hint=hint)
    arrays = {name: variable.value for name, variable in model.named_weights().items()}
    write_tensor_file(filepath, WEIGHTS_FORMAT, {"version": _version()}, arrays)


def load_weights(model: Any, filepath: Path_) -> None:
    """Give a model the weights of a file of `save_weights` or `save`; by name, or else in order.

    Raises `ModelFileError` if they do not fit, and then nothing has changed.
    """
    try:
        arrays = read_tensor_file(filepath, WEIGHTS_FORMAT).arrays
    except ModelFileError:
        arrays = _part(read_tensor_file(filepath, MODEL_FORMAT), _WEIGHTS)
    try:
        _assign(arrays, model.named_weights())
    except ArgumentError as error:
        expected = f"weights that fit {model.name!r}"
        raise ModelFileError(str(filepath), expected=expected, received=str(error)) from error


def _check_target(filepath: Path_, overwrite: bool) -> None:
    path = Path(filepath)
    if path.is_dir():
        raise ArgumentError(str(path), expected="the path of a file", received="a folder")
    if path.exists() and not overwrite:
        raise ArgumentError(str(path), expected="no file there, or overwrite=True")


def _version() -> str:
    from importlib import metadata  # 9 ms, and only a file that is saved needs it

    return metadata.version("pellucid")
