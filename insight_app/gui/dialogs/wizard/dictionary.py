"""Which dictionary: the one that comes with Insight, one to be trained, or one in a folder.

A folder (one of ours, or released files) is inspected by the worker as soon as it is chosen.
"""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QWidget

from insight_app.gui.dialogs.wizard.found import FoundDictionary, from_reply
from insight_app.gui.dialogs.wizard.part import Part, Questions
from insight_app.gui.wording import tooltip, words

BUILTIN, TRAIN, FOLDER = "builtin", "train", "folder"
SHIPPED_FOR = "builtin"
"""The encoder that the shipped dictionary reads."""


class DictionaryPart(Part):
    """found: what is in the chosen folder, or why it cannot be read; None until that is known."""

    def __init__(self, questions: Questions, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.heading.hide()
        self.questions = questions
        self.path: Path | None = None
        self.found: FoundDictionary | Exception | None = None
        self._asked: int | None = None
        grid = self.add_grid()
        self.label = QLabel("Dictionary", self)
        self.choice = QComboBox(self)
        self.choice.setAccessibleName("Dictionary")
        self.label.setBuddy(self.choice)
        self._list(SHIPPED_FOR)
        self.choice.activated.connect(self._activated)
        self.choice.currentIndexChanged.connect(lambda _index: self.changed.emit())
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.choice, 0, 1)

    @property
    def kind(self) -> str:
        """BUILTIN, TRAIN or FOLDER."""
        return str(self.choice.currentData())

    @property
    def is_folder(self) -> bool:
        """Whether a folder is chosen."""
        return self.kind == FOLDER and self.path is not None

    @property
    def is_reading(self) -> bool:
        """Whether the chosen folder is still being inspected."""
        return self.is_folder and self.found is None

    def answer(self) -> str:
        """Return the dictionary as the analysis takes it: "builtin", "train" or a folder."""
        return str(self.path) if self.is_folder else self.kind

    def refusal(self) -> str:
        """Return why this dictionary cannot be used; '' if it can."""
        if self.kind == FOLDER and self.path is None:
            return "Choose the folder of the dictionary."
        if not self.is_folder:
            return ""
        if self.found is None:
            return "Reading the dictionary…"
        if isinstance(self.found, Exception):
            return words(self.found)
        return " ".join(self.found.problems)

    def set_encoder(self, name: str) -> None:
        """Offer what can go with an encoder."""
        if (self.choice.findData(BUILTIN) >= 0) != (name == SHIPPED_FOR):
            self._list(name)
            self.changed.emit()

    def use_folder(self, path: Path) -> None:
        """Choose a folder and inspect it."""
        self.path, self.found = path, None
        self._list_folder()
        if self._asked is not None:
            self.questions.forget(self._asked)
        self._asked = self.questions.ask(
            "inspect",
            {"path": str(path)},
            lambda reply: self._inspected(from_reply(reply)),
            self._inspected,
        )
        self.changed.emit()

    def _inspected(self, found: FoundDictionary | Exception) -> None:
        self.found = found
        self.learned.emit()

    def _list(self, encoder: str) -> None:
        kept = self.choice.currentData()
        self.choice.blockSignals(True)
        self.choice.clear()
        if encoder == SHIPPED_FOR:
            self.choice.addItem("The one that comes with Insight", BUILTIN)
        self.choice.addItem("Train one on these photos (takes longer)", TRAIN)
        self.choice.addItem("", FOLDER)
        self._name_folder()
        self.choice.setCurrentIndex(max(0, self.choice.findData(kept)))
        self.choice.blockSignals(False)

    def _list_folder(self) -> None:
        self._name_folder()
        self.choice.blockSignals(True)
        self.choice.setCurrentIndex(self.choice.findData(FOLDER))
        self.choice.blockSignals(False)

    def _name_folder(self) -> None:
        """Show the chosen folder; activated again, another one can be chosen."""
        index = self.choice.findData(FOLDER)
        text = "From a folder…" if self.path is None else f"From {self.path.name}…"
        self.choice.setItemText(index, text)
        tip = "A dictionary of Insight, or released files (ae.pt with config.json)"
        role = Qt.ItemDataRole.ToolTipRole
        self.choice.setItemData(index, tip if self.path is None else tooltip(str(self.path)), role)

    def _activated(self, index: int) -> None:
        if self.choice.itemData(index) != FOLDER:
            return
        before = str(self.path.parent) if self.path is not None else ""
        chosen = QFileDialog.getExistingDirectory(self, "A dictionary or released files", before)
        if chosen:
            self.use_folder(Path(chosen))
        elif self.path is None:
            self.choice.setCurrentIndex(0)
