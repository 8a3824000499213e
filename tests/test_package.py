"""The names of the package: modules under the names that Keras's users expect."""

from __future__ import annotations

import importlib
import sys

import pytest

import pellucid

_ALIASES = {name: home for name, home in pellucid._MODULES.items() if home != f"pellucid.{name}"}


@pytest.mark.parametrize("name", _ALIASES)
def test_a_module_under_another_name_is_the_module_itself(name: str) -> None:
    module = importlib.import_module(f"pellucid.{name}")
    assert module is importlib.import_module(_ALIASES[name])
    assert module is getattr(pellucid, name)
    assert module.__name__ == _ALIASES[name]
    assert module.__spec__ is not None and module.__spec__.name == _ALIASES[name]


def test_no_second_copy_of_a_module_inside_one() -> None:
    from pellucid.layers.core import Dense
    from pellucid.optimizers.schedules import ExponentialDecay

    assert Dense is pellucid.layers.Dense
    assert ExponentialDecay is pellucid.optimizers.schedules.ExponentialDecay
    assert sys.modules["pellucid.layers.core"] is sys.modules["pellucid.nn.layers.core"]


@pytest.mark.parametrize("name", ["pellucid.layer", "pellucid.layers.dense", "pellucid.Sequential"])
def test_other_modules_are_not_found(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(name)


def test_every_name_has_one_home() -> None:
    for name, home in pellucid._HOME.items():
        assert getattr(pellucid, name) is getattr(importlib.import_module(home), name)
