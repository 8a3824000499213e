"""Every op can be written as NumPy source."""

from __future__ import annotations

from pellucid.compiler.targets.numpy_source import SOURCE_RULES
from pellucid.compiler.targets.numpy_source.helpers import HELPERS, helper_text
from pellucid.compiler.targets.numpy_source.rules import HELPER_OPS
from pellucid.graph.primitives.table import NUMPY_RULES


def test_every_op_has_a_row() -> None:
    assert set(NUMPY_RULES) == set(SOURCE_RULES)
    assert set(HELPER_OPS) <= set(HELPERS)


def test_helpers_are_complete_and_stand_alone() -> None:
    for name in HELPERS:
        imports, blocks = helper_text([name])
        text = "\n".join(["import numpy as np", *imports, *blocks])
        namespace: dict[str, object] = {"__name__": "alone"}
        exec(text, namespace)
        assert callable(namespace[name])
        assert "pellucid" not in text
