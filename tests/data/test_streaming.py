"""Files larger than the memory they are read in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

_ROWS = 2_000_000
# The peak of a process that streams, in its own words: what wait4 tells counts the memory of the
# process that it was forked from, too. The file alone would be 200 MB.
_CHILD = """
import re, sys
from pathlib import Path
from pellucid.data import read_batches
total, count, most = 0.0, 0, 0
for batch in read_batches(sys.argv[1]):
    total, count, most = total + batch["k"].sum(), count + len(batch), max(most, len(batch))
    assert [batch.is_numeric(n) for n in batch.names] == [True, True, True, True, False, False]
status = Path("/proc/self/status").read_text()
print(total, count, most, int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) // 1024)
"""
_QUERY = (
    "SELECT range AS k, random() AS a, random() AS b, CASE WHEN range % 9 > 0 THEN range % 7 END "
    "AS c, 'word ' || (range % 5) AS w, DATE '2020-01-01' + CAST(range % 999 AS INT) AS d "
    "FROM range({rows})"
)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="memory is told in /proc")
@pytest.mark.parametrize(("form", "rows"), [("PARQUET", _ROWS), ("CSV", _ROWS // 4)])
def test_memory_stays_bounded(tmp_path: Path, form: str, rows: int) -> None:
    path = tmp_path / "large"
    duckdb.sql(f"COPY ({_QUERY.format(rows=rows)}) TO '{path}' (FORMAT {form})")
    ran = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path)], capture_output=True, text=True, check=True
    )
    total, count, most, megabytes = map(float, ran.stdout.split())
    assert (total, count, most) == (rows * (rows - 1) / 2, rows, 65_536)
    assert megabytes < 600
