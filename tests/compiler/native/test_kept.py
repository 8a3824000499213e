"""Programs from the cache: the same bits as compiled ones, and no LLVM in the process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pellucid import settings
from pellucid.compiler.passes import run_passes
from pellucid.compiler.program import make_program
from pellucid.compiler.targets.native import cache, machine, objects
from pellucid.compiler.targets.native.runner import NativeProgram
from pellucid.graph import Array, Variable, ops, placeholder
from tests.compiler.networks import NETWORKS, data


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    cache.forget()
    with settings.using(cache_folder=tmp_path):
        yield tmp_path / "native"
    cache.forget()


def results(name: str, threads: int = 1) -> list[Array]:
    """Outputs and variables after three steps on five samples and one on a single one."""
    outputs, inputs, updates = NETWORKS[name]()
    program = run_passes(make_program(outputs, inputs, updates, name))
    run = NativeProgram(program, threads)
    found = [output for n in (5, 5, 5, 1) for output in run(data(inputs, n), n)]
    return [*found, *(variable.value for variable, _ in updates)]


def digest(name: str, threads: int) -> str:
    """The bits of the results."""
    found = hashlib.sha256()
    for array in results(name, threads):
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


@pytest.mark.parametrize("name", NETWORKS)
def test_own_loader_and_llvms_give_the_same_bits(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = results(name)
    cache.forget()
    monkeypatch.setattr(cache, "load", machine.load)
    for mine, theirs in zip(ours, results(name), strict=True):
        np.testing.assert_array_equal(mine, theirs, strict=True)


_WARM = """
import sys
from pellucid.compiler.targets.native import keys
from tests.compiler.native.test_kept import NETWORKS, digest
keys._toolchain = lambda: "the same"  # also while somebody edits the source
print([digest(name, threads) for name in NETWORKS for threads in (1, 2)])
if sys.argv[1] == "warm":
    assert "llvmlite" not in sys.modules
    assert "pellucid.compiler.targets.native.step" not in sys.modules
"""


@pytest.mark.skipif(not objects.OWN_LOADER, reason="LLVM's linker loads everything there")
def test_a_second_process_needs_no_llvm(folder: Path) -> None:
    answers = []
    for state, seed in (("cold", "0"), ("warm", "1"), ("warm", "2")):
        environment = {**os.environ, "PELLUCID_CACHE": str(folder.parent), "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", _WARM, state]
        answers.append(subprocess.check_output(command, env=environment, text=True))
    assert answers[0] == answers[1] == answers[2]
    assert len(list(folder.iterdir())) == 2 * len(NETWORKS)


def test_a_network_built_again_shares_its_code(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New weights under new names: compiled once, and each has weights of its own."""
    compiled = []
    original = NativeProgram._compile
    monkeypatch.setattr(
        NativeProgram, "_compile", lambda self: compiled.append(self) or original(self)
    )
    for number in range(4):
        x = placeholder((None,), name=f"x{number}")
        w = Variable(float(number), name=f"w{number}")
        run = NativeProgram(run_passes(make_program([x * w], [x], [(w, w + 1)])))
        for turn in range(2):
            (found,) = run([np.array([1, 2], np.float32)], 2)
            np.testing.assert_array_equal(found, np.array([1, 2]) * (number + turn))
    assert len(compiled) == 1


def test_the_text_can_be_read_of_a_kept_program(folder: Path) -> None:
    x = placeholder((None,), name="x")
    texts = [NativeProgram(run_passes(make_program([ops.tanh(x)], [x]))).text for _ in range(2)]
    assert texts[0] == texts[1]
    assert "define void @step(" in texts[0]
