"""Which rows chose what. A figure told of rows that chose something is not a test.

Everything that is fitted or picked is a choice: features' medians, weights, the epoch, the blend,
the calibration, the threshold. The record says which rows had a part in each, by their numbers in
the table and by fingerprints of their contents, so that they are known again in another file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pellucid.data.table import Table, row_index
from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.fingerprints import Sketch, from_base64, row_fingerprints, to_base64

# What rows can be used for without choosing anything.
TEST = "test"
_LATEST_VERSION = 1
_MOST_RUNS = 64
_MOST_TOLD = 8
# Of a table in which rows repeat, so improbable a number of repetitions is no chance.
_CHANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Part:
    """Rows with the same uses: `uses` names them; `rows` are their numbers, from 0."""

    uses: tuple[str, ...]
    rows: np.ndarray
    sketch: Sketch

    @property
    def chose(self) -> tuple[str, ...]:
        """What these rows chose; nothing if they were used for testing alone."""
        return tuple(use for use in self.uses if use != TEST)


@dataclass(frozen=True)
class Seen:
    """Rows of a new table that had chosen something: `mask` (N,), and what they chose.

    `asked` of the rows could be looked up (all, but for very long training tables), and `expected`
    of them may have a twin among those rows by chance alone, as rows of that table do themselves.
    """

    mask: np.ndarray
    chose: tuple[str, ...]
    asked: int
    expected: int

    @property
    def count(self) -> int:
        """How many rows."""
        return int(self.mask.sum())


@dataclass(frozen=True, eq=False)
class Provenance:
    """The record of a table of `n_rows` rows: `parts` of it, by what they were used for.

    `columns` are those whose cells make the fingerprint of a row: what the model reads and the
    target. Rows in no part were used for nothing.
    """

    n_rows: int
    columns: tuple[str, ...]
    parts: tuple[Part, ...]

    @classmethod
    def of(
        cls, table: Table, uses: Mapping[str, ArrayLike], columns: Iterable[str] | None = None
    ) -> Provenance:
        """The record for `table`, from the rows (numbers or a mask) that each use had.

        Any name of a use but `test` is a choice; the usual ones are features, weights, epoch,
        blend, calibration, threshold. `columns` are all of the table if not given.

        Raises `ArgumentError` for rows that the table does not have.

        >>> table = Table({"age": [41, 58, 33, 60], "ill": ["no", "yes", "no", "yes"]})
        >>> record = Provenance.of(table, {"weights": [0, 1, 2], "epoch": [2], "test": [3]})
        >>> for part in record.parts:
        ...     print(part.rows.tolist(), part.uses)
        [0, 1] ('weights',)
        [2] ('weights', 'epoch')
        [3] ('test',)
        """
        names = table.names if columns is None else tuple(columns)
        n, fingerprints = len(table), row_fingerprints(table, names)
        used = np.zeros((n, len(uses)), dtype=bool)
        for k, (use, rows) in enumerate(uses.items()):
            used[_numbers(rows, n, use), k] = True
        pattern = used @ (1 << np.arange(len(uses), dtype=np.int64))
        _, first = np.unique(pattern, return_index=True)
        parts = []
        for row in np.sort(first):
            rows = np.flatnonzero(pattern == pattern[row])
            of_row = tuple(use for use, is_used in zip(uses, used[row], strict=True) if is_used)
            if of_row:
                parts.append(Part(of_row, rows, Sketch.of(fingerprints[rows])))
        return cls(n, names, tuple(parts))

    def chosen_by(self, rows: ArrayLike) -> tuple[str, ...]:
        """What the rows of these numbers chose, in the order of the record; () if nothing."""
        asked = _numbers(rows, self.n_rows, "chosen_by")
        found = [part.chose for part in self.parts if np.isin(part.rows, asked).any()]
        return _union(found)

    def seen(self, table: Table) -> Seen:
        """Which rows of any table hold the same as a row that chose something.

        Raises `DataError` if the table lacks one of `columns`.
        """
        fingerprints = row_fingerprints(table, self.columns)
        choosing = [part for part in self.parts if part.chose]
        masks = [part.sketch.holds(fingerprints) for part in choosing]
        mask = np.any(masks, axis=0) if masks else np.zeros(len(table), dtype=bool)
        chose = _union([part.chose for part, hit in zip(choosing, masks, strict=True) if hit.any()])
        every = max((part.sketch.every for part in choosing), default=1)
        asked = np.any([part.sketch.asked(fingerprints) for part in choosing], axis=0)
        n_asked = int(np.sum(asked)) if every > 1 else len(table)
        return Seen(mask, chose, n_asked, _by_chance(choosing, n_asked))

    def check_unseen(self, table: Table) -> Seen:
        """Refuse a table for testing if rows of it had a part in making the model.

        Where no two training rows hold the same, one row is enough; where some do (few columns, few
        values), rows of other cases will too, and it takes more than chance brings once in 1000
        such tables. What was seen and let pass is returned.

        Raises `DataError`, in one line, with how many rows and what they chose.

        >>> table = Table({"age": [41, 58, 33, 60], "ill": ["no", "yes", "no", "yes"]})
        >>> record = Provenance.of(table, {"weights": [0, 1, 2], "test": [3]})
        >>> record.check_unseen(Table({"ill": ["yes", "no"], "age": ["60", "20"]})).count
        0
        >>> record.check_unseen(Table({"ill": ["yes", "no"], "age": ["60", "41"]}))
        Traceback (most recent call last):
        ...
        pellucid.errors.DataError: table: expected rows that chose nothing about the model; ...
        """
        seen = self.seen(table)
        if seen.count > seen.expected:
            raise _refusal(table.source, seen.count, len(table), seen.chose)
        return seen

    def check_unused(self, rows: ArrayLike, source: str = "test") -> None:
        """Refuse rows of the table itself, by their numbers from 0, if any chose something.

        Raises `DataError`, in one line, with how many rows and what they chose.
        """
        asked = _numbers(rows, self.n_rows, source)
        choosing = [part for part in self.parts if part.chose]
        hits = [int(np.isin(part.rows, asked).sum()) for part in choosing]
        if sum(hits):
            chose = _union([part.chose for part, hit in zip(choosing, hits, strict=True) if hit])
            raise _refusal(source, sum(hits), len(asked), chose)

    def choices(self) -> list[dict[str, Any]]:
        """For reading: for each use `what`, `n` rows of it, `share` of the table, `rows` as text.

        Testing stands last. `rows` counts from 1, as a person counts below the header: `1-80, 95`,
        with `…` if long.
        """
        uses = dict.fromkeys(use for part in self.parts for use in part.uses)
        found = []
        for use in sorted(uses, key=lambda use: use == TEST):
            rows = np.concatenate([part.rows for part in self.parts if use in part.uses])
            share = len(rows) / max(self.n_rows, 1)
            found.append({"what": use, "n": len(rows), "share": share, "rows": _told(rows)})
        return found

    def to_json(self) -> dict[str, Any]:
        """`version`, `n_rows`, `columns`, `choices` (see `choices`), and `parts`.

        A part has `uses`, `n`, its rows as `runs` [[first, after last], …] from 0 if few, else as
        `bits` of the whole table (base64), and `sketch` (see `Sketch.to_json`). 70,000 rows take
        about 0.2 MB.
        """
        return {
            "version": _LATEST_VERSION,
            "n_rows": self.n_rows,
            "columns": list(self.columns),
            "choices": self.choices(),
            "parts": [
                {"uses": list(part.uses), "n": len(part.rows)}
                | _packed(part.rows, self.n_rows)
                | {"sketch": part.sketch.to_json()}
                for part in self.parts
            ],
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Provenance:
        """The record that `to_json` described; `ValueError` or `KeyError` if it is damaged."""
        if facts["version"] > _LATEST_VERSION:
            raise ValueError(f"version {facts['version']}, this knows {_LATEST_VERSION}")
        n_rows = int(facts["n_rows"])
        parts = tuple(
            Part(tuple(each["uses"]), _unpacked(each, n_rows), Sketch.from_json(each["sketch"]))
            for each in facts["parts"]
        )
        return cls(n_rows, tuple(facts["columns"]), parts)


def _refusal(source: str, count: int, n: int, chose: Sequence[str]) -> DataError:
    return DataError(
        source,
        expected="rows that chose nothing about the model",
        received=f"{count} of {n} rows that chose its {', '.join(chose)}",
        hint="Test on other rows, or leave these out.",
    )


def _by_chance(choosing: Sequence[Part], n_asked: int) -> int:
    """How many of so many rows of other cases may look like rows seen, once in 1000 tables more."""
    n = sum(part.sketch.n for part in choosing)
    repeated = sum(part.sketch.repeated for part in choosing)
    if not repeated:
        return 0
    from scipy.special import bdtrc

    counts = np.arange(n_asked + 1)
    return int(counts[bdtrc(counts, n_asked, repeated / n) < _CHANCE].min())


def _union(found: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(use for uses in found for use in uses))


def _numbers(rows: ArrayLike, n: int, where: str) -> np.ndarray:
    """Row numbers from numbers or a mask, each once, rising."""
    chosen = row_index(rows)
    if chosen.dtype == bool:
        chosen = np.flatnonzero(chosen) if chosen.shape == (n,) else np.array([n])
    numbers = np.unique(chosen).astype(np.int64)
    if numbers.size and not (numbers[0] >= 0 and numbers[-1] < n):
        raise ArgumentError(
            f"provenance.{where}", expected=f"rows from 0 to {n - 1}", received="others"
        )
    return numbers


def _runs(rows: np.ndarray) -> np.ndarray:
    """[first, after last] of each run of rising row numbers, (runs, 2)."""
    if not len(rows):
        return np.zeros((0, 2), dtype=np.int64)
    breaks = np.flatnonzero(np.diff(rows) > 1)
    first = rows[np.concatenate([[0], breaks + 1])]
    last = rows[np.concatenate([breaks, [len(rows) - 1]])] + 1
    return np.stack([first, last], axis=1)


def _packed(rows: np.ndarray, n_rows: int) -> dict[str, Any]:
    runs = _runs(rows)
    if len(runs) <= _MOST_RUNS:
        return {"runs": runs.tolist()}
    bits = np.zeros(n_rows, dtype=bool)
    bits[rows] = True
    return {"bits": to_base64(bits)}


def _unpacked(part: Mapping[str, Any], n_rows: int) -> np.ndarray:
    n = int(part["n"])
    if "bits" in part:
        rows = np.flatnonzero(from_base64(part["bits"], n_rows))
    else:
        runs = [(int(first), int(last)) for first, last in part["runs"]]
        # Summed before anything is made of it: two numbers in a file must not fill the memory.
        if sum(last - first for first, last in runs) != n or n > n_rows:
            raise ValueError("runs of another number of rows")
        rows = np.concatenate([np.arange(first, last) for first, last in runs] or [np.arange(0)])
    if len(rows) != n or (n and not (rows.min() >= 0 and rows.max() < n_rows)):
        raise ValueError("rows of another number")
    return rows.astype(np.int64)


def _told(rows: np.ndarray) -> str:
    runs = _runs(np.sort(rows))
    shown = runs[:_MOST_TOLD].tolist()
    said = [f"{first + 1}-{last}" if last - first > 1 else str(last) for first, last in shown]
    return ", ".join(said) + (", …" if len(runs) > _MOST_TOLD else "")
