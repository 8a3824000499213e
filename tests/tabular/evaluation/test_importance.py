"""Importance where it is known: what is used counts, what is not does not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pellucid.data import kfold
from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.tabular.evaluation import correlated_columns, permutation_importance
from pellucid.tabular.evaluation.importance import association
from pellucid.tabular.task import Task

NUMBER = Task("y", "regression")
BINARY = Task("ill", "binary", ("no", "yes"))


def _table(n: int, seed: int) -> Table:
    random = np.random.default_rng(seed)
    return Table({name: random.normal(size=n) for name in "abc"})


def _sum(table: Table) -> np.ndarray:
    return 3 * table["a"] + table["b"]


def test_the_rise_is_twice_the_variance_it_explains() -> None:
    # Of a linear model without error: E(w·x' - w·x)² = 2 w² var(x).
    table = _table(4000, 1)
    found = permutation_importance(
        NUMBER, table, _sum(table), [(_sum, np.arange(4000))], ["c", "a", "b"]
    )
    assert [each["column"] for each in found] == ["a", "b", "c"]
    for each, weight in zip(found, (3, 1, 0), strict=True):
        expected = 2 * weight**2 * table[each["column"]].var()
        assert each["value"] == pytest.approx(expected, rel=0.05, abs=1e-12)
        assert each["low"] <= each["value"] <= each["high"]
    assert found[0]["low"] > found[1]["high"]
    json.dumps(found, allow_nan=False)


def test_each_fold_is_asked_of_its_own_model() -> None:
    table, asked = _table(60, 2), []

    def model(k: int):
        def predict(part: Table) -> np.ndarray:
            asked.append((k, len(part)))
            return np.full(len(part), float(k))

        return predict

    folds = [held for _, held in kfold(60, 3, seed=0)]
    found = permutation_importance(
        NUMBER, table, table["a"], [(model(k), rows) for k, rows in enumerate(folds)], ["a"]
    )
    assert set(asked) == {(k, 20) for k in range(3)}
    assert found[0]["value"] == 0


def test_rows_not_held_out_are_not_asked() -> None:
    table = _table(50, 3)
    seen: list[float] = []

    def predict(part: Table) -> np.ndarray:
        seen.extend(part["c"].tolist())
        return part["a"]

    permutation_importance(NUMBER, table, table["a"], [(predict, np.arange(10))], ["a"])
    assert set(seen) == set(table["c"][:10].tolist())


def test_twins_are_shuffled_together() -> None:
    table = _table(500, 4)
    twins = Table({**table.columns, "twin": table["a"]})

    def predict(part: Table) -> np.ndarray:
        return (part["a"] + part["twin"]) / 2

    models, names = [(predict, np.arange(500))], ["a", "twin", "b"]
    apart = permutation_importance(NUMBER, twins, table["a"], models, names)
    joint = permutation_importance(
        NUMBER, twins, table["a"], models, names, together=[("a", "twin", "gone")]
    )
    assert joint[0]["column"] == "a + twin"
    assert joint[0]["columns"] == ["a", "twin"]
    assert joint[0]["value"] > 3 * apart[0]["value"]


def test_classes_words_and_missing_cells() -> None:
    random = np.random.default_rng(5)
    words = np.array([None if k % 9 == 0 else "fm"[k % 2] for k in range(300)], dtype=object)
    table = Table({"sex": words, "x": random.normal(size=300)})
    p = np.where(words == "m", 0.8, 0.3)
    y = (random.random(300) < p).astype(int)

    def predict(part: Table) -> np.ndarray:
        p = np.where(part["sex"] == "m", 0.8, 0.3)
        return np.stack([1 - p, p], axis=1)

    found = permutation_importance(
        BINARY, table, y, [(predict, np.arange(300))], table.names, groups=np.arange(300) // 3
    )
    assert [each["column"] for each in found] == ["sex", "x"]
    assert found[0]["low"] > 0
    assert found[1]["value"] == 0


def test_of_many_rows_a_part_is_asked_and_the_seed_decides() -> None:
    table = _table(30_000, 6)
    sizes = []

    def predict(part: Table) -> np.ndarray:
        sizes.append(len(part))
        return part["a"]

    models = [(predict, np.arange(20_000)), (predict, np.arange(20_000, 30_000))]
    first, second, other = (
        permutation_importance(NUMBER, table, table["a"], models, ["a"], repeats=1, seed=seed)
        for seed in (1, 1, 2)
    )
    assert sum(sizes[:2]) == 10_000
    assert first == second
    assert first != other


@pytest.mark.parametrize("rows", [[np.arange(0)], [np.arange(5), np.arange(4, 9)]])
def test_rows_asked_twice_or_never_are_refused(rows: list[np.ndarray]) -> None:
    table = _table(20, 7)
    with pytest.raises(DataError, match="importance"):
        permutation_importance(NUMBER, table, table["a"], [(_sum, each) for each in rows], ["a"])


def test_columns_that_say_the_same_are_found() -> None:
    random = np.random.default_rng(8)
    cm = random.normal(170, 10, 400)
    size = np.array(["small", "middle", "large"], dtype=object)[np.digitize(cm, [165, 175])]
    english = np.array([{"small": "S", "middle": "M", "large": "L"}[each] for each in size], object)
    table = Table(
        {
            "cm": cm,
            "inch": np.round(cm / 2.54),
            "size": size,
            "noise": random.normal(size=400),
            "label": english,
            "coin": np.array(["h", "t"], dtype=object)[random.integers(2, size=400)],
        }
    )
    assert correlated_columns(table, table.names) == [("cm", "inch", "size", "label")]
    assert correlated_columns(table, ["noise", "coin"]) == []
    assert association(table, "size", "label") == pytest.approx(1)
    assert association(table, "noise", "coin") < 0.15
    assert association(table, "cm", "size") > 0.9


def test_chance_is_no_association() -> None:
    """Words of 40 levels explain much of 60 numbers by chance; that is taken off."""
    random = np.random.default_rng(9)
    found = []
    for _ in range(30):
        words = np.array([f"w{k}" for k in random.integers(40, size=60)], object)
        other = np.array([f"v{k}" for k in random.integers(20, size=60)], object)
        table = Table({"w": words, "v": other, "x": random.normal(size=60)})
        found.append((association(table, "w", "x"), association(table, "w", "v")))
    assert (np.median(found, axis=0) < 0.4).all()
