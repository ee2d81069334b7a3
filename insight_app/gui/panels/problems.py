"""Everything that went wrong and what to do about it, as a list with buttons.

Reads the results' and the project's own words; knows no files itself.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import ElidedLabel, EmptyState, dim_label, thin_line
from insight_app.gui.wording import show_in_folder

UNFINISHED = ("interrupted", "cancelled", "failed")
SHOWN = 200
"""Rows shown at most; the rest is counted."""


@dataclass(frozen=True)
class Row:
    what: str
    where: str
    kept: str
    do: str


@dataclass(frozen=True)
class Trouble:
    """All rows; whether photos moved, and whether the last analysis did not come to its end."""

    rows: list[Row]
    has_missing: bool
    is_unfinished: bool


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
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.area, 1)

    def refresh(self) -> None:
        results = self.session.state.results
        if results is None:
            self._show(Trouble([], False, False))
        else:
            self.session.jobs.run(partial(_trouble, results), done=self._show, key="problems")

    def _find_moved(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where the photos are now")
        if chosen:
            self.session.analysis.analyze(folders=[chosen])

    def _show(self, trouble: Trouble) -> None:
        rows = trouble.rows
        can_write = not self.session.state.read_only
        self.find_moved.setVisible(trouble.has_missing and can_write)
        self.resume.setVisible(trouble.is_unfinished and can_write)
        self.bar.setVisible(can_write and (trouble.has_missing or trouble.is_unfinished))
        project = self.session.state.project
        warnings = [Row(text, "", "", "") for text in getattr(project, "warnings", ())]
        rows = warnings + rows
        self.set_info(f"{len(rows):,}" if rows else "")
        self.empty.setVisible(not rows)
        self.area.setVisible(bool(rows))
        inside = QWidget(self.area)
        inside.setProperty("base", True)
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in rows[:SHOWN]:
            column.addWidget(self._row(row, inside))
            column.addWidget(thin_line(inside))
        if len(rows) > SHOWN:
            column.addWidget(dim_label(f"  and {len(rows) - SHOWN:,} more", inside))
        column.addStretch(1)
        self.area.setWidget(inside)

    def _row(self, row: Row, parent: QWidget) -> QWidget:
        widget = QWidget(parent)
        line = QHBoxLayout(widget)
        line.setContentsMargins(12, 8, 12, 8)
        words = QVBoxLayout()
        words.setSpacing(2)
        line.addLayout(words, 1)
        if row.where:
            name = ElidedLabel(row.where, widget)
            name.setFont(theme.bold(self.font()))
            name.setToolTip(row.where)
            words.addWidget(name)
        text = QLabel(" ".join(part for part in (row.what, row.kept, row.do) if part), widget)
        text.setWordWrap(True)
        words.addWidget(text)
        if row.where:
            button = QPushButton("Show in folder", widget)
            button.clicked.connect(
                lambda _checked=False, path=row.where: show_in_folder(Path(path))
            )
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return widget


def _trouble(results: Any) -> Trouble:
    """Runs on the pool."""
    rows = [
        Row(problem.what, str(problem.path), problem.kept, problem.do)
        for problem in results.problems()
    ]
    unfinished = results.run_state in UNFINISHED
    if unfinished:
        what = f"The last analysis stopped after {results.coded_images:,} of "
        what += f"{results.image_count:,} photos."
        rows.insert(0, Row(what, "", "What was analyzed is kept.", ""))
    return Trouble(rows, len(results.image_ids(status="missing")) > 0, unfinished)
