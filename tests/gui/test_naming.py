"""Naming many concepts at once, with real keys: find and replace, the normalization file."""

from PySide6.QtCore import Qt

from insight_app.gui.dialogs.preferences import PreferencesDialog
from insight_app.gui.naming import commands
from insight_app.gui.naming.normalize_dialog import NormalizeDialog
from insight_app.gui.naming.proposals import CHECK
from insight_app.gui.naming.replace_dialog import ReplaceDialog
from insight_app.gui.window import dialogs
from tests.gui.conftest import wait_idle, wait_saved
from tests.gui.hands import ALT, CTRL, Key, press, show


def named(window, part: str) -> list[int]:
    """The rows that lists show whose name has this part."""
    return [row for row, name in window.session.naming.names() if part in name.casefold()]


def open_dialog(qtbot, window, kind):
    dialog = window.findChild(kind)
    assert dialog is not None
    wait_idle(qtbot, window)
    return dialog


def untick(qtbot, dialog, place: int) -> None:
    """Space on a line of the preview."""
    table = dialog.preview.table
    table.setFocus()
    table.selectRow(place)
    qtbot.keyClick(table, Key.Key_Space)
    state = dialog.preview.model.index(place, CHECK).data(Qt.ItemDataRole.CheckStateRole)
    assert state == Qt.CheckState.Unchecked


def test_find_and_replace_changes_what_is_ticked_and_one_undo_brings_it_back(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    part, before = "e", list(window.session.state.catalogue.names)
    rows = named(window, part)
    assert len(rows) > 2
    press(qtbot, window, Key.Key_H, CTRL)
    dialog = open_dialog(qtbot, window, ReplaceDialog)
    qtbot.keyClicks(dialog.find_what, part)
    qtbot.keyClicks(dialog.put_there, "zebra & <b>")
    wait_idle(qtbot, window)
    assert [one.key for one in dialog.preview.model.proposed.renamings] == rows
    untick(qtbot, dialog, 0)
    assert dialog.do.text() == f"Rename {len(rows) - 1} concepts"
    qtbot.keyClick(dialog.put_there, Key.Key_Return)
    wait_saved(qtbot, window)
    catalogue = window.session.state.catalogue
    assert catalogue.names[rows[0]] == before[rows[0]]
    assert all("zebra & <b>" in catalogue.names[row] for row in rows[1:])
    assert all(catalogue.by_person[row] for row in rows[1:])
    dialog.close()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.docks["hierarchy"].panel.view.setFocus()
    press(qtbot, window, Key.Key_Z, CTRL)
    assert list(catalogue.names) == before


def test_a_normalization_file_renames_variants_and_keeps_the_old_names(
    qtbot, window, tmp_path, monkeypatch
) -> None:
    show(qtbot, window, "concepts")
    _row, part = window.session.naming.names()[0]
    rows = [row for row, name in window.session.naming.names() if name == part]
    path = tmp_path / "names.txt"
    path.write_text(f'zebra: x, "{part.upper()}"\n', encoding="utf-8")
    monkeypatch.setattr(commands, "choose_file", lambda *_: path)
    window.actions_["edit.normalize"].trigger()
    wait_idle(qtbot, window)
    dialog = open_dialog(qtbot, window, NormalizeDialog)
    assert dialog.missing.text() == "No concept in the lists is called: x"
    qtbot.mouseClick(dialog.do, Qt.MouseButton.LeftButton)
    wait_saved(qtbot, window)
    session = window.session
    assert [row for row, name in session.naming.names() if name == "zebra"] == rows
    for row in rows:
        assert [one.text for one in session.state.catalogue.aliases(row)] == [part]
    written = tmp_path / "out.txt"
    monkeypatch.setattr(commands, "choose_new_file", lambda *_: written)
    window.actions_["edit.write_names"].trigger()
    wait_idle(qtbot, window)
    assert f"zebra: {part}" in written.read_text(encoding="utf-8").splitlines()


def test_a_file_that_says_two_things_changes_nothing_and_says_why(
    qtbot, window, tmp_path, monkeypatch
) -> None:
    path = tmp_path / "names.txt"
    path.write_text("bird: wing\ncat: wing\n", encoding="utf-8")
    monkeypatch.setattr(commands, "choose_file", lambda *_: path)
    window.actions_["edit.normalize"].trigger()
    wait_idle(qtbot, window)
    assert window.findChild(NormalizeDialog) is None
    (trouble,) = [trouble for _key, trouble in window.session.troubles.present]
    assert "line 2: “wing” belongs to another name on line 1" in trouble.text


def alias_texts(window) -> list[tuple[str, str]]:
    session = window.session
    return [tuple(one) for one in session.state.catalogue.aliases(session.selection.row)]


def test_aliases_come_and_go_by_keys(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    row = window.docks["card"].panel.aliases
    press(qtbot, window, Key.Key_Y)
    qtbot.keyClicks(row.field.text, "Vogel @de, <b>bird</b>")
    press(qtbot, window, Key.Key_Return)
    assert alias_texts(window) == [("<b>bird</b>", ""), ("Vogel", "de")]
    assert [chip.alias.text for chip in row.chips] == ["<b>bird</b>", "Vogel"]
    row.chips[1].setFocus()
    press(qtbot, window, Key.Key_Delete)
    assert alias_texts(window) == [("<b>bird</b>", "")]
    assert [chip.alias.text for chip in row.chips] == ["<b>bird</b>"]
    window.docks["hierarchy"].panel.view.setFocus()
    press(qtbot, window, Key.Key_Z, CTRL)
    press(qtbot, window, Key.Key_Z, CTRL)
    assert alias_texts(window) == []
    assert row.chips == []


def test_a_language_that_is_none_is_said_and_stays_typed(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    field = window.docks["card"].panel.aliases.field
    press(qtbot, window, Key.Key_Y)
    qtbot.keyClicks(field.text, "Vogel @1")
    press(qtbot, window, Key.Key_Return)
    assert "“1” is no code of a language" in window.strip.label.text()
    assert field.isVisible() and field.text.text() == "Vogel @1"
    press(qtbot, window, Key.Key_Escape)
    assert alias_texts(window) == []
    assert not field.isVisible()


def test_the_language_of_an_alias_is_one_tab_further(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    field = window.docks["card"].panel.aliases.field
    press(qtbot, window, Key.Key_Y)
    assert field.hint.text() == "Without a language it counts as en"
    qtbot.keyClicks(field.text, "banc public (fr)")
    assert field.hint.text() == "(fr) is a part of the name; as a language: @fr"
    field.text.setText("banc public, bench @en")
    qtbot.keyClick(field.text, Key.Key_Tab)
    assert field.language.hasFocus() and field.isVisible()
    qtbot.keyClicks(field.language, "fr")
    qtbot.keyClick(field.language, Key.Key_Return)
    wait_saved(qtbot, window)
    assert alias_texts(window) == [("banc public", "fr"), ("bench", "en")]
    assert not field.isVisible()


def test_find_and_replace_may_be_closed_while_it_looks(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    press(qtbot, window, Key.Key_H, CTRL)
    dialog = window.findChild(ReplaceDialog)
    qtbot.keyClicks(dialog.find_what, "e")
    dialog.close()
    wait_idle(qtbot, window)
    assert window.session.troubles.present == []


def test_a_definition_is_written_when_one_leaves_and_undone_alone(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    session, row = window.session, window.session.selection.row
    press(qtbot, window, Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(window.docks["card"].panel.definition, "A wheel, not a tyre")
    session.lists.step(1)
    wait_saved(qtbot, window)
    assert session.state.catalogue.definitions == {row: "A wheel, not a tyre"}
    assert session.state.catalogue.notes == {}
    session.curation.undo()
    wait_saved(qtbot, window)
    assert session.state.catalogue.definitions == {}


def test_a_name_given_often_gets_a_key_which_asks_before_it_names_several(
    qtbot, window, open_window, project_dir, monkeypatch
) -> None:
    show(qtbot, window, "concepts")
    session, rows = window.session, window.session.lists.rows
    for row in rows[:3]:
        session.curation.rename(session.state.id_of(row), "mast & boom")
        wait_saved(qtbot, window)
    assert session.own_names.names[:2] == ("mast & boom", "")
    assert window.strip.label.text() == "mast & boom was given 3 times: Alt+1 gives it now"
    buttons = window.docks["card"].panel.own_names.buttons
    assert [button.text() for button in buttons if not button.isHidden()] == ["mast && boom"]
    session.selection.select_rows(rows=rows[3:5])
    wait_idle(qtbot, window)
    asked: list[str] = []
    monkeypatch.setattr(
        dialogs, "confirm", lambda *said, **more: not asked.append(said[2] + more["details"])
    )
    press(qtbot, window, Key.Key_1, ALT)
    assert asked[0].startswith("Rename all 2 selected concepts?Each is then called mast & boom")
    names = session.state.catalogue.names
    assert [names[row] for row in rows[:5]] == ["mast & boom"] * 5
    press(qtbot, window, Key.Key_Z, CTRL)
    assert names[rows[3]] != "mast & boom" != names[rows[4]]
    session.own_names.put(1, "")
    session.own_names.put(4, " keel  ")
    assert session.own_names.names[3] == "keel"
    window.close()
    again = open_window(project_dir)
    assert again.session.own_names.names[3] == "keel"
    again.actions_["file.preferences"].trigger()
    fields = again.findChild(PreferencesDialog).names
    assert [field.text() for field in fields] == ["", "", "", "keel", "", "", "", "", ""]


def naming_as_another(qtbot, window):
    """Type a name that another one has; return the ids of both, that one first, and the title."""
    show(qtbot, window, "concepts")
    session = window.session
    ids = session.state.ids_of(session.lists.rows[:2])
    session.curation.rename(ids[0], "mast")
    wait_saved(qtbot, window)
    session.selection.select(concepts=ids[1:])
    wait_idle(qtbot, window)
    title = window.docks["card"].panel.head
    title.rename()
    qtbot.keyClicks(title.editor, "mast")
    wait_idle(qtbot, window)
    return ids, title


def test_a_name_that_others_have_offers_the_merge(qtbot, window) -> None:
    ids, title = naming_as_another(qtbot, window)
    session = window.session
    assert title.same.text() == "1 other concept is called so. Ctrl+Enter: rename and merge"
    assert title.editor.completer().completions.found[0].count == 1
    qtbot.keyClick(title.editor, Key.Key_Return)
    wait_saved(qtbot, window)
    assert window.strip.also_link.text() == "Merge with 1 other…"
    qtbot.mouseClick(window.strip.also_link, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    stage = session.staging.stage
    assert stage is not None and set(stage.ticked) == set(ids)
    assert stage.ticked[0] == ids[0]


def test_ctrl_enter_in_the_name_renames_and_lays_the_merge_out(qtbot, window) -> None:
    ids, title = naming_as_another(qtbot, window)
    session = window.session
    qtbot.keyClick(title.editor, Key.Key_Return, CTRL)
    wait_saved(qtbot, window)
    assert session.state.catalogue.names[session.state.row_of(ids[1])] == "mast"
    assert session.staging.stage is not None and session.staging.stage.ticked == ids
    session.staging.cancel()
    wait_idle(qtbot, window)
    assert session.selection.concepts == ids[1:]


def test_ctrl_enter_in_a_note_leaves_it_and_merges_nothing(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    press(qtbot, window, Key.Key_N)
    note = window.docks["card"].panel.note
    qtbot.keyClicks(note, "of wood")
    press(qtbot, window, Key.Key_Return, CTRL)
    assert window.session.state.catalogue.notes == {window.session.selection.row: "of wood"}
    assert window.session.staging.stage is None and not note.hasFocus()
