"""Threads that run the same code: a barrier in machine code, and Python threads to call it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from pellucid.compiler.targets.native.emit import Code, Value

BARRIER_BYTES = 128
_GENERATION = 64  # on a cache line of its own: waiting threads read it, arriving ones do not
_SPINS = 2000  # about 50 µs; then the processor is left to others, as on a machine with too few


def wait_for_all(code: Code, place: Value, threads: int) -> None:
    """Wait until all threads have come here; the last one to arrive starts a new generation."""
    count, generation = place, code.at(place, _GENERATION, "i8")
    now = code.op("i64", f"load atomic i64, ptr {generation.text} monotonic, align 8")
    arrived = code.op("i64", f"atomicrmw add ptr {count.text}, i64 1 acq_rel")
    last, wait, done = code.label("last"), code.label("wait"), code.label("go")
    code.branch(arrived.equals(threads - 1), last, wait)
    code.start_block(last)
    code.do(f"store atomic i64 0, ptr {count.text} monotonic, align 8")
    following = now + 1
    code.do(f"store atomic i64 {following.text}, ptr {generation.text} release, align 8")
    code.jump(done)
    code.start_block(wait)
    _spin(code, generation, now, done)
    code.start_block(done)


def _spin(code: Code, generation: Value, now: Value, done: str) -> None:
    around, rest = code.label("spin"), code.label("rest")
    pause, calm = code.label("pause"), code.label("calm")
    before = code.block
    code.jump(around)
    code.start_block(around)
    spins = code.op("i64", "")
    place = len(code._lines) - 1
    seen = code.op("i64", f"load atomic i64, ptr {generation.text} acquire, align 8")
    code.branch(seen.differs(now), done, rest)
    code.start_block(rest)
    following = spins + 1
    code.branch(following > _SPINS, calm, pause)
    code.start_block(pause)
    if code.machine.triple.startswith("x86"):
        code.call("void", "llvm.x86.sse2.pause")
    code.jump(around)
    code.start_block(calm)
    code.module.declare("sched_yield", "declare i32 @sched_yield()")
    code.op("i32", "call i32 @sched_yield()")
    code.jump(around)
    sources = f"[ 0, %{before} ], [ {following.text}, %{pause} ], [ {following.text}, %{calm} ]"
    code._lines[place] = f"  {spins.text} = phi i64 {sources}"


class Team:
    """Python threads that wait for work; `run` gives each its number and returns when all are done.

    Machine code is called through ctypes, which lets go of the GIL. The calling thread is number 0.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._tasks: list[SimpleQueue[Any]] = [SimpleQueue() for _ in range(threads - 1)]
        self._done: SimpleQueue[BaseException | None] = SimpleQueue()
        self._lock = threading.Lock()
        for number, queue in enumerate(self._tasks, start=1):
            name = f"pellucid-{number}"
            threading.Thread(
                target=self._work, args=(number, queue), name=name, daemon=True
            ).start()

    def _work(self, number: int, queue: SimpleQueue[Any]) -> None:
        while True:
            task = queue.get()
            try:
                task(number)
                self._done.put(None)
            except BaseException as error:
                self._done.put(error)

    def run(self, task: Callable[[int], None]) -> None:
        """Call `task(number)` in every thread at the same time."""
        with self._lock:
            for queue in self._tasks:
                queue.put(task)
            task(0)
            errors = [self._done.get() for _ in self._tasks]
        for error in errors:
            if error is not None:
                raise error


_teams: dict[int, Team] = {}


def team(threads: int) -> Team:
    """The team of so many threads, started when first asked for."""
    if threads not in _teams:
        _teams[threads] = Team(threads)
    return _teams[threads]
