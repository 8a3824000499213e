"""Everything the command says, in the language of the user."""

from __future__ import annotations

from typing import Any

from pellucid import settings
from pellucid.cli.words import OPTIONS, OTHERS, RESULTS

LANGUAGES = ("en", "zh")

# Key: (English, Chinese). Both take the same values in braces; a test sees to it.
MESSAGES: dict[str, tuple[str, str]] = {**OPTIONS, **RESULTS, **OTHERS}


def text(key: str, **values: Any) -> str:
    """What stands under `key` in the language of the setting `language`, with these values.

    >>> with settings.using(language="zh"):
    ...     text("data.title", file="a.csv")
    '表格 a.csv'
    """
    return MESSAGES[key][LANGUAGES.index(settings.get("language"))].format(**values)
