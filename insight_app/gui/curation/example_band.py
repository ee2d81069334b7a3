"""A row of examples of one band of strength under its heading. Which ones is the panel's matter."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from insight_app.figures import counted, spread
from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel, dim_label

if TYPE_CHECKING:
    from insight_app.project.results.records import Example


class ExampleBand(QWidget):
    """title: the band in words."""

    def __init__(self, session: Session, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.numbers = dim_label("", self)
        self.grid = CutoutGrid(session, self, can_mark=True)
        self.grid.setAccessibleName(title)
        heading = QHBoxLayout()
        heading.setSpacing(6)
        heading.addWidget(PlainLabel(title, self))
        heading.addWidget(self.numbers, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(heading)
        column.addWidget(self.grid)
        self.hide()

    def show_examples(self, found: "Sequence[Example]", images: int) -> None:
        """Show examples, strengths and number in the heading; images: where the concept fires."""
        self.setVisible(bool(found))
        self.grid.show_examples(found)
        if found:
            shown = f"{len(found)} of " if len(found) < images else ""
            strengths = spread([example.value for example in found])
            self.numbers.setText(f"strength {strengths}, {shown}{counted(images, 'image')}")
