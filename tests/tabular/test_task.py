"""What a target column means, and which ones cannot be learned."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pellucid.data.table import Table
from pellucid.errors import ArgumentError, DataError, PellucidError
from pellucid.tabular.overrides import Overrides
from pellucid.tabular.task import Task, infer_task

MEANT = {
    "by name": (["malignant", "benign"] * 10, ("binary", ("benign", "malignant"))),
    "by name, first in order": (["case", "control"] * 10, ("binary", ("control", "case"))),
    "yes or no": (["Yes", "No", "No"] * 8, ("binary", ("No", "Yes"))),
    "larger number": ([2, 4] * 10, ("binary", ("2", "4"))),
    "rarer": (["cat", "dog", "dog"] * 8, ("binary", ("dog", "cat"))),
    "Chinese": (["良性", "恶性"] * 10, ("binary", ("良性", "恶性"))),
    "numbered": ([3, 1, 2] * 8, ("multiclass", ("1", "2", "3"))),
    "ten and two": ([10, 2, 1] * 8, ("multiclass", ("1", "2", "10"))),
    "words": (["b", "a", "c"] * 8, ("multiclass", ("a", "b", "c"))),
    "whole numbers": (list(range(24)), ("regression", ())),
    "fractions": ([0.5, 1.5, 2.5] * 8, ("regression", ())),
    "two fractions": ([0.5, 1.5] * 12, ("binary", ("0.5", "1.5"))),
    "in order": (["low", "high", "medium"] * 8, ("multiclass", ("low", "medium", "high"))),
    "stages": (["II", "IV", "I", "III"] * 8, ("multiclass", ("I", "II", "III", "IV"))),
    "with gaps": ([1, 2, None] * 10, ("binary", ("1", "2"))),
}


@pytest.mark.parametrize("case", MEANT)
def test_what_is_meant(case: str) -> None:
    values, expected = MEANT[case]
    task = infer_task(Table({"y": values}), "y")
    assert (task.kind, task.classes) == expected


def test_the_user_decides_otherwise() -> None:
    table = Table({"y": [1, 2, 3] * 8, "ill": ["yes", "no"] * 12})
    assert infer_task(table, "y", kind="number").kind == "regression"
    assert infer_task(table, "ill", positive="no").classes == ("yes", "no")
    halves = Table({"y": [0.5, 1.5, 2.5] * 8})
    assert infer_task(halves, "y", kind="classes").classes == ("0.5", "1.5", "2.5")


def test_overrides_decide() -> None:
    table = Table({"y": [1, 2, -9] * 10, "size": ["S", "M", "odd"] * 10, "ill": ["yes", "no"] * 15})
    assert infer_task(table, "y", overrides=Overrides(missing={"y": ("-9",)})).classes == ("1", "2")
    assert infer_task(table, "ill", overrides=Overrides(positive="no")).positive == "no"
    assert infer_task(table, "y", overrides=Overrides(task="number")).kind == "regression"
    order = Overrides(orders={"size": ("odd", "S", "M")})
    assert infer_task(table, "size", overrides=order).classes == ("odd", "S", "M")


LABELS = {
    "cough": [0, 1, 1, 0] * 10,
    "fever": ["yes", "no", "no", "no"] * 10,
    "lump": ["malignant", "benign", None, "benign"] * 10,
    "age": range(40),
    "grade": ["a", "b", "c", "a"] * 10,
}


def test_several_labels() -> None:
    table = Table(LABELS, "ward.csv")
    task = infer_task(table, ["cough", "fever", "lump"])
    assert (task.kind, task.target) == ("multilabel", "cough, fever, lump")
    assert task.classes == task.targets == ("cough", "fever", "lump")
    assert task.levels == (("0", "1"), ("no", "yes"), ("benign", "malignant"))
    assert (task.is_classification, task.n_outputs) == (True, 3)
    assert task.present(table).tolist() == [True, True, False, True] * 10
    codes = task.codes(table.take([0, 1, 3]))
    assert codes.dtype == np.int64
    assert codes.tolist() == [[0, 1, 1], [1, 0, 0], [0, 0, 0]]
    with pytest.raises(DataError, match="column 'lump': expected a value in every row"):
        task.codes(table)
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task
    assert infer_task(table, ["cough"]).kind == "binary"


LABELS_REFUSED = {
    "three values": (["cough", "grade"], {}, DataError, "column 'grade': .*received 3 values"),
    "numbers": (["cough", "age"], {}, DataError, "column 'age': .*received 40 values"),
    "twice": (["cough", "cough"], {}, ArgumentError, "each column once; received cough, cough"),
    "as numbers": (["cough", "fever"], {"kind": "number"}, ArgumentError, "one column of numbers"),
    "absent": (["cough", "fevers"], {}, DataError, "Did you mean 'fever'"),
}


@pytest.mark.parametrize("case", LABELS_REFUSED)
def test_labels_that_cannot_be_learned_are_refused(case: str) -> None:
    names, arguments, error, message = LABELS_REFUSED[case]
    with pytest.raises(error, match=message):
        infer_task(Table(LABELS, "ward.csv"), names, **arguments)


REFUSED = {
    "constant": ({"y": [1] * 30}, {}, DataError, "two values or more; received only 1"),
    "few rows": ({"y": [0, 1] * 5}, {}, DataError, "20 rows with a value or more; received 10"),
    "all missing": ({"y": [None] * 30}, {}, DataError, "received 0"),
    "names": ({"y": [f"person {k}" for k in range(30)]}, {}, DataError, "30 different values"),
    "rare": ({"y": ["a"] * 25 + ["b"] * 7}, {}, DataError, "8 rows of each class .* 7 of class b"),
    "absent": ({"outcome": [0, 1] * 20}, {}, DataError, "a column 'y'"),
    "positive": ({"y": ["a", "b"] * 10}, {"positive": "c"}, ArgumentError, "one of a, b"),
    "three": ({"y": ["a", "b", "c"] * 9}, {"positive": "a"}, ArgumentError, "received 3 classes"),
    "numeric": ({"y": range(30)}, {"positive": "1"}, ArgumentError, "a numeric target"),
    "words": ({"y": ["a", "b"] * 20}, {"kind": "number"}, DataError, "a number; received 'a'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_learned_is_refused(case: str) -> None:
    columns, arguments, error, message = REFUSED[case]
    with pytest.raises(error, match=message) as raised:
        infer_task(Table(columns, "ward.csv"), "y", **arguments)
    assert isinstance(raised.value, PellucidError)


def test_codes_follow_the_classes() -> None:
    task = Task("y", "binary", ("no", "yes"))
    assert task.codes(Table({"y": ["yes", "no"]})).tolist() == [1, 0]
    assert task.positive == "yes"
    with pytest.raises(DataError, match="one of no, yes; received maybe"):
        task.codes(Table({"y": ["yes", "maybe"]}))
    with pytest.raises(DataError, match="1 missing"):
        task.codes(Table({"y": ["yes", None]}))
    numbers = Task("y", "regression").codes(Table({"y": [1.5, 2]}))
    assert numbers.dtype == np.float64
    assert numbers.tolist() == [1.5, 2]
    assert task.n_outputs == Task("y", "regression").n_outputs == 1
    assert Task("y", "multiclass", ("a", "b", "c")).n_outputs == 3


def test_a_task_of_an_earlier_version_is_read() -> None:
    facts = {"target": "y", "kind": "binary", "classes": ["a", "b"]}
    assert Task.from_json(facts) == Task("y", "binary", ("a", "b"))


@pytest.mark.parametrize("task", [Task("y", "binary", ("a", "b")), Task("y", "regression")])
def test_json_brings_the_task_back(task: Task) -> None:
    assert Task.from_json(task.to_json()) == task
