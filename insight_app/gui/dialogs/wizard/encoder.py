"""Which encoder; where it needs them, which model and which weights.

Asks the worker what there is and to import a file; nothing is loaded here.
"""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from insight_app.concepts.encoders import EncoderInfo
from insight_app.gui.dialogs.wizard import offer
from insight_app.gui.dialogs.wizard.part import Part, Questions
from insight_app.gui.dialogs.wizard.weights import WeightsChoice
from insight_app.gui.settings import Settings
from insight_app.gui.state.replies import Message
from insight_app.gui.state.worker_client import Progress
from insight_app.gui.widgets import PlainLabel, dim_label

FIRST_FILE_ROW = 3


class EncoderPart(Part):
    """Encoder, model, weights: each row is there only where it is needed."""

    busy = Signal(str)
    """What is waited for; '' = nothing any more."""
    failed = Signal(object)

    def __init__(
        self, questions: Questions, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__("Encoder and dictionary", parent)
        self.questions, self._settings = questions, settings
        self.offer = offer.at_hand()
        self.grid = self.add_grid()
        self.encoder = QComboBox(self)
        self.encoder.setAccessibleName("Encoder")
        self.model = QComboBox(self)
        self.model.setAccessibleName("Model of the encoder")
        self.model_label = PlainLabel("Model", self)
        self.sentence = dim_label("", self)
        self.sentence.setWordWrap(True)
        self.grid.addWidget(PlainLabel("Encoder", self), 0, 0)
        self.grid.addWidget(self.encoder, 0, 1)
        self.grid.addWidget(self.sentence, 1, 1)
        self.grid.addWidget(self.model_label, 2, 0)
        self.grid.addWidget(self.model, 2, 1)
        self.weights: list[WeightsChoice] = []
        self._labels: list[QLabel] = []
        self._fill_encoders()
        self.encoder.currentIndexChanged.connect(lambda _index: self._encoder_chosen())
        self.model.currentIndexChanged.connect(lambda _index: self._model_chosen())
        self._encoder_chosen()
        self.ask()

    # ---- answers

    @property
    def info(self) -> EncoderInfo:
        """The chosen encoder."""
        return self.offer.named(self.encoder.currentData())

    @property
    def name(self) -> str:
        """The name of the chosen encoder."""
        return str(self.encoder.currentData())

    def title(self) -> str:
        """Return the encoder as a person reads it: "CLIP-DINOiser, ViT-B-16"."""
        return ", ".join(part for part in (self.info.title, self.model_name()) if part)

    def model_name(self) -> str:
        """Return the chosen model; '' for an encoder that has only one."""
        return str(self.model.currentData() or "") if self.info.needs_files else ""

    def options(self) -> dict[str, str]:
        """Return options for `encoders.load`; weights that are not at hand are left out."""
        if not self.info.needs_files:
            return {}
        chosen = {"model": self.model_name()}
        chosen |= {one.file.option: one.path for one in self.weights if one.path}
        return {name: value for name, value in chosen.items() if value}

    def token_dim(self) -> int | None:
        """Return D, None while it is not known."""
        return self.offer.token_dim(self.name, self.model_name())

    def missing(self) -> list[str]:
        """Return titles of the weights that are still needed."""
        return [one.file.title for one in self.weights if not one.path]

    @property
    def is_known(self) -> bool:
        """Whether all there is to choose from is known."""
        return self.offer.is_complete or not self.info.needs_files

    # ---- what there is

    def ask(self, wanted: Mapping[str, str] | None = None) -> None:
        """Ask the worker what there is; wanted: option -> path to choose then."""

        def done(reply: Message) -> None:
            self.show_offer(offer.from_reply(reply), wanted or {})

        self.questions.ask("encoders", {}, done, self.failed.emit)

    def show_offer(self, new: offer.Offer, wanted: Mapping[str, str] | None = None) -> None:
        """List what there is, keeping what was chosen."""
        self.offer = new
        self._fill_encoders()
        self._fill_models()
        self._offer_weights(wanted or {})
        self.learned.emit()

    def choose_for(self, token_dim: int) -> None:
        """Choose an encoder whose tokens have this size, unless the present one's do."""
        best = self.offer.best_for(token_dim)
        if self.token_dim() == token_dim or best is None:
            return
        name, model = best
        self.encoder.setCurrentIndex(max(0, self.encoder.findData(name)))
        if model:
            self.model.setCurrentIndex(max(0, self.model.findData(model)))

    def _fill_encoders(self) -> None:
        _fill(self.encoder, [(i.title, i.name, i.description) for i in self.offer.encoders])

    def _fill_models(self) -> None:
        fitting = self.offer.models_for(self.name)
        models = [(m.name, m.name, f"Tokens of {m.token_dim} numbers") for m in fitting]
        _fill(self.model, models or [("Looking…", "", "")])
        self.model.setEnabled(bool(models))

    # ---- rows

    def _encoder_chosen(self) -> None:
        info = self.info
        self.sentence.setText(info.description)
        for widget in (self.model_label, self.model):
            widget.setVisible(info.needs_files)
        for row in (*self._labels, *self.weights):
            self.grid.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.weights, self._labels = [], []
        for place, file in enumerate(info.files, FIRST_FILE_ROW):
            label, choice = PlainLabel(file.title, self), WeightsChoice(file, self._settings, self)
            label.setBuddy(choice)
            choice.asked.connect(lambda path, choice=choice: self.import_file(choice, path))
            choice.changed.connect(self.changed)
            label.setFixedHeight(choice.list.sizeHint().height())
            self.grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignTop)
            self.grid.addWidget(choice, place, 1)
            self._labels.append(label)
            self.weights.append(choice)
        self._fill_models()
        self._offer_weights({})
        self.changed.emit()

    def _model_chosen(self) -> None:
        self._offer_weights({})
        self.changed.emit()

    def _offer_weights(self, wanted: Mapping[str, str]) -> None:
        for choice in self.weights:
            fitting = self.offer.weights_for(choice.file, self.model_name())
            choice.offer(fitting, wanted.get(choice.file.option, ""))
            if self.offer.is_complete and not fitting:
                self._ask_source(choice)

    def _ask_source(self, choice: WeightsChoice) -> None:
        """Ask the worker how weights that are not at hand can be got."""
        model = self.model_name() if choice.file.kind == "clip" else ""

        def told(reply: Message) -> None:
            if choice in self.weights and model in ("", self.model_name()) and not choice.path:
                choice.source.show_source(str(reply["name"]), str(reply["address"]))
                self.learned.emit()

        question = {"kind": choice.file.kind, "model": model}
        self.questions.ask("weights_source", question, told, self.failed.emit)

    # ---- importing

    def import_file(self, choice: WeightsChoice, path: Path) -> None:
        """Take a file into the person's library and choose it; what was chosen stays if it fails.

        An error says why in the page's line.
        """
        option, kept = choice.file.option, choice.path

        def ended(wanted: str) -> None:
            self.busy.emit("")
            self.ask({option: wanted})

        def imported(reply: Message) -> None:
            if choice in self.weights:
                choice.show_notes([str(note) for note in reply["notes"]])
            ended(str(reply["entry"]["file"]))

        def failed(error: Exception) -> None:
            ended(kept)
            self.failed.emit(error)

        def progress(now: Progress) -> None:
            share = f" {100 * now.done // now.total} %" if now.total else ""
            self.busy.emit(f"Importing {path.name}…{share}")

        choice.set_importing(path)
        self.busy.emit(f"Importing {path.name}…")
        self.questions.ask(
            "import_model",
            {
                "path": str(path),
                "kind": choice.file.kind,
                "model": self.model_name() if choice.file.kind == "clip" else "",
            },
            imported,
            failed,
            progress,
        )


def _fill(box: QComboBox, items: list[tuple[str, str, str]]) -> None:
    """List items (text, data, tip); the chosen data stays chosen, and no signal is emitted."""
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for text, data, tip in items:
        box.addItem(text, data)
        box.setItemData(box.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(False)
