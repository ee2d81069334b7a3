"""Cut-outs of a concept as a grid: the cell with its surroundings, strength in the corner.

All are equally large, and show as much around the cell, wherever they are. A click selects photo
and cell, hovering shows the whole photo (photo_popup.py). Which examples are shown is the panel's
matter.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from insight_app.figures import figure
from insight_app.gui import theme
from insight_app.gui.curation.photo_popup import PhotoPopup
from insight_app.gui.curation.surroundings import AROUND, PREFERENCE, around
from insight_app.gui.key_filter import OWNS_KEYS
from insight_app.gui.photo_drawing import paint_strength
from insight_app.gui.state.pictures import Key
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import paint_frame

if TYPE_CHECKING:
    from insight_app.project.results.records import Example

GAP = 4
LINES = 8
"""A cut-out is as high as so many lines of text, where there is no need for many of them."""
AT_FIRST = 12
"""Cut-outs that are waited for before other examples are shown."""
PATIENCE = 1500
"""Milliseconds after which the others come without their pictures."""
POPUP_DELAY = 350
KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
)
CROSS = 0.28
"""How far from its corners the cross of an example goes that is none."""


class CutoutGrid(QWidget):
    """Examples in rows; as high as they need.

    shown: turns an example's value into the words in its corner; what: the value of what.  lines:
    so many lines of text are as high as a cut-out.
    Other examples replace those shown once the first of their pictures are there.
    """

    chosen = Signal(int)
    """A place in `examples`: it was clicked or Enter was pressed on it."""

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
        *,
        shown: Callable[[float], str] = figure,
        what: str = "strength",
        lines: int = LINES,
        can_mark: bool = False,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self._words, self._what, self._lines = shown, what, lines
        self._can_mark = can_mark
        self.examples: list[Example] = []
        self._coming: list[Example] | None = None
        self._current = 0
        self._hovered = -1
        self._around = self._around_before = around(session.settings)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        own_keys = (*KEYS, Qt.Key.Key_Delete) if can_mark else KEYS
        self.setProperty(OWNS_KEYS, [int(key.value) for key in own_keys])
        self.setMouseTracking(True)
        self.setAccessibleName("Examples")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._popup_soon = QTimer(self, singleShot=True, interval=POPUP_DELAY)
        self._popup_soon.timeout.connect(self._show_popup)
        self._enough = QTimer(self, singleShot=True, interval=PATIENCE)
        self._enough.timeout.connect(self.replace_now)
        session.pictures.ready.connect(self._picture_ready)
        session.pictures.tried_again.connect(lambda: self.update())
        session.pictures.replaced.connect(lambda _image: self.update())
        session.pictures.forgotten.connect(self._forget)
        session.selection.changed.connect(lambda: self.update())
        if can_mark:
            session.marking.changed.connect(lambda: self.update())
            session.curation.changed.connect(lambda _rows, _structure: self.update())
        session.settings.changed.connect(self._preference_changed)

    def show_examples(self, examples: "Sequence[Example]") -> None:
        """Show other examples as soon as the first can be drawn; more of the same at once."""
        wanted, shown = list(examples), self.examples
        if wanted == (shown if self._coming is None else self._coming):
            return
        self._coming = wanted
        is_longer = bool(shown) and wanted[: len(shown)] == shown
        if is_longer or not wanted or not self.isVisible() or self._is_drawable():
            self.replace_now()
        else:
            self._enough.start()

    def _forget(self) -> None:
        """Show nothing of another project, not even until its examples are read."""
        self._coming = []
        self.replace_now()

    def _is_drawable(self) -> bool:
        """Return whether the pictures are there that one sees first; they are asked for."""
        asked = [
            self.picture(example) is not None
            or self.session.pictures.broken(example.image_id) is not None
            or self.session.pictures.is_changed(example.image_id)
            for example in (self._coming or [])[:AT_FIRST]
        ]
        return all(asked)

    def replace_now(self) -> None:
        """Show what is waited for, drawn or not."""
        self._enough.stop()
        if self._coming is None:
            return
        self.examples, self._coming = self._coming, None
        self._current = min(self._current, max(0, len(self.examples) - 1))
        self._leave()
        self._describe()
        self._fit()
        self.update()

    def picture(self, example: "Example") -> QPixmap | None:
        """Return what is drawn for an example; None: it is being loaded."""
        return self.session.pictures.cutout(
            example.image_id, example.cell, self.cell_side, self._around
        )

    def _drawn(self, example: "Example") -> QPixmap | None:
        """Return the same, and until it is there the example with other surroundings."""
        pixmap = self.picture(example)
        for other in (self._around_before, *AROUND):
            if pixmap is None:
                pixmap = self.session.pictures.loaded_cutout(
                    example.image_id, example.cell, self.cell_side, other
                )
        return pixmap

    def _preference_changed(self, name: str) -> None:
        if name == PREFERENCE:
            self._around_before, self._around = self._around, around(self.session.settings)
            self.update()

    @property
    def current(self) -> int:
        """The place of the example that the keys act on."""
        return self._current

    # ---- geometry

    @property
    def columns(self) -> int:
        """How many stand in a row."""
        return max(1, (self.width() + GAP) // (self.cell_side + GAP))

    @property
    def cell_side(self) -> int:
        """Pixels of an example's side."""
        return self._lines * self.fontMetrics().height()

    def rect_of(self, place: int) -> QRect:
        """Return where an example is drawn."""
        step = self.cell_side + GAP
        row, column = divmod(place, self.columns)
        return QRect(column * step, row * step, self.cell_side, self.cell_side)

    def place_at(self, point: QPoint) -> int:
        """Return the place of the example under a point, -1 where there is none."""
        step = self.cell_side + GAP
        column, row = point.x() // step, point.y() // step
        place = row * self.columns + column
        return place if column < self.columns and 0 <= place < len(self.examples) else -1

    def sizeHint(self) -> QSize:
        return QSize(3 * (self.cell_side + GAP), self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.cell_side, 24)

    def _height(self) -> int:
        rows = -(-len(self.examples) // self.columns)
        return max(0, rows * (self.cell_side + GAP) - GAP)

    def _fit(self) -> None:
        if self.height() != self._height():
            self.setFixedHeight(self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    # ---- drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        c = theme.colours()
        pictures = self.session.pictures
        chosen = (self.session.selection.image, self.session.selection.cell)
        marked = self._marked()
        for place, example in enumerate(self.examples):
            box = self.rect_of(place)
            if not box.intersects(event.rect()):
                continue
            is_changed = pictures.is_changed(example.image_id)
            pixmap = None if is_changed else self._drawn(example)
            if pixmap is not None:
                painter.drawPixmap(box, pixmap)
            else:
                paint_frame(painter, box, c.of("line"), 1)
                if is_changed:
                    painter.setPen(c.of("dim"))
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "changed")
                elif pictures.broken(example.image_id):
                    painter.setPen(c.of("dim"))
                    word = "there" if pictures.is_gone(example.image_id) else "readable"
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"not\n{word}")
            if marked.get((example.image_id, example.cell)) is False:
                _paint_cross(painter, box)
            paint_strength(painter, box, self._words(example.value))
            if chosen == (example.image_id, example.cell):
                paint_frame(painter, box, c.of("accent"), 3)
            if place == self._current and self.hasFocus():
                paint_frame(painter, box.adjusted(3, 3, -3, -3), c.of("text"), 1)
        painter.end()

    def _marked(self) -> "Mapping[tuple[int, int], bool]":
        """Return what a person said of cells of the concept whose examples these are."""
        session = self.session
        return session.marking.places(session.selection.primary) if self._can_mark else {}

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
        elif event.key() == Qt.Key.Key_Delete and self._can_mark and self.examples:
            self.choose(self._current)
            self.session.marking.not_this()
        else:
            super().keyPressEvent(event)

    def choose(self, place: int) -> None:
        """Select the example's photo and cell."""
        example = self.examples[place]
        self._leave()
        if self._can_mark:
            self.session.marking.choose(example.image_id, example.cell)
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
        is_none = self._marked().get((example.image_id, example.cell)) is False
        self.setAccessibleDescription(
            f"{self._current + 1} of {len(self.examples)}, photo {example.image_id}, "
            f"{self._what} {self._words(example.value)}{', not this' if is_none else ''}"
        )

    # ---- the whole photo

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().toPoint())
        if place != self._hovered:
            self._leave()
            self._hovered = place
            if place >= 0:
                self._popup_soon.start()

    def leaveEvent(self, event: QEvent) -> None:
        self._leave()

    def hideEvent(self, event: QHideEvent) -> None:
        self._leave()

    def _leave(self) -> None:
        self._hovered = -1
        self._popup_soon.stop()
        popup = self.window().findChild(PhotoPopup)
        if popup is not None:
            popup.leave()

    def _show_popup(self) -> None:
        if not 0 <= self._hovered < len(self.examples):
            return
        box = self.rect_of(self._hovered)
        corner = self.mapToGlobal(box.topLeft())
        window = self.window()
        popup = window.findChild(PhotoPopup) or PhotoPopup(self.session, window)
        popup.show_photo(self.examples[self._hovered], QRect(corner, box.size()))

    def _picture_ready(self, key: Key) -> None:
        if key.kind == "thumbnail" or not self.isVisible():
            return
        if self._coming is not None and self._is_drawable():
            self.replace_now()
        self.update()


def _paint_cross(painter: QPainter, box: QRect) -> None:
    """Paint over an example that it is none."""
    colour = QColor(theme.colours().of("base"))
    colour.setAlpha(150)
    painter.fillRect(box, colour)
    inset = round(box.width() * CROSS)
    inner = box.adjusted(inset, inset, -inset, -inset)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colours().of("rejected"), 3))
    painter.drawLine(inner.topLeft(), inner.bottomRight())
    painter.drawLine(inner.topRight(), inner.bottomLeft())
    painter.restore()
