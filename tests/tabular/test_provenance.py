"""Which rows chose what: remembered, recognised in other files, and refused as a test."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from pellucid.data import read_table
from pellucid.data.datasets import wisconsin_original_csv
from pellucid.data.table import Table
from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.fingerprints import Sketch, row_fingerprints
from pellucid.tabular.provenance import Provenance

CHOICES = ("features", "weights", "epoch", "blend", "calibration", "threshold")


def _table(n: int, seed: int = 0) -> Table:
    random = np.random.default_rng(seed)
    return Table(
        {
            "age": random.integers(20, 90, n),
            "dose": random.normal(5, 2, n).round(5),
            "sex": random.choice(["f", "m"], n).astype(object),
        },
        source="ward.csv",
    )


def _record(table: Table, seed: int = 1) -> tuple[Provenance, np.ndarray]:
    test = np.random.default_rng(seed).random(len(table)) < 0.2
    return Provenance.of(table, dict.fromkeys(CHOICES, ~test) | {"test": test}), test


def _again(record: Provenance) -> Provenance:
    return Provenance.from_json(json.loads(json.dumps(record.to_json(), allow_nan=False)))


@pytest.mark.parametrize("n", [30, 5000])
def test_a_record_comes_back(n: int) -> None:
    record, test = _record(_table(n))
    back = _again(record)
    assert (back.n_rows, back.columns) == (n, ("age", "dose", "sex"))
    for part, other in zip(record.parts, back.parts, strict=True):
        assert part.uses == other.uses
        assert (part.rows == other.rows).all()
        assert (part.sketch.kept == other.sketch.kept).all()
    assert back.chosen_by(np.flatnonzero(~test)[:3]) == CHOICES
    assert back.chosen_by(test) == ()


def test_rows_that_chose_are_recognised_in_another_order_and_spelling() -> None:
    table = _table(500)
    record, test = _record(table)
    order = np.random.default_rng(2).permutation(500)
    other = table.take(order)
    spelled = Table(
        {
            "sex": np.array([f" {cell} " for cell in other["sex"]], object),
            "extra": np.arange(500),
            "dose": other["dose"].astype(np.float32),
            "age": np.array([f"{cell:.1f}" for cell in other["age"]], object),
        },
        source="new.xlsx",
    )
    seen = _again(record).seen(spelled)
    assert (seen.mask == ~test[order]).all()
    assert seen.chose == CHOICES
    with pytest.raises(DataError) as refused:
        _again(record).check_unseen(spelled)
    message = str(refused.value)
    assert f"{(~test).sum()} of 500 rows that chose its features, weights, epoch" in message
    assert message.startswith("new.xlsx: ")
    assert "\n" not in message


def test_one_row_that_chose_is_one_too_many() -> None:
    table = _table(400)
    record, test = _record(table)
    untouched = table.take(test)
    assert record.check_unseen(untouched).count == 0
    assert record.check_unseen(_table(300, seed=9)).count == 0
    rows = np.append(np.flatnonzero(test), np.flatnonzero(~test)[7])
    with pytest.raises(DataError, match=f"1 of {len(rows)} rows"):
        record.check_unseen(table.take(rows))


def test_another_target_makes_another_row() -> None:
    table = Table({"x": [1, 2, 3], "ill": ["no", "yes", "no"]})
    record = Provenance.of(table, {"weights": [0, 1, 2]})
    assert record.seen(Table({"x": [1, 2], "ill": ["yes", "yes"]})).mask.tolist() == [False, True]


def test_where_rows_repeat_by_nature_chance_is_allowed_for() -> None:
    """A table of 12 different rows: new cases are bound to look like old ones."""
    random = np.random.default_rng(3)

    def ward(n: int) -> Table:
        return Table({"a": random.integers(3, size=n), "b": random.integers(4, size=n)})

    record = Provenance.of(ward(300), {"weights": np.arange(300)})
    seen = record.check_unseen(ward(200))
    assert seen.count == 200 == seen.expected


def test_a_few_repeated_rows_do_not_open_the_door() -> None:
    table = _table(500)
    twice = Table({k: np.append(v, v[:10]) for k, v in table.columns.items()}, "ward.csv")
    record = Provenance.of(twice, {"weights": np.arange(510)})
    assert record.parts[0].sketch.repeated == 20
    strangers = _table(200, seed=5)
    few = Table({k: np.append(v, table[k][:5]) for k, v in strangers.columns.items()})
    assert record.check_unseen(few).count == 5  # as many may be twins by chance
    many = Table({k: np.append(v, table[k][:60]) for k, v in strangers.columns.items()})
    with pytest.raises(DataError, match="60 of 260 rows"):
        record.check_unseen(many)


def test_rows_of_the_table_itself_are_refused_by_number() -> None:
    record, test = _record(_table(100))
    record.check_unused(test)
    record.check_unused(np.flatnonzero(test)[:1])
    chosen = np.flatnonzero(~test)[0]
    with pytest.raises(DataError, match="1 of 2 rows that chose its features"):
        record.check_unused([int(np.flatnonzero(test)[0]), int(chosen)])
    with pytest.raises(ArgumentError, match="rows from 0 to 99"):
        record.check_unused([100])


def test_uses_overlap_as_they_did() -> None:
    table = _table(20)
    record = Provenance.of(
        table, {"weights": np.arange(3, 18), "epoch": np.arange(13, 18), "test": np.arange(3)}
    )
    assert [(part.uses, len(part.rows)) for part in record.parts] == [
        (("test",), 3),
        (("weights",), 10),
        (("weights", "epoch"), 5),
    ]
    assert record.chosen_by([15]) == ("weights", "epoch")
    assert record.chosen_by([19]) == ()
    told = record.choices()
    assert [(each["what"], each["n"], each["rows"]) for each in told] == [
        ("weights", 15, "4-18"),
        ("epoch", 5, "14-18"),
        ("test", 3, "1-3"),
    ]
    with pytest.raises(ArgumentError, match="weights"):
        Provenance.of(table, {"weights": [20]})


def test_seventy_thousand_rows_stay_small() -> None:
    record, _ = _record(_table(70_000))
    assert len(json.dumps(record.to_json())) < 260_000


def test_of_very_many_rows_an_even_part_is_kept() -> None:
    fingerprints = np.random.default_rng(4).integers(2**63, size=600_000).astype(np.uint64)
    sketch = Sketch.of(fingerprints)
    assert sketch.every == 8
    assert len(sketch.kept) == pytest.approx(600_000 / 8, rel=0.05)
    asked = sketch.asked(fingerprints)
    assert (sketch.holds(fingerprints) == asked).all()
    others = np.random.default_rng(5).integers(2**63, size=100_000).astype(np.uint64)
    assert sketch.holds(others).mean() < 1e-4


def test_fingerprints_of_a_real_table() -> None:
    table = read_table(wisconsin_original_csv())
    found = row_fingerprints(table, table.names)
    cells = list(zip(*(table.strings(name) for name in table.names), strict=True))
    assert len(np.unique(found)) == len(set(cells)) == 691  # 8 of 699 rows repeat another


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ([1.0], ["1"], True),
        ([0.1], np.array([0.1], np.float32).astype(float), True),
        ([-0.0], [0.0], True),
        ([1.0], [True], True),
        (["TRUE"], [1], True),
        ([None], [float("nan")], True),
        (np.array([""], object), np.array([None], object), True),
        ([1.0], [1.001], False),
        ([2**30 + 1.0], [2**30 + 2.0], False),
        (["a"], ["b"], False),
        (["1,5"], ["15"], False),
        ([0.0], [None], False),
    ],
)
def test_cells_that_are_the_same(first: list, second: list, same: bool) -> None:
    a, b = (row_fingerprints(Table({"x": each}), ["x"])[0] for each in (first, second))
    assert (a == b) is np.bool_(same)


def test_columns_are_not_confused() -> None:
    table = Table({"a": [1, 2], "b": [2, 1]})
    found = row_fingerprints(table, ["a", "b"])
    assert found[0] != found[1]
    assert (found == row_fingerprints(table, ["b", "a"])).all()


_DAMAGE = {
    "version": lambda facts: facts.update(version=2),
    "rows": lambda facts: facts.update(n_rows=10),
    "fewer bits": lambda facts: facts["parts"][0].update(bits=facts["parts"][0]["bits"][:-4]),
    "no text": lambda facts: facts["parts"][0]["sketch"].update(low="?"),
    "size": lambda facts: facts["parts"][0]["sketch"].update(kept=10**9),
    "steps": lambda facts: facts["parts"][0]["sketch"].update(every=3),
    "long runs": lambda facts: facts["parts"].append(
        {"uses": [], "n": 5, "runs": [[0, 10**15]], "sketch": facts["parts"][0]["sketch"]}
    ),
    "no part": lambda facts: facts.pop("parts"),
}


@pytest.mark.parametrize("name", _DAMAGE)
def test_damaged_records_are_not_read(name: str) -> None:
    record, _ = _record(_table(3000))
    facts = copy.deepcopy(record.to_json())
    _DAMAGE[name](facts)
    with pytest.raises((ValueError, KeyError)):
        Provenance.from_json(facts)
