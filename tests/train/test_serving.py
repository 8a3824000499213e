"""A predictor bound to its arrays gives what `predict` gives, also after the weights changed."""

from __future__ import annotations

import ctypes
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pellucid import settings
from pellucid.errors import ArgumentError, DataError, GraphError, ShapeError
from pellucid.nn.layers import Concatenate, Dense, Embedding, Flatten, Input
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


def network(target: str) -> Sequential:
    with settings.using(target=target):
        return Sequential([Input((30,)), Dense(16, "relu"), Dense(1, "sigmoid")])


@pytest.mark.parametrize("rows", [1, 2, 31, 1000, 40_000])
def test_the_short_way_gives_what_the_long_way_gives(rows: int) -> None:
    model = network("native")
    x = np.random.default_rng(0).standard_normal((rows, 30)).astype(np.float32)
    long = model.predict(x)
    np.testing.assert_array_equal(model.predict(x), long)
    np.testing.assert_array_equal(model.predict_on_batch(x), long)
    np.testing.assert_array_equal(model.predict(x.astype(np.float64)), long)
    np.testing.assert_array_equal(model.predict(np.asfortranarray(x)), long)
    np.testing.assert_array_equal(model.predict(x[::-1]), long[::-1])
    np.testing.assert_array_equal(model.predict(x, batch_size=7), long)
    model.set_weights([w * 2 for w in model.get_weights()])
    assert not np.array_equal(model.predict(x), long)


def test_an_answer_is_not_written_over_by_the_next() -> None:
    model = network("native")
    x = np.random.default_rng(0).standard_normal((600, 30)).astype(np.float32)
    model.predict(x)
    first = model.predict(x)
    kept = first.copy()
    second = model.predict(-x)
    np.testing.assert_array_equal(first, kept)
    assert not np.array_equal(first, second)


def test_data_that_do_not_fit_are_refused_by_the_short_way_too() -> None:
    model = network("native")
    x = np.zeros((4, 30), np.float32)
    model.predict(x)
    for wrong in (np.zeros((4, 29), np.float32), np.zeros(30, np.float32)):
        with pytest.raises(DataError):
            model.predict(wrong)
        with pytest.raises(DataError):
            model.predict_on_batch(wrong)
    assert model.predict_on_batch(np.zeros((0, 30), np.float32)).shape == (0, 1)


def test_threads_may_predict_at_the_same_time() -> None:
    model = network("native")
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal((500, 30)).astype(np.float32) for _ in range(8)]
    expected = [model.predict(x) for x in arrays]

    def work(number: int) -> bool:
        results = [model.predict(arrays[number]) for _ in range(100)]
        return all(np.array_equal(result, expected[number]) for result in results)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(8)))


def test_a_chain_that_grew_has_a_new_short_way() -> None:
    model = Sequential([Input((3,)), Dense(4)])
    x = np.ones((2, 3), np.float32)
    model.predict(x)
    assert model.predict(x).shape == (2, 4)
    model.add(Dense(5))
    model.predict(x)
    assert model.predict(x).shape == (2, 5)


def test_categories_out_of_range_are_refused_after_the_first_call() -> None:
    model = Sequential([Input((2,), dtype="int32"), Embedding(5, 3), Flatten(), Dense(1)])
    good, bad = np.array([[1, 4]], np.int32), np.array([[1, 5]], np.int32)
    for _ in range(2):
        assert model.predict(good).shape == (1, 1)
    with pytest.raises(ArgumentError, match="out of range"):
        model.predict(bad)
    assert model.predict(good).shape == (1, 1)


def test_with_checks_a_bound_program_is_guarded() -> None:
    with settings.using(checks=True, target="native"):
        model = network("native")
        x = np.random.default_rng(0).standard_normal((9, 30)).astype(np.float32)
        predict = model.predictor(9)
        np.testing.assert_allclose(predict(x), model.predict(x), rtol=1e-6)
        bound = model._setup.program("predict").runner.bound(9)  # type: ignore[attr-defined]
        before = ctypes.c_float.from_address(bound.outputs[0].ctypes.data - 4)
        before.value = 1.0
        with pytest.raises(GraphError, match="written before"):
            bound()
