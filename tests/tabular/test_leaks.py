"""Columns that give the answer away, and honest ones that come close to it."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.datasets import wisconsin_diagnostic, wisconsin_original
from pellucid.data.table import Table
from pellucid.tabular.leaks import find_leaks
from pellucid.tabular.overrides import Overrides
from pellucid.tabular.schema import infer_schema

RANDOM = np.random.default_rng(11)
N = 400
SICK = RANDOM.integers(0, 2, N).astype(float)
STAGE = RANDOM.integers(0, 3, N).astype(float)
COST = RANDOM.gamma(2.0, 100.0, N)


def _noisy(values: np.ndarray, n_wrong: int) -> np.ndarray:
    wrong = values.copy()
    rows = RANDOM.permutation(N)[:n_wrong]
    wrong[rows] = 1 - wrong[rows]
    return wrong


def _text(codes: np.ndarray, words: list) -> np.ndarray:
    return np.array(words, object)[codes.astype(int)]


# The column, the target, what is found (its key and whether it is the target), or None.
CASES = {
    "other words": (_text(SICK, ["alive", "dead"]), SICK, ("leak_copy", True)),
    "other numbers": (3 - SICK, SICK, ("leak_copy", True)),
    "blank for one class": (_text(SICK, [None, "dead"]), SICK, ("leak_missing", True)),
    "a date of death": (np.where(SICK == 1, RANDOM.normal(size=N), np.nan), SICK,
                        ("leak_missing", True)),
    "filled in one of three": (np.where(STAGE == 2, RANDOM.normal(size=N), np.nan), STAGE,
                               ("leak_present", True)),
    "blank in one of three": (np.where(STAGE == 2, np.nan, RANDOM.normal(size=N)), STAGE,
                              ("leak_missing", True)),
    "one slip": (_noisy(SICK, 1), SICK, ("nearly_tells", False)),
    "blank but for a slip": (np.where(_noisy(SICK, 1) == 1, 5.0, np.nan), SICK,
                             ("gap_nearly_tells", False)),
    "a finer code": (_text(SICK * 5 + RANDOM.integers(0, 5, N), list("abcdefghij")), SICK,
                     ("nearly_tells", False)),
    "a number with a threshold": (SICK * 10 + RANDOM.uniform(0, 9, N), SICK,
                                  ("nearly_tells", False)),
    "sick in between": (np.where(SICK == 1, RANDOM.uniform(3, 5, N), RANDOM.uniform(0, 2, N)
                                 + 6 * RANDOM.integers(0, 2, N)), SICK, ("nearly_tells", False)),
    "a strong sign": (SICK * 3 + RANDOM.normal(size=N), SICK, None),
    "twenty slips": (_noisy(SICK, 20), SICK, None),
    "noise": (RANDOM.normal(size=N), SICK, None),
    "two of three classes": ((STAGE == 2).astype(float), STAGE, None),
    "three classes in words": (_text(STAGE, ["no", "some", "much"]), STAGE, ("leak_copy", True)),
    "all different": (_text(np.arange(N), [f"p{k}" for k in range(N)]), SICK, None),
    "all missing": (np.full(N, np.nan), SICK, None),
    "cost in another currency": (COST * 7.1, COST, ("leak_copy", True)),
    "the logarithm of the cost": (np.log(COST), COST, ("leak_copy", True)),
    "the negative cost": (-COST, COST, ("leak_copy", True)),
    "cost rounded": (np.round(COST, -1), COST, ("nearly_tells", False)),
    "cost by another rule": (np.abs(COST - 300), COST, None),
    "part of the cost": (COST * RANDOM.uniform(0.7, 0.9, N), COST, None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_cases(case: str) -> None:
    column, target, expected = CASES[case]
    table = Table({"column": column, "target": target, "other": RANDOM.normal(size=N)})
    classes = target is not COST
    found = find_leaks(table, ["column", "other"], "target", classes)
    assert "other" not in found
    leak = found.get("column")
    assert (leak and (leak.why.key, leak.is_target)) == expected
    assert leak is None or leak.why.values["target"] == "target"


def test_rows_without_the_target_are_passed_over() -> None:
    gaps = np.where(np.arange(N) % 3 == 0, np.nan, SICK)
    table = Table({"column": np.where(np.arange(N) % 3 == 0, 9.0, 2 * SICK), "target": gaps})
    assert find_leaks(table, ["column"], "target", True)["column"].is_target


def test_few_rows_prove_nothing() -> None:
    table = Table({"column": ["a", "b"] * 8, "target": [0, 1] * 8})
    assert find_leaks(table, ["column"], "target", True) == {}


def test_rare_cases_are_not_told_by_luck() -> None:
    # Four cases among 20,000 rows: a thousand columns of noise would hit some of them.
    target = np.zeros(20_000)
    target[[5, 50, 500, 5000]] = 1
    column = np.where(target == 1, 1.0, RANDOM.uniform(size=20_000))
    assert find_leaks(Table({"c": column, "y": target}), ["c"], "y", True) == {}


def test_honest_signs_of_tumours_are_not_suspected() -> None:
    for data in (wisconsin_diagnostic(), wisconsin_original()):
        columns = {name: data.x[:, k] for k, name in enumerate(data.feature_names)}
        table = Table({**columns, "y": data.y.astype(float)})
        assert find_leaks(table, list(columns), "y", True) == {}


@pytest.fixture(scope="module")
def golub(shared_data: Path) -> Table:
    """38 patients, 7,129 genes, and the kind of leukaemia."""
    folder = shared_data / "golub-leukemia"
    with gzip.open(folder / "data_set_ALL_AML_train.csv.gz", "rt") as file:
        header, *rows = csv.reader(file)
    with open(folder / "actual.csv") as file:
        kinds = {row["patient"]: row["cancer"] for row in csv.DictReader(file)}
    patients = [k for k, name in enumerate(header) if name.isdigit()]
    genes = {row[1]: np.array([float(row[k]) for k in patients]) for row in rows}
    cancer = np.array([kinds[header[k]] for k in patients], object)
    return Table({**genes, "cancer": cancer}, "golub")


def test_no_gene_is_suspected(golub: Table) -> None:
    schema = infer_schema(golub, target="cancer")
    assert golub.shape == (38, 7130)
    assert [c.name for c in schema if c.role != "feature" or c.warnings] == ["cancer"]


# The target, the columns that are it, the columns that nearly tell it, in published tables.
PUBLISHED = {
    "titanic/titanic-seaborn.csv": ("survived", ["alive"], []),
    "pmlb/collins.tsv.gz": ("target", ["Genre"], []),
    "pmlb/clean1.tsv.gz": ("target", [], ["molecule_name"]),
    "bank-marketing/bank-full.csv.gz": ("y", [], []),
    "cardio-70k/cardio_train.csv.gz": ("cardio", [], []),
    "churn-modelling/Churn_Modelling.csv": ("Exited", [], []),
    "early-diabetes/diabetes_data_upload.csv": ("class", [], []),
    "framingham/framingham.csv": ("CHD", [], []),
    "stroke/healthcare-dataset-stroke-data.csv": ("stroke", [], []),
    "penguins/penguins_raw.csv": ("Species", [], []),
    "diamonds/diamonds.csv.gz": ("price", [], []),
    "pmlb/mushroom.tsv.gz": ("target", [], []),
    "pmlb/dis.tsv.gz": ("target", [], []),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_tables(name: str, shared_data: Path) -> None:
    from pellucid.data import read_table

    target, leaks, near = PUBLISHED[name]
    schema = infer_schema(read_table(shared_data / name), target=target)
    assert [c.name for c in schema if c.role == "leak"] == leaks
    told = ("nearly_tells", "gap_nearly_tells")
    assert [c.name for c in schema if any(w.key in told for w in c.warnings)] == near


def test_several_targets_leak_each() -> None:
    table = Table(
        {
            "cough": SICK,
            "fever": (STAGE == 1).astype(float),
            "coughs": _text(SICK, ["no", "yes"]),
            "hot": 40 - 3 * (STAGE == 1).astype(float),
            "age": RANDOM.normal(size=N),
        }
    )
    schema = infer_schema(table, target=["cough", "fever"])
    roles = {c.name: (c.role, c.reason_values.get("target")) for c in schema}
    assert roles == {
        "cough": ("target", None),
        "fever": ("target", None),
        "coughs": ("leak", "cough"),
        "hot": ("leak", "fever"),
        "age": ("feature", None),
    }


def test_a_leak_is_used_if_the_user_says_so() -> None:
    table = Table({"alive": _text(SICK, ["yes", "no"]), "age": COST, "dead": SICK})
    (alive, *_) = infer_schema(table, target="dead", overrides=Overrides(use=("alive",)))
    assert (alive.role, alive.warnings[0].key) == ("feature", "leak_copy")
