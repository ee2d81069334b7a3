"""What dropping concepts on another one does, in words and as acts.

Moving removes exactly the parent a concept was dragged from and adds exactly the new one; adding
only adds; the empty space takes it from under all its parents. Knows no widget.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QMimeData

from insight_app.gui.state.session import Session

MIME = "application/x-insight-concepts"
Place = tuple[int, int | None]
"""(concept, the parent it was dragged from)."""


@dataclass(frozen=True)
class Plan:
    """will: before the drop; done: what the log says; refusal: why nothing can be done."""

    acts: tuple[Any, ...] = ()
    will: str = ""
    done: str = ""
    refusal: str = ""


def pack(session: Session, places: Sequence[Place]) -> QMimeData:
    """Dragged concepts for another widget of this project; their names for other programs."""
    data = QMimeData()
    ids = [
        [
            session.state.catalogue.id_of(row),
            None if old is None else session.state.catalogue.id_of(old),
        ]
        for row, old in places
    ]
    data.setData(MIME, json.dumps(ids).encode())
    data.setText("\n".join(session.state.name(row)[0] for row, _old in places))
    return data


def unpack(session: Session, data: QMimeData) -> list[Place]:
    """The dragged concepts that this project has."""
    if not data.hasFormat(MIME) or session.state.catalogue is None:
        return []
    places = []
    for child, old in json.loads(bytes(data.data(MIME).data())):
        row = session.state.catalogue.row_of(child)
        if row is not None:
            places.append((row, None if old is None else session.state.catalogue.row_of(old)))
    return places


def plan(session: Session, places: Sequence[Place], target: int | None, adds: bool) -> Plan:
    """Drop `places` on the concept `target` (None = the empty space); adds: keep old parents."""
    from insight_app.project import judgements as j

    if not places:
        return Plan(refusal="Only concepts of this hierarchy can be dropped here.")
    if session.state.read_only:
        return Plan(refusal="This project is open for reading only.")
    catalogue = session.state.catalogue

    def name(row: int) -> str:
        return session.state.name(row)[0]

    what = name(places[0][0]) if len(places) == 1 else f"{len(places)} concepts"
    if target is None:
        if adds:
            return Plan(refusal="At the top there is no parent to add; drop without Ctrl.")
        dragged = dict.fromkeys(row for row, _old in places)
        pairs = [(row, edge.parent) for row in dragged for edge in catalogue.parents(row)]
        if not pairs:
            return Plan(refusal=f"{what} is at the top already.")
        acts = [j.remove_parent(catalogue.id_of(row), catalogue.id_of(old)) for row, old in pairs]
        olds = ", ".join(dict.fromkeys(name(old) for _row, old in pairs))
        text = f"Take {what} out of {olds}, to the top."
        return Plan(tuple(acts), text, f"Moved {what} to the top")
    acts = []
    for row, old in places:
        refusal = catalogue.refusal(row, target)
        if refusal:
            return Plan(refusal=refusal)
        old = None if adds else old
        acts += j.move(
            catalogue.id_of(row),
            None if old is None else catalogue.id_of(old),
            catalogue.id_of(target),
        )
    olds = ", ".join(dict.fromkeys(name(old) for _row, old in places if old is not None))
    if adds or not olds:
        also = "also " if adds else ""
        will = f"Put {what} {also}under {name(target)}."
        done = f"{what} is now {also}under {name(target)}"
    else:
        will = f"Move {what} from {olds} to {name(target)}. Ctrl adds a parent instead."
        done = f"Moved {what} from {olds} to {name(target)}"
    return Plan(tuple(acts), will, done)
