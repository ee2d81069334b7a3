"""What all lists of rows of one height have in common: scrolling, keys, and their height.

Knows nothing of what the rows are.
"""

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QListView

from insight_app.gui.key_filter import PASSES_SIDEWAYS


def begin(view: QListView) -> None:
    """Let a list scroll by pixels, follow the mouse, and leave Left and Right to the window."""
    view.setUniformItemSizes(True)
    view.setMouseTracking(True)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setProperty(PASSES_SIDEWAYS, True)


def grow(view: QListView, room: int, most: int) -> None:
    """Make a list as high as its rows, up to `most` of them; room: of a row beside its text."""
    line = view.fontMetrics().height() + room
    view.setFixedHeight(line * min(view.model().rowCount(), most))


def mark(view: QListView, place: int | None) -> None:
    """Make a row the current one and bring it into view; None: no row, so no key acts on one."""
    if place is None:
        view.selectionModel().clear()
        return
    index = view.model().index(place, 0)
    flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
    view.selectionModel().setCurrentIndex(index, flag)
    view.scrollTo(index)


def enter(view: QListView, first: int = 0) -> None:
    """Let the keyboard begin at a row where there is no current one; nothing is selected."""
    if not view.currentIndex().isValid() and view.model().rowCount():
        view.selectionModel().setCurrentIndex(
            view.model().index(first, 0), QItemSelectionModel.SelectionFlag.NoUpdate
        )
