"""Where the panels of one workspace were: the size of a closed one, the place of one that floats.

Qt keeps neither: a dock that comes back shares its neighbours' shortage, and a floating one comes
to whatever place its window had last, the screen's corner where that was not known.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from PySide6.QtCore import QByteArray, QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from insight_app.gui.window.placement import fitted

Sizes: TypeAlias = dict[str, list[int]]
"""Width and height of docked panels by their names."""
SAME = 2
"""Pixels by which sizes differ that nobody changed."""
GRIP = QSize(120, 24)
"""What must be on a screen of a floating panel's title, for it to be dragged."""


@dataclass
class ClosedPanel:
    """The sizes just before a panel was closed (its own too), and just after; `room`: in what."""

    before: Sizes
    after: Sizes
    room: list[int]


@dataclass
class PanelPlaces:
    """What is remembered of one workspace."""

    closed: dict[str, ClosedPanel] = field(default_factory=dict)
    floats: dict[str, list[int]] = field(default_factory=dict)

    def to_bytes(self) -> QByteArray:
        """Return it as it is kept in the settings."""
        closed = {name: vars(panel) for name, panel in self.closed.items()}
        return QByteArray(json.dumps({"closed": closed, "floats": self.floats}).encode())

    @classmethod
    def from_bytes(cls, kept: QByteArray | None) -> "PanelPlaces":
        """Read what to_bytes() gave; empty where that is damaged."""
        if kept is None:
            return cls()
        try:
            read = json.loads(bytes(kept.data()))
            closed = {name: ClosedPanel(**panel) for name, panel in read["closed"].items()}
            floats = {name: rect_numbers(QRect(*place)) for name, place in read["floats"].items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()
        return cls(closed, floats)


def rect_numbers(rect: QRect) -> list[int]:
    """Return a rectangle as it is kept: left, top, width, height."""
    return [rect.x(), rect.y(), rect.width(), rect.height()]


def docked_sizes(docks: Mapping[str, QDockWidget]) -> Sizes:
    """Return the sizes of all docked panels that are in front."""
    return {
        name: [dock.width(), dock.height()]
        for name, dock in docks.items()
        # Qt puts those behind another tab to the left of the window.
        if not dock.isHidden() and not dock.isFloating() and dock.geometry().right() > 0
    }


def sizes_to_give(closed: ClosedPanel, name: str, now: Sizes, room: QSize) -> Sizes:
    """Return the sizes for a panel that is opened again.

    Those of all panels, as they were, where the others are as its closing left them; else its own:
    what was dragged since then stays. now: the sizes without it.
    """
    shares = (room.width() / max(1, closed.room[0]), room.height() / max(1, closed.room[1]))

    def in_this_room(sizes: Sizes) -> Sizes:
        return {
            one: [round(length * share) for length, share in zip(size, shares, strict=True)]
            for one, size in sizes.items()
        }

    before, after = in_this_room(closed.before), in_this_room(closed.after)
    are_untouched = after.keys() == now.keys() and all(
        abs(was - is_now) <= SAME
        for one in now
        for was, is_now in zip(after[one], now[one], strict=True)
    )
    return before if are_untouched else {name: before[name]}


def give_sizes(window: QMainWindow, docks: Mapping[str, QDockWidget], sizes: Sizes) -> None:
    """Resize docked panels."""
    present = [docks[name] for name in sizes if name in docks]
    for axis, orientation in enumerate((Qt.Orientation.Horizontal, Qt.Orientation.Vertical)):
        lengths = [sizes[name][axis] for name in sizes if name in docks]
        window.resizeDocks(present, lengths, orientation)


def float_place(wanted: QRect | None, size: QSize, window: QWidget) -> QRect:
    """Return a place for a floating panel that can be seen and dragged.

    That is the one wanted, else one beside the middle of the window.
    """
    if wanted is None or is_corner(wanted, window):
        middle = QRect(window.mapToGlobal(QPoint(0, 0)), window.size()).center()
        beside = QRect(middle - QPoint(size.width() // 3, size.height() // 3), size)
        return fitted(beside, QMargins(), window.screen().availableGeometry())
    grip = QRect(wanted.topLeft(), QSize(min(wanted.width(), GRIP.width()), GRIP.height()))
    grip.moveLeft(wanted.center().x() - grip.width() // 2)
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    if any(screen.contains(grip) for screen in screens):
        return wanted
    own = QGuiApplication.screenAt(wanted.center()) or window.screen()
    return fitted(wanted, QMargins(), own.availableGeometry())


def is_corner(place: QRect, window: QWidget) -> bool:
    """Return whether it is the place of a window of which the desktop has not told the place.

    The corner of the screen that the window is on, over its menus.
    """
    screen = window.screen()
    corners = (QPoint(0, 0), screen.geometry().topLeft(), screen.availableGeometry().topLeft())
    return any((place.topLeft() - corner).manhattanLength() <= 4 for corner in corners)
