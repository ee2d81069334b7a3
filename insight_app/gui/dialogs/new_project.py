"""The wizard: photos, encoder and dictionary, name and place, on one page.

Counts the photos while one chooses and says how long the analysis will take. Makes nothing: the
session does, with the Plan this dialog returns.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.session import Session
from insight_app.gui.widgets import dim_label
from insight_app.gui.window.analysing import Plan
from insight_app.gui.window.progress import time_left

SECONDS_A_PHOTO = 0.2
TRAINING_FACTOR = 3
"""Training a dictionary passes over the photos a few times before they are analysed."""
START_SECONDS = 10
BUILTIN, TRAIN, FILE = "builtin", "train", "file"


class NewProjectDialog(QDialog):
    """Three questions with their usual answers chosen."""

    def __init__(
        self, session: Session, folders: Sequence[Path] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.setWindowTitle("New project")
        self.setAcceptDrops(True)
        self.setMinimumWidth(620)
        self.found: int | None = None
        self._named_by_person = False
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        column.addLayout(self._photos())
        column.addLayout(self._model())
        column.addLayout(self._place())
        self.message = dim_label("", self)
        self.message.setWordWrap(True)
        column.addWidget(self.message)
        column.addStretch(1)
        self.buttons = QDialogButtonBox(self)
        self.begin = self.buttons.addButton("Start", QDialogButtonBox.ButtonRole.AcceptRole)
        self.begin.setProperty("primary", True)
        self.begin.setDefault(True)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        column.addWidget(self.buttons)
        for folder in folders:
            self.add_folder(folder)
        self._update()

    # ---- the three questions

    def _photos(self) -> QVBoxLayout:
        part = _part("Photos", self)
        self.folders = QListWidget(self)
        self.folders.setAccessibleName("Folders of photos")
        self.folders.setMaximumHeight(84)
        part.addWidget(self.folders)
        row = QHBoxLayout()
        add = QPushButton("Add folder…", self)
        add.clicked.connect(self._choose_folder)
        remove = QPushButton("Remove", self)
        remove.clicked.connect(self._remove_folder)
        self.count = dim_label("Add a folder, or drop one here. Photos stay where they are.", self)
        row.addWidget(add)
        row.addWidget(remove)
        row.addSpacing(8)
        row.addWidget(self.count, 1)
        part.addLayout(row)
        return part

    def _model(self) -> QVBoxLayout:
        part = _part("Encoder and dictionary", self)
        grid = QGridLayout()
        self.encoder = QComboBox(self)
        self.encoder.setAccessibleName("Encoder")
        for name, title, tip in _encoders():
            self.encoder.addItem(title, name)
            self.encoder.setItemData(self.encoder.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.dictionary = QComboBox(self)
        self.dictionary.setAccessibleName("Dictionary")
        self.dictionary.addItem("The one that comes with Insight", BUILTIN)
        self.dictionary.addItem("Train one on these photos (takes longer)", TRAIN)
        self.dictionary.addItem("From a file…", FILE)
        self.dictionary.activated.connect(self._dictionary_chosen)
        self.dictionary.currentIndexChanged.connect(lambda _index: self._update())
        self.encoder.currentIndexChanged.connect(lambda _index: self._update())
        self._dictionary_path = ""
        for place, (title, widget) in enumerate(
            (("Encoder", self.encoder), ("Dictionary", self.dictionary))
        ):
            grid.addWidget(QLabel(title, self), place, 0)
            grid.addWidget(widget, place, 1)
        grid.setColumnStretch(1, 1)
        part.addLayout(grid)
        return part

    def _place(self) -> QVBoxLayout:
        part = _part("Name and place", self)
        grid = QGridLayout()
        self.name = QLineEdit(self)
        self.name.setAccessibleName("Name of the project")
        self.name.textEdited.connect(lambda _text: self._name_typed())
        self.name.textChanged.connect(lambda _text: self._update())
        self.parent_folder = QLineEdit(str(_usual_place()), self)
        self.parent_folder.setAccessibleName("Folder for the project")
        self.parent_folder.textChanged.connect(lambda _text: self._update())
        choose = QPushButton("Choose…", self)
        choose.clicked.connect(self._choose_place)
        grid.addWidget(QLabel("Name", self), 0, 0)
        grid.addWidget(self.name, 0, 1, 1, 2)
        grid.addWidget(QLabel("In folder", self), 1, 0)
        grid.addWidget(self.parent_folder, 1, 1)
        grid.addWidget(choose, 1, 2)
        grid.setColumnStretch(1, 1)
        part.addLayout(grid)
        return part

    # ---- answers

    def chosen_folders(self) -> tuple[Path, ...]:
        return tuple(Path(self.folders.item(i).text()) for i in range(self.folders.count()))

    def plan(self) -> Plan:
        """What was chosen."""
        kind = self.dictionary.currentData()
        dictionary = self._dictionary_path if kind == FILE else kind
        return Plan(self.chosen_folders(), self.place(), self.encoder.currentData(), dictionary)

    def place(self) -> Path:
        name = self.name.text().strip().removesuffix(".insight")
        return Path(self.parent_folder.text()).expanduser() / f"{name}.insight"

    def add_folder(self, folder: Path) -> None:
        if folder in self.chosen_folders():
            return
        self.folders.addItem(str(folder))
        if not self._named_by_person:
            self.name.setText(self.chosen_folders()[0].name)
        self._count()

    def refusal(self) -> str:
        """Why the project cannot be started yet; '' if it can."""
        if not self.folders.count():
            return "Choose at least one folder of photos."
        if self.found == 0:
            return "There are no photos in these folders."
        name = self.name.text().strip()
        if not name or any(sign in name for sign in '/\\:*?"<>|'):
            return 'The project needs a name without / \\ : * ? " < > |.'
        if not Path(self.parent_folder.text()).expanduser().is_dir():
            return "The folder for the project does not exist."
        if self.place().exists():
            return f"{self.place().name} is there already; choose another name."
        if self.dictionary.currentData() == FILE and not self._dictionary_path:
            return "Choose the folder of the dictionary."
        return ""

    # ---- what happens

    def _accept(self) -> None:
        if not self.refusal():
            self.accept()

    def _name_typed(self) -> None:
        self._named_by_person = True

    def _update(self) -> None:
        refusal = self.refusal()
        self.begin.setEnabled(not refusal)
        self.message.setText(refusal or f"Will be made as {self.place()}")
        if self.found is not None:
            seconds = START_SECONDS + self.found * SECONDS_A_PHOTO
            if self.dictionary.currentData() == TRAIN:
                seconds *= TRAINING_FACTOR
            photos = f"{self.found:,} photo{'s' * (self.found != 1)}"
            self.count.setText(f"{photos}, about {time_left(seconds)} to analyse")

    def _count(self) -> None:
        self.found = None
        self.count.setText(
            "Counting…" if self.folders.count() else "Add a folder, or drop one here."
        )
        self._update()
        if self.folders.count():
            folders = self.chosen_folders()
            self.session.jobs.run(_count_photos, folders, done=self._counted, key="wizard count")

    def _counted(self, found: int) -> None:
        self.found = found
        self._update()

    def _choose_folder(self) -> None:
        start = self.session.settings.get("last_folder")
        chosen = QFileDialog.getExistingDirectory(self, "A folder of photos", start)
        if chosen:
            self.session.settings.set("last_folder", str(Path(chosen).parent))
            self.add_folder(Path(chosen))

    def _remove_folder(self) -> None:
        for item in self.folders.selectedItems() or [self.folders.item(self.folders.count() - 1)]:
            if item is not None:
                self.folders.takeItem(self.folders.row(item))
        self._count()

    def _choose_place(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where", self.parent_folder.text())
        if chosen:
            self.parent_folder.setText(chosen)

    def _dictionary_chosen(self, index: int) -> None:
        if self.dictionary.itemData(index) == FILE:
            chosen = QFileDialog.getExistingDirectory(self, "The folder of a dictionary")
            self._dictionary_path = chosen
            if chosen:
                self.dictionary.setItemText(index, f"From {chosen}")
            else:
                self.dictionary.setCurrentIndex(0)
        self._update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            path = Path(url.toLocalFile())
            self.add_folder(path if path.is_dir() else path.parent)
        event.acceptProposedAction()


def _part(title: str, parent: QWidget) -> QVBoxLayout:
    part = QVBoxLayout()
    part.setSpacing(8)
    label = QLabel(title, parent)
    label.setFont(theme.bold(parent.font()))
    part.addWidget(label)
    return part


def _usual_place() -> Path:
    """The person's documents, or their home where there is no such folder."""
    location = QStandardPaths.StandardLocation.DocumentsLocation
    documents = Path(QStandardPaths.writableLocation(location))
    return documents if documents.is_dir() else Path.home()


def _encoders() -> list[tuple[str, str, str]]:
    """(name, title, description) of the encoders that need no files of their own."""
    from insight_app.concepts import encoders

    return [
        (info.name, info.title, info.description)
        for info in encoders.available()
        if not info.needs_files
    ]


def _count_photos(folders: Sequence[Path]) -> int:
    """Runs on the pool."""
    from insight_app.project import images

    return sum(len(found.names) for found in images.scan(folders))
