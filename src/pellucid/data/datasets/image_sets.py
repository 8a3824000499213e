"""MNIST and Fashion-MNIST: found in a folder, in the cache, or downloaded once.

Both consist of four gzipped IDX files of the same names and shapes; they differ in content only,
which is why a folder that is not named after the set is believed only if the checksum agrees.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pellucid import settings
from pellucid.data.datasets.download import download
from pellucid.data.datasets.idx import read_idx
from pellucid.errors import DataError

Split = tuple[np.ndarray, np.ndarray]

# The largest part holds 47 MB of pixels.
_MOST_BYTES = 1 << 27


class _File(NamedTuple):
    """One part: `sha256` and `n_bytes` describe the official gzipped file."""

    name: str
    shape: tuple[int, ...]
    n_bytes: int
    sha256: str
    # Of the unpacked content, where known: it stays the same however the file was packed.
    sha256_unpacked: str | None = None


class _ImageSet(NamedTuple):
    name: str
    mirrors: tuple[str, ...]
    files: tuple[_File, _File, _File, _File]  # train images, train labels, test images, test labels


_MNIST = _ImageSet(
    name="mnist",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    files=(
        _File(
            "train-images-idx3-ubyte.gz",
            (60000, 28, 28),
            9912422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        _File(
            "train-labels-idx1-ubyte.gz",
            (60000,),
            28881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        _File(
            "t10k-images-idx3-ubyte.gz",
            (10000, 28, 28),
            1648877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        _File(
            "t10k-labels-idx1-ubyte.gz",
            (10000,),
            4542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
)

_FASHION_MNIST = _ImageSet(
    name="fashion_mnist",
    mirrors=(
        "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    files=(
        _File(
            "train-images-idx3-ubyte.gz",
            (60000, 28, 28),
            26421880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        _File(
            "train-labels-idx1-ubyte.gz",
            (60000,),
            29515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        _File(
            "t10k-images-idx3-ubyte.gz",
            (10000, 28, 28),
            4422102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        _File(
            "t10k-labels-idx1-ubyte.gz",
            (10000,),
            5148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
)


def mnist() -> tuple[Split, Split]:
    """Handwritten digits: `(x_train, y_train), (x_test, y_test)`, as Keras returns them.

    `x` (60000, 28, 28) and (10000, 28, 28) uint8, 0 paper to 255 ink; `y` (60000,) and (10000,)
    uint8, the digit. `mnist.load_data` is the same function, so that Keras programs run.

    The four IDX files, gzipped or not, are taken from `<data_folder>/mnist`, `<data_folder>` (if
    their checksums are MNIST's) or `<cache_folder>/datasets/mnist`, see `pellucid.settings`; else
    they are downloaded (11.6 MB), verified by SHA-256 and kept in the cache. Raises `DataError` for
    a damaged file and when there is no connection.

    Source: LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86 (1998); data by LeCun, Cortes & Burges, CC BY-SA 3.0.

    Example (downloads, therefore not run as a test)::

        (x_train, y_train), (x_test, y_test) = pellucid.datasets.mnist()
    """
    return _load(_MNIST)


def fashion_mnist() -> tuple[Split, Split]:
    """Pictures of clothes: `(x_train, y_train), (x_test, y_test)`, shaped exactly like `mnist`.

    `y` is 0 T-shirt/top, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker,
    8 bag, 9 ankle boot. Looked for in `<data_folder>/fashion_mnist`, `<data_folder>` (if the
    checksums agree) and the cache, else downloaded (30.9 MB), see `mnist`.

    Source: Xiao, Rasul & Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms", arXiv:1708.07747 (2017); MIT licence.

    Example (downloads, therefore not run as a test)::

        (x_train, y_train), (x_test, y_test) = pellucid.datasets.fashion_mnist()
    """
    return _load(_FASHION_MNIST)


# Keras writes `mnist.load_data()`, where `mnist` is a module; ours is a function.
mnist.load_data = mnist  # type: ignore[attr-defined]
fashion_mnist.load_data = fashion_mnist  # type: ignore[attr-defined]


def _load(image_set: _ImageSet) -> tuple[Split, Split]:
    x_train, y_train, x_test, y_test = (_part(image_set, file) for file in image_set.files)
    return (x_train, y_train), (x_test, y_test)


def _part(image_set: _ImageSet, file: _File) -> np.ndarray:
    path = _find(image_set, file) or _fetch(image_set, file)
    values = read_idx(path, max_bytes=_MOST_BYTES)
    if values.shape != file.shape or values.dtype != np.uint8:
        raise DataError(
            str(path),
            expected=f"shape {file.shape}, uint8",
            received=f"shape {values.shape}, {values.dtype}",
            hint=f"This is not a file of {image_set.name}; move it away.",
        )
    return values


def _find(image_set: _ImageSet, file: _File) -> Path | None:
    folder = settings.get("data_folder")
    here = []
    if folder is not None:
        here = _spellings(folder / image_set.name, file)
        here += [path for path in _spellings(folder, file) if _is_official(path, file)]
    return next(iter(here + _spellings(_cache(image_set), file)), None)


def _spellings(folder: Path, file: _File) -> list[Path]:
    names = (file.name, file.name.removesuffix(".gz"))
    return [folder / name for name in names if (folder / name).is_file()]


def _is_official(path: Path, file: _File) -> bool:
    if path.stat().st_size > _MOST_BYTES:
        return False
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() in (file.sha256, file.sha256_unpacked):
        return True
    try:
        with gzip.open(path) as unpacked:
            content = unpacked.read(_MOST_BYTES)
    except (OSError, EOFError, zlib.error):
        return False
    return hashlib.sha256(content).hexdigest() == file.sha256_unpacked


def _fetch(image_set: _ImageSet, file: _File) -> Path:
    return download(
        [mirror + file.name for mirror in image_set.mirrors],
        _cache(image_set) / file.name,
        sha256=file.sha256,
        n_bytes=file.n_bytes,
    )


def _cache(image_set: _ImageSet) -> Path:
    folder: Path = settings.get("cache_folder")
    return folder / "datasets" / image_set.name
