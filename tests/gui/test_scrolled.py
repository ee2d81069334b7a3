"""Columns that scroll: a bar that comes and goes must not change what it scrolls."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from insight_app.gui.widgets import scrolled


class Squares(QWidget):
    """As high as it is wide, like pictures in rows: wider by a bar's width, it is higher too."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.depth = self.deepest = 0

    def resizeEvent(self, event: QEvent) -> None:
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        if self.depth < 50:
            self.setFixedHeight(self.width())
        self.depth -= 1


def test_pictures_as_high_as_their_panel_are_laid_out_once(qtbot) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    inside = QWidget(panel)
    squares = Squares(inside)
    QVBoxLayout(inside).addWidget(squares)
    area = scrolled(inside, panel)
    panel.show()
    for height in range(280, 340):
        area.resize(320, height)
        qtbot.wait(0)
    assert squares.height() == squares.width() > 200
    assert squares.deepest < 5
