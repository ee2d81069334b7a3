"""Every command of the window itself: its text, its key, and what it calls. Panels add theirs.

One function for each menu. Also says which of them can be done now.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMainWindow

from insight_app.gui import theme
from insight_app.gui.actions import Actions
from insight_app.gui.curation.concept_keys import keys_of
from insight_app.gui.curation.structure.keys import structure_keys
from insight_app.gui.curation.surroundings import show_more_around
from insight_app.gui.finding.search import SearchBox
from insight_app.gui.relations.relation_keys import relation_keys_of
from insight_app.gui.settings import Settings
from insight_app.gui.state.session import Session
from insight_app.gui.window import dialogs
from insight_app.gui.window.dock_area import DockArea
from insight_app.gui.window.opening import Opening
from insight_app.gui.window.page_bar import NEXT_PAGE, action_of
from insight_app.gui.window.palette import CommandPalette
from insight_app.gui.window.workspaces import PANELS, WORKSPACES
from insight_app.gui.wording import command_text

FILE, EDIT, VIEW, CONCEPT, ANALYSIS, HELP = "File", "Edit", "View", "Concept", "Analysis", "Help"
PANEL = "Panels"
"""Heads the commands that open a panel. They are listed in the View menu, by their marks."""


def add_file_commands(
    actions: Actions, session: Session, opening: Opening, window: QMainWindow
) -> None:
    """Register what opens, exports and closes."""
    add = actions.add
    add("file.new", "&New project…", "Ctrl+N", opening.new_project, context=FILE, icon="plus")
    add("file.open", "&Open…", "Ctrl+O", opening.open_something, context=FILE, icon="folder-open",
        tip="Open a project, a folder of photos, or released files")  # fmt: skip
    add("file.released", "Open re&leased files…", "Ctrl+Shift+O", opening.open_released,
        context=FILE, icon="books",
        tip="A project on a published dictionary: its concepts, names and relations")  # fmt: skip
    add("file.demo", "Open the &demo", "", session.analysis.begin_demo, context=FILE, icon="play")
    add("file.export", "&Export…", "Ctrl+E", lambda: dialogs.show_export(session, window),
        context=FILE, icon="export")  # fmt: skip
    add("file.check", "Chec&k project…", "", lambda: dialogs.show_check(session, window),
        context=FILE, icon="check-circle",
        tip="Whether every file of the project is as it was written; repairs results")  # fmt: skip
    add("file.folder", "&Show project in folder", "", opening.show_project, context=FILE)
    add("file.close", "&Close project", "Ctrl+W", opening.close_project, context=FILE)
    add("file.preferences", "&Preferences…", "Ctrl+,",
        lambda: dialogs.show_preferences(session, window), context=FILE, icon="gear")  # fmt: skip
    add("file.quit", "&Quit", "Ctrl+Q", window.close, context=FILE)


def add_edit_commands(
    actions: Actions, session: Session, search: SearchBox, palette: CommandPalette
) -> None:
    """Register undo and redo, searching, and the way back."""
    add, curation, selection = actions.add, session.curation, session.selection
    add(
        "edit.undo",
        "&Undo",
        "Ctrl+Z",
        partial(_undo, session),
        context=EDIT,
        icon="arrow-counter-clockwise",
    )
    add("edit.redo", "&Redo", "Ctrl+Shift+Z; Ctrl+Y", curation.redo, context=EDIT,
        icon="arrow-clockwise")  # fmt: skip
    add("edit.find", "&Find concepts", "Ctrl+F", search.take_keyboard, context=EDIT,
        icon="magnifying-glass")  # fmt: skip
    add("edit.commands", "&Commands", "Ctrl+K", palette.open, context=EDIT, icon="command")
    add("edit.back", "&Back", "Alt+Left", selection.back, context=EDIT, icon="arrow-left",
        tip="Back to what was selected before")  # fmt: skip
    add("edit.forward", "F&orward", "Alt+Right", selection.forward, context=EDIT,
        icon="arrow-right")  # fmt: skip


def add_workspace_commands(
    actions: Actions,
    show_workspace: Callable[[str], None],
    show_page: Callable[[str], None],
    turn_page: Callable[[], None],
    window: QMainWindow,
) -> None:
    """Register workspaces, and the pages of those that have several."""
    add, group = actions.add, QActionGroup(window)
    for number, workspace in enumerate(WORKSPACES, 1):
        action = add(f"view.{workspace.name}", workspace.title, f"Ctrl+{number}",
            partial(show_workspace, workspace.name), context=VIEW, icon=workspace.icon,
            checkable=True)  # fmt: skip
        group.addAction(action)
        for page in workspace.pages if workspace.has_pages else ():
            add(action_of(page.name), f"{workspace.title}: {page.title}", "",
                partial(show_page, page.name), context=VIEW, checkable=True)  # fmt: skip
    add(NEXT_PAGE, "Next page", "Ctrl+PgDown", turn_page, context=VIEW,
        tip="Turn to the next page of this workspace")  # fmt: skip


def add_view_commands(
    actions: Actions,
    session: Session,
    docks: DockArea,
    window: QMainWindow,
) -> None:
    """Register panels and how the window looks."""
    add, settings = actions.add, session.settings
    add("view.reset", "&Reset workspace", "", docks.reset, context=VIEW,
        tip="Arrange the panels of this workspace as they come")  # fmt: skip
    add("view.theme", "Light or dark", "Ctrl+Shift+L", lambda: _toggle_theme(settings),
        context=VIEW, icon="circle-half")  # fmt: skip
    add("view.surroundings", "&Surroundings of examples", "S",
        partial(show_more_around, settings), context=VIEW,
        tip="Examples with 3, 5 or 9 cells across, or in the whole photo")  # fmt: skip
    add("photos.unexplained", "Photos: least explained first", "", session.unexplained.toggle_order,
        context=VIEW, icon="sort-ascending", checkable=True,
        tip="List photos by the share that no concept explains; again: as usual")  # fmt: skip
    add("view.full_screen", "F&ull screen", "F11", lambda: _toggle_full_screen(window),
        context=VIEW)  # fmt: skip
    for spec in PANELS:
        add(f"panel.{spec.name}", f"Open panel: {spec.title}", "",
            partial(docks.open_panel, spec.name), context=PANEL)  # fmt: skip


def add_audit_commands(actions: Actions, session: Session, window: QMainWindow) -> None:
    """Register pinning, which acts on whatever is looked at."""

    def pin_it() -> None:
        from insight_app.gui.explain.pin_dialog import pin

        shown = [one for one in WORKSPACES if actions[f"view.{one.name}"].isChecked()]
        workspace = shown[0] if shown else WORKSPACES[0]
        pages = [one.name for one in workspace.pages if workspace.has_pages]
        page = next((name for name in pages if actions[action_of(name)].isChecked()), "")
        pin(session, window, workspace.name, page)

    actions.add("audit.pin", "Pin a &finding…", "Ctrl+D", pin_it, context=EDIT, icon="push-pin",
                tip="Keep what you look at now for the report, with a comment")  # fmt: skip


def add_concept_commands(actions: Actions, session: Session) -> None:
    """Register what a person says of the selected concepts, or of the selected relations."""
    add, curation, relations = actions.add, session.curation, session.relations
    add("concept.accept", "&Accept", "A",
        partial(_judge, session, relations.accept, curation.accept), context=CONCEPT,
        icon="check",
        tip="The name, or the relation, is right; go on to the next")  # fmt: skip
    add("concept.unsure", "&Unsure", "U",
        partial(_judge, session, relations.unsure, curation.unsure), context=CONCEPT,
        icon="question",
        tip="I cannot tell; go on to the next")  # fmt: skip
    add("concept.reject", "Re&ject", "X",
        partial(_judge, session, relations.reject, curation.reject), context=CONCEPT, icon="x",
        tip="The name, or the relation, is wrong; go on to the next")  # fmt: skip
    add("concept.hide", "&Hide from lists", "H", partial(_hide, session), context=CONCEPT,
        icon="eye-slash",
        tip="Junk: hide the concept and go on to the next; on a hidden one: show it again. "
        "Search for hidden:yes, or “hidden too” in Statistics, lists them")  # fmt: skip
    add("concept.previous", "&Previous", "Left; Alt+Up", lambda: session.lists.step(-1),
        context=CONCEPT, icon="caret-left", tip="Previous photo or concept")  # fmt: skip
    add("concept.next", "&Next", "Right; Alt+Down", lambda: session.lists.step(1), context=CONCEPT,
        icon="caret-right", tip="Next photo or concept")  # fmt: skip
    add("concept.advance", "&Go on after judging", "", lambda: _toggle_advance(session.settings),
        context=CONCEPT, checkable=True,
        tip="After accept, unsure or reject go on to the next")  # fmt: skip
    structure_keys(session)
    keys_of(session)  # registers the others, also where no panel is open that has them
    relation_keys_of(session)


def add_analysis_commands(
    actions: Actions,
    session: Session,
    opening: Opening,
    docks: DockArea,
    show_folders: Callable[[], object],
) -> None:
    """Register what is asked of the worker."""
    add, analysis = actions.add, session.analysis
    add("analysis.add", "&Add photos…", "", opening.add_photos, context=ANALYSIS, icon="plus")
    add("analysis.folders", "Photo &folders…", "Ctrl+Shift+F", show_folders, context=ANALYSIS,
        icon="folder", tip="Where the photos are; take folders out and put them back")  # fmt: skip
    add("analysis.resume", "&Resume", "", analysis.resume, context=ANALYSIS, icon="play",
        tip="Go on analyzing where it stopped")  # fmt: skip
    add("analysis.pause", "&Pause", "", analysis.pause, context=ANALYSIS, icon="pause",
        tip="Stop for now; what is done is kept")  # fmt: skip
    add("analysis.cancel", "&Cancel", "", analysis.cancel, context=ANALYSIS, icon="stop")
    add("analysis.name", "&Name concepts again from these photos", "", analysis.name,
        context=ANALYSIS, icon="tag",
        tip="The machine's names after all photos that count now; yours stay")  # fmt: skip
    add("analysis.problems", "Pro&blems", "", lambda: docks.open_panel("problems"),
        context=ANALYSIS, icon="warning")  # fmt: skip


def add_help_commands(
    actions: Actions, window: QMainWindow, show_hints: Callable[[], object]
) -> None:
    """Register what explains."""
    add = actions.add
    add("help.shortcuts", "&Keys", "?; F1", lambda: dialogs.show_shortcuts(actions, window),
        context=HELP, icon="keyboard")  # fmt: skip
    add("help.hints", "Show &hints again", "", show_hints, context=HELP,
        tip="The three hints of the first opening")  # fmt: skip
    add("help.about", "&About and licences", "", lambda: dialogs.show_about(window), context=HELP,
        icon="info")  # fmt: skip


def update_commands(actions: Actions, session: Session) -> None:
    """Enable what can be done now, and say what undo and redo would do."""
    state, set_enabled = session.state, actions.set_enabled
    has_project = state.project is not None
    has_concepts = state.catalogue is not None
    can_write = not state.read_only
    for id in ("file.folder", "file.close", "view.reset", "analysis.problems", "analysis.folders"):
        set_enabled(id, has_project)
    for id in ("concept.previous", "concept.next", "photos.unexplained"):
        set_enabled(id, has_project)
    set_enabled("audit.pin", has_concepts and can_write)
    for id in ("file.export", "edit.find"):
        set_enabled(id, has_concepts)
    for workspace in WORKSPACES:
        set_enabled(f"view.{workspace.name}", has_project)
        for page in workspace.pages if workspace.has_pages else ():
            set_enabled(action_of(page.name), has_project)
    for spec in PANELS:
        set_enabled(f"panel.{spec.name}", has_project)
    _update_undo(actions, session)
    set_enabled("edit.back", session.selection.can_go_back)
    set_enabled("edit.forward", session.selection.can_go_forward)
    chosen = has_concepts and bool(session.selection.rows)
    for id in ("concept.accept", "concept.unsure", "concept.reject", "concept.hide"):
        set_enabled(id, chosen or state.awaits_first_codes)  # where it cannot be, says why
    _name_judging(actions, session)
    running = session.analysis.is_running
    set_enabled("file.check", has_project and not running)
    set_enabled("analysis.add", can_write and not running)
    set_enabled("analysis.resume", can_write and not running)
    is_analyzed = state.results is not None and state.results.coded_images > 0
    set_enabled("analysis.name", can_write and not running and is_analyzed)
    set_enabled("analysis.pause", running)
    set_enabled("analysis.cancel", running)
    actions["concept.advance"].setChecked(session.settings.get("auto_advance"))
    actions["view.theme"].setText("Light theme" if theme.colours().dark else "Dark theme")


def _name_judging(actions: Actions, session: Session) -> None:
    """Say on menus and buttons what A, U, X and H do: to how many, and what hiding means now."""
    rows, catalogue = session.selection.rows, session.state.catalogue
    of_all = f" all {len(rows):,}" if len(rows) > 1 else ""
    relations = len(session.relations.current)
    of_relations = f" all {relations:,} relations" if relations > 1 else " relation"
    for verb in ("accept", "unsure", "reject"):
        entry = actions.entry(f"concept.{verb}")
        entry.action.setText(f"{entry.text}{of_relations if relations else of_all}")
    is_hidden = catalogue is not None and bool(rows) and bool(catalogue.hidden[list(rows)].all())
    if is_hidden:
        actions["concept.hide"].setText(f"Show again{of_all}")
    else:
        actions["concept.hide"].setText(f"&Hide{of_all} from lists")


def _update_undo(actions: Actions, session: Session) -> None:
    project = session.state.project
    undo = redo = None
    if project is not None and not session.state.read_only:
        undo, redo = project.judgements.undo_text, project.judgements.redo_text
    actions.set_enabled("edit.undo", bool(undo) or session.queue.pending > 0)
    actions.set_enabled("edit.redo", bool(redo))
    actions["edit.undo"].setText(f"&Undo: {command_text(undo)}" if undo else "&Undo")
    actions["edit.redo"].setText(f"&Redo: {command_text(redo)}" if redo else "&Redo")


def _judge(session: Session, relations: Callable[[], None], concepts: Callable[[], None]) -> None:
    """Judge the relations that are selected, else the concepts."""
    (relations if session.relations.current else concepts)()


def _hide(session: Session) -> None:
    if session.relations.current:
        session.messages.say("Nothing was done: a relation is selected, and hiding is of concepts")
    else:
        session.curation.hide()


def _toggle_theme(settings: Settings) -> None:
    settings.set("theme", "light" if theme.colours().dark else "dark")


def _toggle_full_screen(window: QMainWindow) -> None:
    if window.isFullScreen():
        window.showNormal()
    else:
        window.showFullScreen()


def _toggle_advance(settings: Settings) -> None:
    settings.set("auto_advance", not settings.get("auto_advance"))


def _undo(session: Session) -> None:
    """Undo what was judged, unless a split is laid out in view: nothing of that is judged yet."""
    if session.splitting.concept is None or "split" not in session.seen_panels.names:
        session.curation.undo()
    else:
        session.messages.say(
            "Nothing was undone: a split is laid out, and nothing of it is judged yet (Escape "
            "leaves it)"
        )
