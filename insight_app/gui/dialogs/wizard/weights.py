"""One file of weights that an encoder needs: what is at hand for it, or one to be imported."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from insight_app.concepts.encoders import WeightsFile
from insight_app.gui.dialogs.files import Purpose, choose_file
from insight_app.gui.dialogs.wizard.offer import Weights
from insight_app.gui.dialogs.wizard.weights_source import WeightsSource
from insight_app.gui.settings import Settings
from insight_app.gui.widgets import dim_label
from insight_app.gui.wording import size_text, tooltip
from insight_app.plain_text import shortened, visible

ENDINGS = "Weights (*.pt *.pth *.ckpt *.bin *.safetensors *.index.json);;All files (*)"


class WeightsChoice(QWidget):
    """`asked(path)` when a person points to a file; whoever imports it calls `offer` again."""

    asked = Signal(Path)
    changed = Signal()
    """Another file is chosen."""

    def __init__(
        self, file: WeightsFile, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.file, self._settings = file, settings
        self.list = QComboBox(self)
        self.list.setAccessibleName(file.title)
        self.list.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.list.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.open = QPushButton("Choose a file…", self)
        self.open.setAccessibleName(f"Choose a file: {file.title}")
        self.open.setAutoDefault(False)
        self.open.clicked.connect(self._choose)
        self.source = WeightsSource(self)
        self.notes = dim_label("", self)
        self.notes.setWordWrap(True)
        self.notes.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.addWidget(self.list, 1)
        row.addWidget(self.open)
        column.addLayout(row)
        column.addWidget(self.source)
        column.addWidget(self.notes)
        self.setFocusProxy(self.list)

    @property
    def path(self) -> str:
        """The chosen file; '' where there is none yet."""
        return str(self.list.currentData() or "")

    def offer(self, weights: list[Weights], wanted: str = "") -> None:
        """List what is at hand; `wanted` (else what was chosen before) is chosen if it is there."""
        before = wanted or self.path
        self.list.blockSignals(True)
        self.list.clear()
        for one in weights:
            where = "download cache" if one.is_cached else "library"
            self.list.addItem(
                f"{shortened(visible(one.name), 60)}  ({size_text(one.size)}, {where})", one.path
            )
            tip = tooltip(one.path)
            self.list.setItemData(self.list.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        if not weights:
            self.list.addItem("None at hand", "")
        self.list.setCurrentIndex(max(0, self.list.findData(before)))
        self.list.blockSignals(False)
        self.setEnabled(True)
        if weights:
            self.source.hide()

    def show_notes(self, notes: Sequence[str]) -> None:
        """Show where in an imported file the weights were, and what they lack."""
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))

    def set_importing(self, path: Path) -> None:
        """Show that a file is being taken in."""
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItem(f"Importing {shortened(visible(path.name), 60)}…", "")
        self.list.blockSignals(False)
        self.show_notes(())
        self.setEnabled(False)

    def _choose(self) -> None:
        chosen = choose_file(self, self.file.title, self._settings, Purpose.WEIGHTS, ENDINGS)
        if chosen is not None:
            self.asked.emit(chosen)
