"""The family of errors: four parts, one line, the right parents."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from pellucid import errors
from pellucid.errors import PellucidError

_PARENTS = {
    "ArgumentError": ValueError,
    "DTypeError": TypeError,
    "DataError": ValueError,
    "GraphError": ValueError,
    "MissingDependencyError": ImportError,
    "ModelFileError": Exception,
    "NumericsError": ArithmeticError,
    "ShapeError": ValueError,
}
_FAMILY = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, PellucidError)
}


def test_the_family_is_the_one_drawn_in_the_module() -> None:
    assert set(_FAMILY) == {"PellucidError", *_PARENTS}
    assert all(name in (errors.__doc__ or "") for name in _FAMILY)


@pytest.mark.parametrize("name", _PARENTS)
def test_each_is_what_other_libraries_raise(name: str) -> None:
    with pytest.raises(_PARENTS[name]):
        raise _FAMILY[name]("here")


@pytest.mark.parametrize("name", _FAMILY)
def test_each_survives_copy_and_pickle(name: str) -> None:
    error = _FAMILY[name]("a.csv", expected="a header", received=[1, 2], hint="Add one.")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is type(error)
        assert str(twin) == "a.csv: expected a header; received [1, 2]. Add one."
        assert vars(twin) == vars(error)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "Dense"),
        ({"expected": "units ≥ 1"}, "Dense: expected units ≥ 1"),
        ({"received": 0}, "Dense: received 0"),
        ({"hint": "Give units."}, "Dense. Give units."),
        ({"expected": "1.", "hint": "Go."}, "Dense: expected 1. Go."),
        ({"received": np.eye(2)}, "Dense: received array([[1., 0.], [0., 1.]])"),
        ({"received": "two\nlines"}, "Dense: received two lines"),
        ({"received": ""}, "Dense: received "),
    ],
)
def test_the_message_is_one_line(parts: dict[str, Any], message: str) -> None:
    assert str(PellucidError("Dense", **parts)) == message


def test_a_long_part_is_cut() -> None:
    message = str(PellucidError("fit", expected="finite values", received=list(range(10_000))))
    assert len(message) < 400
    assert message.endswith("…")


def test_exit_codes_tell_mistakes_from_failures() -> None:
    codes = {name: kind.exit_code for name, kind in _FAMILY.items()}
    assert codes.pop("NumericsError") == 1
    assert set(codes.values()) == {2}


def test_needs_names_the_extra() -> None:
    with pytest.raises(errors.MissingDependencyError) as raised, errors.needs("show"):
        import no_such_package  # noqa: F401
    assert raised.value.where == "no_such_package"
    assert 'pip install "pellucid[show]"' in str(raised.value)


def test_needs_leaves_other_errors_alone() -> None:
    with pytest.raises(ZeroDivisionError), errors.needs("show"):
        _ = 1 / 0
