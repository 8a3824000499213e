"""Columns that name a row and say nothing about it."""

from __future__ import annotations

import re

import numpy as np

from pellucid.tabular.facts import Facts, is_whole
from pellucid.tabular.reasons import Reason

# In a shorter column, values that never repeat prove nothing.
LEAST_ROWS_OF_KEYS = 10
# More categories than this are hardly ever seen often enough, each, to learn from.
MOST_CATEGORIES = 256
_LEAST_ROWS_COUNTED = 50
# So many short steps up make a column a count of the rows, though it may begin anew here and there.
# Rows held out leave gaps; of two rows in five, drawn at random, one is among the first ten.
_SHARE_OF_STEPS, _LONGEST_STEP = 0.9, 5
_LAST_START, _LEAST_DENSITY = 10, 0.4
# Numbers in a first column without a name are keys if so many differ, over so many times the rows.
_SHARE_OF_KEYS, _SPARSE = 0.9, 10

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_ID_WORDS = {"id", "ids", "uuid", "guid", "rowname", "rownames", "mrn", "ssn", "barcode"}
_ID_NAMES = {"index", "key", "unnamed 0", "row", "row number", "row no", "row num", "row index"}
_ID_IN_CHINESE = (
    "编号", "序号", "学号", "病历号", "住院号", "门诊号", "身份证", "身份证号", "手机号", "电话",
    "流水号", "卡号", "姓名",
)  # fmt: skip
_NUMBER_WORDS = {"number", "no", "num", "nr", "code"}
_OWNERS = set(
    "hospital patient customer client account phone mobile telephone record ticket passport case "
    "registration policy order invoice serial sample subject participant student employee member "
    "admission accession chart card specimen hosp".split()
)


def why_identifier(facts: Facts) -> Reason | None:
    """Why a column is an identifier, or None if it is none, by rule 4 of `kinds.find_kind`."""
    values, n = facts.values, len(facts.values)
    n_distinct = len(facts.distinct)
    if facts.numeric and not is_whole(facts.distinct):
        return None
    words = [word.lower() for word in _WORD.findall(facts.name)]
    if _names_an_id(facts.name, words) and n_distinct > min(n / 2, MOST_CATEGORIES):
        return Reason("id_name", {"n_distinct": n_distinct, "n": n})
    if facts.numeric:
        if facts.name == "column_1" and (values[1:] > values[:-1]).all():
            return Reason("id_growing")
        if facts.name == "column_1" and _looks_like_keys(facts):
            return Reason("id_unnamed", {"n_distinct": n_distinct, "n": n})
        if n == facts.n_rows >= _LEAST_ROWS_COUNTED and _counts_rows(values):
            return Reason("id_rows", {"first": int(values[0])})
        onward = (values[1:] > values[:-1]) & (values[1:] <= values[:-1] + _LONGEST_STEP)
        counted = n >= LEAST_ROWS_OF_KEYS and onward.mean() >= _SHARE_OF_STEPS
        if counted and _NUMBER_WORDS.intersection(words) and n_distinct > n / 4:
            return Reason("id_counts")
    elif n_distinct == n >= LEAST_ROWS_OF_KEYS and 2 * n > facts.n_rows:
        return Reason("id_text")
    return None


def _looks_like_keys(facts: Facts) -> bool:
    """Whether whole numbers hardly ever repeat and are far apart, as keys given out elsewhere."""
    n, n_distinct = len(facts.values), len(facts.distinct)
    apart = facts.distinct[-1] / _SPARSE - facts.distinct[0] / _SPARSE > n
    return bool(n >= _LEAST_ROWS_COUNTED and n_distinct > _SHARE_OF_KEYS * n and apart)


def _counts_rows(values: np.ndarray) -> bool:
    """Whether numbers grow from about 1 and leave few out, as do those of some rows of a table."""
    dense = values[-1] < values[0] + len(values) / _LEAST_DENSITY
    return bool(0 <= values[0] <= _LAST_START and dense and (values[1:] > values[:-1]).all())


def _names_an_id(name: str, words: list[str]) -> bool:
    owned = bool(_NUMBER_WORDS.intersection(words) and _OWNERS.intersection(words))
    plain = bool(_ID_WORDS.intersection(words)) or " ".join(words) in _ID_NAMES
    return plain or owned or name.endswith(_ID_IN_CHINESE)
