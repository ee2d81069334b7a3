"""One part of a split that is laid out: its number, its name, its examples, what else is in it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from insight_app.figures import counted, percent
from insight_app.gui import theme
from insight_app.gui.curation.structure.part_examples import PartExamples
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel, dim_label

if TYPE_CHECKING:
    from insight_app.project.similarity.splitting import SplitPart

MOST_MEMBERS = 9


class PartView(QWidget):
    """number: from 0; its key is one more."""

    moved = Signal(object, object)
    """An Example, and the part it is to be an example of; None: of none."""
    renamed = Signal(int, str)
    """The part, and its name as it is typed."""

    def __init__(self, session: Session, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.number = session, number
        self.name = QLineEdit(self)
        self.name.setAccessibleName(f"Name of part {number + 1}")
        self.name.textEdited.connect(lambda text: self.renamed.emit(number, text))
        self.share = dim_label("", self)
        self.words = dim_label("", self)
        self.words.setWordWrap(True)
        self.marked = PartExamples(session, number, self, is_marked=True)
        self.others_title = dim_label("", self)
        self.others_title.setWordWrap(True)
        self.others = PartExamples(session, number, self, is_marked=False)
        for grid in (self.marked, self.others):
            grid.moved.connect(self.moved)
        title = PlainLabel(f"{number + 1}", self)
        title.setFont(theme.bold(self.font()))
        title.setToolTip(f"{number + 1} makes the chosen cut-out an example of this part")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addWidget(self.name, 1)
        head.addWidget(self.share)
        inside = QVBoxLayout()
        inside.setContentsMargins(8, 8, 8, 8)
        inside.setSpacing(6)
        inside.addLayout(head)
        for widget in (self.words, self.marked, self.others_title, self.others):
            inside.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(inside)

    def show_part(self, part: "SplitPart", name: str, cells: int, parts: int) -> None:
        """Show a part of so many; cells: how many were grouped."""
        if self.name.text() != name:
            self.name.setText(name)
        self.share.setText(percent(part.share))
        self.share.setToolTip(
            f"{counted(len(part.members), 'example')} of {cells:,} are more like those of this "
            "part than of the others"
        )
        self.words.setText(_in_words(self.session.state, part))
        self.words.setVisible(bool(self.words.text()))
        marked = {(one.image_id, one.cell) for one in part.examples}
        others = [one for one in part.members if (one.image_id, one.cell) not in marked]
        for grid, examples in ((self.marked, part.examples), (self.others, others[:MOST_MEMBERS])):
            grid.parts = parts
            grid.show_examples(examples)
        shown = min(len(others), MOST_MEMBERS)
        which = f"{shown} of {len(others):,}" if shown < len(others) else f"{shown:,}"
        self.others_title.setText(
            f"also in it: {which}" if others else "no other example falls into it"
        )

    def set_focus_on_examples(self) -> None:
        """Give the keys to what tells the part."""
        self.marked.setFocus(Qt.FocusReason.OtherFocusReason)


def _in_words(state: ProjectState, part: "SplitPart") -> str:
    """Return what else fires in a part and less in the others."""
    names = [
        f"{state.name_told_apart(one.concept)} {percent(one.here)}"
        for one in part.words
        if state.has_row(one.concept)
    ]
    return f"here also fires, more than elsewhere: {', '.join(names)}" if names else ""
