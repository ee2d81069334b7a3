"""Which folders of photos, and how many photos are in them, counted while one goes on."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QWidget

from insight_app.gui.dialogs.files import Purpose, choose_folder
from insight_app.gui.dialogs.wizard.part import Part
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import dim_label
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible

LINES = 3


class PhotosPart(Part):
    """found: photos in the folders; None while they are counted, and without a folder."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Photos", parent)
        self.session = session
        self.found: int | None = None
        self.list = FolderList(self)
        self.list.setAccessibleName("Folders of photos")
        self.column.addWidget(self.list)
        row = QHBoxLayout()
        add = QPushButton("Add folder…", self)
        add.clicked.connect(self._choose)
        self.remove = QPushButton("Remove", self)
        self.remove.clicked.connect(self._remove)
        for button in (add, self.remove):
            button.setAutoDefault(False)  # Enter means Start
        self.words = dim_label("", self)
        self.words.setWordWrap(True)
        row.addWidget(add)
        row.addWidget(self.remove)
        row.addSpacing(8)
        row.addWidget(self.words, 1)
        self.column.addLayout(row)

    def folders(self) -> tuple[Path, ...]:
        """Return the chosen folders."""
        items = (self.list.item(place) for place in range(self.list.count()))
        return tuple(Path(item.data(Qt.ItemDataRole.UserRole)) for item in items)

    def add_folder(self, folder: Path) -> None:
        """Choose one more folder."""
        if folder not in self.folders():
            item = QListWidgetItem(visible(str(folder)), self.list)
            item.setData(Qt.ItemDataRole.UserRole, str(folder))
            item.setToolTip(tooltip(str(folder)))
            self._count()

    def show_words(self, text: str) -> None:
        """Show what is known of the photos, or how to get some."""
        self.words.setText("Counting…" if self.folders() and self.found is None else text)
        self.remove.setEnabled(bool(self.folders()))

    def _count(self) -> None:
        self.found = None
        self.changed.emit()
        if self.folders():
            self.session.jobs.run(
                partial(_count_photos, self.folders()),
                done=self._counted,
                key="wizard count",
                scope=Scope.PROGRAM,
            )

    def _counted(self, found: int) -> None:
        self.found = found if self.folders() else None
        self.learned.emit()

    def _choose(self) -> None:
        settings = self.session.settings
        chosen = choose_folder(self, "A folder of photos", settings, Purpose.PHOTOS)
        if chosen is not None:
            self.add_folder(chosen)

    def _remove(self) -> None:
        for item in self.list.selectedItems() or [self.list.item(self.list.count() - 1)]:
            if item is not None:
                self.list.takeItem(self.list.row(item))
        self._count()


class FolderList(QListWidget):
    """As high as a few lines."""

    def sizeHint(self) -> QSize:
        return QSize(200, LINES * (self.fontMetrics().height() + 8) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.fontMetrics().height() + 12)


def _count_photos(folders: Sequence[Path]) -> int:
    """Count the photos in folders; runs on the pool."""
    from insight_app.project.photos import walking

    return sum(len(found.names) for found in walking.scan(folders))
