"""Names, configs and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from pellucid.errors import ArgumentError
from pellucid.nn.registry import Configurable, Registry, to_snake_case


class BigStep(Configurable):
    """A thing with arguments."""

    def __init__(self, size: float = 1.0, name: str = "step") -> None:
        self.size = size
        self.name = name

    def __call__(self, x: float) -> float:
        return x * self.size


def double(x: float) -> float:
    return 2 * x


@pytest.fixture
def steps() -> Registry[Any]:
    registry: Registry[Any] = Registry("step", snake_case=True)
    registry.register("big")(BigStep)
    registry.register()(double)
    return registry


@pytest.mark.parametrize(
    ("identifier", "at_three"),
    [
        ("BigStep", 3.0),
        ("big_step", 3.0),
        ("big", 3.0),
        ("double", 6.0),
        (double, 6.0),
        (BigStep, 3.0),
        (BigStep(4.0), 12.0),
        ({"class_name": "BigStep", "config": {"size": 5.0}}, 15.0),
        ({"class_name": "BigStep"}, 3.0),
        ({"class_name": "function", "config": "double"}, 6.0),
        (lambda x: x - 1, 2.0),
    ],
)
def test_get(steps: Registry[Any], identifier: Any, at_three: float) -> None:
    assert steps.get(identifier)(3.0) == at_three


def test_none_stays_none(steps: Registry[Any]) -> None:
    assert steps.get(None) is None
    assert steps.serialize(None) is None


def test_there_and_back(steps: Registry[Any]) -> None:
    config = steps.serialize(BigStep(7.0, "seven"))
    assert config == {"class_name": "BigStep", "config": {"size": 7.0, "name": "seven"}}
    assert repr(steps.deserialize(config)) == "BigStep(size=7.0, name='seven')"
    assert steps.deserialize(steps.serialize(double)) is double


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("big_stp", r"step: expected the name of a known step; received 'big_stp'.*big_step"),
        ("zzz", "received 'zzz'$"),
        (3, "received 3"),
        ({"config": {}}, "class_name"),
        ({"class_name": "BigStep", "config": {"sise": 1}}, "size, name; received sise"),
        ({"class_name": "BigStep", "config": [1]}, "class_name"),
    ],
)
def test_what_get_refuses(steps: Registry[Any], identifier: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        steps.get(identifier)


def test_what_cannot_be_named_is_not_serialized(steps: Registry[Any]) -> None:
    class Other(BigStep):
        """Not registered."""

    for thing in (lambda x: x, Other()):
        with pytest.raises(ArgumentError, match="expected a registered step"):
            steps.serialize(thing)


def test_a_name_is_taken_once(steps: Registry[Any]) -> None:
    steps.register()(double)  # the same definition again
    with pytest.raises(ArgumentError, match="not taken; received 'big'"):
        steps.register("big")(double)


def test_custom_objects_add_names(steps: Registry[Any]) -> None:
    assert steps.deserialize("half", {"half": BigStep(0.5)})(3.0) == 1.5
    assert steps.deserialize("Bigger", {"Bigger": BigStep})(3.0) == 3.0


def test_names_are_listed_in_order(steps: Registry[Any]) -> None:
    assert steps.names() == ["BigStep", "big_step", "big", "double"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("L1", "l1"),
        ("LSTM", "lstm"),
        ("GRUCell", "gru_cell"),
        ("F1Score", "f1_score"),
        ("BatchNormalization", "batch_normalization"),
        ("MeanIoU", "mean_io_u"),
    ],
)
def test_snake_case(name: str, expected: str) -> None:
    assert to_snake_case(name) == expected
