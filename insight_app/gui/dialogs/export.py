"""Export: one page with format and place; writing happens in the background.

Knows the registry of formats; the formats themselves are the exchange floor's. A format that is a
folder of weights is written by the worker, which has torch.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QWidget,
)

from insight_app.exchange import registry
from insight_app.exchange.content import DEFAULT_LANGUAGE, Content
from insight_app.gui.dialogs.confirming import confirm
from insight_app.gui.dialogs.files import (
    Purpose,
    choose_folder,
    choose_new_file,
    start_folder,
)
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.replies import Message
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel, dim_label, restyle
from insight_app.gui.wording import show_in_folder, words
from insight_app.plain_text import file_name

if TYPE_CHECKING:
    from insight_app.project.project import Project


MOST_LINES = 10
"""Lines of what is told that are seen at once."""


class ExportDialog(QDialog):
    """Writes the curated concepts and relations of a project to a file."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        project = session.state.project
        assert project is not None  # there is nothing to export before
        self.session, self.project = session, project
        self.setWindowTitle("Export")
        self.setMinimumWidth(560)
        form = QFormLayout(self)
        form.setContentsMargins(24, 20, 24, 16)
        form.setVerticalSpacing(12)
        self.format = QComboBox(self)
        for one in registry.FORMATS:
            self.format.addItem(one.title, one.name)
        form.addRow("Format", self.format)
        folder = start_folder(session.settings, Purpose.EXPORTS)
        self.path = QLineEdit(str(folder / f"{file_name(project.name)}.json"), self)
        self.path.setAccessibleName("Where to")
        choose = QPushButton("Choose…", self)
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(choose)
        self.path_label = PlainLabel("File", self)
        form.addRow(self.path_label, row)
        self.language = QLineEdit(self)
        self.language.setText(self._language())
        self.language.setReadOnly(session.state.read_only)
        self.language.setToolTip(
            "A code such as en, de or pt-BR. It belongs to the project; machine names are English"
        )
        self.language_label = PlainLabel("Your names are in", self)
        self.language_label.setBuddy(self.language)
        form.addRow(self.language_label, self.language)
        self.message = dim_label("", self)
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.told = QScrollArea(self)
        self.told.setWidgetResizable(True)
        self.told.setFrameShape(QFrame.Shape.NoFrame)
        self.told.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.told.setWidget(self.message)
        form.addRow(self.told)
        self._tell("")
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        keeps = self.bar.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(keeps)
        self.bar.hide()
        form.addRow(self.bar)
        self.buttons = QDialogButtonBox(self)
        self.write = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self.write.setProperty("primary", True)
        restyle(self.write)
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

    def _language(self) -> str:
        return self.project.judgements.state.language or DEFAULT_LANGUAGE

    @property
    def kind(self) -> registry.Format:
        """The chosen format."""
        return registry.named(self.format.currentData())

    def _fit_suffix(self) -> None:
        """Give the path the ending of a file, or of a folder none."""
        if self.path.text():
            self.path.setText(str(registry.other_ending(Path(self.path.text()), self.kind)))
        self.path_label.setText("Folder" if self.kind.is_folder else "File")
        self._tell("")
        self.show_folder.hide()

    def _choose(self) -> None:
        settings, typed = self.session.settings, Path(self.path.text()).expanduser()
        start = typed.parent if typed.parent.is_dir() else None
        if self.kind.is_folder:
            chosen = choose_folder(self, "Export into", settings, Purpose.EXPORTS, start)
        else:
            chosen = choose_new_file(
                self, "Export to", settings, typed.name, start=start, asks_to_replace=False
            )
        if chosen is not None:
            self.path.setText(str(chosen))

    def _write(self) -> None:
        kind, language = self.kind, self.language.text().strip()
        path = Path(self.path.text()).expanduser()
        if not kind.is_folder:
            path = registry.named_file(path, kind)
            self.path.setText(str(path))
        if problem := _refusal(path, language):
            self._tell(problem)
            return
        overwrite = (
            any(path.iterdir())
            if kind.is_folder and os.path.isdir(path)  # noqa: PTH112 (no error of a long name)
            else os.path.lexists(path)
        )
        if overwrite and not self._may_replace(path):
            return
        if not self.language.isReadOnly() and language != self._language():
            self.session.curation.set_language(language)
        self.session.settings.set_folder(Purpose.EXPORTS.value, str(path.parent))
        self._set_busy(True)
        self._tell("Writing…")
        if kind.is_folder:
            self.session.worker.request(
                "export",
                project=str(self.project.path),
                format=kind.name,
                output=str(path),
                overwrite=overwrite,
                scope=Scope.PROJECT,
                done=self._written_by_worker,
                stopped=self._stopped,
                failed=self._failed,
            )
            return

        def render(content: Content) -> tuple[list[Path], list[str]]:
            told = replace(content, provenance=replace(content.provenance, language=language))
            files = registry.write(told, kind, path, overwrite=overwrite)
            return files, [str(one) for one in kind.left_out(told)]

        def collected(content: Content) -> None:
            self.session.jobs.run(
                partial(render, content),
                done=lambda written: self._written(*written),
                failed=self._failed,
                scope=Scope.PROJECT,
            )

        collect = partial(_collect, has_places=kind.has_places)
        self.session.projects.ask(collect, collected, self._failed)

    def _tell(self, text: str) -> None:
        """Show what happened; a long list of what is left out is scrolled."""
        self.message.setText(text)
        line, width = self.fontMetrics().lineSpacing(), self.told.viewport().width()
        height = max(line, min(MOST_LINES * line, self.message.heightForWidth(width)))
        self.told.setFixedHeight(height + 4)
        self.told.verticalScrollBar().setValue(0)
        self.adjustSize()

    def _set_busy(self, is_busy: bool) -> None:
        self.write.setEnabled(not is_busy)
        self.bar.setVisible(is_busy)

    def _may_replace(self, path: Path) -> bool:
        text = f"{path.name} is there already. Replace it?"
        if self.kind.is_folder:
            text = f"There are files in {path.name} already. Replace those of the same names?"
        return confirm(self, "Replace", text, do="Replace", keep="Keep what is there")

    def _written_by_worker(self, reply: Message) -> None:
        self._written([Path(str(file)) for file in reply["files"]], reply["left_out"])

    def _written(self, paths: list[Path], left_out: Sequence[str] = ()) -> None:
        self._set_busy(False)
        self.show_folder.show()
        names = ", ".join(path.name for path in paths)
        lines = [f"Written into {paths[0].parent}: {names}", *left_out]
        self._tell("\n".join(lines))

    def _stopped(self) -> None:
        self._set_busy(False)
        self._tell("Stopped. What was there before is still there.")

    def _failed(self, error: Exception) -> None:
        self._set_busy(False)
        self._tell(words(error))


def _refusal(path: Path, language: str) -> str:
    """Return why nothing can be written there, in words; '' if something can."""
    from insight_app.project.judgements.targets import is_language

    if not path.name:
        return "A file needs a name."
    if not is_language(language):
        return f"“{language}” is no code of a language: use one such as en, de, fr or pt-BR."
    return ""


def _collect(project: "Project", has_places: bool) -> Content:
    """Collect what there is to export; runs on the project's thread."""
    from insight_app.exchange.collecting import collect

    return collect(project, has_places=has_places)
