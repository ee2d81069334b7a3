"""Cut-outs of a concept as a grid: the cell with its surroundings, strength in the corner.

A click selects photo and cell, hovering shows the whole photo. Which examples are shown is the
panel's matter.
"""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from insight_app.gui import theme
from insight_app.gui.key_filter import OWNS_KEYS
from insight_app.gui.photo_drawing import paint_outline, paint_strength
from insight_app.gui.state.session import Session
from insight_app.gui.wording import number_text

GAP = 4
PEEK_DELAY = 350
PEEK_SIDE = 360
KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
)


class CutoutGrid(QWidget):
    """Examples in rows; as high as they need. columns: how many in a row; 0 = as many as fit
    when each is about `side` wide."""

    chosen = Signal(int)
    """A place in `examples`: it was clicked or Enter was pressed on it."""

    def __init__(
        self, session: Session, parent: QWidget | None = None, *, columns: int = 0, side: int = 112
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.examples: list[Any] = []
        self._columns, self._side = columns, side
        self._current = 0
        self._hovered = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty(OWNS_KEYS, [int(key.value) for key in KEYS])
        self.setMouseTracking(True)
        self.setAccessibleName("Examples")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._peek_soon = QTimer(self, singleShot=True, interval=PEEK_DELAY)
        self._peek_soon.timeout.connect(self._peek)
        session.pictures.ready.connect(self._picture_ready)
        session.selection.changed.connect(lambda: self.update())

    def show_examples(self, examples: Sequence[Any]) -> None:
        """Other examples; those already loaded are drawn at once."""
        if list(examples) == self.examples:
            return
        self.examples = list(examples)
        self._current = min(self._current, max(0, len(self.examples) - 1))
        self._leave()
        self._describe()
        self._fit()
        self.update()

    # ---- geometry

    @property
    def columns(self) -> int:
        return self._columns or max(2, round((self.width() + GAP) / (self._side + GAP)))

    @property
    def cell_side(self) -> int:
        return max(24, (self.width() + GAP) // self.columns - GAP)

    def rect_of(self, place: int) -> QRect:
        """Where an example is drawn."""
        step = self.cell_side + GAP
        row, column = divmod(place, self.columns)
        return QRect(column * step, row * step, self.cell_side, self.cell_side)

    def place_at(self, point: QPoint) -> int:
        """The example under a point, -1 where there is none."""
        step = self.cell_side + GAP
        column, row = point.x() // step, point.y() // step
        place = row * self.columns + column
        return place if column < self.columns and 0 <= place < len(self.examples) else -1

    def sizeHint(self) -> QSize:
        columns = self._columns or 3
        return QSize(columns * (self._side + GAP), self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize((self._columns or 2) * 40, 24)

    def _height(self) -> int:
        rows = -(-len(self.examples) // self.columns)
        return max(0, rows * (self.cell_side + GAP) - GAP)

    def _fit(self) -> None:
        if self.height() != self._height():
            self.setFixedHeight(self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # ---- drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        c = theme.colours()
        pictures = self.session.pictures
        chosen = (self.session.selection.image, self.session.selection.cell)
        for place, example in enumerate(self.examples):
            box = self.rect_of(place)
            if not box.intersects(event.rect()):
                continue
            pixmap = pictures.cutout(example.image_id, example.cell, self.cell_side)
            if pixmap is not None:
                painter.drawPixmap(box, pixmap)
            else:
                painter.fillRect(box, c.of("track"))
                if pictures.broken(example.image_id):
                    painter.setPen(c.of("dim"))
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "not\nreadable")
            paint_strength(painter, box, number_text(example.value))
            if chosen == (example.image_id, example.cell):
                frame(painter, box, c.of("accent"), 3)
            if place == self._current and self.hasFocus():
                frame(painter, box.adjusted(3, 3, -3, -3), c.of("text"), 1)
        painter.end()

    # ---- choosing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self._go(place)
            self.choose(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self.columns,
            Qt.Key.Key_Down: self.columns,
        }.get(Qt.Key(event.key()), 0)
        if step and 0 <= self._current + step < len(self.examples):
            self._go(self._current + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.examples:
            self.choose(self._current)
        else:
            super().keyPressEvent(event)

    def choose(self, place: int) -> None:
        """Select the example's photo and cell."""
        example = self.examples[place]
        self._leave()
        self.session.selection.select(image=example.image_id, cell=example.cell)
        self.chosen.emit(place)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _go(self, place: int) -> None:
        self._current = place
        self._describe()
        self.update()

    def _describe(self) -> None:
        if not self.examples:
            self.setAccessibleDescription("none")
            return
        example = self.examples[self._current]
        self.setAccessibleDescription(
            f"{self._current + 1} of {len(self.examples)}, photo {example.image_id}, "
            f"strength {number_text(example.value)}"
        )

    # ---- the whole photo

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().toPoint())
        if place != self._hovered:
            self._leave()
            self._hovered = place
            if place >= 0:
                self._peek_soon.start()

    def leaveEvent(self, event: QEvent) -> None:
        self._leave()

    def hideEvent(self, event: QEvent) -> None:  # type: ignore[override]
        self._leave()

    def _leave(self) -> None:
        self._hovered = -1
        self._peek_soon.stop()
        peek = self.window().findChild(PhotoPeek)
        if peek is not None:
            peek.hide()

    def _peek(self) -> None:
        if not 0 <= self._hovered < len(self.examples):
            return
        peek = self.window().findChild(PhotoPeek) or PhotoPeek(self.session, self.window())
        box = self.rect_of(self._hovered)
        corner = self.mapTo(self.window(), box.topLeft())
        peek.show_photo(self.examples[self._hovered], QRect(corner, box.size()))

    def _picture_ready(self, key: tuple[Any, ...]) -> None:
        if key[0] == "cutout" and self.isVisible():
            self.update()


class PhotoPeek(QFrame):
    """The whole photo of a cut-out, the cell outlined, beside the cut-out; takes no clicks."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self.session = session
        self._example: Any = None
        self._beside = QRect()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        session.pictures.ready.connect(self._picture_ready)

    def show_photo(self, example: Any, beside: QRect) -> None:
        """Show the example's photo next to the rectangle `beside` of the window."""
        self._example, self._beside = example, beside
        pixmap = self.session.pictures.photo(example.image_id)
        if pixmap is not None:
            self._place(pixmap)

    def _place(self, pixmap: QPixmap) -> None:
        size = pixmap.size().scaled(PEEK_SIDE, PEEK_SIDE, Qt.AspectRatioMode.KeepAspectRatio)
        window = self.parentWidget()
        left = self._beside.right() + 8
        if left + size.width() > window.width():
            left = self._beside.left() - size.width() - 8
        top = min(max(8, self._beside.top()), window.height() - size.height() - 8)
        self.setGeometry(max(8, left), top, size.width(), size.height())
        self.show()
        self.raise_()
        self.update()

    def _picture_ready(self, key: tuple[Any, ...]) -> None:
        if self._example is not None and key == ("photo", self._example.image_id):
            under_mouse = any(
                grid._hovered >= 0 and grid.examples[grid._hovered] == self._example
                for grid in self.window().findChildren(CutoutGrid)
            )
            pixmap = self.session.pictures.photo(self._example.image_id)
            if under_mouse and pixmap is not None:
                self._place(pixmap)

    def paintEvent(self, event: QPaintEvent) -> None:
        pixmap = self.session.pictures.photo(self._example.image_id)
        if pixmap is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self.rect(), pixmap)
        record = self.session.state.results.image(self._example.image_id)
        scale = self.width() / record.width
        x, y, w, h = (value * scale for value in record.geometry.cell_rect(self._example.cell))
        paint_outline(painter, QRectF(x, y, w, h), 1.5)
        frame(painter, self.rect(), theme.colours().of("line"), 1)
        painter.end()


def frame(painter: QPainter, box: QRect, colour: Any, width: int) -> None:
    """A frame just inside `box`."""
    painter.save()
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap,
                        Qt.PenJoinStyle.MiterJoin))  # fmt: skip
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = width / 2
    painter.drawRect(QRectF(box).adjusted(half, half, -half, -half))
    painter.restore()
