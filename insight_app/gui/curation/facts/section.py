"""A part of a concept's card: a thin line, a heading, and what stands under it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

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
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.heading, 1)
        head.addWidget(self.note)
        column.addLayout(head)
        inset = QVBoxLayout()
        inset.setContentsMargins(margin, 0, margin, 0)
        inset.addWidget(content)
        column.addLayout(inset)
        content.setAccessibleName(title)
