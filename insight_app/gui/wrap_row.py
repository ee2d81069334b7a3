"""A row of widgets that goes on in a second line where there is no room."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class WrapRow(QLayout):
    """Widgets beside each other at the size they ask for, in as many lines as that takes.

    Those that can use more have what is left of their line.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        """Take an item; Qt calls this."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return one of them."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give one of them away."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Ask for no more room than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Say that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines."""
        return self._lay(QRect(0, 0, width, 0), is_placing=False)

    def sizeHint(self) -> QSize:
        """Return room for one line."""
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in sizes) + self.spacing() * max(0, len(sizes) - 1)
        height = max((size.height() for size in sizes), default=0)
        return self._with_margins(QSize(width, height))

    def minimumSize(self) -> QSize:
        """Return room for the widest alone."""
        least = QSize()
        for item in self._items:
            if not item.isEmpty():
                least = least.expandedTo(item.minimumSize())
        return self._with_margins(least)

    def setGeometry(self, rect: QRect) -> None:
        """Place them."""
        super().setGeometry(rect)
        self._lay(rect, is_placing=True)

    def _with_margins(self, size: QSize) -> QSize:
        around = self.contentsMargins()
        return size + QSize(around.left() + around.right(), around.top() + around.bottom())

    def _lay(self, rect: QRect, *, is_placing: bool) -> int:
        """Return the height; what does not fit beside the others at full size, does at its least.

        A whole row that fits with some of its widgets at their least size stays one line.
        """
        around, gap = self.contentsMargins(), self.spacing()
        inside = rect.marginsRemoved(around)
        items = [item for item in self._items if not item.isEmpty()]
        least = sum(item.minimumSize().width() for item in items) + gap * max(0, len(items) - 1)
        full = self.sizeHint().width() - around.left() - around.right()
        use_least = full > inside.width() and least <= inside.width()
        lines: list[list[tuple[QLayoutItem, QSize]]] = [[]]
        x = 0
        for item in items:
            size = item.sizeHint()
            if use_least or size.width() > inside.width():
                size = QSize(item.minimumSize().width(), size.height())
            if lines[-1] and x + size.width() > inside.width():
                lines.append([])
                x = 0
            lines[-1].append((item, size))
            x += size.width() + gap
        y = inside.y()
        for line in lines:
            height = max((size.height() for _item, size in line), default=0)
            if is_placing:
                x = inside.x()
                used = sum(size.width() for _item, size in line) + gap * (len(line) - 1)
                left = inside.width() - used
                for item, size in line:
                    if left > 0 and item.expandingDirections() & Qt.Orientation.Horizontal:
                        width = min(size.width() + left, item.maximumSize().width())
                        left -= width - size.width()
                        size.setWidth(width)
                    corner = QPoint(x, y + (height - size.height()) // 2)
                    item.setGeometry(QRect(corner, size))
                    x += size.width() + gap
            y += height + gap
        return y - gap - rect.y() + around.bottom()
