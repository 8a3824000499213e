"""What the processes of a benchmark are given, and on what machine they ran."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What pins a library to an older processor or to fewer threads, and our own checks: without them
# every library takes all cores and the kernels it would choose itself.
_UNSET = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OMP_WAIT_POLICY",
    "MKL_NUM_THREADS",
    "PELLUCID_CHECKS",
    "PELLUCID_THREADS",
    "XLA_FLAGS",
)

# All stay on the processor, and quiet.
_SET = {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a worker or a job."""
    kept = {name: value for name, value in os.environ.items() if name not in _UNSET}
    return {**kept, **_SET, **extra}


def peer_python(given: str | None) -> str:
    """The interpreter of the peers: given, named by PELLUCID_PEERS_PYTHON, or this one."""
    return given or os.environ.get("PELLUCID_PEERS_PYTHON") or sys.executable


def cores() -> int:
    """The processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> dict[str, str | int]:
    """Processor, cores, memory, system, Python."""
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory_gb": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def load() -> float:
    """How many processes wanted a processor in the last minute; nan where nobody counts."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return platform.processor() or platform.machine()
    fields: dict[str, str] = {}
    for line in info.read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    name = fields.get("model name", platform.machine())
    flags = fields.get("flags", "").split()
    widest = [each for each in ("avx512f", "avx2") if each in flags][:1]
    return " · ".join([name, *widest])


def _memory() -> int:
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names:
        return 0
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def target() -> str:
    """What our compiled programs run on by default."""
    from pellucid import settings

    return str(settings.get("target"))
