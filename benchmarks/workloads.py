"""What is measured: one row a workload, and one row a library that takes part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_LEARNERS = ("numpy", "torch", "torch.compile", "jax", "sklearn", "keras-jax", "keras-tf")


@dataclass(frozen=True)
class Workload:
    """One thing to measure.

    `kind` is the method of a `Peer` that does it, or "process" or "import", which need no worker.
    `dims` are the widths of the layers, input first; `rows` the samples, `batch` those of a step.
    `goals` says how many times our time a peer's must be at least ("fastest": that of the fastest
    one); `seconds`, `megabytes` and `peak` bound our own figures. `tolerance` is how far the
    numbers that a peer computes may be from the NumPy twin's, relative to their size.
    """

    name: str
    kind: str
    unit: str
    title: str
    chinese: str
    peers: tuple[str, ...] = _LEARNERS
    dims: tuple[int, ...] = ()
    rows: int = 0
    batch: int = 0
    epochs: int = 0
    warm: bool = True
    tolerance: float = 1e-3
    goals: Mapping[str, float] = field(default_factory=dict)
    seconds: float | None = None
    megabytes: float | None = None
    peak: float | None = None

    @property
    def steps(self) -> int:
        """Whole mini-batches in an epoch."""
        return self.rows // self.batch if self.batch else 1

    @property
    def flops(self) -> float:
        """Multiplications and additions that the products of one training step need.

        Forward and weight gradients of every layer, input gradients of all but the first.
        """
        if self.kind != "train":
            return 0.0
        pairs = list(zip(self.dims, self.dims[1:], strict=False))
        products = 3 * sum(a * b for a, b in pairs) - pairs[0][0] * pairs[0][1]
        return 2.0 * self.batch * products


_SMALL = (30, 16, 1)

_ROWS = (
    Workload(
        name="small",
        kind="train",
        unit="step",
        title="Train 30-16-1 on 448 rows, batch 32",
        chinese="训练 30-16-1，448 行，批量 32",
        goals={"torch": 50, "jax": 5, "sklearn": 40},
        seconds=3e-6,
        dims=_SMALL,
        rows=448,
        batch=32,
    ),
    Workload(
        name="process-cold",
        kind="process",
        unit="process",
        title="The same as a whole process, 200 epochs, nothing cached",
        chinese="同一任务的完整进程，200 轮，无缓存",
        epochs=200,
        warm=False,
        tolerance=0.5,
        goals={"fastest": 2.5},
        megabytes=120,
        dims=_SMALL,
        rows=448,
        batch=32,
    ),
    Workload(
        name="process-warm",
        kind="process",
        unit="process",
        title="The same as a whole process, 200 epochs, compiled before",
        chinese="同一任务的完整进程，200 轮，已有编译缓存",
        epochs=200,
        tolerance=0.5,
        goals={"fastest": 2.5},
        megabytes=120,
        dims=_SMALL,
        rows=448,
        batch=32,
    ),
    Workload(
        name="mnist",
        kind="train",
        unit="step",
        title="Train 784-256-128-10, batch 128",
        chinese="训练 784-256-128-10，批量 128",
        peers=(*_LEARNERS, "peak"),
        dims=(784, 256, 128, 10),
        rows=12800,
        batch=128,
        goals={"torch": 3.5, "jax": 1.7},
    ),
    Workload(
        name="wide",
        kind="train",
        unit="step",
        title="Train 512-1024-1024-10, batch 256",
        chinese="训练 512-1024-1024-10，批量 256",
        peers=(*_LEARNERS, "peak"),
        dims=(512, 1024, 1024, 10),
        rows=2560,
        batch=256,
        goals={"torch": 2.2, "jax": 1.15},
        peak=0.75,
    ),
    Workload(
        name="deep",
        kind="train",
        unit="step",
        title="Train 200 layers of width 64, batch 64",
        chinese="训练 200 层、每层宽 64，批量 64",
        dims=(64,) * 200 + (10,),
        rows=640,
        batch=64,
        tolerance=1e-2,
        goals={"torch": 10},
    ),
    Workload(
        name="search",
        kind="search",
        unit="network",
        title="Many networks 30-16-1 in a loop, new seed each, 50 epochs",
        chinese="循环训练许多 30-16-1 网络，每个换种子，50 轮",
        epochs=50,
        tolerance=0.5,
        goals={"torch": 30},
        dims=_SMALL,
        rows=448,
        batch=32,
    ),
    Workload(
        name="predict-1",
        kind="predict",
        unit="call",
        title="Predict one row, 30-16-1",
        chinese="预测一行，30-16-1",
        peers=("pellucid-batch", *_LEARNERS, "onnxruntime"),
        dims=_SMALL,
        rows=1,
        tolerance=1e-5,
        goals={"onnxruntime": 1},
        seconds=3e-6,
    ),
    Workload(
        name="predict-1000",
        kind="predict",
        unit="call",
        title="Predict 1,000 rows, 30-16-1",
        chinese="预测 1,000 行，30-16-1",
        peers=("pellucid-batch", *_LEARNERS, "onnxruntime"),
        dims=_SMALL,
        rows=1000,
        tolerance=1e-5,
        goals={"onnxruntime": 1},
    ),
    Workload(
        name="elementwise",
        kind="elementwise",
        unit="call",
        title="exp(x)·y + tanh(z), a million floats",
        chinese="exp(x)·y + tanh(z)，一百万个浮点数",
        peers=("numpy", "torch", "torch.compile", "jax"),
        rows=1_000_000,
        tolerance=1e-5,
        goals={"numpy": 5},
    ),
    Workload(
        name="import",
        kind="import",
        unit="process",
        title="Start Python and import what a first network needs",
        chinese="启动 Python 并导入第一个网络所需的模块",
        peers=("numpy", "torch", "jax", "sklearn", "keras-jax", "keras-tf", "onnxruntime"),
    ),
)

WORKLOADS: Mapping[str, Workload] = {row.name: row for row in _ROWS}


@dataclass(frozen=True)
class Library:
    """A library that takes part: where its `Peer` stands, and what its process is given.

    `statement` imports it; `job` is the program in `benchmarks/jobs` that does a whole process.
    """

    name: str
    label: str
    peer: str
    statement: str = "pass"
    job: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Whether it is this library, in one form or another."""
        return self.name.startswith("pellucid")

    @property
    def at_home(self) -> bool:
        """Whether it runs in the interpreter that runs the benchmarks."""
        return self.ours or self.name == "peak"


OURS = "pellucid"
SOURCE = "pellucid-numpy"  # ours too, but as NumPy source; left out where that is the default
_IMPORT = "from pellucid import Sequential, layers, losses, optimizers"
_KERAS = "import keras"

_LIBRARIES = (
    Library(OURS, "Pellucid", "pellucid_api:Pellucid", _IMPORT, "pellucid_job"),
    Library(
        SOURCE,
        "Pellucid, NumPy source",
        "pellucid_api:Pellucid",
        _IMPORT,
        "pellucid_job",
        {"PELLUCID_TARGET": "numpy"},
    ),
    Library("pellucid-batch", "Pellucid, predict_on_batch", "pellucid_api:PellucidByBatch"),
    Library("numpy", "NumPy by hand", "numpy_twin:NumPyTwin", "import numpy", "numpy_job"),
    Library("torch", "PyTorch", "pytorch:PyTorch", "import torch", "torch_job"),
    Library(
        "torch.compile",
        "PyTorch, torch.compile",
        "pytorch:CompiledPyTorch",
        "import torch",
        "torch_compile_job",
    ),
    Library("jax", "JAX", "jax_scan:Jax", "import jax, jax.numpy", "jax_job"),
    Library(
        "sklearn",
        "scikit-learn",
        "scikit_learn:ScikitLearn",
        "import sklearn.neural_network",
        "sklearn_job",
    ),
    Library(
        "keras-jax",
        "Keras 3 on JAX",
        "keras3:Keras",
        _KERAS,
        "keras_job",
        {"KERAS_BACKEND": "jax"},
    ),
    Library(
        "keras-tf",
        "Keras 3 on TensorFlow",
        "keras3:Keras",
        _KERAS,
        "keras_job",
        {"KERAS_BACKEND": "tensorflow"},
    ),
    Library("onnxruntime", "onnxruntime", "onnx_runtime:OnnxRuntime", "import onnxruntime"),
    Library("peak", "Peak of the machine (FMA)", "peak:Peak"),
)

LIBRARIES: Mapping[str, Library] = {row.name: row for row in _LIBRARIES}
