#!/usr/bin/env python3
"""Write model files with today's code, and beside each what it predicts.

    python tests/tabular/model_files/write.py v2 FOLDER

Run once for every version of the format that is released, and never again for that version: files
that users have must keep loading, and these stand for them. Every table has numbers with gaps, yes
or no, categories with gaps, and, in the rows predicted, values that training had not seen.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.data.table import Table
from pellucid.tabular import Recipe, train_predictor

_ROWS = 240
_PREDICTED = 24


def table(kind: str) -> Table:
    """A made-up table whose column `outcome` is of this kind."""
    random = np.random.default_rng({"binary": 1, "multiclass": 2, "regression": 3}[kind])
    age = random.normal(60, 12, _ROWS).round()
    dose = np.exp(random.normal(0, 1, _ROWS)).round(3)
    smoker = random.random(_ROWS) < 0.4
    site = random.integers(0, 4, _ROWS)
    signal = (age - 60) / 12 + 2 * smoker + np.array([-1.5, 0, 0.5, 1.5])[site] - dose / 2
    signal = signal + random.normal(0, 0.5, _ROWS)
    outcome: Any = (1.5 * signal + 10).round(3)
    if kind == "binary":
        outcome = np.where(signal > 0.6, "yes", "no").astype(object)
    if kind == "multiclass":
        outcome = np.array(["mild", "moderate", "severe"], object)[np.digitize(signal, [-0.5, 1])]
    columns: dict[str, Any] = {
        "age": np.where(random.random(_ROWS) < 0.1, np.nan, age),
        "dose (mg/d)": dose,
        "smoker": np.where(smoker, "yes", "no").astype(object),
        "部位": np.array(["左肺", "右肺", "肝", "肾"], object)[site],
        "outcome": outcome,
    }
    columns["部位"][random.random(_ROWS) < 0.05] = None
    return Table(columns, f"{kind}.csv")


def asked(rows: Table) -> dict[str, list[Any]]:
    """The rows that are predicted: the first ones, four of them spoiled."""
    columns = {name: rows[name][:_PREDICTED].tolist() for name in rows.names if name != "outcome"}
    columns["age"][0], columns["部位"][1], columns["部位"][2] = None, None, "脾"
    columns["smoker"][3], columns["dose (mg/d)"][4] = "sometimes", 1e6
    return {
        name: [None if value != value else value for value in values]
        for name, values in columns.items()
    }


def write(kind: str, version: str, folder: Path) -> None:
    """Train, save, predict."""
    rows = table(kind)
    recipe = Recipe(hidden=(6, 5), n_networks=3, epochs=40)
    outcome = train_predictor(rows, "outcome", threshold=None, recipe=recipe, seed=7)
    outcome.predictor.save(folder / f"{version}-{kind}.pellucid")
    columns = asked(rows)
    predictor = outcome.predictor
    facts = {
        "columns": columns,
        "answers": predictor.answers(Table(columns)).tolist(),
        "labels": predictor.predict(Table(columns)).labels.tolist(),
        "threshold": predictor.threshold,
        "task": predictor.task.to_json(),
    }
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    (folder / f"{version}-{kind}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    for each in ("binary", "multiclass", "regression"):
        write(each, sys.argv[1], Path(sys.argv[2]))
