"""The one window: its bar, docks, workspaces, and what the actions of the menus do.

The frame is shown at once and filled afterwards. Owns which workspace is shown and how each is
arranged; what is in the panels is theirs.
"""

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.actions import Actions
from insight_app.gui.finding import CommandPalette, SearchBox
from insight_app.gui.key_filter import KeyFilter
from insight_app.gui.panel import TroubleLine
from insight_app.gui.panels.start import StartPage
from insight_app.gui.settings import Settings
from insight_app.gui.state.jobs import BACKGROUND
from insight_app.gui.state.lists import Follow
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import KeyButton
from insight_app.gui.window import commands, menus
from insight_app.gui.window.dock import PanelDock
from insight_app.gui.window.status import StatusBar
from insight_app.gui.window.toast import Toast
from insight_app.gui.window.workspaces import PANELS, WORKSPACES, arrange
from insight_app.gui.wording import words

SMALLEST = (900, 560)
PREPARE_DELAY = 1000
"""Milliseconds after a project was opened, or after work or a key, until panels are made ahead."""
BETWEEN_PANELS = 20
"""Milliseconds for whatever else wants the window's thread."""
WORKER_DELAY = 2000
"""Milliseconds: the worker's imports would compete with the first pictures."""


class MainWindow(commands.Commands, QMainWindow):
    """Insight's window. `open_at_start` is opened once the frame is on the screen, and the folders
    of `analyze` are then analyzed into it."""

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
        self.setMinimumSize(*SMALLEST)
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.actions_ = Actions(settings, self)
        self.session = Session(settings, self.actions_, self)
        self.keys = KeyFilter(self, self.actions_)
        self.workspace_group = QActionGroup(self)
        self.palette_ = CommandPalette(self.session, self)
        menus.add_actions(self)
        self.docks: dict[str, PanelDock] = {}
        self._make_docks()
        menus.build_menus(self)
        self._build_bar()
        self.start = StartPage(self.session, self)
        self.middle = QStackedWidget(self)
        self.middle.addWidget(self.start)
        self.setCentralWidget(self.middle)
        self.setStatusBar(StatusBar(self.session, self))
        self.toast = Toast(self, self.session.curation.undo)
        self.workspace = ""
        self._connect()
        self._restore_geometry()
        self._project_changed()
        self._open_at_start, self._analyze_at_start = open_at_start, tuple(analyze)
        self._prepare = QTimer(self, singleShot=True, interval=PREPARE_DELAY)
        self._prepare.timeout.connect(self._prepare_panel)
        QTimer.singleShot(0, self._fill)

    # ---- building

    def _build_bar(self) -> None:
        bar = QToolBar("Workspaces", self)
        bar.setObjectName("main_bar")
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.search = SearchBox(self.session, bar)
        self.workspace_buttons = []
        for workspace in WORKSPACES:
            button = KeyButton(self.actions_, f"view.{workspace.name}", flat=True, parent=bar)
            self.workspace_buttons.append(bar.addWidget(button))
        bar.addWidget(_spacer(16))
        self.search.setMaximumWidth(560)
        self.search.setMinimumWidth(160)
        self.search_item = bar.addWidget(self.search)
        bar.addWidget(_spacer())
        self.commands_button = KeyButton(self.actions_, "edit.commands", flat=True, parent=bar)
        bar.addWidget(self.commands_button)
        self.addToolBar(bar)
        trouble_bar = QToolBar("Trouble", self)
        trouble_bar.setObjectName("trouble_bar")
        trouble_bar.setMovable(False)
        trouble_bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.trouble = TroubleLine(self)
        self.trouble.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.trouble_item = trouble_bar.addWidget(self.trouble)
        self.trouble_bar = trouble_bar
        self.addToolBar(trouble_bar)
        self._hide_trouble()
        self.project_name = QLabel(self)
        # A corner widget lies at the bar's top edge: these are the margins of its menus.
        self.project_name.setContentsMargins(0, 4, 12, 4)
        self.project_name.setProperty("dim", True)
        self._name_project("")

    def _make_docks(self) -> None:
        for spec in PANELS:
            dock = PanelDock(spec, self.session, self)
            self.docks[spec.name] = dock
            self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
            dock.hide()

    def _prepare_panel(self) -> None:
        """Make one more panel while nothing else goes on, so that the first look at a workspace
        does not wait for all of its panels at once; what it imports is read on the pool.
        """
        session = self.session
        dock = next((dock for dock in self.docks.values() if dock.panel is None), None)
        if session.state.project is None:
            return
        if dock is None:
            gc.freeze()  # the rest is there now
            return
        if (
            session.jobs.busy
            or not session.projects.is_settled
            or self.keys.heard_within(PREPARE_DELAY)
        ):
            self._prepare.start(PREPARE_DELAY)
            return

        def loaded(_panel: type) -> None:
            if session.state.project is not None:
                dock.make_panel()
                self._prepare.start(BETWEEN_PANELS)

        session.jobs.run(dock.spec.load, done=loaded, key="prepare panel", priority=BACKGROUND)

    def _connect(self) -> None:
        session = self.session
        session.projects.opened.connect(self._project_changed)
        session.projects.results_changed.connect(self._update)
        session.curation.changed.connect(lambda _rows, _structure: self._update())
        session.selection.changed.connect(lambda: self._update())
        session.queue.pending_changed.connect(self._update)
        session.analysis.progress.connect(lambda _progress: self._update())
        session.worker.failed.connect(self.show_problem)
        session.worker.notice.connect(lambda text: self.toast.say(text, False))
        session.messages.line.connect(self.toast.say)
        session.messages.problem.connect(self.show_problem)
        session.projects.opening.connect(self._opening)
        self.settings.changed.connect(self._setting_changed)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_theme_changed)
        self.keys.peek.connect(self._peek)

    def _fill(self) -> None:
        """What the first paint does not need."""
        self.actions_.refresh_icons()
        self._worker_start = QTimer(self, singleShot=True, interval=WORKER_DELAY)
        self._worker_start.timeout.connect(self.session.worker.start)
        self._worker_start.start()
        if self._open_at_start is not None and self._analyze_at_start:
            self.session.analysis.open_and_analyze(self._open_at_start, self._analyze_at_start)
        elif self._open_at_start is not None:
            self.open_path(self._open_at_start)
        else:
            self.start.refresh()

    # ---- workspaces

    def show_workspace(self, name: str) -> None:
        """Change to a workspace as it was left, or as it comes."""
        if self.session.state.project is None:
            return
        self.actions_[f"view.{name}"].setChecked(True)
        if name == self.workspace:
            self._focus_main()
            return
        self._save_workspace()
        self.workspace = name
        self.settings.set("workspace", name)
        self.session.lists.follows = Follow.IMAGES if name == "images" else Follow.CONCEPTS
        self.setUpdatesEnabled(False)
        try:
            state = self.settings.state(f"workspace/{name}")
            if state is None or not self.restoreState(state):
                self._arrange(name)
        finally:
            self.setUpdatesEnabled(True)
        self._focus_main()

    def _focus_main(self) -> None:
        """Give the keyboard to the panel that the workspace is about."""
        main = next(found.main for found in WORKSPACES if found.name == self.workspace)
        panel = self.docks[main].panel
        if panel is not None and panel.isVisible():
            panel.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.setFocus()

    def reset_workspace(self) -> None:
        """The present workspace as it comes."""
        self.settings.set_state(f"workspace/{self.workspace}", None)
        self._arrange(self.workspace)

    def show_panel(self, name: str) -> None:
        """Bring a panel into view, whatever the workspace."""
        dock = self.docks[name]
        if not dock.isVisible() and self.dockWidgetArea(dock) == Qt.DockWidgetArea.NoDockWidgetArea:
            self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        dock.show()
        dock.raise_()

    def _arrange(self, name: str) -> None:
        found = next(workspace for workspace in WORKSPACES if workspace.name == name)
        arrange(self, self.docks, found.arrangement)

    def _save_workspace(self) -> None:
        if self.workspace:
            self.settings.set_state(f"workspace/{self.workspace}", self.saveState())

    # ---- following the session

    def _opening(self, path: str) -> None:
        self._name_project(f"Opening {Path(path).name}…" if path else self._project_title())
        self.start.set_opening(path)

    def _name_project(self, text: str) -> None:
        """At the menu bar's right end, which gives a corner widget its room when it is set."""
        self.project_name.setText(text)
        self.project_name.adjustSize()
        self.menuBar().setCornerWidget(self.project_name)
        self.project_name.show()

    def _project_title(self) -> str:
        project = self.session.state.project
        return Path(project.path).name if project is not None else ""

    def _project_changed(self) -> None:
        project = self.session.state.project
        name = self._project_title()
        self.setWindowTitle(f"{name} - Insight" if name else "Insight")
        self._name_project(name)
        for action in [*self.workspace_buttons, self.search_item]:
            action.setVisible(project is not None)
        if project is None:
            gc.unfreeze()
            self._save_workspace()
            self.workspace = ""
            for dock in self.docks.values():
                dock.hide()
            self.middle.show()
            self.start.refresh()
            self.start.setFocus()
        else:
            # To search all that stays for garbage holds the window up for 60 ms each time.
            gc.freeze()
            self.middle.hide()
            wanted = self.settings.get("workspace")
            known = {workspace.name for workspace in WORKSPACES}
            self.workspace = ""
            self.show_workspace(wanted if wanted in known else "images")
            self._hide_trouble()
            self._say_state(project)
            self._prepare.start(PREPARE_DELAY)
        self._update()

    def _say_state(self, project: Any) -> None:
        """What a person should know of a project that was just opened."""
        if project.damage is not None and project.backups:
            text = f"Read-only: {project.why_read_only}"
            self._show_trouble(
                text, "Restore the newest backup", self.session.projects.restore_backup
            )
        elif project.read_only:
            self._show_trouble(" ".join([f"Read-only: {project.why_read_only}", *project.warnings]))
        elif project.warnings:
            self._show_trouble(" ".join(project.warnings), "Dismiss", self._hide_trouble)

    def _update(self) -> None:
        menus.update_actions(self)

    def show_problem(self, error: Exception) -> None:
        """Say an error loudly, with what can be done about it."""
        if self.session.queue.error is error:
            self._show_trouble(f"Not saved yet: {words(error)}", "Retry", self._retry)
        else:
            self._show_trouble(words(error), "Dismiss", self._hide_trouble)

    def _retry(self) -> None:
        self._hide_trouble()
        self.session.queue.retry()

    def _show_trouble(self, text: str, button: str = "", callback: object = None) -> None:
        self.trouble.show_trouble(text, button, callback)  # type: ignore[arg-type]
        self.trouble_item.setVisible(True)
        if not self.toolBarBreak(self.trouble_bar):
            self.insertToolBarBreak(self.trouble_bar)
        self.trouble_bar.show()

    def _hide_trouble(self) -> None:
        self.trouble_bar.hide()
        if self.toolBarBreak(self.trouble_bar):  # an empty row would stay
            self.removeToolBarBreak(self.trouble_bar)

    def _peek(self, held: bool) -> None:
        self.session.bare_photo.emit(held)

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
        self.actions_.refresh_icons()
        self._update()
        for widget in app.allWidgets():
            widget.update()

    # ---- the window itself

    def _restore_geometry(self) -> None:
        geometry = self.settings.state("geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            screen = QGuiApplication.primaryScreen().availableGeometry()
            self.resize(min(1440, screen.width()), min(900, screen.height()))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._save_workspace()
        self.settings.set_state("geometry", self.saveGeometry())
        self.workspace = ""
        if not self.session.close() and not self.close_anyway():
            event.ignore()
            return
        self.keys.uninstall()
        self.settings.sync()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_paths(paths)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.settings.sync()


def _spacer(width: int = 0) -> QWidget:
    """Empty room in a bar; without a width it takes what is left."""
    spacer = QWidget()
    if width:
        spacer.setFixedWidth(width)
    else:
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spacer
