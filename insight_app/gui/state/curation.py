"""What a person can do to concepts, and the one door through which all acts are written.

Turns a key press into the acts of the judgement log and one line of text, and shows in the
catalogue what was committed. Targets, and the concept that comes next, are bound at the key press.
Knows no panel.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from insight_app.errors import KnownError
from insight_app.figures import counted
from insight_app.gui.settings import Settings
from insight_app.gui.state.judgement_queue import Committed, JudgementQueue, Write, WriteKind
from insight_app.gui.state.lists import Lists
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.present_relation import find_edge
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.seen_panels import SeenPanels
from insight_app.gui.state.selection import SelectionModel

if TYPE_CHECKING:
    from insight_app.gui.state.judgement_queue import ActsThen
    from insight_app.project.judgements import Act, Changes, ConceptId, CurationState, Relation
    from insight_app.project.project import Project


SHOWS_NO_CONCEPT = frozenset({"problems", "quality", "unexplained", "reliability_plot"})
COMING = "Concepts come as soon as the first photos are analyzed"
"""Said where nobody has seen yet where a concept fires."""
ASKS_ABOVE = 50
"""Judging more concepts at once is asked for first."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is about to be done to many things: the verb, to how many of what, and what does it.

    details: what else is to be known of it.  asks: the question, where it is not about what is
    selected.
    """

    verb: str
    count: int
    what: str
    do: Callable[[], None]
    concepts: "tuple[ConceptId, ...]" = ()
    details: str = ""
    asks: str = ""


class Curation(QObject):
    """The judgements that a person can make in this window."""

    asked = Signal(object)
    """A Question: it is done only if the person says so."""

    changed = Signal(object, bool)
    """(rows: set[int], structure: bool): what a committed judgement changed in the catalogue."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        queue: JudgementQueue,
        selection: SelectionModel,
        lists: Lists,
        settings: Settings,
        messages: Messages,
        write_editors: Callable[[], None],
        seen_panels: SeenPanels,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._present, self._queue = present, queue
        self._selection, self._lists = selection, lists
        self._settings, self._messages = settings, messages
        self._write_editors, self._seen_panels = write_editors, seen_panels
        queue.committed.connect(self._committed)
        queue.refused.connect(self._refused)
        self._stuck_in: Project | None = None
        """Where the last thing tried was to undo an act that cannot be undone any more."""

    # ---- status

    def accept(self) -> None:
        """Accept the names of the selected concepts, then go on to the next."""
        self._judge_selected("accept", "Accepted")

    def unsure(self) -> None:
        """Say of the selected that one cannot tell, then go on."""
        self._judge_selected("unsure", "Unsure about")

    def reject(self) -> None:
        """Say that the selected names are wrong (hide() says that the concepts are), then go on."""
        self._judge_selected("reject", "Rejected")

    def hide(self) -> None:
        """Take the selected concepts out of lists: junk. Those that are all hidden come back."""
        from insight_app.project import judgements as j

        self._write_editors()
        if self._is_too_early():
            return
        state, concepts = self._present(), self._selection.concepts
        rows = state.rows_of(concepts)
        if state.catalogue is None or not rows:
            return
        concepts = state.ids_of(rows)
        if all(state.catalogue.hidden[row] for row in rows):
            self._judge_all("Show", concepts, [j.unhide(one) for one in concepts], "Shown again:")
        elif not self.asks_to_look():
            # What leaves the lists cannot stay selected in them, whatever the switch says.
            then = self._lists.remaining(concepts)
            self._judge_all("Hide", concepts, [j.hide(one) for one in concepts], "Hidden:", then)

    # ---- names, notes

    def rename(self, concept: "ConceptId", name: str) -> None:
        """Give a concept a name; blank text changes nothing."""
        from insight_app.project import judgements as j

        name = " ".join(name.split())
        if name:
            said = f"Renamed {self._name(concept)} to {name}"
            self.judge([j.rename(concept, name)], said, f"{name} is its name already")

    def note(self, concept: "ConceptId", text: str) -> None:
        """Replace a concept's note; '' takes it away."""
        from insight_app.project import judgements as j

        self.judge([j.note(concept, text)], f"Noted on {self._name(concept)}")

    def set_language(self, code: str) -> None:
        """Say in which language persons name and note; exports label names with it."""
        from insight_app.project import judgements as j

        said = f"Names and notes are in the language {code}" if code else "No language is named"
        self.judge([j.language(code)], said, said)

    # ---- all of it

    def judge(self, acts: "Sequence[Act] | ActsThen", text: str, unchanged: str = "") -> None:
        """Queue a judgement; everything follows when it is on the disk.

        unchanged: what is said instead of `text` where all of it holds already.
        """
        if not acts or self.refuses():
            return
        added = () if callable(acts) else _added(acts)
        if circle := next(filter(None, map(self._circle, added)), ""):
            self._messages.say(
                f"Not done: with what is not saved yet it would go in a circle ({circle})"
            )
        else:
            fixed = acts if callable(acts) else tuple(acts)
            self._queue.submit(Write(WriteKind.JUDGE, fixed, text, unchanged))

    def refuses(self) -> bool:
        """Return whether nothing can be written, and say why."""
        state = self._present()
        if state.read_only:
            self._messages.say(f"Read-only: {state.why_read_only}")
        return state.read_only

    def ask_if_many(self, question: Question) -> None:
        """Do at once what is about few things; above ASKS_ABOVE only when the person says so."""
        if question.count > ASKS_ABOVE and not self._present().read_only:
            self.asked.emit(question)
        else:
            question.do()

    def undo(self) -> None:
        """Take back the newest act of this person, what is being typed included.

        Asked for again where it cannot be undone, it stays, and the one before it is taken back.
        """
        self._write_editors()
        if not self._present().read_only:
            is_stuck = self._stuck_in is not None and self._stuck_in is self._present().project
            kind = WriteKind.UNDO_BEFORE if is_stuck else WriteKind.UNDO
            self._queue.submit(Write(kind))

    def redo(self) -> None:
        """Do again what was undone last."""
        self._write_editors()
        if not self._present().read_only:
            self._queue.submit(Write(WriteKind.REDO))

    def take_back(self, group: str) -> None:
        """Take back one act of this person alone, however old; what was said since stays."""
        self._write_editors()
        if not self.refuses():
            self._queue.submit(Write(WriteKind.TAKE_BACK, group=group))

    def replay(self, path: Path) -> None:
        """Take over the history of another copy of this project."""
        self._write_editors()
        if not self.refuses():
            self._queue.submit(Write(WriteKind.REPLAY, path=path))

    # ---- how

    def _circle(self, added: "Relation") -> str:
        """Return the way by which a parent is below its child once all that waits is committed.

        '' where there is none.
        """
        state, (child, parent) = self._present(), added
        waiting = [pair for one in self._queue.waiting if not callable(one.acts)
                   for pair in _added(one.acts)]  # fmt: skip
        if not waiting or state.catalogue is None:
            return ""  # the catalogue has refused it already
        ways: dict[ConceptId, tuple[ConceptId, ...]] = {parent: (parent,)}
        above = [parent]
        while above and child not in ways:
            concept = above.pop()
            row = state.row_of(concept)
            edges = [] if row is None else state.catalogue.parents(row)
            found = {state.id_of(edge.parent) for edge in edges}
            found |= {new for below, new in waiting if below == concept}
            for new in found - ways.keys():
                ways[new] = (*ways[concept], new)
                above.append(new)
        return " → ".join(map(self._name, ways.get(child, ())))

    def _judge_selected(self, verb: str, word: str) -> None:
        self._write_editors()
        if self._is_too_early():
            return
        from insight_app.project import judgements as j

        if self.asks_to_look():
            return
        state, concepts = self._present(), self._selection.concepts
        rows = state.rows_of(concepts)
        if state.catalogue is None or not rows:
            return
        concepts = state.ids_of(rows)
        goes_on = len(concepts) == 1 and self._settings.get("auto_advance")
        following = self._lists.following(concepts[0]) if goes_on else None
        make = {"accept": j.accept, "unsure": j.unsure, "reject": j.reject}[verb]
        machine = {one: state.machine_name(row) for one, row in zip(concepts, rows, strict=True)}

        def acts(judged: "CurationState") -> "list[Act]":
            # A name that was given a moment ago may still be on its way to the disk.
            return [make(one, _name_given(judged, one) or machine[one]) for one in concepts]

        self._judge_all(verb.capitalize(), concepts, acts, word, following)

    def asks_to_look(self) -> bool:
        """Select what is seen instead of doing something to what is not; say so.

        Return whether there was something to say.
        """
        if not self._seen_panels.names - SHOWS_NO_CONCEPT:
            self._messages.say("Nothing was done: no panel is open that shows it (View > Panels)")
            return True
        if not self._lists.choose_shown():
            return False
        shown = self._what(self._selection.concepts)
        self._messages.say(f"Nothing was done: what was selected is not listed. Now: {shown}")
        return True

    def _is_too_early(self) -> bool:
        """Return whether there is nothing to judge by, and say so."""
        if not self._present().awaits_first_codes:
            return False
        self._messages.say(COMING)
        return True

    def _judge_all(
        self,
        verb: str,
        concepts: "tuple[ConceptId, ...]",
        acts: "Sequence[Act] | ActsThen",
        word: str,
        then: "ConceptId | None" = None,
    ) -> None:
        """Judge and select `then`; above ASKS_ABOVE concepts only when the person says so."""

        def do() -> None:
            what = self._what(concepts, is_plain=word == "Accepted")
            self.judge(acts, f"{word} {what}", f"Already {word.lower()} {what}")
            if then is not None and not self._present().read_only:
                self._selection.select(concepts=(then,))

        self.ask_if_many(Question(verb, len(concepts), "concept", do, concepts))

    def _what(self, concepts: "Sequence[ConceptId]", is_plain: bool = False) -> str:
        if len(concepts) == 1:
            return self._name(concepts[0], is_plain)
        return counted(len(concepts), "concept")

    def _name(self, concept: "ConceptId", is_plain: bool = False) -> str:
        """Return a name as it looks; is_plain: without the machine's question mark."""
        row = self._present().row_of(concept)
        if row is None:
            return str(concept)
        shown = self._present().shown(row)
        return replace(shown, is_doubtful=False).told_apart if is_plain else shown.told_apart

    # ---- what was committed

    def _committed(self, committed: Committed) -> None:
        self._stuck_in = None
        changes, kind = committed.changes, committed.write.kind
        catalogue = self._present().catalogue
        if catalogue is None:
            return
        shown = [one for one in changes.concepts if not self._is_hidden(one)]
        leaves = kind not in (WriteKind.JUDGE, WriteKind.REPLAY) and bool(shown)
        then = self._lists.remaining(shown) if leaves else None
        if not changes.is_empty:
            rows = set(catalogue.apply(committed.state, changes))
            self.changed.emit(rows, changes.structure)
        if then is not None and all(map(self._is_hidden, shown)):
            self._selection.select(concepts=(then,))  # as hide() does
        elif kind not in (WriteKind.JUDGE, WriteKind.REPLAY):
            self._return_to(changes)
        self._select_what_stands()
        text = committed.write.text or changes.text
        if kind is WriteKind.REPLAY:
            self._messages.say(text)
        elif kind in (WriteKind.UNDO, WriteKind.UNDO_BEFORE, WriteKind.TAKE_BACK):
            self._messages.offer(text, "Redo", self.redo)
        elif changes.is_empty:
            self._messages.say(committed.write.unchanged or text)
        else:
            self._messages.offer(text, "Undo", self.undo)

    def _refused(self, write: Write, error: Exception) -> None:
        project = self._present().project
        is_undo = write.kind in (WriteKind.UNDO, WriteKind.UNDO_BEFORE)
        has_one = project is not None and bool(project.judgements.undo_text)
        self._stuck_in = project if is_undo and has_one else None
        if self._stuck_in is not None:
            what = error.what if isinstance(error, KnownError) else str(error)
            self._messages.offer(what, "Leave it, undo the one before (Ctrl+Z)", self.undo)
        else:
            self._messages.say(str(error))

    def _select_what_stands(self) -> None:
        """Select in the place of what is merged now what stands for it: keys act on that."""
        state, concepts = self._present(), self._selection.concepts
        if state.catalogue is None:
            return
        rows = map(state.row_of, concepts)
        standing = tuple(
            one if row is None else state.id_of(state.catalogue.holder(row))
            for one, row in zip(concepts, rows, strict=True)
        )
        if standing != concepts:
            self._selection.select(concepts=standing)

    def _is_hidden(self, concept: "ConceptId") -> bool:
        state = self._present()
        row = state.row_of(concept)
        return state.catalogue is not None and row is not None and bool(state.catalogue.hidden[row])

    def _is_listed(self, concept: "ConceptId") -> bool:
        state = self._present()
        row = state.row_of(concept)
        return (
            state.catalogue is not None and row is not None and bool(state.catalogue.is_listed[row])
        )

    def _return_to(self, changes: "Changes") -> None:
        """Select what an undo or redo concerns: all of it, where nothing of it is selected.

        Relations where relations are judged, else their children.
        """
        state, selection = self._present(), self._selection
        ends = [pair for pair in changes.relations if len(state.rows_of(pair)) == len(pair)]
        if selection.relations and ends and not changes.concepts:
            shown = [pair for pair in ends if find_edge(state, pair) is not None] or ends
            if not set(shown) & set(selection.relations):
                selection.select_relations(sorted(shown))
            return
        children = [child for child, _parent in changes.relations]
        # First what was there all the time: of a merge that was undone the one that stayed.
        first = [*sorted(changes.changed), *sorted(changes.added | changes.removed)]
        for concepts in (first, children):
            listed = [concept for concept in concepts if self._is_listed(concept)]
            if listed:
                if not set(listed) & set(selection.concepts):
                    selection.select(concepts=listed)
                return


def _name_given(judged: "CurationState", concept: "ConceptId") -> str:
    """Return the name that a person gave, '' if nobody did."""
    found = judged.concepts.get(concept)
    return "" if found is None else found.name or ""


def _added(acts: "Sequence[Act]") -> "list[Relation]":
    """Return the (child, parent) that acts add."""
    from insight_app.project.judgements.targets import split_relation

    pairs = [split_relation(act.target) for act in acts if act.kind == "add-parent"]
    return [pair for pair in pairs if pair is not None]
