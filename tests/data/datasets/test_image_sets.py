"""MNIST and Fashion-MNIST: where they are looked for, what is refused, the download."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

import pellucid.data.datasets.image_sets as image_sets
from pellucid import settings
from pellucid.data import datasets
from pellucid.data.datasets.download import download
from pellucid.errors import DataError
from tests.data.datasets.test_idx import idx_bytes

CONTENT = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NAMES = [file.name for file in image_sets._MNIST.files]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    asked: list[str]
    files: dict[str, bytes]


class _Handler(BaseHTTPRequestHandler):
    """The first part of a path says what happens: /good/x sends x; see `FAILURES` for others."""

    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        kind, name = self.path.strip("/").split("/")
        content = self.server.files[name]
        if kind == "gone":
            self.send_error(404)
            return
        self.send_response(200)
        if kind != "unsized":
            self.send_header("Content-Length", str(len(content) + 100 * (kind == "long")))
        self.end_headers()
        if kind == "silent":
            threading.Event().wait(2)
            return
        sent = {
            "short": content[:-300],
            "unsized": content[:-300],
            "long": content + bytes(100),
            "wrong": content[:-1] + b"!",
        }
        self.wfile.write(sent.get(kind, content))

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with _Server(("127.0.0.1", 0), _Handler) as running:
        running.asked, running.files = [], {"file": CONTENT}
        thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def _url(server: _Server, path: str) -> str:
    return f"http://127.0.0.1:{server.server_port}/{path}"


def _get(server: _Server, kinds: list[str], target: Path, **limits: float) -> Path:
    urls = [_url(server, f"{kind}/file") for kind in kinds]
    return download(urls, target, sha256=DIGEST, n_bytes=len(CONTENT), **limits)


def test_a_good_file_is_kept_and_nothing_else(server: _Server, tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "file"
    assert _get(server, ["good", "gone"], target) == target
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]
    assert server.asked == ["/good/file"]


FAILURES = {
    "gone": "HTTP 404",
    "short": "1023700 of 1024000 bytes|IncompleteRead",
    "unsized": "1023700 of 1024000 bytes",
    "long": "more than the expected 1024000 bytes",
    "wrong": f"wrong checksum .*expected {DIGEST[:12]}",
    "silent": "timed out",
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_bad_mirror_leaves_nothing_and_the_next_is_tried(
    server: _Server, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "file"
    with pytest.raises(DataError, match=FAILURES[kind]):
        _get(server, [kind], target, timeout=0.3)
    assert list(tmp_path.iterdir()) == []
    assert _get(server, [kind, "good"], target, timeout=0.3).read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_keeps_what_was_there(server: _Server, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    with pytest.raises(DataError):
        _get(server, ["wrong", "short"], target)
    assert target.read_bytes() == b"old"


def test_a_slow_server_is_given_up(server: _Server, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too slow: .* of 1024000 bytes"):
        _get(server, ["good"], tmp_path / "file", deadline=0.0)
    assert list(tmp_path.iterdir()) == []


def test_without_a_connection_the_error_says_what_to_do(tmp_path: Path) -> None:
    urls = ["http://127.0.0.1:9/a", "http://no-such-host.invalid/b"]
    with pytest.raises(DataError) as caught:
        download(urls, tmp_path / "file", sha256=DIGEST, n_bytes=1)
    message = str(caught.value)
    assert "127.0.0.1:9: " in message and "no-such-host.invalid: " in message
    assert f"put the file into {tmp_path} by hand" in message


def test_mnist_is_the_official_one(shared_data: Path) -> None:
    with settings.using(data_folder=shared_data):
        (x_train, y_train), (x_test, y_test) = datasets.mnist()
    assert (x_train.shape, x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert {part.dtype for part in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    for file, part in zip(image_sets._MNIST.files, (x_train, y_train, x_test, y_test), strict=True):
        assert hashlib.sha256(idx_bytes(part)).hexdigest() == file.sha256_unpacked
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_the_packed_checksums_are_those_of_the_official_files(shared_data: Path) -> None:
    # The training images were packed again in this copy; the other three are as published.
    for file in image_sets._MNIST.files[1:]:
        content = (shared_data / "mnist" / file.name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
        assert len(content) == file.n_bytes


def test_keras_spelling() -> None:
    assert datasets.mnist.load_data is datasets.mnist
    assert datasets.fashion_mnist.load_data is datasets.fashion_mnist


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch, server: _Server, tmp_path: Path) -> dict[str, bytes]:
    """Both sets shrunk to a few images of known checksums, offered by a server; an empty cache."""
    contents = {}
    for name in ("mnist", "fashion_mnist"):
        files = []
        for k, file in enumerate(image_sets._MNIST.files):
            shape = (6 if k < 2 else 2, *file.shape[1:])
            seed = k + 10 * (name == "mnist")
            values = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
            packed = gzip.compress(idx_bytes(values))
            contents[f"{name}/{file.name}"] = packed
            digests = (hashlib.sha256(b).hexdigest() for b in (packed, idx_bytes(values)))
            files.append(image_sets._File(file.name, shape, len(packed), *digests))
        mirrors = (_url(server, "gone/"), _url(server, "good/"))
        little = image_sets._ImageSet(name, mirrors, tuple(files))
        monkeypatch.setattr(image_sets, f"_{name.upper()}", little)
    server.files = {name: contents[f"mnist/{name}"] for name in NAMES}
    monkeypatch.delenv("PELLUCID_DATA", raising=False)
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path / "cache"))
    return contents


def test_what_is_nowhere_is_downloaded_once(little, server: _Server, tmp_path: Path) -> None:
    first = datasets.mnist()
    asked = len(server.asked)
    second = datasets.mnist()
    assert asked == 8 and len(server.asked) == 8
    np.testing.assert_array_equal(first[0][0], second[0][0])
    assert first[0][0].shape == (6, 28, 28)
    cached = tmp_path / "cache" / "datasets" / "mnist"
    assert sorted(path.name for path in cached.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("folder", ["mnist", "."])
@pytest.mark.parametrize("unpack", [False, True], ids=["gzip", "plain"])
def test_a_data_folder_is_looked_through_first(
    little, server: _Server, tmp_path: Path, folder: str, unpack: bool
) -> None:
    place = tmp_path / "data" / folder
    place.mkdir(parents=True)
    for name in NAMES:
        packed = little[f"mnist/{name}"]
        # Packed anew, the bytes of the file differ, its content does not.
        content = gzip.decompress(packed) if unpack else gzip.compress(gzip.decompress(packed), 1)
        (place / (name.removesuffix(".gz") if unpack else name)).write_bytes(content)
    with settings.using(data_folder=tmp_path / "data"):
        x = datasets.mnist()[0][0]
    assert server.asked == []
    assert idx_bytes(x) == gzip.decompress(little[f"mnist/{NAMES[0]}"])


def test_digits_are_not_taken_for_clothes(little, server: _Server, tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_bytes(little[f"mnist/{name}"])
    server.files = {name: little[f"fashion_mnist/{name}"] for name in NAMES}
    with settings.using(data_folder=tmp_path):
        clothes = datasets.fashion_mnist()[0][0]
    assert idx_bytes(clothes) == gzip.decompress(little[f"fashion_mnist/{NAMES[0]}"])


def test_a_file_of_another_shape_is_refused(little, tmp_path: Path) -> None:
    folder = tmp_path / "mnist"
    folder.mkdir()
    (folder / NAMES[0]).write_bytes(little[f"mnist/{NAMES[1]}"])
    told = r"expected shape \(6, 28, 28\), uint8; received shape \(6,\), uint8"
    with settings.using(data_folder=tmp_path), pytest.raises(DataError, match=told):
        datasets.mnist()


def test_a_damaged_file_is_refused_not_replaced(little, server: _Server, tmp_path: Path) -> None:
    folder = tmp_path / "mnist"
    folder.mkdir()
    (folder / NAMES[0]).write_bytes(little[f"mnist/{NAMES[0]}"][:-50])
    with settings.using(data_folder=tmp_path), pytest.raises(DataError, match="ends early"):
        datasets.mnist()
    assert server.asked == []


def test_offline_it_says_so(little, monkeypatch: pytest.MonkeyPatch) -> None:
    offline = image_sets._MNIST._replace(mirrors=("http://127.0.0.1:9/",))
    monkeypatch.setattr(image_sets, "_MNIST", offline)
    with pytest.raises(
        DataError, match="Check the connection, or put the file into .*mnist by hand"
    ):
        datasets.mnist()
