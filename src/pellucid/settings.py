"""All that can be set for the whole process: one table, read with `get`, changed with `set`.

A value comes from the first of: `using` or `set`, the environment variable, the default. The
environment is read at every `get`, so there is no moment at which it is too late to set it.
The table itself stands at the end of the file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pellucid.errors import ArgumentError


class Setting(NamedTuple):
    """One row of the table. `read` turns text or a value into a valid one, or raises ValueError."""

    name: str
    default: Callable[[], Any]
    env: str
    expected: str
    read: Callable[[Any], Any]
    sentence: str


def get(name: str) -> Any:
    """The current value of the setting `name`.

    >>> get("floatx")
    'float32'
    """
    setting = _row(name)
    if name in _chosen:
        return _chosen[name]
    text = os.environ.get(setting.env, "")
    if text:
        return _read(setting, text, where=f"environment variable {setting.env}")
    return setting.default()


def set(**values: Any) -> None:
    """Set each named setting for the rest of the process; None returns to environment or default.

    Either all of the values are valid and set, or none is.

    >>> set(threads=2)
    >>> get("threads")
    2
    >>> set(threads=None)
    """
    checked = {
        name: _read(_row(name), value, where=f"settings.{name}") for name, value in values.items()
    }
    for name, value in checked.items():
        if value is None:
            _chosen.pop(name, None)
        else:
            _chosen[name] = value


@contextmanager
def using(**values: Any) -> Iterator[None]:
    """Set each named setting inside the block and put back what was there, also after an error.

    The settings belong to the process: other threads see the change too.

    >>> with using(floatx="float64"):
    ...     get("floatx")
    'float64'
    >>> get("floatx")
    'float32'
    """
    before = {name: _chosen.get(name) for name in values}
    set(**values)
    try:
        yield
    finally:
        set(**before)


def _row(name: str) -> Setting:
    if name not in SETTINGS:
        raise ArgumentError(
            "settings",
            expected=f"one of {', '.join(SETTINGS)}",
            received=repr(name),
        )
    return SETTINGS[name]


def _read(setting: Setting, value: Any, where: str) -> Any:
    if value is None:
        return None
    try:
        return setting.read(value)
    except (ValueError, TypeError):
        raise ArgumentError(where, expected=setting.expected, received=repr(value)) from None


def _choice(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError
        return str(value)

    return read


def _switch(value: Any) -> bool:
    if str(value).lower() not in ("0", "1", "false", "true"):
        raise ValueError
    return str(value).lower() in ("1", "true")


def _positive(value: Any) -> int:
    number = int(value)
    if number < 1 or number != float(value):
        raise ValueError
    return number


def _path(value: Any) -> Path:
    return Path(value).expanduser()


def _available_threads() -> int:
    # A container or `taskset` may grant fewer processors than the machine has.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _platform_cache() -> Path:
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"), "pellucid", "Cache")
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "pellucid"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache", "pellucid")


def _locale_language() -> str:
    # The POSIX order; Python's own locale functions answer only after a process-wide setlocale.
    names = (os.environ.get(variable) for variable in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").lower().startswith("zh") else "en"


_ROWS = (
    Setting(
        name="target",
        default=lambda: "native",
        env="PELLUCID_TARGET",
        expected="'native' or 'numpy'",
        read=_choice("native", "numpy"),
        sentence="What compiled programs run on.",
    ),
    Setting(
        name="floatx",
        default=lambda: "float32",
        env="PELLUCID_FLOATX",
        expected="'float32' or 'float64'",
        read=_choice("float32", "float64"),
        sentence="The data type of new floating-point tensors and weights.",
    ),
    Setting(
        name="threads",
        default=_available_threads,
        env="PELLUCID_THREADS",
        expected="a whole number, 1 or more",
        read=_positive,
        sentence="How many threads a compiled program may use.",
    ),
    Setting(
        name="checks",
        default=lambda: False,
        env="PELLUCID_CHECKS",
        expected="true or false",
        read=_switch,
        sentence="Whether programs are checked after every pass, "
        "and the memory of machine code at every call.",
    ),
    Setting(
        name="language",
        default=_locale_language,
        env="PELLUCID_LANG",
        expected="'en' or 'zh'",
        read=_choice("en", "zh"),
        sentence="The language of the command line's messages.",
    ),
    Setting(
        name="data_folder",
        default=lambda: None,
        env="PELLUCID_DATA",
        expected="a path",
        read=_path,
        sentence="A folder where dataset loaders look for files before they download them.",
    ),
    Setting(
        name="cache_folder",
        default=_platform_cache,
        env="PELLUCID_CACHE",
        expected="a path",
        read=_path,
        sentence="The folder that keeps downloads and compiled programs.",
    ),
)

SETTINGS: Mapping[str, Setting] = MappingProxyType({row.name: row for row in _ROWS})

_chosen: dict[str, Any] = {}
