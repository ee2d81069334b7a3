"""The edge card: the relation that is looked at, where its two ends fire, and the keys that judge.

Stands in the place of a concept's examples while a relation is selected. What is known of the
relation is read by edge_evidence.
"""

from typing import TYPE_CHECKING

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from insight_app.figures import counted
from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.lists.relation_list import RelationList
from insight_app.gui.curation.lists.relation_row import RelationRow
from insight_app.gui.relations.edge_evidence import EdgeEvidenceReader, KnownOfEdge
from insight_app.gui.relations.edge_title import EdgeTitle, taken_as, turned_as
from insight_app.gui.relations.relation_keys import KIND_KEYS, relation_keys_of
from insight_app.gui.state.present_relation import PresentRelation, RelationVersion, find_relation
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import (
    KeyButton,
    LinkLabel,
    PlainLabel,
    base_widget,
    dim_label,
    scrolled,
)
from insight_app.gui.wrap_row import WrapRow

if TYPE_CHECKING:
    from insight_app.project.results.records import Example
    from insight_app.project.similarity.evidence import CellsWhere

BUTTONS = (
    {"concept.accept": "Accept", "concept.unsure": "Unsure", "concept.reject": "Reject"},
    {**{f"relation.{kind}": "" for kind in KIND_KEYS}, "relation.reverse": ""},
)
"""Lines of actions -> what their buttons say, where that is not what menus say."""
MOST_LISTED = 12
CURRENT, AHEAD = "edge evidence", "edge evidence ahead"
"""Keys of the questions: of each only the last is answered."""


class EdgeCard(QWidget):
    """One relation with its evidence, or several with what each button does to all of them."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self._shown: RelationVersion | None = None
        self.reader = EdgeEvidenceReader(session, self)
        self.reader.ready.connect(self._came)
        relation_keys_of(session)
        self.title = EdgeTitle(session, self)
        self.several = PlainLabel("", self)
        self.list = RelationList(session, self, grows=MOST_LISTED, keeps=True)
        self.list.setAccessibleName("Selected relations")
        self._buttons: dict[str, KeyButton] = {}
        lines = [self._line(buttons) for buttons in BUTTONS]
        inside = base_widget(self)
        self.sides = {name: _Side(session, inside) for name in ("both", "child", "parent")}
        bands = QVBoxLayout(inside)
        bands.setContentsMargins(16, 4, 16, 12)
        bands.setSpacing(10)
        for side in self.sides.values():
            bands.addWidget(side)
        self.counting = dim_label("", inside)
        self.counting.setWordWrap(True)
        bands.addWidget(self.counting)
        bands.addStretch(1)
        self.area = scrolled(inside, self)
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 4)
        head.setSpacing(8)
        for widget in (self.title, self.several, self.list, *lines):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        self._offer_what_is_shown(False)
        self.room = QWidget(self)
        """What stands under several relations: the room of the examples of one."""
        column.addWidget(self.room, 1)

    def _offer_what_is_shown(self, is_reverse_proposed: bool) -> None:
        """Let the first button be that of what is proposed: accepting, or turning round."""
        accept, reverse = self._buttons["concept.accept"], self._buttons["relation.reverse"]
        accept.set_label("Accept as it stands" if is_reverse_proposed else "Accept")
        accept.set_primary(not is_reverse_proposed)
        reverse.set_primary(is_reverse_proposed)

    def _line(self, buttons: dict[str, str]) -> QWidget:
        """Return a line of buttons."""
        line = QWidget(self)
        row = WrapRow(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for id, text in buttons.items():
            self._buttons[id] = KeyButton(self.session.actions, id, text, parent=line)
            row.addWidget(self._buttons[id])
        return line

    def show_selected(self) -> bool:
        """Show the selected relations; return whether there are any."""
        state, chosen = self.session.state, self.session.selection.relations
        found = [one for one in (find_relation(state, pair) for pair in chosen) if one is not None]
        if not found:
            self._shown = None
            return False
        is_one = len(found) == 1
        for widget in (self.title, self.area):
            widget.setVisible(is_one)
        for several in (self.several, self.list, self.room):
            several.setVisible(not is_one)
        if is_one:
            self._show(found[0])
        else:
            self._shown = None
            self._offer_what_is_shown(False)
            self.several.setText(f"{counted(len(found), 'relation')} selected")
            rows = [RelationRow(one.id) for one in found]
            self.list.set_rows(rows)
        return True

    def _show(self, relation: PresentRelation) -> None:
        known = self.reader.get(relation)
        self.title.show_relation(relation, known)
        proposal = None if known is None else known.proposal
        kind, turned = taken_as(relation, proposal), turned_as(relation, proposal)
        self.session.relations.shown_as(relation.id, kind, turned)
        self._offer_what_is_shown(bool(turned))
        if relation.version == self._shown:
            return
        self._shown = relation.version
        self.area.verticalScrollBar().setValue(0)
        if known is None:
            self.counting.setText("Counting…")
            self.reader.ask(relation, CURRENT)
        else:
            self._show_known(relation, known)

    def _came(self, version: RelationVersion) -> None:
        """Show what was read, where it is of the relation that is shown."""
        relation = find_relation(self.session.state, version[1])
        known = None if relation is None else self.reader.get(relation)
        if version == self._shown and relation is not None and known is not None:
            self._show(relation)
            self._show_known(relation, known)
        elif known is not None:
            for example in known.evidence.both.examples:
                self.sides["both"].grid.picture(example)

    def _show_known(self, relation: PresentRelation, known: KnownOfEdge) -> None:
        names = [relation.state.shown(row).told_apart for row in (relation.child, relation.parent)]
        found = known.evidence
        self.sides["both"].show_side("Both fire", found.both)
        self.sides["child"].show_side(f"Only the child, {names[0]}", found.only_child)
        self.sides["parent"].show_side(f"Only the parent, {names[1]}", found.only_parent)
        self.counting.setText(found.how_counted)
        following = self.session.lists.following_relation(relation.id)
        ahead = find_relation(relation.state, following)
        if ahead is not None and self.reader.get(ahead) is None:
            self.reader.ask(ahead, AHEAD)


class _Side(QWidget):
    """Cells where both ends fire, or only one of them: how many, and a row of examples or all."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._examples: tuple[Example, ...] = ()
        self._is_whole = False
        self.title = PlainLabel("", self)
        self.numbers = dim_label("", self)
        self.more = LinkLabel(self)
        self.more.linkActivated.connect(lambda _link: self._turn())
        self.grid = CutoutGrid(session, self)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.title)
        line.addWidget(self.numbers, 1)
        line.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.grid)

    def show_side(self, title: str, side: "CellsWhere") -> None:
        """Show examples and numbers of some cells."""
        self.title.setText(title)
        self.grid.setAccessibleName(title)
        self.numbers.setText(_numbers(side))
        self._examples, self._is_whole = side.examples, False
        self._fit()

    def _turn(self) -> None:
        self._is_whole = not self._is_whole
        self._fit()

    def _fit(self) -> None:
        """Show a row of examples, and that there are more."""
        row = self.grid.columns
        shown = self._examples if self._is_whole else self._examples[:row]
        self.grid.show_examples(shown)
        words = "fewer" if self._is_whole else f"all {len(self._examples)}"
        self.more.setText(f'<a href="more" style="text-decoration:none">{words}</a>')
        self.more.setVisible(len(self._examples) > row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _numbers(side: "CellsWhere") -> str:
    """Return how many cells they are, in how many images; an estimate with its interval."""
    if not side.is_exact:
        return f"about {counted(side.cells, 'cell')} ({side.low:,} to {side.high:,})"
    where = f" in {counted(side.images, 'image')}" if side.images else ""
    return f"{counted(side.cells, 'cell')}{where}"
