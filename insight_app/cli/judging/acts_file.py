"""A table of acts, one a line: the concept, the act, what follows it.

Commas, semicolons or tabs; with a header or without; UTF-8. Knows nothing of what acts do.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from insight_app import delimited
from insight_app.delimited import NotATable, TableRow
from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal
from insight_app.files import NotRegular, TooBig, read_regular

STANDARD_INPUT = Path("-")
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
    found: list[Line] = []
    try:
        for row in delimited.rows(_data(path)):
            if found or row.number > 1 or not _is_header(row.cells):
                found.append(_line(path, row))
    except NotATable as error:
        raise _refusal(path, error.what, error.do or _FORM) from error
    if not found:
        raise _refusal(path, "There is no act in this file.")
    return found


def _data(path: Path) -> bytes:
    if path == STANDARD_INPUT:
        data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise _refusal(path, f"It has more than {_MOST_BYTES >> 20} MB.")
        return data
    try:
        return read_regular(path, _MOST_BYTES, follow_links=True)
    except NotRegular as error:
        raise _refusal(path, f"This is {error.kind}, no file.") from error
    except TooBig as error:
        raise _refusal(path, f"It has more than {_MOST_BYTES >> 20} MB.") from error
    except OSError as error:
        raise disk_error(error, "The acts cannot be read", where=path, kept=_KEPT) from error


def _is_header(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and cells[1].strip().casefold() == _HEADER


def _line(path: Path, row: TableRow) -> Line:
    if len(row.cells) < 2 or not row.cells[1].strip():
        raise _refusal(path, f"Line {row.number} has no act.")
    target, act, *values = row.cells
    return Line(row.number, target.strip(), act.strip(), tuple(values))


def _refusal(path: Path, what: str, do: str = _FORM) -> Refusal:
    return Refusal(what, where=str(path), kept=_KEPT, do=do)
