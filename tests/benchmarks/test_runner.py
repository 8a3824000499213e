"""The harness end to end: workers, processes, rounds in turn, failures, agreement."""

from __future__ import annotations

import json
import math
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks import __main__ as command
from benchmarks import problems, processes, runner
from benchmarks.client import Worker
from benchmarks.environment import child_environment
from benchmarks.peers.numpy_twin import Network, NumPyTwin
from benchmarks.results import Row, read
from benchmarks.runner import Plan
from benchmarks.workloads import LIBRARIES, WORKLOADS

_PLAN = Plan(rounds=2, seconds=0.001, patience=60.0, peers=sys.executable)


class _Scripted:
    """A contender that writes down when it is asked, and fails in one round if told to."""

    def __init__(self, library: str, log: list[str], fails_at: int = 99) -> None:
        self.row = Row(library)
        self._log, self._fails_at = log, fails_at

    def prepare(self) -> None:
        """Nothing to do."""

    def measure(self) -> None:
        """Note the turn."""
        self._log.append(self.row.name)
        if len(self.row.samples) == self._fails_at:
            self.row.error = "gave up"
        else:
            self.row.samples.append(1.0)


def test_rounds_begin_with_another_library_each() -> None:
    log: list[str] = []
    runner.measure_in_turn([_Scripted(name, log) for name in ("a", "b", "c")], 3)
    assert "".join(log) == "abcbcacab"


def test_one_that_fails_leaves_no_samples() -> None:
    log: list[str] = []
    contenders = [_Scripted("a", log), _Scripted("b", log, fails_at=1)]
    runner.measure_in_turn(contenders, 3)
    assert [len(each.row.samples) for each in contenders] == [3, 0]
    assert "".join(log) == "abbaa"


def test_numbers_are_compared_with_the_twin() -> None:
    rows = [
        Row("pellucid", check=[1.0, 2.0]),
        Row("numpy", check=[1.0, 2.0002]),
        Row("torch", check=[1.0, 2.1]),
        Row("jax", check=[1.0]),
        Row("sklearn", check=[9.0, 9.0], error="failed"),
        Row("keras-jax", check=[1.0, math.nan]),
    ]
    runner.compare(rows, 1e-3)
    assert [row.agrees for row in rows] == [True, True, False, False, None, False]
    assert rows[0].difference == pytest.approx(1e-4, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["small", "predict-1000", "elementwise"])
def test_ours_computes_what_the_twin_computes(name: str) -> None:
    plan = replace(_PLAN, only=("pellucid", "pellucid-numpy", "numpy"))
    result = runner.run(WORKLOADS[name], plan)
    assert [row.error for row in result.rows] == [""] * len(result.rows)
    assert {"pellucid", "numpy"} <= {row.name for row in result.measured}
    for row in result.rows:
        assert row.agrees, row
        assert len(row.samples) == 2
        assert all(0 < sample < 1 for sample in row.samples)


@pytest.mark.slow
def test_whole_processes() -> None:
    workload = replace(WORKLOADS["process-cold"], epochs=20)
    result = runner.run(workload, replace(_PLAN, only=("pellucid", "numpy")))
    assert [row.error for row in result.rows] == ["", ""]
    for row in result.rows:
        assert row.agrees
        for wall, cpu, memory in zip(row.samples, row.cpu, row.memory, strict=True):
            assert 0.01 < wall < 60
            assert 0 < cpu < 60
            assert 10e6 < memory < 1e9


def test_the_twin_follows_the_gradient() -> None:
    problem = problems.make(WORKLOADS["mnist"])
    small = replace(problem, x=problem.x[:64].astype("f8"), y=problem.y[:64])
    weights = [(kernel.astype("f8"), bias.astype("f8")) for kernel, bias in problem.weights]
    base = Network(weights)
    base.step(small.x, small.y)
    # Against a difference quotient in a direction, so short that hardly a relu turns.
    direction = np.random.default_rng(3).standard_normal(base.theta.size)
    slopes = []
    for sign in (1, -1):
        moved = Network(weights)
        moved.theta += sign * 1e-7 * direction
        slopes.append(moved.step(small.x, small.y))
    assert (slopes[0] - slopes[1]) / 2e-7 == pytest.approx(base.gradient @ direction, rel=1e-5)


def test_every_library_starts_from_the_same_bits() -> None:
    first, second = (problems.make(WORKLOADS["small"]) for _ in range(2))
    assert (first.x == second.x).all()
    assert (first.weights[0][0] == second.weights[0][0]).all()
    assert first.x.dtype == first.y.dtype == first.weights[0][0].dtype == "float32"
    assert 0.2 < first.y.mean() < 0.8
    assert len(first.batches()) == 5


def test_a_library_that_is_absent() -> None:
    library = replace(LIBRARIES["torch"], name="numpy", peer="absent:Nothing")
    with Worker(library, sys.executable) as worker:
        question = {"do": "prepare", "workload": "no such workload", "seconds": 0.001}
        assert worker.ask(question, 60) is None
        assert worker.error.startswith("KeyError")
        assert worker.ask(question, 60) is None


def test_a_library_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('no such thing here')", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    plan = replace(_PLAN, only=("onnxruntime",))
    result = runner.run(WORKLOADS["predict-1"], plan)
    assert [(row.name, row.error) for row in result.rows] == [("onnxruntime", "no such thing here")]
    assert result.measured == []


def test_a_library_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "onnxruntime.py").write_text("import time; time.sleep(600)", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    plan = replace(_PLAN, only=("onnxruntime",), patience=1.0)
    result = runner.run(WORKLOADS["predict-1"], plan)
    assert result.rows[0].error == "no answer within 1 s"


def test_a_library_that_dies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dying = "import os, sys; print('out of memory', file=sys.stderr, flush=True); os._exit(1)"
    (tmp_path / "onnxruntime.py").write_text(dying, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = runner.run(WORKLOADS["predict-1"], replace(_PLAN, only=("onnxruntime",)))
    assert result.rows[0].error == "out of memory"


def test_what_a_library_prints_does_not_disturb(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    noisy = "import os; print('hello'); os.write(1, b'{}'); raise ImportError('quiet now')"
    (tmp_path / "onnxruntime.py").write_text(noisy, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = runner.run(WORKLOADS["predict-1"], replace(_PLAN, only=("onnxruntime",)))
    assert result.rows[0].error == "quiet now"


def test_pins_are_taken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_NUM_THREADS", "PELLUCID_CHECKS"):
        monkeypatch.setenv(name, "1")
    environment = child_environment({"KERAS_BACKEND": "jax"})
    assert not {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_NUM_THREADS"} & set(environment)
    assert "PELLUCID_CHECKS" not in environment
    assert environment["KERAS_BACKEND"] == "jax"
    assert environment["PATH"] == os.environ["PATH"]


def test_processes_are_measured(tmp_path: Path) -> None:
    program = "import time; b = bytearray(80_000_000); time.sleep(0.2); print('done')"
    usage = processes.run([sys.executable, "-c", program], dict(os.environ), tmp_path)
    assert usage.output == "done"
    assert usage.memory > 80e6
    assert usage.wall > 0.2
    assert usage.wall > usage.cpu or usage.cpu < 5


@pytest.mark.parametrize(
    ("program", "patience", "said"),
    [
        ("raise ValueError('planted')", 60, "ValueError: planted"),
        ("import sys; sys.exit(3)", 60, "exit code 3"),
        ("import time; time.sleep(600)", 1, "no end within 1 s"),
    ],
)
def test_processes_that_fail(program: str, patience: float, said: str, tmp_path: Path) -> None:
    with pytest.raises(processes.ProcessError, match=said):
        processes.run([sys.executable, "-c", program], dict(os.environ), tmp_path, patience)


@pytest.mark.slow
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "results.json"
    assert command.main(["small", "--quick", "--only", "numpy", "--json", str(path)]) == 0
    assert "NumPy by hand" in capsys.readouterr().out
    assert path.with_suffix(".svg").is_file()
    found = read(path)
    assert list(found.results) == ["small"]
    assert found.machine["cores"] >= 1
    assert json.loads(path.read_text("utf-8"))["workloads"]["small"]["rounds"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tiny"], "no workload 'tiny'; there are small,"),
        (["--only", "tensorflow"], "no library 'tensorflow'; there are pellucid,"),
        (["--rounds", "0"], "expected 1 or more; received 0"),
    ],
)
def test_mistakes_are_named(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        command.main(arguments)
    assert raised.value.code == 2
    assert said in capsys.readouterr().err


def test_every_library_has_its_files() -> None:
    folder = Path(runner.__file__).parent
    for library in LIBRARIES.values():
        module, _, name = library.peer.partition(":")
        assert f"class {name}(" in (folder / "peers" / f"{module}.py").read_text("utf-8")
        if library.job:
            assert (folder / "jobs" / f"{library.job}.py").is_file()
    for workload in WORKLOADS.values():
        assert set(workload.peers) <= set(LIBRARIES)
        assert set(workload.goals) <= {*workload.peers, "fastest"}
        kinds = ("process", "import")
        assert workload.kind in kinds or hasattr(NumPyTwin, workload.kind)
