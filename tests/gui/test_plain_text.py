"""Texts of others are shown letter by letter, wherever they are shown, and open no file."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from insight_app.errors import WorldError
from insight_app.gui.curation.place_dialog import PlaceDialog
from insight_app.gui.dialogs.confirming import confirm
from insight_app.gui.dialogs.export import ExportDialog
from insight_app.gui.dialogs.folders import FoldersDialog
from insight_app.gui.dialogs.history import HistoryDialog
from insight_app.gui.dialogs.new_project import NewProjectDialog
from insight_app.gui.dialogs.preferences import PreferencesDialog
from insight_app.gui.dialogs.shortcuts import ShortcutsDialog
from insight_app.gui.dialogs.wizard.found import FoundDictionary
from insight_app.gui.naming.normalize_dialog import NormalizeDialog
from insight_app.gui.naming.replace_dialog import ReplaceDialog
from insight_app.gui.photo.tag_dialog import TagDialog
from insight_app.gui.window.workspaces import PANELS
from insight_app.project.judgements import Alias, Person
from insight_app.project.judgements.names.normalizing import NameLine
from insight_app.project.person import remember
from tests.gui.conftest import SIZE, wait_idle, wait_saved
from tests.gui.every_text import Shown, everything, never_opened, wrong
from tests.hostile import MARK, hostile, hostile_file
from tests.synthetic import make_project

WORKSPACES = ("images", "concepts", "review", "statistics")
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def decoy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A picture that nobody has asked to be opened; a relative name finds it too."""
    path = tmp_path / "decoy.png"
    path.write_bytes(PICTURE)
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def spell(decoy: Path) -> Callable[[str], str]:
    return lambda of: hostile(of, decoy.as_uri())


@pytest.fixture
def hostile_project(tmp_path: Path, home: Path, spell: Callable[[str], str]) -> Path:
    """Every name in it means harm: concepts, candidates, meanings, files, folders, its own."""
    remember(Person("p", spell("Ada")))
    folder = tmp_path / hostile_file("in") / f"{hostile_file('project')}.insight"
    return make_project(folder, images=8, concepts=20, spell=spell, spell_file=hostile_file)


class Eyes:
    """Looks at all there is, and remembers where names of others were seen."""

    def __init__(self, qtbot, window) -> None:
        self.qtbot, self.window = qtbot, window
        self.seen: set[str] = set()
        self.bad: set[str] = set()

    def look(self) -> None:
        wait_idle(self.qtbot, self.window)
        QApplication.processEvents()
        for shown in everything():
            if "H4rm" in shown.text:
                self.seen.add(shown.where)
            if problem := wrong(shown):
                self.bad.add(f"{shown.where}: {problem}: {shown.text[:80]!r}")


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has such names, and tells who opens a file"
)
def test_nothing_of_others_is_more_than_text(
    qtbot, open_window, hostile_project: Path, decoy: Path, spell
) -> None:
    with never_opened(decoy):
        window = open_window(hostile_project)
        session, eyes = window.session, Eyes(qtbot, window)
        boat, car = session.state.id_of(2), session.state.id_of(4)
        session.curation.note(boat, spell("note"))
        wait_saved(qtbot, window)
        session.curation.rename(boat, spell("boat"))
        wait_saved(qtbot, window)
        session.naming.add_aliases(boat, [Alias(spell("alias"))])
        session.tagging.put((1,), on=(spell("tag"),))
        session.relations.add_parent(boat, session.state.id_of(0))
        wait_saved(qtbot, window)
        for workspace in WORKSPACES:
            window.show_workspace(workspace)
            session.selection.select(concepts=(boat,), image=1)
            if workspace in ("concepts", "review"):
                eyes.look()
        for spec in PANELS:
            window.dock_area.open_panel(spec.name)
            wait_idle(qtbot, window)
        session.selection.select(concepts=(car, boat, session.state.id_of(1)))
        eyes.look()
        session.actions["concept.merge"].trigger()
        eyes.look()
        session.actions["concept.cancel_stage"].trigger()
        session.selection.select_relations([(boat, session.state.id_of(0))])
        eyes.look()
        session.selection.select(concepts=(boat,), relations=())
        session.actions["concept.split"].trigger()
        eyes.look()
        session.actions["concept.cancel_stage"].trigger()
        error = WorldError(spell("what"), where=spell("where"), kept=spell("kept"), do=spell("do"))
        session.messages.report(error, "Mend", lambda: None)
        session.messages.offer(spell("did"), "Undo", lambda: None)
        window.docks["photo"].panel.show_error(error)
        session.actions["edit.commands"].trigger()
        window.palette_.line.setText("H4rm")
        window.palette_.list.update_hits()
        field = window.docks["thumbnails"].panel.filter
        field._entered()
        field.line.setText("H4rm")
        field.popup.update_hits()
        tree = window.docks["hierarchy"].panel
        menu = tree.context_menu(tree.view.tree.reveal(boat)[0])
        head = window.docks["card"].panel.head
        head.rename()
        qtbot.keyClicks(head.editor, "&x")  # what completes it comes when something is typed
        wait_idle(qtbot, window)
        eyes.look()
        window.docks["card"].panel.head.end_edit()
        menu.deleteLater()
        _look_at_dialogs(eyes, window, hostile_project, spell)
        QTimer.singleShot(0, lambda: _look_at_box(eyes))
        confirm(window, spell("title"), spell("question"), do="Do", keep="Keep", details=spell("d"))
        assert session.projects.close()
        qtbot.waitUntil(lambda: session.state.project is None)
        eyes.look()
        assert not eyes.bad, "\n".join(sorted(eyes.bad))
    seen = "\n".join(eyes.seen)
    for place in (
        "title of MainWindow", "tip in GridView", "line in HierarchyView", "tip in _TableView",
        "tooltip of _Name", "line in HistoryView", "line in CandidateList", "LinkLabel",
        "AbsentLine", "tooltip of AliasChip", "line in QListWidget",
        "tip in _Table 'Names that change'",
        "action edit.undo", "tooltip of action", "WrappedText", "axis of ThemedPlot", "_Title",
        "completions of NameEdit", "line in HitList", "line in HangingHits", "PlainLabel",
        "line in QTreeWidget", "line in FolderList", "choice of QComboBox", "tooltip of RecentRow",
        "qt_msgbox_label", "qt_msgbox_informativelabel", "title of QMessageBox", "ElidedLabel",
    ):  # fmt: skip
        assert place in seen, f"{place} is not among\n{seen}"


def _look_at_dialogs(eyes: Eyes, window, project: Path, spell) -> None:
    session = window.session
    found = FoundDictionary(
        "release", spell("class"), 20, 32, 8, (20,), 3, None, ((spell("probe"), 4),),
        ((spell("missing"), spell("instead")),), (spell("problem"),),
    )  # fmt: skip
    wizard = NewProjectDialog(session, [project.parent], window)
    wizard.dictionary.use_folder(project.parent)
    wizard.findings.show_findings(project.parent, found, spell("encoder"), spell("misfit"))
    wizard._show_trouble(WorldError(spell("trouble")))
    export = ExportDialog(session, window)
    export._failed(WorldError(spell("failed")))
    replace = ReplaceDialog(session, window)
    replace.find_what.setText("H4rm")
    lines = [
        NameLine(spell("canonical"), (Alias(session.state.exact_name(1)), Alias(spell("variant"))))
    ]
    boat = session.state.id_of(2)
    dialogs = [
        wizard, export, FoldersDialog(session, window), PreferencesDialog(session, window),
        ShortcutsDialog(session.actions, window), replace, HistoryDialog(session, window),
        NormalizeDialog(session, Path(spell("file")), lines, window),
        TagDialog(session, (0,), window), PlaceDialog(session, [(boat, None)], True, window),
    ]  # fmt: skip
    for dialog in dialogs:
        dialog.show()
    eyes.look()
    export._written([project / "x.json"])
    eyes.look()
    for dialog in dialogs:
        dialog.close()
        dialog.deleteLater()


def _look_at_box(eyes: Eyes) -> None:
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    eyes.look()
    box.reject()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("label", "<b>x</b>"), ("tip", "<img src='a.png'>"), ("line", "a\nb"),
        ("lines", "a\x1b[2J"), ("command", f"{MARK}<img "), ("rich", "a <img src='a.png'>"),
        ("line", "a\u202eb"), ("title", "[*]\x07"), ("rich", f"{MARK}<b>"),
    ],
)  # fmt: skip
def test_the_eyes_see_what_is_wrong(kind: str, text: str) -> None:
    assert wrong(Shown("here", text, kind))


def test_a_long_name_takes_no_more_room_than_another(qtbot, open_window, project_dir: Path) -> None:
    window = open_window(project_dir)
    session = window.session
    boat = session.state.id_of(2)
    widths = []
    for name in ("boat", "b" * 10_000):
        session.curation.rename(boat, name)
        session.curation.note(boat, name)
        wait_saved(qtbot, window)
        session.messages.report(WorldError(name, where=name), "Mend", lambda: None)
        found = {}
        for workspace in WORKSPACES:
            window.show_workspace(workspace)
            session.selection.select(concepts=(boat,), image=1)
            wait_idle(qtbot, window)
            QApplication.processEvents()
            found[workspace] = window.minimumSizeHint().width()
            for panel in (dock.panel for dock in window.docks.values() if dock.panel):
                found[f"{panel.title} in {workspace}"] = panel.minimumSizeHint().width()
        widths.append(found)
    wider = {place for place in widths[0] if widths[1][place] > widths[0][place] + 16}
    assert not wider
    assert window.width() == SIZE[0]
    assert session.state.catalogue.names[2] == name != session.state.name(2)[0]
