"""A made-up table on which every switch of `train` has something to do."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

_ROWS = 260


def clinic(seed: int = 0, rows: int = _ROWS) -> dict[str, list[Any]]:
    """Visits of patients, two each, in three centres, by column; `ill` is to be predicted."""
    random = np.random.default_rng(seed)
    patient = np.arange(rows) // 2
    age = random.normal(60, 12, rows).round()
    stage = random.integers(0, 3, rows)
    sex = random.integers(0, 2, rows)
    centre = random.integers(0, 3, rows)
    code = random.integers(1, 5, rows)
    risk = (age - 60) / 12 + stage - 1 + 0.5 * sex + random.normal(0, 0.8, rows)
    days = np.datetime64("2020-01-01") + random.permutation(rows * 3)[:rows]
    return {
        "patient": [f"P{k:04d}" for k in patient],
        "visit": [str(day) for day in days],
        "age": [f"{value:.0f}" for value in age],
        "sex": np.array(["f", "m"])[sex].tolist(),
        "stage": np.array(["early", "middling", "late"])[stage].tolist(),
        "centre": np.array(["north", "south", "west"])[centre].tolist(),
        "code": [str(value) for value in code],
        "marker": [f"{value:.2f}" for value in risk + random.normal(0, 1, rows)],
        "dose": [
            "-9" if k % 9 == 4 else f"{v:.1f}" for k, v in enumerate(random.uniform(1, 9, rows))
        ],
        "weight": [f"{value:.1f}" for value in random.uniform(0.2, 3, rows)],
        "ill": np.where(risk > 0.5, "yes", "no").tolist(),
        "worse": np.where(risk + random.normal(0, 1, rows) > 0.8, "yes", "no").tolist(),
        "days": [f"{value:.1f}" for value in 20 + 6 * risk],
    }


def write_csv(
    path: Path, columns: dict[str, list[Any]], *, header: bool = True, delimiter: str = ","
) -> Path:
    """Write columns as CSV; the path."""
    lines = [list(columns)] if header else []
    lines += [list(row) for row in zip(*columns.values(), strict=True)]
    path.write_text("".join(delimiter.join(line) + "\n" for line in lines), "utf-8")
    return path


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> Path:
    """Write rows of text as the sheets of an Excel workbook; the path."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packed = "http://schemas.openxmlformats.org/package/2006"
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{k}" r:id="r{k}"/>'
        for k, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="r{k}" Type="{relations}/worksheet" Target="worksheets/s{k}.xml"/>'
        for k in range(1, len(sheets) + 1)
    )
    book = f'<Relationship Id="b" Type="{relations}/officeDocument" Target="xl/workbook.xml"/>'
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", f'<Types xmlns="{packed}/content-types"/>')
        within = f'xmlns="{packed}/relationships"'
        file.writestr("_rels/.rels", f"<Relationships {within}>{book}</Relationships>")
        file.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>{names}</sheets></workbook>',
        )
        file.writestr(
            "xl/_rels/workbook.xml.rels", f"<Relationships {within}>{links}</Relationships>"
        )
        for k, rows in enumerate(sheets.values(), 1):
            cells = "".join(_row(number, row) for number, row in enumerate(rows, 1))
            sheet = f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
            file.writestr(f"xl/worksheets/s{k}.xml", sheet)
    return path


def _row(number: int, cells: Sequence[str]) -> str:
    written = "".join(
        f'<c r="{chr(65 + k)}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        for k, cell in enumerate(cells)
    )
    return f'<row r="{number}">{written}</row>'
