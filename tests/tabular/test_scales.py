"""Names in order, as people write them, and names that have none."""

from __future__ import annotations

import random

import pytest

from pellucid.tabular.scales import find_order

# The name of the column and its values in the order that is expected.
ORDERED = {
    "low to high": ("risk", ["low", "medium", "high"]),
    "capitals": ("risk", ["Very Low", "LOW", "Normal", "High", "very high"]),
    "in Chinese": ("风险", ["低", "中", "高"]),
    "cuts of diamonds": ("cut", ["Fair", "Good", "Very Good", "Premium", "Ideal"]),
    "clarity of diamonds": ("clarity", ["I1", "SI2", "SI1", "VS2", "VS1", "VVS2", "VVS1", "IF"]),
    "colours of diamonds": ("color", ["J", "I", "H", "G", "F", "E", "D"]),
    "health": ("health", ["poor", "fair", "good", "very good", "excellent"]),
    "how often": ("smokes", ["Never", "Rarely", "Sometimes", "Often", "Always"]),
    "how bad": ("pain", ["none", "mild", "moderate", "severe"]),
    "how bad, in Chinese": ("疼痛", ["无", "轻度", "中度", "重度"]),
    "agreement": ("q1", ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]),
    "sizes": ("size", ["XS", "S", "M", "L", "XXL"]),
    "classes": ("class", ["First", "Second", "Third"]),
    "stages": ("stage", ["Stage I", "Stage II", "Stage III", "Stage IV"]),
    "parts of stages": ("stage", ["IA", "IB", "IIA", "IIIC"]),
    "stages in Chinese": ("分期", ["Ⅰ期", "Ⅱ期", "Ⅲ期", "Ⅳ期"]),
    "numbered in Chinese": ("年级", ["一年级", "二年级", "三年级"]),
    "grades": ("grade", ["Grade 1", "Grade 2", "Grade 3"]),
    "tumour size": ("pT", ["T1", "T2", "T3", "T4"]),
    "functional classes": ("NYHA", ["NYHA I", "NYHA II", "NYHA III"]),
    "letters": ("credit grade", ["A", "B", "C", "D"]),
    "education": ("education", ["primary", "secondary", "tertiary"]),
    "education in Chinese": ("学历", ["小学", "初中", "高中", "本科", "硕士", "博士"]),
    "weights": ("bmi class", ["Underweight", "Normal", "Overweight", "Obese"]),
    "ages": ("age", ["0-4", "5-9", "10-14", "15-19"]),
    "ages with dashes": ("age", ["<20", "20–29", "30–39", "≥40"]),
    "ages in words": ("age", ["under 18", "18 to 25", "26 to 40", "over 40"]),
    "ages in years": ("age", ["10-19 years", "20-29 years", "100+ years"]),
    "intervals": ("dose", ["[0, 1.5)", "[1.5, 3)", "[3, 10)"]),
    "ages in Chinese": ("年龄", ["18-30岁", "31-45岁", "60岁以上"]),
}


@pytest.mark.parametrize("case", ORDERED)
def test_names_in_order(case: str) -> None:
    name, levels = ORDERED[case]
    mixed = levels[:]
    random.Random(1).shuffle(mixed)
    found = find_order(mixed, name)
    assert found is not None and found.levels == tuple(levels)


UNORDERED = {
    "colours": ("colour", ["red", "green", "blue"]),
    "harbours": ("embarked", ["C", "Q", "S"]),
    "blood": ("blood", ["A", "B", "AB", "0"]),
    "two only": ("risk", ["low", "high"]),
    "one that is not": ("risk", ["low", "medium", "purple"]),
    "the same place twice": ("risk", ["low", "medium", "middle", "high"]),
    "numbers": ("code", ["1", "2", "3"]),
    "treatments": ("treatment", ["T1", "T2", "T3"]),
    "single numerals": ("wing", ["I", "V", "X"]),
    "overlapping ranges": ("age", ["0-10", "5-15", "20-30"]),
    "ranges the wrong way": ("years", ["10-5", "5-1", "20-15"]),
    "telephones": ("phone", ["555-1234", "555-2345", "555-3456"]),
    "different words": ("stage", ["Stage 1", "Grade 2", "Stage 3"]),
    "letters of a ward": ("ward", ["A", "B", "C", "D"]),
    "nothing": ("x", []),
}


@pytest.mark.parametrize("case", UNORDERED)
def test_names_without_an_order(case: str) -> None:
    name, values = UNORDERED[case]
    assert find_order(values, name) is None
