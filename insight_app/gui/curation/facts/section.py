"""A part of a concept's card: a thin line, a heading, and what stands under it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from insight_app.gui import theme
from insight_app.gui.widgets import ElidedLabel, dim_label, thin_line


class Section(QWidget):
    """note: a few words at the right of the heading.  margin: around the content."""

    def __init__(
        self, title: str, content: QWidget, parent: QWidget | None = None, margin: int = 0
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        column.addWidget(thin_line(self))
        self.heading = ElidedLabel(title, self, Qt.TextElideMode.ElideRight)
        self.heading.setFont(theme.bold(self.font()))
        self.heading.setContentsMargins(12, 6, 12, 2)
        self.note = dim_label("", self)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.note.setContentsMargins(0, 6, 12, 2)
        self._head = QHBoxLayout()
        self._head.setSpacing(0)
        self._head.addWidget(self.heading, 1)
        self._head.addWidget(self.note)
        column.addLayout(self._head)
        inset = QVBoxLayout()
        inset.setContentsMargins(margin, 0, margin, 0)
        inset.addWidget(content)
        column.addLayout(inset)
        content.setAccessibleName(title)

    def add_link(self, text: str, tip: str, act: Callable[[], object]) -> QPushButton:
        """Put something to do at the right end of the heading."""
        link = QPushButton(text, self)
        link.setProperty("link", True)
        link.setCursor(Qt.CursorShape.PointingHandCursor)
        link.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard where it is
        link.setToolTip(tip)
        link.clicked.connect(lambda _on=False: act())
        row = QHBoxLayout()
        row.setContentsMargins(0, 6, 12, 2)
        row.addWidget(link)
        self._head.addLayout(row)
        return link
