"""Everything that went wrong and what to do about it, as a list with buttons.

Reads the results' and the project's own words; knows no files itself.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.dialogs.confirming import confirm
from insight_app.gui.dialogs.folders import point_to
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import READ_ONLY, Session
from insight_app.gui.state.troubles import Gravity, Trouble
from insight_app.gui.widgets import (
    ElidedLabel,
    EmptyState,
    PlainLabel,
    base_widget,
    dim_label,
    scrolled,
    thin_line,
)
from insight_app.gui.wording import show_in_folder, tooltip
from insight_app.project.photos.decoding import NEWEST_RULE

if TYPE_CHECKING:
    from insight_app.project.results.records import ProblemKind
    from insight_app.project.results.snapshot import Results

UNFINISHED = ("interrupted", "cancelled", "failed")
LISTED = (Gravity.UNSAVED, Gravity.FAILED, Gravity.UNFINISHED)
"""Troubles that the results do not tell of themselves."""
SHOWN = 200
"""Rows shown at most; the rest is counted."""
TOGETHER = ("not taken", "pattern", "note", "passed over")
"""Kinds of which one line tells of many files."""


@dataclass(frozen=True)
class ProblemLine:
    """What is wrong, where (a path, or ''), what was kept, what to do, and of which kind it is.

    count: of so many files, of which `where` is the first. is_lesser: it is no trouble.
    """

    what: str
    where: str = ""
    kept: str = ""
    do: str = ""
    kind: "ProblemKind | Literal['older rule'] | None" = None
    count: int = 1
    is_lesser: bool = False
    trouble: tuple[object, Trouble] | None = None
    """A trouble of the window with its key; it brings its own button."""


@dataclass(frozen=True)
class ResultProblems:
    """The first lines and how many there are, and whether the last analysis came to no end."""

    lines: tuple[ProblemLine, ...] = ()
    count: int = 0
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
        self.folders = QPushButton("Photo folders…", self.bar)
        self.folders.setToolTip("Where the photos are; take folders out and put them back")
        self.folders.clicked.connect(session.actions["analysis.folders"].trigger)
        session.folders.changed.connect(self.invalidate)
        session.troubles.changed.connect(self.invalidate)
        self.resume = QPushButton("Resume the analysis", self.bar)
        self.resume.clicked.connect(session.actions["analysis.resume"].trigger)
        row.addWidget(self.folders)
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

    def _show(self, found: ResultProblems) -> None:
        state = self.session.state
        can_write = not state.read_only
        self.resume.setVisible(found.is_unfinished and can_write)
        self.bar.setVisible(state.results is not None)
        warnings = () if state.project is None else state.project.warnings
        troubles = [
            ProblemLine(one.text, trouble=(key, one))
            for key, one in self.session.troubles.present
            if one.gravity in LISTED or key == READ_ONLY
        ]
        lines = [*troubles, *map(ProblemLine, warnings), *found.lines]
        count = len(troubles) + len(warnings) + found.count
        self.set_info(f"{count:,}" if count else "")
        self.empty.setVisible(not lines)
        self.area.setVisible(bool(lines))
        inside = base_widget(self.area)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for line in lines:
            column.addWidget(self._line_widget(line, inside))
            column.addWidget(thin_line(inside))
        if (more := found.count - sum(not line.is_lesser for line in found.lines)) > 0:
            column.addWidget(dim_label(f"  and {more:,} more", inside))
        column.addStretch(1)
        self.area.setWidget(inside)

    def _line_widget(self, line: ProblemLine, parent: QWidget) -> QWidget:
        widget = QWidget(parent)
        row = QHBoxLayout(widget)
        row.setContentsMargins(12, 8, 12, 8)
        words = QVBoxLayout()
        words.setSpacing(2)
        row.addLayout(words, 1)
        is_together = line.kind in TOGETHER
        head = line.what if is_together else line.where
        if head:
            name = ElidedLabel(head, widget)
            if not line.is_lesser:
                name.setFont(theme.bold(self.font()))
            name.setToolTip(tooltip(head))
            words.addWidget(name)
        parts = ("" if is_together else line.what, line.kept, line.do)
        make = dim_label if line.is_lesser else PlainLabel
        text = make(" ".join(part for part in parts if part), widget)
        text.setWordWrap(True)
        words.addWidget(text)
        if line.where or line.kind or (line.trouble is not None and line.trouble[1].button):
            button = self._button(line, widget)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return widget

    def _ask_to_read_again(self) -> None:
        """Ask before all photos are coded anew: it takes as long as the first time."""
        details = "It takes as long as the first analysis. Everything that was judged stays."
        if confirm(
            self,
            "Analyze again",
            "Read and code all photos anew?",
            do="Analyze again",
            keep="Leave as it is",
            details=details,
        ):
            self.session.analysis.analyze(read_again=True)

    def _button(self, line: ProblemLine, parent: QWidget) -> QPushButton:
        """Return the button that mends a problem where one can, else one that shows its place."""
        path, session = Path(line.where), self.session
        can_write = not session.state.read_only
        if line.trouble is not None:
            key, trouble = line.trouble
            button = QPushButton(trouble.button, parent)
            button.clicked.connect(lambda: session.troubles.mend(key))
        elif line.kind in ("folder missing", "missing") and can_write:
            button = QPushButton("Point to the folder…", parent)
            folder = path if line.kind == "folder missing" else path.parent
            button.clicked.connect(lambda: point_to(session, folder, self))
        elif line.kind == "older rule" and can_write:
            button = QPushButton("Analyze again…", parent)
            button.clicked.connect(self._ask_to_read_again)
        elif line.kind == "removed" and can_write:
            button = QPushButton("Put it back", parent)
            button.clicked.connect(lambda: session.folders.put_back([path]))
        elif line.kind == "pattern":
            button = QPushButton("Photo folders…", parent)
            button.clicked.connect(session.actions["analysis.folders"].trigger)
        else:
            button = QPushButton("Show in folder", parent)
            button.clicked.connect(lambda: show_in_folder(path))
        return button


def find_problems(results: "Results") -> ResultProblems:
    """Read what is wrong with the photos and with the last analysis; runs on the pool."""
    from insight_app.project.results.records import LESSER

    lines = [
        ProblemLine(
            problem.what,
            str(problem.path),
            problem.kept,
            problem.do,
            problem.kind,
            problem.count,
            problem.kind in LESSER,
        )
        for problem in results.problems(limit=SHOWN)
    ]
    # That photos wait to be analyzed is told by a trouble, which asks whether somebody is at it.
    is_unfinished = not results.uncoded_images and results.run_state in UNFINISHED
    if is_unfinished:
        what = (
            f"The last analysis stopped after {results.coded_images:,} of "
            f"{counted(results.image_count, 'photo')}."
        )
        lines.insert(0, ProblemLine(what, kept="What was analyzed is kept."))
    is_older = bool(results.coded_images) and results.reading_rule < NEWEST_RULE
    if is_older:
        lines.append(
            ProblemLine(
                "These photos were read as an earlier Insight read photos.",
                kept="So are those that are added, so that all can be compared.",
                do="To have all read as it is done today, analyze again; judgements stay.",
                kind="older rule",
            )
        )
    is_shorter = not is_older and results.lacks_notes
    if is_shorter:
        lines.append(
            ProblemLine(
                "An earlier Insight analyzed photos of this project and kept less of them.",
                kept="Which concepts show nothing in common and which swallow their parents is not "
                "known of them.",
                do="To know it, analyze again; judgements stay.",
                kind="older rule",
            )
        )
    count = results.problem_count + is_unfinished + is_older + is_shorter
    return ResultProblems(tuple(lines), count, is_unfinished)
