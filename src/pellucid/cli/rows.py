"""Predicted rows as records, and their way out: CSV or JSON, batch by batch."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TextIO

import numpy as np

from pellucid.cli.messages import text
from pellucid.cli.screen import Screen
from pellucid.data.table import Table
from pellucid.tabular.predictor import Predictions, Predictor
from pellucid.tabular.unusual import Unusual

Record = dict[str, Any]

_MOST_VALUES_SHOWN = 5


class Notes:
    """What is unusual in the rows that were seen: counted by column, said once at the end."""

    def __init__(self) -> None:
        self.n_rows = 0
        self._values: dict[tuple[str, str], Counter[str]] = {}

    def add(self, warnings: Iterable[Sequence[Unusual]]) -> None:
        """Count what is unusual in some rows."""
        for row in warnings:
            self.n_rows += bool(row)
            for each in row:
                self._values.setdefault((each.column, each.what), Counter())[each.value] += 1

    def show(self, screen: Screen) -> None:
        """A line for each column and kind of what is unusual."""
        for (column, what), values in self._values.items():
            first = ", ".join(map(repr, sorted(values)[:_MOST_VALUES_SHOWN]))
            more = ", …" if len(values) > _MOST_VALUES_SHOWN else ""
            n = sum(values.values())
            screen.warn(text(f"predict.{what}", column=column, values=first + more, n=n))

    def to_json(self) -> list[dict[str, Any]]:
        """The same for programs."""
        return [
            {"column": column, "what": what, "rows": sum(values.values())}
            for (column, what), values in self._values.items()
        ]


def said(unusual: Unusual) -> str:
    """One thing that is unusual in a row, in words.

    >>> from pellucid import settings
    >>> with settings.using(language="en"):
    ...     said(Unusual("age", "above", "300"))
    'age: 300 is far above training'
    """
    return text(f"row.{unusual.what}", column=unusual.column, value=unusual.value)


def records(
    predictor: Predictor,
    table: Table,
    predictions: Predictions,
    warnings: Sequence[Sequence[Unusual]],
    *,
    kept: Sequence[str],
    start: int,
) -> list[Record]:
    """A record for each row: its number, the kept columns, the prediction and how sure it is.

    Rows are counted from `start` + 1. `warnings` are lists of `Unusual`, as programs take them.
    """
    cells = {name: table.strings(name) for name in kept}
    parts = _parts(predictor, predictions)
    found = []
    for row in range(len(table)):
        record: Record = {"row": start + row + 1}
        record |= {name: values[row] for name, values in cells.items()}
        record |= {name: get(row) for name, get in parts.items()}
        record["warnings"] = [each._asdict() for each in warnings[row]]
        found.append(record)
    return found


def _parts(predictor: Predictor, found: Predictions) -> dict[str, Callable[[int], Any]]:
    """What is said of each row, by the name of its column in the output."""
    labels, classes = found.labels.tolist(), predictor.task.classes
    parts: dict[str, Callable[[int], Any]] = {}
    if found.probabilities is None:
        parts["prediction"] = lambda row: shown(labels[row])
    else:
        parts["prediction"] = labels.__getitem__
        for k, name in enumerate(classes):
            parts[f"probability_{name}"] = _column(found.probabilities[:, k])
    if found.sets is not None:
        sets = found.sets.tolist()
        parts["set"] = lambda row: [
            n for n, inside in zip(classes, sets[row], strict=True) if inside
        ]
    if found.low is not None and found.high is not None:
        parts |= {"low": _column(found.low), "high": _column(found.high)}
    if found.abstains is not None:
        parts["abstains"] = found.abstains.tolist().__getitem__
    return parts


def _column(values: np.ndarray) -> Callable[[int], float | None]:
    numbers = values.tolist()
    return lambda row: shown(numbers[row])


def shown(value: float) -> float | None:
    """The digits a float32 has: nine tell any two of them apart. None for what is no number."""
    return float(f"{value:.9g}") if np.isfinite(value) else None


class CsvWriter:
    """Records as CSV: lists as text with `|` between, warnings in words."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._writer: Any = None

    def write(self, rows: Sequence[Record]) -> None:
        """Write some records; the first ones bring the header."""
        if self._writer is None and rows:
            self._writer = csv.DictWriter(self._file, list(rows[0]), lineterminator="\n")
            self._writer.writeheader()
        for row in rows:
            self._writer.writerow({name: _cell(name, value) for name, value in row.items()})

    def end(self) -> None:
        """Nothing is left to write."""


class JsonWriter:
    """Records as one JSON list, one record in a line."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._between = "["

    def write(self, rows: Sequence[Record]) -> None:
        """Write some records."""
        for row in rows:
            self._file.write(self._between + json.dumps(row, ensure_ascii=False, allow_nan=False))
            self._between = ",\n "

    def end(self) -> None:
        """Close the list."""
        self._file.write("]\n" if self._between != "[" else "[]\n")


def _cell(name: str, value: Any) -> Any:
    if name == "warnings":
        return text("semicolon").join(said(Unusual(**each)) for each in value)
    if isinstance(value, list):
        return "|".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def kept_columns(
    predictor: Predictor, table: Table, only: Mapping[str, None] | Sequence[str] | None
) -> list[str]:
    """The columns that are copied to the output: those asked for, or those the model does not use.

    Raises `DataError` for a column that is not in the table.
    """
    if only is not None:
        return [name for name in only if table[name] is not None]
    used = {column.name for column in predictor.features.columns}
    return [name for name in table.names if name not in used]
