"""What the columns of a table are and what each is used for: decided by rules, or by the user.

A rule carries its reason, so that a person can check it; `Overrides` overrule it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from pellucid.data.table import Table
from pellucid.tabular.choices import chosen_kind
from pellucid.tabular.duplicates import MOST_PARTS, Candidate, find_duplicates, find_told
from pellucid.tabular.facts import Facts
from pellucid.tabular.kinds import Kind, find_kind
from pellucid.tabular.leaks import find_leaks
from pellucid.tabular.overrides import Overrides
from pellucid.tabular.reasons import Language, Reason

Role = Literal["feature", "target", "group", "time", "duplicate", "leak", "left_out"]

LEARNABLE = frozenset({"numeric", "categorical", "boolean", "ordinal", "date"})
# Of two columns that say the same, the one that says it with more order is kept.
_RANK = {"numeric": 0, "date": 1, "ordinal": 2, "boolean": 3, "categorical": 4}
# Whole numbers of no more than this many values name classes; more of them measure something.
MOST_NUMBERED_CLASSES = 10


@dataclass(frozen=True)
class ColumnSchema:
    """What one column is, and what it is used for.

    `kind` is one of

    - `numeric`: numbers, `minimum` to `maximum`; `whole` if none has a fraction;
    - `categorical`: one of `categories`, which stand in sorted order;
    - `boolean`: one of the two `categories`, the negative first;
    - `ordinal`: one of `categories`, which stand from least to most;
    - `date`: written as `date_form` says, `whole` if without a time of day; `minimum` and `maximum`
      are days since 1970-01-01;
    - `identifier`: names a row and says nothing about it;
    - `text`: too many different words to be categories;
    - `constant`: one value, or none at all.

    `why` tells how that was decided. `role` is what the column is used for: `feature`, `target`,
    `group` (rows that belong together) or `time`; or why it is not: `duplicate` of another column,
    `leak` of the target, `left_out` by the user or because it cannot be learned from; `role_why`
    tells more. `decided_by` is `user` where the user overruled a rule. `warnings` are what a
    person should look at. `n_missing` counts rows without a value, `n_distinct` the different
    values in the others; `missing_marks` are values that the user says mean missing.
    """

    name: str
    kind: Kind
    why: Reason
    n_rows: int
    n_missing: int
    n_distinct: int
    categories: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    date_form: str = ""
    role: Role = "feature"
    role_why: Reason | None = None
    decided_by: Literal["rule", "user"] = "rule"
    warnings: tuple[Reason, ...] = ()
    missing_marks: tuple[str, ...] = ()

    @property
    def is_feature(self) -> bool:
        """Whether a network learns from it."""
        return self.role == "feature"

    @property
    def can_be_feature(self) -> bool:
        """Whether a network could: numbers, categories, yes or no, levels, dates."""
        return self.kind in LEARNABLE

    @property
    def reason(self) -> str:
        """In words why it is left out, or else what it is taken for."""
        return self.text()

    @property
    def reason_key(self) -> str:
        """The key of `reason` in `REASONS`."""
        return (self.role_why or self.why).key

    @property
    def reason_values(self) -> Mapping[str, Any]:
        """What belongs in the sentence of `reason_key`."""
        return (self.role_why or self.why).values

    def text(self, language: Language = "en") -> str:
        """The reason in English or Chinese."""
        return (self.role_why or self.why).text(language)

    def to_json(self) -> dict[str, Any]:
        """All of it in numbers, text, lists and dicts, for `from_json` and for a report.

        Keys: the fields by name, `why` and `role_why` and each of `warnings` as key, values and
        English text; and `used`, `reason`, `reason_key` and `reason_values`.
        """
        return {
            "name": self.name,
            "kind": self.kind,
            "role": self.role,
            "used": self.is_feature,
            "reason": self.reason,
            "reason_key": self.reason_key,
            "reason_values": dict(self.reason_values),
            "decided_by": self.decided_by,
            "why": self.why.to_json(),
            "role_why": None if self.role_why is None else self.role_why.to_json(),
            "warnings": [each.to_json() for each in self.warnings],
            **{name: getattr(self, name) for name in _PLAIN},
            **{name: list(getattr(self, name)) for name in _TUPLES},
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> ColumnSchema:
        """The column that `to_json` described; KeyError for a description that is not whole."""
        given: dict[str, Any] = {name: facts[name] for name in (*_WORDS, *_PLAIN)}
        given |= {name: tuple(facts[name]) for name in _TUPLES}
        given["why"] = Reason.from_json(facts["why"])
        if facts["role_why"] is not None:
            given["role_why"] = Reason.from_json(facts["role_why"])
        return cls(**given, warnings=tuple(map(Reason.from_json, facts["warnings"])))


_WORDS = ("name", "kind", "role", "decided_by")
_PLAIN = ("n_rows", "n_missing", "n_distinct", "minimum", "maximum", "whole", "date_form")
_TUPLES = ("categories", "missing_marks")
Schema = tuple[ColumnSchema, ...]


def infer_schema(
    table: Table,
    *,
    target: str | Sequence[str] | None = None,
    overrides: Overrides | None = None,
) -> Schema:
    """What each column of `table` is and what it is used for, in order.

    Kinds are found by the rules of `kinds.find_kind`. Columns that repeat another one are left out
    (`duplicates.find_duplicates`); so are, if `target` names the column or columns to be predicted,
    those that are the target under another name, and those that all but tell it are pointed out
    (`leaks.find_leaks`). What `overrides` say stands: `use` keeps a column that a rule would leave
    out. Give training rows alone, so that nothing else decides.

    Raises `DataError` for a column that is absent or cannot be what the user says it is.

    >>> from pellucid.data import read_table
    >>> from pellucid.data.datasets import wisconsin_original_csv
    >>> for column in infer_schema(read_table(wisconsin_original_csv()), target="class")[::5]:
    ...     print(column.name, column.kind, column.role, column.n_missing, column.categories)
    id identifier left_out 0 ()
    single_epithelial_cell_size numeric feature 0 ()
    class categorical target 0 ('benign', 'malignant')
    """
    overrides = overrides or Overrides()
    targets = [target] if isinstance(target, str) else list(target or overrides.target)
    overrides.check(table)
    table = overrides.clean(table)
    columns = {name: _column(table, name, overrides) for name in table.names}
    for name in targets:
        table[name]  # says which columns there are, if it is none of them
        columns[name] = _with_role(columns[name], "target")
    roles: dict[str | None, Role] = {overrides.time: "time", overrides.group: "group"}
    for other, role in roles.items():
        if other is not None and other not in targets and other not in overrides.use:
            columns[other] = _with_role(columns[other], role)
    for name in targets:
        _leaks(table, columns, name, overrides)
    if overrides.leave_out:
        _leave_out(table, columns, overrides)
    _duplicates(table, columns, overrides)
    _told(table, columns)
    return tuple(columns.values())


def infer_column(table: Table, name: str) -> ColumnSchema:
    """What one column of `table` is, by the rules of `kinds.find_kind`; nothing else is looked at.

    >>> infer_column(Table({"PatientId": [7, 3, 9], "age": [41, 38, 55]}), "PatientId").kind
    'identifier'
    """
    return _column(table, name, Overrides())


def features_of(schema: Iterable[ColumnSchema]) -> Schema:
    """The columns of a schema that a network learns from."""
    return tuple(column for column in schema if column.is_feature)


def names_classes(values: np.ndarray) -> bool:
    """Whether present values (N,) of a target name classes: text, or few whole numbers."""
    if values.dtype == object:
        return True
    distinct = np.unique(values)
    whole = bool((distinct == np.floor(distinct)).all())
    return len(distinct) <= (MOST_NUMBERED_CLASSES if whole else 2)


def _column(table: Table, name: str, overrides: Overrides) -> ColumnSchema:
    facts = Facts.of(table, name)
    found, chosen = find_kind(facts), chosen_kind(table, facts, overrides)
    differs = chosen is not None and (chosen.kind, chosen.categories) != (
        found.kind,
        found.categories,
    )
    if chosen is not None and differs:
        found = chosen
    return ColumnSchema(
        name=name,
        kind=found.kind,
        why=found.why,
        n_rows=facts.n_rows,
        n_missing=facts.n_rows - len(facts.values),
        n_distinct=len(facts.distinct),
        categories=found.categories,
        minimum=found.minimum,
        maximum=found.maximum,
        whole=found.whole,
        date_form=found.date_form,
        role="feature" if found.kind in LEARNABLE else "left_out",
        decided_by="user" if differs else "rule",
        warnings=() if found.note is None else (found.note,),
        missing_marks=overrides.marks(name),
    )


def _decided(column: ColumnSchema) -> ColumnSchema:
    return replace(column, decided_by="user")


def _with_role(column: ColumnSchema, role: Role) -> ColumnSchema:
    return replace(column, role=role, role_why=Reason(role))


def _leaks(
    table: Table, columns: dict[str, ColumnSchema], target: str, overrides: Overrides
) -> None:
    names = [name for name, column in columns.items() if column.is_feature]
    present = table[target][~table.missing(target)]
    is_number = {"number": True, "classes": False}.get(overrides.task or "")
    classes = names_classes(present) if is_number is None else not is_number
    if not classes and present.dtype == object:
        return
    for name, leak in find_leaks(table, names, target, classes).items():
        column = columns[name]
        if leak.is_target and name not in overrides.use:
            columns[name] = replace(column, role="leak", role_why=leak.why)
            continue
        columns[name] = replace(column, warnings=(*column.warnings, leak.why))
        if leak.is_target:
            columns[name] = _decided(columns[name])


def _leave_out(table: Table, columns: dict[str, ColumnSchema], overrides: Overrides) -> None:
    """What the user leaves out; where a rule would, too, its reason says more."""
    copies = _copies(table, columns, overrides)
    for name in overrides.leave_out:
        if not columns[name].is_feature:
            continue
        if name in copies:
            columns[name] = replace(columns[name], role="duplicate", role_why=copies[name])
        else:
            columns[name] = _decided(_with_role(columns[name], "left_out"))


def _duplicates(table: Table, columns: dict[str, ColumnSchema], overrides: Overrides) -> None:
    for name, why in _copies(table, columns, overrides).items():
        column = columns[name]
        if name in overrides.use:
            columns[name] = _decided(replace(column, warnings=(*column.warnings, why)))
        else:
            columns[name] = replace(column, role="duplicate", role_why=why)


def _told(table: Table, columns: dict[str, ColumnSchema]) -> None:
    used = [c.name for c in columns.values() if c.is_feature and c.n_distinct < MOST_PARTS]
    for name, why in find_told(table, used).items():
        columns[name] = replace(columns[name], warnings=(*columns[name].warnings, why))


def _copies(
    table: Table, columns: dict[str, ColumnSchema], overrides: Overrides
) -> dict[str, Reason]:
    """The features that repeat another one, which is kept rather if the user wants it."""
    used = [column for column in columns.values() if column.is_feature]
    wanted = {c.name for c in used if c.name in overrides.use or c.decided_by == "user"}
    ranks = {c.name: -1 if c.name in wanted else _RANK[c.kind] for c in used}
    return find_duplicates(table, [Candidate(name, rank) for name, rank in ranks.items()])
