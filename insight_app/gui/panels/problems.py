"""Everything that went wrong and what to do about it, as a list with buttons.

Reads the results' and the project's own words; knows no files itself.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from insight_app.gui import theme
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import (
    ElidedLabel,
    EmptyState,
    base_widget,
    dim_label,
    plain_label,
    scrolled,
    thin_line,
)
from insight_app.gui.wording import show_in_folder, tooltip

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results

UNFINISHED = ("interrupted", "cancelled", "failed")
SHOWN = 200
"""Rows shown at most; the rest is counted."""


@dataclass(frozen=True)
class ProblemLine:
    """What is wrong, where (a path, or ''), what was kept, and what to do."""

    what: str
    where: str = ""
    kept: str = ""
    do: str = ""


@dataclass(frozen=True)
class ResultProblems:
    """All lines; whether photos moved, and whether the last analysis did not come to its end."""

    lines: tuple[ProblemLine, ...] = ()
    has_missing: bool = False
    is_unfinished: bool = False


class ProblemsPanel(Panel):
    """Unreadable photos, moved folders, and what else needs a person."""

    title = "Problems"
    object_name = "problems"
    follows = frozenset({"project", "results"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.empty = EmptyState(
            "Nothing is wrong. Photos that cannot be read are listed here.", self
        )
        self.bar = QWidget(self)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(12, 8, 12, 0)
        self.find_moved = QPushButton("Find moved photos…", self.bar)
        self.find_moved.setToolTip("Point to where they are now; they are known by their content")
        self.find_moved.clicked.connect(self._find_moved)
        self.resume = QPushButton("Resume the analysis", self.bar)
        self.resume.clicked.connect(session.actions["analysis.resume"].trigger)
        row.addWidget(self.find_moved)
        row.addWidget(self.resume)
        row.addStretch(1)
        self.body.addWidget(self.bar)
        self.area = scrolled(base_widget(self), self)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.area, 1)

    def refresh(self) -> None:
        results = self.session.state.results
        if results is None:
            self._show(ResultProblems())
        else:
            self.session.jobs.run(partial(find_problems, results), done=self._show, key="problems")

    def _find_moved(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where the photos are now")
        if chosen:
            self.session.analysis.analyze(folders=[chosen])

    def _show(self, found: ResultProblems) -> None:
        state = self.session.state
        can_write = not state.read_only
        self.find_moved.setVisible(found.has_missing and can_write)
        self.resume.setVisible(found.is_unfinished and can_write)
        self.bar.setVisible(can_write and (found.has_missing or found.is_unfinished))
        warnings = () if state.project is None else state.project.warnings
        lines = [*map(ProblemLine, warnings), *found.lines]
        self.set_info(f"{len(lines):,}" if lines else "")
        self.empty.setVisible(not lines)
        self.area.setVisible(bool(lines))
        inside = base_widget(self.area)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for line in lines[:SHOWN]:
            column.addWidget(self._line_widget(line, inside))
            column.addWidget(thin_line(inside))
        if len(lines) > SHOWN:
            column.addWidget(dim_label(f"  and {len(lines) - SHOWN:,} more", inside))
        column.addStretch(1)
        self.area.setWidget(inside)

    def _line_widget(self, line: ProblemLine, parent: QWidget) -> QWidget:
        widget = QWidget(parent)
        row = QHBoxLayout(widget)
        row.setContentsMargins(12, 8, 12, 8)
        words = QVBoxLayout()
        words.setSpacing(2)
        row.addLayout(words, 1)
        if line.where:
            name = ElidedLabel(line.where, widget)
            name.setFont(theme.bold(self.font()))
            name.setToolTip(tooltip(line.where))
            words.addWidget(name)
        parts = (line.what, line.kept, line.do)
        text = plain_label(" ".join(part for part in parts if part), widget)
        text.setWordWrap(True)
        words.addWidget(text)
        if line.where:
            button = QPushButton("Show in folder", widget)
            button.clicked.connect(partial(_show_place, Path(line.where)))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return widget


def _show_place(path: Path, _checked: bool = False) -> None:
    show_in_folder(path)


def find_problems(results: "Results") -> ResultProblems:
    """Read what is wrong with the photos and with the last analysis; runs on the pool."""
    lines = [
        ProblemLine(problem.what, str(problem.path), problem.kept, problem.do)
        for problem in results.problems()
    ]
    is_unfinished = results.run_state in UNFINISHED
    if is_unfinished:
        what = (
            f"The last analysis stopped after {results.coded_images:,} of "
            f"{results.image_count:,} photos."
        )
        lines.insert(0, ProblemLine(what, kept="What was analyzed is kept."))
    has_missing = results.image_ids(status="missing").size > 0
    return ResultProblems(tuple(lines), has_missing, is_unfinished)
