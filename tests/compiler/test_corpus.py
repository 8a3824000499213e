"""A kept corpus of printed programs: a change that only tidies up leaves every byte as it was.

To write it anew: PELLUCID_WRITE_CORPUS=1 pytest tests/compiler/test_corpus.py; read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pellucid.compiler import compile
from tests.compiler.networks import NETWORKS

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize("name", NETWORKS)
def test_the_printed_program_is_the_kept_one(name: str) -> None:
    outputs, inputs, updates = NETWORKS[name]()
    program = compile(outputs, inputs, updates, name=name)
    for ending, text in ((".py.txt", program.source), (".ir.txt", f"{program.program}\n")):
        path = CORPUS / f"{name}{ending}"
        if os.environ.get("PELLUCID_WRITE_CORPUS"):
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")
