"""The list of a stage as a table: Space or a click on its box ticks a concept.

Which concepts are listed is its owner's matter, what a tick means that of the stage.
"""

from PySide6.QtCore import QEvent, QModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from insight_app.gui import theme
from insight_app.gui.curation.cutouts import POPUP_DELAY
from insight_app.gui.curation.photo_popup import PhotoPopup
from insight_app.gui.curation.structure.alike_delegate import (
    GAP,
    AlikeDelegate,
)
from insight_app.gui.curation.structure.alike_model import TITLES, AlikeField, AlikeModel
from insight_app.gui.curation.structure.row_examples import MOST, RowExamples
from insight_app.gui.key_filter import PASSES_SIDEWAYS
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session

MARGIN = 14
WIDEST = "0.000"
TICK_WIDTH = 70
LEAST_NAME = 16
"""Letters of a name that there is room for."""


class AlikeTable(QTableView):
    """One row a concept."""

    turned = Signal(object)
    """The ConceptId whose tick a person turned."""
    looked_at = Signal(object)
    """The ConceptId that a person wants to see alone."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.rows = AlikeModel(session, self)
        self.examples = RowExamples(session, self)
        self.examples.ready.connect(lambda concept: self.rows.refresh([concept]))
        self.setModel(self.rows)
        self._delegate = AlikeDelegate(session, self.rows, self.examples.of, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Concepts that may be the same")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setProperty(PASSES_SIDEWAYS, True)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self._hovered: tuple[int, int] = (-1, -1)
        self._popup_soon = QTimer(self, singleShot=True, interval=POPUP_DELAY)
        self._popup_soon.timeout.connect(self._show_popup)
        session.pictures.ready.connect(self._repaint)
        session.pictures.forgotten.connect(self._repaint)
        session.settings.changed.connect(self._repaint)
        self.doubleClicked.connect(self._look_at)
        theme.follow(self._measure)

    def _repaint(self) -> None:
        self.viewport().update()

    def _measure(self) -> None:
        """Fit rows and columns to the size of the interface."""
        metrics, header = self.fontMetrics(), self.horizontalHeader()
        side = self._delegate.picture_side(metrics.height())
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(side + 2 * GAP)
        fixed = QHeaderView.ResizeMode.Fixed
        for field in AlikeField:
            header.setSectionResizeMode(field, fixed)
        header.setMinimumSectionSize(20)
        self.setColumnWidth(AlikeField.TICK, TICK_WIDTH)
        for field in (AlikeField.IMAGES, AlikeField.LOOK, AlikeField.TOGETHER):
            widest = max(map(metrics.horizontalAdvance, (TITLES[field], WIDEST)))
            self.setColumnWidth(field, widest + MARGIN)

        self._fit()

    def _fit(self) -> None:
        """Give the room to as many whole pictures as there is room for, the rest to the name."""
        metrics = self.fontMetrics()
        least = LEAST_NAME * metrics.averageCharWidth()
        fixed = (AlikeField.TICK, AlikeField.IMAGES, AlikeField.LOOK, AlikeField.TOGETHER)
        room = self.viewport().width() - sum(map(self.columnWidth, fixed))
        step = self._delegate.picture_side(metrics.height()) + GAP
        pictures = min(MOST, max(0, (room - least - GAP) // step))
        strongest = pictures * step + GAP if pictures else 0
        self.setColumnWidth(AlikeField.STRONGEST, strongest)
        self.setColumnWidth(AlikeField.NAME, max(least, room - strongest))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.session.staging.seen(self.rows.stage)

    # ---- ticking

    def keyPressEvent(self, event: QKeyEvent) -> None:
        concept = self.rows.concept_at(self.currentIndex())
        if event.key() == Qt.Key.Key_Space and concept is not None:
            if not event.isAutoRepeat():
                self.turned.emit(concept)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._look_at(self.currentIndex())
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        concept = self.rows.concept_at(index)
        if is_left and concept is not None and index.column() == AlikeField.TICK:
            self.turned.emit(concept)

    def _look_at(self, index: Index) -> None:
        concept = self.rows.concept_at(index)
        if concept is not None and index.column() != AlikeField.TICK:
            self.looked_at.emit(concept)

    def make_current(self, place: int) -> None:
        """Bring a row into view and give it the keys."""
        if 0 <= place < self.rows.rowCount():
            self.setCurrentIndex(self.rows.index(place, AlikeField.NAME))

    # ---- the whole photo

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        found = (-1, -1)
        if index.isValid() and index.column() == AlikeField.STRONGEST:
            boxes = self._boxes(index)
            place = next((n for n, box in enumerate(boxes) if box.contains(at)), -1)
            found = (index.row(), place) if place >= 0 else found
        if found != self._hovered:
            self._leave()
            self._hovered = found
            if found[0] >= 0:
                self._popup_soon.start()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._leave()

    def _boxes(self, index: QModelIndex) -> list[QRect]:
        concept = self.rows.concept_at(index)
        shown = () if concept is None else self.examples.of(concept)
        return self._delegate.picture_boxes(self.visualRect(index), len(shown))

    def _leave(self) -> None:
        self._hovered = (-1, -1)
        self._popup_soon.stop()
        popup = self.window().findChild(PhotoPopup)
        if popup is not None:
            popup.leave()

    def _show_popup(self) -> None:
        row, place = self._hovered
        if not 0 <= row < self.rows.rowCount():
            return
        index = self.rows.index(row, AlikeField.STRONGEST)
        concept, boxes = self.rows.concept_at(index), self._boxes(index)
        if concept is None or place >= len(boxes):
            return
        window = self.window()
        popup = window.findChild(PhotoPopup) or PhotoPopup(self.session, window)
        corner = self.viewport().mapToGlobal(boxes[place].topLeft())
        popup.show_photo(self.examples.of(concept)[place], QRect(corner, boxes[place].size()))
