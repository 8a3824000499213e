"""The layers between raw columns and a network, against the same formulas in NumPy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pellucid.data import read_table
from pellucid.data.table import Table
from pellucid.errors import ArgumentError
from pellucid.nn.layer import LAYERS
from pellucid.nn.layers import Concatenate, Embedding, Flatten, Input
from pellucid.tabular.encoding import CategoryCodes, RobustScaleSmoothClip, SpreadColumns
from pellucid.tabular.features import Features
from pellucid.tabular.schema import infer_schema
from pellucid.train.model import Model

NAN = float("nan")


def robust(values: np.ndarray) -> np.ndarray:
    """Holzmüller et al. 2024, section 3: robust scaling, then smooth clipping."""
    first, median, third = np.quantile(values, [0.25, 0.5, 0.75])
    low, high = values.min(), values.max()
    scale = 1 / (third - first) if third > first else 2 / (high - low) if high > low else 0.0
    z = scale * (values - median)
    return z / np.sqrt(1 + (z / 3) ** 2)


def features_by_hand(table: Table, features: Features, max_one_hot: int) -> np.ndarray:
    """What `Features.robust` gives for the training rows, column by column."""
    matrix = features.matrix(table)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ("n", "s", "m", "h")}
    for column, codes in zip(features.columns, matrix.T, strict=True):
        missing = np.isnan(codes)
        n_levels = len([level for level in column.levels if level is not None])
        if column.kind in ("number", "ordinal", "date"):
            filled = np.where(missing, np.nanmedian(codes), codes)
            present = codes[~missing]
            first, median, third = np.quantile(present, [0.25, 0.5, 0.75])
            wide = third - first or (present.max() - present.min()) / 2
            z = (filled - median) / wide
            parts["n"].append(z / np.sqrt(1 + (z / 3) ** 2))
        elif column.kind == "boolean" or n_levels == 2:
            known = np.where(codes == 1, 1.0, np.where(codes == 0, -1.0, 0.0))
            parts["s"].append(robust(known))
        elif n_levels <= max_one_hot:
            parts["h"] += [robust((codes == level).astype(float)) for level in range(n_levels)]
        if column.is_number and missing.any():
            parts["m"].append(robust(missing.astype(float)))
    return np.stack([*parts["n"], *parts["s"], *parts["m"], *parts["h"]], axis=1)


TABLES = {
    "titanic/titanic-seaborn.csv": "survived",
    "stroke/healthcare-dataset-stroke-data.csv": "stroke",
    "diamonds/diamonds.csv.gz": "price",
    "bank-marketing/bank-full.csv.gz": "y",
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("max_one_hot", [9, 3])
def test_features_of_published_tables(name: str, max_one_hot: int, shared_data: Path) -> None:
    table = read_table(shared_data / name)
    table = table.take(np.arange(0, len(table), max(len(table) // 3000, 1)))
    features = Features.fit(table, schema=infer_schema(table, target=TABLES[name]))
    features = Features.from_json(json.loads(json.dumps(features.to_json())))
    encoding = features.robust(max_one_hot)
    found = encoding.scale(encoding.spread(features.matrix(table))).numpy()
    assert found.dtype == np.float32
    expected = features_by_hand(table, features, max_one_hot)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    n_features = len(encoding.names)
    assert found.shape == (len(table), n_features)
    assert len(encoding.sources) == len(encoding.is_number) == n_features
    used = {*encoding.sources, *encoding.embedded}
    assert used == {column.name for column in features.columns}
    assert list(encoding.is_number) == sorted(encoding.is_number, reverse=True)
    for name_of_column, size in zip(encoding.embedded, encoding.n_codes, strict=True):
        column = next(c for c in features.columns if c.name == name_of_column)
        assert size == len(column.levels) + 1


def test_categories_to_embed_have_a_code_for_the_unknown() -> None:
    towns = [f"town {k}" for k in range(12)] * 3
    features = Features.fit(Table({"town": [*towns, None], "n": range(37)}))
    encoding = features.robust()
    assert (encoding.embedded, encoding.n_codes) == (("town",), (14,))
    new = Table({"town": ["town 0", "elsewhere", None], "n": [1, 2, 3]})
    codes = encoding.codes(features.matrix(new)).numpy()
    assert codes.dtype == np.int32
    assert codes.tolist() == [[1], [0], [13]]
    complete = Features.fit(Table({"town": towns, "n": range(36)}))
    assert complete.robust().codes(complete.matrix(new)).numpy().tolist() == [[1], [0], [0]]


def test_unknown_and_missing_categories_are_zero_before_scaling() -> None:
    table = Table({"sex": ["f", "m", None] * 6, "site": ["a", "b", "c"] * 6})
    features = Features.fit(table)
    new = features.matrix(Table({"sex": ["x", None, "f"], "site": ["d", None, "b"]}))
    spread = features.robust().spread(new).numpy()
    assert spread.tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [-1, 0, 1, 0]]


def test_dates_become_days_and_waves() -> None:
    days = np.arange(0, 3 * 366, 7) + 0.5
    texts = [f"{np.datetime64('2019-03-01') + int(day)} 12:00" for day in days]
    features = Features.fit(Table({"seen": texts}))
    (column,) = features.columns
    assert (column.kind, column.cycles) == ("date", (365.2425, 7.0, 1.0))
    encoding = features.robust()
    matrix = features.matrix(Table({"seen": [*texts, None]}))
    found = encoding.scale(encoding.spread(matrix)).numpy()
    start = np.datetime64("2019-03-01").astype(int)
    angles = [2 * np.pi * (days + start) / period for period in column.cycles]
    expected = np.stack([np.sin(a) for a in angles] + [np.cos(a) for a in angles], axis=1)
    clipped = expected / np.sqrt(1 + (expected / 3) ** 2)
    np.testing.assert_allclose(found[:-1, 1:], clipped, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[:-1, 0], robust(days), rtol=1e-5)
    assert found[-1].tolist() == [0.0] * 7
    assert [name.split(" of ")[0] for name in encoding.names[1:]] == ["sine"] * 3 + ["cosine"] * 3
    # Ten years on, what a network sees is still below 3.
    later = encoding.spread(features.matrix(Table({"seen": ["2032-03-01 12:00"]})))
    assert 2 < encoding.scale(later).numpy()[0, 0] < 3


def test_no_waves_of_few_days() -> None:
    def cycles(days: int) -> tuple[float, ...]:
        texts = [str(np.datetime64("2020-01-01") + day) for day in range(days)]
        return Features.fit(Table({"seen": texts})).columns[0].cycles

    assert [cycles(days) for days in (12, 60, 800)] == [(), (7.0,), (365.2425, 7.0)]


def test_a_network_of_raw_columns_on_machine_code() -> None:
    table = Table(
        {
            "age": [50.0, NAN, 61, 48] * 5,
            "sex": ["f", "m", "m", None] * 5,
            "town": [f"t{k}" for k in range(10)] * 2,
            "seen": ["2020-01-02", "2020-03-04", None, "2022-05-06"] * 5,
        }
    )
    features = Features.fit(table)
    encoding = features.robust()
    columns = Input((len(features.columns),), dtype="float64")
    numbers = encoding.scale(encoding.spread(columns))
    towns = Flatten()(Embedding(encoding.n_codes[0], 2)(encoding.codes(columns)))
    model = Model(columns, Concatenate()([numbers, towns]))
    matrix = features.matrix(table)
    found = model.predict(matrix, verbose=0)
    expected = encoding.scale(encoding.spread(matrix)).numpy()
    np.testing.assert_allclose(found[:, :-2], expected, rtol=1e-5, atol=1e-6)
    weights = model.get_weights()[0]
    codes = encoding.codes(matrix).numpy()[:, 0]
    np.testing.assert_allclose(found[:, -2:], weights[codes], rtol=1e-6)


LAYERS_OF_ALL_KINDS = {
    "spread": SpreadColumns([0], [3.0], [1], [0], [[0, 7.0]], [[2, 3]], name="spread"),
    "scale": RobustScaleSmoothClip([1.0, 2.0, 3.0], [0.5, 0.0, 2.0], bound=2.0),
    "codes": CategoryCodes([2, 1]),
}


@pytest.mark.parametrize("name", LAYERS_OF_ALL_KINDS)
def test_layers_come_back_from_their_config(name: str) -> None:
    layer = LAYERS_OF_ALL_KINDS[name]
    again = LAYERS.get(json.loads(json.dumps(LAYERS.serialize(layer))))
    x = np.array([[4.0, 1.0, 2.0], [8.5, 0.0, -1.0]])
    np.testing.assert_array_equal(again(x).numpy(), layer(x).numpy())
    assert again(x).numpy().dtype == layer(x).numpy().dtype


@pytest.mark.parametrize("size", [1e-200, 1e200, 1e307])
def test_no_scale_overflows(size: float) -> None:
    values = np.array([1, 2, 4, 5.0]) * size
    features = Features.fit(Table({"a": values}))
    encoding = features.robust()
    found = encoding.scale(encoding.spread(features.matrix(Table({"a": values})))).numpy()[:, 0]
    assert found == pytest.approx(robust(np.array([1, 2, 4, 5.0])), rel=1e-6)
    far = features.matrix(Table({"a": [1.7e308, -1.7e308]}))
    if size > 1e300:
        wide = Features.fit(Table({"a": [-1.7e308, 1.7e308] * 5 + [0.0]})).robust()
        assert wide.scale(wide.spread(far)).numpy().ravel() == pytest.approx([0.493, -0.493], 1e-3)
    assert np.isfinite(encoding.scale(encoding.spread(far)).numpy()).all()


REFUSED = {
    "fill": (lambda: SpreadColumns([0, 1], [1.0]), "numbers and fill of one length; received 2"),
    "scale": (lambda: RobustScaleSmoothClip([0.0], []), "one length; received 1 and 0"),
    "bound": (lambda: RobustScaleSmoothClip([0.0], [1.0], bound=0), "above 0; received 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_figures_that_do_not_fit_are_refused(name: str) -> None:
    make, told = REFUSED[name]
    with pytest.raises(ArgumentError, match=told):
        make()
