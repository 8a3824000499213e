#!/usr/bin/env python3
"""Write docs/reference/index.md and its Chinese twin: every public name with one sentence.

    python tools/make_reference.py

The names are those of `pellucid.__all__` and of the modules offered there; the sentence is the
first of the docstring. Chinese sentences stand in tools/reference_zh.json; where one is missing, or
the English one has changed since, the English one is shown.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TRANSLATIONS = Path(__file__).with_name("reference_zh.json")

# Namespaces in the order of the page; what is offered and stands in none of these comes last.
_ORDER = (
    "models layers activations losses metrics optimizers optimizers.schedules callbacks "
    "initializers regularizers constraints ops ops.random utils show data datasets settings errors"
)

# Values say nothing about themselves that a reader could use.
_VALUES = {"N": "The number of samples, as a symbol in shapes."}


class Entry(NamedTuple):
    """A public thing: its names, its own before others, and the first sentence about it."""

    names: list[str]
    sentence: str


class Words(NamedTuple):
    """What a page says around the tables."""

    title: str
    intro: str
    columns: tuple[str, str]
    package: str


WORDS = {
    "en": Words(
        "# Reference",
        "Every public name, with one sentence. `help(pellucid.layers.Dense)` shows the whole "
        "description with an example, in Python or a notebook. The settings have "
        "[a page of their own](settings.md).",
        ("name", ""),
        "Tensors, gradients, models: what stands in the package itself.",
    ),
    "zh": Words(
        "# 参考",
        "所有公开的名称，每个一句话。在 Python 或笔记本里，`help(pellucid.layers.Dense)` "
        "会显示完整的说明和例子。设置另有[一页](settings.md)。",
        ("名称", ""),
        "张量、梯度、模型：直接放在包里的名称。",
    ),
}


def sections() -> Iterator[tuple[str, str, list[Entry]]]:
    """(namespace, what it says of itself, its names) for each namespace, the package first."""
    package = import_module("pellucid")
    modules: Mapping[str, str] = package._MODULES
    yield "pellucid", "", entries(package, package._HOME)
    listed = _ORDER.split()
    for name in [*listed, *sorted(set(modules) - set(listed))]:
        module = package
        for part in name.split("."):
            module = getattr(module, part)
        yield (
            f"pellucid.{name}",
            first_sentence(module.__doc__ or ""),
            entries(module, offered(module)),
        )


def offered(module: ModuleType) -> list[str]:
    """What a module offers, modules inside it left out."""
    public = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    return [name for name in public if not inspect.ismodule(getattr(module, name))]


def entries(module: ModuleType, public: Iterable[str]) -> list[Entry]:
    """One entry for each thing, in the order of the alphabet; its names stand together."""
    names: dict[int, list[str]] = {}
    for name in sorted(public, key=lambda name: (name.lower(), name)):
        names.setdefault(id(getattr(module, name)), []).append(name)
    found = []
    for group in names.values():
        value = getattr(module, group[0])
        group.sort(key=lambda name: name != getattr(value, "__name__", ""))
        found.append(Entry(group, sentence(group[0], value)))
    return found


def sentence(name: str, value: Any) -> str:
    """The first sentence about a public value."""
    if name in _VALUES:
        return _VALUES[name]
    return first_sentence(inspect.getdoc(value) or "")


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, on one line."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    return re.split(r"(?<=[^.][.!?])\s+(?=[A-Z`(])", paragraph)[0]


def page(language: str) -> str:
    """The whole page in one language."""
    words = WORDS[language]
    translations = json.loads(TRANSLATIONS.read_text("utf-8")) if language == "zh" else {}

    def told(english: str) -> str:
        return escaped(translations.get(english, english))

    lines = [words.title, "", words.intro, ""]
    for namespace, about, names in sections():
        lines += [f"## `{namespace}`", "", told(about) if about else words.package, ""]
        lines += [f"| {words.columns[0]} | {words.columns[1]} |", "|---|---|"]
        for entry in names:
            listed = ", ".join(f"`{name}`" for name in entry.names)
            lines.append(f"| {listed} | {told(entry.sentence)} |")
        lines.append("")
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Text as it should look, with what Markdown would take for markup made harmless."""
    parts = re.split(r"(`+[^`]*`+)", text)
    parts[::2] = [re.sub(r"([*_<|\[])", r"\\\1", part) for part in parts[::2]]
    parts[1::2] = [part.replace("|", r"\|") for part in parts[1::2]]
    return "".join(parts)


def paths() -> dict[str, Path]:
    """Where the page of each language stands."""
    return {
        "en": ROOT / "docs" / "reference" / "index.md",
        "zh": ROOT / "docs" / "zh" / "reference" / "index.md",
    }


def tidy_translations() -> list[str]:
    """Forget translations of what is no longer said; what has none yet."""
    told = [about for _, about, _ in sections() if about]
    told += [entry.sentence for _, _, names in sections() for entry in names]
    known = json.loads(TRANSLATIONS.read_text("utf-8"))
    kept = {english: known[english] for english in told if english in known}
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    TRANSLATIONS.write_text(f"{text}\n", "utf-8")
    return [english for english in dict.fromkeys(told) if english not in known]


def main() -> int:
    """Write both pages."""
    for english in tidy_translations():
        print(f"not in {TRANSLATIONS.name}: {english}")
    for language, path in paths().items():
        path.write_text(page(language), "utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
