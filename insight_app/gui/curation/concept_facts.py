"""Parts that the concept card and the review's evidence both show: relations, strength,
note, history.

Each part is a small widget with show_concept(row); reading what is slow happens on the pool.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from insight_app.concepts.hsae.summary import RELEASE
from insight_app.gui import theme
from insight_app.gui.curation.concept_row import ConceptRow
from insight_app.gui.curation.concept_rows import ConceptRows
from insight_app.gui.curation.histogram import Histogram
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import ElidedLabel, thin_line

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

ROWS = 8
CO_OCCURRING = 8
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


class Section(QWidget):
    """A thin line, a heading with a few words at the right (`note`), and what stands under it."""

    def __init__(
        self, title: str, content: QWidget, parent: QWidget | None = None, margin: int = 0
    ) -> None:
        super().__init__(parent)
        self.content = content
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        column.addWidget(thin_line(self))
        self.heading = QLabel(title, self)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setFont(theme.bold(self.font()))
        self.heading.setContentsMargins(12, 6, 12, 2)
        self.note = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self.note.setProperty("dim", True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.note.setContentsMargins(0, 6, 12, 2)
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.heading)
        head.addWidget(self.note, 1)
        column.addLayout(head)
        inset = QVBoxLayout()
        inset.setContentsMargins(margin, 0, margin, 0)
        inset.addWidget(content)
        column.addLayout(inset)
        content.setAccessibleName(title)


class Relations(QWidget):
    """Parents, children and what it fires together with; a click selects."""

    def __init__(self, session: Session, parent: QWidget, parts: tuple[str, ...]) -> None:
        super().__init__(parent)
        self.session = session
        self.row: int | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.sections: dict[str, Section] = {}
        for part in parts:
            rows = ConceptRows(session, self, grows=ROWS)
            self.sections[part] = Section(part, rows, self)
            column.addWidget(self.sections[part])

    def rows_of(self, part: str) -> ConceptRows:
        """The list of a part: "Parents", "Children" or "Fires together with"."""
        rows = self.sections[part].content
        assert isinstance(rows, ConceptRows)
        return rows

    def show_concept(self, row: int) -> None:
        changed, self.row = row != self.row, row
        catalogue, results = self.session.state.catalogue, self.session.state.results
        if "Parents" in self.sections:
            self._fill("Parents", [self._relation(e, e.parent) for e in catalogue.parents(row)])
        if "Children" in self.sections:
            edges = [e for e in catalogue.children(row) if not catalogue.hidden[e.child]]
            self._fill("Children", [self._relation(e, e.child) for e in edges])
        if "Fires together with" in self.sections:
            if row >= results.F:
                self._fill("Fires together with", [])
            elif changed:
                self.session.jobs.run(
                    partial(results.co_occurring, row, CO_OCCURRING),
                    done=lambda found: self._together(row, found), key=("together", id(self)),
                )  # fmt: skip

    def _relation(self, edge: Any, other: int) -> ConceptRow:
        strength = f"{edge.strength:.2f}" if edge.source != "person" else ""
        support = "not counted here: as the dictionary brings it along"
        if edge.cells:
            support = f"{edge.cells:,} cells in {edge.images:,} images"
        tip = (
            f"R = share of the child's activation on cells where the parent is active too: "
            f"{edge.strength:.3g} forward, {edge.reverse_strength:.3g} back, {support}"
        )
        tag = "person" if edge.by_person else "machine"
        if edge.source == "dictionary" and tag == "machine":
            tag = RELEASE if self.session.state.results.names_run == RELEASE else tag
        tip = tip if edge.source != "person" else "added by a person"
        return ConceptRow(other, strength, tag, tip)

    def _together(self, row: int, found: Any) -> None:
        if row != self.row or self.session.state.catalogue is None:
            return
        tip = "R = share of this concept's activation on cells where the other is active too"
        self._fill(
            "Fires together with",
            [ConceptRow(int(o), f"{r:.2f}", "", f"{tip}: {r:.3g}") for o, r in found],
        )

    def _fill(self, part: str, rows: list[ConceptRow]) -> None:
        section = self.sections[part]
        section.setVisible(bool(rows))
        counted = f"{part} ({len(rows):,})" if len(rows) > ROWS else part
        section.heading.setText(counted)
        self.rows_of(part).set_rows(rows)


class Strength(QWidget):
    """The activation histogram with its count."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.row: int | None = None
        self.histogram = Histogram(self)
        self.section = Section("Strength", self.histogram, self, margin=12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.section)

    def show_concept(self, row: int) -> None:
        changed, self.row = row != self.row, row
        results, catalogue = self.session.state.results, self.session.state.catalogue
        is_machine = row < results.F
        self.setVisible(is_machine and not self.session.state.awaits_photos)
        if is_machine and changed:
            self.section.heading.setText(f"Strength over {int(catalogue.cells[row]):,} cells")
            edges, counts = results.histogram(row)
            self.histogram.show_counts(list(map(float, edges)), list(map(float, counts)))


class NoteField(QPlainTextEdit):
    """The concept's note; a judgement when the keyboard leaves it, and before anything else goes.

    Escape and Ctrl+Enter leave it; what was typed stays and can be undone.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.concept: ConceptId | None = None
        self._written = ""
        self.setAccessibleName("Note")
        self.setPlaceholderText("What should the next person know? (N)")
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(8)
        self.textChanged.connect(self.updateGeometry)
        session.projects.opened.connect(self._forget)

    def show_concept(self, row: int) -> None:
        """Show a concept's note; what is being typed for this concept stays."""
        state = self.session.state
        concept, text = state.id_of(row), state.catalogue.notes.get(row, "")
        if concept == self.concept and (text == self._written or self.hasFocus()):
            return
        self.write()
        self.concept, self._written = concept, text
        self.setReadOnly(state.read_only)
        self.setPlainText(text)

    def write(self) -> None:
        """Judge the note if it was changed."""
        text = self.toPlainText().strip()
        if self.concept is not None and text != self._written and not self.isReadOnly():
            self._written = text
            self.session.curation.note(self.concept, text)

    def _forget(self) -> None:
        """Belong to no concept: the project that this note is of was left, the note written."""
        self.concept, self._written = None, ""
        self.clear()

    def sizeHint(self) -> QSize:
        lines = min(6, max(2, self.document().blockCount()))
        return QSize(100, lines * self.fontMetrics().lineSpacing() + 20)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        leaves = enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if leaves or event.key() == Qt.Key.Key_Escape:
            self.write()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.session.editors.opened(self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.write()
        self.session.editors.closed(self)


class History(QLabel):
    """Who said what of the concept, and when; the newest first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.row: int | None = None
        self.setProperty("dim", True)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setContentsMargins(12, 0, 12, 8)

    def show_concept(self, row: int) -> None:
        self.row = row
        concept = self.session.state.catalogue.id_of(row)
        machine, results = "", self.session.state.results
        if row < results.F and results.machine_names[row]:
            who = "release" if results.names_run == RELEASE else "analysis"
            machine = f"{who}: named {results.machine_names[row]}"
        self.session.projects.ask(
            lambda project: project.judgements.history(concept),
            done=lambda entries: self._show(row, entries, machine),
        )

    def _show(self, row: int, entries: Any, machine: str) -> None:
        if row == self.row:
            lines = [said(entry) for entry in sorted(entries, key=lambda e: -e.lamport)]
            self.setText("\n".join([*lines, *([machine] if machine else [])]))


def said(entry: Any) -> str:
    """One entry of the log as a line."""
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
    return f"{when}, {entry.person.name}: {words}"
