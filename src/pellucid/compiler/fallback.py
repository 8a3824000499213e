"""Programs that machine code cannot do: why, so that NumPy source runs them instead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pellucid import settings
from pellucid.errors import GraphError, ShapeError


class NotNativeError(GraphError):
    """A program that has no machine code; its message is the reason."""


@contextmanager
def building() -> Iterator[None]:
    """Turn whatever fails inside the block into the reason why there is no machine code.

    The one reason that is known is a size that is no multiple of the number of samples, such as
    the N × N entries of a Gram matrix, which raises `ShapeError`. Anything else is a fault of ours:
    with the setting `checks` it is raised as it is.

    >>> with building():
    ...     raise ShapeError("dimension product", received="N * N")
    Traceback (most recent call last):
    ...
    pellucid.compiler.fallback.NotNativeError: dimension product: received N * N
    """
    try:
        yield
    except NotNativeError:
        raise
    except ShapeError as error:
        raise NotNativeError(str(error)) from error
    except Exception as error:
        if settings.get("checks"):
            raise
        raise NotNativeError(f"{type(error).__name__}: {error}") from error
