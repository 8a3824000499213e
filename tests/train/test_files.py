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
from pellucid.train.tensor_file import Form, read_tensor_file, write_tensor_file

_FORM = Form("pellucid.test", 2)


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
from pellucid.train.tensor_file import Form, write_tensor_file
form = Form("pellucid.test", 2)
print("ready", flush=True)
for number in range(1, 10**9):
    array = np.full(200_000, number, np.float64)
    write_tensor_file(sys.argv[1], form, {"number": number}, {"a": array})
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
    write_tensor_file(path, _FORM, {"note": "ä"}, arrays)
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
    write_tensor_file(path, Form("pellucid.other", 2), {}, {})


def _newer(path: Path) -> None:
    write_tensor_file(path, Form("pellucid.test", 3), {"version": "9.1"}, {})


def _deep(path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"a": np.zeros(3)}, path, metadata={"pellucid": "[" * 100_000 + "]" * 100_000})


def _nested(path: Path) -> None:
    from safetensors.numpy import save_file

    text = '{"format":"pellucid.test","format_version":2,"a":' + "[" * 300 + "]" * 300 + "}"
    save_file({"a": np.zeros(3)}, path, metadata={"pellucid": text})


def _long_header(path: Path) -> None:
    path.write_bytes((1 << 62).to_bytes(8, "little") + path.read_bytes()[8:])


def _huge_header(path: Path) -> None:
    with path.open("wb") as file:
        file.write((200 << 20).to_bytes(8, "little"))
        file.truncate(300 << 20)  # a file with a hole: takes no room


_BAD = {
    "absent": (Path.unlink, "expected a file; received none"),
    "empty": (lambda path: path.write_bytes(b""), "whole model file"),
    "text": (lambda path: path.write_text("hello world " * 9), "whole model file"),
    "zip": (lambda path: path.write_bytes(b"PK\3\4" + bytes(99)), "whole model file"),
    "truncated": (_truncated, "whole model file"),
    "one bit": (_flipped, "what was written"),
    "foreign": (_foreign, "from elsewhere"),
    "another kind": (_other_form, "pellucid.other"),
    "newer": (_newer, "written by pellucid 9.1"),
    "deep JSON": (_deep, "JSON"),
    "nested JSON": (_nested, "nested up to 200 levels"),
    "header longer than the file": (_long_header, "a header of 4611686018427387904 bytes"),
    "header longer than any of ours": (_huge_header, "a header of 200 MB"),
}


@pytest.mark.parametrize("case", _BAD)
def test_bad_files_are_refused_in_one_line(case: str, tmp_path: Path) -> None:
    spoil, expected = _BAD[case]
    path = _written(tmp_path)
    spoil(path)
    with pytest.raises(ModelFileError, match=expected) as raised:
        read_tensor_file(path, _FORM)
    assert str(raised.value).startswith(str(path)) and "\n" not in str(raised.value)


def test_the_same_content_is_the_same_bytes(tmp_path: Path) -> None:
    first = _written(tmp_path).read_bytes()
    assert all(_written(tmp_path).read_bytes() == first for _ in range(5))
    assert _written(tmp_path).stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_other_readers_of_safetensors_find_the_arrays(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    found = load_file(_written(tmp_path))
    assert found["z"].tolist() == [[0.0, 2.0], [3.0, 5.0]]
    assert found["scalar"] == 2.0 and found["empty"].shape == (0, 3)


def test_arrays_that_no_file_can_hold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="numbers; received complex128"):
        write_tensor_file(tmp_path / "a", _FORM, {}, {"a": np.zeros(2, complex)})
    assert list(tmp_path.iterdir()) == []


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
        write_tensor_file(path, _FORM, {"bad": object()}, {})
    assert path.read_bytes() == before
