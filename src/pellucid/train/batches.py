"""Batches: the rows of arrays in a new order each epoch, or whatever a user's iterable gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple, Protocol

import numpy as np

from pellucid.errors import ArgumentError, DataError
from pellucid.graph import Array
from pellucid.train.feeds import Feed, check_lengths


class Batch(NamedTuple):
    """Some samples: arrays in the order of a `Feed`, and how many samples they are."""

    feed: Feed
    rows: int


class Source(Protocol):
    """Where batches come from."""

    steps: int | None
    """Batches an epoch; None if not known."""

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, from the one at `start` on."""
        ...


class ArraySource:
    """Batches of arrays that are all there.

    `batch_size` None means all samples at once. With a `key`, every epoch has an order of its own,
    a function of the key and the number of the epoch alone, so that training can be resumed
    exactly. The last batch may be smaller. `steps` takes only so many batches of each epoch.
    """

    def __init__(
        self, feed: Feed, batch_size: int | None, key: int | None = None, steps: int | None = None
    ) -> None:
        self.feed = feed
        self.key = key
        self.batch_size = min(check_batch_size(batch_size) or feed.rows, feed.rows)
        available = math.ceil(feed.rows / self.batch_size)
        if steps is not None and not 1 <= steps <= available:
            raise ArgumentError("steps", expected=f"1 to {available} batches", received=steps)
        self.steps: int | None = steps or available

    def order(self, number: int) -> Array | None:
        """The order of the samples in an epoch; None where they are taken as they lie."""
        # All samples in one batch need no order: their sum does not depend on it.
        if self.key is None or self.batch_size >= self.feed.rows:
            return None
        if self._shuffle is None:
            self._shuffle = Shuffle(self.key)
        return self._shuffle.order(number, self.feed.rows)

    _shuffle: Shuffle | None = None

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, from the one at `start` on."""
        order = self.order(number)
        for step in range(start, self.steps or 0):
            yield self.batch(step, order)

    def batch(self, step: int, order: Array | None) -> Batch:
        """One batch of an epoch with this order."""
        first = step * self.batch_size
        last = min(first + self.batch_size, self.feed.rows)
        rows = slice(first, last) if order is None else order[first:last]
        return Batch(take(self.feed, rows), last - first)

    def rows(self, first: int, last: int) -> Array:
        """The number of samples in each of some batches."""
        starts = np.arange(first, last) * self.batch_size
        return np.minimum(self.feed.rows - starts, self.batch_size)


class StreamSource:
    """Batches from an iterable of (x, y) or (x, y, sample_weight), prepared one by one.

    An iterator goes on where the last epoch stopped; anything else starts again when it has come to
    its end. Without `steps` an epoch is one pass.
    """

    def __init__(
        self, stream: Any, prepare: Callable[[Any], Feed], steps: int | None, where: str
    ) -> None:
        length = len(stream) if hasattr(stream, "__len__") else None
        self.stream = stream
        self.prepare = prepare
        self.where = where
        self.limit = steps
        self.steps = steps or length
        self._iterator: Iterator[Any] | None = None

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch; those before `start` are read and dropped."""
        count = 0
        for item in islice(self._items(), start, self.limit):
            feed = self.prepare(item)
            check_lengths(feed, self.where)
            count += 1
            yield Batch(feed, feed.rows)
        if not count and not start:
            raise DataError(self.where, expected="at least one batch", received="none")

    def _items(self) -> Iterator[Any]:
        if self.limit is None:
            yield from self.stream
            return
        for _ in range(2):
            self._iterator = self._iterator or iter(self.stream)
            # Through islice, which leaves a generator open when this epoch ends.
            yield from islice(self._iterator, None)
            if self._iterator is self.stream:
                return
            self._iterator = None


class Shuffle:
    """The orders of samples that a key gives: Philox with this key, its counter at the epoch.

    To make a generator takes longer than to put 400 samples in order; this one is set back. Not for
    several threads at once.
    """

    def __init__(self, key: int) -> None:
        self._bits = np.random.Philox(key=key, counter=[0, 0, 0, 0])
        self._start: Any = self._bits.state
        self._random = np.random.Generator(self._bits)

    def order(self, epoch: int, rows: int) -> Array:
        """The order in an epoch, whatever came before."""
        self._start["state"]["counter"][3] = epoch
        self._bits.state = self._start
        return self._random.permutation(rows)


def permutation(key: int, epoch: int, rows: int) -> Array:
    """The order of the samples in an epoch, a function of these numbers alone."""
    return Shuffle(key).order(epoch, rows)


def take(feed: Feed, rows: slice | Array) -> Feed:
    """Some rows of every array; a slice gives views."""

    def part(array: Array | None) -> Array | None:
        if array is None:
            return None
        return array[rows] if isinstance(rows, slice) else array.take(rows, axis=0)

    x = [part(each) for each in feed.x]
    y, weights = [part(each) for each in feed.y], [part(each) for each in feed.weights]
    return Feed([each for each in x if each is not None], y, weights, feed.form)


def split(feed: Feed, fraction: float) -> tuple[Feed, Feed]:
    """All but the last `fraction` of the samples, and these, as Keras splits for validation."""
    if not 0.0 < fraction < 1.0:
        raise ArgumentError("validation_split", expected="a number in [0, 1)", received=fraction)
    at = math.floor(feed.rows * (1.0 - fraction))
    if at == 0 or at == feed.rows:
        raise DataError(
            "validation_split",
            expected="at least one sample on each side",
            received=f"{fraction} of {feed.rows} samples",
        )
    return take(feed, slice(0, at)), take(feed, slice(at, feed.rows))


def is_stream(value: Any) -> bool:
    """Whether a value gives batches one after the other, rather than being data itself."""
    if isinstance(value, list | tuple | dict | str | bytes | range):
        return False
    return not hasattr(value, "__array__") and hasattr(value, "__iter__")


def check_batch_size(size: int | None) -> int | None:
    """A whole number of samples, or None for all of them."""
    whole = isinstance(size, int | np.integer) and not isinstance(size, bool)
    if size is not None and (not whole or size < 1):
        expected = "a whole number of samples >= 1, or None for all of them"
        raise ArgumentError("batch_size", expected=expected, received=repr(size))
    return None if size is None else int(size)
