"""Who judged a concept, how, and when."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from insight_app.concepts.hsae.summary import RELEASE
from insight_app.concepts.naming.doubt import is_doubtful
from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import ShownName, shown_name
from insight_app.gui.widgets import PlainLabel
from insight_app.plain_text import shortened, visible, visible_lines

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId, Judgement
    from insight_app.project.project import Project

WORDS_LETTERS, PERSON_LETTERS = 1000, 100
"""What is shown of what was said, and of who said it."""
KIND_WORDS = {
    "rename": "renamed to",
    "accept": "accepted",
    "unsure": "unsure about",
    "reject": "rejected",
    "clear": "status taken back",
    "hide": "hidden",
    "unhide": "shown again",
    "note": "note",
    "create": "made",
}


class ConceptHistory(PlainLabel):
    """The judgements of a concept as lines, the newest first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.session = session
        self._concept: ConceptId | None = None
        self.setProperty("dim", True)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setContentsMargins(12, 0, 12, 8)

    def show_concept(self, concept: PresentConcept) -> None:
        """Read the judgements of a concept and show them a moment later."""
        self._concept, results = concept.id, concept.results
        machine = results.machine_names[concept.row] if concept.is_machine else ""
        if machine:
            who = "release" if results.names_run == RELEASE else "analysis"
            probability = float(results.name_probability[concept.row])
            name = ShownName(shown_name(machine), is_doubtful=is_doubtful(probability))
            before = shown_name(results.names_before[concept.row])
            machine = f"{who}: named {name.text}{f', was: {before}' if before else ''}"
        self.session.projects.ask(
            partial(_history, concept=concept.id),
            done=partial(self._show, concept.id, machine),
        )

    def _show(self, concept: "ConceptId", machine: str, entries: "Sequence[Judgement]") -> None:
        if concept == self._concept:
            newest_first = sorted(entries, key=lambda entry: -entry.lamport)
            lines = [describe(entry) for entry in newest_first]
            self.setText("\n".join([*lines, *([machine] if machine else [])]))


def _history(project: "Project", concept: "ConceptId") -> "Sequence[Judgement]":
    """Read the judgements of a concept; runs on the project's thread."""
    return project.judgements.history(concept)


def describe(entry: "Judgement") -> str:
    """Return one entry of the log as a line: when, who, what."""
    when = entry.utc.astimezone().strftime("%d %b %Y, %H:%M")
    words = entry.text
    if not entry.is_understood:
        words = f"{words} (made with a newer Insight, not applied here)"
    elif not entry.undoes:
        words = KIND_WORDS.get(entry.kind, entry.kind.replace("-", " "))
        named = entry.after.get("name") or entry.after.get("status_name")
        if entry.kind == "note":
            named = entry.after.get("note")
        words = f"{words} {named}" if named else words
    said = shortened(visible_lines(words), WORDS_LETTERS)
    return f"{when}, {shortened(visible(entry.person.name), PERSON_LETTERS)}: {said}"
