"""Names that have an order: low, medium, high; stage I to IV; 10-14, 15-19.

A column is ordinal if all its values stand on one scale, in three different places or more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_LEAST_LEVELS = 3

# From least to most; names of one place are parted by |. Compared in lower case. Not here: never,
# former and current smoker, an order in time, while the risk need not lie between.
_SCALES = [
    "minimal|minimum|none|无|很少 < very low|extremely low|很低|极低 < low|低|偏低 "
    "< below average|low normal < medium|med|moderate|mid|middle|average|normal|中|中等|正常|一般 "
    "< above average|high normal < high|高|偏高 < very high|extremely high|extreme|很高|极高",
    "very poor|very bad|很差|极差 < poor|bad|差|较差 < fair|acceptable|average|一般|尚可 "
    "< good|好|良|良好|较好 < very good|很好 < excellent|优|优秀|极好 < outstanding|exceptional",
    "fair < good < very good < premium < ideal",
    "不合格|不及格|差 < 合格|及格|中 < 良|良好 < 优|优秀",
    "never|从不|从未 < almost never < rarely|seldom|hardly ever|很少 < occasionally|偶尔 "
    "< sometimes|有时 < often|frequently|经常 < usually|mostly < almost always < always|总是|一直",
    "never < yearly|annually < quarterly < monthly < weekly < daily < hourly",
    "none|absent|normal|no|无|正常 < trace|minimal|微量 < mild|slight|light|轻|轻度|轻微 "
    "< moderate|medium|中|中度 < marked < severe|heavy|serious|重|重度|严重 "
    "< very severe|critical|extreme|profound|极重|极重度|危重",
    "strongly disagree|非常不同意 < disagree|不同意 < somewhat disagree "
    "< neutral|neither agree nor disagree|undecided|中立 < somewhat agree < agree|同意 "
    "< strongly agree|非常同意",
    "very dissatisfied|很不满意 < dissatisfied|unsatisfied|不满意 < neutral|一般 "
    "< satisfied|满意 < very satisfied|很满意|非常满意",
    "very unlikely < unlikely < neutral|possible < likely|probable < very likely < certain",
    "tiny|very small|特小 < small|小|小型 < medium|med|中|中型 < large|big|大|大型 "
    "< very large|extra large|huge|特大",
    "xxxs|3xs < xxs|2xs < xs < s < m < l < xl < xxl|2xl < xxxl|3xl < xxxxl|4xl",
    "very short < short|短 < medium|average|中 < long|tall|长 < very long|very tall",
    "very slow < slow|慢 < medium|moderate|normal|中 < fast|quick|快 < very fast",
    "cold|freezing|冷 < cool|凉 < mild|warm|温 < hot|热",
    "first|1st|第一 < second|2nd|第二 < third|3rd|第三 < fourth|4th|第四 < fifth|5th|第五 "
    "< sixth|6th < seventh|7th < eighth|8th < ninth|9th < tenth|10th",
    "one|一 < two|二 < three|三 < four|四 < five|五 < six|六 < seven|七 < eight|八 < nine|九 "
    "< ten|十",
    "illiterate|none|文盲 < preschool < primary|elementary|小学 < middle school|初中 "
    "< secondary|high school|高中|中专 < some college < associate|college|大专 "
    "< tertiary|bachelor|bachelors|bachelor's|undergraduate|university|graduate|本科|大学 "
    "< master|masters|master's|postgraduate|硕士|研究生 < phd|ph.d.|doctorate|doctoral|博士",
    "newborn|neonate|新生儿 < infant|baby|婴儿 < toddler|幼儿 < child|儿童|少儿 "
    "< adolescent|teen|teenager|青少年|少年 < young adult|young|青年 < adult|成人|成年 "
    "< middle-aged|middle aged|中年 < senior|elderly|old|老年",
    "entry|entry level|trainee|intern < junior|jr|初级 < mid|middle|intermediate|中级 "
    "< senior|sr|高级 < lead|principal < executive|director",
    "beginner|novice < intermediate < advanced < expert",
    "minor < moderate < major < catastrophic",
    "i1 < si2 < si1 < vs2 < vs1 < vvs2 < vvs1 < if < fl",
    "negative|neg|- < trace|± < +|1+ < ++|2+ < +++|3+ < ++++|4+",
    "bronze < silver < gold < platinum < diamond",
    "underweight|偏瘦 < normal|normal weight|healthy weight|正常 < overweight|超重 < obese|肥胖 "
    "< severely obese|morbidly obese|重度肥胖",
]

_ROMAN = {numeral: k for k, numeral in enumerate("i ii iii iv v vi vii viii ix x".split(), 1)}
_ROMAN |= {"ⅰ": 1, "ⅱ": 2, "ⅲ": 3, "ⅳ": 4, "ⅴ": 5, "ⅵ": 6}
_CHINESE = {numeral: k for k, numeral in enumerate("零一二三四五六七八九十")}
_NUMBERED = re.compile(
    r"(?P<word>stage|grade|level|phase|tier|nyha|nyha class|asa|cin|gleason|birads|bi-rads|ecog|"
    r"figo|step|year|[cp]?[gtn]|第)?[\s_.:-]*"
    r"(?P<place>\d{1,2}|[ivx]{1,4}|[ⅰⅱⅲⅳⅴⅵ]|[零一二三四五六七八九十])\s*(?P<part>[abc]\d?)?"
    r"(?P<unit>期|级|級|度|类|年级|档|等)?"
)
_STAGED = re.compile(r"stage|grade|tumou?r|tnm|node|[分肿]|^[cp]?[gtn]$")
_BAND = re.compile(
    r"[\[(]?\s*(?P<low>-?\d+(?:\.\d+)?)\s*(?:[-–—~～_,]|to|至|到)\s*(?P<high>-?\d+(?:\.\d+)?)\s*[\])]?"
)
_UNDER = re.compile(
    r"(?:<=?|≤|under|below|less than|up to|小于|低于)\s*(?P<high>\d+(?:\.\d+)?)"
    r"|(?P<high2>\d+(?:\.\d+)?)\s*岁?\s*(?:and under|and below|or less|or younger|及?以下)"
)
_OVER = re.compile(
    r"(?:>=?|≥|over|above|more than|大于|高于)\s*(?P<low>\d+(?:\.\d+)?)"
    r"|(?P<low2>\d+(?:\.\d+)?)\s*岁?\s*(?:\+|and over|and above|or more|or older|及?以上)"
)
_UNITS = re.compile(r"\s*(?:years?|yrs?|yo|months?|days?|岁|年|天|月|万|元|kg|cm|%)(?:\s+old)?$")


class Order(NamedTuple):
    """The values of a column from least to most; `key` is the reason's: ordinal or bands."""

    levels: tuple[str, ...]
    key: str


def find_order(values: Iterable[str], name: str = "") -> Order | None:
    """The order of different texts, if they have one that needs no explanation; else None.

    >>> find_order(["high", "low", "medium"]).levels
    ('low', 'medium', 'high')
    >>> find_order(["Stage IIB", "Stage I", "Stage IIA"]).levels
    ('Stage I', 'Stage IIA', 'Stage IIB')
    >>> find_order(["9-14", "<9", "70+", "15-69"]).levels
    ('<9', '9-14', '15-69', '70+')
    >>> find_order(["red", "green", "blue"]) is None
    True
    """
    texts = list(values)
    if len(texts) < _LEAST_LEVELS:
        return None
    keys = [" ".join(text.lower().split()) for text in texts]
    rules = (_on_a_scale(keys), _numbered(keys, name), _colour(texts, name), _letters(texts, name))
    for places in rules:
        if places:
            return Order(_sorted(texts, places), "ordinal")
    bands = _bands(keys)
    return Order(_sorted(texts, bands), "bands") if bands else None


def _sorted(texts: Sequence[str], places: Sequence[object]) -> tuple[str, ...]:
    order = sorted(range(len(texts)), key=lambda k: (places[k], texts[k]))
    return tuple(texts[k] for k in order)


def _read_scale(line: str) -> dict[str, int]:
    names: dict[str, int] = {}
    for place, level in enumerate(line.split("<")):
        for name in level.split("|"):
            names.setdefault(name.strip(), place)
    return names


_PLACES = [_read_scale(line) for line in _SCALES]


def _on_a_scale(keys: Sequence[str]) -> list[int] | None:
    plain = [key.replace("-", " ").replace("_", " ") for key in keys]
    for scale in _PLACES:
        found = [scale.get(key, scale.get(other)) for key, other in zip(keys, plain, strict=True)]
        places = [place for place in found if place is not None]
        if len(places) == len(keys) == len(set(places)):
            return places
    return None


def _numbered(keys: Sequence[str], name: str) -> list[tuple[int, str]] | None:
    """Stage II, 2期, IIIa: a numeral with the same word before and after it in every value.

    T1 to T4 may as well be treatments; they are stages under a name that says so.
    """
    places, frames = [], set()
    for key in keys:
        match = _NUMBERED.fullmatch(key)
        if match is None:
            return None
        number = match["place"]
        place = int(number) if number.isdigit() else _ROMAN.get(number, _CHINESE.get(number))
        if place is None:
            return None
        places.append((place, match["part"] or ""))
        frames.add((match["word"], match["unit"], number.isdigit()))
    word, unit, digits = frames.pop()
    # Bare numbers are numbers, and I, V and X alone may be letters.
    bare = not word and not unit and (digits or max(map(len, keys)) == 1)
    if frames or len(set(places)) < len(keys) or bare:
        return None
    letter = word is not None and len(word) <= 2
    return None if letter and not _STAGED.search(name.lower()) else places


def _colour(texts: Sequence[str], name: str) -> list[int] | None:
    """Colours of diamonds, D the best: J is the least of D to J."""
    named = "color" in name.lower() or "colour" in name.lower()
    letters = named and len(texts) >= 5 and all(len(t) == 1 and "D" <= t <= "Z" for t in texts)
    codes = sorted(map(ord, texts)) if letters else []
    run = bool(codes) and codes == list(range(codes[0], codes[0] + len(codes)))
    return [-ord(text) for text in texts] if run else None


def _letters(texts: Sequence[str], name: str) -> list[int] | None:
    """A to F in a column that is called a grade: in the order of the alphabet."""
    named = any(word in name.lower() for word in ("grade", "rating", "等级", "评级"))
    letters = named and all(len(t) == 1 and "A" <= t <= "G" for t in texts)
    return [ord(text) for text in texts] if letters else None


def _bands(keys: Sequence[str]) -> list[tuple[float, float]] | None:
    """Ranges that do not overlap, at least two of them with both ends."""
    found = []
    for key in keys:
        band = _band(_UNITS.sub("", key))
        if band is None:
            return None
        found.append(band)
    closed = sum(low > float("-inf") and high < float("inf") for low, high in found)
    ordered = sorted(found)
    apart = all(a[1] <= b[0] for a, b in zip(ordered, ordered[1:], strict=False))
    return found if closed >= 2 and apart else None


def _band(key: str) -> tuple[float, float] | None:
    if match := _BAND.fullmatch(key):
        low, high = float(match["low"]), float(match["high"])
        return (low, high) if low < high else None
    if match := _UNDER.fullmatch(key):
        return float("-inf"), float(match["high"] or match["high2"])
    if match := _OVER.fullmatch(key):
        return float(match["low"] or match["low2"]), float("inf")
    return None
