"""What the user decides about the columns of a table, from a TOML file or a command line."""

from __future__ import annotations

import csv
import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pellucid.data.table import Table, is_number
from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.facts import number_text
from pellucid.tabular.kinds import KINDS, Kind

_MOST_BYTES = 4_000_000
_EVERY_COLUMN = "*"


@dataclass(frozen=True)
class Overrides:
    """Decisions of the user, which stand above every rule.

    - `kinds`: the kind of a column by its name; `orders`: its values from least to most;
    - `use`, `leave_out`: columns to learn from, or not, whatever a rule says;
    - `missing`: values that mean missing, by column, `*` for all columns;
    - `target`, `task` (`classes` or `number`), `positive`: what is to be predicted;
    - `group`: the column whose equal values belong together; `time`: the one that orders the rows.

    Raises `ArgumentError` for kinds that do not exist, a column both used and left out, or an order
    that names a value twice.
    """

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    use: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    target: tuple[str, ...] = ()
    task: Literal["classes", "number"] | None = None
    positive: str | None = None
    group: str | None = None
    time: str | None = None

    def __post_init__(self) -> None:
        for name, kind in self.kinds.items():
            if kind not in KINDS:
                raise _unknown(f"kind of column '{name}'", kind, KINDS)
        if self.task not in (None, "classes", "number"):
            raise _unknown("task", self.task, ("classes", "number"))
        for name, levels in self.orders.items():
            if len(set(levels)) != len(levels) or len(levels) < 2:
                raise ArgumentError(
                    f"order of column '{name}'",
                    expected="two different values or more, each once",
                    received=", ".join(levels),
                )
        for name in sorted(set(self.use) & set(self.leave_out)):
            raise ArgumentError(f"column '{name}'", expected="use or leave out", received="both")

    def marks(self, name: str) -> tuple[str, ...]:
        """The values that mean missing in one column."""
        return (*self.missing.get(name, ()), *self.missing.get(_EVERY_COLUMN, ()))

    def check(self, table: Table) -> None:
        """Raises `DataError` if a column that is named is absent, with the nearest name."""
        named = [*self.kinds, *self.orders, *self.use, *self.leave_out, *self.missing, *self.target]
        for name in [*named, self.group, self.time]:
            if name is not None and name != _EVERY_COLUMN:
                table[name]

    def clean(self, table: Table) -> Table:
        """The table with the user's missing marks taken out.

        A column of text of which only numbers are left becomes a column of numbers.

        >>> table = Table({"dose": ["5", "not given", "7.5"]})
        >>> Overrides(missing={"dose": ("not given",)}).clean(table)["dose"]
        array([5. , nan, 7.5])
        """
        if not self.missing:
            return table
        columns = {name: without_marks(table[name], self.marks(name)) for name in table.names}
        return replace(table, columns=columns)

    def merged(self, other: Overrides) -> Overrides:
        """These decisions and those of `other`, which stand where both say something."""
        taken = set(other.use) | set(other.leave_out)
        return Overrides(
            kinds={**self.kinds, **other.kinds},
            orders={**self.orders, **other.orders},
            use=(*(name for name in self.use if name not in taken), *other.use),
            leave_out=(*(n for n in self.leave_out if n not in taken), *other.leave_out),
            missing={**self.missing, **other.missing},
            target=other.target or self.target,
            task=other.task or self.task,
            positive=self.positive if other.positive is None else other.positive,
            group=self.group if other.group is None else other.group,
            time=self.time if other.time is None else other.time,
        )


def without_marks(cells: np.ndarray, marks: Sequence[str]) -> np.ndarray:
    """Cells (N,) with the values that mean missing taken out, and read as numbers if all are."""
    if not marks:
        return cells
    if cells.dtype != object:
        numbers = [float(mark) for mark in marks if is_number(mark)]
        return np.where(np.isin(cells, numbers), np.nan, cells) if numbers else cells
    known = set(marks)
    left = [None if cell in known else cell for cell in cells.tolist()]
    if all(cell is None or is_number(cell) for cell in set(left)) and any(left):
        return np.array([np.nan if cell is None else float(cell) for cell in left])
    kept = np.empty(len(left), object)
    kept[:] = left
    return kept


def overrides_from_options(
    *,
    kind: Iterable[str] = (),
    order: Iterable[str] = (),
    missing: Iterable[str] = (),
    **others: Any,
) -> Overrides:
    """Decisions as written on a command line: `age=numeric`, `size=S,M,L`, `dose=-9,unknown`.

    In `missing`, marks without a column are for all columns. Values with commas stand in double
    quotes. `others` are fields of `Overrides`. Raises `ArgumentError` for what cannot be read.

    >>> overrides = overrides_from_options(kind=["age=numeric"], order=["size=S,M,L"])
    >>> overrides.kinds, overrides.orders
    ({'age': 'numeric'}, {'size': ('S', 'M', 'L')})
    """
    kinds: dict[str, Any] = dict(_parted("--kind", text) for text in kind)
    orders = {name: _values(text) for name, text in (_parted("--order", each) for each in order)}
    marks: dict[str, tuple[str, ...]] = {}
    for each in missing:
        name, text = _parted("--missing", each) if "=" in each else (_EVERY_COLUMN, each)
        marks[name] = (*marks.get(name, ()), *_values(text))
    return Overrides(kinds=kinds, orders=orders, missing=marks, **others)


def read_overrides(path: str | os.PathLike[str]) -> Overrides:
    """The decisions in a TOML file, such as `write_schema` writes.

    At the top `target` (a name or several), `task`, `positive`, `group`, `time`, and lists `use`,
    `leave_out` and `missing` (marks for all columns); under ``[columns.NAME]`` `kind`, `use` (true
    or false), `order` and `missing`. Raises `DataError` for a file that is absent, larger than 4 MB
    or no TOML, or has a key that does not exist, with the nearest one that does.
    """
    where = str(path)
    facts = _read_toml(Path(path), where)
    _check_keys(where, facts, _TOP)
    columns = _typed(where, facts, "columns", dict) or {}
    for name, column in columns.items():
        if not isinstance(column, dict):
            raise DataError(f"{where}, columns.{name}", expected="a section", received=column)
        _check_keys(f"{where}, column '{name}'", column, _OF_COLUMN)
    marks = {name: _list(where, column, "missing") for name, column in columns.items()}
    marks[_EVERY_COLUMN] = _list(where, facts, "missing")
    used = {n: _typed(f"{where}, column '{n}'", c, "use", bool) for n, c in columns.items()}
    try:
        return Overrides(
            kinds={n: _typed(where, c, "kind", str) for n, c in columns.items() if "kind" in c},
            orders={n: _list(where, c, "order") for n, c in columns.items() if "order" in c},
            use=(*_list(where, facts, "use"), *(n for n, use in used.items() if use)),
            leave_out=(
                *_list(where, facts, "leave_out"),
                *(name for name, use in used.items() if use is False),
            ),
            missing={name: values for name, values in marks.items() if values},
            target=_list(where, facts, "target"),
            task=_typed(where, facts, "task", str),
            positive=_text(facts.get("positive")),
            group=_typed(where, facts, "group", str),
            time=_typed(where, facts, "time", str),
        )
    except ArgumentError as error:
        raise DataError(
            f"{where}, {error.where}",
            expected=error.expected,
            received=error.received,
            hint=error.hint,
        ) from error


_TOP = ("target", "task", "positive", "group", "time", "use", "leave_out", "missing", "columns")
_OF_COLUMN = ("kind", "use", "order", "missing")


def _read_toml(path: Path, where: str) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise DataError(where, expected="a file of at most 4 MB", received="a larger one")
        return tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise DataError(where, expected="a file to read", received=error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(where, expected="a TOML file", received=str(error)) from error


def _check_keys(where: str, facts: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in facts:
        if key not in known:
            raise _unknown(where, key, known, DataError)


def _unknown(
    where: str, received: object, known: Sequence[str], error: type = ArgumentError
) -> Exception:
    near = difflib.get_close_matches(str(received).lower(), known, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else None
    made: Exception = error(
        where, expected=f"one of {', '.join(known)}", received=str(received), hint=hint
    )
    return made


def _typed(where: str, facts: Mapping[str, Any], key: str, kind: type) -> Any:
    value = facts.get(key)
    if value is not None and not isinstance(value, kind):
        words = {str: "text in quotes", bool: "true or false", dict: "sections [columns.NAME]"}
        raise DataError(f"{where}, {key}", expected=words[kind], received=value)
    return value


def _list(where: str, facts: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """One value or several, as text."""
    value = facts.get(key, [])
    values = value if isinstance(value, list) else [value]
    if any(isinstance(each, dict | list) for each in values):
        raise DataError(f"{where}, {key}", expected="a list of values", received=value)
    return tuple(str(_text(each)) for each in values)


def _text(value: Any) -> str | None:
    """A TOML value as a table's text shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return None if value is None else str(value)


def _parted(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ArgumentError(option, expected="COLUMN=VALUE", received=text)
    return name, value


def _values(text: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in next(csv.reader([text], skipinitialspace=True)))
