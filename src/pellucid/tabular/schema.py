"""What the columns of a table are: numbers, categories, yes or no, keys, free text, or nothing.

A kind is guessed from a column's name and values by the rules of `infer_column`, tried in order.
Each guess carries its reason in words, so that a person can check it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pellucid.data.table import Table, is_number

Kind = Literal["numeric", "categorical", "boolean", "identifier", "text", "constant"]

# More categories than this are hardly ever seen often enough, each, to learn from.
_MOST_CATEGORIES = 256
# In a shorter column, values that never repeat prove nothing.
_LEAST_ROWS_OF_KEYS = 10
# A column that is all numbers but for so few cells was meant to be numeric.
_SHARE_OF_NUMBERS = 0.9

_BOOLEANS = ({"0", "1"}, {"false", "true"}, {"no", "yes"}, {"n", "y"}, {"f", "t"}, {"否", "是"})
_TRUE = {"1", "true", "yes", "y", "t", "是"}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_ID_WORDS = {"id", "ids", "uuid", "guid", "rowname", "rownames"}
_ID_NAMES = {"index", "key", "unnamed 0", "row", "row number", "row no", "row num", "row index"}


@dataclass(frozen=True)
class ColumnSchema:
    """What one column is.

    `kind` is one of

    - `numeric`: numbers, `minimum` to `maximum`; `whole` if none has a fraction;
    - `categorical`: one of `categories`, which stand in sorted order;
    - `boolean`: one of the two `categories`, the negative first;
    - `identifier`: names a row and says nothing about it;
    - `text`: too many different words to be categories;
    - `constant`: one value, or none at all.

    `reason` says in words why. `n_missing` counts rows without a value, `n_distinct` the
    different values in the others.
    """

    name: str
    kind: Kind
    reason: str
    n_rows: int
    n_missing: int
    n_distinct: int
    categories: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False

    @property
    def is_feature(self) -> bool:
        """Whether a network can learn from it as it stands: numeric, categorical or boolean."""
        return self.kind in ("numeric", "categorical", "boolean")


def infer_schema(table: Table) -> tuple[ColumnSchema, ...]:
    """What each column of `table` is, in order. See `infer_column` for the rules.

    >>> from pellucid.data import read_table
    >>> from pellucid.data.datasets import wisconsin_original_csv
    >>> for column in infer_schema(read_table(wisconsin_original_csv()))[::5]:
    ...     print(column.name, column.kind, column.n_missing, column.categories)
    id identifier 0 ()
    single_epithelial_cell_size numeric 0 ()
    class categorical 0 ('benign', 'malignant')
    """
    return tuple(infer_column(table, name) for name in table.names)


def infer_column(table: Table, name: str) -> ColumnSchema:
    """What the column `name` of `table` is: the first of these rules that applies.

    1. one value or none: `constant`;
    2. `0` and `1`, `no` and `yes`, `true` and `false` or the like, whatever their case: `boolean`;
    3. whole numbers or text under a name such as `id` or `PatientID`, different in most rows or of
       more than 256 values; growing whole numbers in a first column without a name; and, in 10
       rows or more, text that never repeats: `identifier`;
    4. numbers: `numeric`;
    5. text of at most 256 different values, each in two rows on average; in fewer than 10 rows, any
       text: `categorical`;
    6. any other: `text`. If at least 90 % of the cells are numbers, the reason names the first one
       that is not: it is more likely a slip of the pen than a word.

    Numbers under an ordinary name stay `numeric` even if they never repeat: so do measurements.

    >>> infer_column(Table({"PatientId": [7, 3, 9], "age": [41, 38, 55]}), "PatientId").kind
    'identifier'
    """
    values = table[name][~table.missing(name)]
    distinct = (
        np.unique(values) if table.is_numeric(name) else np.array(sorted(set(values)), object)
    )
    facts: dict[str, Any] = {
        "name": name,
        "n_rows": len(table),
        "n_missing": len(table) - len(values),
        "n_distinct": len(distinct),
    }
    if len(distinct) < 2:
        reason = f"every value is {distinct[0]}" if len(distinct) else "no row has a value"
        return ColumnSchema(kind="constant", reason=reason, **facts)
    if pair := _boolean_pair(distinct):
        reason = f"the two values {pair[0]} and {pair[1]}"
        return ColumnSchema(kind="boolean", reason=reason, categories=pair, **facts)
    if reason := _why_identifier(name, values, distinct):
        return ColumnSchema(kind="identifier", reason=reason, **facts)
    if table.is_numeric(name):
        return _numeric(distinct, facts)
    many = len(distinct) > _MOST_CATEGORIES or 2 * len(distinct) > len(values)
    if many and len(values) >= _LEAST_ROWS_OF_KEYS:
        return ColumnSchema(kind="text", reason=_why_text(table, name, len(distinct)), **facts)
    reason = f"text of {len(distinct)} different values"
    return ColumnSchema(kind="categorical", reason=reason, categories=tuple(distinct), **facts)


def _boolean_pair(distinct: np.ndarray) -> tuple[str, str] | None:
    """The negative and the positive value, if these two are the two of a yes-or-no question."""
    if len(distinct) != 2:
        return None
    texts = [str(value) if isinstance(value, str) else f"{value:g}" for value in distinct]
    if {text.lower() for text in texts} not in _BOOLEANS:
        return None
    negative, positive = sorted(texts, key=lambda text: text.lower() in _TRUE)
    return negative, positive


def _why_identifier(name: str, values: np.ndarray, distinct: np.ndarray) -> str:
    numeric = values.dtype != object
    if numeric and not _is_whole(distinct):
        return ""
    if _names_an_id(name) and len(distinct) > min(len(values) / 2, _MOST_CATEGORIES):
        return f"its name, and {len(distinct)} different values in {len(values)} rows"
    if numeric and name == "column_1" and (np.diff(values) > 0).all():
        return "growing whole numbers in a column without a name"
    if not numeric and len(distinct) == len(values) >= _LEAST_ROWS_OF_KEYS:
        return "text that is different in every row"
    return ""


def _names_an_id(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    in_chinese = name.endswith(("编号", "序号", "学号"))
    return in_chinese or bool(_ID_WORDS.intersection(words)) or " ".join(words) in _ID_NAMES


def _is_whole(values: np.ndarray) -> bool:
    return bool((values == np.floor(values)).all())


def _numeric(distinct: np.ndarray, facts: dict[str, Any]) -> ColumnSchema:
    low, high, whole = float(distinct[0]), float(distinct[-1]), _is_whole(distinct)
    reason = f"{'whole ' if whole else ''}numbers from {low:g} to {high:g}"
    return ColumnSchema(
        kind="numeric", reason=reason, minimum=low, maximum=high, whole=whole, **facts
    )


def _why_text(table: Table, name: str, n_distinct: int) -> str:
    words = [
        (row, cell)
        for row, cell in enumerate(table[name], 1)
        if cell is not None and not is_number(cell)
    ]
    n_present = len(table) - int(table.missing(name).sum())
    if words and len(words) <= (1 - _SHARE_OF_NUMBERS) * n_present:
        row, cell = words[0]
        return f"numbers but for {len(words)} of {n_present} cells, first {cell!r} in row {row}"
    return f"text of {n_distinct} different values in {n_present} rows"
