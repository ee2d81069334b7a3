"""One file of weights that an encoder needs: what is at hand for it, or one to be imported."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QSizePolicy, QWidget

from insight_app.concepts.encoders import WeightsFile
from insight_app.gui.dialogs.wizard.offer import Weights
from insight_app.gui.wording import size_text, tooltip

FROM_FILE = "from file"
ENDINGS = "Weights (*.pt *.pth *.bin *.safetensors);;All files (*)"


class WeightsChoice(QComboBox):
    """`asked(path)` when a person points to a file; whoever imports it calls `offer` again."""

    asked = Signal(Path)

    def __init__(self, file: WeightsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = file
        self.setAccessibleName(file.title)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.activated.connect(self._chosen)

    @property
    def path(self) -> str:
        """The chosen file; '' where there is none yet."""
        chosen = self.currentData()
        return "" if chosen in (None, FROM_FILE) else str(chosen)

    def offer(self, weights: list[Weights], wanted: str = "") -> None:
        """List what is at hand; `wanted` (else what was chosen before) is chosen if it is there."""
        before = wanted or self.path
        self.blockSignals(True)
        self.clear()
        for one in weights:
            where = "download cache" if one.is_cached else "library"
            self.addItem(f"{one.name}  ({size_text(one.size)}, {where})", one.path)
            self.setItemData(self.count() - 1, tooltip(one.path), Qt.ItemDataRole.ToolTipRole)
        if not weights:
            self.addItem("None at hand", "")
        self.insertSeparator(self.count())
        self.addItem("From a file…", FROM_FILE)
        self.setCurrentIndex(max(0, self.findData(before)))
        self.blockSignals(False)
        self.setEnabled(True)

    def set_importing(self, path: Path) -> None:
        """Show that a file is being taken in."""
        self.blockSignals(True)
        self.clear()
        self.addItem(f"Importing {path.name}…", "")
        self.blockSignals(False)
        self.setEnabled(False)

    def _chosen(self, index: int) -> None:
        if self.itemData(index) != FROM_FILE:
            return
        self.setCurrentIndex(0)
        chosen, _kind = QFileDialog.getOpenFileName(self, self.file.title, "", ENDINGS)
        if chosen:
            self.asked.emit(Path(chosen))
