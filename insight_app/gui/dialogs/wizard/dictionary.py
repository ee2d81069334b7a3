"""Which dictionary: the one that comes with Insight, one to be trained, or one in a folder.

A folder (one of ours, or released files) is inspected by the worker as soon as it is chosen.
"""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from insight_app.concepts.hsae.description import UnsetThreshold
from insight_app.gui.dialogs.files import Purpose, choose_folder
from insight_app.gui.dialogs.wizard.found import FoundDictionary, from_reply
from insight_app.gui.dialogs.wizard.part import Part, Questions
from insight_app.gui.dialogs.wizard.training import TrainingFields
from insight_app.gui.settings import Settings
from insight_app.gui.widgets import PlainLabel, dim_label
from insight_app.gui.wording import tooltip
from insight_app.plain_text import shortened, visible

BUILTIN, TRAIN, FOLDER = "builtin", "train", "folder"
UNUSABLE = "This dictionary cannot be used: see why at the right."
SHIPPED_FOR = ("builtin", "builtin-views")
"""The encoder that the shipped dictionary reads."""
SENTENCES = {
    BUILTIN: "The dictionary names what the encoder sees: 512 concepts, learned on photos of all "
    "kinds.",
    TRAIN: "The dictionary names what the encoder sees: its concepts are learned on these photos "
    "first. A tenth of them is held back, to measure how well that goes.",
    FOLDER: "The dictionary names what the encoder sees: concepts that somebody learned before.",
}
"""What a dictionary is, to a person who chooses one."""


class DictionaryPart(Part):
    """found: what is in the chosen folder, or why it cannot be read; None until that is known."""

    def __init__(
        self, questions: Questions, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__("", parent)
        self.heading.hide()
        self.questions, self._settings = questions, settings
        self.path: Path | None = None
        self.found: FoundDictionary | Exception | None = None
        self._asked: int | None = None
        grid = self.add_grid()
        self.label = PlainLabel("Dictionary", self)
        self.choice = QComboBox(self)
        self.choice.setAccessibleName("Dictionary")
        self.label.setBuddy(self.choice)
        self.open = QPushButton("From a folder…", self)
        self.open.setToolTip(
            "A dictionary of Insight, released files (ae.pt with config.json), a folder of "
            "SAELens, or the folder of a training run"
        )
        self.open.setAutoDefault(False)
        self.open.clicked.connect(self._choose)
        self.sentence = dim_label("", self)
        self.sentence.setWordWrap(True)
        self.unset_label = PlainLabel("Active", self)
        self.unset = QComboBox(self)
        self.unset.setAccessibleName("What is active without a threshold")
        self.unset.addItem("The strongest concepts of each cell, as many as its k", "topk")
        self.unset.addItem("Every concept above zero", "all")
        self.unset.setToolTip("The threshold of this dictionary was never set in its training")
        self.unset_label.setBuddy(self.unset)
        self.unset.currentIndexChanged.connect(lambda _index: self._inspect())
        self.training = TrainingFields(self)
        self.training.changed.connect(self.changed)
        self._list(SHIPPED_FOR[0])
        self.choice.currentIndexChanged.connect(lambda _index: self._chosen())
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.choice, 0, 1)
        grid.addWidget(self.open, 0, 2)
        grid.addWidget(self.sentence, 1, 1, 1, 2)
        grid.addWidget(self.unset_label, 2, 0)
        grid.addWidget(self.unset, 2, 1, 1, 2)
        grid.addWidget(self.training, 3, 1, 1, 2)
        self._show_what_is_asked()

    @property
    def kind(self) -> str:
        """BUILTIN, TRAIN or FOLDER."""
        return str(self.choice.currentData())

    @property
    def is_folder(self) -> bool:
        """Whether a folder is chosen."""
        return self.kind == FOLDER

    @property
    def is_reading(self) -> bool:
        """Whether the chosen folder is still being inspected."""
        return self.is_folder and self.found is None

    def answer(self) -> str:
        """Return the dictionary as the analysis takes it: "builtin", "train" or a folder."""
        return str(self.path) if self.is_folder else self.kind

    def sizes(self) -> tuple[int | None, int | None]:
        """Return (concepts, k) of one to be trained, as chosen; None where the proposal stands."""
        return self.training.sizes() if self.kind == TRAIN else (None, None)

    def refusal(self) -> str:
        """Return why this dictionary cannot be used; '' if it can."""
        if not self.is_folder:
            return self.training.refusal() if self.kind == TRAIN else ""
        if self.found is None:
            return "Reading the dictionary…"
        if isinstance(self.found, Exception):
            return UNUSABLE  # why is said at the right
        return " ".join(self.found.problems)

    def set_encoder(self, name: str) -> None:
        """Offer what can go with an encoder; the one that is shipped comes with its encoder."""
        self.training.set_encoder(name)
        if (self.choice.findData(BUILTIN) >= 0) != (name in SHIPPED_FOR):
            self._list(name)
            self.changed.emit()

    def use_folder(self, path: Path) -> None:
        """Choose a folder and inspect it."""
        self.path = path
        self.unset.blockSignals(True)
        self.unset.setCurrentIndex(0)
        self.unset.blockSignals(False)
        self._choose_quietly(FOLDER)
        self._inspect()

    def unset_threshold(self) -> UnsetThreshold:
        """Return what is active where the threshold of the dictionary was never set."""
        return "all" if self.unset.currentData() == "all" else "topk"

    def _inspect(self) -> None:
        self.found = None
        if self._asked is not None:
            self.questions.forget(self._asked)
        self._asked = self.questions.ask(
            "inspect",
            {"path": str(self.path), "unset_threshold": self.unset_threshold()},
            lambda reply: self._inspected(from_reply(reply)),
            self._inspected,
        )
        self.changed.emit()

    def _inspected(self, found: FoundDictionary | Exception) -> None:
        self.found = found
        self._show_what_is_asked()
        self.learned.emit()

    def _show_what_is_asked(self) -> None:
        """Ask how large one is to be that is trained, and what is active where one does not say."""
        self.training.setVisible(self.kind == TRAIN)
        found = self.found
        lacks = isinstance(found, FoundDictionary) and found.lacks_threshold
        for widget in (self.unset_label, self.unset):
            widget.setVisible(self.is_folder and (lacks or (found is None and widget.isVisible())))

    # ---- the list

    def _list(self, encoder: str) -> None:
        """List what goes with an encoder; a folder stays chosen, else the first is."""
        was_folder = self.choice.count() > 0 and self.is_folder
        self.choice.blockSignals(True)
        self.choice.clear()
        if encoder in SHIPPED_FOR:
            self.choice.addItem("The one that comes with Insight", BUILTIN)
        self.choice.addItem("Train one on these photos", TRAIN)
        self.choice.blockSignals(False)
        self._choose_quietly(FOLDER if was_folder else self.choice.itemData(0))

    def _choose_quietly(self, kind: str) -> None:
        """Show a choice without telling that a person made it; a chosen folder is listed."""
        self.choice.blockSignals(True)
        if self.path is not None:
            if self.choice.findData(FOLDER) < 0:
                self.choice.addItem("", FOLDER)
            place = self.choice.findData(FOLDER)
            self.choice.setItemText(place, f"From {shortened(visible(self.path.name), 60)}")
            tip = tooltip(str(self.path))
            self.choice.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self.choice.setCurrentIndex(max(0, self.choice.findData(kind)))
        self.choice.blockSignals(False)
        self.sentence.setText(SENTENCES[self.kind])
        self.training.setVisible(self.kind == TRAIN)

    def _chosen(self) -> None:
        self._show_what_is_asked()
        self.sentence.setText(SENTENCES[self.kind])
        self.changed.emit()

    def _choose(self) -> None:
        start = self.path.parent if self.path is not None and self.path.parent.is_dir() else None
        title = "A dictionary or released files"
        chosen = choose_folder(self, title, self._settings, Purpose.RELEASED, start)
        if chosen is not None:
            self.use_folder(chosen)
