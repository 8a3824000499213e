"""Values of typed cells as text, the same for every format that has types."""

from __future__ import annotations

import datetime
import json
from typing import Any

_MIDNIGHT = datetime.time()
# Whole floats up to here are exact and are written without a decimal point.
_MOST_WHOLE = 1e15


def cell_text(value: Any) -> str | None:
    """A value as a CSV file would hold it: numbers plainly, dates as ISO 8601, None as None.

    >>> [cell_text(v) for v in (5.0, 0.5, True, None, datetime.datetime(2020, 1, 31), [1])]
    ['5', '0.5', 'true', None, '2020-01-31', '[1]']
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < _MOST_WHOLE
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == _MIDNIGHT and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
