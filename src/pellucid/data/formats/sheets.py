"""Spreadsheets: Excel's xlsx, xlsb and xls, and OpenDocument's ods, read by calamine."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pellucid.data.formats.cells import cell_text
from pellucid.data.formats.content import File, not_a_table
from pellucid.data.formats.csv_file import layout_facts
from pellucid.data.formats.layout import inspect_rows, read_rows
from pellucid.data.formats.lines import Record
from pellucid.data.formats.loading import Loaded, Options, load_rows
from pellucid.data.formats.unpack import check_members
from pellucid.errors import DataError, needs

# The reader holds a sheet as one block from its first cell to its last, 32 bytes a cell.
_MOST_CELLS = 30_000_000
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,9})"')
_CHUNK = 1 << 20
_ROW, _REPEAT = "}table-row", "-repeated"


class SheetRows:
    """The rows of a sheet as text, numbered as a spreadsheet numbers them."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet

    @contextmanager
    def walk(self) -> Iterator[Iterator[Record]]:
        """All rows from the beginning."""
        yield (
            Record(number, ["" if cell is None else cell for cell in map(cell_text, row)])
            for number, row in enumerate(self._sheet.iter_rows(), 1)
        )


def load_sheet(connection: Any, file: File, folder: Path, options: Options) -> Loaded:
    """Load a sheet of a spreadsheet: the one chosen, else the first that holds anything."""
    with needs("tabular"):
        import python_calamine
    _check(file)
    with _whole(file.name), file.path.open("rb") as content:
        with python_calamine.load_workbook(content) as book:
            name = _chosen(book, options.sheet, file.name)
            rows = SheetRows(book.get_sheet_by_name(name))
            layout = inspect_rows(rows, f"{file.name}, {name}", options.names, options.header)
            cells = read_rows(rows, layout)
            n_rows = load_rows(connection, folder, cells, len(layout.names))
            others = tuple(other for other in book.sheet_names if other != name)
    return Loaded(layout.names, n_rows, layout_facts(layout) | {"part": name, "others": others})


def _chosen(book: Any, sheet: str | int | None, name: str) -> str:
    """The name of the sheet: by name, by number from 1, or the first with cells."""
    names = book.sheet_names
    if sheet is None:
        filled = (each for each in names if book.get_sheet_by_name(each).height)
        found = next(filled, None)
        if found is None:
            raise DataError(name, expected="a sheet with cells", received="empty sheets only")
        return found
    if sheet in names:
        return str(sheet)
    number = int(sheet) if str(sheet).isascii() and str(sheet).isdigit() else 0
    if 1 <= number <= len(names):
        return names[number - 1]
    raise DataError(name, expected=f"a sheet '{sheet}'", received=", ".join(names))


@contextmanager
def _whole(name: str) -> Iterator[None]:
    """Turn whatever the reader of spreadsheets says of a damaged file into a `DataError`."""
    try:
        yield
    except (DataError, KeyboardInterrupt, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        # A panic of the reader, which is written in Rust, is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if type(error).__name__ == "PasswordError":
            raise not_a_table(name, "a spreadsheet with a password") from None
        raise DataError(
            name,
            expected="a whole spreadsheet",
            received="one that is damaged or of another kind",
            hint="Save the table as CSV UTF-8.",
        ) from None


def _check(file: File) -> None:
    """Refuse what would take all memory: bombs, and sheets whose cells lie too far apart."""
    if file.kind == "xls":
        return
    check_members(file)
    with zipfile.ZipFile(file.path) as archive:
        for member in archive.namelist():
            if file.kind == "xlsx" and member.startswith("xl/worksheets/"):
                n_cells = _extent(archive, member)
            elif file.kind == "ods" and member == "content.xml":
                n_cells = _repeated(archive, member, file.name)
            else:
                continue
            if n_cells > _MOST_CELLS:
                raise DataError(
                    file.name, expected=f"at most {_MOST_CELLS} cells", received=f"{n_cells}"
                )


def _extent(archive: zipfile.ZipFile, member: str) -> int:
    """How many cells the block from the first to the last cell of a sheet has."""
    rows, columns, rest = [1 << 31, 0], [1 << 31, 0], b""
    with archive.open(member) as content:
        while chunk := content.read(_CHUNK):
            text = rest + chunk
            for letters, digits in set(_CELL.findall(text)):
                column = 0
                for letter in letters:
                    column = column * 26 + letter - 64
                rows = [min(rows[0], int(digits)), max(rows[1], int(digits))]
                columns = [min(columns[0], column), max(columns[1], column)]
            rest = text[-200:]
    return max(0, rows[1] - rows[0] + 1) * max(0, columns[1] - columns[0] + 1)


def _repeated(archive: zipfile.ZipFile, member: str, name: str) -> int:
    """How many cells the rows of an OpenDocument sheet have when repeats are written out."""
    n_cells, width = 0, 0
    try:
        with archive.open(member) as content:
            for _, element in ElementTree.iterparse(content):
                if not element.tag.endswith(_ROW):
                    continue
                wide = sum(_times(cell) for cell in element if len(cell))
                width = max(width, wide)
                n_cells += (width if wide else 0) * _times(element)
                element.clear()
    except ElementTree.ParseError:
        raise DataError(
            name, expected="a whole spreadsheet", received="one that is damaged or of another kind"
        ) from None
    return n_cells


def _times(element: ElementTree.Element) -> int:
    count = next((v for key, v in element.items() if key.endswith(_REPEAT)), "1")
    return int(count) if count.isdigit() and len(count) < 19 else 1
