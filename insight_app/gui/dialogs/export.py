"""Export: one page with format and place; writing happens in the background.

Knows the registry of formats; the formats themselves are the exchange floor's.
"""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QWidget,
)

from insight_app.exchange import registry
from insight_app.exchange.content import Content
from insight_app.gui.session import Session
from insight_app.gui.widgets import dim_label
from insight_app.gui.window.commands import show_in_folder


class ExportDialog(QDialog):
    """Writes the curated concepts and relations to a file."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setWindowTitle("Export")
        self.setMinimumWidth(560)
        form = QFormLayout(self)
        form.setContentsMargins(24, 20, 24, 16)
        form.setVerticalSpacing(12)
        self.format = QComboBox(self)
        for one in registry.FORMATS:
            self.format.addItem(one.title, one.name)
        form.addRow("Format", self.format)
        folder = session.settings.get("last_folder") or str(Path.home())
        self.path = QLineEdit(str(Path(folder) / f"{session.project.name}.json"), self)
        choose = QPushButton("Choose…", self)
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(choose)
        form.addRow("File", row)
        self.message = dim_label("", self)
        self.message.setWordWrap(True)
        form.addRow(self.message)
        self.buttons = QDialogButtonBox(self)
        self.write = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self.write.setProperty("primary", True)
        self.show_folder = self.buttons.addButton(
            "Show in folder", QDialogButtonBox.ButtonRole.ActionRole
        )
        self.show_folder.hide()
        self.show_folder.clicked.connect(lambda: show_in_folder(Path(self.path.text())))
        self.buttons.addButton(QDialogButtonBox.StandardButton.Close)
        self.buttons.accepted.connect(self._write)
        self.buttons.rejected.connect(self.reject)
        form.addRow(self.buttons)
        self.format.currentIndexChanged.connect(lambda _index: self._fit_suffix())

    def _fit_suffix(self) -> None:
        suffix = registry.named(self.format.currentData()).suffix
        self.path.setText(str(Path(self.path.text()).with_suffix(suffix)))

    def _choose(self) -> None:
        chosen, _filter = QFileDialog.getSaveFileName(
            self,
            "Export to",
            self.path.text(),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.path.setText(chosen)
            self.session.settings.set("last_folder", str(Path(chosen).parent))

    def _write(self) -> None:
        path = Path(self.path.text()).expanduser()
        overwrite = path.exists()
        if overwrite and not self._may_replace(path):
            return
        self.write.setEnabled(False)
        self.message.setText("Writing…")
        kind = registry.named(self.format.currentData())

        def render(content: Content) -> list[Path]:
            return registry.write(content, kind, path, overwrite=overwrite)

        def collected(content: Content) -> None:
            self.session.jobs.run(render, content, done=self._written, failed=self._failed)

        self.session.ask_project(_collect, collected, self._failed)

    def _may_replace(self, path: Path) -> bool:
        answer = QMessageBox.question(self, "Replace", f"{path.name} is there already. Replace it?")
        return answer == QMessageBox.StandardButton.Yes

    def _written(self, paths: list[Path]) -> None:
        self.write.setEnabled(True)
        self.show_folder.show()
        self.message.setText("Written: " + ", ".join(path.name for path in paths))

    def _failed(self, error: Exception) -> None:
        self.write.setEnabled(True)
        self.message.setText(str(error))


def _collect(project: Any) -> Content:
    """Runs on the project's thread."""
    from insight_app.exchange.collecting import collect

    return collect(project)
