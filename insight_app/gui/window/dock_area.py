"""The docks of all panels, and the pages of workspaces: each is left and found exactly as it was.

Owns which page is shown and how each is arranged. A window within the window, so that what
is saved of it are docks and nothing else: no bar, no line of trouble. Knows no particular panel.
"""

from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QTabBar, QWidget

from insight_app.gui import theme
from insight_app.gui.message_strip import MessageSlot
from insight_app.gui.settings import Settings
from insight_app.gui.state.session import Session
from insight_app.gui.window.arranging import arrange, put_away, put_in_row
from insight_app.gui.window.dock import PanelDock
from insight_app.gui.window.panel_places import (
    ClosedPanel,
    PanelPlaces,
    docked_sizes,
    float_place,
    give_sizes,
    is_corner,
    rect_numbers,
    sizes_to_give,
)
from insight_app.gui.window.workspaces import (
    EARLIER,
    PAGES,
    PANELS,
    arrangement_version,
    panel_names,
)

STATE_VERSION = arrangement_version(PANELS)
"""States of other sets of panels are not restored, but for those of earlier versions."""
EARLIER_VERSIONS = {arrangement_version(PANELS[:count]): count for count in EARLIER}
"""How many panels there were, by the version of their states: newer docks are hidden when one is
restored, and shown they appear below."""
ALL_CLOSED = (
    "All panels of this workspace are closed.\n"
    "View > Panels opens one, View > Reset workspace all of them."
)


class DockArea(QMainWindow):
    """`page` is the name of the one that is shown, '' while none is.

    slot: for messages while no panel has them. Not a part of the layout: docks that are put back
    into an area of another size come out with other sizes.
    """

    def __init__(self, session: Session, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setObjectName("dock_area")
        self.setDockNestingEnabled(True)
        self.settings = settings
        self.page = ""
        self.docks = {spec.name: PanelDock(spec, session, self) for spec in PANELS}
        self.slot = MessageSlot(self)
        self._places = PanelPlaces()
        self._placed: set[str] = set()  # floating panels whose place is known
        self._is_arranging = True
        for dock in self.docks.values():
            self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
            dock.hide()
            dock.close_wanted.connect(partial(self.close_panel, dock.spec.name))
            dock.topLevelChanged.connect(partial(self._floated, dock))
            dock.moved.connect(partial(self._moved, dock))

    # ---- pages

    def show_page(self, name: str) -> None:
        """Show a page as it was left, or as it comes; the one before it was left already."""
        self.page = name
        self._places = PanelPlaces.from_bytes(self.settings.state(f"places/{name}"))
        state = self.settings.state(f"workspace/{name}")
        if state is None or not self._restore(state):
            self._arrange()

    def leave(self) -> None:
        """Save the present page and show none."""
        self.save()
        if self.page and isinstance(QApplication.activeWindow(), PanelDock):
            self.window().activateWindow()  # a floating one was, and is about to go
        self.page = ""
        self._is_arranging = True
        put_away(self.docks)

    def save(self) -> None:
        """Remember how the present page is arranged."""
        if self.page:
            state = self.saveState(STATE_VERSION)
            self.settings.set_state(f"workspace/{self.page}", state)
            self.settings.set_state(f"places/{self.page}", self._places.to_bytes())

    def reset(self) -> None:
        """Show the present page as it comes."""
        if self.page:
            self._places = PanelPlaces()
            self._arrange()
            self.save()

    def _restore(self, state: QByteArray) -> bool:
        self._is_arranging = True
        put_away(self.docks)
        if not self.restoreState(state, STATE_VERSION) and not self._restore_earlier(state):
            return False
        for dock in self.docks.values():
            if dock.isFloating() and not dock.can_float:  # it was left on another desktop
                dock.setFloating(False)
            elif dock.isFloating():
                self._place_floating(dock, dock.geometry())
        self._is_arranging = False
        return True

    def _restore_earlier(self, state: QByteArray) -> bool:
        """Arrange the docks as a version without the newest of them left its own."""
        for version, count in EARLIER_VERSIONS.items():
            if self.restoreState(state, version):
                put_in_row(self, [self.docks[spec.name] for spec in PANELS[count:]])
                return True
        return False

    def _arrange(self) -> None:
        self._is_arranging = True
        arrange(self, self.docks, PAGES[self.page].arrangement)
        self._is_arranging = False

    def event(self, event: QEvent) -> bool:
        """Lay out, then hide tabs that were left behind by another workspace (Qt 6.11)."""
        is_done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._hide_strays()
            self._let_rest()
        return is_done

    def _let_rest(self) -> None:
        """Hide panels behind other tabs: Qt tells a dock of it only once tabs were changed."""
        for dock in self.docks.values():
            if dock.isVisible() and not dock.isFloating() and dock.geometry().right() < 0:
                dock.let_panel_rest()

    def _hide_strays(self) -> None:
        """Hide bars of tabs none of whose panels is there: they lie over the panels that are."""
        here = {dock.windowTitle() for dock in self.docks.values() if not dock.isHidden()}
        only_children = Qt.FindChildOption.FindDirectChildrenOnly
        for bar in self.findChildren(QTabBar, options=only_children):
            if here.isdisjoint(map(bar.tabText, range(bar.count()))):
                bar.hide()

    # ---- panels

    def own_panels(self) -> list[str]:
        """Return the panels of the present page as it comes."""
        return panel_names(PAGES[self.page].arrangement) if self.page else []

    def open_panel(self, name: str) -> None:
        """Bring a panel into view, on this page only."""
        dock, closed = self.docks[name], self._places.closed.pop(name, None)
        was_hidden, now = dock.isHidden(), docked_sizes(self.docks)
        dock.show()
        dock.raise_()
        if closed is not None and was_hidden and not dock.isFloating():
            give_sizes(self, self.docks, sizes_to_give(closed, name, now, self.size()))

    def close_panel(self, name: str) -> None:
        """Close a panel; opened again it has its size and place."""
        dock, before = self.docks[name], docked_sizes(self.docks)
        has_tabs = any(not other.isHidden() for other in self.tabifiedDockWidgets(dock))
        # Not close(): for a dock that was hidden while it floated it does nothing (Qt 6.11).
        dock.hide()
        if name not in before or has_tabs:  # it takes no room of others
            self._places.closed.pop(name, None)
            return
        if (layout := self.layout()) is not None:
            layout.activate()
        room = [self.width(), self.height()]
        self._places.closed[name] = ClosedPanel(before, docked_sizes(self.docks), room)

    # ---- floating panels

    def _floated(self, dock: PanelDock, is_floating: bool) -> None:
        if not is_floating:
            self._placed.discard(dock.spec.name)
        elif dock.is_dragged:
            self._placed.add(dock.spec.name)
        elif not self._is_arranging:
            self._place_floating(dock, None)

    def _place_floating(self, dock: PanelDock, saved: QRect | None) -> None:
        remembered = self._places.floats.get(dock.spec.name)
        wanted = QRect(*remembered) if remembered is not None else saved
        place = float_place(wanted, dock.size(), self.window())
        if place != dock.geometry():
            dock.setGeometry(place)
        self._placed.add(dock.spec.name)

    def _moved(self, dock: PanelDock) -> None:
        """Remember where a floating panel was put; not where a desktop puts what it mislaid."""
        if self._is_arranging or dock.spec.name not in self._placed or not dock.isVisible():
            return
        if dock.is_dragged or not is_corner(dock.geometry(), self.window()):
            self._places.floats[dock.spec.name] = rect_numbers(dock.geometry())

    def focus_main(self) -> None:
        """Give the keyboard to the panel that the page is about."""
        if not self.page:
            return
        panel = self.docks[PAGES[self.page].main].panel
        if panel is not None and panel.isVisible():
            panel.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.setFocus()

    def fill_menu(self, menu: QMenu) -> None:
        """List all panels with a mark at the open ones, those of this page first."""
        own = self.own_panels()
        others = [name for name in self.docks if name not in own]
        for names in (own, others):
            menu.addSeparator()
            for name in names:
                dock = self.docks[name]
                action = menu.addAction(dock.windowTitle())
                action.setCheckable(True)
                action.setChecked(not dock.isHidden())
                action.triggered.connect(lambda on, name=name: self._set_open(name, on))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say what can be done, where no panel covers it."""
        if self.page:
            painter = QPainter(self)
            painter.setPen(theme.colours().of("dim"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, ALL_CLOSED)
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the messages at the bottom."""
        super().resizeEvent(event)
        height = self.slot.minimumHeight()
        self.slot.setGeometry(0, self.height() - height, self.width(), height)

    def createPopupMenu(self) -> QMenu:
        """Offer the panels where a bar or a separator is clicked with the right button."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu)
        return menu

    def _set_open(self, name: str, is_open: bool) -> None:
        if is_open:
            self.open_panel(name)
        else:
            self.close_panel(name)
