"""What the report says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pellucid.errors import ArgumentError
from pellucid.show.report.markup import clean
from pellucid.show.report.words.checklist import CHECKLIST
from pellucid.show.report.words.figures import FIGURES
from pellucid.show.report.words.limits import LIMITS
from pellucid.show.report.words.names import NAMES
from pellucid.show.report.words.sentences import SENTENCES

LANGUAGES = ("en", "zh")
Language = Literal["en", "zh"]

# Key: (English, Chinese). Both take the same values in braces.
WORDS: Mapping[str, tuple[str, str]] = {**NAMES, **SENTENCES, **FIGURES, **LIMITS, **CHECKLIST}


class Words:
    """Says a key in one language.

    >>> say = Words("zh")
    >>> say("section.data"), say("refused.line", n="3"), say.name("figure", "made_up")
    ('数据', '第 3 行', 'made up')
    """

    def __init__(self, language: str = "en") -> None:
        if language not in LANGUAGES:
            raise ArgumentError("write_report.language", expected="'en' or 'zh'", received=language)
        self.language: Language = "zh" if language == "zh" else "en"
        self._place = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of `key` with `values` put in."""
        return WORDS[key][self._place].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a sentence for `key`."""
        return key in WORDS

    def name(self, group: str, name: object) -> str:
        """What a thing of a group is called; an unknown one by its own name."""
        key = f"{group}.{name}"
        return self(key) if key in WORDS else clean(name, 80).replace("_", " ")

    def told(self, sentences: list[str]) -> str:
        """Sentences one after the other; Chinese has no blank after a full stop."""
        return ("" if self.language == "zh" else " ").join(sentences)

    def listed(self, parts: list[str]) -> str:
        """Several things with commas between them."""
        return ("、" if self.language == "zh" else ", ").join(parts)
