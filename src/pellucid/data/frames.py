"""Data frames of other libraries (pandas, polars, Arrow and the like), by way of narwhals."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.data.formats.cells import cell_text
from pellucid.errors import ArgumentError, DataError, needs

# Beyond, a float64 no longer holds every whole number: such columns are keys, and text.
_LARGEST = 10**15
BACKENDS = ("pandas", "polars", "pyarrow")


def frame_columns(frame: Any, where: str = "frame") -> dict[str, np.ndarray]:
    """The columns of a frame by name: float64 with NaN, or objects of text with None.

    Raises `ArgumentError` for what is no data frame, `DataError` for names that repeat.
    """
    with needs("tabular"):
        import narwhals
    try:
        found = narwhals.from_native(frame)
    except TypeError:
        raise ArgumentError(
            where, expected="a path or a data frame", received=type(frame).__name__
        ) from None
    except ValueError as error:  # names that repeat
        raise DataError(where, expected="a data frame", received=str(error)) from None
    if isinstance(found, narwhals.LazyFrame):
        found = found.collect()
    if not found.columns or not len(found):
        raise DataError(where, expected="a table with rows", received="none")
    return {str(name): _column(found[name]) for name in found.columns}


def frame_kind(frame: Any) -> str:
    """The library a frame comes from."""
    return type(frame).__module__.partition(".")[0]


def as_frame(columns: dict[str, np.ndarray], backend: str) -> Any:
    """A frame of `backend` from columns of numbers and of text."""
    if backend not in BACKENDS:
        raise ArgumentError("backend", expected=f"one of {', '.join(BACKENDS)}", received=backend)
    with needs("tabular"):
        import narwhals

        __import__(backend)
    plain = {name: v.tolist() if v.dtype == object else v for name, v in columns.items()}
    library: Any = backend
    return narwhals.from_dict(plain, backend=library).to_native()


def _column(series: Any) -> np.ndarray:
    """A series as numbers or as text; infinite numbers stay what they are."""
    from narwhals import Float64

    if series.dtype.is_numeric():
        ends = (series.min(), series.max()) if series.dtype.is_integer() else ()
        if all(abs(int(end)) < _LARGEST for end in ends if _exists(end)):
            return np.array(series.cast(Float64).to_numpy(), dtype=np.float64)
    texts = np.empty(len(series), dtype=object)
    texts[:] = [cell_text(value) if _exists(value) else None for value in series.to_list()]
    return texts


def _exists(value: Any) -> bool:
    """Whether a value is there: not None, not NaN or NaT, which are unequal to themselves."""
    if value is None or isinstance(value, list | tuple | dict):
        return value is not None
    return type(value).__name__ not in ("NAType", "NaTType") and bool(value == value)
