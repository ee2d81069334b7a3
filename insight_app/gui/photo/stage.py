"""The dark stage with one photo: zoom, pan, overlay, the selected cell, and what the mouse meets.

Draws what it is given; knows nothing of concepts, projects and files. The overlay never leaves
the part of the photo that the model saw.
"""

from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from insight_app.concepts.geometry import Geometry
from insight_app.gui import theme
from insight_app.gui.photo.unseen import FAINT, paint_unseen
from insight_app.gui.photo_drawing import paint_outline

MARGIN = 16
DEEPEST_ZOOM = 16.0
"""Screen pixels per photo pixel."""
STEP = 1.25


class Stage(QWidget):
    """Shows a photo; emits which cell the mouse is on and which is clicked."""

    clicked = Signal(object, object)
    """(cell or None where the model did not look, keyboard modifiers)."""
    hovered = Signal(object, QPoint)
    """(cell, or None; the place in this widget)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAccessibleName("Photo")
        self.geometry_of_photo: Geometry | None = None
        self.cell: int | None = None
        self.bare = False
        self.message = ""
        self._pixmap: QPixmap | None = None
        self._scaled: QPixmap | None = None
        self._overlay: QImage | None = None
        self._smooth = False
        self._lines: list[tuple[QColor, list[QLineF]]] = []
        self._zoom = 0.0  # 0 = fit
        self._centre = QPointF()
        self._pressed: QPoint | None = None
        self._panned = False
        self._hover: int | None = None

    # ---- what is shown

    def show_photo(self, pixmap: QPixmap | None, geometry: Geometry | None) -> None:
        """Show another photo, fitted; None shows the message alone."""
        self._pixmap, self.geometry_of_photo = pixmap, geometry
        self._scaled = None
        self._hover = None
        self.fit()

    def shows(self, pixmap: QPixmap | None, geometry: Geometry | None) -> bool:
        """Return whether just this picture is shown, with these cells."""
        key = None if pixmap is None else pixmap.cacheKey()
        shown = None if self._pixmap is None else self._pixmap.cacheKey()
        return key == shown and geometry == self.geometry_of_photo

    def show_grid(self, geometry: Geometry) -> None:
        """Show the same photo with other cells; zoom and place stay."""
        if geometry != self.geometry_of_photo:
            self.geometry_of_photo = geometry
            self._hover = None
            self.update()

    def show_overlay(
        self, image: QImage | None, smooth: bool, lines: list[tuple[QColor, list[QLineF]]]
    ) -> None:
        """Show an image over the whole crop, and lines in cells of the grid."""
        self._overlay, self._smooth, self._lines = image, smooth, lines
        self.update()

    def show_picture(self, image: QImage | None, smooth: bool) -> None:
        """Show another image over the crop; lines stay."""
        self._overlay, self._smooth = image, smooth
        self.update()

    def show_lines(self, lines: list[tuple[QColor, list[QLineF]]]) -> None:
        """Show other lines, in cells of the grid; the image stays."""
        self._lines = lines
        self.update()

    def show_cell(self, cell: int | None) -> None:
        """Outline a cell, or none."""
        self.cell = cell
        self.update()

    def set_bare(self, bare: bool) -> None:
        """Show nothing over the photo while this is on."""
        self.bare = bare
        self.update()

    def set_message(self, message: str) -> None:
        """Show words in the middle of an empty stage."""
        self.message = message
        self.update()

    # ---- where things are

    def scale(self) -> float:
        """Return logical screen pixels per photo pixel."""
        return self._zoom or self._fit_scale()

    def photo_rect(self) -> QRectF:
        """Return where the whole photo lies in this widget, on whole pixels when fitted."""
        g = self.geometry_of_photo
        if g is None:
            return QRectF()
        scale = self.scale()
        size = QPointF(g.width * scale, g.height * scale)
        middle = QPointF(self.width() / 2, self.height() / 2)
        if not self._zoom:
            left = round(middle.x() - size.x() / 2)
            top = round(middle.y() - size.y() / 2)
            return QRectF(left, top, round(size.x()), round(size.y()))
        corner = middle - QPointF(self._centre.x() * scale, self._centre.y() * scale)
        return QRectF(corner.x(), corner.y(), size.x(), size.y())

    def to_screen(self, x: float, y: float, w: float, h: float) -> QRectF:
        """Return where a rectangle of the photo lies in this widget."""
        g, r = self.geometry_of_photo, self.photo_rect()
        assert g is not None
        sx, sy = r.width() / g.width, r.height() / g.height
        return QRectF(r.x() + x * sx, r.y() + y * sy, w * sx, h * sy)

    def crop_rect(self) -> QRectF:
        """Return where the part that the model saw lies in this widget."""
        g = self.geometry_of_photo
        return QRectF() if g is None else self.to_screen(*map(float, g.crop))

    def cell_rect(self, cell: int) -> QRectF:
        """Return where a cell lies in this widget."""
        g = self.geometry_of_photo
        return QRectF() if g is None else self.to_screen(*g.cell_rect(cell))

    def cell_at(self, place: QPointF) -> int | None:
        """Return the cell at a point, None where the model did not look."""
        g, r = self.geometry_of_photo, self.photo_rect()
        if g is None or r.isEmpty():
            return None
        x = (place.x() - r.x()) * g.width / r.width()
        y = (place.y() - r.y()) * g.height / r.height()
        return g.cell_at(x, y)

    def is_unseen(self, place: QPointF) -> bool:
        """Return whether a point is on the photo, but outside what the model saw."""
        return self.photo_rect().contains(place) and self.cell_at(place) is None

    # ---- zoom

    def fit(self) -> None:
        """Show the whole photo."""
        self._zoom = 0.0
        self._scaled = None
        self.update()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom in or out, keeping the point `at` where it is."""
        g = self.geometry_of_photo
        if g is None:
            return
        at = at if at is not None else QPointF(self.width() / 2, self.height() / 2)
        r, old = self.photo_rect(), self.scale()
        new = min(old * factor, DEEPEST_ZOOM)
        if new <= self._fit_scale():
            self.fit()
            return
        photo = QPointF((at.x() - r.x()) / old, (at.y() - r.y()) / old)
        middle = QPointF(self.width() / 2, self.height() / 2)
        self._zoom = new
        self._centre = photo + (middle - at) / new
        self._keep_in_view()
        self._scaled = None
        self.update()

    def zoom_in(self) -> None:
        """Show the photo larger."""
        self.zoom_by(STEP)

    def zoom_out(self) -> None:
        """Show the photo smaller."""
        self.zoom_by(1 / STEP)

    def _fit_scale(self) -> float:
        g = self.geometry_of_photo
        if g is None:
            return 1.0
        width, height = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        return max(0.01, min(width / g.width, height / g.height))

    def _keep_in_view(self) -> None:
        g = self.geometry_of_photo
        assert g is not None
        for get, put, length, room in (
            (self._centre.x, self._centre.setX, g.width, self.width()),
            (self._centre.y, self._centre.setY, g.height, self.height()),
        ):
            half = room / 2 / self._zoom
            put(length / 2 if 2 * half >= length else min(max(get(), half), length - half))

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.STAGE)
        g = self.geometry_of_photo
        if self._pixmap is None or g is None:
            painter.setPen(FAINT)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), int(flags), self.message)
        else:
            self._paint_photo(painter)
            if not self.bare:
                self._paint_overlay(painter)
                paint_unseen(painter, self.photo_rect(), self.crop_rect())
                self._paint_cells(painter)
        if self.hasFocus():
            painter.setPen(QPen(theme.colours().of("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_photo(self, painter: QPainter) -> None:
        assert self._pixmap is not None
        r, ratio = self.photo_rect(), self.devicePixelRatioF()
        size = QSize(round(r.width() * ratio), round(r.height() * ratio))
        if size.width() < self._pixmap.width() and not self._zoom:
            if self._scaled is None or self._scaled.size() != size:
                self._scaled = self._pixmap.scaled(
                    size,
                    Qt.AspectRatioMode.IgnoreAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            painter.drawPixmap(r, self._scaled, QRectF(self._scaled.rect()))
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.scale() < 4)
        painter.drawPixmap(r, self._pixmap, QRectF(self._pixmap.rect()))

    def _paint_overlay(self, painter: QPainter) -> None:
        crop = self.crop_rect()
        painter.save()
        painter.setClipRect(crop)
        if self._overlay is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
            painter.drawImage(crop, self._overlay, QRectF(self._overlay.rect()))
        g = self.geometry_of_photo
        assert g is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sx, sy = crop.width() / g.cols, crop.height() / g.rows
        for colour, lines in self._lines:
            on_screen = [
                QLineF(
                    crop.x() + line.x1() * sx,
                    crop.y() + line.y1() * sy,
                    crop.x() + line.x2() * sx,
                    crop.y() + line.y2() * sy,
                )
                for line in lines
            ]
            for edge, width in ((QColor(0, 0, 0, 150), 3.5), (colour, 2.0)):
                painter.setPen(QPen(edge, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawLines(on_screen)
        painter.restore()

    def _paint_cells(self, painter: QPainter) -> None:
        g = self.geometry_of_photo
        assert g is not None
        if self._hover is not None and self._hover != self.cell and self._hover < g.cells:
            painter.setPen(QPen(QColor(255, 255, 255, 130), 1))
            painter.drawRect(self.cell_rect(self._hover).adjusted(0.5, 0.5, -1.5, -1.5))
        if self.cell is not None and self.cell < g.cells:
            rect = self.cell_rect(self.cell)
            painter.save()
            painter.setClipRect(rect)
            paint_outline(painter, rect, 1.5)
            painter.restore()

    # ---- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = event.position().toPoint()
            self._panned = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._pressed is not None:
            way = place.toPoint() - self._pressed
            if self._panned or way.manhattanLength() >= QApplication.startDragDistance():
                self._panned = True
                if self._zoom:
                    self._centre -= QPointF(way) / self._zoom
                    self._keep_in_view()
                    self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self._pressed = place.toPoint()
                self.update()
            return
        cell = self.cell_at(place)
        if cell != self._hover:
            self._hover = cell
            self.update()
        self.hovered.emit(cell, place.toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        self._pressed = None
        self.unsetCursor()
        if not self._panned and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self.cell_at(event.position()), event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Count the second click of two quick ones like any other."""
        self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.hovered.emit(None, QPoint())
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps:
            self.zoom_by(STEP**steps, event.position())
            event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._zoom:
            self._keep_in_view()
        self._scaled = None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
