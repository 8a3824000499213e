"""Threads that run the same code: a barrier in machine code, and Python threads to call it."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from operator import call
from queue import SimpleQueue

from pellucid.compiler.targets.native.emit import Code, Module, Parameter, Value

BARRIER_BYTES = 128
_GENERATION = 64  # on a cache line of its own: waiting threads read it, arriving ones do not
_SPINS = 2000  # about 50 µs; then the processor is left to others, as on a machine with too few


def wait_for_all(code: Code, place: Value, threads: int) -> None:
    """Wait until all threads have come here; one function a module, called where it is needed."""
    module = code.module
    function = module.shared(("wait", threads), lambda: _write_wait(module, threads))
    code.call("void", function.name, place)


def _write_wait(module: Module, threads: int) -> Code:
    code = module.define("wait_for_all", [Parameter("ptr", "barrier")], visible=False)
    _wait(code, code.arguments["barrier"], threads)
    code.ret()
    return code


def _wait(code: Code, place: Value, threads: int) -> None:
    """Count arrivals; the last thread to arrive starts a new generation."""
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


class _Job:
    """One function for each thread, and how far they are."""

    def __init__(self, parts: Sequence[Callable[[], object]]) -> None:
        self.parts = parts
        self.sent = 0
        self.own: list[object] = []
        self.finished: deque[BaseException | None] = deque()
        self.news: SimpleQueue[None] = SimpleQueue()

    def do(self, number: int) -> None:
        """The part of a thread of the team."""
        error = None
        try:
            self.parts[number]()
        except BaseException as caught:
            error = caught
        self.finished.append(error)
        self.news.put(None)

    def go_on(self, queues: Sequence[SimpleQueue[_Job]]) -> None:
        """The part of the caller, from wherever Ctrl-C stopped it."""
        while self.sent < len(queues):
            queues[self.sent].put(self)  # if it is put twice, the thread leaves out the second one
            self.sent += 1
        if not self.own:
            # All in C: either the part has run and is noted down, or it has not begun.
            self.own.extend(map(call, self.parts[:1]))
        while len(self.finished) < len(queues):
            self.news.get()


class Team:
    """Python threads that wait for work; `run` gives each its part and returns when all are done.

    Machine code is called through ctypes, which lets go of the GIL. The calling thread does part 0.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._queues: list[SimpleQueue[_Job]] = [SimpleQueue() for _ in range(threads - 1)]
        self._lock = threading.Lock()
        for number, queue in enumerate(self._queues, start=1):
            name = f"pellucid-{number}"
            threading.Thread(
                target=self._work, args=(number, queue), name=name, daemon=True
            ).start()

    def _work(self, number: int, queue: SimpleQueue[_Job]) -> None:
        last = None
        while True:
            job = queue.get()
            if job is not last:
                job.do(number)
            last = job

    def run(self, parts: Sequence[Callable[[], object]]) -> None:
        """Call each of the parts, one for every thread, at the same time.

        Raises what a part raises, when all are done. Ctrl-C is raised then too: threads that wait
        for each other must all begin and all end.
        """
        job = _Job(parts)
        caught: BaseException | None = None
        with self._lock:
            while True:
                try:
                    job.go_on(self._queues)
                    break
                except KeyboardInterrupt as interrupt:
                    caught = interrupt
                except BaseException as error:
                    caught = error
                    job.own.append(error)
        for failed in (caught, *job.finished):
            if failed is not None:
                raise failed


_teams: dict[int, Team] = {}
_starting = threading.Lock()


def team(threads: int) -> Team:
    """The team of so many threads, started when first asked for."""
    with _starting:
        if threads not in _teams:
            _teams[threads] = Team(threads)
        return _teams[threads]


def _forget() -> None:
    """A forked process has none of the threads, and maybe a lock that nobody will open."""
    global _starting
    _starting = threading.Lock()
    _teams.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
