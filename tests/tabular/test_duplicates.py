"""Copies among columns: found where they are, and not where chance made them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import read_table
from pellucid.data.table import Table
from pellucid.tabular.duplicates import Candidate, find_duplicates, find_told
from pellucid.tabular.partitions import log_divisions, numbered
from pellucid.tabular.schema import infer_schema

RANDOM = np.random.default_rng(3)
N = 120
NUMBER = RANDOM.normal(size=N)
GAPS = np.where(RANDOM.uniform(size=N) < 0.2, np.nan, NUMBER)
WORD = np.array(["red", "green", "blue", None], object)[RANDOM.integers(0, 4, N)]
CODE = np.array([{"red": 7.0, "green": 1.0, "blue": 3.0, None: np.nan}[w] for w in WORD])
WORDS = np.array([None if w is None else f"the {w} one" for w in WORD], object)
MONTH = RANDOM.integers(0, 6, N)

# Two columns, and how the second repeats the first, or None.
PAIRS = {
    "equal numbers": (NUMBER, NUMBER.copy(), "same"),
    "equal text": (WORD, WORD.copy(), "same"),
    "equal with gaps": (GAPS, GAPS.copy(), "same"),
    "Fahrenheit": (NUMBER, 1.8 * NUMBER + 32, "affine"),
    "years ago": (NUMBER, 2020 - NUMBER, "affine"),
    "in millions": (NUMBER * 1e6, NUMBER, "affine"),
    "far from zero": (NUMBER, NUMBER + 1e6, "affine"),
    "with gaps in the same places": (GAPS, -3 * GAPS, "affine"),
    "a code for each word": (CODE, WORD, "recoded"),
    "other words": (WORD, WORDS, "recoded"),
    "other gaps": (NUMBER, GAPS, None),
    "not quite": (NUMBER, np.where(np.arange(N) == 5, 0.0, NUMBER), None),
    "a word more": (WORD, np.where(np.arange(N) == 5, "odd", WORDS), None),
    "another number": (NUMBER, RANDOM.normal(size=N), None),
    "its square": (NUMBER, NUMBER**2, None),
    "this month's price and wage": (MONTH * 2.0, (MONTH - 3.0) ** 3, None),
}


@pytest.mark.parametrize("case", PAIRS)
@pytest.mark.parametrize("others", [0, 5])
def test_pairs(case: str, others: int) -> None:
    first, second, expected = PAIRS[case]
    noise = {f"noise {k}": RANDOM.normal(size=N) for k in range(others)}
    table = Table({"first": first, **noise, "second": second})
    found = find_duplicates(table, [Candidate(name, 0) for name in table.names])
    assert {name: (why.key, why.values) for name, why in found.items()} == (
        {"second": (expected, {"other": "first"})} if expected else {}
    )


def test_the_column_of_the_lower_rank_is_kept() -> None:
    table = Table({"word": WORD, "code": CODE, "again": WORDS})
    ranked = [Candidate("word", 4), Candidate("code", 0), Candidate("again", 4)]
    found = find_duplicates(table, ranked)
    assert {name: why.values["other"] for name, why in found.items()} == {
        "word": "code",
        "again": "code",
    }


def test_few_rows_prove_nothing() -> None:
    table = Table({"a": [0, 1, 0, 0, 1, 0], "b": [5, 9, 5, 5, 9, 5], "c": ["x", "y"] * 3})
    assert find_duplicates(table, [Candidate(name, 0) for name in table.names]) == {}
    rare = np.zeros(300)
    rare[7] = 1
    flags = Table({"a": rare, "b": 3 * rare})
    assert find_duplicates(flags, [Candidate(name, 0) for name in flags.names]) == {}


def test_repeated_rows_make_no_copies() -> None:
    # Sixty patients twice: every measurement falls into the same sixty pairs.
    rows = np.repeat(np.arange(60), 2)
    table = Table({name: RANDOM.normal(size=60)[rows] for name in "abc"} | {
        "name": np.array([f"patient {k}" for k in range(60)], object)[rows]})  # fmt: skip
    assert find_duplicates(table, [Candidate(name, 0) for name in table.names]) == {}


def test_a_copy_in_the_rows_looked_at_first_only() -> None:
    n = 50_000
    number = RANDOM.normal(size=n)
    late = number.copy()
    late[1] += 1  # between the rows of the sample
    found = find_duplicates(
        Table({"a": number, "b": late, "c": 2 * number}), [Candidate(name, 0) for name in "abc"]
    )
    assert {name: why.values["other"] for name, why in found.items()} == {"c": "a"}


@given(st.lists(st.integers(0, 4), min_size=1, max_size=9))
def test_how_many_divisions_there_are(labels: list[int]) -> None:
    """Against Bell numbers: the divisions of all shapes of n rows sum up to them."""
    codes = numbered(np.array(labels, float))
    assert codes[0] == 0 and (np.diff(np.maximum.accumulate(codes)) <= 1).all()
    assert log_divisions(codes) >= -1e-12


def test_divisions_of_all_shapes_sum_to_the_bell_number() -> None:
    shapes = [(5,), (4, 1), (3, 2), (3, 1, 1), (2, 2, 1), (2, 1, 1, 1), (1, 1, 1, 1, 1)]
    counts = [10 ** log_divisions(np.repeat(np.arange(len(s)), s)) for s in shapes]
    assert sum(counts) == pytest.approx(52)


def test_what_another_column_says_already(shared_data: Path) -> None:
    table = read_table(shared_data / "titanic" / "titanic-seaborn.csv")
    found = find_told(table, ["pclass", "sex", "who", "adult_male", "deck", "alone", "parch"])
    assert {name: why.values["other"] for name, why in found.items()} == {"adult_male": "who"}
    few = Table({"a": [1, 2, 3, 1, 2, 3], "b": ["x", "y", "y", "x", "y", "y"]})
    assert find_told(few, few.names) == {}


# Columns of published tables that repeat others, and the others.
PUBLISHED = {
    ("titanic/titanic-seaborn.csv", "survived"): {"class": "pclass", "embark_town": "embarked"},
    ("messy-real/oecd_bli_2015.csv", "Value"): {
        "Country": "LOCATION", "Indicator": "INDICATOR", "Inequality": "INEQUALITY",
        "Unit": "Unit Code"},
    ("pmlb/texture.tsv.gz", "target"): {"A11": "A1", "A21": "A1", "A31": "A1"},
    ("pmlb/505_tecator.tsv.gz", "target"): {},
    ("bank-marketing/bank-additional-full.csv.gz", "y"): {},
}  # fmt: skip


@pytest.mark.parametrize(("name", "target"), PUBLISHED)
def test_published_tables(name: str, target: str, shared_data: Path) -> None:
    schema = infer_schema(read_table(shared_data / name), target=target)
    found = {c.name: c.reason_values["other"] for c in schema if c.role == "duplicate"}
    assert found == PUBLISHED[name, target]
