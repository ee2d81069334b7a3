"""Renamings that are proposed: the rows of a preview, each of which can be left out.

Says what each name would be and how many others would then have it. Knows where no name comes from.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QFont

from insight_app.figures import counted
from insight_app.gui.qt_types import Index
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements.names.spelling import Renaming

HEADERS = ("Concept", "Now", "Then", "Of this name then")
CHECK, BEFORE, AFTER, OTHERS = range(len(HEADERS))
Role = Qt.ItemDataRole


@dataclass(frozen=True)
class Proposed:
    """Renamings, and how many concepts would have each new name if all were done."""

    renamings: "tuple[Renaming[int], ...]" = ()
    then: tuple[int, ...] = ()


def proposed(names: Sequence[tuple[int, str]], renamings: "Sequence[Renaming[int]]") -> Proposed:
    """Return renamings with what they would lead to; names: (row, name) of all that lists show."""
    counts = Counter(name for _row, name in names)
    for one in renamings:
        counts[one.before] -= 1
        counts[one.after] += 1
    return Proposed(tuple(renamings), tuple(counts[one.after] for one in renamings))


class ProposalModel(QAbstractTableModel):
    """The renamings of a preview; all are chosen at first.

    are_machine: rows whose present name is the machine's, which is italic.
    """

    chosen_changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.proposed = Proposed()
        self._are_machine: frozenset[int] = frozenset()
        self._left_out: set[int] = set()
        """Rows of concepts that the person took out, though the list be made anew."""

    def show(self, proposed: Proposed, are_machine: frozenset[int]) -> None:
        """Show other renamings; what was left out stays so."""
        self.beginResetModel()
        self.proposed, self._are_machine = proposed, are_machine
        self.endResetModel()
        self.chosen_changed.emit()

    def choose_all(self) -> None:
        """Choose every renaming again."""
        self._left_out.clear()
        self.show(self.proposed, self._are_machine)

    @property
    def chosen(self) -> "list[Renaming[int]]":
        """The renamings that are to be done."""
        return [one for one in self.proposed.renamings if one.key not in self._left_out]

    # ---- Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.proposed.renamings)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> object:
        is_title = orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole
        return HEADERS[section] if is_title else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == CHECK else flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        at, column = index.row(), index.column()
        one = self.proposed.renamings[at]
        if role == Role.CheckStateRole and column == CHECK:
            is_out = one.key in self._left_out
            return Qt.CheckState.Unchecked if is_out else Qt.CheckState.Checked
        if role == Role.FontRole and column == BEFORE and one.key in self._are_machine:
            font = QFont()
            font.setItalic(True)
            return font
        if role == Role.AccessibleTextRole and column == CHECK:
            return f"#{one.key}, {shown_name(one.before)} becomes {shown_name(one.after)}"
        if role not in (Role.DisplayRole, Role.ToolTipRole):
            return None
        if column == CHECK:
            return f"#{one.key}" if role == Role.DisplayRole else None
        if column in (BEFORE, AFTER):
            name = shown_name(one.before if column == BEFORE else one.after)
            return name if role == Role.DisplayRole else tooltip(name)
        others = self.proposed.then[at] - 1
        if others <= 0 or role != Role.DisplayRole:
            return None
        return counted(others, "other")

    def setData(self, index: Index, value: object, role: int = Role.EditRole) -> bool:
        if role != Role.CheckStateRole or index.column() != CHECK:
            return False
        key = self.proposed.renamings[index.row()].key
        is_on = Qt.CheckState(value) == Qt.CheckState.Checked  # type: ignore[call-arg]
        (self._left_out.discard if is_on else self._left_out.add)(key)
        self.dataChanged.emit(index, index)
        self.chosen_changed.emit()
        return True
