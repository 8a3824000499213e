"""What was measured, a fold a line, in a file that every fold is added to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

_FORMAT = "tables.1"


class Key(NamedTuple):
    """One learner on one fold of one table."""

    table: str
    learner: str
    fold: int


@dataclass(frozen=True)
class Run:
    """One fold: seconds of learning and predicting, figures, or the error that took their place.

    `load` is how many processes wanted a processor in the minute before. `code` says which state of
    our own code learned; it is empty for others.
    """

    table: str
    learner: str
    fold: int
    date: str
    fit: float = float("nan")
    predict: float = float("nan")
    load: float = float("nan")
    scores: dict[str, float] = field(default_factory=dict)
    version: str = ""
    code: str = ""
    error: str = ""

    @property
    def key(self) -> Key:
        """What was run."""
        return Key(self.table, self.learner, self.fold)


@dataclass
class Store:
    """All runs on one machine, the facts of their tables, and calibration over whole tables."""

    machine: dict[str, Any]
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: dict[Key, Run] = field(default_factory=dict)
    calibration: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)

    def done(self, key: Key) -> bool:
        """Whether a fold was learned; one that failed is tried again."""
        return key in self.runs and not self.runs[key].error

    def folds(self, table: str, learner: str) -> list[Run]:
        """The folds learned, in order; all of them or none count in a summary."""
        runs = [self.runs[key] for key in sorted(self.runs) if key[:2] == (table, learner)]
        return [run for run in runs if not run.error]

    def mean(self, table: str, learner: str, figure: str) -> float:
        """The mean over the folds, NaN unless there are all of them."""
        runs = self.folds(table, learner)
        if len(runs) < self.tables[table]["n_folds"]:
            return float("nan")
        return float(np.nanmean([run.scores.get(figure, np.nan) for run in runs]))

    def seconds(self, table: str, learner: str) -> float:
        """The median over the folds of the seconds of learning, NaN unless there are all."""
        runs = self.folds(table, learner)
        if len(runs) < self.tables[table]["n_folds"]:
            return float("nan")
        return float(np.median([run.fit for run in runs]))

    def write(self, path: Path) -> None:
        """Write the file at once: an interrupted run leaves the old one."""
        content = {
            "format": _FORMAT,
            "machine": self.machine,
            "tables": self.tables,
            "calibration": self.calibration,
            "runs": [
                {name: value for name, value in asdict(run).items() if not _is_nothing(value)}
                for _, run in sorted(self.runs.items())
            ],
        }
        beside = path.with_name(path.name + ".part")
        # A run a line, so that the file can be read and compared.
        runs = ",\n  ".join(json.dumps(run, ensure_ascii=False) for run in content.pop("runs"))
        head = json.dumps(content, indent=1, ensure_ascii=False).removesuffix("\n}")
        beside.write_text(f'{head},\n "runs": [\n  {runs}\n ]\n}}\n', "utf-8")
        beside.replace(path)


def read(path: Path) -> Store:
    """What `Store.write` wrote. Raises ValueError for a file of another kind."""
    content = json.loads(path.read_text("utf-8"))
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"{path}: expected results of tables in format {_FORMAT}")
    runs = [Run(**each) for each in content["runs"]]
    return Store(
        content["machine"],
        content["tables"],
        {run.key: run for run in runs},
        content["calibration"],
    )


def _is_nothing(value: Any) -> bool:
    return value in ("", {}) or value != value
