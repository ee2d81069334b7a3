"""The column of questions: whole where the screen has room for it, else scrolled."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

LEAST_HEIGHT = 100


class Questionnaire(QScrollArea):
    """Asks for as much room as all questions need; does with less."""

    def __init__(self, width: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget(self)
        self._inside.setMinimumWidth(width)
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.setWidget(self._inside)
        self.viewport().setAutoFillBackground(False)
        self._inside.setAutoFillBackground(False)

    def settle(self) -> None:
        """Let rows that came and went count at once: Qt tells it from layout to layout only."""
        for widget in (*reversed(self._inside.findChildren(QWidget)), self._inside):
            if (layout := widget.layout()) is not None:
                layout.invalidate()
                layout.activate()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = max(self._inside.minimumWidth(), self.column.sizeHint().width())
        return QSize(width, self.column.totalHeightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), LEAST_HEIGHT)
