"""The page Quality: every figure with its interval, count and controls, and measuring anew.

Shows the session's report; how figures are measured is the worker's matter.
"""

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from insight_app.errors import WorldError
from insight_app.exchange import quality_report
from insight_app.figures import counted
from insight_app.gui.dialogs.files import Purpose, choose_file, choose_folder, choose_new_file
from insight_app.gui.panel import Panel
from insight_app.gui.photo.no_photos import show_buttons, why_none
from insight_app.gui.quality.figure_tree import FigureTree
from insight_app.gui.state.quality_control import Beside
from insight_app.gui.state.session import Session
from insight_app.gui.trouble_line import WrappedText
from insight_app.gui.widgets import ElidedLabel, EmptyState, KeyButton, thin_line
from insight_app.gui.wording import command_text, time_left, tooltip
from insight_app.project.quality.report import QualityReport

NO_PHOTOS = "No photos in this project yet. How good its concepts are can be measured on photos."
WAITING = "How good the concepts are can be measured as soon as photos are analyzed."
NEVER = (
    "Nothing was measured yet. Figures appear here with their intervals, and beside each what an "
    "untrained dictionary, random directions and other controls reach on the same photos."
)
NO_CLIP = "No figure here was ever checked with weights of a real CLIP."
MASKS = "Masks"
DETAIL_LINES = 7


class QualityPanel(Panel):
    """Figures in groups; below, all about the one that is current."""

    title = "Quality"
    object_name = "quality"
    follows = frozenset({"project", "results"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.masks: Path | None = None
        self.classes: Path | None = None
        self._add_actions()
        self.tree = FigureTree(self._name_of, self)
        self.tree.chosen.connect(self._choose)
        self.basis = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self.basis.setProperty("dim", True)
        self.basis.setContentsMargins(12, 4, 12, 4)
        self.details = WrappedText(self)
        self.details.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.details.setFixedHeight(DETAIL_LINES * self.fontMetrics().lineSpacing() + 12)
        self.tree.told.connect(self.details.set_text)
        self.shown = QWidget(self)
        column = QVBoxLayout(self.shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.basis)
        column.addWidget(self.tree, 1)
        column.addWidget(thin_line(self))
        told = QHBoxLayout()
        told.setContentsMargins(12, 6, 12, 0)
        told.addWidget(self.details)
        column.addLayout(told)
        self.empty = EmptyState(NEVER, self)
        self.add = self.empty.add_action(session.actions, "analysis.add")
        self.choose_folders = self.empty.add_action(session.actions, "analysis.folders")
        self.body.addWidget(self.shown, 1)
        self.body.addWidget(self.empty, 1)
        self._build_foot()
        self.setFocusProxy(self.tree)
        session.quality.changed.connect(self.invalidate)
        session.analysis.started.connect(self.invalidate)
        session.analysis.progress.connect(lambda _progress: self.invalidate())
        self.refresh_while_empty()

    # ---- building

    def _add_actions(self) -> None:
        add = self.session.actions.add
        add("quality.measure", "&Measure quality", "Ctrl+Shift+M", self.measure,
            context="Quality", panel=self, icon="chart-bar",
            tip="Measure on photos of this project; goes on while you work")  # fmt: skip
        add("quality.stop", "Stop measuring", "", self.session.quality.cancel, context="Quality",
            panel=self)  # fmt: skip
        add("quality.compare", "Compare with another project…", "", self._choose_project,
            context="Quality", panel=self,
            tip="Its newest report beside this one, with marks where they differ")  # fmt: skip
        add("quality.masks", "Measure with masks…", "", self._choose_masks, context="Quality",
            panel=self,
            tip="A folder of masks, and a CSV file of what their numbers mean")  # fmt: skip
        add("quality.export", "Export report…", "", self._export, context="Quality", panel=self,
            tip="As JSON, CSV or text")  # fmt: skip
        add("quality.copy", "Copy report", "", self._copy, context="Quality", panel=self,
            tip="The figures, to be pasted into a spreadsheet")  # fmt: skip

    def _build_foot(self) -> None:
        actions = self.session.actions
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.start = KeyButton(actions, "quality.measure", primary=True, parent=self)
        self.stop = QPushButton("Cancel", self)
        self.stop.clicked.connect(actions["quality.stop"].trigger)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(96, 8)
        self.words = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self.compare = self._menu_button("Compare", "Another report beside this one")
        self.compare_menu = self.compare.menu()
        self.compare_menu.aboutToShow.connect(self._fill_compare)
        self.take = self._menu_button("Report", "Export or copy what is shown")
        for id in ("quality.export", "quality.copy", "quality.masks"):
            self.take.menu().addAction(actions[id])
        row.addWidget(self.start)
        row.addWidget(self.stop)
        row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.words, 1)
        row.addWidget(self.compare)
        row.addWidget(self.take)
        self.foot.addLayout(row)

    def _menu_button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMenu(QMenu(button))
        return button

    # ---- what is shown

    def refresh(self) -> None:
        session, quality = self.session, self.session.quality
        if "project" in self.reasons:
            self.masks = self.classes = None
        results = session.state.results
        has_codes = results is not None and bool(results.coded_images)
        quality.want()
        report = quality.report if has_codes else None
        self.shown.setVisible(report is not None)
        self.empty.setVisible(report is None)
        show_buttons(session, self.add, self.choose_folders)
        if report is None:
            none_yet = why_none(session, NO_PHOTOS) if session.lacks_photos else WAITING
            self.empty.set_text(NEVER if has_codes else none_yet)
            self.set_info("")
        else:
            self.set_info(_when(report), f"Measured {report.made} in {report.seconds:g} s")
            self.basis.setText(_basis(report, quality.beside))
            self.basis.setToolTip(tooltip(f"{_basis(report, quality.beside)}\n{NO_CLIP}"))
        self.tree.show_report(report, quality.beside)
        self._show_trouble()
        self._show_work(has_codes)

    def _show_trouble(self) -> None:
        quality = self.session.quality
        if quality.error is not None:
            self.show_error(quality.error, "Try again", self.measure)
        elif quality.is_measuring:
            self.trouble.hide()
        elif quality.unkept:
            self.trouble.show_trouble(
                f"This report is shown but not kept. {quality.unkept}", can_dismiss=True
            )
        elif quality.stale and quality.report is not None:
            self.trouble.show_trouble(
                f"These figures do not hold any more: {quality.stale}",
                "Measure again",
                self.measure,
            )
        else:
            self.trouble.hide()

    def _show_work(self, has_codes: bool) -> None:
        session, quality = self.session, self.session.quality
        is_busy, progress = quality.is_measuring, quality.progress
        actions = session.actions
        actions.set_enabled("quality.measure", has_codes and not is_busy)
        actions.set_enabled("quality.stop", is_busy)
        for id in ("quality.export", "quality.copy", "quality.compare"):
            actions.set_enabled(id, quality.report is not None)
        self.compare.setEnabled(quality.report is not None)
        self.take.setEnabled(has_codes)
        self.start.setVisible(not is_busy)
        self.stop.setVisible(is_busy)
        self.bar.setVisible(is_busy)
        text = ""
        if is_busy and progress is None:
            self.bar.setRange(0, 0)
            waits = session.analysis.is_running
            text = "Waits until the analysis is done…" if waits else "Measuring…"
        elif is_busy and progress is not None:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done)
            text = progress.message
            if progress.seconds_left is not None:
                text += f", {time_left(progress.seconds_left)} left"
        elif self.masks is not None:
            text = f"with masks of {self.masks.name}"
        self.words.setText(text)

    # ---- concepts that stand out

    def _is_of_this_dictionary(self) -> bool:
        report, results = self.session.quality.report, self.session.state.results
        if report is None or results is None:
            return False
        return report.basis.dictionary == results.dictionary.fingerprint

    def _name_of(self, row: int) -> str:
        state = self.session.state
        is_known = self._is_of_this_dictionary() and state.has_row(row)
        return state.shown(row).told_apart if is_known else ""

    def _choose(self, rows: list[int]) -> None:
        state = self.session.state
        if self._is_of_this_dictionary():
            known = [row for row in rows if state.has_row(row)]
            self.session.selection.select(concepts=state.ids_of(known))

    # ---- what can be done

    def measure(self) -> None:
        """Measure anew; what is shown stays until the new figures are there."""
        device = self.session.settings.get("device")
        self.session.quality.measure(device, self.masks, self.classes)

    def _choose_masks(self) -> None:
        settings = self.session.settings
        folder = choose_folder(self, "Masks of these photos", settings, Purpose.PHOTOS)
        if folder is None:
            return
        kinds = "Names of the classes (*.csv)"
        file = choose_file(self, "What the masks' numbers mean", settings, Purpose.PHOTOS, kinds)
        if file is not None:
            self.masks, self.classes = folder, file
            self.measure()

    def _choose_project(self) -> None:
        title = "The project to compare with"
        path = choose_folder(self, title, self.session.settings, Purpose.PROJECTS)
        if path is not None:
            self.session.quality.compare_with(path)

    def _fill_compare(self) -> None:
        quality, menu = self.session.quality, self.compare_menu
        menu.clear()
        nothing = menu.addAction("Nothing beside it", partial(quality.set_beside, None))
        nothing.setEnabled(quality.beside is not None)
        menu.addSeparator()
        for older in quality.older:
            beside = Beside(_when(older), older)
            label = f"{_when(older)}, {counted(older.photos, 'photo')}"
            menu.addAction(command_text(label), partial(quality.set_beside, beside))
        menu.addSeparator()
        menu.addAction(self.session.actions["quality.compare"])

    def _export(self) -> None:
        report, settings = self.session.quality.report, self.session.settings
        if report is None:
            return
        kinds = ";;".join(f"{name} (*.{end})" for end, name in quality_report.KINDS.items())
        name = f"{Path(report.project).stem} quality.json"
        path = choose_new_file(self, "Export the quality report", settings, name, kinds)
        if path is None:
            return
        try:
            quality_report.write(report, path)
        except WorldError as error:
            self.show_error(error)
        else:
            self.session.messages.say(f"Saved {path.name}")

    def _copy(self) -> None:
        report = self.session.quality.report
        if report is not None:
            QGuiApplication.clipboard().setText(quality_report.tabbed(report))
            self.session.messages.say(f"Copied {counted(len(report.figures), 'figure')}")


def _when(report: QualityReport) -> str:
    """Return when a report was made, in local time."""
    try:
        made = datetime.fromisoformat(report.made).astimezone()
    except ValueError:
        return report.made
    return made.strftime("%Y-%m-%d %H:%M")


def _basis(report: QualityReport, beside: Beside | None) -> str:
    """Return on what a report was measured, and what stands beside it."""
    basis = report.basis
    of_all = f" of {basis.photos:,}" if report.photos < basis.photos else ""
    text = (
        f"{report.photos:,}{of_all} photos, {counted(report.cells, 'cell')}; "
        f"dictionary {basis.dictionary[:8]}; results {basis.generation}"
    )
    return text if beside is None else f"{text}; beside it: {beside.title}"
