"""Batches: sizes, orders, resuming in the middle, and iterables of several kinds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import ArgumentError
from pellucid.train.batches import (
    ArraySource,
    Shuffle,
    StreamSource,
    is_stream,
    permutation,
    split,
)
from pellucid.train.feeds import Feed, class_weights


def _feed(rows: int) -> Feed:
    return Feed([np.arange(rows)], [np.arange(rows) * 10], [None], None)


def _rows(source: Any, epoch: int = 0, start: int = 0) -> list[list[int]]:
    return [batch.feed.x[0].tolist() for batch in source.epoch(epoch, start)]


@given(
    rows=st.integers(1, 60),
    size=st.integers(1, 70),
    key=st.none() | st.integers(0, 2**63 - 1),
    epoch=st.integers(0, 1000),
)
def test_an_epoch_holds_every_sample_once(rows: int, size: int, key: Any, epoch: int) -> None:
    source = ArraySource(_feed(rows), size, key)
    batches = list(source.epoch(epoch))
    assert len(batches) == source.steps == -(-rows // size)
    assert [batch.rows for batch in batches[:-1]] == [min(size, rows)] * (len(batches) - 1)
    seen = np.concatenate([batch.feed.x[0] for batch in batches])
    assert sorted(seen) == list(range(rows))
    for batch in batches:
        assert batch.feed.y[0] is not None
        assert (batch.feed.y[0] == 10 * batch.feed.x[0]).all()
        assert len(batch.feed.x[0]) == batch.rows


@pytest.mark.parametrize("start", range(5))
def test_an_epoch_can_begin_in_the_middle(start: int) -> None:
    source = ArraySource(_feed(37), 8, key=5)
    assert _rows(source, 3, start) == _rows(source, 3)[start:]


def test_only_the_first_steps_are_taken() -> None:
    assert _rows(ArraySource(_feed(10), 4, steps=2)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    with pytest.raises(ArgumentError, match="1 to 3"):
        ArraySource(_feed(10), 4, steps=4)


def test_orders_differ_between_epochs_and_keys() -> None:
    orders = {tuple(permutation(key, epoch, 30)) for key in range(5) for epoch in range(5)}
    assert len(orders) == 25


def test_the_last_part_is_held_out() -> None:
    train, held = split(_feed(10), 0.25)
    assert train.x[0].tolist() == list(range(7)) and held.x[0].tolist() == [7, 8, 9]


class _Restarting:
    def __iter__(self) -> Any:
        return iter(range(3))


def _one(number: int) -> Feed:
    return Feed([np.array([number])], [None], [None], None)


_STREAMS = {
    "one pass an epoch": (lambda: _Restarting(), None, [[0, 1, 2], [0, 1, 2]]),
    "fewer steps than items": (lambda: _Restarting(), 2, [[0, 1], [2, 0]]),
    "a generator goes on": (lambda: iter(range(9)), 4, [[0, 1, 2, 3], [4, 5, 6, 7]]),
    "a list of batches, as an iterator": (lambda: iter([7, 8]), None, [[7, 8]]),
}


@pytest.mark.parametrize("case", _STREAMS)
def test_streams_go_on_or_start_again(case: str) -> None:
    make, steps, expected = _STREAMS[case]
    source = StreamSource(make(), _one, steps, "fit")
    for number, numbers in enumerate(expected):
        assert [int(b.feed.x[0][0]) for b in source.epoch(number)] == numbers


def test_a_generator_is_left_open_between_epochs() -> None:
    closed: list[bool] = []

    def numbers() -> Any:
        try:
            yield from range(100)
        finally:
            closed.append(True)

    stream = numbers()
    source = StreamSource(stream, _one, 2, "fit")
    for epoch in range(3):
        list(source.epoch(epoch))
        assert not closed
    assert next(stream) == 6
    stream.close()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, 2], False),
        ({"a": 1}, False),
        (np.zeros(3), False),
        ("text", False),
        (range(3), False),
        (None, False),
        (iter([]), True),
        (_Restarting(), True),
        ((each for each in ()), True),
    ],
)
def test_data_and_streams_are_told_apart(value: Any, expected: bool) -> None:
    assert is_stream(value) is expected


def test_weights_of_classes_become_weights_of_samples() -> None:
    y = np.array([0, 1, 2, 1])
    expected = [0.5, 1.0, 3.0, 1.0]
    for targets in (y, y[:, None], y.astype(float), np.eye(3)[y]):
        assert class_weights(targets, {0: 0.5, 2: 3.0}, "fit").tolist() == expected


@pytest.mark.parametrize("rows", [1, 7, 30, 1001])
def test_an_order_does_not_depend_on_those_before(rows: int) -> None:
    key = 2**127 - 12345
    shuffle = Shuffle(key)
    for epoch in (0, 5, 1, 1, 2**63, 0):
        bits = np.random.Philox(key=key, counter=[0, 0, 0, epoch])
        fresh = np.random.Generator(bits).permutation(rows)
        np.testing.assert_array_equal(shuffle.order(epoch, rows), fresh)
        np.testing.assert_array_equal(permutation(key, epoch, rows), fresh)
