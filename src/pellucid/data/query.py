"""A question to a table in SQL, answered by DuckDB, which can then open nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.data.columns.judge import Column
from pellucid.data.engine import identifier, lock
from pellucid.data.formats.headers import unique_names
from pellucid.data.formats.loading import Loaded
from pellucid.errors import DataError

_ANSWER = "answer"


def load_answer(
    connection: Any, name: str, loaded: Loaded, columns: Sequence[Column], query: str
) -> tuple[Loaded, str]:
    """Load what `query` selects from the view `data`; the relation it lies in.

    Raises `DataError` for what is not one query that selects, and for an answer without rows.
    """
    values = ", ".join(f"{c.value} AS {identifier(c.reading.name)}" for c in columns)
    connection.execute(f"CREATE VIEW data AS SELECT {values} FROM raw")
    _check_selects(connection, name, query)
    lock(connection, *loaded.paths)
    written = [row[0] for row in connection.execute(f"DESCRIBE {query}").fetchall()]
    names, renamed = unique_names(written)
    aliases = ", ".join(f"c{k}" for k in range(len(names)))
    connection.execute(
        f"CREATE TABLE {_ANSWER} AS SELECT * FROM (\n{query.strip().rstrip(';')}\n) AS t({aliases})"
    )
    (n_rows,) = connection.execute(f"SELECT count(*) FROM {_ANSWER}").fetchone()
    if not n_rows:
        raise DataError(name, expected="a query that selects rows", received="none")
    facts = dict(loaded.facts) | {"renamed": renamed}
    return Loaded(names, n_rows, facts), _ANSWER


def _check_selects(connection: Any, name: str, query: str) -> None:
    statements = connection.extract_statements(query)
    kinds = [str(statement.type).rpartition(".")[2] for statement in statements]
    if kinds != ["SELECT"]:
        raise DataError(
            name, expected="one query that selects", received=", ".join(kinds).lower() or "none"
        )
