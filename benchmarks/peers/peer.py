"""What a library must offer to take part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from benchmarks.problems import Array, Problem


class NotOfferedError(Exception):
    """The library does not do this work."""


@dataclass(frozen=True)
class Job:
    """A piece of work, ready to be timed.

    run: does n repeats and has finished when it returns.
    units: what is counted (steps, networks, calls) in one repeat.
    check: numbers that every library must compute alike.
    settings: ways to run, by name, each a function that turns to it; the fastest one is kept.
    """

    run: Callable[[int], object]
    units: int = 1
    check: list[float] = field(default_factory=list)
    settings: Mapping[str, Callable[[], object]] = field(default_factory=dict)


class Peer:
    """A library; a subclass imports it in `__init__` and overrides the work it does."""

    packages: tuple[str, ...] = ()

    def versions(self) -> dict[str, str]:
        """The version of every package that matters for the figures."""
        return {name: str(import_module(name).__version__) for name in self.packages}

    def note(self) -> str:
        """A word on how it ran, empty if there is nothing to say."""
        return ""

    def train(self, problem: Problem) -> Job:
        """Epochs of shuffled mini-batches with Adam; a repeat is an epoch, a unit a step."""
        raise NotOfferedError

    def search(self, problem: Problem) -> Job:
        """A repeat makes and trains one network from a new seed."""
        raise NotOfferedError

    def predict(self, problem: Problem) -> Job:
        """A repeat turns an array of inputs into an array of probabilities."""
        raise NotOfferedError

    def elementwise(self, problem: Problem) -> Job:
        """A repeat computes exp(x)·y + tanh(z) from arrays."""
        raise NotOfferedError


def calls(function: Callable[[], Any], get: Callable[[Any], Any] = lambda out: out) -> Job:
    """The job of calling `function`; `get` makes an array of what it returns, for the check."""

    def run(repeats: int) -> None:
        for _ in range(repeats):
            function()

    values: Array = get(function())
    return Job(run, check=[float(value) for value in values.ravel()[:16]])
