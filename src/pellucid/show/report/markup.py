"""HTML built from pieces: every text is escaped, so nothing in a table can become markup."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable

# Control characters, halves of surrogate pairs, and those that turn the direction of the text
# around them; emoji are joined by one that stays.
_DROPPED = {"Cc", "Cs", "Cf"}
_KEPT = "\u200c\u200d"
_VOID = {"br", "hr", "meta", "col"}


class Markup(str):
    """Text that is HTML already; any other text is escaped where it is put in."""


def clean(text: object, longest: int = 300) -> str:
    """A text on one line, without characters that do not show, at most `longest` of them.

    >>> clean(" two\\nlines\\u202e\\x00 "), clean("abcdef", 4)
    ('two lines', 'abc…')
    """
    line = " ".join(str(text).split())
    shown = "".join(c for c in line if c in _KEPT or unicodedata.category(c) not in _DROPPED)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def escape(text: object) -> Markup:
    """A text as HTML.

    >>> escape("<b> & 'c'")
    '&lt;b&gt; &amp; &#x27;c&#x27;'
    """
    return text if isinstance(text, Markup) else Markup(html.escape(clean(text, 4000)))


def element(tag: str, /, *children: object, **attributes: object) -> Markup:
    """An element with its attributes; ``class_`` is class, and ``_`` in a name becomes ``-``.

    Children are elements, texts, lists of them, or None. An attribute of None or False is left out.

    >>> element("p", "a < b ", element("b", "c"), class_="note", aria_label=None)
    '<p class="note">a &lt; b <b>c</b></p>'
    """
    marks = "".join(_attribute(key, value) for key, value in attributes.items())
    if tag in _VOID:
        return Markup(f"<{tag}{marks}>")
    return Markup(f"<{tag}{marks}>{join(children)}</{tag}>")


def join(children: Iterable[object]) -> Markup:
    """Pieces one after the other.

    >>> join(["1 < 2", None, [element("br")]])
    '1 &lt; 2<br>'
    """
    return Markup("".join(_text(child) for child in children))


def _text(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, list | tuple):
        return join(child)
    if isinstance(child, Markup):
        return child
    # Blanks at the ends separate a text from the element beside it.
    text = str(child)
    left = " " if text[:1].isspace() else ""
    right = " " if text[-1:].isspace() else ""
    return f"{left}{escape(text)}{right}"


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(clean(value))}"'
