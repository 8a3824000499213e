"""Prediction: many rows in as few calls as memory allows, outputs in the model's own form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.errors import DataError
from pellucid.graph import Array
from pellucid.nn.structure import pack
from pellucid.train.batches import check_batch_size, is_stream, take
from pellucid.train.callbacks.group import CallbackList
from pellucid.train.feeds import Feed
from pellucid.train.interface import Interface
from pellucid.train.progress import Progress
from pellucid.train.setup import Setup, unpack
from pellucid.train.steps import FEWEST_ROWS, chunk_rows


def run_prediction(
    setup: Setup,
    x: Any,
    batch_size: int | None,
    steps: int | None,
    callbacks: CallbackList,
    progress: Progress,
) -> Any:
    """The outputs for all rows of x."""
    parts: list[list[Array]] = []
    form: Interface | None = None
    callbacks.on_predict_begin()
    for number, feed in enumerate(_batches(setup, x, batch_size, steps)):
        form = feed.form
        callbacks.on_predict_batch_begin(number)
        outputs = setup.predictor(feed.form)(*feed.x)
        parts.append(outputs)
        callbacks.on_predict_batch_end(number, {"outputs": outputs})
        progress.advance(feed.rows, dict)
    callbacks.on_predict_end()
    progress.close()
    if form is None:
        raise DataError("predict", expected="at least one batch", received="none")
    setup.shorten(form)
    joined = parts[0] if len(parts) == 1 else [np.concatenate(p) for p in zip(*parts, strict=True)]
    return pack(form.outputs, list(joined))


def _batches(setup: Setup, x: Any, batch_size: int | None, steps: int | None) -> Iterator[Feed]:
    if is_stream(x):
        for number, item in enumerate(x):
            if number == steps:
                return
            yield setup.inputs(unpack(item)[0], "predict")
        return
    feed = setup.inputs(x, "predict")
    size = check_batch_size(batch_size) or max(FEWEST_ROWS, feed.rows)
    if batch_size is None and feed.rows > FEWEST_ROWS:
        size = chunk_rows(setup.predictor(feed.form))
    count = max(1, -(-feed.rows // size))
    for number in range(count if steps is None else min(count, steps)):
        yield take(feed, slice(number * size, (number + 1) * size))
