"""The examples of one part of a split: chosen with arrows or the mouse, moved with 1, 2, 3.

Knows cut-outs and keys; what moving an example does is its owner's matter.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.state.session import Session
from insight_app.gui.state.split_draft import MOST_PARTS

if TYPE_CHECKING:
    from insight_app.project.results.records import Example

LINES = 5
MIME = "application/x-insight-example"
NUMBERS = {Qt.Key.Key_1 + n: n for n in range(MOST_PARTS)}
NOWHERE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class PartExamples(CutoutGrid):
    """part: which one it is, from 0.  is_marked: whether these are what tells the part."""

    moved = Signal(object, object)
    """An Example, and the part it is to be an example of; None: of none."""

    def __init__(self, session: Session, part: int, parent: QWidget, *, is_marked: bool) -> None:
        super().__init__(session, parent, lines=LINES)
        self.part, self.is_marked = part, is_marked
        self.parts = 0
        self._pressed: tuple[QPoint, int] | None = None
        self.setAcceptDrops(True)
        word = "Examples that tell part" if is_marked else "Also in part"
        self.setAccessibleName(f"{word} {part + 1}")

    @property
    def current_example(self) -> "Example | None":
        """The example that the keys act on."""
        return self.examples[self.current] if self.current < len(self.examples) else None

    def show_examples(self, examples: "Sequence[Example]") -> None:
        """Show other examples; the first ones at once: there is nothing that they replace."""
        super().show_examples(examples)
        if not self.examples:
            self.replace_now()

    # ---- keys

    def event(self, event: QEvent) -> bool:
        """Take the numbers of parts before they are candidate names."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_ours = event.key() in NUMBERS or event.key() in NOWHERE
            if is_ours and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        example = self.current_example
        to = NUMBERS.get(Qt.Key(event.key()))
        if example is None or event.isAutoRepeat():
            super().keyPressEvent(event)
        elif to is not None and to < self.parts:
            self._move(example, to)
        elif event.key() in NOWHERE and self.is_marked:
            self.moved.emit(example, None)
        else:
            super().keyPressEvent(event)

    def _move(self, example: "Example", to: int) -> None:
        if not (self.is_marked and to == self.part):
            self.moved.emit(example, to)

    # ---- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        place = self.place_at(point)
        self._pressed = (point, place) if place >= 0 else None
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        start, place = self._pressed
        way = (event.position().toPoint() - start).manhattanLength()
        if way >= QApplication.startDragDistance() and place < len(self.examples):
            self._pressed = None
            self._drag(self.examples[place])

    def _drag(self, example: "Example") -> None:
        drag, data = QDrag(self), QMimeData()
        data.setData(MIME, b"")
        drag.setMimeData(data)
        pixmap = self.picture(example)
        if pixmap is not None:
            drag.setPixmap(pixmap)
        drag.exec(Qt.DropAction.MoveAction)
        target = drag.target()
        if isinstance(target, PartExamples):
            self._move(example, target.part)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = self.place_at(event.pos())
        if place < 0:
            return
        example, menu = self.examples[place], QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for to in range(self.parts):
            if not (self.is_marked and to == self.part):
                menu.addAction(f"Example of part {to + 1}", partial(self.moved.emit, example, to))
        if self.is_marked:
            menu.addAction("No example", lambda: self.moved.emit(example, None))
        menu.exec(event.globalPos())
