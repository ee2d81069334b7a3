"""The one window: puts its parts together and follows the session.

The frame is shown at once and filled afterwards. The docks own the workspaces, the session owns
what is shown in them.
"""

import gc
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.actions import Actions
from insight_app.gui.finding.search import SearchBox
from insight_app.gui.key_filter import KeyFilter
from insight_app.gui.message_strip import MessageSlot, MessageStrip
from insight_app.gui.naming.commands import add_naming_commands
from insight_app.gui.settings import Settings
from insight_app.gui.state.session import Session
from insight_app.gui.state.troubles import Gravity, Trouble
from insight_app.gui.trouble_line import TroubleLine
from insight_app.gui.widgets import PlainLabel
from insight_app.gui.window import commands, dialogs
from insight_app.gui.window.dock_area import DockArea
from insight_app.gui.window.hints import Hints
from insight_app.gui.window.main_bar import MainBar
from insight_app.gui.window.menus import Menus
from insight_app.gui.window.message_place import MessagePlace
from insight_app.gui.window.missing_folders import MissingFolders
from insight_app.gui.window.opening import Opening
from insight_app.gui.window.page_bar import NEXT_PAGE, PageBar, action_of
from insight_app.gui.window.palette import CommandPalette
from insight_app.gui.window.panels_ahead import PanelsAhead
from insight_app.gui.window.placement import Placement
from insight_app.gui.window.relation_place import RelationPlace
from insight_app.gui.window.stage_place import StagePlace
from insight_app.gui.window.start import StartPage
from insight_app.gui.window.status import StatusBar
from insight_app.gui.window.unfinished import UnfinishedAnalysis
from insight_app.gui.window.workspaces import BY_NAME, PAGES, WORKSPACE_OF, panel_names
from insight_app.gui.wording import title_text, tooltip, words
from insight_app.plain_text import shortened

TITLE_LETTERS = 60
"""Of the project's name beside the menus; a longer one shows beginning and end."""
WORKER_DELAY = 2000
"""Milliseconds: the worker's imports would compete with the first pictures."""


class MainWindow(QMainWindow):
    """Insight's window.

    `open_at_start` is opened once the frame is on the screen, and the folders of `analyze` are
    then analyzed into it.
    """

    def __init__(
        self,
        settings: Settings,
        open_at_start: Path | None = None,
        analyze: Sequence[Path] = (),
    ) -> None:
        super().__init__()
        self.settings = settings
        self.setObjectName("main_window")
        self.setWindowTitle("Insight")
        self.setAcceptDrops(True)
        self.actions_ = Actions(settings, self)
        self.session = Session(settings, self.actions_, self)
        self.keys = KeyFilter(self, self.actions_)
        self.opening = Opening(self.session, self)
        self.palette_ = CommandPalette(self.session, self)
        self.search = SearchBox(self.session, self)
        self.dock_area = DockArea(self.session, settings, self)
        self.docks = self.dock_area.docks
        self._add_commands()
        self.start = StartPage(self.session, self)
        self.trouble = TroubleLine(self)
        self.middle = QStackedWidget(self)
        self._build()
        self.panels_ahead = PanelsAhead(self.docks.values(), self.session, self.keys, self)
        self.placement = Placement(self, settings)
        self.relation_place = RelationPlace(self.session, self.dock_area, self)
        self.stage_place = StagePlace(self.session, self.dock_area, self.show_page, self)
        self.missing_folders = MissingFolders(self.session, self)
        self.unfinished = UnfinishedAnalysis(self.session, self)
        self.hints = Hints(self.session, self.keys, self)
        self._connect()
        self.placement.restore()
        self._project_changed()
        self._open_at_start, self._analyze_at_start = open_at_start, tuple(analyze)
        self.worker_start = QTimer(self, singleShot=True, interval=WORKER_DELAY)
        self.worker_start.timeout.connect(self.session.worker.start)
        QTimer.singleShot(0, self, self._fill)

    # ---- building

    def _add_commands(self) -> None:
        actions, session, docks = self.actions_, self.session, self.dock_area
        commands.add_file_commands(actions, session, self.opening, self)
        commands.add_edit_commands(actions, session, self.search, self.palette_)
        add_naming_commands(actions, session, self)
        show = self.show_workspace, self.show_page, self.turn_page
        commands.add_workspace_commands(actions, *show, self)
        commands.add_view_commands(actions, session, docks, self)
        commands.add_concept_commands(actions, session)
        commands.add_audit_commands(actions, session, self)
        show_folders = partial(dialogs.show_folders, session, self)
        commands.add_analysis_commands(actions, session, self.opening, docks, show_folders)
        commands.add_help_commands(actions, self, lambda: self.hints.show_again())

    def _build(self) -> None:
        fill_panels = self.dock_area.fill_menu
        self.menus = Menus(
            self.menuBar(), self.actions_, self.settings, self.opening.open_recent, fill_panels
        )
        self.bar = MainBar(self.actions_, self.search, self)
        self.addToolBar(self.bar)
        whole = QWidget(self)
        self.page_bar = PageBar(self.actions_, whole)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.page_bar)
        column.addWidget(self.trouble)
        column.addWidget(self.middle, 1)
        self._column = column
        first = QWidget(self.middle)
        under = QVBoxLayout(first)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(0)
        under.addWidget(self.start, 1)
        below = MessageSlot(first)
        under.addWidget(below)
        self.middle.addWidget(first)
        self.middle.addWidget(self.dock_area)
        self.strip = MessageStrip(below)
        self.message_place = MessagePlace(self.strip, self.dock_area, below)
        self.setCentralWidget(whole)
        self.setStatusBar(StatusBar(self.session, self))
        self.project_name = PlainLabel("", self)
        # A corner widget lies at the bar's top edge: these are the margins of its menus.
        self.project_name.setContentsMargins(0, 4, 12, 4)
        self.project_name.setProperty("dim", True)

    def _connect(self) -> None:
        session = self.session
        session.projects.opened.connect(self._project_changed)
        session.projects.opening.connect(self._opening)
        session.projects.results_changed.connect(self._update)
        session.curation.changed.connect(lambda _rows, _structure: self._update())
        session.selection.changed.connect(self._update)
        session.curation.asked.connect(lambda question: dialogs.ask_many(session, question, self))
        session.queue.pending_changed.connect(self._update)
        session.analysis.started.connect(self._update)
        session.analysis.progress.connect(lambda _progress: self._update())
        session.messages.line.connect(self.strip.say)
        session.messages.offered.connect(self.strip.offer)
        session.messages.added.connect(self.strip.also)
        session.troubles.changed.connect(self._show_trouble)
        self.trouble.dismissed.connect(self._dismiss_trouble)
        self.trouble.others.clicked.connect(self.actions_["analysis.problems"].trigger)
        self.search.finished.connect(self.dock_area.focus_main)
        self.start.recent_chosen.connect(self.opening.open_recent)
        self.settings.changed.connect(self._setting_changed)
        self.settings.failed.connect(self._say_unkept)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_theme_changed)
        self.keys.bare_photo.connect(session.bare_photo)

    def _fill(self) -> None:
        """Do what the first paint does not need."""
        self.worker_start.start()
        if self._open_at_start is not None and self._analyze_at_start:
            self.session.analysis.open_and_analyze(self._open_at_start, self._analyze_at_start)
        elif self._open_at_start is not None:
            self.opening.open_paths([self._open_at_start])
        elif not self.opening.open_last():
            self.start.refresh()
            self.settings.check()

    # ---- workspaces

    @property
    def workspace(self) -> str:
        """The workspace that is shown; '' while no project is open."""
        return WORKSPACE_OF[self.page].name if self.page else ""

    @property
    def page(self) -> str:
        """The page of it that is shown; '' while no project is open."""
        return self.dock_area.page

    def show_workspace(self, name: str) -> None:
        """Change to a workspace: to the page of it that was seen last."""
        self.show_page(BY_NAME[name].page(self.settings.page(name)).name)

    def show_page(self, name: str) -> None:
        """Change to a page as it was left, or as it comes."""
        if self.session.state.project is None:
            return
        self.session.editors.write_all()
        workspace, page = WORKSPACE_OF[name], PAGES[name]
        self.settings.set("workspace", workspace.name)
        self.settings.set_page(workspace.name, name)
        self.session.lists.set_panels((page.main, *panel_names(page.arrangement)))
        if name != self.page:
            self.dock_area.leave()  # before the room changes
            self.page_bar.show_for(workspace)
            self._column.activate()
            self.dock_area.show_page(name)
        self.actions_[f"view.{workspace.name}"].setChecked(True)
        for shown in self.page_bar.buttons:
            self.actions_[action_of(shown)].setChecked(shown == name)
        self._update()
        self.message_place.settle()
        self.dock_area.focus_main()
        self.session.lists.want_first()

    def turn_page(self) -> None:
        """Change to the workspace's next page, after the last one to the first."""
        if self.page:
            pages = [page.name for page in WORKSPACE_OF[self.page].pages]
            self.show_page(pages[(pages.index(self.page) + 1) % len(pages)])

    # ---- following the session

    def _opening(self, path: str) -> None:
        self._name_project(f"Opening {Path(path).name}…" if path else self._project_title())
        self.start.set_opening(path)

    def _name_project(self, text: str) -> None:
        """Show it at the menu bar's right end, which measures a corner widget when it is set."""
        self.project_name.setText(shortened(text, TITLE_LETTERS))
        self.project_name.setToolTip(tooltip(text))
        self.project_name.adjustSize()
        self.menuBar().setCornerWidget(self.project_name)
        self.project_name.show()

    def _project_title(self) -> str:
        path = self.session.state.path
        return path.name if path is not None else ""

    def _project_changed(self) -> None:
        project = self.session.state.project
        name = self._project_title()
        self.setWindowTitle(f"{title_text(name)} - Insight" if name else "Insight")
        self._name_project(name)
        self.bar.show_for(project is not None)
        self.strip.clear()
        if project is None:
            gc.unfreeze()
            self.dock_area.leave()
            self.page_bar.show_for(None)
            self.middle.setCurrentIndex(0)
            self.message_place.settle()
            self.start.refresh()
            self.start.setFocus()
        else:
            # To search all that stays for garbage holds the window up for 60 ms each time.
            gc.freeze()
            self.middle.setCurrentWidget(self.dock_area)
            wanted = self.settings.get("workspace")
            self.show_workspace(wanted if wanted in BY_NAME else "images")
            self.settings.check()
            self.panels_ahead.start()
        self._update()

    def _update(self) -> None:
        commands.update_commands(self.actions_, self.session)
        has_pages = bool(self.page) and WORKSPACE_OF[self.page].has_pages
        self.actions_.set_enabled(NEXT_PAGE, has_pages)

    def _show_trouble(self) -> None:
        """Show the gravest trouble, and how many more there are."""
        troubles = self.session.troubles
        if not (present := troubles.present):
            self.trouble.hide()
            return
        key, first = present[0]
        has_list = self.session.state.project is not None
        self.trouble.show_trouble(
            first.text,
            first.button,
            partial(troubles.mend, key),
            can_dismiss=first.can_dismiss,
            others=len(present) - 1 if has_list else 0,
        )

    def _say_unkept(self, error: Exception) -> None:
        trouble = Trouble(words(error), Gravity.PROGRAM, can_dismiss=True)
        self.session.troubles.put("settings", trouble)

    def _dismiss_trouble(self) -> None:
        key, _first = self.session.troubles.present[0]
        self.session.troubles.take(key)

    # ---- looks

    def _setting_changed(self, name: str) -> None:
        if name in ("theme", "interface_size"):
            self._apply_theme()
        elif name == "auto_advance":
            self._update()

    def _system_theme_changed(self) -> None:
        if self.settings.get("theme") == "system":
            self._apply_theme()

    def _apply_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, self.settings.get("theme"), self.settings.get("interface_size"))
        self._update()

    # ---- the window itself

    def closeEvent(self, event: QCloseEvent) -> None:
        """Write everything and end; stay if something cannot be written and the person says so."""
        self.placement.save()
        if not self.session.close() and not self._may_leave():
            event.ignore()
            return
        self.keys.uninstall()
        self.settings.sync()
        event.accept()

    def _may_leave(self) -> bool:
        if not dialogs.may_leave_unsaved(self.session, self):
            return False
        self.session.queue.drop_all()
        return self.session.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.opening.open_paths(paths)

    def changeEvent(self, event: QEvent) -> None:
        """Save how it is arranged when the person turns elsewhere; look at the disk afterwards."""
        super().changeEvent(event)
        if event.type() != QEvent.Type.ActivationChange:
            return
        if self.isActiveWindow():
            self.session.folders.look()
            self.session.projects.look_for_newer()
            self.session.projects.look_whether_free()
        else:
            self.dock_area.save()
            self.settings.sync()
