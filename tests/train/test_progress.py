"""What a run shows: nothing in a pipe, a live line in a terminal, a line an epoch when asked."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pellucid.errors import ArgumentError
from pellucid.train.progress import Progress, format_logs, resolve_verbose
from tests.train.data import blobs, small_net

_ROOT = Path(__file__).resolve().parents[2]
_X, _Y = blobs()

_PROGRAM = """
import sys, time
from pellucid.train.callbacks import LambdaCallback
from tests.train.data import blobs, small_net
model = small_net(metrics=["accuracy"])
x, y = blobs()
pause = LambdaCallback(on_train_batch_end=lambda batch, logs: time.sleep({pause}))
model.fit(x, y, batch_size=10, epochs={epochs}, validation_data=(x, y), callbacks=[pause])
model.evaluate(x, y)
model.predict(x)
print("rich" in sys.modules)
"""


def _command(epochs: int, pause: float) -> list[str]:
    return [sys.executable, "-c", _PROGRAM.format(epochs=epochs, pause=pause)]


def _in_terminal(epochs: int, pause: float) -> tuple[str, list[bytes]]:
    """The text that arrived in a terminal, and the pieces in which it came."""
    outer, inner = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    process = subprocess.Popen(_command(epochs, pause), stdout=inner, cwd=_ROOT, env=env)
    os.close(inner)
    pieces: list[bytes] = []
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ready, _, _ = select.select([outer], [], [], 0.2)
        try:
            piece = os.read(outer, 65536) if ready else b""
        except OSError:
            break
        if piece:
            pieces.append(piece)
        elif process.poll() is not None:
            break
    os.close(outer)
    assert process.wait(timeout=10) == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", b"".join(pieces).decode()), pieces


@pytest.mark.slow
def test_a_pipe_stays_silent() -> None:
    done = subprocess.run(
        _command(3, 0.05), capture_output=True, text=True, cwd=_ROOT, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.slow
def test_a_terminal_shows_a_live_line_with_figures_speed_and_time() -> None:
    text, pieces = _in_terminal(epochs=4, pause=0.03)
    assert re.search(r"\d+/28 · Epoch \d/4 · [\d,]+ samples/s · \d\.\d s left", text)
    assert re.search(r"loss 0?\.?\d+.* · accuracy ", text)
    last = re.search(r"Epoch 4/4 · [\d,]+ samples/s · [\d.]+ s\s+(loss .*)", text)
    assert last and "val_loss" in last[1] and "val_accuracy" in last[1]
    assert text.rstrip().endswith("True"), "rich was used"
    # 28 batches of 0.03 s: about ten updates a second, not one a batch.
    assert len(re.findall(r"left", text)) <= 12
    assert len(pieces) >= 3


@pytest.mark.slow
def test_a_short_run_in_a_terminal_shows_its_end_without_rich() -> None:
    text, _ = _in_terminal(epochs=2, pause=0.0)
    assert re.search(r"Epoch 2/2 · .* samples/s", text)
    assert re.search(r"Evaluation · .* samples/s", text)
    assert text.rstrip().endswith("False")


def test_verbose_2_prints_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    small_net().fit(_X, _Y, epochs=3, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert re.fullmatch(r"Epoch 1/3 · [\d.]+ s · [\d,]+ samples/s · loss [\d.]+", lines[0])


def test_verbose_1_in_a_pipe_prints_lines_and_0_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    small_net().fit(_X, _Y, epochs=3, verbose=1)
    assert len(capsys.readouterr().out.splitlines()) == 3
    small_net().fit(_X, _Y, epochs=3, verbose=0)
    small_net().fit(_X, _Y, epochs=3)
    assert capsys.readouterr().out == ""


def test_an_interrupted_run_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert resolve_verbose("auto") == 1
    progress = Progress(1, "", 10, 2)
    progress.advance(5, dict)
    progress.end_epoch({"loss": 0.5})
    progress.close(" · stopped by Ctrl-C")
    assert re.fullmatch(
        r"Epoch 1/2 · [\d,]+ samples/s · 0\.0 s · stopped by Ctrl-C\n  loss 0\.5\n",
        capsys.readouterr().out,
    )


def test_an_update_costs_next_to_nothing() -> None:
    progress = Progress(1, "", 10**6, 1)
    progress._due = float("inf")
    start = time.perf_counter()
    for _ in range(100_000):
        progress.advance(32, dict)
    assert (time.perf_counter() - start) / 100_000 < 3e-6


@pytest.mark.parametrize("verbose", [3, -1, "loud", None, 1.5])
def test_other_values_of_verbose_are_refused(verbose: Any) -> None:
    with pytest.raises(ArgumentError, match="verbose"):
        resolve_verbose(verbose)


def test_figures_that_are_no_numbers_are_shown_as_they_are() -> None:
    assert format_logs({"loss": 1234567.0, "f1": [0.5, 1.0]}) == "loss 1.235e+06 · f1 [0.5, 1.0]"
