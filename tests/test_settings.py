"""Settings: where a value comes from, what is refused, and that `using` puts things back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pellucid import settings
from pellucid.errors import ArgumentError


@pytest.fixture(autouse=True)
def _untouched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for row in settings.SETTINGS.values():
        monkeypatch.delenv(row.env, raising=False)
    yield
    settings.set(**dict.fromkeys(settings.SETTINGS))


@pytest.mark.parametrize("name", settings.SETTINGS)
def test_every_default_is_valid(name: str) -> None:
    value = settings.get(name)
    row = settings.SETTINGS[name]
    assert value == row.default()
    assert value is None or row.read(value) == value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("threads", "3", 3),
        ("language", "zh", "zh"),
        ("floatx", "float64", "float64"),
        ("data_folder", "some/where", Path("some/where")),
        ("cache_folder", "~", Path.home()),
    ],
)
def test_the_environment_beats_the_default(
    name: str, text: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(settings.SETTINGS[name].env, text)
    assert settings.get(name) == value


def test_set_beats_the_environment_until_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PELLUCID_THREADS", "3")
    settings.set(threads=5)
    assert settings.get("threads") == 5
    settings.set(threads=None)
    assert settings.get("threads") == 3


def test_an_empty_variable_is_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PELLUCID_FLOATX", "")
    assert settings.get("floatx") == "float32"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("threads", 0),
        ("threads", 1.5),
        ("threads", "many"),
        ("threads", [2]),
        ("floatx", "float16"),
        ("language", "fr"),
        ("target", "abacus"),
        ("data_folder", 7),
    ],
)
def test_a_wrong_value_is_refused(name: str, value: Any) -> None:
    before = settings.get(name)
    with pytest.raises(ArgumentError, match=f"settings.{name}: expected .*; received"):
        settings.set(**{name: value})
    assert settings.get(name) == before


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PELLUCID_THREADS", "many")
    with pytest.raises(ArgumentError, match="environment variable PELLUCID_THREADS.*'many'"):
        settings.get("threads")


def test_unknown_names_are_refused() -> None:
    for change in (settings.set, lambda **values: settings.using(**values).__enter__()):
        for value in (1, None):
            with pytest.raises(ArgumentError, match="one of target.*'thread'"):
                change(floatx="float64", thread=value)
    assert settings.get("floatx") == "float32"
    with pytest.raises(ArgumentError, match="'thread'"):
        settings.get("thread")


def test_set_is_all_or_nothing() -> None:
    with pytest.raises(ArgumentError):
        settings.set(floatx="float64", threads=0)
    assert settings.get("floatx") == "float32"


@pytest.mark.parametrize("before", [None, 5])
def test_using_puts_back_what_was_there_after_an_error(before: int | None) -> None:
    settings.set(threads=before)
    outside = settings.get("threads")
    with pytest.raises(ZeroDivisionError), settings.using(threads=7, floatx="float64"):
        assert (settings.get("threads"), settings.get("floatx")) == (7, "float64")
        with settings.using(threads=8):
            _ = 1 / 0
    assert (settings.get("threads"), settings.get("floatx")) == (outside, "float32")


def test_using_follows_the_environment_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    with settings.using(threads=7):
        monkeypatch.setenv("PELLUCID_THREADS", "3")
    assert settings.get("threads") == 3


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en_GB"}, "zh"),
    ],
)
def test_the_language_follows_the_locale(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert settings.get("language") == language


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {}, "H/.cache/pellucid"),
        ("linux", {"XDG_CACHE_HOME": "X"}, "X/pellucid"),
        ("darwin", {}, "H/Library/Caches/pellucid"),
        ("win32", {"LOCALAPPDATA": "L"}, "L/pellucid/Cache"),
    ],
)
def test_the_cache_stands_where_the_platform_keeps_caches(
    platform: str, variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("H"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert settings.get("cache_folder") == Path(folder)
