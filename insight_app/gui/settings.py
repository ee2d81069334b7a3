"""What the window remembers between two starts: one file, one place, plain values.

Owns the names and defaults of every preference. Nothing of a project is kept here but where it is
and what was selected in it. Where the file cannot be written the window goes on without, and what
is set lasts until it is closed.
"""

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from insight_app.disk_errors import disk_error
from insight_app.errors import WorldError
from insight_app.files import why_not_longer

STATE_VERSION = 2
"""Version of saved window states. 1 held arrangements in which panels had piled up."""

HINT_OVERLAY, HINT_NAME, HINT_KEYS = HINTS = ("hint_overlay", "hint_name", "hint_keys")
"""The hints of the first minutes: each is a setting, True until it was used or dismissed."""

DEFAULTS: dict[str, Any] = {
    "theme": "system",  # system | light | dark
    "interface_size": 100,  # percent of the system's font size
    "auto_advance": True,
    "device": "auto",  # auto | cpu | cuda | mps
    "overlay_mode": "cells",
    "overlay_opacity": 70,
    "overlay_threshold": 0,
    "overlay_this_photo": False,
    "overlay_contribution": True,  # where a score is explained: what concepts give to it
    "cutout_cells": 3,  # cells around an example, across; 0 = the whole photo
    "workspace": "images",
    "own_names": "[]",  # names with keys, as JSON
    "open_last": True,  # the project that was open last, at the next start
    "last_project": "",
    HINT_OVERLAY: True,
    HINT_NAME: True,
    HINT_KEYS: True,
}
RANGES = {
    "interface_size": (75, 200),
    "overlay_opacity": (0, 100),
    "overlay_threshold": (0, 100),
}
"""Least and largest value of preferences that are numbers."""
RECENT_LIMIT = 12
LATEST = 32_503_680_000
"""Seconds from 1970 to 3000: any later date in the settings is damage."""
MOST_IMAGES = 10**9


@dataclass(frozen=True)
class RecentProject:
    """A project that was open once: where, when (seconds since 1970), and what to show of it."""

    path: str
    opened: float
    images: int = 0
    reviewed: float = 0.0


def default_path() -> Path:
    """Return the settings file of this person; INSIGHT_SETTINGS names another one."""
    named = os.environ.get("INSIGHT_SETTINGS")
    return Path(named) if named else platformdirs.user_config_path("insight-app") / "window.ini"


class Settings(QObject):
    """Typed access to the settings file."""

    changed = Signal(str)
    """The preference of this name has another value; or "shortcuts", or "recent"."""
    failed = Signal(object)
    """The error for which settings cannot be kept, or were lost; told once."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path or default_path()
        with suppress(OSError):  # `check` says why
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._was_told = False
        self._file = QSettings(str(self.path), QSettings.Format.IniFormat)
        for older in range(1, STATE_VERSION):
            self._file.remove(f"window{older}")

    def get(self, name: str) -> Any:
        """Return the preference `name`, of the type of its default."""
        default = DEFAULTS[name]
        value = self._file.value(f"preferences/{name}", default)
        if isinstance(default, bool):
            return value in (True, "true", "1", 1)
        try:
            found = type(default)(value)
        except (TypeError, ValueError):
            return default
        least, largest = RANGES.get(name, (found, found))
        return min(max(found, least), largest)

    def set(self, name: str, value: object) -> None:
        """Change the preference `name`."""
        if name not in DEFAULTS:
            raise KeyError(name)
        if self.get(name) != value:
            self._file.setValue(f"preferences/{name}", value)
            self.changed.emit(name)

    # ---- keys

    def shortcut(self, action: str) -> str | None:
        """Return the keys a person chose for an action, None for those it comes with."""
        value = self._file.value(f"shortcuts/{action}", None)
        return None if value is None else str(value)

    def set_shortcut(self, action: str, keys: str | None) -> None:
        """Remember the keys of an action; None for those it comes with."""
        if keys is None:
            self._file.remove(f"shortcuts/{action}")
        else:
            self._file.setValue(f"shortcuts/{action}", keys)
        self.changed.emit("shortcuts")

    # ---- the window's shape

    def state(self, name: str) -> QByteArray | None:
        """Return a saved geometry or arrangement of docks, None where nothing was saved."""
        value = self._file.value(f"window{STATE_VERSION}/{name}")
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def set_state(self, name: str, state: QByteArray) -> None:
        """Save a geometry or an arrangement of docks."""
        self._file.setValue(f"window{STATE_VERSION}/{name}", state)

    def page(self, workspace: str) -> str:
        """Return the page of a workspace that was seen last; '' before one was."""
        return str(self._file.value(f"pages/{workspace}", ""))

    def set_page(self, workspace: str, page: str) -> None:
        """Remember the page of a workspace that is seen."""
        self._file.setValue(f"pages/{workspace}", page)

    # ---- where one was in a project

    def place(self, project: Path) -> dict[str, Any]:
        """Return what was selected in a project when it was closed."""
        value = self._json(f"places/{_key(project)}")
        return value if isinstance(value, dict) else {}

    def set_place(self, project: Path, place: dict[str, Any]) -> None:
        """Remember what is selected in a project."""
        self._file.setValue(f"places/{_key(project)}", json.dumps(place))

    # ---- where files are chosen

    def folder(self, purpose: str) -> str:
        """Return the folder that a person chose from last for a purpose; '' before they did."""
        return str(self._file.value(f"folders/{purpose}", ""))

    def set_folder(self, purpose: str, folder: str) -> None:
        """Remember the folder that a person chose from for a purpose."""
        self._file.setValue(f"folders/{purpose}", folder)

    # ---- recent projects

    def recent(self) -> list[RecentProject]:
        """Return the recent projects, newest first; those that are gone are still in it."""
        items = self._json("recent")
        read = (_recent(item) for item in items) if isinstance(items, list) else ()
        return [project for project in read if project is not None]

    def remember(self, path: Path, *, images: int = 0, reviewed: float = 0.0) -> None:
        """Put a project at the head of the recent ones."""
        entry = RecentProject(str(path), time.time(), images, reviewed)
        others = [item for item in self.recent() if item.path != entry.path]
        self._write_recent([entry, *others][:RECENT_LIMIT])

    def forget(self, path: str) -> None:
        """Take a project off the list of recent ones."""
        self._write_recent([item for item in self.recent() if item.path != path])

    def _write_recent(self, items: list[RecentProject]) -> None:
        self._file.setValue("recent", json.dumps([asdict(item) for item in items]))
        self.changed.emit("recent")

    def _json(self, name: str) -> object:
        """Return a value that was kept as JSON; None where there is none, or it is damaged."""
        try:
            return json.loads(str(self._file.value(name, "null")))
        except (ValueError, RecursionError):
            return None

    def sync(self) -> None:
        """Write to disk now."""
        self._file.sync()
        self.check()

    def check(self) -> None:
        """Tell once that settings cannot be kept, or that some were lost."""
        if self._was_told:
            return
        if self._file.status() == QSettings.Status.FormatError:
            error = WorldError(
                "The file of the settings was damaged.",
                where=str(self.path),
                kept="What could be read of it is kept, all else is as at the first start.",
            )
        elif self._file.status() != QSettings.Status.NoError or not self._file.isWritable():
            error = self._why_not_kept()
        else:
            return
        self._was_told = True
        self.failed.emit(error)

    def _why_not_kept(self) -> WorldError:
        what = "Settings cannot be kept"
        kept = "Everything works; what you set is forgotten when the window is closed."
        do = "Check this folder, or name another file in INSIGHT_SETTINGS."
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return disk_error(error, what, where=self.path.parent, kept=kept, do=do)
        refused = why_not_longer(self.path)
        if refused is not None:
            return disk_error(refused, what, where=self.path, kept=kept, do=do)
        return WorldError(
            f"{what}: the file cannot be written.", where=str(self.path), kept=kept, do=do
        )


def _recent(item: object) -> RecentProject | None:
    """Return a recent project as the settings have it; None for what is none."""
    match item:
        case {"path": str(path), "opened": int() | float() as opened,
              "images": int(images), "reviewed": int() | float() as reviewed}:  # fmt: skip
            pass
        case _:
            return None
    if not (path and 0 <= opened <= LATEST and 0 <= images <= MOST_IMAGES and 0 <= reviewed <= 1):
        return None
    return RecentProject(path, float(opened), images, float(reviewed))


def _key(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:16]
