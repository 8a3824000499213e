"""Names for things: how "relu", "MeanSquaredError" or a saved config becomes an object again.

One `Registry` for each kind (activations, losses, layers, metrics, optimizers, …); `Configurable`
is the base of classes that are rebuilt from the arguments of their constructor.
"""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, Self, TypeVar

from pellucid.errors import ArgumentError

Thing = TypeVar("Thing")
Registered = TypeVar("Registered")


class Configurable:
    """A class whose config is its constructor's arguments, each kept under its own name.

    >>> class Scale(Configurable):
    ...     def __init__(self, factor=2.0):
    ...         self.factor = factor
    >>> Scale(3.0).get_config(), Scale.from_config({"factor": 4.0})
    ({'factor': 3.0}, Scale(factor=4.0))
    """

    def get_config(self) -> dict[str, Any]:
        """The arguments that build this object again."""
        return {name: getattr(self, name) for name in _arguments(type(self))}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build an object from its config; raises `ArgumentError` for a name it does not take."""
        unknown = [name for name in config if name not in _arguments(cls)]
        if unknown:
            raise ArgumentError(
                f"{cls.__name__}.from_config",
                expected=f"arguments among {', '.join(_arguments(cls)) or '(none)'}",
                received=", ".join(unknown),
                hint="The config may come from another class or a newer version",
            )
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def _arguments(owner: type) -> list[str]:
    return list(inspect.signature(owner).parameters)


# Names that `custom_objects_known` adds to every registry for a while.
_custom_objects: Mapping[str, Any] = {}


@contextmanager
def custom_objects_known(objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Inside the block every registry also finds these classes and functions, by name.

    >>> with custom_objects_known({"cube": lambda x: x**3}):
    ...     Registry("activation").find("cube")(2)
    8
    """
    global _custom_objects
    before, _custom_objects = _custom_objects, {**_custom_objects, **(objects or {})}
    try:
        yield
    finally:
        _custom_objects = before


class Registry(Generic[Thing]):
    """Classes and functions of one kind, by name.

    `kind` is the word for error messages ("loss"). With `snake_case`, every class is also known by
    its name in that form ("glorot_uniform" for GlorotUniform). Names are case-sensitive.

    >>> shapes = Registry("shape", snake_case=True)
    >>> @shapes.register("ball")
    ... class RoundShape(Configurable):
    ...     def __init__(self, radius=1.0):
    ...         self.radius = radius
    >>> shapes.get("ball"), shapes.get("round_shape")
    (RoundShape(radius=1.0), RoundShape(radius=1.0))
    >>> shapes.get(shapes.serialize(RoundShape(2.0)))
    RoundShape(radius=2.0)
    """

    def __init__(self, kind: str, snake_case: bool = False) -> None:
        self.kind = kind
        self.snake_case = snake_case
        self._things: dict[str, Any] = {}

    def register(self, *aliases: str) -> Callable[[Registered], Registered]:
        """A decorator that makes a class or function known by its own name and by `aliases`."""

        def add(thing: Registered) -> Registered:
            name = _name(thing)
            snake = [to_snake_case(name)] if self.snake_case and inspect.isclass(thing) else []
            for each in dict.fromkeys((name, *snake, *aliases)):
                self._add(each, thing)
            return thing

        return add

    def _add(self, name: str, thing: object) -> None:
        known = self._things.get(name, thing)
        # The same definition may come again: a cell of a notebook that is run twice.
        if _place(known) != _place(thing):
            raise ArgumentError(
                f"register {self.kind}",
                expected="a name that is not taken",
                received=f"{name!r}, which is {_place(known)}",
            )
        self._things[name] = thing

    def names(self) -> list[str]:
        """All names, aliases included, in order of registration."""
        return list(self._things)

    def find(self, name: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """The class or function of this name; raises `ArgumentError`, naming similar ones."""
        for known in (custom_objects or {}, _custom_objects):
            if name in known:
                return known[name]
        if name in self._things:
            return self._things[name]
        lower = {known.lower(): known for known in self._things}
        close = difflib.get_close_matches(name.lower(), lower, n=3)
        raise ArgumentError(
            self.kind,
            expected=f"the name of a known {self.kind}",
            received=repr(name),
            hint=f"Did you mean {', '.join(lower[each] for each in close)}?" if close else None,
        )

    def get(self, identifier: Any) -> Thing | None:
        """The object meant by a name, a config, a class (then built with defaults), or itself.

        None gives None. Raises `ArgumentError` for anything else that cannot be called.
        """
        if identifier is None:
            return None
        if isinstance(identifier, str | Mapping):
            return self.deserialize(identifier)
        found: Any = identifier() if inspect.isclass(identifier) else identifier
        if not callable(found):
            raise ArgumentError(
                self.kind,
                expected=f"a name, a config, a class, a function or an object of a {self.kind}",
                received=repr(identifier),
            )
        result: Thing = found
        return result

    def serialize(self, thing: Any) -> Any:
        """What `get` turns back into `thing`: a name for functions, name and config for objects.

        Made of text, numbers, lists and dicts only. Raises `ArgumentError` for a function or class
        that is not registered: a file could not name it.
        """
        if thing is None:
            return None
        source = thing if inspect.isroutine(thing) else type(thing)
        if self._things.get(_name(source)) is not source:
            raise ArgumentError(
                f"serialize {self.kind}",
                expected=f"a registered {self.kind}",
                received=_place(source),
                hint="Decorate its definition with the registry's register()",
            )
        if source is thing:
            return _name(source)
        return {"class_name": _name(source), "config": thing.get_config()}

    def deserialize(
        self, config: str | Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Thing:
        """The object that a name or `{"class_name": …, "config": {…}}` stands for.

        `custom_objects` adds names for this call. Raises `ArgumentError` for an unknown name or a
        config of another form.
        """
        name, arguments = self._parts({"class_name": config} if isinstance(config, str) else config)
        found = self.find(name, custom_objects)
        if inspect.isclass(found):
            build = getattr(found, "from_config", lambda values: found(**values))
            found = build(arguments)
        result: Thing = found
        return result

    def _parts(self, config: Mapping[str, Any]) -> tuple[str, Any]:
        name, arguments = config.get("class_name"), config.get("config") or {}
        # Keras writes a function as {"class_name": "function", "config": its name}.
        if isinstance(arguments, str):
            name, arguments = arguments, {}
        if not isinstance(name, str) or not isinstance(arguments, Mapping):
            raise ArgumentError(
                f"{self.kind} config",
                expected='{"class_name": name, "config": {argument: value}}',
                received=repr(dict(config)),
            )
        return name, arguments


def to_snake_case(name: str) -> str:
    """The lower-case form of a class name, words joined by underscores.

    >>> to_snake_case("GlorotUniform"), to_snake_case("L1L2"), to_snake_case("Conv2DTranspose")
    ('glorot_uniform', 'l1l2', 'conv2d_transpose')
    """
    # Before a capital that starts a word, and between a small letter and a capital.
    return re.sub(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _name(thing: Any) -> str:
    return str(getattr(thing, "__name__", type(thing).__name__))


def _place(thing: Any) -> str:
    return f"{getattr(thing, '__module__', '?')}.{getattr(thing, '__qualname__', _name(thing))}"
