"""Model files that were damaged or made with bad intent: in their bytes, header and description."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.train.model_file import MODEL_FORMAT
from pellucid.train.tensor_file import read_tensor_file, write_tensor_file

Spoil = Callable[[Path], Any]


def spoiled() -> dict[str, Spoil]:
    """Every way to spoil a file, by name: each takes the path of a good one."""
    return {**dict(_bytes()), **dict(_headers()), **dict(_descriptions()), **dict(_mutations())}


# Bytes


def _bytes() -> Iterator[tuple[str, Spoil]]:
    for part in range(12):
        yield f"cut to {part}/12", _changed(lambda d, part=part: d[: len(d) * part // 12])
    for seed in range(30):
        yield f"bit {seed}", _changed(lambda d, seed=seed: _flipped(d, seed))
    for length in (0, 1, 2**31, 2**62, 2**64 - 1):
        yield (
            f"header of {length}",
            _changed(lambda d, length=length: length.to_bytes(8, "little") + d[8:]),
        )
    for name, start in {
        "pickle": b"\x80\x04\x95cos\nsystem\n(S'touch owned'\ntR.",
        "zip": b"PK\x03\x04",
        "gzip": b"\x1f\x8b\x08\x00",
        "hdf5": b"\x89HDF\r\n\x1a\n",
        "picture": b"\x89PNG\r\n\x1a\n",
        "zeros": bytes(4096),
        "ones": b"\xff" * 4096,
        "script": b"#!/bin/sh\ntouch owned\n",
    }.items():
        yield name, _changed(lambda d, start=start: start + d)
    yield "noise", _changed(lambda d: np.random.default_rng(0).bytes(len(d)))
    yield "twice", _changed(lambda d: d + d)
    yield "longer", _changed(lambda d: d + b"\0")
    yield "a hole of 300 MB", _hole


def _changed(change: Callable[[bytes], bytes]) -> Spoil:
    return lambda path: path.write_bytes(change(path.read_bytes()))


def _flipped(data: bytes, seed: int) -> bytes:
    random = np.random.default_rng(seed)
    place, bit = int(random.integers(len(data))), int(random.integers(8))
    return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]


def _hole(path: Path) -> None:
    with path.open("r+b") as file:
        file.write((200 << 20).to_bytes(8, "little"))
        file.truncate(300 << 20)


# The header: names, types, shapes and places of arrays


def _headers() -> Iterator[tuple[str, Spoil]]:
    changes: dict[str, dict[str, Any]] = {
        "unknown type": {"dtype": "OBJ"},
        "other type": {"dtype": "F64"},
        "half type": {"dtype": "BF16"},
        "type of a number": {"dtype": 7},
        "negative shape": {"shape": [-1, 4]},
        "shape of NaN": {"shape": [float("nan")]},
        "shape of text": {"shape": "4"},
        "huge shape": {"shape": [2**62, 4]},
        "shape that overflows": {"shape": [2**33, 2**33]},
        "empty shape": {"shape": [0, 2**60]},
        "deep shape": {"shape": [1] * 5000},
        "places beyond the end": {"data_offsets": [0, 2**40]},
        "places turned round": {"data_offsets": [64, 0]},
        "places below zero": {"data_offsets": [-8, 0]},
        "no places": {"data_offsets": []},
    }
    for name, change in changes.items():
        yield name, _with_header(lambda h, change=change: _first(h).update(change))
    for name in ("../../../etc/passwd", "/var/owned", "a\0b", "", "__class__", "x" * 100_000):
        yield (
            f"array named {name[:12]!r}",
            _with_header(lambda h, name=name: h.update({name: h.pop(_name(h))})),
        )
    yield "one array twice", _with_header(lambda h: h.update(copy=_first(h)))
    yield "no arrays", _with_header(lambda h: [h.pop(n) for n in list(h) if n != "__metadata__"])
    yield "no metadata", _with_header(lambda h: h.pop("__metadata__"))
    yield "metadata of a list", _with_header(lambda h: h.update(__metadata__=[1]))
    yield "no check sum", _with_header(lambda h: h["__metadata__"].pop("crc32"))
    yield "no description", _with_header(lambda h: h["__metadata__"].pop("pellucid"))
    yield "description of nothing", _with_header(lambda h: h["__metadata__"].update(pellucid=""))
    for name, text in {
        "null": "null",
        "a list": "[]",
        "a number": "1e999",
        "nested 100,000 deep": "[" * 100_000 + "]" * 100_000,
        "nested 500 deep": '{"format":' * 500 + "1" + "}" * 500,
        "a long number": '{"format": ' + "9" * 10_000 + "}",
        "cut": '{"format": "pellucid.model"',
        "half a character": '"\\ud800"',
    }.items():
        yield (
            f"description of {name}",
            _with_header(lambda h, text=text: h["__metadata__"].update(pellucid=text)),
        )


def _with_header(change: Callable[[dict[str, Any]], Any]) -> Spoil:
    def spoil(path: Path) -> None:
        data = path.read_bytes()
        end = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:end])
        change(header)
        text = json.dumps(header).encode()
        path.write_bytes(len(text).to_bytes(8, "little") + text + data[end:])

    return spoil


def _name(header: dict[str, Any]) -> str:
    return next(name for name in header if name != "__metadata__")


def _first(header: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = header[_name(header)]
    return found


# The description, its check sum made right: as someone would who means harm


def _descriptions() -> Iterator[tuple[str, Spoil]]:
    model, table = ("model",), ("extra", "tabular")
    layer = ("model", "config", "layers", 2)
    values: dict[str, tuple[tuple[Any, ...], Any]] = {
        "a newer version": (("format_version",), 99),
        "version of text": (("format_version",), "2"),
        "version nought": (("format_version",), 0),
        "another form": (("format",), "keras.v3"),
        "no model": (model, None),
        "a class from elsewhere": ((*model, "class_name"), "os.system"),
        "a layer as model": ((*model, "class_name"), "Dense"),
        "a path as class": ((*layer, "class_name"), "../../evil"),
        "a module as class": ((*layer, "class_name"), "subprocess.Popen"),
        "a Lambda": ((*layer, "class_name"), "Lambda"),
        "a class of a number": ((*layer, "class_name"), 3),
        "no layers": ((*model, "config", "layers"), []),
        "layers of text": ((*model, "config", "layers"), "abc"),
        "units that fill memory": ((*layer, "config", "units"), 10**12),
        "units below nought": ((*layer, "config", "units"), -1),
        "units of NaN": ((*layer, "config", "units"), float("nan")),
        "activation from elsewhere": ((*layer, "config", "activation"), "eval"),
        "layer named with a path": ((*layer, "config", "name"), "../../../var/owned"),
        "no table": (table, None),
        "a table of a list": (table, []),
        "task unknown": ((*table, "task", "kind"), "evil"),
        "task of a list": ((*table, "task"), []),
        "task without target": ((*table, "task", "target"), None),
        "one class": ((*table, "task", "classes"), ["yes"]),
        "three classes of two": ((*table, "task", "classes"), ["a", "b", "c"]),
        "classes of numbers": ((*table, "task", "classes"), [1, 2]),
        "the same class twice": ((*table, "task", "classes"), ["a", "a"]),
        "no features": ((*table, "features"), {}),
        "no columns": ((*table, "features", "columns"), []),
        "columns of text": ((*table, "features", "columns"), "abc"),
        "column of nothing": ((*table, "features", "columns", 0), None),
        "column of another kind": ((*table, "features", "columns", 0, "kind"), "evil"),
        "column without name": ((*table, "features", "columns", 0, "name"), None),
        "threshold of NaN": ((*table, "threshold"), float("nan")),
        "threshold of 7": ((*table, "threshold"), 7),
        "threshold of text": ((*table, "threshold"), "abc"),
        "record of a list": ((*table, "about"), [1]),
        "record of nothing": ((*table, "about"), None),
    }
    for name, (place, value) in values.items():
        yield name, _with_document(lambda d, p=place, v=value: _put(d, p, v))
    for part in ("model", "extra", "version"):
        yield f"without {part}", _with_document(lambda d, part=part: d.pop(part))
    for part in ("task", "features", "threshold", "about"):
        yield (
            f"table without {part}",
            _with_document(lambda d, part=part: d["extra"]["tabular"].pop(part)),
        )
    yield "very many layers", _with_document(_many_layers)


def _many_layers(document: dict[str, Any]) -> None:
    layers = document["model"]["config"]["layers"]
    layers += ({"class_name": "Flatten", "config": {"name": f"f{k}"}} for k in range(200_000))


def _with_document(change: Callable[[dict[str, Any]], Any]) -> Spoil:
    def spoil(path: Path) -> None:
        file = read_tensor_file(path, MODEL_FORMAT)
        document = json.loads(json.dumps(file.document))
        change(document)
        write_tensor_file(path, MODEL_FORMAT, document, file.arrays)

    return spoil


def _put(value: Any, place: tuple[Any, ...], new: Any) -> None:
    for key in place[:-1]:
        value = value[key]
    value[place[-1]] = new


# Any place of the description, anything put there


_ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 3, 10**18, 1e308, -0.5, float("nan"), float("inf"), "", "a", "../../x"),
    *("os.system", [], {}, [None], {"a": 1}, [[[[]]]], "9" * 50, [1e308] * 3, "\u202e\0"),
)


def _mutations(count: int = 60) -> Iterator[tuple[str, Spoil]]:
    for seed in range(count):
        yield f"mutation {seed}", _with_document(lambda d, seed=seed: _mutate(d, seed))


def spoiled_studies(count: int = 60) -> dict[str, Spoil]:
    """Ways to spoil the study in a file, its check sum made right."""
    return {
        f"study {seed}": _with_document(
            lambda d, seed=seed: _mutate(d["extra"]["tabular"]["about"], seed)
        )
        for seed in range(count)
    }


def _mutate(document: dict[str, Any], seed: int) -> None:
    random = np.random.default_rng([seed, zlib.crc32(b"mutation")])
    places = list(_places(document))
    # Few places are near the top, and those that are matter most.
    near = [place for place in places if len(place) <= 3]
    for turn in range(1 + seed % 3):
        chosen = near if (seed + turn) % 2 else places
        place = chosen[int(random.integers(len(chosen)))]
        try:
            _put(document, place, _ODD[int(random.integers(len(_ODD)))])
        except (KeyError, TypeError, IndexError):
            continue  # an earlier change took the place away


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in pairs:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from _places(part, (*path, key))
