"""What users hand in: every kind of data that is taken, and the one line for each that is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, DataError, PellucidError
from pellucid.graph import constant
from pellucid.nn.layers import Concatenate, Dense, Input
from pellucid.train import Model, Sequential
from tests.train.data import blobs, halves, same, small_net

_X, _Y = blobs(rows=20)
_, _SIDE = halves(rows=20)


class _Frame:
    """What a data frame offers: columns of several types, given as an array of objects."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.values, dtype=object)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[str]:
        return iter(["a", "b"])


_SAME_DATA = {
    "float64": (_X.astype(np.float64), _Y),
    "lists": (_X.tolist(), _Y.tolist()),
    "list of rows": (list(_X), list(_Y)),
    "tuple of rows": (tuple(_X), tuple(_Y)),
    "list of one array": ([_X], [_Y]),
    "column of targets": (_X, _Y[:, None]),
    "frames": (_Frame(_X), _Frame(_Y)),
    "tensors": (constant(_X), constant(_Y)),
    "not contiguous": (np.asfortranarray(_X), np.repeat(_Y, 2)[::2]),
    "small integers": (_X, _Y.astype(np.uint8)),
    "float targets": (_X, _Y.astype(np.float64)),
    "read-only": (np.frombuffer(_X.tobytes(), np.float32).reshape(_X.shape), _Y),
}


@pytest.mark.parametrize("case", _SAME_DATA)
def test_the_same_data_in_another_form_train_the_same(case: str) -> None:
    x, y = _SAME_DATA[case]
    start = small_net().get_weights()
    weights = []
    for data in ((_X, _Y), (x, y)):
        model = small_net()
        model.set_weights(start)
        model.fit(*data, batch_size=8, epochs=2, shuffle=False, validation_data=data)
        weights.append(model.get_weights())
    assert same(*weights)


def _two() -> Model:
    a, b = Input((3,), name="a"), Input((1,), name="b")
    model = Model([a, b], Dense(1, name="out")(Concatenate()([a, b])))
    model.compile("sgd", "mse")
    return model


_PARTS = {
    "list": ([_X[:, :3], _X[:, 3:]], _SIDE),
    "tuple": ((_X[:, :3], _X[:, 3:]), _SIDE),
    "dict": ({"b": _X[:, 3:], "a": _X[:, :3]}, {"out": _SIDE}),
    "flat column": ({"b": _X[:, 3], "a": _X[:, :3], "more": "ignored"}, _SIDE[:, 0]),
}


@pytest.mark.parametrize("case", _PARTS)
def test_several_inputs_come_by_place_or_name(case: str) -> None:
    x, y = _PARTS[case]
    start = _two().get_weights()
    weights = []
    for data in (_PARTS["list"], (x, y)):
        model = _two()
        model.set_weights(start)
        model.fit(*data, batch_size=8, shuffle=False)
        weights.append(model.get_weights())
    assert same(*weights)


def _batches(count: int = 3) -> Iterator[tuple[Any, Any]]:
    for first in range(0, 8 * count, 8):
        yield _X[first : first + 8], _Y[first : first + 8]


class _Again:
    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return _batches()

    def __len__(self) -> int:
        return 3


@pytest.mark.parametrize("steps", [None, 3])
def test_iterables_train_as_arrays_do(steps: int | None) -> None:
    start = small_net().get_weights()
    weights = []
    for data in ((_X, _Y), (_Again(),)):
        model = small_net()
        model.set_weights(start)
        streamed = steps if len(data) == 1 else None
        model.fit(*data, batch_size=8, epochs=4, shuffle=False, steps_per_epoch=streamed)
        weights.append(model.get_weights())
        assert model.evaluate(*data, batch_size=8) == pytest.approx(model.evaluate(_X, _Y))
    assert same(*weights)


def test_a_generator_goes_on_in_the_next_epoch() -> None:
    seen: list[int] = []

    def numbers() -> Iterator[tuple[Any, Any]]:
        for number in range(100):
            seen.append(number)
            yield _X[:4], _Y[:4]

    small_net().fit(numbers(), epochs=3, steps_per_epoch=5)
    assert seen == list(range(15))


def test_prediction_takes_every_form_and_any_number_of_rows() -> None:
    model = small_net()
    expected = model.predict(_X)
    for x in (_X.tolist(), [_X], constant(_X), _Frame(_X), (b for b, _ in _batches())):
        np.testing.assert_allclose(model.predict(x), expected, rtol=1e-6)
    for size in (1, 7, 20, 1000):
        np.testing.assert_allclose(model.predict(_X, batch_size=size), expected, rtol=1e-6)
    assert model.predict(_X[:0]).shape == (0, 3)
    assert model.predict(_X, batch_size=8, steps=2).shape == (16, 3)


_NAN = np.where(np.arange(20)[:, None] == 7, np.nan, _X)

# What is called, with which arguments, and what the one line must say.
_REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "other lengths": ("fit", {"y": _Y[:19]}, "same number of samples.*x: 20; y: 19"),
    "other weights": ("fit", {"sample_weight": [1.0]}, "x: 20; y: 20; sample_weight: 1"),
    "no samples": ("fit", {"x": _X[:0], "y": _Y[:0]}, "at least one sample"),
    "no targets": ("fit", {"y": None}, "targets y.*Pass x and y"),
    "no data": ("fit", {"x": None}, "data x"),
    "too few features": (
        "fit",
        {"x": _X[:, :3]},
        r"x for layer 'hidden' of 'sequential.*expected shape \(N, F=4\); received.*\(20, 3\)",
    ),
    "too many axes": ("fit", {"x": _X[:, :, None]}, r"received shape \(20, 4, 1\)"),
    "one sample, no axis": ("predict", {"x": _X[0]}, r"x\[np.newaxis\]"),
    "a number": ("predict", {"x": 3.0}, "axis of samples"),
    "text": ("fit", {"x": [["a", "b", "c", "d"]] * 20}, "expected numbers"),
    "objects": ("fit", {"x": [[None] * 4] * 20}, "data in 'x' are not finite"),
    "ragged": ("fit", {"x": [[1.0, 2.0], [1.0]]}, "array of numbers"),
    "text as targets": ("fit", {"y": ["benign"] * 20}, "y: expected numbers.*Encode"),
    "dates": ("fit", {"y": np.zeros(20, "M8[D]")}, "expected numbers"),
    "batch size 0": ("fit", {"batch_size": 0}, "batch_size"),
    "batch size 2.5": ("fit", {"batch_size": 2.5}, "batch_size"),
    "validation split 1": ("fit", {"validation_split": 1.0}, "validation_split"),
    "validation split of nothing": ("fit", {"validation_split": 0.97}, "validation_split"),
    "too many steps": ("fit", {"steps_per_epoch": 9}, "1 to 1 batches"),
    "verbose": ("fit", {"verbose": 3}, "verbose"),
    "targets beside batches": ("fit", {"x": _Again(), "y": _Y}, "fit.y"),
    "callback class": ("fit", {"callbacks": [dict]}, "Callbacks"),
    "validation of another shape": (
        "fit",
        {"validation_data": (_X[:, :2], _Y)},
        "validation_data, x for layer 'hidden'",
    ),
    "empty iterable": ("fit", {"x": iter([]), "y": None}, "at least one batch"),
    "batch of four": ("fit", {"x": iter([(1, 2, 3, 4)]), "y": None}, "4 parts"),
    "class weights as list": ("fit", {"class_weight": [1, 2]}, "class_weight"),
}


@pytest.mark.parametrize("case", _REFUSED)
def test_what_does_not_fit_is_refused_in_one_line(case: str) -> None:
    method, change, expected = _REFUSED[case]
    model = small_net()
    before = model.get_weights()
    arguments = {"x": _X, **({"y": _Y} if method == "fit" else {}), **change}
    with pytest.raises(PellucidError, match=expected) as raised:
        getattr(model, method)(**arguments)
    assert "\n" not in str(raised.value)
    assert same(model.get_weights(), before)


def test_inputs_by_name_must_all_be_there() -> None:
    with pytest.raises(DataError, match="the names a, b; received a"):
        _two().fit({"a": _X[:, :3]}, _SIDE)
    with pytest.raises(DataError, match="2 arrays"):
        _two().fit([_X[:, :3]], _SIDE)


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch"])
def test_training_needs_compile(method: str) -> None:
    model = Sequential([Input((4,)), Dense(3)])
    with pytest.raises(ArgumentError, match=f"{method}.*compile"):
        getattr(model, method)(_X, _Y)


def test_a_model_without_input_is_built_by_the_first_data() -> None:
    model = Sequential([Dense(8, "relu"), Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(_X, _Y)
    assert model.count_params() == 4 * 8 + 8 + 8 * 3 + 3
    with pytest.raises(DataError, match="F=4"):
        model.fit(_X[:, :3], _Y)
