"""Results with known figures, for the tests of reports, files, pages and charts."""

from __future__ import annotations

from benchmarks.results import Result, Results, Row

MACHINE = {
    "processor": "Example 3000",
    "cores": 2,
    "memory_gb": 8,
    "system": "Linux x86_64",
    "python": "3.12.1",
}


def small() -> Result:
    """Ours takes 2 µs a step, JAX 12 µs, PyTorch 90 µs; scikit-learn fails, NumPy is off."""
    rows = [
        Row("pellucid", [2e-6, 2e-6, 4e-6], versions={"pellucid": "0.1.0"}, first=0.1),
        Row("jax", [12e-6, 12e-6, 24e-6], versions={"jax": "1.2"}, first=3.0),
        Row("torch", [90e-6, 90e-6, 180e-6], versions={"torch": "3.4"}, note="threads 1"),
        Row("numpy", [30e-6, 30e-6, 60e-6], difference=0.25, agrees=False),
        Row("sklearn", error="No module named 'sklearn'"),
    ]
    return Result("small", "2026-01-02", 3, "native", 0.1, rows)


def wide() -> Result:
    """A step takes 5 ms, and 4 ms at the peak of the machine."""
    rows = [Row("pellucid", [5e-3]), Row("peak", [4e-3]), Row("torch", [10e-3])]
    return Result("wide", "2026-01-02", 1, "native", 3.0, rows)


def process() -> Result:
    """Half a second and 100 MB; the fastest peer takes a second and a half, NumPy less than we."""
    rows = [
        Row("pellucid", [0.5], [0.7], [100e6]),
        Row("numpy", [0.4], [0.4], [40e6]),
        Row("jax", [2.0], [3.0], [300e6]),
        Row("sklearn", [1.5], [1.5], [120e6]),
    ]
    return Result("process-cold", "2026-01-02", 1, "native", 0.1, rows)


def results() -> Results:
    """All of them."""
    return Results(MACHINE, {each.workload: each for each in (small(), process(), wide())})
