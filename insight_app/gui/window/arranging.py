"""Laying docks out as a workspace comes.

No dock is ever taken out of the window: a saved state then knows every dock. (Docks that a state
does not know stay visible when it is restored, and panels pile up.)
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from insight_app.gui.window.workspaces import Part, Split, panel_names


def put_away(docks: Mapping[str, QDockWidget]) -> None:
    """Hide every dock, floating ones back in the window first.

    In this order: a floating dock that is hidden before it is docked keeps its floating geometry,
    and a tab that was visible before a state is restored stays visible in it (Qt 6.11).
    """
    for dock in docks.values():
        dock.setFloating(False)
    for dock in docks.values():
        dock.hide()


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget], split: Split) -> None:
    """Show the docks of an arrangement, each with its share of the window.

    The others are hidden; opened by hand they appear below.
    """
    put_away(docks)
    members = panel_names(split)
    first, *strangers = docks[members[0]], *(d for name, d in docks.items() if name not in members)
    area = Qt.DockWidgetArea.LeftDockWidgetArea
    window.addDockWidget(area, first, _orientation(split))
    _place(window, docks, split)
    put_in_row(window, strangers)
    for name in members:
        docks[name].show()
    for name in _first_tabs(split):
        docks[name].raise_()
    _resize(window, docks, split, window.width(), window.height())
    # Half as much as the members have: a third of the whole, once one of the row is opened.
    window.resizeDocks(strangers[:1], [window.height() // 2], Qt.Orientation.Vertical)


def put_in_row(window: QMainWindow, docks: Sequence[QDockWidget]) -> None:
    """Place docks in a row below all others, hidden as they are.

    Beside each other, since a tab among hidden ones would be lost.
    """
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks[0], Qt.Orientation.Vertical)
    for before, after in pairwise(docks):
        window.splitDockWidget(before, after, Qt.Orientation.Horizontal)


def _place(window: QMainWindow, docks: Mapping[str, QDockWidget], part: Part) -> None:
    if isinstance(part, str):
        return
    if isinstance(part, tuple):
        for left, right in pairwise(part):
            window.tabifyDockWidget(docks[left], docks[right])
        return
    heads = [docks[panel_names(inner)[0]] for _share, inner in part.parts]
    for before, after in pairwise(heads):
        window.splitDockWidget(before, after, _orientation(part))
    for _share, inner in part.parts:
        _place(window, docks, inner)


def _first_tabs(part: Part) -> list[str]:
    if isinstance(part, Split):
        return [name for _share, inner in part.parts for name in _first_tabs(inner)]
    return [part[0]] if isinstance(part, tuple) else []


def _resize(
    window: QMainWindow, docks: Mapping[str, QDockWidget], split: Split, width: int, height: int
) -> None:
    whole = sum(share for share, _inner in split.parts)
    length = width if split.across else height
    heads = [docks[panel_names(inner)[0]] for _share, inner in split.parts]
    sizes = [round(length * share / whole) for share, _inner in split.parts]
    window.resizeDocks(heads, sizes, _orientation(split))
    for size, (_share, inner) in zip(sizes, split.parts, strict=True):
        if isinstance(inner, Split):
            inside = (size, height) if split.across else (width, size)
            _resize(window, docks, inner, *inside)


def _orientation(split: Split) -> Qt.Orientation:
    return Qt.Orientation.Horizontal if split.across else Qt.Orientation.Vertical
