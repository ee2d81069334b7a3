"""The split of a concept that is laid out: two or three parts, told by their examples.

A person moves examples from part to part and names the parts; judging goes through the session.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.curation.structure.keys import structure_keys
from insight_app.gui.curation.structure.part_view import PartView
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.state.split_draft import MOST_PARTS
from insight_app.gui.widgets import (
    ElidedLabel,
    EmptyState,
    KeyButton,
    base_widget,
    dim_label,
    scrolled,
    thin_line,
)
from insight_app.gui.wrap_row import WrapRow

WHAT = (
    "A concept that fires on several kinds of things can be split into two or three concepts of "
    "your own, each told by a few examples. Choose a concept, then"
)
HOW = "1, 2, 3 or dragging makes a cut-out an example of a part, Delete of none"
LOOKING = "Looking for parts…"


class SplitPanel(Panel):
    """The parts beside each other, and what will be done."""

    title = "Split"
    object_name = "split"
    follows = frozenset({"project", "results", "curation"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        structure_keys(session)
        self.empty = EmptyState(WHAT, self)
        self.begin = self.empty.add_action(session.actions, "concept.split")
        inside = base_widget(self)
        beside = QHBoxLayout(inside)
        beside.setContentsMargins(4, 0, 4, 0)
        beside.setSpacing(0)
        self.parts = [PartView(session, number, inside) for number in range(MOST_PARTS)]
        for view in self.parts:
            view.moved.connect(session.splitting.move)
            view.renamed.connect(session.splitting.set_name)
            beside.addWidget(view, 1, Qt.AlignmentFlag.AlignTop)
        self.area = scrolled(inside, self)
        self.body.addWidget(self.area, 1)
        self.body.addWidget(self.empty, 1)
        self.counts = {count: QToolButton(self) for count in range(2, MOST_PARTS + 1)}
        for count, button in self.counts.items():
            button.setText(f"{count} parts")
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setAccessibleName(f"{count} parts")
            button.clicked.connect(
                lambda _on=False, count=count: session.splitting.set_count(count)
            )
            self.header.add(button)
        self.below = base_widget(self)
        self._build_foot()
        session.splitting.changed.connect(self.invalidate)

    def _build_foot(self) -> None:
        self.sentence = ElidedLabel("", self.below, Qt.TextElideMode.ElideMiddle)
        self.sentence.setFont(theme.bold(self.font()))
        self.how_sure = dim_label("", self.below)
        self.how_sure.setWordWrap(True)
        self.how = dim_label(HOW, self.below)
        self.how.setWordWrap(True)
        row = WrapRow()
        row.setSpacing(8)
        for id in ("concept.merge", "concept.cancel_stage"):
            is_first = id == "concept.merge"
            row.addWidget(KeyButton(self.session.actions, id, primary=is_first, parent=self.below))
        inside = QVBoxLayout()
        inside.setContentsMargins(12, 8, 12, 8)
        inside.setSpacing(6)
        for widget in (self.sentence, self.how_sure, self.how):
            inside.addWidget(widget)
        inside.addLayout(row)
        column = QVBoxLayout(self.below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(thin_line(self.below))
        column.addLayout(inside)
        self.foot.addWidget(self.below)

    def take_keyboard(self) -> None:
        """Give the keys to the examples of the first part."""
        self.parts[0].set_focus_on_examples()

    def refresh(self) -> None:
        draft = self.session.splitting
        proposal, is_open = draft.proposal, draft.concept is not None
        self.area.setVisible(proposal is not None)
        self.below.setVisible(is_open)
        self.empty.setVisible(proposal is None)
        self.begin.setVisible(not is_open)
        for count, button in self.counts.items():
            button.setVisible(is_open)
            button.setEnabled(count >= len(draft.parts))
            button.setToolTip(_what_a_click_does(count, len(draft.parts)))
        if draft.error is not None:
            self.empty.set_text(str(draft.error))
        else:
            self.empty.set_text(LOOKING if is_open else WHAT)
        self.how.setVisible(proposal is not None)
        self.how_sure.setVisible(proposal is not None and bool(proposal.in_words))
        name = "" if draft.concept is None else self.session.structure.name(draft.concept)
        self.header.title.setText(f"Split {name}" if name else "Split")
        what = f"Adjust the parts of {name}" if draft.parts else f"Split {name}"
        self.sentence.setText(what)
        if proposal is None:
            return
        count = len(proposal.parts)
        self.counts[count].setChecked(True)
        into = "" if draft.parts else f" into {counted(count, 'part')}"
        self.sentence.setText(f"{what}{into}; nothing changed yet, undoable")
        self.how_sure.setText(proposal.in_words)
        for number, view in enumerate(self.parts):
            view.setVisible(number < count)
            if number < count:
                cells = len(proposal.cells)
                view.show_part(proposal.parts[number], draft.names[number], cells, count)


def _what_a_click_does(count: int, there: int) -> str:
    """Return it in words for so many parts where so many are there already."""
    if count < there:
        return "A part is taken away by undoing the split, in the card"
    if there:
        return f"Have {count} parts; a new one begins without examples"
    return f"Look for {count} parts"
