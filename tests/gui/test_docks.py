"""Workspaces are left and found again exactly as they were, whatever was done to their panels."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAction, QMouseEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QTabBar, QWidget

from insight_app.gui.window.dock import PanelDock
from insight_app.gui.window.main_window import MainWindow
from insight_app.gui.window.workspaces import PAGES, WORKSPACE_OF, WORKSPACES, panel_names
from tests.gui.conftest import wait_idle

ROOT = Path(__file__).parents[2]
STEPS = 200
AREAS = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.TopDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
MEMBERS = {name: set(panel_names(page.arrangement)) for name, page in PAGES.items()}


@dataclass(frozen=True)
class Seen:
    """What a person sees of one open panel; `place` only where no other tab lies over it."""

    is_floating: bool
    area: Qt.DockWidgetArea
    is_in_front: bool
    tabs: frozenset[str]
    place: QRect | None

    def is_like(self, other: "Seen") -> bool:
        """Whether it looks the same to a pixel."""
        if (self.is_floating, self.area, self.is_in_front, self.tabs) != (
            (other.is_floating, other.area, other.is_in_front, other.tabs)
        ):
            return False
        if self.place is None or other.place is None:
            return self.place == other.place
        ours, theirs = self.place.getRect(), other.place.getRect()
        return all(abs(a - b) <= 1 for a, b in zip(ours, theirs, strict=True))


Picture = dict[str, Seen]


def is_in_front(dock: PanelDock) -> bool:
    """Whether it is open and no other tab lies over it."""
    return dock.isVisible() and not dock.visibleRegion().isEmpty()


def look(window: MainWindow) -> Picture:
    """Every open panel, as it lies there."""
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    area, seen = window.dock_area, {}
    for name, dock in window.docks.items():
        if dock.isHidden():
            continue
        in_front = is_in_front(dock)
        tabs = (other for other in area.tabifiedDockWidgets(dock) if not other.isHidden())
        names = frozenset(tab.spec.name for tab in tabs) if not dock.isFloating() else frozenset()
        place = QRect(dock.pos(), dock.size()) if in_front else None
        seen[name] = Seen(dock.isFloating(), area.dockWidgetArea(dock), in_front, names, place)
    return seen


def assert_same(now: Picture, before: Picture, what: object) -> None:
    wrong = {
        name: (before.get(name), now.get(name))
        for name in before.keys() | now.keys()
        if name not in before or name not in now or not now[name].is_like(before[name])
    }
    if wrong:
        pytest.fail(f"{what}: {wrong}", pytrace=False)


def unsound(window: MainWindow, picture: Picture) -> str:
    """What is wrong by itself, in words: docked panels fill the area, none lies over another, of
    those in one place one is in front, and all are painted."""
    for name in picture:
        if not window.docks[name].updatesEnabled():
            return f"{name} is not painted"
    docked = {name: seen for name, seen in picture.items() if not seen.is_floating}
    for name, seen in docked.items():
        if sum(picture[one].is_in_front for one in (name, *seen.tabs)) != 1:
            return f"of {name} and its tabs not one is in front"
    groups = {frozenset((name, *seen.tabs)) for name, seen in docked.items() if seen.tabs}
    bars = [
        bar for bar in window.dock_area.findChildren(QTabBar) if not bar.visibleRegion().isEmpty()
    ]
    if len(bars) != len(groups):
        return f"{len(bars)} rows of tabs for {len(groups)} groups"
    least, room = window.dock_area.minimumSizeHint(), window.dock_area.size()
    if least.width() > room.width() or least.height() > room.height():
        return ""  # there is no room for so many
    places = [(name, seen.place) for name, seen in docked.items() if seen.place is not None]
    for number, (name, place) in enumerate(places):
        if not window.dock_area.rect().contains(place):
            return f"{name} is outside"
        for other, there in places[number + 1 :]:
            if place.intersects(there):
                return f"{name} and {other} lie over each other"
    bare = QRegion(window.dock_area.rect())
    for place in [*(place for _name, place in places), *(bar.geometry() for bar in bars)]:
        bare -= QRegion(place.adjusted(-1, -1, 1, 1))
    return f"nothing lies at {bare.boundingRect()}" if places and not bare.isEmpty() else ""


# ---- what a person does


def activate(qtbot, window: QWidget) -> None:
    """Turn to a window."""
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)


def press(qtbot, window: MainWindow, number: int) -> None:
    """Ctrl and the workspace's number."""
    if QApplication.activeWindow() is None:  # a window manager would have seen to it
        activate(qtbot, window)
    qtbot.keyClick(window, str(number), Qt.KeyboardModifier.ControlModifier)
    wait_idle(qtbot, window)


def turn_page(qtbot, window: MainWindow) -> None:
    """Ctrl and Page Down."""
    if QApplication.activeWindow() is None:
        activate(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    wait_idle(qtbot, window)


def panels_menu(window: MainWindow) -> dict[str, QAction]:
    """View > Panels as it drops down now: the entries by their texts."""
    view = window.menuBar().findChild(QMenu, "menu_view")
    view.aboutToShow.emit()
    (panels,) = [action.menu() for action in view.actions() if action.text() == "&Panels"]
    return {action.text(): action for action in panels.actions() if not action.isSeparator()}


def close(qtbot, dock: PanelDock) -> None:
    """Click the cross in its title."""
    qtbot.mouseClick(dock.title.close_button, Qt.MouseButton.LeftButton)


def open_again(window: MainWindow, dock: PanelDock) -> None:
    """Choose it in View > Panels."""
    panels_menu(window)[dock.windowTitle()].trigger()


def double_click(qtbot, dock: PanelDock) -> None:
    """On the title: a docked panel floats, a floating one goes back to its place."""
    qtbot.mouseDClick(dock.title.header, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))


def float_at(qtbot, dock: PanelDock, place: QRect) -> None:
    double_click(qtbot, dock)
    assert dock.isFloating()
    dock.move(place.topLeft())
    dock.resize(place.size())


def drag(window: MainWindow, start: QPoint, by: QPoint) -> None:
    """Drag something of the dock area: a separator. (QTest.mouseMove holds no button.)"""
    area, left, none = window.dock_area, Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    for kind, place, button, held in (
        (QEvent.Type.MouseButtonPress, start, left, left),
        (QEvent.Type.MouseMove, start + by, none, left),
        (QEvent.Type.MouseButtonRelease, start + by, left, none),
    ):
        event = QMouseEvent(
            kind, QPointF(place), QPointF(area.mapToGlobal(place)), button, held,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(area, event)
        QApplication.processEvents()


def raise_tab(window: MainWindow, dock: PanelDock) -> None:
    """Click its tab."""
    for bar in window.dock_area.findChildren(QTabBar):
        for number in range(bar.count()):
            if bar.isVisible() and bar.tabText(number) == dock.windowTitle():
                QTest.mouseClick(
                    bar,
                    Qt.MouseButton.LeftButton,
                    Qt.KeyboardModifier.NoModifier,
                    bar.tabRect(number).center(),
                )
                return
    raise AssertionError(f"{dock.windowTitle()} has no tab")


# ---- two rounds


def disturb(qtbot, window: MainWindow) -> None:
    """Do to each workspace what people do to their panels; ends in the fourth."""
    docks, area = window.docks, window.dock_area
    press(qtbot, window, 1)
    edge = docks["thumbnails"].geometry()
    drag(window, QPoint(edge.right() + 1, edge.center().y()), QPoint(70, 0))
    assert docks["thumbnails"].width() > edge.width() + 40, "as far as the photo lets it"
    close(qtbot, docks["in_photo"])
    open_again(window, docks["problems"])
    press(qtbot, window, 2)
    float_at(qtbot, docks["card"], QRect(120, 140, 330, 290))
    area.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, docks["exemplars"])
    press(qtbot, window, 3)
    area.tabifyDockWidget(docks["evidence"], docks["queue"])
    open_again(window, docks["photo"])
    press(qtbot, window, 4)
    raise_tab(window, docks["cooccurrence_plot"])
    float_at(qtbot, docks["folder_plot"], QRect(60, 180, 300, 260))
    close(qtbot, docks["folder_plot"])
    wait_idle(qtbot, window)


def test_two_rounds_through_disturbed_workspaces_and_a_restart_change_nothing(
    qtbot, open_window, project_dir, grab
) -> None:
    window = open_window(project_dir)
    disturb(qtbot, window)
    left: dict[int, Picture] = {}
    for number in (1, 2, 3, 4):
        press(qtbot, window, number)
        left[number] = look(window)
    assert set(left[1]) == {"thumbnails", "photo", "card", "problems"}
    assert left[2]["card"].is_floating
    assert left[2]["exemplars"].area == Qt.DockWidgetArea.TopDockWidgetArea
    assert left[3]["queue"].tabs == {"evidence"}
    assert left[4]["cooccurrence_plot"].is_in_front
    assert "folder_plot" not in left[4]
    for number in (1, 3, 2, 4, 3, 1, 4, 2, 1):
        press(qtbot, window, number)
        assert_same(look(window), left[number], f"Ctrl+{number}")
    window.close()
    window = open_window(project_dir)
    assert window.workspace == "images"
    for number in (1, 2, 3, 4, 3, 2):
        press(qtbot, window, number)
        assert_same(look(window), left[number], f"Ctrl+{number} after the restart")
    grab(window, f"docks_{int(100 * window.devicePixelRatio())}")
    press(qtbot, window, 4)
    folders = window.docks["folder_plot"]
    open_again(window, folders)
    assert folders.isFloating(), "closed while it floated"
    assert QRect(folders.pos(), folders.size()) == QRect(60, 180, 300, 260)
    for page in PAGES:
        window.show_page(page)
        window.actions_["view.reset"].trigger()
        wait_idle(qtbot, window)
        assert set(look(window)) == MEMBERS[page]
        assert not any(seen.is_floating for seen in look(window).values())


def test_a_page_is_found_as_it_was_left_and_the_key_goes_to_the_one_seen_last(
    qtbot, open_window, project_dir
) -> None:
    window = open_window(project_dir)
    assert not window.page_bar.isVisible() and not window.actions_["view.next_page"].isEnabled()
    press(qtbot, window, 4)
    assert (window.workspace, window.page) == ("statistics", "statistics")
    room = window.dock_area.height()
    close(qtbot, window.docks["level_plot"])
    table = look(window)
    turn_page(qtbot, window)
    assert window.page == "quality" and set(look(window)) == MEMBERS["quality"]
    assert window.dock_area.height() == room
    float_at(qtbot, window.docks["photo"], QRect(140, 150, 380, 330))
    raise_tab(window, window.docks["unexplained"])
    quality = look(window)
    window.activateWindow()
    for _round in range(2):
        press(qtbot, window, 1)
        assert window.dock_area.height() > room, "no row of pages"
        assert not look(window)["photo"].is_floating, "on the other page only"
        press(qtbot, window, 4)
        assert_same(look(window), quality, "Ctrl+4 after Quality")
        qtbot.mouseClick(window.page_bar.buttons["statistics"], Qt.MouseButton.LeftButton)
        wait_idle(qtbot, window)
        assert_same(look(window), table, "the table")
        assert window.actions_["page.statistics"].isChecked()
        press(qtbot, window, 2)
        press(qtbot, window, 4)
        assert_same(look(window), table, "Ctrl+4 after the table")
        qtbot.mouseClick(window.page_bar.buttons["quality"], Qt.MouseButton.LeftButton)
        wait_idle(qtbot, window)
        assert_same(look(window), quality, "Quality")
        assert not window.actions_["page.statistics"].isChecked()
    window.close()
    window = open_window(project_dir)
    assert (window.workspace, window.page) == ("statistics", "quality")
    assert_same(look(window), quality, "after the restart")
    turn_page(qtbot, window)
    assert_same(look(window), table, "the table after the restart")


def test_a_floating_panel_goes_with_its_workspace_and_with_its_project(qtbot, window) -> None:
    card = window.docks["card"]
    place = QRect(150, 120, 320, 300)
    float_at(qtbot, card, place)
    press(qtbot, window, 4)
    assert card.isHidden()
    press(qtbot, window, 2)
    assert not card.isFloating(), "it floats in the first workspace only"
    press(qtbot, window, 1)
    assert QRect(card.pos(), card.size()) == place
    assert card.updatesEnabled(), "and is painted"
    double_click(qtbot, card)
    look(window)
    assert card.height() > window.dock_area.height() / 4, "back in a place that can be used"
    float_at(qtbot, card, place)
    path = window.session.state.path
    activate(qtbot, window)
    qtbot.keyClick(window, "w", Qt.KeyboardModifier.ControlModifier)
    assert window.start.isVisible()
    assert card.isHidden()
    window.opening.open_recent(str(path))
    qtbot.waitUntil(lambda: window.session.state.project is not None)
    wait_idle(qtbot, window)
    assert card.isVisible()
    assert QRect(card.pos(), card.size()) == place


def test_a_panel_that_is_opened_again_has_its_size_and_so_have_its_neighbours(
    qtbot, open_window, project_dir
) -> None:
    window = open_window(project_dir)
    before = look(window)
    for name in ("thumbnails", "card", "thumbnails"):
        close(qtbot, window.docks[name])
        press(qtbot, window, 2)
        press(qtbot, window, 1)
        open_again(window, window.docks[name])
        assert_same(look(window), before, f"{name} closed and opened again")
    close(qtbot, window.docks["thumbnails"])
    window.close()
    window = open_window(project_dir)
    images = window.docks["thumbnails"]
    open_again(window, images)
    assert_same(look(window), before, "closed before the restart")
    close(qtbot, images)
    edge = window.docks["photo"].geometry()
    drag(window, QPoint(edge.right() + 1, edge.center().y()), QPoint(-90, 0))
    right = window.docks["card"].width()
    open_again(window, images)
    look(window)
    assert abs(images.width() - before["thumbnails"].place.width()) <= 1
    assert window.docks["card"].width() > before["card"].place.width() + 40 <= right, "dragged"


def test_a_floating_panel_is_found_where_it_was_and_never_in_the_corner(qtbot, window) -> None:
    card = window.docks["card"]
    place = QRect(150, 120, 320, 300)
    float_at(qtbot, card, place)
    card.move(0, 0)  # so says a desktop that has not placed it yet
    for _turn in range(2):
        press(qtbot, window, 2)
        press(qtbot, window, 1)
        assert QRect(card.pos(), card.size()) == place
        double_click(qtbot, card)
        double_click(qtbot, card)
        assert QRect(card.pos(), card.size()) == place
    window.actions_["view.reset"].trigger()
    wait_idle(qtbot, window)
    double_click(qtbot, card)
    screen = window.screen().availableGeometry()
    assert screen.contains(card.geometry())
    assert card.pos() not in (place.topLeft(), screen.topLeft()), "forgotten: beside the middle"
    assert window.geometry().contains(card.geometry().center())
    card.move(5000, 4000)
    press(qtbot, window, 2)
    press(qtbot, window, 1)
    assert screen.contains(card.geometry()), "of a screen that is gone"


def test_where_nothing_can_float_what_floated_elsewhere_is_docked(qtbot, window) -> None:
    card = window.docks["card"]
    float_at(qtbot, card, QRect(150, 120, 320, 300))
    press(qtbot, window, 2)
    card.setFeatures(card.features() & ~PanelDock.DockWidgetFeature.DockWidgetFloatable)
    press(qtbot, window, 1)
    assert card.isVisible()
    assert not card.isFloating()
    assert unsound(window, look(window)) == ""


def test_keys_act_in_a_floating_panel_too(qtbot, window) -> None:
    photo = window.docks["photo"]
    float_at(qtbot, photo, QRect(50, 60, 500, 420))
    activate(qtbot, photo)
    photo.panel.stage.setFocus()
    before = window.session.selection.image
    bare = []
    window.session.bare_photo.connect(bare.append)
    qtbot.keyClick(photo.panel.stage, Qt.Key.Key_Right)
    assert window.session.selection.image != before
    qtbot.keyPress(photo.panel.stage, Qt.Key.Key_Space)
    qtbot.keyRelease(photo.panel.stage, Qt.Key.Key_Space)
    assert bare == [True, False]
    press(qtbot, window, 3)
    assert window.workspace == "review"
    assert photo.isHidden()


def test_the_menu_of_panels_marks_the_open_ones_and_lists_those_of_the_workspace_first(
    qtbot, window
) -> None:
    press(qtbot, window, 2)
    entries = panels_menu(window)
    titles = {name: dock.windowTitle() for name, dock in window.docks.items()}
    assert list(entries)[:3] == [titles[name] for name in ("hierarchy", "exemplars", "alike")]
    assert set(entries) == set(titles.values())
    assert {text for text, entry in entries.items() if entry.isChecked()} == {
        titles[name] for name in MEMBERS["concepts"]
    }
    entries[titles["problems"]].trigger()
    wait_idle(qtbot, window)
    problems = window.docks["problems"]
    assert is_in_front(problems)
    third = window.dock_area.height() / 3
    assert problems.height() == pytest.approx(third, abs=4), "high enough to read"
    press(qtbot, window, 3)
    assert problems.isHidden(), "opened in another workspace only"
    press(qtbot, window, 2)
    assert is_in_front(problems)
    panels_menu(window)[titles["problems"]].trigger()
    assert problems.isHidden()


def test_the_palette_opens_a_panel(qtbot, window) -> None:
    qtbot.keyClick(window, "k", Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.palette_.line, "panel evidence")
    qtbot.keyClick(window.palette_.line, Qt.Key.Key_Return)
    assert is_in_front(window.docks["evidence"])


def test_a_line_of_trouble_is_no_part_of_a_workspace(qtbot, window) -> None:
    window.session.messages.report(RuntimeError("something"))
    assert window.trouble.isVisible()
    press(qtbot, window, 2)
    assert window.trouble.isVisible(), "it is still true"
    window.trouble.close_button.click()
    for number in (1, 2, 3, 2):
        press(qtbot, window, number)
        assert not window.trouble.isVisible(), "what has passed does not come back"


def test_arrangements_of_other_panels_or_from_before_are_forgotten(
    qtbot, open_window, project_dir, monkeypatch
) -> None:
    window = open_window(project_dir)
    close(qtbot, window.docks["card"])
    with monkeypatch.context() as other:  # not undo(): it would take the settings' place back too
        other.setattr("insight_app.gui.window.dock_area.STATE_VERSION", 7)
        window.close()
    again = open_window(project_dir)
    assert set(look(again)) == MEMBERS["images"]


# ---- a long walk


@dataclass
class Expected:
    """The model: what is open, what floats where, and how each page was left.

    last: the page of each workspace that was seen last.
    """

    page: str = "images"
    open: set[str] = field(default_factory=lambda: set(MEMBERS["images"]))
    floating: dict[str, QRect] = field(default_factory=dict)
    left: dict[str, tuple[Picture, dict[str, QRect]]] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    def come_as_new(self) -> None:
        self.open, self.floating = set(MEMBERS[self.page]), {}

    def wrong(self, window: MainWindow, seen: Picture) -> str:
        """What differs from the model, in words; '' where nothing does."""
        if window.page != self.page:
            return f"on {window.page} instead of {self.page}"
        if set(seen) != self.open:
            return f"too many {set(seen) - self.open}, too few {self.open - set(seen)}"
        floats = {name: one.place for name, one in seen.items() if one.is_floating}
        wanted = {name: place for name, place in self.floating.items() if name in self.open}
        return f"floats {floats} instead of {wanted}" if floats != wanted else ""


class Walk:
    """Does something at random and tells the model."""

    def __init__(self, qtbot, open_window, project: Path, seed: int) -> None:
        self.qtbot, self.open_window, self.project = qtbot, open_window, project
        self.random = random.Random(seed)
        self.window: MainWindow = open_window(project)
        self.expected = Expected()
        self.done: list[object] = []

    def step(self) -> None:
        acts = (
            self.switch,
            self.turn,
            self.float,
            self.unfloat,
            self.close,
            self.open,
            self.move,
            self.tabify,
            self.resize,
            self.raise_tab,
            self.reset,
            self.restart,
        )
        weights = (4, 4, 3, 2, 3, 3, 3, 3, 3, 2, 1, 0.5)
        (act,) = self.random.choices(acts, weights)
        self.done.append(act.__name__)
        act()
        wait_idle(self.qtbot, self.window)
        seen = look(self.window)
        wrong = self.expected.wrong(self.window, seen) or unsound(self.window, seen)
        if wrong:
            pytest.fail(f"{self.done[-20:]}: {wrong}; {seen}", pytrace=False)

    def dock(self, names: set[str]) -> tuple[str, PanelDock] | None:
        if not names:
            return None
        name = self.random.choice(sorted(names))
        self.done.append(name)
        return name, self.window.docks[name]

    @property
    def docked(self) -> set[str]:
        return self.expected.open - self.expected.floating.keys()

    @property
    def in_front(self) -> set[str]:
        return {name for name in self.docked if is_in_front(self.window.docks[name])}

    def switch(self) -> None:
        number = self.random.randrange(len(WORKSPACES))
        workspace = WORKSPACES[number]
        name = self.expected.last.get(workspace.name, workspace.pages[0].name)
        self.go(name, lambda: press(self.qtbot, self.window, number + 1))

    def turn(self) -> None:
        pages = [page.name for page in WORKSPACE_OF[self.expected.page].pages]
        name = pages[(pages.index(self.expected.page) + 1) % len(pages)]
        self.expected.last[WORKSPACE_OF[name].name] = name
        self.go(name, lambda: turn_page(self.qtbot, self.window))

    def go(self, name: str, act: Callable[[], None]) -> None:
        expected = self.expected
        self.done.append(name)
        before = look(self.window)
        if name != expected.page:
            expected.left[expected.page] = before, expected.floating
        act()
        if name == expected.page:
            assert_same(look(self.window), before, self.done[-12:])
            return
        expected.page = name
        if name in expected.left:
            picture, expected.floating = expected.left[name]
            expected.open = set(picture)
            assert_same(look(self.window), picture, self.done[-12:])
        else:
            expected.come_as_new()

    def float(self) -> None:
        if found := self.dock(self.in_front):
            name, dock = found
            choose = self.random.randrange
            place = QRect(choose(0, 300), choose(0, 300), choose(300, 450), choose(250, 400))
            float_at(self.qtbot, dock, place)
            self.expected.floating[name] = QRect(dock.pos(), dock.size())

    def unfloat(self) -> None:
        if found := self.dock(self.expected.open & self.expected.floating.keys()):
            name, dock = found
            double_click(self.qtbot, dock)
            del self.expected.floating[name]

    def close(self) -> None:
        if found := self.dock(self.in_front | (self.expected.open & self.expected.floating.keys())):
            name, dock = found
            close(self.qtbot, dock)
            self.expected.open.remove(name)

    def open(self) -> None:
        if found := self.dock(set(self.window.docks) - self.expected.open):
            name, dock = found
            open_again(self.window, dock)
            self.expected.open.add(name)
            assert is_in_front(dock), self.done[-12:]

    def move(self) -> None:
        if found := self.dock(self.in_front):
            name, dock = found
            area = self.random.choice(AREAS)
            self.window.dock_area.addDockWidget(area, dock)
            assert look(self.window)[name].area == area

    def tabify(self) -> None:
        if len(self.in_front) > 1:
            under, over = self.random.sample(sorted(self.in_front), 2)
            self.done.append((under, over))
            self.window.dock_area.tabifyDockWidget(
                self.window.docks[under], self.window.docks[over]
            )
            assert under in look(self.window)[over].tabs

    def raise_tab(self) -> None:
        if found := self.dock(self.docked - self.in_front):
            name, dock = found
            raise_tab(self.window, dock)
            assert look(self.window)[name].is_in_front, self.done[-12:]

    def resize(self) -> None:
        if found := self.dock(self.in_front):
            edge = found[1].geometry()
            by = self.random.randrange(-80, 80)
            drag(self.window, QPoint(edge.right() + 1, edge.center().y()), QPoint(by, 0))
            edge = found[1].geometry()
            drag(self.window, QPoint(edge.center().x(), edge.bottom() + 1), QPoint(0, by))

    def reset(self) -> None:
        self.window.actions_["view.reset"].trigger()
        self.expected.come_as_new()

    def restart(self) -> None:
        before = look(self.window)
        self.window.close()
        self.window = self.open_window(self.project)
        assert_same(look(self.window), before, self.done[-12:])


@pytest.mark.parametrize("seed", [14])
def test_a_long_walk_ends_where_the_model_does(qtbot, open_window, project_dir, seed) -> None:
    walk = Walk(qtbot, open_window, project_dir, seed)
    for _ in range(STEPS):
        walk.step()


# ---- other screens


def run_here(tmp_path: Path, *arguments: str, screens: list[dict[str, int]], scale: str) -> None:
    """Run tests of this file in a process with other screens."""
    described = tmp_path / "screens.json"
    common = {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1, "x": 0, "y": 0}
    named = [{"name": f"screen {number}", **common, **one} for number, one in enumerate(screens)]
    described.write_text(json.dumps({"screens": named}))
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": f"offscreen:configfile={described}",
        "QT_SCALE_FACTOR": scale,
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", __file__, *arguments]
    subprocess.run(command, env=environment, cwd=ROOT, check=True)


@pytest.mark.skipif("QT_SCALE_FACTOR" in os.environ, reason="runs all others of this file")
def test_all_of_this_at_200_percent(tmp_path) -> None:
    run_here(tmp_path, screens=[{"width": 2800, "height": 1700}], scale="2")
