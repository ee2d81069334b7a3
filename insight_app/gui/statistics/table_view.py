"""How the concept table is seen: widths, columns shown and hidden, status and folders as shapes.

Knows the model's columns; nothing of where its rows come from.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from insight_app.gui import icons, theme
from insight_app.gui.curation.lists.concept_row import paint_border, paint_name
from insight_app.gui.key_filter import PASSES_SIDEWAYS
from insight_app.gui.qt_types import Index
from insight_app.gui.statistics.columns import COLUMNS, KEYS
from insight_app.gui.statistics.table_header import TableHeader
from insight_app.gui.statistics.table_model import MEASURED, ConceptTableModel

NAME = KEYS.index("name")
MAX_BARS = 24
"""Folders drawn in the "by folder" column; its tooltip names the rest."""
WIDEST = "00.000"
MARGINS = 10
"""Room in a header beside its title."""


class _TableView(QTableView):
    """A table whose rows and columns are measured in letters; the name has what is left over."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._least_name = 0
        self.setHorizontalHeader(TableHeader(self))
        self.horizontalHeader().sectionResized.connect(self._resized)

    def measure(self) -> None:
        """Fit rows and columns to the size of the interface; the current row stays in view."""
        current = self.currentIndex()
        if self.viewport().rect().intersects(self.visualRect(current)):
            QTimer.singleShot(0, self, lambda: self.scrollTo(self.currentIndex()))
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 10)
        letter = metrics.averageCharWidth()
        for index, key in enumerate(KEYS):
            widths = {"status": 4, "name": 24, "spread": 12, "cells": 9}
            lines = COLUMNS[index].header.split("\n")
            title = max(map(metrics.horizontalAdvance, lines)) + MARGINS
            width = letter * widths.get(key, 6)
            if key in MEASURED:
                width = metrics.horizontalAdvance(WIDEST) + MARGINS
            width = width if key == "status" else max(width, title)
            if index == NAME:
                self._least_name = width
            self.setColumnWidth(index, width)
        self._fit_name()

    def _resized(self, column: int, _before: int, _now: int) -> None:
        if column != NAME:
            self._fit_name()

    def _fit_name(self) -> None:
        """Fill the width; not as a stretched column does, which may be left without a letter."""
        others = self.horizontalHeader().length() - self.columnWidth(NAME)
        self.setColumnWidth(NAME, max(self._least_name, self.viewport().width() - others))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_name()


def table_view(model: ConceptTableModel, parent: QWidget) -> QTableView:
    """Make the view of a table of concepts."""
    view = _TableView(parent)
    view.setModel(model)
    view.setAccessibleName("Table of concepts")
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setProperty(PASSES_SIDEWAYS, True)  # whole rows are chosen: no cell to go to
    view.setItemDelegate(_CellDelegate(model, view))
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    vertical = view.verticalHeader()
    vertical.hide()
    vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    theme.follow(view.measure)
    view.setSortingEnabled(True)
    view.sortByColumn(KEYS.index("images"), Qt.SortOrder.DescendingOrder)
    header = view.horizontalHeader()
    header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    header.customContextMenuRequested.connect(lambda at: _columns_menu(header, at))
    return view


def _columns_menu(header: QHeaderView, at: QPoint) -> None:
    """Show and hide columns; the name always stays."""
    menu = QMenu(header)
    for index, column in enumerate(COLUMNS):
        if column.key == "name":
            continue
        action = menu.addAction(column.title or "status")
        action.setCheckable(True)
        action.setChecked(not header.isSectionHidden(index))
        action.toggled.connect(lambda on, index=index: header.setSectionHidden(index, not on))
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(header.mapToGlobal(at))


class _CellDelegate(QStyledItemDelegate):
    """Draws status, name, and the folders as small bars; numbers are left to Qt."""

    def __init__(self, model: ConceptTableModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        place = index.row()
        if place and self._model.is_apart(place) and not self._model.is_apart(place - 1):
            paint_border(painter, option)
        key = KEYS[index.column()]
        if key == "status":
            icons.paint_status(painter, QRectF(option.rect), self._model.status_at(index.row()))
        elif key == "spread":
            _paint_bars(painter, QRectF(option.rect), self._model.shares_at(index.row()))
        elif key == "name" and (concept := self._model.concept_at(index.row())) is not None:
            painter.save()
            is_apart = self._model.is_apart(index.row())
            painter.setPen(theme.colours().of("dim" if is_apart else "text"))
            paint_name(painter, option, QRectF(option.rect).adjusted(4, 0, -4, 0), concept)
            painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if KEYS[index.column()] == "name":
            option.text = ""  # painted with what tells it apart
        if KEYS[index.column()] not in ("status", "name", "spread"):
            option.font = theme.tabular(option.font)


def _paint_bars(painter: QPainter, rect: QRectF, shares: NDArray[np.float64]) -> None:
    """Paint a small column a folder, its height the share (folders,) of the folder's images."""
    if not shares.size:
        return
    colours = theme.colours()
    area = rect.adjusted(6, 4, -6, -4)
    shown = shares[:MAX_BARS]
    step = min(area.width() / len(shown), 14.0)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    for place, share in enumerate(shown):
        left = area.left() + place * step
        painter.setBrush(colours.of("track"))
        painter.drawRect(QRectF(left, area.bottom() - 1, step - 2, 1))
        height = max(float(share) * area.height(), 1.0 if share > 0 else 0.0)
        painter.setBrush(colours.of("bar"))
        painter.drawRect(QRectF(left, area.bottom() - height, step - 2, height))
    painter.restore()
