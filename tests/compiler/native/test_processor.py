"""The identity of the processor: true, the same everywhere on it, different on another one."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pellucid.compiler.targets.native import objects, processor
from pellucid.compiler.targets.native.machine import host

needs_cpuid = pytest.mark.skipif(not objects.OWN_LOADER, reason="LLVM is asked on this system")


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    processor.identity.cache_clear()
    yield
    processor.identity.cache_clear()


def listed(name: str) -> str:
    """An entry of the kernel's own list."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(line.partition(": ")[2] for line in lines if line.partition("\t")[0] == name)


@needs_cpuid
def test_it_holds_what_the_kernel_knows() -> None:
    numbers = [int(text, 16) for text in processor.identity().split()]
    ebx, ecx, edx = numbers[1:4]
    assert struct.pack("<III", ebx, edx, ecx).decode() == listed("vendor_id")
    assert numbers[4] == 1  # the leaf of the family
    family, model = numbers[5] >> 8 & 15, numbers[5] >> 4 & 15 | numbers[5] >> 12 & 0xF0
    family += numbers[5] >> 20 & 0xFF if family == 15 else 0
    assert (family, model) == (int(listed("cpu family")), int(listed("model")))
    flags = set(listed("flags").split())
    assert bool(numbers[6] >> 12 & 1) == ("fma" in flags)
    assert bool(numbers[7] >> 25 & 1) == ("sse" in flags)


@needs_cpuid
def test_it_is_the_same_in_every_process_on_every_core() -> None:
    ask = "from pellucid.compiler.targets.native.processor import identity; print(identity())"
    answers = set()
    for core in sorted(os.sched_getaffinity(0))[:4]:
        code = f"import os; os.sched_setaffinity(0, {{{core}}}); {ask}"
        answers.add(subprocess.check_output([sys.executable, "-c", code], text=True).strip())
    assert answers == {processor.identity()}


@needs_cpuid
def test_one_feature_more_or_less_is_another_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    here = processor.identity()
    answers = list(processor._answers())
    for place in range(len(answers)):
        other = [*answers[:place], answers[place] ^ 1 << 16, *answers[place + 1 :]]
        monkeypatch.setattr(processor, "_answers", lambda other=other: iter(other))
        processor.identity.cache_clear()
        assert processor.identity() != here


def test_elsewhere_llvm_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "OWN_LOADER", False)
    assert processor.identity() == repr(host())


@needs_cpuid
def test_without_executable_memory_llvm_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(objects.Memory, "seal", refuse)
    assert processor.identity() == repr(host())
