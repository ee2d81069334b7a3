"""The log of judgements read from its file, and what it adds up to: one pile a field.

Knows nothing of the product's own ways to read a log. One person judges all day, so that an undo is
always of what lies on top.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.long_day.world import read

Fields = dict[str, dict[str, object]]
"""{target: {field: value}}, without what nobody says anything of."""


@dataclass(frozen=True)
class Entry:
    uuid: str
    kind: str
    target: str
    after: Mapping[str, object]
    undoes: str | None
    group: str


def entries(project: Path) -> list[Entry]:
    return entries_of(read(project / "judgements.sqlite", "SELECT * FROM log ORDER BY seq"))


def entries_of(rows: Iterable[sqlite3.Row]) -> list[Entry]:
    return [
        Entry(
            row["uuid"],
            row["kind"],
            row["target"],
            json.loads(row["after"]),
            row["undoes"],
            row["group_uuid"],
        )
        for row in rows
    ]


def projected(project: Path) -> Fields:
    """What the product wrote down as the sum of the log."""
    found: Fields = {}
    for row in read(project / "judgements.sqlite", "SELECT target, fields FROM projection_target"):
        values = {name: pair[0] for name, pair in json.loads(row["fields"]).items()}
        found[row["target"]] = {name: value for name, value in values.items() if value is not None}
    return {target: values for target, values in found.items() if values}


def replayed(log: Iterable[Entry]) -> Fields:
    """Every field has a pile of sayings; an undo takes its act out, a redo puts it on top again."""
    piles: dict[tuple[str, str], list[tuple[str, object]]] = {}
    acts: dict[str, Entry] = {}
    for entry in log:
        act = entry if entry.undoes is None else acts[entry.undoes]
        acts[entry.uuid] = act
        for name, value in act.after.items():
            pile = piles.setdefault((act.target, name), [])
            pile[:] = [saying for saying in pile if saying[0] != act.uuid]
            if entry.kind != "undo":
                pile.append((act.uuid, value))
    found: Fields = {}
    for (target, name), pile in piles.items():
        if pile and pile[-1][1] is not None:
            found.setdefault(target, {})[name] = pile[-1][1]
    return found
