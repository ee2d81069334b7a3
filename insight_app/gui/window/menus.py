"""The window's actions and the menus they are in.

Says which actions there are, with their texts and keys; what each does is a method of the window
or the session.
"""

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QMenu

from insight_app.gui import theme
from insight_app.gui.window.workspaces import WORKSPACES

if TYPE_CHECKING:
    from insight_app.gui.window.main_window import MainWindow

FILE, EDIT, VIEW, CONCEPT, ANALYSIS, HELP = "File", "Edit", "View", "Concept", "Analysis", "Help"


def add_actions(window: "MainWindow") -> None:
    """Register every action of the window itself; panels add theirs when they are made."""
    add, session = window.actions_.add, window.session
    add("file.new", "&New project…", "Ctrl+N", window.new_project, context=FILE, icon="plus")
    add("file.open", "&Open…", "Ctrl+O", window.open_something, context=FILE, icon="folder-open",
        tip="Open a project, a folder of photos, or released files")  # fmt: skip
    add("file.released", "Open &released files…", "Ctrl+Shift+O", window.open_released,
        context=FILE, icon="books",
        tip="A project on a published dictionary: its concepts, names and relations")  # fmt: skip
    add("file.demo", "Open the &demo", "", window.open_demo, context=FILE, icon="play")
    add("file.export", "&Export…", "Ctrl+E", window.export, context=FILE, icon="export")
    add("file.folder", "Show project in folder", "", window.show_project, context=FILE)
    add("file.close", "&Close project", "Ctrl+W", window.close_project, context=FILE)
    add("file.preferences", "&Preferences…", "Ctrl+,", window.preferences, context=FILE,
        icon="gear")  # fmt: skip
    add("file.quit", "&Quit", "Ctrl+Q", window.close, context=FILE)

    add(
        "edit.undo",
        "&Undo",
        "Ctrl+Z",
        session.curation.undo,
        context=EDIT,
        icon="arrow-counter-clockwise",
    )
    add("edit.redo", "&Redo", "Ctrl+Shift+Z; Ctrl+Y", session.curation.redo, context=EDIT,
        icon="arrow-clockwise")  # fmt: skip
    add("edit.find", "&Find concepts", "Ctrl+F", window.find, context=EDIT, icon="magnifying-glass")
    add("edit.commands", "&Commands", "Ctrl+K", window.palette_.open, context=EDIT, icon="command")
    add("edit.back", "&Back", "Alt+Left", session.selection.back, context=EDIT, icon="arrow-left",
        tip="Back to what was selected before")  # fmt: skip
    add(
        "edit.forward",
        "F&orward",
        "Alt+Right",
        session.selection.forward,
        context=EDIT,
        icon="arrow-right",
    )

    for number, workspace in enumerate(WORKSPACES, 1):
        name = workspace.name
        action = add(f"view.{name}", workspace.title, f"Ctrl+{number}",
            lambda name=name: window.show_workspace(name), context=VIEW, icon=workspace.icon,
            checkable=True)  # fmt: skip
        window.workspace_group.addAction(action)
    add("view.reset", "&Reset workspace", "", window.reset_workspace, context=VIEW)
    add("view.theme", "Light or dark", "Ctrl+Shift+L", window.toggle_theme, context=VIEW,
        icon="circle-half")  # fmt: skip
    add("view.full_screen", "F&ull screen", "F11", window.toggle_full_screen, context=VIEW)

    add("concept.accept", "&Accept", "A", session.curation.accept, context=CONCEPT, icon="check",
        tip="The name is right; go on to the next")  # fmt: skip
    add("concept.unsure", "&Unsure", "U", session.curation.unsure, context=CONCEPT, icon="question",
        tip="I cannot tell; go on to the next")  # fmt: skip
    add("concept.reject", "Re&ject", "X", session.curation.reject, context=CONCEPT, icon="x",
        tip="The name is wrong; go on to the next")  # fmt: skip
    add("concept.hide", "&Hide from lists", "H", window.hide_selected, context=CONCEPT,
        icon="eye-slash", tip="Junk: hide the concept, or show it again")  # fmt: skip
    add("concept.previous", "&Previous", "Left; Alt+Up", lambda: session.lists.step(-1),
        context=CONCEPT, icon="caret-left", tip="Previous photo or concept")  # fmt: skip
    add("concept.next", "&Next", "Right; Alt+Down", lambda: session.lists.step(1), context=CONCEPT,
        icon="caret-right", tip="Next photo or concept")  # fmt: skip
    add("concept.advance", "&Go on after judging", "", window.toggle_advance, context=CONCEPT,
        checkable=True, tip="After accept, unsure or reject go on to the next")  # fmt: skip

    add("analysis.add", "&Add photos…", "", window.add_photos, context=ANALYSIS, icon="plus")
    add("analysis.resume", "&Resume", "", window.resume_analysis, context=ANALYSIS, icon="play",
        tip="Go on analyzing where it stopped")  # fmt: skip
    add("analysis.pause", "&Pause", "", window.pause_analysis, context=ANALYSIS, icon="pause",
        tip="Stop for now; what is done is kept")  # fmt: skip
    add("analysis.cancel", "&Cancel", "", window.cancel_analysis, context=ANALYSIS, icon="stop")
    add("analysis.problems", "Pro&blems", "", lambda: window.show_panel("problems"),
        context=ANALYSIS, icon="warning")  # fmt: skip

    add("help.shortcuts", "&Keys", "?; F1", window.shortcuts, context=HELP, icon="keyboard")
    add("help.about", "&About and licences", "", window.about, context=HELP, icon="info")


def build_menus(window: "MainWindow") -> None:
    """Fill the menu bar from the registry, one menu a context."""
    bar = window.menuBar()
    for title in (FILE, EDIT, VIEW, CONCEPT, ANALYSIS, HELP):
        menu = bar.addMenu(f"&{title}")
        menu.setObjectName(f"menu_{title.lower()}")
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda menu=menu, title=title: _fill(window, menu, title))
        _fill(window, menu, title)


def _fill(window: "MainWindow", menu: QMenu, title: str) -> None:
    menu.clear()
    before: Any = None
    for entry in window.actions_.entries():
        if entry.context != title:
            continue
        if before in BREAKS_AFTER:
            menu.addSeparator()
        menu.addAction(entry.action)
        before = entry.id
        if entry.id == "file.released":
            _recent(window, menu)
        if entry.id == "view.reset":
            _panels(window, menu)


BREAKS_AFTER = {
    "file.demo",
    "file.folder",
    "file.close",
    "file.preferences",
    "edit.redo",
    "edit.commands",
    "view.statistics",
    "view.reset",
    "concept.hide",
    "concept.advance",
    "analysis.cancel",
}


def _recent(window: "MainWindow", menu: QMenu) -> None:
    recent = menu.addMenu("Open &recent")
    for item in window.settings.recent():
        action = recent.addAction(item.path)
        action.triggered.connect(lambda _c=False, path=item.path: window.open_recent(path))
    recent.setEnabled(not recent.isEmpty())


def _panels(window: "MainWindow", menu: QMenu) -> None:
    panels = menu.addMenu("&Panels")
    for dock in window.docks.values():
        panels.addAction(dock.toggleViewAction())
    panels.setEnabled(window.session.state.project is not None)


def update_actions(window: "MainWindow") -> None:
    """Enable what can be done now."""
    session, set_enabled = window.session, window.actions_.set_enabled
    has_project = session.state.project is not None
    can_write = has_project and not session.state.read_only
    judgements = session.state.project.judgements if has_project else None
    for id in ("file.export", "edit.find", "analysis.problems"):
        set_enabled(
            id, session.state.catalogue is not None or (id == "analysis.problems" and has_project)
        )
    for id in ("file.folder", "file.close", "view.reset"):
        set_enabled(id, has_project)
    for workspace in WORKSPACES:
        set_enabled(f"view.{workspace.name}", has_project)
    undo, redo = (judgements.undo_text, judgements.redo_text) if can_write else (None, None)
    pending = session.queue.pending > 0
    set_enabled("edit.undo", bool(undo) or pending)
    set_enabled("edit.redo", bool(redo))
    window.actions_["edit.undo"].setText(f"&Undo: {undo}" if undo else "&Undo")
    window.actions_["edit.redo"].setText(f"&Redo: {redo}" if redo else "&Redo")
    set_enabled("edit.back", session.selection.can_go_back)
    set_enabled("edit.forward", session.selection.can_go_forward)
    chosen = bool(session.selection.rows) and session.state.catalogue is not None
    for id in ("concept.accept", "concept.unsure", "concept.reject", "concept.hide"):
        set_enabled(id, chosen and can_write)
    for id in ("concept.previous", "concept.next"):
        set_enabled(id, has_project)
    running = session.analysis.is_running
    set_enabled("analysis.add", can_write and not running)
    set_enabled("analysis.resume", can_write and not running)
    set_enabled("analysis.pause", running)
    set_enabled("analysis.cancel", running)
    window.actions_["concept.advance"].setChecked(window.settings.get("auto_advance"))
    window.actions_["view.theme"].setText("Light theme" if theme.colours().dark else "Dark theme")
