"""The table of tables: where each lies, what is predicted from it, what is left out and why."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Aim = Literal["classes", "number"]


@dataclass(frozen=True)
class Source:
    """A table in a file of the data folder.

    Columns are named by their place, from 0, or by their name. `above`: the class is whether the
    target is more than this. `group`: rows with the same value stay in one fold. `masks`: a file of
    ten fixed test folds, joined by twos.
    """

    name: str
    file: str
    aim: Aim
    target: int | str = -1
    above: float | None = None
    group: int | None = None
    leave_out: tuple[int | str, ...] = ()
    masks: str = ""


_ID = ("id",)
_CHURN = ("RowNumber", "CustomerId", "Surname")
# Names, ticket and cabin numbers are text; the number of the passenger is the row's.
_TITANIC = ("PassengerId", "Name", "Ticket", "Cabin")
# What is found only by surgery or after it stands beside the outcome.
_COLIC = (2, 23, 24, 25, 26, 27)
_WINE = "wine-quality/winequality-"

_LISTED = (
    Source("wdbc", "wdbc/wdbc.data", "classes", 1, leave_out=(0,)),
    Source("wbc-original", "wbc-original/breast-cancer-wisconsin.data", "classes", group=0),
    Source("heart-cleveland", "heart-cleveland/processed.cleveland.data", "classes", above=0),
    Source("haberman", "haberman/haberman.csv", "classes"),
    Source("pima-diabetes", "pima-diabetes/pima-indians-diabetes.data.csv", "classes"),
    Source("early-diabetes", "early-diabetes/diabetes_data_upload.csv", "classes"),
    Source("new-thyroid", "new-thyroid/new-thyroid.csv", "classes"),
    Source("horse-colic", "horse-colic/horse-colic.csv", "classes", 22, None, 2, _COLIC),
    Source("framingham", "framingham/framingham.csv", "classes"),
    Source(
        "stroke", "stroke/healthcare-dataset-stroke-data.csv", "classes", "stroke", leave_out=_ID
    ),
    Source("mammography", "mammography/mammography.csv", "classes"),
    Source("cardio-70k", "cardio-70k/cardio_train.csv.gz", "classes", "cardio", leave_out=_ID),
    Source("penguins", "penguins/penguins.csv", "classes", "species"),
    Source("iris", "iris/iris.csv", "classes"),
    Source("german-credit", "german-credit/german.data", "classes"),
    Source("titanic", "titanic/kaggle-train.csv", "classes", "Survived", leave_out=_TITANIC),
    Source("churn", "churn-modelling/Churn_Modelling.csv", "classes", "Exited", leave_out=_CHURN),
    Source("phoneme", "phoneme/phoneme.csv", "classes"),
    Source("digits-8x8", "digits-8x8/optdigits.arff", "classes"),
    Source("adult", "adult/adult-train.csv.gz", "classes"),
    Source("bank", "bank-marketing/bank-full.csv.gz", "classes"),
    Source("bank-additional", "bank-marketing/bank-additional-full.csv.gz", "classes"),
    Source("boston-housing", "boston-housing/housing.data", "number"),
    Source("california", "california-housing/housing.csv", "number", "median_house_value"),
    Source("diamonds", "diamonds/diamonds.csv.gz", "number", "price"),
    Source("wine-red", f"{_WINE}red.csv", "number"),
    Source("wine-white", f"{_WINE}white.csv", "number"),
    *(
        Source(
            f"uci-{name}",
            f"regression-folds/{name}_data.csv.gz",
            "number",
            masks=f"regression-folds/{name}_test_mask.csv.gz",
        )
        for name in ("airfoil", "concrete", "energy", "wine", "yacht")
    ),
)


def sources(folder: Path) -> dict[str, Source]:
    """Every table by name: those above, and those that pmlb/LIST.csv lists."""
    found = {each.name: each for each in (*_LISTED, *_pmlb(folder))}
    return {name: each for name, each in found.items() if (folder / each.file).is_file()}


def absent(folder: Path) -> list[str]:
    """The names of the tables whose files are not in the folder."""
    return [each.name for each in _LISTED if not (folder / each.file).is_file()]


def _pmlb(folder: Path) -> Iterator[Source]:
    listed = folder / "pmlb" / "LIST.csv"
    if not listed.is_file():
        return
    with listed.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            aim: Aim = "number" if row["task"] == "regression" else "classes"
            yield Source(f"pmlb-{row['name']}", f"pmlb/{row['name']}.tsv.gz", aim, "target")
