"""The photos of the project as thumbnails: all, those of a folder, or those with a concept.

With a concept selected its photos come strongest first. Loads a thumbnail when it is painted.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QRect,
    QRectF,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QWidget,
)

from insight_app.gui import icons, theme
from insight_app.gui.curation.concept_list import SPACE_KEY
from insight_app.gui.finding import Hit, SearchField, concept_hits
from insight_app.gui.grid_view import GridView
from insight_app.gui.image_order import NO_IMAGES, ImageOrder
from insight_app.gui.key_filter import PASSES_KEYS
from insight_app.gui.panel import Panel
from insight_app.gui.photo_drawing import paint_strength
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState
from insight_app.gui.wording import number_text

SMALLEST, GAP = 96, 4
WAITING = "Photos appear here as soon as the first ones are found."
NO_PHOTOS = "No photos in this project yet. Add a folder to see where its concepts fire."
TROUBLE = ("", "unreadable", "missing")
MOST = 50_000
"""So many photos of one concept are listed at most."""


class ThumbnailModel(QAbstractListModel):
    """Photos in the order shown, and the strength (n,) of the concept in each, if one is."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.order = NO_IMAGES
        self.values: Any = None

    def set_order(self, order: ImageOrder, values: Any = None) -> None:
        self.beginResetModel()
        self.order, self.values = order, values
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.order)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        record = self.session.state.results.image(self.order[index.row()])
        parts = [str(record.path)]
        if record.status not in ("coded", "new"):
            parts.append(record.message or record.status)
        if self.values is not None:
            parts.append(f"strength {number_text(float(self.values[index.row()]))}")
        return "\n".join(parts)


class ThumbnailDelegate(QStyledItemDelegate):
    """A square picture, a badge where the photo cannot be read, the strength in its corner."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.session = session
        self.trouble: Any = np.zeros(0, np.uint8)
        """By image id: the number of what is wrong in TROUBLE, 0 where nothing is."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        model: Any = index.model()
        image_id = model.order[index.row()]
        side = option.rect.width() - GAP
        box = QRect(option.rect.x() + GAP // 2, option.rect.y() + GAP // 2, side, side)
        c = theme.colours()
        pixmap = self.session.pictures.thumbnail(image_id, side)
        painter.save()
        if pixmap is not None:
            painter.drawPixmap(box, pixmap)
        else:
            painter.fillRect(box, c.of("track"))
        status = TROUBLE[self.trouble[image_id]]
        if status or self.session.pictures.broken(image_id):
            self._badge(painter, box, status or "unreadable")
        elif model.values is not None:
            paint_strength(painter, box, number_text(float(model.values[index.row()])))
        if option.state & QStyle.StateFlag.State_Selected:
            pen = QPen(c.of("accent"), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap,
                       Qt.PenJoinStyle.MiterJoin)  # fmt: skip
            painter.setPen(pen)
            painter.drawRect(QRectF(box).adjusted(0, 0, 0, 0))
        painter.restore()

    def _badge(self, painter: QPainter, box: QRect, word: str) -> None:
        """Shape and word before colour: a warning sign over what is wrong."""
        c = theme.colours()
        painter.setPen(QPen(c.of("rejected"), 2))
        painter.drawRect(box.adjusted(1, 1, -1, -1))
        sign = QRect(0, 0, 28, 28)
        sign.moveCenter(box.center())
        icons.icon("warning", "rejected").paint(painter, sign)
        strip = QRect(box.left(), box.bottom() - painter.fontMetrics().height() - 2, box.width(),
                      painter.fontMetrics().height() + 2)  # fmt: skip
        painter.fillRect(strip, QColor(c.base))
        painter.drawText(strip, Qt.AlignmentFlag.AlignCenter, word)


class ThumbnailsPanel(Panel):
    """The photos one can choose."""

    title = "Images"
    object_name = "thumbnails"
    follows = frozenset({"project", "results", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.folders: tuple[int, ...] = ()
        self._listed: object = None
        self._shown: object = None
        self.filter = SearchField(self._hits, self)
        self.filter.setPlaceholderText("folder or concept")
        self.filter.setAccessibleName("Filter photos by folder or concept")
        self.model = ThumbnailModel(session, self)
        self.view = GridView(SMALLEST + GAP, self)
        self.delegate = ThumbnailDelegate(session, self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.setProperty(PASSES_KEYS, [SPACE_KEY])
        self.view.setAccessibleName("Photos")
        self.view.setModel(self.model)
        self.view.selectionModel().currentChanged.connect(self._chosen)
        self.empty = EmptyState(WAITING, self)
        self.add = self.empty.add_action(session.actions, "analysis.add")
        self.body.addSpacing(8)
        self.body.addWidget(self.filter)
        self.filter.setContentsMargins(8, 0, 8, 0)
        self.body.addSpacing(8)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.empty, 1)
        self.all = QToolButton(self)
        self.all.setIcon(icons.icon("x", "dim"))
        self.all.setToolTip("Show all photos: let go of concept and folder")
        self.all.setAccessibleName("Show all photos")
        self.all.clicked.connect(self.show_all)
        self.header.add(self.all)
        session.pictures.ready.connect(self._picture_ready)

    # ---- which photos

    def show_all(self) -> None:
        self.folders = ()
        self.filter.line.clear()
        self.session.selection.select_rows(rows=())
        self.invalidate()

    def show_folder(self, folder: int) -> None:
        self.folders = (folder,)
        self.invalidate()

    def refresh(self) -> None:
        results = self.session.state.results
        if "project" in self.reasons:
            self.folders, self._listed, self._shown = (), None, None
        if results is None:
            self.model.set_order(NO_IMAGES)
            self._listed = None
            self._show_state()
            return
        concept = self.session.selection.row
        if concept is not None and concept >= results.F:
            concept = None
        those = (concept, self.folders)
        if (results.generation, those) != self._listed:
            self._listed = (results.generation, those)
            self.session.jobs.run(
                partial(_ids, results, *those), done=lambda found: self._show(those, *found),
                key="thumbnails",
            )  # fmt: skip
        else:
            self._follow()

    def _show(self, those: object, order: ImageOrder, values: Any, trouble: Any) -> None:
        """Show a list: another one from its beginning, a newer state of the same where it was."""
        self.delegate.trouble = trouble
        self.view.selectionModel().blockSignals(True)
        self.model.set_order(order, values)
        self.view.selectionModel().blockSignals(False)
        is_another, self._shown = those != self._shown, those
        if is_another:
            self.view.scrollToTop()
        self.session.lists.set_images(order)
        self._show_state()
        self._follow(into_view=is_another)

    def _show_state(self) -> None:
        count, session = len(self.model.order), self.session
        self.view.setVisible(count > 0)
        self.empty.setVisible(count == 0)
        primary = session.selection.row
        awaits = session.state.awaits_photos
        self.all.setVisible(bool(self.folders) or (primary is not None and not awaits))
        self.add.setVisible(awaits)
        self.filter.setEnabled(not awaits)
        if session.state.results is None or session.state.catalogue is None or awaits:
            self.set_info("")
            self.empty.set_text(NO_PHOTOS if awaits else WAITING)
        elif primary is not None:
            self.set_info(f"{count:,} with {session.state.name(primary)[0]}")
            self.empty.set_text(f"No photo has {session.state.name(primary)[0]}.")
        else:
            self.set_info(f"{count:,}")

    def _follow(self, into_view: bool = True) -> None:
        """Mark the selected photo; bring it into view, but for who has scrolled elsewhere while
        more photos came.
        """
        place = self.model.order.place(self.session.selection.image)
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        if place is None:
            selection.clear()
        else:
            index = self.model.index(place)
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            if into_view:
                self.view.scrollTo(index)
        selection.blockSignals(False)
        self.view.viewport().update()

    def _chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.session.selection.select(image=self.model.order[current.row()])

    def _picture_ready(self, key: tuple[Any, ...]) -> None:
        if key[0] == "thumbnail" and (place := self.model.order.place(key[1])) is not None:
            self.view.update(self.model.index(place))

    # ---- the filter

    def _hits(self, text: str) -> list[Hit]:
        session, words = self.session, text.lower().split()
        if session.state.results is None or not words:
            return []
        hits = [
            Hit(folder.path or "(top folder)", f"{folder.images:,} images",
                lambda id=folder.id: self.show_folder(id))
            for folder in session.state.results.folders
            if all(word in str(folder.path).lower() for word in words)
        ]  # fmt: skip
        if session.state.catalogue is not None:
            hits.extend(concept_hits(session, session.state.catalogue.search(text)[:50]))
        return hits


def _ids(results: Any, concept: int | None, folders: Sequence[int]) -> tuple[ImageOrder, Any, Any]:
    """(photos, strengths or None, what is wrong by id); runs on the pool."""
    chosen = list(folders) or None
    if concept is None:
        return ImageOrder(results.image_ids(folder_ids=chosen)), None, _trouble(results)
    ids, values = results.strongest_images(concept, MOST, folders=chosen)
    return ImageOrder(ids), values, _trouble(results)


def _trouble(results: Any) -> Any:
    """(largest id + 1,) uint8: the place in TROUBLE of what is wrong with each photo."""
    found = np.zeros(int(results.image_ids().max(initial=0)) + 1, np.uint8)
    for number, status in enumerate(TROUBLE[1:], 1):
        found[results.image_ids(status=status)] = number
    return found
