"""Any table at all: told what it is, made into features and back, or refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.table import Table
from pellucid.errors import PellucidError
from pellucid.tabular.features import Features
from pellucid.tabular.overrides import Overrides, read_overrides
from pellucid.tabular.schema import ColumnSchema, infer_schema
from pellucid.tabular.schema_file import write_schema

N = 24

CELLS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(lambda v: [v]),
    st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=5),
    st.lists(st.sampled_from([1e-300, 5e-324, -1e300, 0.0, 1.7e308, -1.7e308, 0.1]), min_size=1),
    st.lists(st.text(max_size=4), min_size=1, max_size=N),
    st.lists(st.sampled_from(["low", "medium", "high", "yes", "no", "?"]), min_size=1),
    st.lists(st.dates().map(str), min_size=1, max_size=N),
    st.lists(st.sampled_from(["2020-01-01", "31/12/2020", "10-14", "Stage II", "5"]), min_size=1),
)


@st.composite
def columns(draw) -> list:
    """A column of N cells made of a few values, some of them missing."""
    values = draw(CELLS)
    gaps = draw(st.booleans())
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    cells = [values[k % len(values)] for k in random.permutation(N)]
    return [None if gaps and random.uniform() < 0.2 else cell for cell in cells]


TABLES = st.dictionaries(st.text(max_size=6), columns(), min_size=1, max_size=6).map(Table)


@given(TABLES, TABLES)
def test_any_table_is_described(table: Table, other: Table) -> None:
    target = table.names[-1]
    schema = infer_schema(table, target=target)
    assert [column.name for column in schema] == list(table.names)
    for column in schema:
        facts = json.loads(json.dumps(column.to_json(), allow_nan=False))
        assert ColumnSchema.from_json(facts) == column
        assert column.text("en") and column.text("zh")
    try:
        features = Features.fit(table, schema=schema)
    except PellucidError:
        assert not any(column.is_feature for column in schema)
        return
    features = Features.from_json(json.loads(json.dumps(features.to_json(), allow_nan=False)))
    encoding, matrix = features.robust(), features.matrix(table)
    assert matrix.shape == (N, len(features.columns))
    if encoding.names:
        assert np.isfinite(encoding.scale(encoding.spread(matrix)).numpy()).all()
    if encoding.codes is not None:
        codes = encoding.codes(matrix).numpy()
        assert (codes >= 1).all() and (codes < encoding.n_codes).all()
    assert not any(features.warnings(table))
    same_names = dict(zip(features.columns, other.columns.values(), strict=False))
    new = {c.name: same_names.get(c, table[c.name]) for c in features.columns}
    try:
        found = features.warnings(Table(new))
    except PellucidError as error:
        assert "\n" not in str(error)
        return
    assert len(found) == N


@given(table=TABLES)
def test_any_schema_comes_back_from_its_file(table: Table, tmp_path_factory) -> None:
    path: Path = tmp_path_factory.mktemp("schema") / "schema.toml"
    target = table.names[0]
    schema = infer_schema(table, target=target)
    write_schema(path, schema)
    read = read_overrides(path)
    assert read.target == (target,)
    assert infer_schema(table, overrides=read) == schema


@given(TABLES, st.data())
def test_any_decision_is_kept_or_refused(table: Table, data) -> None:
    name = data.draw(st.sampled_from(table.names))
    kinds = ("numeric", "categorical", "boolean", "ordinal", "date", "identifier", "text")
    kind = data.draw(st.sampled_from(kinds))
    try:
        schema = infer_schema(table, overrides=Overrides(kinds={name: kind}))
    except PellucidError as error:
        assert f"column '{' '.join(name.split())}"[:8] in str(error) and "\n" not in str(error)
        return
    (column,) = [each for each in schema if each.name == name]
    assert column.kind == kind
    if kind in ("identifier", "text"):
        assert not column.is_feature
