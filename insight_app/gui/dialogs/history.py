"""The whole history of a project: every act, the newest first, by words and person.

Pages are read as one scrolls. One's own acts are taken back here; the history is written to a file
for another copy, and that of another copy is replayed.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from insight_app.figures import counted
from insight_app.gui.curation.history.lines import (
    NEWER,
    HistoryLine,
    arranged,
    concerned,
    lines_of,
)
from insight_app.gui.curation.history.view import HistoryView
from insight_app.gui.dialogs.confirming import confirm
from insight_app.gui.dialogs.files import Purpose, choose_file, choose_new_file
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.widgets import dim_label
from insight_app.plain_text import file_name

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId, Judgement, Person
    from insight_app.project.judgements.log.telling import ToldAct
    from insight_app.project.judgements.projection import Standing
    from insight_app.project.project import Project

PAGE = 300
REST = 200
"""Milliseconds without a letter after which the words are looked for."""
KINDS = "Histories (*.jsonl);;All files (*)"
NOTHING, NOTHING_FOUND = "Nothing was judged yet.", "Nothing that was judged has these words."


class HistoryDialog(QDialog):
    """Stays open beside the window and follows what is judged there."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.setWindowTitle("History")
        self.resize(720, 560)
        self.words = QLineEdit(self)
        self.words.setPlaceholderText("Find in the history")
        self.words.setClearButtonEnabled(True)
        self.persons = QComboBox(self)
        self.persons.setAccessibleName("Whose")
        self.list = HistoryView(self)
        self.count = dim_label("", self)
        self.count.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.export = buttons.addButton("Export history…", role)
        self.replay = buttons.addButton("Replay history…", role)
        self.export.setToolTip("Write it to a file, for another copy of this project to replay")
        self.replay.setToolTip(
            "Take over what was judged in another copy of this project: what both know counts once"
        )
        for button in buttons.buttons():
            button.setAutoDefault(False)  # type: ignore[attr-defined]
        head = QHBoxLayout()
        head.addWidget(self.words, 1)
        head.addWidget(self.persons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.count)
        column.addWidget(buttons)
        self._lines: list[HistoryLine] = []
        self._last: int | None = None
        """The Lamport time of the last act that was read, None where there are no more."""
        self._asked = 0
        self._after = ""
        """What is to be known after an act was taken back."""
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.look)
        self.words.textChanged.connect(lambda _text: self._rest.start())
        self.persons.currentIndexChanged.connect(lambda _at: self.look())
        self.list.take_back.connect(self._take_back)
        self.list.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.export.clicked.connect(self._export)
        self.replay.clicked.connect(self._replay)
        buttons.rejected.connect(self.close)
        session.curation.changed.connect(lambda _rows, _structure: self._judged())
        session.queue.refused.connect(lambda _write, error: self.count.setText(str(error)))
        session.projects.opened.connect(self.close)
        self._judged()

    # ---- reading

    def _judged(self) -> None:
        if self.isHidden() and self._lines:
            return
        self.session.projects.ask(_persons, done=self._fill_persons)

    def _fill_persons(self, persons: "list[Person]") -> None:
        """List who judged; who was chosen stays so. Then look."""
        chosen = self.persons.currentData() or ""
        self.persons.blockSignals(True)
        self.persons.clear()
        self.persons.addItem("Everybody", "")
        for person in sorted(persons, key=lambda one: one.name.casefold()):
            self.persons.addItem(shown_name(person.name), person.uuid)
        self.persons.setCurrentIndex(max(0, self.persons.findData(chosen)))
        self.persons.setVisible(len(persons) > 1)
        self.persons.blockSignals(False)
        self.look()

    def look(self) -> None:
        """Read the history anew, as much of it as is shown."""
        self._read(most=max(PAGE, len(self._lines)), earlier_than=None)

    def _scrolled(self, value: int) -> None:
        bar = self.list.verticalScrollBar()
        if value >= bar.maximum() - bar.pageStep() and self._last is not None:
            last, self._last = self._last, None
            self._read(most=PAGE, earlier_than=last)

    def _read(self, most: int, earlier_than: int | None) -> None:
        self._asked += 1
        question = partial(
            _acts,
            most=most,
            earlier_than=earlier_than,
            person=self.persons.currentData() or "",
            words=self.words.text().strip(),
        )
        goes_on = earlier_than is not None
        self.session.projects.ask(question, done=partial(self._show, self._asked, most, goes_on))

    def _show(
        self,
        asked: int,
        most: int,
        goes_on: bool,
        found: "tuple[list[ToldAct], dict[str, Standing]]",
    ) -> None:
        project = self.session.state.project
        if asked != self._asked or project is None:
            return
        acts, standing = found
        me = "" if project.read_only else project.judgements.person.uuid
        others = {act.first.group: act.entries - 1 for act in acts if act.entries > 1}
        which = {
            act.first.group: concerned(act.first.text, act.targets, act.entries, self._name)
            for act in acts
            if act.entries > 1
        }
        firsts = [act.first for act in acts]
        lines = lines_of(firsts, standing, me, _told, others, which)
        self._lines = [*self._lines, *lines] if goes_on else lines
        self._last = acts[-1].first.lamport if len(acts) == most else None
        self.list.set_items(arranged(self._lines, by_person=False))
        more = " and more" if self._last is not None else ""
        nothing = NOTHING_FOUND if self.words.text().strip() else NOTHING
        shown = f"{counted(len(self._lines), 'act')}{more}{self._after}"
        self.count.setText(shown if self._lines else nothing)

    def _name(self, concept: "ConceptId") -> str:
        row = self.session.state.row_of(concept)
        return str(concept) if row is None else self.session.state.name_told_apart(row)

    def _take_back(self, line: HistoryLine) -> None:
        keys = self.session.actions.entry("edit.redo").shown_keys()
        self._after = f". What was taken back comes back with Redo ({keys})"
        self.session.curation.take_back(line.group)

    # ---- in and out

    def _export(self) -> None:
        project = self.session.state.project
        if project is None:
            return
        name = f"{file_name(project.name)} history.jsonl"
        path = choose_new_file(self, "Export history", self.session.settings, name, KINDS)
        if path is not None:
            self.session.projects.ask(
                partial(_write, path=path), done=partial(self._say_written, path)
            )

    def _say_written(self, path: Path, entries: int) -> None:
        self.count.setText(f"{path.name}: {counted(entries, 'judgement')} written")

    def _replay(self) -> None:
        if self.session.curation.refuses():
            return
        title, settings = "Replay history", self.session.settings
        path = choose_file(self, title, settings, Purpose.EXPORTS, KINDS)
        if path is not None:
            self.session.projects.ask(
                partial(_try, path=path), done=partial(self._ask_to_replay, path)
            )

    def _ask_to_replay(self, path: Path, found: tuple[str, int, int]) -> None:
        text, new, differing = found
        if not new:
            self.count.setText(f"{path.name} has nothing that is not known here.")
            return
        details = "What both copies know counts once. Nothing of yours is lost or replaced."
        if differing:
            details += (
                f" {counted(differing, 'thing')} would be judged differently by two people; "
                "what was said last counts until somebody judges it anew."
            )
        question = f"{text.replace('Took over', 'Take over')}?"
        if confirm(self, "Replay history", question, do="Replay", keep="Cancel", details=details):
            self.session.curation.replay(path)


def _told(entry: "Judgement") -> str:
    return entry.text if entry.is_understood else f"{entry.text} {NEWER}"


def _persons(project: "Project") -> "list[Person]":
    """Read who judged; runs on the project's thread, as all below."""
    return project.judgements.persons()


def _acts(
    project: "Project", *, most: int, earlier_than: int | None, person: str, words: str
) -> "tuple[list[ToldAct], dict[str, Standing]]":
    judgements = project.judgements
    acts = judgements.acts(most, earlier_than=earlier_than, person=person, words=words)
    return acts, judgements.standing({act.first.group for act in acts})


def _write(project: "Project", *, path: Path) -> int:
    return project.judgements.export_log(path)


def _try(project: "Project", *, path: Path) -> tuple[str, int, int]:
    """Return what replaying would come to: in words, judgements taken over, new contradictions."""
    from insight_app.project.judgements.rehearsal import rehearsal

    known = len(project.judgements.conflicts())
    with rehearsal(project.judgements) as copy:
        changes = copy.import_log(path)
        return changes.text, len(changes.judgements), max(0, len(copy.conflicts()) - known)
