"""The schema as a TOML file: every decision with its reason, to be read, edited and read back."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pellucid.errors import DataError
from pellucid.tabular.kinds import KINDS
from pellucid.tabular.overrides import Overrides
from pellucid.tabular.reasons import Language
from pellucid.tabular.schema import ColumnSchema

_HEAD = {
    "en": (
        "What each column is taken for, and why. Change it and give it back with --schema FILE.",
        f"kind: {', '.join(KINDS)}; use = false leaves a column out;",
        'order = ["S", "M", "L"]: least first; missing = ["-9"]: values that mean missing.',
    ),
    "zh": (
        "每一列被当作什么，以及原因。修改后用 --schema 文件名 交回即可。",
        f"kind（类型）：{', '.join(KINDS)}；use = false 表示不使用该列；",
        'order = ["小", "中", "大"]：从小到大；missing = ["-9"]：表示缺失的值。',
    ),
}
_MARKS = {"en": "attention", "zh": "注意"}


def schema_text(
    schema: Iterable[ColumnSchema],
    overrides: Overrides | None = None,
    *,
    language: Language = "en",
) -> str:
    """A schema as TOML that `read_overrides` reads: decisions as values, reasons as comments.

    `overrides` adds what is no column's own: task, positive class, group and time.

    >>> from pellucid.data.table import Table
    >>> from pellucid.tabular.schema import infer_schema
    >>> table = Table({"size": ["S", "M", "L"] * 3, "ward": ["a"] * 9})
    >>> print(schema_text(infer_schema(table)).partition("# size")[2])
    <BLANKLINE>
    [columns."size"]
    # an order known by its names: S < M < L; 3 values
    kind = "ordinal"
    order = ["S", "M", "L"]
    use = true
    <BLANKLINE>
    # ward
    [columns."ward"]
    # every value is a; 1 value
    kind = "constant"
    use = false
    <BLANKLINE>
    """
    columns = tuple(schema)
    lines = [f"# {line}" for line in _HEAD[language]]
    lines += ["", *_top(columns, overrides or Overrides())]
    for column in columns:
        lines += ["", *_column(column, language)]
    return "\n".join(lines) + "\n"


def write_schema(
    path: str | os.PathLike[str],
    schema: Iterable[ColumnSchema],
    overrides: Overrides | None = None,
    *,
    language: Language = "en",
) -> None:
    """Write `schema_text` to a file, whole or not at all; `DataError` if it cannot be written."""
    target = Path(path)
    beside = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(schema_text(schema, overrides, language=language))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise DataError(
            str(path), expected="a place to write to", received=error.strerror
        ) from error


def _top(columns: Sequence[ColumnSchema], overrides: Overrides) -> Iterator[str]:
    targets = [column.name for column in columns if column.role == "target"]
    if targets:
        yield f"target = {_quoted(targets[0]) if len(targets) == 1 else _listed(targets)}"
    for key in ("task", "positive", "group", "time"):
        value = getattr(overrides, key)
        if value is not None:
            yield f"{key} = {_quoted(value)}"


def _column(column: ColumnSchema, language: Language) -> Iterator[str]:
    yield f"# {_plain(column.name)}"
    yield f"[columns.{_quoted(column.name)}]"
    yield f"# {_plain(_facts(column, language))}"
    if column.role_why is not None:
        yield f"# {_plain(column.role_why.text(language))}"
    for warning in column.warnings:
        yield f"# {_MARKS[language]}: {_plain(warning.text(language))}"
    yield f'kind = "{column.kind}"'
    if column.kind in ("ordinal", "boolean") and "" not in column.categories:
        yield f"order = {_listed(column.categories)}"
    if column.missing_marks:
        yield f"missing = {_listed(column.missing_marks)}"
    # What is predicted, or keeps rows together, is said at the top.
    if column.role not in ("target", "group", "time"):
        yield f"use = {'true' if column.is_feature else 'false'}"


def _facts(column: ColumnSchema, language: Language) -> str:
    n, missing, rows = column.n_distinct, column.n_missing, column.n_rows
    if language == "zh":
        gaps = f"；{rows} 行中缺失 {missing} 行" if missing else ""
        return f"{column.why.text('zh')}；{n} 个不同的值{gaps}"
    gaps = f"; {missing} of {rows} rows missing" if missing else ""
    return f"{column.why.text()}; {n} value{'s' if n != 1 else ''}{gaps}"


def _plain(text: str) -> str:
    """Text that may stand in a comment: one line, without control characters."""
    line = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "�" for letter in line)


def _quoted(text: str) -> str:
    # JSON writes text as TOML does, but for one control character and lone halves of pairs.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _listed(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"
