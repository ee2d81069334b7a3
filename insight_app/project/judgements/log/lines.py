"""The log as a file of JSON lines: how copies of a project exchange what was judged.

Each line holds the columns of an entry; before, after and follows are passed on as they were
written, character by character. Knows no database.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from insight_app.disk_errors import disk_error, disk_errors
from insight_app.errors import Refusal
from insight_app.files import open_regular, write_whole
from insight_app.plain_json import dumps
from insight_app.project.judgements.log.entries import PAYLOAD, Incoming, Malformed, Written, read

_PLAIN = ("uuid", "lamport", "utc", "kind", "version", "target", "undoes", "text")
_MEMBERS = {*_PLAIN, *PAYLOAD, "group", "person"}
_BLANKS = re.compile(r"[ \t\n\r]*")
_LONGEST_LINE = 64 << 20
_LATEST = 2**53
"""The highest Lamport time taken from a file: counting on from it never ends."""


def refusal(path: Path, number: int, what: object) -> Refusal:
    """Return the refusal of a line; `what` is the end of the sentence."""
    return Refusal(
        f"Line {number} is not a judgement that can be taken over: {what}.",
        where=str(path),
        kept="Nothing was taken over.",
        do="Use a whole log that Insight wrote.",
    )


def load(path: Path) -> list[Incoming]:
    """Return the entries of a file, each once; Refusal with the line where one is malformed."""
    if path.suffix == ".sqlite":  # opened beside SQLite it would lose its locks
        raise Refusal(
            "This is a database, not a log in JSON lines.",
            where=str(path),
            kept="Nothing was taken over.",
            do="Use the file beside it whose name ends in .jsonl.",
        )
    found: dict[str, Incoming] = {}
    try:
        for number, line in raw(path):
            if not line.strip():
                continue
            try:
                entry = parsed(line.decode(), number)
            except Malformed as error:
                raise refusal(path, number, error) from error
            first = found.setdefault(entry.judgement.uuid, entry)
            if first.judgement != entry.judgement:
                what = f"line {first.number} has the same uuid and says something else"
                raise refusal(path, number, what)
    except (UnicodeDecodeError, Malformed) as error:
        raise Refusal("The file cannot be read as judgements.", where=str(path)) from error
    except OSError as error:
        raise disk_error(error, "The judgements cannot be read", where=path) from error
    return list(found.values())


def raw(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers; Malformed at one that is far too long."""
    with open_regular(path) as file:
        for number in count(1):
            found = file.readline(_LONGEST_LINE)
            if not found:
                return
            if len(found) == _LONGEST_LINE:
                raise Malformed(f"line {number} has over {_LONGEST_LINE >> 20} MB")
            yield number, found


def parsed(line: str, number: int) -> Incoming:
    """Return the entry that a line states; Malformed if it states none."""
    written = _parsed(line)
    return Incoming(number, written, read(written))


def save(entries: Iterable[Written], path: Path) -> int:
    """Write a log, completely or not at all; return how many entries it has."""
    written = 0

    def write(file: BinaryIO) -> None:
        nonlocal written
        for entry in entries:
            file.write(line(entry).encode())
            written += 1

    kept = "The project itself was not changed."
    with disk_errors("The judgements cannot be written", where=path, kept=kept):
        write_whole(path, write)
    return written


def line(written: Written) -> str:
    """Return an entry as a line of a file."""
    plain = {name: written[name] for name in _PLAIN} | {"group": written["group_uuid"]}
    person = dumps({"uuid": written["person_uuid"], "name": written["person_name"]})
    payload = "".join(f',"{name}":{written[name]}' for name in PAYLOAD)
    return f'{dumps(plain)[:-1]},"person":{person}{payload}}}\n'


def _parsed(line: str) -> Written:
    """Return a line by the columns of the log; the payload's texts are those of the line."""
    try:
        found = _members(line)
    except (ValueError, RecursionError) as error:
        raise Malformed("it is not a JSON object") from error
    if found.keys() != _MEMBERS:
        lacks, more = sorted(_MEMBERS - found.keys()), sorted(found.keys() - _MEMBERS)
        raise Malformed(f"it lacks {', '.join(lacks)}" if lacks else f"it has also {more[0]!r}")
    person, _ = found["person"]
    if not isinstance(person, dict) or person.keys() != {"uuid", "name"}:
        raise Malformed("person is not a uuid and a name")
    written = {name: found[name][0] for name in _PLAIN}
    written |= {name: found[name][1] for name in PAYLOAD}
    written |= {"group_uuid": found["group"][0]}
    written |= {"person_uuid": person["uuid"], "person_name": person["name"]}
    if type(written["lamport"]) is int and written["lamport"] > _LATEST:
        raise Malformed(f"lamport is above {_LATEST}")
    return written


def _members(line: str) -> dict[str, tuple[Any, str]]:
    """Return each member of a JSON object with its value and the text that spells the value."""
    found: dict[str, tuple[Any, str]] = {}
    decoder = json.JSONDecoder()
    at = _after(line, 0, "{")
    while True:
        name, at = decoder.raw_decode(line, at)
        start = _after(line, at, ":")
        value, end = decoder.raw_decode(line, start)
        if not isinstance(name, str) or name in found:
            raise ValueError("no name, or one that is there twice")
        found[name] = value, line[start:end]
        at = _skip(line, end)
        if line[at : at + 1] != ",":
            break
        at = _skip(line, at + 1)
    if _skip(line, _after(line, at, "}")) != len(line):
        raise ValueError("more than an object")
    return found


def _after(line: str, at: int, sign: str) -> int:
    """Return where the text goes on behind `sign`, which must come next."""
    at = _skip(line, at)
    if line[at : at + 1] != sign:
        raise ValueError(f"{sign} is missing")
    return _skip(line, at + 1)


def _skip(line: str, at: int) -> int:
    found = _BLANKS.match(line, at)
    return found.end() if found else at
