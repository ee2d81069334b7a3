"""The foot of a stage: what will be done, the union of the images, and the buttons that do it.

Shows a stage and its preview; what a button does is the window's actions' matter.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from insight_app.figures import agreeing, counted
from insight_app.gui import theme
from insight_app.gui.curation.structure.union_bar import BarPart, UnionBar
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.state.staging import Staged, StagePlan
from insight_app.gui.widgets import ElidedLabel, KeyButton, dim_label, thin_line
from insight_app.gui.wording import tooltip
from insight_app.gui.wrap_row import WrapRow

if TYPE_CHECKING:
    from insight_app.project.composites.counted import ConceptNumbers
    from insight_app.project.composites.preview import Together
    from insight_app.project.judgements import ConceptId

NOT_YET = "preview, nothing changed yet; one undo takes it back"
MOST_EFFECTS = 2
"""Effects that are told; the tooltip has all."""
BUTTONS = ("concept.merge", "concept.keep_apart", "concept.cancel_stage")


class StageFoot(QWidget):
    """Stands under the list while something is laid out."""

    named = Signal(str)
    """What is typed as the name of a group."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setProperty("base", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = ElidedLabel("", self, Qt.TextElideMode.ElideMiddle)
        self.note = dim_label(NOT_YET, self)
        self.note.setWordWrap(True)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText("Name of the new concept above them")
        self.name.setAccessibleName("Name of the new concept")
        self.name.textChanged.connect(self.named)
        self.name.installEventFilter(self)
        session.staging.changed.connect(self._take_name)
        self.bar = UnionBar(self)
        self.numbers = dim_label("", self)
        self.numbers.setWordWrap(True)
        self.buttons = {
            id: KeyButton(session.actions, id, primary=id == BUTTONS[0], parent=self)
            for id in BUTTONS
        }
        row = WrapRow()
        row.setSpacing(8)
        for button in self.buttons.values():
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        column.addWidget(thin_line(self))
        inside = QVBoxLayout()
        inside.setContentsMargins(12, 8, 12, 0)
        inside.setSpacing(6)
        for widget in (self.title, self.name, self.bar, self.numbers, self.note):
            inside.addWidget(widget)
        line = QHBoxLayout()
        line.addLayout(row, 1)
        inside.addLayout(line)
        column.addLayout(inside)
        theme.follow(self._measure)

    def _measure(self) -> None:
        font = theme.bold(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.title.setFont(font)

    def _take_name(self) -> None:
        """Show the name of the stage that is laid out: another one begins without."""
        stage = self.session.staging.stage
        name = "" if stage is None else stage.name
        if self.name.text() != name:
            self.name.setText(name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter in the name do it and Escape leave it."""
        if watched is not self.name or event.type() != QEvent.Type.KeyPress:
            return False
        assert isinstance(event, QKeyEvent)
        actions = self.session.actions
        if event.key() == Qt.Key.Key_Escape:
            actions["concept.cancel_stage"].trigger()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            actions["concept.merge"].trigger()
        else:
            return False
        return True

    def show_stage(self, stage: Staged, aliases: int, effects: Sequence[str]) -> None:
        """Say what will be done to what; effects: what else that does, a sentence each."""
        state = self.session.state
        count = len(stage.ticked)
        self.name.setVisible(stage.plan is StagePlan.GROUP)
        self.buttons["concept.keep_apart"].setVisible(stage.plan is StagePlan.MERGE)
        if stage.plan is StagePlan.GROUP:
            self.title.setText(f"Group {counted(count, 'concept')} under a new concept")
        elif stage.reference is not None:
            into = name_of(state, stage.reference)
            self.title.setText(
                f"Merge {counted(count, 'concept')} into {into}"
                if stage.can_be_done
                else f"Tick what is the same as {into}"
            )
        more = f"{len(effects) - MOST_EFFECTS} effects more." if len(effects) > MOST_EFFECTS else ""
        told = [*effects[:MOST_EFFECTS], *([more] if more else [])]
        self.note.setText("\n".join([*told, *self._notes(stage, aliases)]))
        self.note.setToolTip(tooltip("\n".join(effects)))

    def _notes(self, stage: Staged, aliases: int) -> list[str]:
        others = len(stage.members)
        if stage.plan is StagePlan.GROUP:
            return [NOT_YET]
        if not others or stage.reference is None:
            return [NOT_YET]
        into = name_of(self.session.state, stage.reference)
        stay = f"the other {others:,} stay in the data, under {into}; they can be taken out again"
        if others == 1:
            stay = f"the other one stays in the data, under {into}; it can be taken out again"
        return [stay, NOT_YET] if not aliases else [f"{stay}; {_aliases(aliases)}", NOT_YET]

    def show_union(
        self,
        concepts: "Sequence[ConceptId]",
        union: "Together | None",
        numbers: "ConceptNumbers | None" = None,
    ) -> None:
        """Show what they have together; None: it is being read. numbers: of the union."""
        state = self.session.state
        if union is None:
            self.numbers.setText("counting the images…")
            return
        labels = [_label(state, concept) for concept in concepts]
        self.bar.show_parts([BarPart(*one) for one in zip(labels, union.added, strict=True)])
        least = "at least " if union.unknown else ""
        said = f"{least}{counted(union.images, 'image')} together"
        if len(concepts) > 1:
            said += f" ({union.singly:,} when each is counted singly)"
        if numbers is not None and numbers.is_counted:
            said += f", {counted(numbers.cells, 'cell')}"
        elif len(concepts) > 1:
            said += ", cells are being counted"
        self.numbers.setText(said)


def name_of(state: ProjectState, concept: "ConceptId") -> str:
    """Return a concept's name, told apart from others of its name."""
    row = state.row_of(concept)
    return "" if row is None else state.name_told_apart(row)


def _label(state: ProjectState, concept: "ConceptId") -> str:
    from insight_app.project.judgements import reference

    return "" if state.row_of(concept) is None else reference(concept)


def _aliases(count: int) -> str:
    return f"it gets {count:,} {agreeing(count, 'alias', 'aliases')} more"
