"""The colours of the report, light and dark: every pair that must be told apart can be.

Lines and areas are Okabe and Ito's colours, made darker or lighter until each stands out from its
background by 3 : 1; text by 4.5 : 1, as WCAG 2.2 level AA asks.
Source: M. Okabe & K. Ito, "Color universal design" (2008).
"""

from __future__ import annotations

from typing import NamedTuple


class Shade(NamedTuple):
    """One colour on light paper and on dark, both ``#rrggbb``."""

    light: str
    dark: str


PALETTE: dict[str, Shade] = {
    "paper": Shade("#ffffff", "#14181d"),
    "panel": Shade("#f4f6f8", "#1e242b"),
    "ink": Shade("#1a1f24", "#e8ebee"),
    "muted": Shade("#545d66", "#a8b2bc"),
    "line": Shade("#d5dadf", "#3a434c"),
    "link": Shade("#00588f", "#7cc4f2"),
    "good": Shade("#006b4e", "#4fd0a5"),
    "warn": Shade("#964300", "#f5b169"),
    "gap": Shade("#8c2f6b", "#e6a8cf"),
    "one": Shade("#0072b2", "#56b4e9"),
    "two": Shade("#c65300", "#f0a04b"),
    "three": Shade("#008561", "#35c79c"),
    "four": Shade("#a8497f", "#e09cc6"),
    "five": Shade("#6b6b6b", "#a6adb4"),
}

# What stands on what: text on its backgrounds, and marks on theirs.
TEXTS = ("ink", "muted", "link", "good", "warn", "gap")
MARKS = ("one", "two", "three", "four", "five")
GROUNDS = ("paper", "panel")


def contrast(one: str, other: str) -> float:
    """How many times lighter one colour is than another, 1 to 21, as WCAG 2.2 defines it.

    >>> contrast("#000000", "#ffffff"), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def variables(shade: str) -> str:
    """The palette as CSS variables, ``light`` or ``dark``."""
    return "".join(f"--{name}:{getattr(each, shade)};" for name, each in PALETTE.items())


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
