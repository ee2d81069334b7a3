"""Panels: workspaces, closing, opening, floating, moving, tabs, edges; the window's looks."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication

from insight_app.gui.window.dock import PanelDock
from insight_app.gui.window.workspaces import WORKSPACE_OF, WORKSPACES
from tests.gui.test_docks import (
    AREAS,
    close,
    double_click,
    drag,
    float_at,
    open_again,
    raise_tab,
)
from tests.long_day.acts.registry import act
from tests.long_day.day import Day
from tests.long_day.hands import CTRL, SHIFT, Pick, press

SIZES = ((1366, 768), (1100, 700), (1600, 950), (900, 560), (1366, 768))


@act(14)
def workspace(day: Day, pick: Pick) -> str | None:
    """Ctrl and a number: to the page of that workspace that was seen last."""
    if day.place is None:
        return None
    number = pick.number(1, len(WORKSPACES))
    chosen, arranged = WORKSPACES[number - 1], day.arranged
    name = arranged.last.get(chosen.name, chosen.pages[0].name)
    _leave_for(day, name)
    press(str(number), CTRL)
    return name


@act(5)
def turn_page(day: Day, pick: Pick) -> str | None:
    """Ctrl and Page Down."""
    if day.place is None:
        return None
    pages = [page.name for page in WORKSPACE_OF[day.arranged.page].pages]
    name = pages[(pages.index(day.arranged.page) + 1) % len(pages)]
    _leave_for(day, name)
    press(Qt.Key.Key_PageDown, CTRL)
    return name


def _leave_for(day: Day, name: str) -> None:
    if name != day.arranged.page:
        day.arranged.leave(day.window)
        day.arranged.come_to(name)


def _dock(day: Day, pick: Pick, names: set[str] | list[str]) -> tuple[str, PanelDock] | None:
    if day.place is None or not names:
        return None
    name = pick.one(sorted(names))
    return name, day.window.docks[name]


def _in_sight(day: Day) -> set[str]:
    """The open panels that nothing lies over."""
    if day.place is None:
        return set()
    return set(day.arranged.in_front(day.window)) | (
        day.arranged.open & day.arranged.floating.keys()
    )


@act(3)
def close_panel(day: Day, pick: Pick) -> str | None:
    if (found := _dock(day, pick, _in_sight(day))) is None:
        return None
    name, dock = found
    close(day.hands, dock)
    day.arranged.open.remove(name)
    return name


@act(3)
def open_panel(day: Day, pick: Pick) -> str | None:
    if (found := _dock(day, pick, set(day.window.docks) - day.arranged.open)) is None:
        return None
    name, dock = found
    open_again(day.window, dock)
    day.arranged.open.add(name)
    if name in day.arranged.floating and not dock.isFloating():
        del day.arranged.floating[name]
    return name


@act(3)
def float_panel(day: Day, pick: Pick) -> str | None:
    if day.place is None:
        return None
    if (found := _dock(day, pick, day.arranged.in_front(day.window))) is None:
        return None
    name, dock = found
    corner = QPoint(pick.number(0, 300), pick.number(0, 300))
    float_at(day.hands, dock, QRect(corner.x(), corner.y(), pick.number(300, 450), 350))
    day.arranged.floating[name] = QRect(dock.pos(), dock.size())
    return name


@act(3)
def dock_panel(day: Day, pick: Pick) -> str | None:
    floating = day.arranged.open & day.arranged.floating.keys()
    if (found := _dock(day, pick, floating)) is None:
        return None
    name, dock = found
    double_click(day.hands, dock)
    del day.arranged.floating[name]
    return name


@act(2)
def move_panel(day: Day, pick: Pick) -> str | None:
    """To an edge of the window; what the mouse does in the end. (Dragging asks the real mouse.)"""
    if day.place is None:
        return None
    if (found := _dock(day, pick, day.arranged.in_front(day.window))) is None:
        return None
    area = pick.one(AREAS)
    day.window.dock_area.addDockWidget(area, found[1])
    return f"{found[0]} to {area.name}"


@act(2)
def tabify(day: Day, pick: Pick) -> str | None:
    """Lay a panel over another one, as a tab."""
    if day.place is None or len(names := day.arranged.in_front(day.window)) < 2:
        return None
    under, over = pick.some(names, 2)
    day.window.dock_area.tabifyDockWidget(day.window.docks[under], day.window.docks[over])
    return f"{over} over {under}"


@act(2)
def tab(day: Day, pick: Pick) -> str | None:
    """Click the tab of a panel that another one lies over."""
    if day.place is None:
        return None
    behind = day.arranged.docked - set(day.arranged.in_front(day.window))
    if (found := _dock(day, pick, behind)) is None:
        return None
    raise_tab(day.window, found[1])
    return found[0]


@act(2)
def edge(day: Day, pick: Pick) -> str | None:
    """Drag the edges of a panel."""
    if day.place is None:
        return None
    if (found := _dock(day, pick, day.arranged.in_front(day.window))) is None:
        return None
    name, dock = found
    by, place = pick.number(-80, 80), dock.geometry()
    drag(day.window, QPoint(place.right() + 1, place.center().y()), QPoint(by, 0))
    place = dock.geometry()
    drag(day.window, QPoint(place.center().x(), place.bottom() + 1), QPoint(0, by))
    return f"{name} by {by}"


@act(1)
def reset(day: Day, pick: Pick) -> str | None:
    if day.place is None:
        return None
    day.window.actions_["view.reset"].trigger()
    day.arranged.come_as_new()
    return day.arranged.page


@act(3)
def theme(day: Day, pick: Pick) -> str | None:
    press(Qt.Key.Key_L, CTRL | SHIFT)
    return day.window.settings.get("theme")


@act(1)
def interface_size(day: Day, pick: Pick) -> str | None:
    """As the preferences do."""
    size = pick.one((100, 125, 100, 150, 90))
    day.window.settings.set("interface_size", size)
    day.arranged.forget_places()
    return f"{size} %"


@act(3)
def window_size(day: Day, pick: Pick) -> str | None:
    size = pick.one(SIZES)
    day.window.resize(*size)
    day.arranged.forget_places()
    QApplication.processEvents()
    return f"{size[0]} x {size[1]}"
