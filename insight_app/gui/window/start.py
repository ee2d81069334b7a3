"""The start page: recent projects, New, Open, released files, Demo. Shown while no project is open.

Reads the list of recent projects from the settings; their pictures from the thumbnail cache.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from insight_app.errors import KnownError
from insight_app.gui import theme
from insight_app.gui.settings import RecentProject
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.pictures import first_thumbnail
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import KeyButton, PlainLabel, base_widget, dim_label
from insight_app.gui.window.recent_row import PICTURE, RecentRow

Stamp: TypeAlias = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class OnDisk:
    """How a recent project was on the disk when it was last looked at."""

    stamp: Stamp
    picture: QImage | None

    @property
    def is_gone(self) -> bool:
        """Whether there was no such folder."""
        return not self.stamp


class StartPage(QWidget):
    """What is seen before a project is open."""

    recent_chosen = Signal(str)
    """A recent project is to be opened: its path."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("start")
        self.setProperty("base", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Start page")
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        column = QVBoxLayout()
        column.setContentsMargins(24, 40, 24, 24)
        column.setSpacing(16)
        outer.addLayout(column, 6)
        outer.addStretch(1)
        title = PlainLabel("Insight", self)
        title.setFont(theme.bold(self.font()))
        column.addWidget(title)
        column.addWidget(
            dim_label("See what a vision-language model sees in your photos, and put it right.")
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for action, text, primary in (
            ("file.new", "New project", True),
            ("file.open", "Open", False),
            ("file.released", "Open released files", False),
            ("file.demo", "Demo", False),
        ):
            button = KeyButton(session.actions, action, text, primary=primary, parent=self)
            buttons.addWidget(button)
            if primary:
                self.setFocusProxy(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        drop = "Or drop a folder of photos or of released files anywhere on this window."
        column.addWidget(dim_label(drop))
        self.busy = QProgressBar(self)
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(4)
        self.busy_text = dim_label()
        column.addWidget(self.busy_text)
        column.addWidget(self.busy)
        self.recent_title = PlainLabel("Recent projects", self)
        self.recent_title.setFont(theme.bold(self.font()))
        column.addWidget(self.recent_title)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows = base_widget(area)
        self.list = QVBoxLayout(self.rows)
        self.list.setContentsMargins(0, 0, 0, 0)
        self.list.setSpacing(4)
        area.setWidget(self.rows)
        column.addWidget(area, 1)
        session.settings.changed.connect(self._setting_changed)
        self.recent_rows: dict[str, RecentRow] = {}
        self._found: dict[str, OnDisk] = {}
        self._looked_at: set[str] = set()
        self.set_opening("")

    def _setting_changed(self, name: str) -> None:
        if name == "recent" and self.isVisible():
            self.refresh()

    def set_opening(self, path: str) -> None:
        """Show that a project is being opened, or ('') that nothing is."""
        self.busy.setVisible(bool(path))
        self.busy_text.setVisible(bool(path))
        self.busy_text.setText(f"Opening {Path(path).name}" if path else "")

    def refresh(self) -> None:
        """List the recent projects; of those that changed on the disk the picture is read anew."""
        recent = self.session.settings.recent()
        self.recent_title.setVisible(bool(recent))
        if recent != [row.project for row in self.recent_rows.values()]:
            self._list(recent)
        for path in self.recent_rows:
            self._look(path)

    def _list(self, recent: Sequence[RecentProject]) -> None:
        while (item := self.list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.recent_rows = {}
        for project in recent:
            row = RecentRow(project, self.rows)
            row.chosen.connect(self.recent_chosen)
            row.forgotten.connect(self.session.settings.forget)
            self.list.addWidget(row)
            self.recent_rows[project.path] = row
            self._show(project.path)
        self.list.addStretch(1)

    def _look(self, path: str) -> None:
        """Look at a project on the disk, unless that is being done."""
        if path in self._looked_at:
            return
        self._looked_at.add(path)
        found = self._found.get(path)
        self.session.jobs.run(
            partial(look_at, Path(path), PICTURE * 2, found),
            done=partial(self._looked, path),
            failed=lambda _error: self._looked_at.discard(path),
            key=("recent", path),
            scope=Scope.PROGRAM,
        )

    def _looked(self, path: str, found: OnDisk) -> None:
        self._looked_at.discard(path)
        self._found[path] = found
        self._show(path)

    def _show(self, path: str) -> None:
        found, row = self._found.get(path), self.recent_rows.get(path)
        if found is not None and row is not None:
            picture = None if found.picture is None else QPixmap.fromImage(found.picture)
            row.show_state(picture, found.is_gone)


def look_at(path: Path, side: int, before: OnDisk | None) -> OnDisk:
    """Return how a project is on the disk, `before` where nothing changed; runs on the pool."""
    stamp = _stamp(path)
    if before is not None and before.stamp == stamp:
        return before
    try:
        picture = first_thumbnail(path, side) if stamp else None
    except (KnownError, OSError):  # opening it will say what is wrong
        picture = None
    return OnDisk(stamp, picture)


def _stamp(path: Path) -> Stamp:
    """Return names and times of change of what a project holds; () where it is gone.

    Without what SQLite makes to read it.
    """
    try:
        with os.scandir(path) as entries:
            found = [(one.name, one.stat()) for one in entries if not one.name.endswith("-shm")]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError:  # opening it will say why it cannot be looked at
        return (("", 0),)
    held = [(name, s.st_mtime_ns) for name, s in found if s.st_size or not name.endswith("-wal")]
    return tuple(sorted(held)) or (("", 0),)
