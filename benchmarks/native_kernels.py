"""The native target's generators, one by one, beside NumPy and beside the processor's peak.

    python -m benchmarks.native_kernels [--threads T] [--rounds R] [--json FILE] [PART ...]

A PART is a part of the name of a row; only rows that contain one are measured. In every round each
row's peak, our kernel and NumPy's take turns, so that a busy machine slows all three; shown are the
best and the median round. The peak is that of a loop of fused products on registers. NumPy's BLAS
gets as many threads as we use; run with OPENBLAS_CORETYPE unset, or it may be pinned to older
instructions. Kernels are called through ctypes: about 1 µs of each time.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)  # read when NumPy is loaded

import numpy as np  # noqa: E402

from pellucid.compiler.targets.native import elementary  # noqa: E402
from pellucid.compiler.targets.native.arithmetic import fma, like, unary  # noqa: E402
from pellucid.compiler.targets.native.contraction import (  # noqa: E402
    Contraction,
    from_maps,
    matrix_product,
)
from pellucid.compiler.targets.native.emit import (  # noqa: E402
    TYPES,
    Code,
    Module,
    Parameter,
    Value,
    vector,
)
from pellucid.compiler.targets.native.machine import host, load, object_code  # noqa: E402
from pellucid.compiler.targets.native.panels import contraction_kernel  # noqa: E402
from pellucid.compiler.targets.native.together import team  # noqa: E402
from pellucid.graph import Tensor, Variable, gradient, ops, toposort  # noqa: E402

Array = np.ndarray[Any, Any]
RNG = np.random.default_rng(0)


class Row(NamedTuple):
    """Something to measure: `ours` and `numpy` do the same work once; `work` is in flops or bytes.

    `peak` does `peak_work` of the same kind; `compile_ms` is what writing and compiling took.
    """

    name: str
    ours: Callable[[], None]
    numpy: Callable[[], Any] | None
    work: float
    compile_ms: float


def aligned(shape: Sequence[int], dtype: str) -> Array:
    """Zeros that start at a cache line, as the buffers of a program do."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size].view(dtype).reshape(tuple(shape))


def function(parameters: str, write: Callable[..., None]) -> tuple[Any, float]:
    """A compiled function of pointers "p" and integers "i", and the milliseconds it took."""
    begun = time.process_time()
    module = Module(host())
    kinds = {"p": "ptr", "i": "i64"}
    code = module.define("go", [Parameter(kinds[p], f"a{i}") for i, p in enumerate(parameters)])
    write(code, *code.arguments.values())
    code.ret()
    loaded = load(object_code(str(module), module.machine), ["go"])
    types = [ctypes.c_void_p if p == "p" else ctypes.c_int64 for p in parameters]
    return loaded.function("go", None, *types), (time.process_time() - begun) * 1e3


class Peak:
    """A loop of fused products on registers: what no kernel can exceed."""

    def __init__(self, dtype: str, threads: int, chains: int = 12, rounds: int = 20000) -> None:
        lanes = host().lanes(dtype)
        kind = vector(TYPES[dtype], lanes)

        def write(code: Code, target: Value, count: Value) -> None:
            with code.loop(0, count, carry=[code.value(0.0, kind)] * chains) as loop:
                half = code.value(0.5, kind)
                loop.carry([fma(x, half, half) for x in loop.carried])
            for i, value in enumerate(loop.results):
                code.store(value, code.at(target, i * lanes, TYPES[dtype]))

        self._call, _ = function("pi", write)
        self._targets = [aligned((chains * lanes,), dtype) for _ in range(threads)]
        self._threads, self._rounds = threads, rounds
        self._work = 2.0 * lanes * chains * rounds * threads

    def __call__(self) -> float:
        """Work a second, measured now."""
        begun = time.perf_counter()
        places = [target.ctypes.data for target in self._targets]
        if self._threads == 1:
            self._call(places[0], self._rounds)
        else:
            calls = [partial(self._call, place, self._rounds) for place in places]
            team(self._threads).run(calls)
        return self._work / (time.perf_counter() - begun)


def contraction_row(
    name: str,
    c: Contraction,
    shapes: Sequence[Sequence[int]],
    numpy: Callable[..., Any] | None,
    products: float,
    threads: int,
) -> Row:
    """A contraction of static size on arrays of these shapes (a, b, out)."""
    scratch_of: list[int] = []
    units_of: list[int] = []

    def write(code: Code, a: Value, b: Value, out: Value, scratch: Value, *rest: Value) -> None:
        kernel = contraction_kernel(code.module, c)
        scratch_of.append(kernel.scratch_bytes(0))
        units_of.append(kernel.units.count(0))
        kernel.call(code, [a, b, out], scratch, code.index(0), *rest)

    call, compile_ms = function("ppppii", write)
    a, b, out = (aligned(shape, c.dtype) for shape in shapes)
    a[...], b[...] = RNG.standard_normal(a.shape), RNG.standard_normal(b.shape)
    scratch = [aligned((scratch_of[0] + 64,), "uint8") for _ in range(threads)]
    units, pointers = units_of[0], [x.ctypes.data for x in (a, b, out)]
    rooms = [room.ctypes.data for room in scratch]

    def part(i: int) -> None:
        call(*pointers, rooms[i], units * i // threads, units * (i + 1) // threads)

    parts = [partial(part, i) for i in range(threads)]

    def ours(keep: Any = (scratch, a, b, out)) -> None:
        part(0) if threads == 1 else team(threads).run(parts)

    reference = None if numpy is None else lambda: numpy(a, b, out)
    return Row(name, ours, reference, 2.0 * products, compile_ms)


# Samples, inputs, outputs: wide layers, an MLP on images, a tiny one, one row, tall, large.
PRODUCTS = [(252, 512, 1024), (252, 1024, 1024), (128, 784, 256), (128, 256, 128),
            (128, 128, 10), (32, 30, 16), (32, 16, 1), (1, 784, 256), (36864, 288, 64),
            (2048, 2048, 2048)]  # fmt: skip


def product_rows(threads: int) -> Iterator[Callable[[], Row]]:
    """Forward, weight gradient and input gradient of dense layers: batch, in, out."""
    for dtype in ("float32", "float64"):
        for batch, n_in, n_out in PRODUCTS:
            size = f"{batch}x{n_in}x{n_out} {dtype}"
            x, w, y = (batch, n_in), (n_in, n_out), (batch, n_out)
            count = float(batch * n_in * n_out)
            for kind, sizes, rows, shapes, reference in (
                ("forward", (batch, n_in, n_out), (True, True), (x, w, y),
                 lambda a, b, out: np.matmul(a, b, out=out)),
                ("weights", (n_in, batch, n_out), (False, True), (x, y, w),
                 lambda a, b, out: np.matmul(a.T, b, out=out)),
                ("inputs", (batch, n_out, n_in), (True, False), (y, w, x),
                 lambda a, b, out: np.matmul(a, b.T, out=out)),
            ):  # fmt: skip
                c = matrix_product(*sizes, dtype, *rows)
                yield (
                    lambda n=f"{kind} {size}", c=c, s=shapes, r=reference, k=count: contraction_row(
                        n, c, s, r, k, threads
                    )
                )


CONVOLUTIONS = [("64x26x26x32 3x3 64", (64, 26, 26, 32), (3, 3, 32, 64), 1, "valid"),
                ("64x28x28x1 3x3 32", (64, 28, 28, 1), (3, 3, 1, 32), 1, "valid"),
                ("64x32x32x32 3x3 32 same", (64, 32, 32, 32), (3, 3, 32, 32), 1, "same"),
                ("64x16x16x64 3x3 64 same /2", (64, 16, 16, 64), (3, 3, 64, 64), 2,
                 "same")]  # fmt: skip


def convolution_rows(threads: int) -> Iterator[Callable[[], Row]]:
    """Convolutions and both their gradients, as the graph derives them."""
    for name, image, kernel, stride, padding in CONVOLUTIONS:
        x, w = (Variable(np.zeros(shape, np.float32)) for shape in (image, kernel))
        y = ops.conv(x, w, strides=stride, padding=padding)
        nodes = toposort([y, *gradient(ops.sum(y * y), [x, w])])
        found = [node for node in nodes if node.op == "contraction"]
        labels = {y: "conv"} | {
            node: "conv weights" if node.shape == kernel else "conv inputs" for node in found[1:]
        }
        count = float(np.prod([int(d) for d in y.shape]) * np.prod(kernel[:3]))
        for node in found:
            yield lambda n=f"{labels[node]} {name}", node=node, k=count: contraction_row(
                n, _of(node), _shapes(node), None, k, threads
            )


def _of(node: Tensor) -> Contraction:
    a, b = node.inputs
    maps = node.attrs["a_maps"], node.attrs["b_maps"]
    return from_maps(node.dtype, node.attrs["sizes"], (a.shape, b.shape), maps, node.attrs["out"])


def _shapes(node: Tensor) -> list[tuple[int, ...]]:
    return [tuple(int(d) for d in t.shape) for t in (*node.inputs, node)]  # type: ignore[call-overload]


FUNCTIONS: dict[str, tuple[Callable[..., Value], Callable[[Array], Array] | None]] = {
    "exp": (elementary.exp, np.exp),
    "expm1": (elementary.expm1, np.expm1),
    "log": (elementary.log, np.log),
    "log1p": (elementary.log1p, np.log1p),
    "tanh": (elementary.tanh, np.tanh),
    "sigmoid": (elementary.sigmoid, None),
    "erf": (elementary.erf, None),
    "sin": (elementary.sin, np.sin),
    "cos": (elementary.cos, np.cos),
    "arctan": (elementary.arctan, np.arctan),
    "sqrt": (lambda x: unary("sqrt", x), np.sqrt),
    "power": (
        lambda x: elementary.power(x, like(x, 2.3)),
        lambda x: np.power(x, x.dtype.type(2.3)),
    ),
    "mod": (lambda x: elementary.mod(x, like(x, 0.7)), lambda x: np.mod(x, x.dtype.type(0.7))),
}  # fmt: skip
_ELEMENTS = 16384


def function_rows(threads: int) -> Iterator[Callable[[], Row]]:
    """Elementary functions over 16,384 numbers, one thread; the unit is an element."""
    for name, (expression, reference) in FUNCTIONS.items():
        for dtype in ("float32", "float64"):
            yield lambda n=f"{name} {dtype}", e=expression, r=reference, d=dtype: _function_row(
                n, e, r, d
            )


def _function_row(name: str, expression: Any, reference: Any, dtype: str) -> Row:
    lanes, element = host().lanes(dtype), TYPES[dtype]

    def write(code: Code, source: Value, target: Value) -> None:
        with code.loop(0, _ELEMENTS, lanes) as loop:
            x = code.load(code.at(source, loop.index, element), vector(element, lanes))
            code.store(expression(x), code.at(target, loop.index, element))

    call, compile_ms = function("pp", write)
    x, y = aligned((_ELEMENTS,), dtype), aligned((_ELEMENTS,), dtype)
    x[:] = RNG.uniform(0.1, 4.0, _ELEMENTS)
    places = x.ctypes.data, y.ctypes.data
    run = None if reference is None else lambda: reference(x)
    return Row(name, lambda keep=(x, y): call(*places), run, float(_ELEMENTS), compile_ms)


def seconds(work: Callable[[], Any]) -> float:
    """How long one call takes; short ones are repeated to fill 100 µs."""
    begun = time.perf_counter()
    work()
    once = time.perf_counter() - begun
    if once > 1e-4:
        return once
    repeats = int(1e-4 / max(once, 1e-7)) + 1
    begun = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - begun) / repeats


def measure(row: Row, peak: Peak | None, rounds: int) -> dict[str, Any]:
    """All rounds of one row: rates of the peak, ours and NumPy's, taken in turn."""
    row.ours()
    rates: dict[str, list[float]] = {"peak": [], "ours": [], "numpy": []}
    for _ in range(rounds):
        if peak:
            rates["peak"].append(max(peak() for _ in range(3)))
        rates["ours"].append(row.work / seconds(row.ours))
        if row.numpy:
            rates["numpy"].append(row.work / seconds(row.numpy))
    found: dict[str, Any] = {"name": row.name, "compile_ms": round(row.compile_ms, 1)}
    for who, values in rates.items():
        if values:
            found[who] = {"best": max(values), "median": statistics.median(values)}
    found["seconds"] = row.work / max(rates["ours"])
    return found


def shown(found: dict[str, Any]) -> str:
    """One line of the table: 10⁹ operations (or elements) a second, best and median."""

    def rates(who: str) -> str:
        if who not in found:
            return f"{'':>15}"
        return f"{found[who]['best'] / 1e9:7.2f} {found[who]['median'] / 1e9:7.2f}"

    share = ""
    if "peak" in found:
        share = f"{100 * found['ours']['best'] / found['peak']['best']:4.0f} %"
    line = f"{found['name']:44}{rates('ours')}  {rates('numpy')}  {share:7}"
    return f"{line}{found['seconds'] * 1e6:10.2f} µs  {found['compile_ms']:6.1f} ms"


def main(arguments: Sequence[str]) -> None:
    """Measure, print a table, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json")
    chosen = parser.parse_args(arguments)
    _limit_blas(chosen.threads)
    peaks = {dtype: Peak(dtype, chosen.threads) for dtype in ("float32", "float64")}
    print(f"{host().family}, {chosen.threads} thread(s), {chosen.rounds} rounds; 10^9 a second")
    print(
        f"{'':44}{'ours':>7}{'median':>8}  {'NumPy':>7}{'median':>8}  of peak {'time':>9}  compile"
    )
    results = []
    for makers, of_peak in ((product_rows, True), (convolution_rows, True), (function_rows, False)):
        for make in makers(chosen.threads):
            row = make()
            if chosen.parts and not any(part in row.name for part in chosen.parts):
                continue
            dtype = "float64" if "float64" in row.name else "float32"
            results.append(measure(row, peaks[dtype] if of_peak else None, chosen.rounds))
            print(shown(results[-1]), flush=True)
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as file:
            json.dump({"machine": host().family, "threads": chosen.threads, "rows": results}, file)


def _limit_blas(threads: int) -> None:
    try:
        import threadpoolctl
    except ImportError:
        print("threadpoolctl is not installed: NumPy's BLAS uses as many threads as it likes")
        return
    threadpoolctl.threadpool_limits(threads)


if __name__ == "__main__":
    main(sys.argv[1:])
