"""Drift: found where it was put, not found where there is none."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.tabular.evaluation import ColumnProfile, drift, profile

_NAMES = ("age", "pressure", "sex", "ward")


def _table(n: int, seed: int, shift: float = 0.0, ward: float = 0.2, gone: float = 0.05) -> Table:
    random = np.random.default_rng(seed)
    age = random.normal(60 + shift, 10, n).round()
    age[random.random(n) < gone] = np.nan
    wards = np.where(random.random(n) < ward, "icu", "ward")
    return Table(
        {
            "age": age,
            "pressure": random.normal(120, 15, n),
            "sex": random.choice(["f", "m"], n).astype(object),
            "ward": wards.astype(object),
        }
    )


def _by_name(found: dict) -> dict:
    return {each["column"]: each for each in found["columns"]}


def test_nothing_is_found_where_nothing_changed() -> None:
    known = profile(_table(2000, 1), _NAMES)
    quiet = [drift(known, _table(500, seed))["verdict"] == "none" for seed in range(2, 62)]
    assert sum(quiet) >= 57  # of 60; the rule errs once in a hundred


def test_what_changed_is_named_and_sized() -> None:
    known = profile(_table(2000, 1), _NAMES)
    found = drift(known, _table(800, 99, shift=9, ward=0.35))
    columns = _by_name(found)
    assert found["verdict"] == "large"
    assert found["n_different"] == 2
    assert [each["column"] for each in found["columns"]][:2] == ["age", "ward"]
    assert columns["age"]["size"] == "large"
    assert columns["ward"]["size"] == "moderate"
    assert columns["sex"]["size"] == "none"
    json.dumps(found, allow_nan=False)


def test_the_distance_is_kolmogorov_s() -> None:
    then, now = _table(1500, 1), _table(700, 2, shift=4)
    found = _by_name(drift(profile(then, ["age", "pressure"]), now))
    for name in ("age", "pressure"):
        values = [table[name][~table.missing(name)] for table in (then, now)]
        exact = ks_2samp(*values).statistic
        assert found[name]["ks"] == pytest.approx(exact, abs=0.01)
        assert found[name]["ks"] <= exact + 1e-12


def test_the_stability_index_by_hand() -> None:
    then = Table({"w": ["a"] * 60 + ["b"] * 40})
    now = Table({"w": ["a"] * 30 + ["b"] * 70})
    found = drift(profile(then, ["w"]), now)["columns"][0]
    p, q = np.array([60.5, 40.5]) / 101, np.array([30.5, 70.5]) / 101
    assert found["psi"] == pytest.approx(((q - p) * np.log(q / p)).sum())
    expected = chi2_contingency([[60, 40], [30, 70]], correction=False).pvalue
    assert found["p"] == pytest.approx(min(1, 2 * expected))


def test_new_levels_and_numbers_beyond_are_counted() -> None:
    then = Table({"w": ["a", "b"] * 50, "x": list(range(100))})
    now = Table({"w": ["a", " b ", "c", "c", "d", None], "x": [-1, 5, 99, 100, 3, None]})
    found = drift(profile(then, ["w", "x"]), now)
    columns = _by_name(found)
    assert columns["w"]["new_levels"] == {"c": 2, "d": 1}
    assert columns["w"]["n_new"] == 3
    assert columns["x"]["outside"] == 2
    assert found["share_new"] == pytest.approx(4 / 6)
    assert columns["w"]["missing_now"] == pytest.approx(1 / 6)


def test_more_missing_is_a_difference() -> None:
    known = profile(_table(2000, 1), _NAMES)
    found = _by_name(drift(known, _table(1000, 3, gone=0.3)))["age"]
    assert found["missing_then"] == pytest.approx(0.05, abs=0.02)
    assert found["missing_now"] == pytest.approx(0.3, abs=0.05)
    assert found["size"] == "small"  # the ages that are there are the same


def test_numbers_of_a_file_that_spells_them_as_text() -> None:
    known = profile(Table({"x": list(range(50))}), ["x"])
    found = drift(known, Table({"x": [str(k) for k in range(50)]}))
    assert found["columns"][0]["psi"] == pytest.approx(0, abs=1e-12)
    with pytest.raises(DataError, match="expected a number"):
        drift(known, Table({"x": ["1", "many"]}))


def test_words_where_numbers_were_expected_to_be_words() -> None:
    known = profile(Table({"code": ["1", "2"] * 30}), ["code"])
    found = drift(known, Table({"code": [1, 2] * 30}))
    assert found["verdict"] == "none"
    assert found["columns"][0]["n_new"] == 0


def test_absent_columns_are_said_and_empty_ones_survive() -> None:
    table = Table({"x": [1.0, 2.0, 3.0], "e": [None, None, None]})
    known = profile(table, ["x", "e"])
    found = drift(known, Table({"x": [None, None]}))
    assert found["absent"] == ["e"]
    assert found["columns"][0]["psi"] is None
    again = drift(known, table)
    assert again["verdict"] == "none"


def test_profiles_are_small_and_come_back() -> None:
    random = np.random.default_rng(4)
    words = np.array([f"w{k}" for k in random.zipf(1.5, 20_000) % 1000], object)
    table = Table({"x": random.normal(size=20_000), "w": words})
    known = profile(table, table.names)
    text = json.dumps([each.to_json() for each in known])
    assert len(text) < 10_000
    back = [ColumnProfile.from_json(each) for each in json.loads(text)]
    new = table.take(np.arange(300))
    assert drift(back, new) == drift(known, new)
    # Of 1000 words 200 are kept: one of the others is not called new.
    assert _by_name(drift(known, new))["w"]["n_new"] == 0
