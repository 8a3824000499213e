"""What the processor can do at most: fused multiply-adds that never leave its registers.

Run in the same rounds as the libraries, it gives the time that a step's products would take at the
machine's peak, at the clock rate of that moment.
"""

from __future__ import annotations

import ctypes
import os
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

from benchmarks.peers.peer import Job, Peer
from benchmarks.problems import Problem

# Two units with a latency of four cycles need eight in flight; twelve fit 16 registers too.
_CHAINS = 12


class Peak(Peer):
    """A loop of independent chains of fused multiply-adds, on every core."""

    packages = ("llvmlite",)

    def __init__(self) -> None:
        self.llvm: Any = import_module("llvmlite.binding")
        self.llvm.initialize_native_target()
        self.llvm.initialize_native_asmprinter()
        self.lanes = self._lanes()
        self.cores = _cores()

    def note(self) -> str:
        """How wide, on how many cores."""
        return f"{self.lanes} lanes, {self.cores} threads"

    def train(self, problem: Problem) -> Job:
        """As many operations as the products of an epoch's steps have."""
        function = self._compiled()
        turn = 2 * _CHAINS * self.lanes
        turns = round(problem.workload.flops * problem.workload.steps / (turn * self.cores))
        pool = ThreadPoolExecutor(self.cores)

        def run(repeats: int) -> None:
            # A call through ctypes lets go of Python's lock.
            list(pool.map(function, [turns * repeats] * self.cores))

        return Job(run, problem.workload.steps)

    def _lanes(self) -> int:
        features = self.llvm.get_host_cpu_features()
        if features.get("avx512f"):
            return 16
        return 8 if features.get("fma") else 4

    def _compiled(self) -> Any:
        llvm = self.llvm
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
        )
        # Kept, because the code dies with its engine.
        self._engine = llvm.create_mcjit_compiler(
            llvm.parse_assembly(loop_text(self.lanes)), machine
        )
        self._engine.finalize_object()
        address = self._engine.get_function_address("spin")
        return ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_int64)(address)


def loop_text(lanes: int) -> str:
    """The loop in LLVM's language: ``spin(turns)`` makes `_CHAINS` multiply-adds a turn."""
    vector = f"<{lanes} x float>"
    chains = range(_CHAINS)
    factor = _splat(lanes, "0x3FEFF00000000000")  # just below one, so that nothing overflows
    addend = _splat(lanes, "0x3F50000000000000")
    starts = [
        f"  %a{k} = phi {vector} [ {_splat(lanes, f'{k + 1}.0')}, %entry ], [ %b{k}, %loop ]"
        for k in chains
    ]
    steps = [
        f"  %b{k} = call {vector} @llvm.fma.v{lanes}f32({vector} %a{k}, {vector} {factor}, "
        f"{vector} {addend})"
        for k in chains
    ]
    sums = [
        f"  %s{k} = fadd {vector} %{'b0' if k == 1 else f's{k - 1}'}, %b{k}" for k in chains[1:]
    ]
    return "\n".join(
        [
            f"declare {vector} @llvm.fma.v{lanes}f32({vector}, {vector}, {vector})",
            "define float @spin(i64 %turns) #0 {",
            "entry:",
            "  br label %loop",
            "loop:",
            "  %i = phi i64 [ 0, %entry ], [ %next, %loop ]",
            *starts,
            *steps,
            "  %next = add i64 %i, 1",
            "  %more = icmp slt i64 %next, %turns",
            "  br i1 %more, label %loop, label %end",
            "end:",
            *sums,
            f"  %result = extractelement {vector} %s{_CHAINS - 1}, i32 0",
            "  ret float %result",
            "}",
            'attributes #0 = { "prefer-vector-width"="512" "min-legal-vector-width"="512" }',
        ]
    )


def _splat(lanes: int, value: str) -> str:
    return "<" + ", ".join([f"float {value}"] * lanes) + ">"


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
