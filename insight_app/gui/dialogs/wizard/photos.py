"""Which folders of photos, and how many photos are in them, counted while one goes on."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QWidget

from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.gui.dialogs.files import Purpose, choose_folder
from insight_app.gui.dialogs.pattern_fields import PatternFields
from insight_app.gui.dialogs.wizard.counting import CountedPhotos, count_photos
from insight_app.gui.dialogs.wizard.part import Part
from insight_app.gui.dialogs.wizard.several import SeveralFields
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import dim_label
from insight_app.gui.wording import tooltip, words
from insight_app.plain_text import visible

LINES = 3


class PhotosPart(Part):
    """found: what is in the folders; None while they are counted, and without a folder."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Photos", parent)
        self.session = session
        self.found: CountedPhotos | None = None
        self._stop = CancelToken()
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
        self.patterns = PatternFields(self)
        self.patterns.changed.connect(self._count)
        self.column.addWidget(self.patterns)
        self.several = SeveralFields(self)
        self.several.changed.connect(self.changed)
        self.column.addWidget(self.several)
        self.rest = dim_label("", self)
        self.rest.setWordWrap(True)
        self.rest.hide()
        self.column.addWidget(self.rest)

    def folders(self) -> tuple[Path, ...]:
        """Return the chosen folders."""
        items = (self.list.item(place) for place in range(self.list.count()))
        return tuple(item.data(Qt.ItemDataRole.UserRole) for item in items)

    def add_folder(self, folder: Path) -> None:
        """Choose one more folder."""
        if folder not in self.folders():
            item = QListWidgetItem(visible(str(folder)), self.list)
            item.setData(Qt.ItemDataRole.UserRole, folder)  # its name may be no text
            item.setToolTip(tooltip(str(folder)))
            self._count()

    def show_words(self, text: str) -> None:
        """Show what is known of the photos, or how to get some."""
        self.words.setText("Counting…" if self.folders() and self.found is None else text)
        self.remove.setEnabled(bool(self.folders()))
        rest = self.found.rest if self.found is not None and self.found.photos else ""
        self.several.show_for(self.found)
        self.rest.setText(rest)
        self.rest.setToolTip(tooltip(self.found.kinds) if self.found is not None else "")
        self.rest.setVisible(bool(rest))

    def stop_counting(self) -> None:
        """Stop counting: nobody waits for it any more."""
        self._stop.cancel()

    def _count(self) -> None:
        self.found = None
        self.stop_counting()
        self._stop = CancelToken()
        self.changed.emit()
        if self.folders():
            wanted = self.patterns.patterns()
            self.session.jobs.run(
                partial(count_photos, self.folders(), wanted.include, wanted.exclude, self._stop),
                done=self._counted,
                failed=self._not_counted,
                key="wizard count",
                scope=Scope.PROGRAM,
            )

    def _counted(self, found: CountedPhotos) -> None:
        self.found = found if self.folders() else None
        self.learned.emit()

    def _not_counted(self, error: Exception) -> None:
        if not isinstance(error, Cancelled):
            self._counted(CountedPhotos(refused=words(error)))

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
