"""Everything public is documented, and every name that is announced exists."""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import pellucid
from tests.house.tree import modules, rooms

_METHODS = (property, functools.cached_property, classmethod, staticmethod)


@pytest.mark.parametrize("room", rooms())
def test_what_a_room_offers_is_documented(room: str) -> None:
    module = import_module(f"pellucid.{room}")
    offered = {name: getattr(module, name) for name in _offered(module)}
    assert list(_undocumented(offered)) == []


def test_what_the_package_offers_is_documented() -> None:
    offered = {name: getattr(pellucid, name) for name in pellucid.__all__}
    assert list(_undocumented(offered)) == []


def test_every_module_says_what_it_holds() -> None:
    silent = [
        name
        for name, path in modules().items()
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_names_are_offered_once() -> None:
    assert len(pellucid.__all__) == len(set(pellucid.__all__))
    assert set(pellucid.__all__) <= set(dir(pellucid))


def test_a_room_is_not_hidden_by_a_name() -> None:
    # Importing a room sets an attribute of its name on the package, whatever the table says.
    assert set(rooms()) & set(pellucid._HOME) == set()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Tensr'"):
        _ = pellucid.Tensr


def test_missing_docstrings_are_found() -> None:
    class Half:
        """Documented, but for one method and one property."""

        def told(self) -> None:
            """Nothing."""

        def untold(self) -> None:
            pass

        @property
        def silent(self) -> int:
            return 0

        def _private(self) -> None:
            pass

    class Heir(Half):
        """An override inherits its docstring."""

        def told(self) -> None:
            pass

    def bare() -> None:
        pass

    for thing in (Half, Heir, bare):
        thing.__module__ = "pellucid.planted"
    found = list(_undocumented({"Half": Half, "Heir": Heir, "bare": bare, "number": 3}))
    assert found == ["Half.untold", "Half.silent", "bare"]


def _offered(module: ModuleType) -> list[str]:
    """``__all__``, or what a reader would take for public: no underscore, made by us."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [name for name in vars(module) if not name.startswith("_")]


def _undocumented(offered: dict[str, Any]) -> Iterator[str]:
    for name, thing in offered.items():
        if not (inspect.ismodule(thing) or inspect.isclass(thing) or inspect.isroutine(thing)):
            continue
        if not getattr(thing, "__module__", thing.__name__).startswith("pellucid"):
            continue
        if not _own_docstring(thing):
            yield name
        if inspect.isclass(thing):
            yield from (f"{name}.{method}" for method in _undocumented_methods(thing))


def _undocumented_methods(owner: type) -> Iterator[str]:
    for name, member in vars(owner).items():
        is_method = inspect.isfunction(member) or isinstance(member, _METHODS)
        if is_method and not name.startswith("_") and not _told(owner, name):
            yield name


def _told(owner: type, name: str) -> bool:
    return any(inspect.getdoc(vars(base).get(name)) for base in owner.__mro__ if name in vars(base))


def _own_docstring(thing: Any) -> bool:
    text = inspect.getdoc(thing) or ""
    # What @dataclass and NamedTuple write by themselves says nothing that the signature does not.
    return bool(text) and not text.startswith(f"{thing.__name__}(")
