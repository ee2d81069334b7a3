"""A table of acts, one a line: the concept, the act, what follows it.

Commas, semicolons or tabs; with a header or without; UTF-8. Knows nothing of what acts do.
"""

import csv
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal
from insight_app.files import NotRegular, TooBig, read_regular

STANDARD_INPUT = Path("-")
_SEPARATORS = (",", ";", "\t")
_MOST_BYTES = 64 << 20
_HEADER = "act"
_KEPT = "Nothing was changed."
_FORM = "Write a line for each act, such as: 412,rename,sail"


@dataclass(frozen=True)
class Line:
    """An act as a table has it; number: of its line, from 1."""

    number: int
    target: str
    act: str
    values: tuple[str, ...]


def read(path: Path) -> list[Line]:
    """Return the acts of a file; "-" is standard input. Refusal where it is no such table."""
    text = _text(path)
    separator = _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[Line] = []
    try:
        start = 1
        for cells in rows:
            number, start = start, rows.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not found and number == 1 and _is_header(cells):
                continue
            found.append(_line(path, number, cells))
    except csv.Error as error:
        raise _refusal(path, f"Line {start} is no line of a table ({error}).") from error
    if not found:
        raise _refusal(path, "There is no act in this file.")
    return found


def _text(path: Path) -> str:
    if path == STANDARD_INPUT:
        data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise _refusal(path, f"It has more than {_MOST_BYTES >> 20} MB.")
    else:
        try:
            data = read_regular(path, _MOST_BYTES, follow_links=True)
        except NotRegular as error:
            raise _refusal(path, f"This is {error.kind}, no file.") from error
        except TooBig as error:
            raise _refusal(path, f"It has more than {_MOST_BYTES >> 20} MB.") from error
        except OSError as error:
            raise disk_error(error, "The acts cannot be read", where=path, kept=_KEPT) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal(path, f"Line {line} is not UTF-8.", "Save the table as UTF-8.") from error


def _separator(text: str) -> str:
    """Return what stands between the first two cells of the table."""
    first = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
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


def _is_header(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and cells[1].strip().casefold() == _HEADER


def _line(path: Path, number: int, cells: Sequence[str]) -> Line:
    if len(cells) < 2 or not cells[1].strip():
        raise _refusal(path, f"Line {number} has no act.")
    target, act, *values = cells
    return Line(number, target.strip(), act.strip(), tuple(values))


def _refusal(path: Path, what: str, do: str = _FORM) -> Refusal:
    return Refusal(what, where=str(path), kept=_KEPT, do=do)
