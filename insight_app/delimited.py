"""Tables as people save them: lines of cells between commas, semicolons or tabs, in UTF-8.

The standard library only, below all floors. Knows no column, and not what a table is for.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

_SEPARATORS = (",", ";", "\t")


class NotATable(ValueError):
    """What is wrong with a file that should be a table, as a sentence; do: what helps."""

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(what)
        self.what, self.do = what, do


@dataclass(frozen=True)
class TableRow:
    """A line of a table; number: of the line of the file where it begins, from 1."""

    number: int
    cells: tuple[str, ...]


def rows(data: bytes) -> Iterator[TableRow]:
    """Yield the lines of a table that have anything in them; NotATable where it is none."""
    text = _text(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    start = 1
    try:
        for cells in reader:
            number, start = start, reader.line_num + 1
            if any(cell.strip() for cell in cells):
                yield TableRow(number, tuple(cells))
    except csv.Error as error:
        raise NotATable(f"Line {start} is no line of a table ({error}).") from error


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotATable(f"Line {line} is not UTF-8.", "Save the table as UTF-8.") from error


def _separator(text: str) -> str:
    """Return what stands between the first two cells of the table."""
    lines = io.StringIO(text, newline="")
    first = next((line for line in lines if line.strip(" ,;\t\r\n")), "")
    at = {sign: place for sign in _SEPARATORS if (place := _outside_quotes(first, sign)) >= 0}
    return min(at, key=lambda sign: at[sign]) if at else ","


def _outside_quotes(line: str, sign: str) -> int:
    """Return where a sign stands first, not counting what is in quotes; -1 if nowhere."""
    is_quoted = False
    for place, letter in enumerate(line):
        is_quoted ^= letter == '"'
        if letter == sign and not is_quoted:
            return place
    return -1
