"""The concept table's rows in the order in which they are shown.

Keeps its own index array: sorting and filtering are numpy operations on whole columns, never a
proxy model asking cell by cell.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtWidgets import QApplication

from insight_app.exchange.spreadsheet import kept_as_text
from insight_app.figures import aligned, counted, figure, most_decimals, percent, percentage
from insight_app.gui import theme
from insight_app.gui.curation.present_concept import PresentConcept, at_row
from insight_app.gui.icons import STATUS_WORDS
from insight_app.gui.qt_types import Index
from insight_app.gui.statistics.columns import COLUMNS, KEYS, plain
from insight_app.gui.statistics.rows import StatisticsRows
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible

Role = Qt.ItemDataRole
MEASURED = {"mean": 1, "maximum": 1, "share": 100, "probability": 100, "clarity": 1}
"""Columns whose points stand below each other, and what their values are shown times."""
COUNTED = ("images", "cells", "mean", "maximum", "share")
"""Columns of what is counted over photos."""


class ConceptTableModel(QAbstractTableModel):
    """Concepts by columns; `order` holds their rows (of rows.state) from top to bottom."""

    def __init__(self, rows: StatisticsRows, parent: QObject) -> None:
        super().__init__(parent)
        self._rows = rows
        self._sort_column, self._descending = KEYS.index("images"), True
        self.order: NDArray[np.int64] = np.zeros(0, np.int64)
        self._place: NDArray[np.int64] = np.zeros(0, np.int64)
        self._set_order()
        rows.changed.connect(self._relayout)
        rows.judged.connect(self._judged)

    # ---- where a concept stands

    def place_of(self, row: int) -> int | None:
        """Return where a row stands in the table, None if it is filtered out."""
        place = int(self._place[row]) if row < self._place.size else -1
        return place if place >= 0 else None

    def _set_order(self) -> None:
        rows = self._rows.rows
        if rows.size:
            key = KEYS[self._sort_column]
            if key == "name":
                folded = np.array([self._rows.names[row].casefold() for row in rows])
                # Unnamed concepts come last whichever way the names run.
                by = np.argsort(folded, kind="stable")
                if self._descending:
                    by = by[::-1]
                by = np.concatenate((by[folded[by] != ""], by[folded[by] == ""]))
            else:
                sign = -1 if self._descending else 1
                by = np.argsort(sign * self._rows.values[key][rows], kind="stable")
            rows = rows[by]
            if (catalogue := self._rows.state.catalogue) is not None:
                apart = catalogue.folded[rows]
                rows = np.concatenate((rows[~apart], rows[apart]))
        self.order, self._state = rows, self._rows.state
        self._decimals = {key: self._most_decimals(key, scale) for key, scale in MEASURED.items()}
        self._place = np.full(len(self._rows.names), -1, np.int64)
        self._place[rows] = np.arange(rows.size)

    def _most_decimals(self, key: str, scale: int) -> int:
        """Return the decimals of the smallest value shown of a column: it has most of them."""
        shown = self._rows.values[key][self.order] if self.order.size else np.zeros(0)
        return most_decimals([scale * float(shown[shown > 0].min(initial=np.inf))])

    def _relayout(self) -> None:
        """Follow another filter, order or state: move what stays, keep the selection."""
        if self._rows.rows.size == self.order.size:
            self.layoutAboutToBeChanged.emit()
            old = self.persistentIndexList()
            kept = self._state.ids_of(int(self.order[index.row()]) for index in old)
            self._set_order()
            new = []
            for index, concept in zip(old, kept, strict=True):
                row = self._state.row_of(concept)
                place = None if row is None else self.place_of(row)
                new.append(QModelIndex() if place is None else self.index(place, index.column()))
            self.changePersistentIndexList(old, new)
            self.layoutChanged.emit()
        else:
            self.beginResetModel()
            self._set_order()
            self.endResetModel()

    def _judged(self, rows: set[int]) -> None:
        for row in rows:
            if (place := self.place_of(row)) is not None:
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))

    # ---- Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else int(self.order.size)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if column < 0:
            return
        self._sort_column = column
        self._descending = order == Qt.SortOrder.DescendingOrder
        self._relayout()

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Role.DisplayRole:
            return column.header
        if role == Role.ToolTipRole:
            return column.meaning
        if role == Role.AccessibleTextRole:
            return column.title or "status"
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignBottom
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = int(self.order[index.row()]), COLUMNS[index.column()]
        if role == Role.DisplayRole:
            return self._text(row, column.key)
        if role == Role.TextAlignmentRole and column.is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Role.ToolTipRole:
            return tooltip(self._explanation(row, column.key))
        if role == Role.AccessibleTextRole:
            text = self._text(row, column.key).strip() or self._word(row)
            if column.key == "name":
                text = self._rows.state.shown(row).spoken
            return f"{column.title or 'status'}: {text}"
        if role == Role.ForegroundRole and self.is_apart(index.row()):
            return theme.colours().of("dim")
        if role == Role.FontRole and column.key == "name":
            return theme.of_name(QApplication.font(), self._rows.state.shown(row).is_italic)
        return None

    def status_at(self, place: int) -> int:
        """Return what was judged of a name: a place in STATUS_WORDS."""
        return int(self._rows.values["status"][self.order[place]])

    def concept_at(self, place: int) -> PresentConcept | None:
        """Return the concept that stands at a place, as it is in the state that was counted."""
        return at_row(self._rows.state, int(self.order[place]))

    def is_apart(self, place: int) -> bool:
        """Return whether what stands at a place, if any, is of those that are folded away."""
        catalogue = self._rows.state.catalogue
        if catalogue is None or not 0 <= place < self.order.size:
            return False
        return bool(catalogue.folded[self.order[place]])

    def shares_at(self, place: int) -> NDArray[np.float64]:
        """Return (folders,) the share of each folder's images with a concept."""
        return self._rows.shares[:, self.order[place]]

    def _word(self, row: int) -> str:
        return STATUS_WORDS[int(self._rows.values["status"][row])]

    def _text(self, row: int, key: str) -> str:
        if key in ("status", "spread"):
            return ""
        if key == "name":
            return self._rows.state.shown(row).text
        if self._rows.state.awaits_photos and key in COUNTED:
            return ""
        value = self._rows.values[key][row]
        if np.isnan(value):
            return ""
        if key in ("share", "probability"):
            return aligned(percentage(float(value)), self._decimals[key])
        if key in ("mean", "maximum", "clarity"):
            return aligned(figure(float(value)), self._decimals[key])
        return f"{int(value):,}"

    def _explanation(self, row: int, key: str) -> str:
        from insight_app.project.judgements import reference

        values = self._rows.values
        if key == "status":
            return self._word(row)
        if key == "name":
            state = self._rows.state
            known = state.distinctions(row)[:1] or (reference(state.id_of(row)),)
            facts = ", ".join(known)
            return f"{state.shown(row).text} ({facts}), {state.giver(row)}"
        if key == "probability" and not np.isnan(values[key][row]):
            photos = self._rows.state.names_from(row)
            return f"{COLUMNS[KEYS.index(key)].meaning}\n{photos}"
        if key == "mean":
            cells = counted(int(values["cells"][row]), "cell")
            return f"mean strength over {cells} where it is active"
        if key == "share":
            return f"{int(values['images'][row]):,} of {counted(self._rows.of_images, 'image')}"
        if key == "spread":
            lines = [
                f"{name}: {percent(share)} of {counted(size, 'image')}"
                for name, share, size in zip(
                    self._rows.folders.names,
                    self._rows.shares[:, row],
                    self._rows.folders.sizes,
                    strict=True,
                )
            ]
            shown = lines[:12] + ([f"and {len(lines) - 12} more"] if len(lines) > 12 else [])
            return "\n".join(shown)
        return COLUMNS[KEYS.index(key)].meaning

    # ---- out

    def texts(self, places: list[int], columns: list[int]) -> list[list[str]]:
        """Return plain values of some rows and columns, top to bottom, for copying and CSV."""
        return [
            [self._plain(int(self.order[place]), KEYS[column]) for column in columns]
            for place in places
        ]

    def _plain(self, row: int, key: str) -> str:
        if key == "name":
            state = self._rows.state
            return kept_as_text(visible(state.exact_name(row)) or state.name(row)[0])
        return plain(key, self._rows.values[key][row])
