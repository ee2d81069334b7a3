"""Judging: letters, names, notes, parents, undo and redo; what each adds to the log is foretold."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from insight_app.gui.curation.name_edit import NameEdit
from insight_app.gui.curation.place_dialog import PlaceDialog
from insight_app.gui.state.curation import SHOWS_NO_CONCEPT
from insight_app.gui.state.present_relation import find_relation
from tests.long_day.acts.registry import act
from tests.long_day.day import Broken, Day
from tests.long_day.hands import CTRL, LEFT, NO, SHIFT, Pick, press, seen_rows, serve, write
from tests.long_day.judged import Said

OWN_LISTS = {
    "images": "in_photo",
    "concepts": "hierarchy",
    "review": "queue",
    "statistics": "concept_table",
}
"""The list of concepts that each page is about, where it is about concepts."""
STATUS = {"A": "accepted", "U": "unsure", "X": "rejected"}


def _has_text(day: Day) -> bool:
    return isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit)


def _can_judge(day: Day) -> bool:
    """Whether a letter pressed now is a judgement of what is selected."""
    session = day.window.session
    state, lists = session.state, session.lists
    return (
        day.place is not None
        and state.catalogue is not None
        and not state.read_only
        and bool(session.selection.rows)
        and not _has_text(day)
        and bool(session.seen_panels.names - SHOWS_NO_CONCEPT)
        and not state.awaits_first_codes
        and not (
            lists.is_in_front("concept_table") and set(session.selection.rows) - set(lists.rows)
        )
    )


def _can(day: Day, action: str) -> bool:
    """Whether a key does something now; some come with the first panel that understands them."""
    return action in day.window.actions_ and day.window.actions_[action].isEnabled()


def _following(day: Day) -> object:
    """What must be selected after a letter: the next row of the list in front, at its end the same.

    In front is the list with the keyboard, else the page's own; None where that is another or there
    is none.
    """
    window, primary = day.window, day.window.session.selection.primary
    if not window.settings.get("auto_advance"):
        return primary
    if (name := OWN_LISTS.get(day.arranged.page)) is None:
        return None
    dock, focus = window.docks[name], QApplication.focusWidget()
    if dock.panel is None or dock.visibleRegion().isEmpty():
        return None
    lists = [window.docks[one].panel for one in set(OWN_LISTS.values()) - {name}]
    if any(panel is not None and panel.isAncestorOf(focus) for panel in lists if focus is not None):
        return None
    if name == "hierarchy":
        view = dock.panel.view
        below = view.indexBelow(view.currentIndex())
        concept = view.tree.concept_at(below.siblingAtColumn(0)) if below.isValid() else primary
        places = [] if concept is None else view.tree.listed(concept)
        is_plain = view.tree.concept_at(view.currentIndex()) == primary and len(places) <= 1
        return concept if is_plain else None
    if name == "concept_table":
        ids = window.session.state.ids_of(dock.panel.model.order.tolist())
    else:
        ids = tuple(dock.panel.list.concepts)
    if ids.count(primary) != 1:
        return None
    place = ids.index(primary) + 1
    return ids[place] if place < len(ids) else primary


def _name(day: Day, concept: str, row: int) -> str:
    """What a concept is called by all that was done so far, on the disk or not."""
    given = day.said.fields.get(concept, {}).get("name")
    results = day.window.session.state.results
    return str(given or (results.machine_names[row] if row < results.F else ""))


def _named(name: str) -> dict[str, object]:
    if not name:
        return {"name": None, "status": None, "status_name": None}
    return {"name": name, "status": "accepted", "status_name": name}


def _of_status(status: str, name: str) -> dict[str, object]:
    return _named(name) if status == "accepted" else {"status": status, "status_name": name}


def _of_relations(day: Day, status: str) -> list[Said]:
    """What a letter says of the selected relations; accepting one takes the kind that it shows."""
    session, said = day.window.session, list[Said]()
    for pair in session.relations.current:
        relation = find_relation(session.state, pair)
        is_added = status == "accepted" and relation is not None and relation.measured is None
        said.append((" > ".join(pair), {"status": "added" if is_added else status}))
    shown, kind, _reverse = session.relations._shown or ((), "", "")
    if status == "accepted" and kind and session.selection.relations == (shown,):
        said.append((" > ".join(shown), {"kind": kind}))
    return said


@act(20)
def letter(day: Day, pick: Pick) -> str | None:
    """A, U or X on what is selected."""
    key = pick.one("AUX")
    if not _can_judge(day):
        return None
    session = day.window.session
    state, selection, status = session.state, session.selection, STATUS[key]
    said: Sequence[Said]
    if session.relations.current:
        said = _of_relations(day, status)
    else:
        rows = {concept: state.row_of(concept) for concept in selection.concepts}
        said = [
            (concept, _of_status(status, _name(day, concept, row)))
            for concept, row in rows.items()
            if row is not None
        ]
    is_concept = len(said) == 1 and not session.relations.current
    following = _following(day) if is_concept else None
    press(key)
    day.said.judge(said)
    if following is not None and selection.primary != following:
        raise Broken(f"{key} went on to {selection.primary}, not to {following}")
    return f"{key} on {', '.join(target for target, _ in said)}"


@act(3)
def hide(day: Day, pick: Pick) -> str | None:
    if not _can_judge(day):
        return None
    session = day.window.session
    concepts, rows = session.selection.concepts, session.selection.rows
    hidden = None if all(session.state.catalogue.hidden[row] for row in rows) else True
    press("H")
    if session.relations.current:
        return "hiding is of no relation"
    day.said.judge((concept, {"hidden": hidden}) for concept in concepts)
    return f"{'show' if hidden is None else 'hide'} {', '.join(concepts)}"


@act(8)
def undo(day: Day, pick: Pick) -> str | None:
    if day.place is None or _has_text(day) or not day.window.actions_["edit.undo"].isEnabled():
        return None
    press("z", CTRL)
    day.said.undo()
    return "Ctrl+Z"


@act(4)
def redo(day: Day, pick: Pick) -> str | None:
    if day.place is None or _has_text(day) or not day.window.actions_["edit.redo"].isEnabled():
        return None
    press("z", CTRL | SHIFT)
    day.said.redo()
    return "Ctrl+Shift+Z"


@act(4)
def rename(day: Day, pick: Pick) -> str | None:
    """F2 and a name; sometimes Escape instead of Enter."""
    if not _can_judge(day) or not _can(day, "concept.rename"):
        return None
    concept = day.window.session.selection.primary
    press(Qt.Key.Key_F2)
    field = QApplication.focusWidget()
    if not isinstance(field, NameEdit):
        return "no panel in sight can rename"
    name = f"{day.place.kind.word} axu {pick.number(1, 30)}"
    write(name)
    if keeps := pick.chance(0.25):
        press(Qt.Key.Key_Escape)
    else:
        press(Qt.Key.Key_Return)
        day.said.judge([(concept, _named(name))])
    return f"{concept}: {name}{' and Escape' if keeps else ''}"


@act(4)
def note(day: Day, pick: Pick) -> str | None:
    """N, some words, and Escape, which keeps them."""
    if not _can_judge(day) or not _can(day, "concept.note"):
        return None
    concept = day.window.session.selection.primary
    press("N")
    field = QApplication.focusWidget()
    if not isinstance(field, QPlainTextEdit):
        return "no panel in sight has a note"
    shown, wanted = field.toPlainText().strip(), day.said.fields.get(concept, {}).get("note", "")
    if shown != wanted and not day.window.session.queue.pending:
        raise Broken(f"the note on {concept} is {wanted!r}, shown is {shown!r}")
    if pick.chance(0.3):
        press("a", CTRL)
        press(Qt.Key.Key_Delete)
    else:
        write(f" ux {pick.number(1, 99)}")
    text = field.toPlainText().strip()
    press(Qt.Key.Key_Escape)
    if text != shown:
        day.said.judge([(concept, {"note": text or None})])
    return f"{concept}: {text!r}"


@act(3)
def candidate(day: Day, pick: Pick) -> str | None:
    """A digit takes a candidate name."""
    if not _can_judge(day):
        return None
    session = day.window.session
    number, row = pick.number(1, 4), session.selection.row
    if row is None or row >= session.state.results.F:
        return None
    found = session.state.results.candidates(row)
    if not _can(day, "concept.name_1"):
        return None
    press(str(number))
    if number <= len(found):
        day.said.judge([(session.selection.primary, _named(found[number - 1].term))])
    return f"{number} for {session.selection.primary}"


@act(4)
def drop(day: Day, pick: Pick) -> str | None:
    """Drag a concept of the tree on another one, or on the empty space; with Ctrl sometimes."""
    dock = day.window.docks["hierarchy"]
    if day.place is None or not dock.isVisible() or dock.panel is None:
        return None
    state, view = day.window.session.state, dock.panel.view
    places = seen_rows(view)
    if state.catalogue is None or not view.isVisible() or len(places) < 2:
        return None
    start, end = pick.some(places, 2)
    source = view.indexAt(start).siblingAtColumn(0)
    child, old = view.tree.concept_at(source), view.tree.parent_at(source)
    target = view.tree.concept_at(view.indexAt(end).siblingAtColumn(0))
    on_empty = pick.chance(0.2)
    if on_empty:
        end, target = QPoint(20, view.viewport().height() - 3), None
        if view.indexAt(end).isValid():
            return None
    modifiers = CTRL if pick.chance(0.4) else NO
    above = [state.id_of(edge.parent) for edge in state.catalogue.parents(state.row_of(child))]
    data = view.tree.mimeData([source])
    both = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    port = view.viewport()
    QApplication.sendEvent(port, QDragEnterEvent(end, both, data, LEFT, modifiers))
    move = QDragMoveEvent(end, both, data, LEFT, modifiers)
    QApplication.sendEvent(port, move)
    event = QDropEvent(QPointF(end), both, data, LEFT, modifiers)
    QApplication.sendEvent(port, event)
    serve()
    said: list[Said] = []
    if move.isAccepted():
        if target is None:
            said = [(f"{child} > {parent}", {"status": "removed"}) for parent in above]
        else:
            if old is not None and modifiers == NO:
                said.append((f"{child} > {old}", {"status": "removed"}))
            said.append((f"{child} > {target}", {"status": "added"}))
        day.said.judge(said)
    words = {True: "dropped", False: "refused"}[move.isAccepted()]
    return f"{child} on {target}{' with Ctrl' if modifiers else ''}: {words}"


@act(2)
def parent(day: Day, pick: Pick) -> str | None:
    """Add a parent by the dialog, or leave it."""
    if not _can_judge(day) or not _can(day, "concept.add_parent"):
        return None
    session = day.window.session
    if len(session.selection.rows) > 1:
        return None
    child = session.selection.primary
    press("p", CTRL | SHIFT)
    serve()
    dialog = day.window.findChild(PlaceDialog)
    if dialog is None:
        return "no dialog"
    state, chosen = session.state, ""
    own = state.row_of(child)
    rows = [row for row in state.catalogue.search("") if row != own][: len(dialog.list.hits())]
    if rows and pick.chance(0.8):
        place = pick.number(0, len(rows) - 1)
        chosen = state.id_of(rows[place])
        dialog.list.choose(place)
    if was_left := dialog.isVisible():
        dialog.reject()
    elif chosen:
        day.said.judge([(f"{child} > {chosen}", {"status": "added"})])
    return f"{child} under {chosen or 'none'}: {'left' if was_left else 'done'}"
