"""The rows of the table of relations in the order in which they are shown.

Keeps its own index array: sorting and filtering are numpy operations on whole columns.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from insight_app.exchange.spreadsheet import kept_as_text
from insight_app.figures import aligned, figure, most_decimals, percentage
from insight_app.gui.curation.present_concept import PresentConcept, at_row
from insight_app.gui.curation.relation_words import told
from insight_app.gui.qt_types import Index
from insight_app.gui.relations.columns import CHILD, COLUMNS, KEYS, PARENT, SHARES, values, word
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible
from insight_app.project.judgements.hierarchy import Edge
from insight_app.project.results.edge_table import EdgeTable

if TYPE_CHECKING:
    from insight_app.project.judgements import Relation

Role = Qt.ItemDataRole
COUNTS = ("cells", "images")
NAMES = (CHILD, PARENT)
ENDS = ("low", "high")
"""Two columns of a spreadsheet, and one here."""


class RelationModel(QAbstractTableModel):
    """Relations by columns; `edges` are those of `state`, `order` the places of those shown."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.state = ProjectState()
        self.edges: list[Edge] = []
        self.order: NDArray[np.int64] = np.zeros(0, np.int64)
        self._table: EdgeTable | None = None
        self._values = dict[str, NDArray[np.float64]]()
        self._words = dict[str, NDArray[np.str_]]()
        self._decimals = dict[str, int]()
        self._at = dict[tuple[int, int], int]()
        self._rows: set[int] | None = None
        self._only_sure = False
        self._key, self._descending = "strength", True

    # ---- what is shown

    def show_relations(self, state: ProjectState) -> None:
        """Take over the relations of a state: in force, related, rejected, and implied."""
        self.beginResetModel()
        self.state, self.edges = state, []
        self._table = None if state.results is None else state.results.edges
        if state.catalogue is not None:
            all_of = state.catalogue
            outside = [*all_of.related_edges(), *all_of.withdrawn_edges(), *all_of.implied]
            self.edges = [*all_of.edges(), *outside]
        self._at = {(edge.child, edge.parent): at for at, edge in enumerate(self.edges)}
        self._values = {} if self._table is None else dict(values(self.edges, self._table))
        self._decimals = {key: self._most_decimals(key) for key in self._values}
        self._words = {}
        self._rows = None
        self._set_order()
        self.endResetModel()

    def filter_by(self, rows: set[int] | None, *, only_sure: bool) -> None:
        """Show the relations of which child or parent is among rows; of all, where None.

        only_sure: those whose interval lies above the threshold.
        """
        if (rows, only_sure) != (self._rows, self._only_sure):
            self.beginResetModel()
            self._rows, self._only_sure = rows, only_sure
            self._set_order()
            self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if column < 0:
            return
        self._key, self._descending = KEYS[column], order == Qt.SortOrder.DescendingOrder
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        was = [int(self.order[index.row()]) for index in old]
        self._set_order()
        place = {at: n for n, at in enumerate(self.order.tolist())}
        new = [self.index(place[at], i.column()) for at, i in zip(was, old, strict=True)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _set_order(self) -> None:
        chosen = np.arange(len(self.edges))
        if self._rows is not None:
            ends = [(edge.child in self._rows or edge.parent in self._rows) for edge in self.edges]
            chosen = chosen[np.array(ends, bool)]
        if self._only_sure and self.state.results is not None:
            above = self.state.results.relations_above[0]
            chosen = chosen[self._values["low"][chosen] > above]
        if self._key in self._values:
            shown = self._values[self._key][chosen]
            by = np.argsort(-shown if self._descending else shown, kind="stable")  # NaN comes last
        else:
            words = self._column_of_words(self._key)[chosen]
            by = np.argsort(words, kind="stable")
            by = by[::-1] if self._descending else by
            is_nothing = words[by] == ""
            by = np.concatenate((by[~is_nothing], by[is_nothing]))
        self.order = chosen[by]

    def _column_of_words(self, key: str) -> NDArray[np.str_]:
        if key not in self._words:
            found = [self._word(at, key).casefold() for at in range(len(self.edges))]
            self._words[key] = np.array(found, np.str_)
        return self._words[key]

    def _most_decimals(self, key: str) -> int:
        """Return the decimals of the smallest value of a column: it has most of them."""
        found = np.abs(self._values[key])
        smallest = found[found > 0].min(initial=np.inf)
        return most_decimals([float(smallest) * (100 if key in SHARES else 1)])

    # ---- one relation

    def relation_at(self, place: int) -> "Relation":
        """Return the relation at a place, by the ids of its ends."""
        edge = self.edges[int(self.order[place])]
        return self.state.id_of(edge.child), self.state.id_of(edge.parent)

    def place_of(self, child: int, parent: int) -> int | None:
        """Return where a relation stands, None where it is not shown."""
        at = self._at.get((child, parent))
        found = np.flatnonzero(self.order == at) if at is not None else self.order[:0]
        return int(found[0]) if found.size else None

    def places_of(self, row: int) -> list[int]:
        """Return where the relations of a child stand, from the top."""
        return [n for n, at in enumerate(self.order.tolist()) if self.edges[at].child == row]

    def concept_at(self, index: Index) -> PresentConcept | None:
        """Return the concept that stands in a cell."""
        edge = self.edges[int(self.order[index.row()])]
        row = edge.child if KEYS[index.column()] == CHILD else edge.parent
        return at_row(self.state, row)

    def _word(self, at: int, key: str) -> str:
        edge = self.edges[at]
        if key in NAMES:
            return self.state.name_told_apart(edge.child if key == CHILD else edge.parent)
        return word(edge, key, bool(self._values["implied"][at] == 1))

    # ---- Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else int(self.order.size)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Role.DisplayRole:
            return column.header
        if role == Role.ToolTipRole:
            return tooltip(column.meaning)
        if role == Role.AccessibleTextRole:
            return column.title
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignBottom
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        at, column = int(self.order[index.row()]), COLUMNS[index.column()]
        if role == Role.DisplayRole:
            return self._text(at, column.key)
        if role == Role.TextAlignmentRole and column.is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Role.ToolTipRole:
            return tooltip(self._explanation(at))
        if role == Role.AccessibleTextRole:
            text = self._text(at, column.key).strip() or "not known"
            if column.key in NAMES:
                edge = self.edges[at]
                row = edge.child if column.key == CHILD else edge.parent
                text = self.state.shown(row).spoken
            return f"{column.title}: {text}"
        return None

    def _text(self, at: int, key: str) -> str:
        if key not in self._values or key == "implied":
            return self._word(at, key)
        value = float(self._values[key][at])
        if np.isnan(value):
            return ""
        if key == "low":
            return f"{figure(value)} to {figure(float(self._values['high'][at]))}"
        if key in COUNTS:
            return f"{int(value):,}"
        text = percentage(value) if key in SHARES else figure(value)
        return aligned(text, self._decimals[key])

    def _explanation(self, at: int) -> str:
        edge = self.edges[at]
        names = [self.state.name_told_apart(row) for row in (edge.child, edge.parent)]
        head = f"{names[0]} under {names[1]}"
        if edge.index is None or self.state.results is None:
            return f"{head}, added by a person"
        return f"{head}\n{told(self.state.results, edge)}"

    # ---- out

    def table(
        self, places: Sequence[int], columns: Sequence[int]
    ) -> tuple[list[str], list[list[str]]]:
        """Return titles and plain values of some rows and columns, for copying and CSV."""
        keys = [key for at in columns for key in (ENDS if KEYS[at] == "low" else (KEYS[at],))]
        titles = dict(zip(KEYS, (column.title for column in COLUMNS), strict=True))
        named = [f"interval {key}" if key in ENDS else titles[key] for key in keys]
        return named, [[self._plain(int(self.order[n]), key) for key in keys] for n in places]

    def _plain(self, at: int, key: str) -> str:
        edge = self.edges[at]
        if key in NAMES:
            row = edge.child if key == CHILD else edge.parent
            return kept_as_text(visible(self.state.exact_name(row)) or self.state.name(row)[0])
        if key not in self._values or key == "implied":
            return self._word(at, key)
        value = float(self._values[key][at])
        if np.isnan(value):
            return ""
        return (
            f"{value * (100 if key in SHARES else 1):.6g}" if key not in COUNTS else f"{value:.0f}"
        )
