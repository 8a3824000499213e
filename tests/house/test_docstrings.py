"""Every example in a docstring runs and prints what it says."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.house import examples
from tests.house.tree import modules

_WITH_EXAMPLES = [name for name, path in modules().items() if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("name", _WITH_EXAMPLES)
def test_examples(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = doctest.DocTestFinder().find(import_module(name), name)
    assert sum(map(examples.run, found)) > 0, "the module holds an example that was not run"


@pytest.mark.parametrize(
    ("want", "got", "same"),
    [
        ("0.693", "0.69314718", True),
        ("0.694", "0.69314718", True),
        ("0.695", "0.69314718", False),
        ("-0.693", "0.69314718", False),
        ("1.5e-08", "1.4901161e-08", True),
        ("1.5e-08", "1.4901161e-07", False),
        ("array([0.1, 2.0])", "array([0.1000001, 1.9999999])", True),
        ("array([0.1, 2.0])", "array([0.1000001])", False),
        ("epoch 3: loss 0.25", "epoch 4: loss 0.25", False),
        ("in ... s", "in 0.1234 s", True),
    ],
)
def test_numbers_agree_to_the_digits_shown(want: str, got: str, same: bool) -> None:
    assert examples.Checker().check_output(want + "\n", got + "\n", examples.FLAGS) is same
