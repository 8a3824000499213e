"""Files are whole or not there: on errors, and when the process is killed while writing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pellucid.errors import ModelFileError
from pellucid.train.files import remove_unfinished, replacing
from pellucid.train.tensor_file import read_tensor_file, write_tensor_file

_FORM = "pellucid.test.v2"


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.txt"
    for text in ("one", "two"):
        with replacing(path) as beside:
            beside.write_text(text)
        assert path.read_text() == text
    assert [each.name for each in path.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file(error: type[BaseException], tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(error), replacing(path) as beside:
        beside.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_what_killed_writers_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".a.txt.123.unfinished").write_text("half")
    (tmp_path / ".b.txt.123.unfinished").write_text("another file's")
    remove_unfinished(tmp_path / "a.txt")
    assert [each.name for each in tmp_path.iterdir()] == [".b.txt.123.unfinished"]


_WRITER = """
import sys, numpy as np
from pellucid.train.tensor_file import write_tensor_file
print("ready", flush=True)
for number in range(1, 10**9):
    array = np.full(200_000, number, np.float64)
    write_tensor_file(sys.argv[1], {"format": "pellucid.test.v2", "number": number}, {"a": array})
"""


@pytest.mark.slow
def test_kill_at_random_moments_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    random = np.random.default_rng(0)
    seen, unfinished = 0, 0
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.02 + 0.2 * random.random())
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        unfinished += len(list(tmp_path.glob(".*unfinished")))
        remove_unfinished(path)
        if path.exists():
            file = read_tensor_file(path, _FORM)
            assert set(file.arrays["a"]) == {float(file.document["number"])}
            seen += 1
    assert seen >= 10
    assert unfinished >= 1, "no kill hit the middle of a write, so nothing was tested"


def _written(folder: Path) -> Path:
    path = folder / "a.safetensors"
    arrays = {
        "z": np.arange(6.0).reshape(2, 3)[:, ::2],
        "scalar": np.float32(2.0),
        "empty": np.zeros((0, 3)),
        "flags": np.array([True, False]),
    }
    write_tensor_file(path, {"format": _FORM, "note": "ä"}, arrays)
    return path


def test_arrays_come_back_in_order(tmp_path: Path) -> None:
    file = read_tensor_file(_written(tmp_path), _FORM)
    assert list(file.arrays) == ["z", "scalar", "empty", "flags"]
    assert file.document["note"] == "ä"
    assert file.arrays["z"].tolist() == [[0.0, 2.0], [3.0, 5.0]]
    assert file.arrays["scalar"].shape == () and file.arrays["scalar"].dtype == np.float32
    assert file.arrays["empty"].shape == (0, 3)
    assert file.arrays["flags"].tolist() == [True, False]


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-30] ^= 1
    path.write_bytes(bytes(data))


def _foreign(path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"a": np.zeros(3)}, path, metadata={"made": "elsewhere"})


def _other_form(path: Path) -> None:
    write_tensor_file(path, {"format": "pellucid.other.v2"}, {})


def _newer(path: Path) -> None:
    write_tensor_file(path, {"format": "pellucid.test.v3", "version": "9.1"}, {})


def _deep(path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"a": np.zeros(3)}, path, metadata={"pellucid": "[" * 100_000 + "]" * 100_000})


_BAD = {
    "absent": (Path.unlink, "expected a file; received none"),
    "empty": (lambda path: path.write_bytes(b""), "whole model file"),
    "text": (lambda path: path.write_text("hello world " * 9), "whole model file"),
    "zip": (lambda path: path.write_bytes(b"PK\3\4" + bytes(99)), "whole model file"),
    "truncated": (_truncated, "whole model file"),
    "one bit": (_flipped, "what was written"),
    "foreign": (_foreign, "from elsewhere"),
    "another kind": (_other_form, "pellucid.other.v2"),
    "newer": (_newer, "written by pellucid 9.1"),
    "deep JSON": (_deep, "JSON"),
}


@pytest.mark.parametrize("case", _BAD)
def test_bad_files_are_refused_in_one_line(case: str, tmp_path: Path) -> None:
    spoil, expected = _BAD[case]
    path = _written(tmp_path)
    spoil(path)
    with pytest.raises(ModelFileError, match=expected) as raised:
        read_tensor_file(path, _FORM)
    assert str(raised.value).startswith(str(path)) and "\n" not in str(raised.value)


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path)
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(ModelFileError):
            read_tensor_file(path, _FORM)


def test_a_document_json_cannot_hold_leaves_the_old_file(tmp_path: Path) -> None:
    path = _written(tmp_path)
    before = path.read_bytes()
    with pytest.raises(ModelFileError, match="JSON can hold"):
        write_tensor_file(path, {"format": _FORM, "bad": object()}, {})
    assert path.read_bytes() == before
