"""A predictor bound to its arrays gives what `predict` gives, also after the weights changed."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import settings
from pellucid.errors import ShapeError
from pellucid.nn.layers import Concatenate, Dense, Input
from pellucid.train import Model, Sequential


@pytest.mark.parametrize("target", ["numpy", "native"])
@pytest.mark.parametrize("rows", [1, 7])
def test_a_predictor_follows_the_weights(target: str, rows: int) -> None:
    with settings.using(target=target):
        model = Sequential([Input((30,)), Dense(16, "relu"), Dense(1, "sigmoid")])
        predict = model.predictor(rows)
        x = np.random.default_rng(0).standard_normal((rows, 30)).astype(np.float32)
        first = predict(x)
        np.testing.assert_allclose(first, model.predict(x), rtol=1e-6)
        model.set_weights([w * 2 for w in model.get_weights()])
        second = predict(x)
        np.testing.assert_allclose(second, model.predict(x), rtol=1e-6)
        assert not np.array_equal(first, second)


@pytest.mark.parametrize("target", ["numpy", "native"])
def test_several_inputs_and_outputs(target: str) -> None:
    with settings.using(target=target):
        a, b = Input((2,), name="a"), Input((3,), name="b")
        joined = Concatenate()([a, b])
        model = Model([a, b], [Dense(2)(joined), joined])
        predict = model.predictor(4)
        arrays = [np.ones((4, 2), np.float32), np.zeros((4, 3), np.float32)]
        for found, expected in zip(predict(*arrays), model.predict(arrays), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_another_number_of_rows_is_refused() -> None:
    with settings.using(target="native"):
        predict = Sequential([Input((3,)), Dense(1)]).predictor(2)
        with pytest.raises(ShapeError, match="made for this number of rows"):
            predict(np.ones((3, 3)))
