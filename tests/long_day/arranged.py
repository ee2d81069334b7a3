"""How the panels of each page must lie: the model of the docks.

The same rules as in tests/gui/test_docks, for a window whose size and contents change too: places
to a pixel are compared only where the room is the same as when the page was left.
"""

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QRect, QSize

from insight_app.gui.window.main_window import MainWindow
from insight_app.gui.window.workspaces import WORKSPACE_OF
from tests.gui.test_docks import MEMBERS, Picture, is_in_front, look, unsound


@dataclass(frozen=True)
class LeftAs:
    """A page as it was left; room: the size of the dock area, none where that passes."""

    picture: Picture
    floating: dict[str, QRect]
    room: QSize


@dataclass
class Arranged:
    """open and floating: of the page that is shown; last: the page of a workspace seen last."""

    page: str = "images"
    open: set[str] = field(default_factory=lambda: set(MEMBERS["images"]))
    floating: dict[str, QRect] = field(default_factory=dict)
    left: dict[str, LeftAs] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    is_away: bool = False
    """No project is open: no panel is seen."""
    wanted: Picture | None = None
    """What was left and must be found again, at the next look."""

    @property
    def docked(self) -> set[str]:
        return self.open - self.floating.keys()

    def leave(self, window: MainWindow) -> None:
        """Remember how the page that is shown lies there."""
        picture = look(window)
        # A line of trouble that comes or goes meanwhile changes the room twice.
        room = QSize() if window.trouble.isVisible() else window.dock_area.size()
        self.left[self.page] = LeftAs(picture, dict(self.floating), room)

    def come_to(self, page: str) -> None:
        self.page = page
        self.last[WORKSPACE_OF[page].name] = page
        if (left := self.left.get(page)) is None:
            self.come_as_new()
        else:
            self.open, self.floating = set(left.picture), dict(left.floating)
            self.wanted = left.picture

    def come_as_new(self) -> None:
        self.open, self.floating, self.wanted = set(MEMBERS[self.page]), {}, None

    def forget_places(self) -> None:
        """Everything may lie elsewhere now: fonts or the room changed."""
        self.left = {name: replace(one, room=QSize()) for name, one in self.left.items()}

    def wrong(self, window: MainWindow) -> str:
        """What differs from the model, in words; '' where nothing does."""
        seen = look(window)
        if self.is_away:
            return f"{sorted(seen)} are seen without a project" if seen else ""
        if window.page != self.page:
            return f"on {window.page} instead of {self.page}"
        if set(seen) != self.open:
            more, less = set(seen) - self.open, self.open - set(seen)
            return f"panels that should not be seen: {sorted(more)}, not seen: {sorted(less)}"
        floats = {name for name, one in seen.items() if one.is_floating}
        if floats != self.floating.keys() & self.open:
            return f"{sorted(floats)} float, {sorted(self.floating)} should"
        return self._elsewhere(window, seen) or unsound(window, seen)

    def _elsewhere(self, window: MainWindow, seen: Picture) -> str:
        """Whether a page that was left is found otherwise."""
        wanted, self.wanted = self.wanted, None
        if wanted is None:
            return ""
        left = self.left[self.page]
        is_same_room = left.room == window.dock_area.size() and not window.trouble.isVisible()
        for name, one in seen.items():
            before = wanted[name]
            if not is_same_room:
                one, before = replace(one, place=None), replace(before, place=None)
            if not one.is_like(before):
                return f"{name} was left as {before} and is found as {one}"
        return ""

    def in_front(self, window: MainWindow) -> list[str]:
        return sorted(name for name in self.docked if is_in_front(window.docks[name]))
