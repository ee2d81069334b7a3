"""One "next": the list in front of the person is what A, U, X, H and the arrows go through."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from insight_app.gui.state.lists import Follow
from insight_app.gui.statistics.columns import KEYS
from tests.gui.conftest import WAIT, wait_idle, wait_saved
from tests.gui.hands import ALT, CTRL, Key, click, press, seen_from_top, selected, show
from tests.synthetic import publish_again

# ---- through the list in front


def test_in_statistics_judging_goes_through_the_table(qtbot, window) -> None:
    show(qtbot, window, "review")
    table = show(qtbot, window, "statistics")
    table.view.sortByColumn(KEYS.index("name"), Qt.SortOrder.AscendingOrder)
    first, second, third, fourth, fifth, *_ = table.model.order.tolist()
    click(table.view, table.model.index(0, KEYS.index("name")))
    for key, following in ((Key.Key_A, second), (Key.Key_X, third), (Key.Key_H, fourth)):
        press(qtbot, window, key)
        assert selected(window) == following
        (place,) = table.view.selectionModel().selectedRows()
        assert table.model.order[place.row()] == following, "what is shown is what is current"
    catalogue = window.session.state.catalogue
    assert catalogue.status[[first, second]].tolist() == [1, 3] and catalogue.hidden[third]
    press(qtbot, window, Key.Key_Down, ALT)
    assert selected(window) == fifth
    for expected in (fourth, second):
        press(qtbot, window, Key.Key_Up, ALT)
        assert selected(window) == expected, "what is hidden is not gone through"
    for _undo in range(3):
        press(qtbot, window, Key.Key_Z, CTRL)
    assert selected(window) == first
    click(table.view, table.model.index(table.model.rowCount() - 1, KEYS.index("name")))
    last = selected(window)
    press(qtbot, window, Key.Key_A)
    assert selected(window) == last == table.model.order[-1], "at the end the last stays"


@pytest.mark.parametrize("goes_on", [True, False])
def test_what_leaves_a_filtered_table_passes_the_selection_on(qtbot, window, goes_on) -> None:
    window.settings.set("auto_advance", goes_on)
    table = show(qtbot, window, "statistics")
    qtbot.keyClicks(table.search, "status:unreviewed")
    order = table.model.order.tolist()
    click(table.view, table.model.index(1, KEYS.index("name")))
    press(qtbot, window, Key.Key_A)
    assert order[1] not in table.model.order
    assert selected(window) == order[2], "keys never act on what the filter hides"
    click(table.view, table.model.index(table.model.rowCount() - 1, KEYS.index("name")))
    press(qtbot, window, Key.Key_X)
    assert selected(window) == table.model.order[-1] == order[-2], "at the end the previous"
    name = window.session.state.name(order[4])[0]
    table.search.setFocus()
    table.search.selectAll()
    qtbot.keyClicks(table.search, name)
    assert selected(window) == order[-2], "not while one is typing"
    assert table.header.info.text() == "0 of 1 selected, 1 filtered out"
    qtbot.waitUntil(lambda: selected(window) == order[4])  # typing rests
    wait_idle(qtbot, window)
    assert table.header.info.text() == "1 of 1 selected"


def test_in_the_table_keys_act_on_nothing_that_is_not_seen(qtbot, window) -> None:
    table, session = show(qtbot, window, "statistics"), window.session
    catalogue, plot = session.state.catalogue, window.docks["frequency_plot"].panel
    first, second, third, *rest = table.model.order.tolist()
    click(table.view, table.model.index(0, KEYS.index("name")))
    for key, expected in ((Key.Key_Right, second), (Key.Key_Right, third), (Key.Key_Left, second)):
        press(qtbot, window, key)
        assert selected(window) == expected, "Left and Right go through the rows"
    session.selection.select_rows((first, second))
    table.search.setFocus()
    qtbot.keyClicks(table.search, f'status:unreviewed "{session.state.name(second)[0]}"')
    qtbot.keyClick(table.search, Key.Key_Tab)
    assert not table.search.hasFocus()
    assert session.selection.rows == (second,), "only what the table shows stays selected"
    press(qtbot, window, Key.Key_A)
    assert catalogue.status[[first, second]].tolist() == [0, 1]
    table.search.clear()

    session.selection.select_rows((rest[-1],))
    wait_idle(qtbot, window)
    table.search.setFocus()
    qtbot.keyClicks(table.search, "level:0")
    qtbot.keyClick(table.search, Key.Key_Tab)
    assert selected(window) == table.model.order[0] != rest[-1], "the first that is found"
    table.search.clear()

    # what was selected elsewhere is said to be filtered out, and no key judges it
    table.search.setFocus()
    qtbot.keyClicks(table.search, session.state.name(third)[0])
    qtbot.keyClick(table.search, Key.Key_Tab)
    assert selected(window) == third
    for key in (Key.Key_A, Key.Key_X, Key.Key_H, Key.Key_1):
        session.selection.select_rows((rest[0],))
        wait_idle(qtbot, window)
        assert table.header.info.text() == "0 of 1 selected, 1 filtered out"
        assert plot.header.info.text() == "0 of 1 selected"
        assert "filtered out" in table.trouble.text and table.trouble.isVisible()
        press(qtbot, window, key)
        assert selected(window) == third and not table.trouble.isVisible()
    assert not catalogue.status[[third, rest[0]]].any() and not catalogue.hidden[rest[0]]
    assert not catalogue.by_person[[third, rest[0]]].any()
    session.selection.select_rows((rest[0],))
    wait_idle(qtbot, window)
    table.trouble.button.click()
    wait_idle(qtbot, window)
    assert table.view.currentIndex().row() == table.model.place_of(rest[0])
    assert selected(window) == rest[0]


def test_the_tree_is_gone_through_as_it_is_seen(qtbot, window) -> None:
    view = show(qtbot, window, "concepts").view
    view.setFocus()
    view.expandToDepth(1)
    press(qtbot, window, Key.Key_Home)
    seen = seen_from_top(view)
    walked = [selected(window)]
    for _ in seen[1:]:
        press(qtbot, window, Key.Key_Down, ALT)
        walked.append(selected(window))
        assert view.tree.row_at(view.currentIndex()) == walked[-1]
    assert walked == seen, "a concept under two parents twice, as it is seen"
    press(qtbot, window, Key.Key_Down, ALT)
    assert selected(window) == seen[-1]
    for _ in seen[1:]:
        press(qtbot, window, Key.Key_Up, ALT)
        walked.pop()
        assert selected(window) == walked[-1]
    press(qtbot, window, Key.Key_End)
    press(qtbot, window, Key.Key_H)
    assert window.session.state.catalogue.hidden[seen[-1]]
    assert selected(window) == seen[-2], "the last left the list: the previous"


def test_hiding_in_the_queue_takes_it_out_and_search_shows_it_again(qtbot, window) -> None:
    queue = show(qtbot, window, "review")
    first, second, *_ = order = window.session.lists.rows
    press(qtbot, window, Key.Key_H)
    assert selected(window) == second and window.session.lists.rows == order[1:]
    press(qtbot, window, Key.Key_Z, CTRL)
    assert selected(window) == first and window.session.lists.rows == order
    press(qtbot, window, Key.Key_H)
    press(qtbot, window, Key.Key_F, CTRL)
    qtbot.keyClicks(window.search.line, "hidden:yes")
    qtbot.keyClick(window.search.line, Key.Key_Return)
    assert selected(window) == first, "hidden ones are found by searching for them"
    queue.list.setFocus()
    press(qtbot, window, Key.Key_Right)
    assert selected(window) == second, "on from where it stood"
    window.session.selection.back()
    assert window.actions_["concept.hide"].text().startswith("Show again")
    press(qtbot, window, Key.Key_H)
    assert not window.session.state.catalogue.hidden[first]
    assert selected(window) == first and window.session.lists.rows == order


def test_hiding_again_goes_on_as_hiding_does_and_a_hidden_concept_says_so(qtbot, window) -> None:
    queue, session = show(qtbot, window, "review"), window.session
    catalogue, title = session.state.catalogue, window.docks["review"].panel.head
    first, second, *_ = session.lists.rows
    press(qtbot, window, Key.Key_H)
    press(qtbot, window, Key.Key_Z, CTRL)
    assert selected(window) == first and not title.hidden.isVisible()
    press(qtbot, window, Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert catalogue.hidden[first] and selected(window) == second
    assert queue.list.currentIndex().row() == queue.list.place_of(session.selection.primary)
    press(qtbot, window, Key.Key_A)
    assert catalogue.status[[first, second]].tolist() == [0, 1]
    for _undo in range(2):
        press(qtbot, window, Key.Key_Z, CTRL)
    show(qtbot, window, "concepts")
    press(qtbot, window, Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert catalogue.hidden[first] and selected(window) != first

    # one that is looked up says that it is hidden, and how to bring it back
    show(qtbot, window, "review")
    session.selection.select_rows((first,))
    wait_idle(qtbot, window)
    assert not queue.list.currentIndex().isValid(), "nothing else is outlined"
    assert "hidden" in title.name.accessibleName()
    assert title.hidden.isVisible() and "Show again" in title.hidden.text()
    assert "(H)" in title.hidden.text()
    title.hidden.linkActivated.emit("show")
    wait_saved(qtbot, window)
    assert not catalogue.hidden[first] and not title.hidden.isVisible()
    assert selected(window) == first


def test_the_list_with_the_keyboard_is_in_front(qtbot, window) -> None:
    photo = show(qtbot, window, "images")
    listed = window.docks["in_photo"].panel.list
    lists, image = window.session.lists, window.session.selection.image
    assert lists.follows is Follow.IMAGES
    photo.stage.setFocus()
    press(qtbot, window, Key.Key_Right)
    assert window.session.selection.image == lists.images.neighbour(image, 1)
    image = window.session.selection.image
    listed.setFocus()
    seen = window.session.state.rows_of(listed.distinct_concepts())
    click(listed, listed.model().index(0, 0))
    press(qtbot, window, Key.Key_Right)
    press(qtbot, window, Key.Key_A)
    assert selected(window) == seen[2]
    assert window.session.selection.image == image


# ---- something is always selected


def test_something_is_selected_wherever_one_comes(
    qtbot, open_window, project_dir, tmp_path
) -> None:
    second = tmp_path / "Second.insight"
    shutil.copytree(project_dir, second)
    window = open_window(project_dir)
    show(qtbot, window, "review")
    first = window.session.lists.rows[0]
    assert selected(window) == first
    press(qtbot, window, Key.Key_A)
    press(qtbot, window, Key.Key_Left)
    assert selected(window) == first
    chosen = [window.session.state.id_of(first)]
    qtbot.waitUntil(lambda: window.settings.place(project_dir).get("concepts") == chosen)
    kept = window.settings.place(project_dir)
    window.close()

    again = open_window(project_dir)
    queue = again.docks["queue"].panel
    assert again.workspace == "review" and selected(again) == first, "a judged one is kept too"
    assert queue.list.currentIndex().row() == 0 and queue.list.place_of(kept["concepts"][0]) == 0
    press(qtbot, again, Key.Key_Right)
    assert selected(again) == again.session.lists.rows[1]

    again.opening.open_paths([second])
    qtbot.waitUntil(lambda: again.session.state.path == second, timeout=WAIT)
    wait_idle(qtbot, again)
    rows = again.session.lists.rows
    assert again.workspace == "review" and selected(again) == rows[0]
    press(qtbot, again, Key.Key_X)
    assert again.session.state.catalogue.status[rows[0]] == 3
    for workspace in ("concepts", "statistics"):
        again.session.selection.select(concepts=())
        show(qtbot, again, workspace)
        assert selected(again) == again.session.lists.rows[0]
    publish_again(second, dictionary="5e17be71c0000002")
    again.session.projects.published(str(second))
    qtbot.waitUntil(lambda: again.session.state.id_of(0).startswith("5e17be71c0000002"))
    wait_idle(qtbot, again)
    qtbot.waitUntil(lambda: selected(again) is not None)


def test_levels_that_leave_the_selected_out_select_the_first(qtbot, window) -> None:
    panel = show(qtbot, window, "concepts")
    catalogue = window.session.state.catalogue
    window.session.selection.select_rows([int(np.flatnonzero(catalogue.level == 0)[0])])
    panel.set_levels((2, 2))
    assert catalogue.level[selected(window)] == 2
    assert panel.view.tree.row_at(panel.view.currentIndex()) == selected(window)


# ---- keys in lists


def test_letters_never_search_and_soft_keys_pass(qtbot, window) -> None:
    session, photo = window.session, show(qtbot, window, "images")
    in_photo, thumbnails = window.docks["in_photo"].panel, window.docks["thumbnails"].panel
    names = [session.state.name(row)[0] for row in range(session.state.catalogue.size)]
    letters = sorted({name[0] for name in names} - set("auxhmncflviprgbydkt"))
    assert letters, "names begin with letters that are no keys"
    bare = []
    session.bare_photo.connect(bare.append)
    for view in (in_photo.list, thumbnails.view):
        view.setFocus()
        assert view.hasFocus()
        zoom = photo.stage.scale()
        press(qtbot, window, Key.Key_Plus)
        assert photo.stage.scale() > zoom
        press(qtbot, window, Key.Key_Minus)
        press(qtbot, window, Key.Key_0)
        QTest.keyPress(view, Key.Key_Space)
        QTest.keyRelease(view, Key.Key_Space)
    assert bare == [True, False] * 2
    for workspace in ("images", "concepts", "review", "statistics"):
        show(qtbot, window, workspace)
        panels = [d.panel for d in window.docks.values() if d.panel and d.panel.isVisible()]
        views = [
            view
            for panel in panels
            for name in ("list", "view")
            if (view := getattr(panel, name, None)) is not None
        ]
        assert views
        for view in views:
            view.setFocus()
            before = view.currentIndex(), session.selection.current
            for letter in letters:
                qtbot.keyClicks(view, letter)
            assert (view.currentIndex(), session.selection.current) == before
    view = show(qtbot, window, "concepts").view
    branch = next(
        index for row in range(view.tree.rowCount())
        if view.tree.hasChildren(index := view.tree.index(row, 0))
    )  # fmt: skip
    click(view, branch)
    view.collapse(branch)
    press(qtbot, window, Key.Key_Plus)
    assert view.isExpanded(branch), "in a tree + opens a branch"
    press(qtbot, window, Key.Key_Minus)
    assert not view.isExpanded(branch)


def test_the_settings_are_on_the_disk_when_a_window_is_killed(qtbot, window, home: Path) -> None:
    show(qtbot, window, "review")
    press(qtbot, window, Key.Key_Right)
    chosen = window.session.selection.primary
    qtbot.waitUntil(lambda: chosen in (home / "window.ini").read_text(), timeout=WAIT)


# ---- notes


def test_escape_keeps_a_note_and_undo_brings_back_an_emptied_one(qtbot, window) -> None:
    view, session = show(qtbot, window, "concepts").view, window.session
    view.setFocus()
    note, row = window.docks["card"].panel.note, selected(window)
    notes = session.state.catalogue.notes
    press(qtbot, window, Key.Key_N)
    qtbot.keyClicks(note, "lit from below, axu")
    press(qtbot, window, Key.Key_Escape)
    assert notes[row] == note.toPlainText() == "lit from below, axu"
    assert view.hasFocus(), "the keyboard is back in the list"
    press(qtbot, window, Key.Key_N)
    press(qtbot, window, Key.Key_A, CTRL)
    press(qtbot, window, Key.Key_Delete)
    press(qtbot, window, Key.Key_Escape)
    assert row not in notes and note.toPlainText() == ""
    press(qtbot, window, Key.Key_Z, CTRL)
    assert notes[row] == note.toPlainText() == "lit from below, axu"
    press(qtbot, window, Key.Key_Z, CTRL)
    assert row not in notes and note.toPlainText() == ""
    assert not session.state.catalogue.status.any(), "letters of a note judge nothing"


# ---- what is typed selects a moment later: keys act on what is seen


def test_keys_judge_the_hit_that_the_tree_shows_and_what_is_chosen_after_it(qtbot, window) -> None:
    panel, state = show(qtbot, window, "concepts"), window.session.state
    catalogue, view = state.catalogue, panel.view
    first, hit = selected(window), state.catalogue.names.index("boat")
    assert first != hit
    panel.search.setFocus()
    for key in "boat":
        qtbot.keyClick(panel.search, key)
    assert view.tree.row_at(view.currentIndex()) == hit and selected(window) == first
    qtbot.keyClick(panel.search, Key.Key_Tab)
    assert not panel.search.hasFocus()
    press(qtbot, window, Key.Key_A)
    assert catalogue.status[hit] == 1 and not catalogue.status[first]

    # a click on another place, the selected one too, is not thrown back to the hit
    for row in (selected(window), first):
        panel.search.setFocus()
        panel.search.selectAll()
        for key in "boat":
            qtbot.keyClick(panel.search, key)
        window.session.selection.select_rows((row,))
        assert selected(window) == row == view.tree.row_at(view.currentIndex())
        window.session.selection.settle()
        assert selected(window) == row

    # a hit that is given up, and letters that find nothing, leave what is selected marked
    for last in (Key.Key_Q, Key.Key_Escape):
        panel.search.clear()
        qtbot.keyClick(panel.search, "b")
        qtbot.keyClick(panel.search, last)
        assert view.tree.row_at(view.currentIndex()) == selected(window) == first
    # an action of the menu acts on the hit too
    panel.search.clear()
    qtbot.keyClicks(panel.search, "boat")
    window.actions_["concept.reject"].trigger()
    wait_saved(qtbot, window)
    assert catalogue.status[hit] == 3


def test_a_key_that_is_held_judges_once(qtbot, open_window, project_dir: Path) -> None:
    """Under X a held key is releases and presses of one moment; Qt takes some for new presses."""
    window = open_window(project_dir)
    window.show_workspace("concepts")
    widget = QApplication.focusWidget()

    def send(kind: QEvent.Type, moment: int) -> bool:
        event = QKeyEvent(kind, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "x")
        event.setTimestamp(moment)
        event.ignore()
        QApplication.sendEvent(widget, event)
        return event.isAccepted()

    asks, down, release = (
        QEvent.Type.ShortcutOverride,
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
    )
    assert not send(asks, 1000)  # the shortcut may have it
    send(release, 1500)
    assert send(asks, 1500)  # taken, so that no shortcut gets it
    send(down, 1500)
    send(release, 1540)
    assert send(asks, 1540)
    send(release, 1580)
    assert not send(asks, 1700)  # pressed again
    press(qtbot, window, Key.Key_F, CTRL)
    widget = QApplication.focusWidget()
    assert isinstance(widget, QLineEdit)
    send(release, 1800)
    send(down, 1800)
    assert widget.text().endswith("x")  # where one types it repeats


def test_where_no_panel_shows_it_nothing_is_judged(qtbot, open_window, project_dir: Path) -> None:
    window = open_window(project_dir)
    show(qtbot, window, "concepts")
    wait_idle(qtbot, window)
    for dock in window.docks.values():
        dock.close()
    for key in (Key.Key_A, Key.Key_X, Key.Key_H, Key.Key_1):
        press(qtbot, window, key)
        assert window.session.queue.pending == 0
        assert "no panel is open" in window.strip.label.text()
    assert window.session.state.project.judgements.count == 0


def test_two_parents_that_make_a_circle_are_refused_though_none_is_saved_yet(
    qtbot, open_window, project_dir: Path
) -> None:
    window = open_window(project_dir)
    session = window.session
    catalogue = session.state.catalogue
    one, other = session.state.ids_of(
        next(
            (a, b)
            for a in range(len(catalogue.names))
            for b in range(a)
            if not catalogue.refusal(a, b) and not catalogue.refusal(b, a)
        )
    )
    session.relations.add_parent(one, other)
    session.relations.add_parent(other, one)
    assert session.queue.pending == 1
    assert "circle" in window.strip.label.text()
    wait_saved(qtbot, window)
    session.relations.add_parent(other, one)
    assert session.queue.pending == 0 and "circle" in window.strip.label.text()
