"""What the project is called and where it is put."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from insight_app.gui.dialogs.files import Purpose, choose_folder, start_folder
from insight_app.gui.dialogs.wizard.part import Part
from insight_app.gui.settings import Settings
from insight_app.gui.widgets import PlainLabel

FORBIDDEN = '/\\:*?"<>|'


class PlacePart(Part):
    """The name follows what is chosen until a person types one."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__("Name and place", parent)
        self._settings = settings
        self._named_by_person = False
        self._suggested = ""
        grid = self.add_grid()
        self.name = QLineEdit(self)
        self.name.setAccessibleName("Name of the project")
        self.name.textEdited.connect(self._typed)
        self.name.textChanged.connect(lambda _text: self.changed.emit())
        self.folder = QLineEdit(str(start_folder(settings, Purpose.PROJECTS)), self)
        self.folder.setAccessibleName("Folder for the project")
        self.folder.textChanged.connect(lambda _text: self.changed.emit())
        choose = QPushButton("Choose…", self)
        choose.setAutoDefault(False)  # Enter means Start
        choose.clicked.connect(self._choose)
        grid.addWidget(PlainLabel("Name", self), 0, 0)
        grid.addWidget(self.name, 0, 1, 1, 2)
        grid.addWidget(PlainLabel("In folder", self), 1, 0)
        grid.addWidget(self.folder, 1, 1)
        grid.addWidget(choose, 1, 2)

    def suggest(self, name: str) -> None:
        """Name the project, unless a person has."""
        name = " ".join(name.split())  # a folder's name may have a line's end
        if name != self._suggested and not self._named_by_person:
            self._suggested = name
            self.name.setText(name)

    def place(self) -> Path:
        """Return where the project is made."""
        name = self.name.text().strip().removesuffix(".insight")
        return Path(self.folder.text()).expanduser() / f"{name}.insight"

    def remember(self) -> None:
        """Offer the same folder the next time."""
        self._settings.set_folder(Purpose.PROJECTS.value, str(self.place().parent))

    def refusal(self) -> str:
        """Return why the project cannot be made there; '' if it can."""
        name = self.name.text().strip()
        if not name.isprintable() or not name or any(sign in name for sign in FORBIDDEN):
            return f"The project needs a name without {' '.join(FORBIDDEN)}."
        if not Path(self.folder.text()).expanduser().is_dir():
            return "The folder for the project does not exist."
        from insight_app.project.folder import is_free

        place = self.place()
        with suppress(OSError):  # making it says why it cannot be looked at
            if not is_free(place):
                return f"{place.name} is there already; choose another name."
        return ""

    def _typed(self, _text: str) -> None:
        self._named_by_person = True

    def _choose(self) -> None:
        typed = Path(self.folder.text()).expanduser()
        start = typed if typed.is_dir() else None
        chosen = choose_folder(
            self, "The folder for the project", self._settings, Purpose.PROJECTS, start
        )
        if chosen is not None:
            self.folder.setText(str(chosen))
