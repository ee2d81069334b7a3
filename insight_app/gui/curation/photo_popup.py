"""The whole photo beside a cut-out, the cell outlined, while the mouse rests on the cut-out."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QWidget

from insight_app.gui import theme
from insight_app.gui.photo_drawing import paint_outline
from insight_app.gui.state.pictures import Key
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import paint_frame

if TYPE_CHECKING:
    from insight_app.project.results.records import Example

SIDE = 360
GAP = 8


class PhotoPopup(QFrame):
    """Takes no clicks; shows nothing before the photo is loaded."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.ToolTip | Qt.WindowType.WindowTransparentForInput)
        self.session = session
        self._example: Example | None = None
        self._beside = QRect()
        self._pixmap = QPixmap()
        self._cell = QRectF()
        """The outlined cell, in shares of the photo."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        session.pictures.ready.connect(self._picture_ready)
        session.pictures.tried_again.connect(self._try_again)
        session.projects.opened.connect(self.leave)

    def show_photo(self, example: "Example", beside: QRect) -> None:
        """Show an example's photo next to the rectangle `beside` of the screen."""
        self._example, self._beside = example, beside
        self._show_loaded(example)

    def leave(self) -> None:
        """Show nothing any more."""
        self._example = None
        self.hide()

    def _picture_ready(self, key: Key) -> None:
        example = self._example
        if example is not None and key == Key("photo", example.image_id):
            self._show_loaded(example)

    def _try_again(self) -> None:
        if self._example is not None:
            self._show_loaded(self._example)

    def _show_loaded(self, example: "Example") -> None:
        results = self.session.state.results
        pixmap = self.session.pictures.photo(example.image_id)
        if pixmap is None or results is None or self.session.pictures.is_changed(example.image_id):
            return
        record = results.image(example.image_id)
        x, y, w, h = record.geometry.cell_rect(example.cell)
        self._cell = QRectF(
            x / record.width, y / record.height, w / record.width, h / record.height
        )
        self._pixmap = pixmap
        self._place(pixmap.size().scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio))
        self.show()
        self.raise_()
        self.update()

    def _place(self, size: QSize) -> None:
        screen = QGuiApplication.screenAt(self._beside.center()) or self.screen()
        room = screen.availableGeometry().adjusted(GAP, GAP, -GAP, -GAP)
        left = self._beside.right() + GAP
        if left + size.width() > room.right():
            left = max(room.left(), self._beside.left() - size.width() - GAP)
        top = max(room.top(), min(self._beside.top(), room.bottom() - size.height()))
        self.setGeometry(left, top, size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self.rect(), self._pixmap)
        c, w, h = self._cell, self.width(), self.height()
        paint_outline(painter, QRectF(c.x() * w, c.y() * h, c.width() * w, c.height() * h), 1.5)
        paint_frame(painter, self.rect(), theme.colours().of("line"), 1)
        painter.end()
