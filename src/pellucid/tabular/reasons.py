"""Why a column is taken for what it is, in English and in Chinese.

A reason is a key and values, so that a report can say it in another language than the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Language = Literal["en", "zh"]

# What is said of a column: the key, then English and Chinese. Values are filled in by name.
REASONS: Mapping[str, tuple[str, str]] = {
    # What kind of column it is.
    "nothing": ("no row has a value", "没有任何一行有值"),
    "one_value": ("every value is {value}", "所有的值都是 {value}"),
    "boolean": ("the two values {negative} and {positive}", "只有 {negative} 和 {positive} 两个值"),
    "id_name": (
        "its name, and {n_distinct} different values in {n} rows",
        "列名像编号，且 {n} 行中有 {n_distinct} 个不同的值",
    ),
    "id_growing": (
        "growing whole numbers in a column without a name",
        "没有列名，且是逐行增大的整数",
    ),
    "id_unnamed": (
        "{n_distinct} different whole numbers in {n} rows, in a first column without a name",
        "第一列没有列名，且 {n} 行中有 {n_distinct} 个不同的整数",
    ),
    "id_counts": (
        "its name, and whole numbers that count the rows",
        "列名像序号，且是逐行加一的整数",
    ),
    "id_rows": (
        "whole numbers that count the rows from {first}",
        "从 {first} 开始逐行加一，是行号",
    ),
    "id_text": ("text that is different in every row", "每一行的文字都不同"),
    "whole_numbers": ("whole numbers from {low} to {high}", "{low} 到 {high} 的整数"),
    "numbers": ("numbers from {low} to {high}", "{low} 到 {high} 的数"),
    "date": ("dates from {low} to {high}, written {form}", "{low} 到 {high} 的日期，写法为 {form}"),
    "ordinal": ("an order known by its names: {levels}", "名称有公认的顺序：{levels}"),
    "bands": ("ranges of numbers: {levels}", "数值区间：{levels}"),
    "categorical": ("text of {n_distinct} different values", "有 {n_distinct} 个不同值的文字"),
    "text": (
        "text of {n_distinct} different values in {n} rows",
        "{n} 行中有 {n_distinct} 个不同值的文字",
    ),
    "slips": (
        "numbers but for {count} of {n} cells, first {cell!r} in row {row}",
        "{n} 个单元格中除 {count} 个外都是数，第一个例外是第 {row} 行的 {cell!r}",
    ),
    "chosen_kind": ("chosen by the user", "由用户指定"),
    # What it is used for, or why it is left out.
    "target": ("it is what is to be predicted", "它就是要预测的目标"),
    "group": ("its rows belong together", "用来把同组的行放在一起"),
    "time": ("it orders the rows in time", "用来按时间排列各行"),
    "left_out": ("left out by the user", "由用户排除"),
    "used": ("used because the user says so", "由用户指定使用"),
    "same": ("the same as '{other}'", "与“{other}”相同"),
    "affine": (
        "'{other}' in another unit: a multiple of it plus a constant",
        "与“{other}”只差单位：等于它乘以一个数再加一个数",
    ),
    "recoded": ("'{other}' under other names, one to one", "与“{other}”一一对应，只是名称不同"),
    "leak_copy": (
        "'{target}' under other names, one to one: the answer itself",
        "与目标“{target}”一一对应：它就是答案本身",
    ),
    "leak_missing": (
        "missing exactly in the rows where '{target}' is {label}",
        "恰好在“{target}”为 {label} 的行缺失",
    ),
    "leak_present": (
        "filled in exactly in the rows where '{target}' is {label}",
        "恰好在“{target}”为 {label} 的行才有值",
    ),
    # What a person should look at.
    "nearly_tells": (
        "alone it all but tells '{target}' ({measure} {value:.3f} on rows held out): is it known "
        "before the outcome is?",
        "仅凭这一列几乎就能得出“{target}”（留出行上 {measure} 为 {value:.3f}）："
        "结局发生之前它已知吗？",
    ),
    "gap_nearly_tells": (
        "whether it is missing all but tells '{target}' (AUC {value:.3f}): is it filled in before "
        "the outcome is known?",
        "它是否缺失几乎就能得出“{target}”（AUC 为 {value:.3f}）：它是在结局已知之前填写的吗？",
    ),
    "told_by": (
        "'{other}' says it already: each of its values goes with one value here",
        "“{other}”已经包含它：前者的每个值只对应这里的一个值",
    ),
    "value_or_blank": (
        "{value} in {n_present} rows and blank in the others: if blank means no, say so with "
        "kind = boolean",
        "{n_present} 行为 {value}，其余为空：若空白表示“否”，请指定 kind = boolean",
    ),
    "spellings": (
        "'{one}' and '{other}' differ in case, width or spaces only: are they one value?",
        "“{one}”与“{other}”只有大小写、全半角或空格不同：是同一个值吗？",
    ),
    "day_or_month": (
        "no date tells whether the day or the month comes first; the day is taken to",
        "无法判断日和月谁在前，按日在前处理",
    ),
    "cannot_use": ("it cannot be learned from as it stands", "现状下无法用于学习"),
}


@dataclass(frozen=True)
class Reason:
    """A key of `REASONS` and the values that belong in its sentence, JSON-able.

    >>> reason = Reason("categorical", {"n_distinct": 3})
    >>> print(reason, "|", reason.text("zh"))
    text of 3 different values | 有 3 个不同值的文字
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """The sentence, without a full stop, in English or Chinese."""
        values = {k: _Number(v) if isinstance(v, float) else v for k, v in self.values.items()}
        return REASONS[self.key][language == "zh"].format(**values)

    def __str__(self) -> str:
        return self.text()

    def to_json(self) -> dict[str, Any]:
        """The key, the values, and the English sentence for those who only read."""
        return {"key": self.key, "values": dict(self.values), "text": self.text()}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Reason:
        """The reason that `to_json` described; KeyError if there is no such key."""
        if facts["key"] not in REASONS:
            raise KeyError(facts["key"])
        return cls(facts["key"], dict(facts["values"]))


class _Number(float):
    """A number that shows itself in six digits, and without an exponent while it can be read."""

    def __format__(self, spec: str) -> str:
        if spec:
            return super().__format__(spec)
        text = super().__format__(".6g")
        return f"{float(self):.0f}" if "e+" in text and abs(self) < 1e15 else text
