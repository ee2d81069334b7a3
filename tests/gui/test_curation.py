"""Curating with real keys and clicks: the hierarchy, the card, the review."""

import pytest
from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from insight_app.gui.curation.name_edit import NameEdit
from insight_app.gui.curation.present_concept import at_row, find
from insight_app.gui.curation.tree.drag_label import BESIDE_MOUSE, drag_label
from tests.gui.conftest import wait_idle, wait_saved

ACCEPTED, UNSURE, REJECTED = 1, 2, 3
NO, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def concepts(qtbot, window):
    window.show_workspace("concepts")
    wait_idle(qtbot, window)
    window.docks["hierarchy"].panel.view.setFocus()
    return window


@pytest.fixture
def review(qtbot, window):
    window.show_workspace("review")
    wait_idle(qtbot, window)
    window.docks["queue"].panel.list.setFocus()
    return window


def tree(window):
    return window.docks["hierarchy"].panel.view


def places_of(window, row: int) -> list[QModelIndex]:
    """All places of a concept in the tree, listed now."""
    return tree(window).tree.reveal(window.session.state.id_of(row))


def above(window, place: QModelIndex) -> int | None:
    """The row of the parent under which a place of the tree stands."""
    parent = tree(window).tree.parent_at(place)
    return None if parent is None else window.session.state.row_of(parent)


def choose(qtbot, window, row: int) -> None:
    window.session.selection.select_rows(rows=(row,))
    wait_idle(qtbot, window)


def press(qtbot, window, key, modifier=NO) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)
    wait_saved(qtbot, window)


def two_parents(window) -> int:
    """A concept that is shown under two parents."""
    catalogue = window.session.state.catalogue
    return next(r for r in range(catalogue.size) if len(catalogue.parents(r)) == 2)


def second_candidate(session, row: int) -> str:
    """What the key 2 takes: the second best candidate, as it is published."""
    return str(session.state.results.candidates(row)[1].term)


def type_name(qtbot, window, name: str) -> None:
    """F2, the name, Enter; in the field that appears."""
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, NameEdit)
    qtbot.keyClicks(editor, name)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    wait_saved(qtbot, window)


# ---- the hierarchy


def test_a_concept_with_two_parents_stands_under_both_and_says_so(qtbot, concepts) -> None:
    row, view, catalogue = two_parents(concepts), tree(concepts), concepts.session.state.catalogue
    concepts.session.selection.select(concepts=())
    wait_idle(qtbot, concepts)
    view.collapseAll()
    choose(qtbot, concepts, row)
    places = places_of(concepts, row)
    under = {above(concepts, place) for place in places}
    assert under == {edge.parent for edge in catalogue.parents(row)}
    for place in places:
        other = (under - {above(concepts, place)}).pop()
        assert view.tree.also_under(place) == concepts.session.state.name(other)[0]
        assert view.visualRect(place).isValid(), "revealed under each parent"
        assert view.selectionModel().isSelected(place)


def test_a_name_is_typed_in_place_and_then_nothing_moves_on(qtbot, concepts) -> None:
    session, view = concepts.session, tree(concepts)
    choose(qtbot, concepts, session.lists.rows[0])
    row = session.selection.row
    type_name(qtbot, concepts, "axu lantern")
    assert session.state.name(row) == ("axu lantern", True)
    assert session.state.catalogue.status[row] == ACCEPTED
    assert session.selection.row == row
    others = [r for r in range(session.state.catalogue.size) if r != row]
    assert not session.state.catalogue.status[others].any(), "letters of a name judge nothing"
    assert view.currentIndex().data() == "axu lantern"


def test_escape_keeps_the_old_name(qtbot, concepts) -> None:
    session = concepts.session
    choose(qtbot, concepts, session.lists.rows[0])
    before = session.state.name(session.selection.row)
    qtbot.keyClick(tree(concepts), Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    qtbot.keyClicks(editor, "something")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    wait_saved(qtbot, concepts)
    assert session.state.name(session.selection.row) == before


@pytest.mark.parametrize("goes_on", [True, False])
def test_accept_goes_on_to_the_next_as_the_switch_says(qtbot, concepts, goes_on: bool) -> None:
    session = concepts.session
    concepts.settings.set("auto_advance", goes_on)
    first, second = session.lists.rows[:2]
    choose(qtbot, concepts, first)
    press(qtbot, concepts, Qt.Key.Key_A)
    assert session.state.catalogue.status[first] == ACCEPTED
    assert session.selection.row == (second if goes_on else first)
    assert tree(concepts).tree.row_at(tree(concepts).currentIndex()) == session.selection.row


def test_reject_undo_redo(qtbot, concepts) -> None:
    session = concepts.session
    row = session.lists.rows[0]
    choose(qtbot, concepts, row)
    press(qtbot, concepts, Qt.Key.Key_X)
    assert session.state.catalogue.status[row] == REJECTED
    press(qtbot, concepts, Qt.Key.Key_Z, CTRL)
    assert session.state.catalogue.status[row] == 0
    assert session.selection.row == row, "undo goes back to the concept it concerns"
    press(qtbot, concepts, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert session.state.catalogue.status[row] == REJECTED


def test_a_held_key_judges_once(qtbot, concepts) -> None:
    session, view = concepts.session, tree(concepts)
    choose(qtbot, concepts, session.lists.rows[0])
    for repeat in (False, True, True, True):
        event = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_X, NO, "x", repeat)
        QApplication.sendEvent(view, event)
    wait_saved(qtbot, concepts)
    assert (session.state.catalogue.status == REJECTED).sum() == 1


def test_a_judgement_keeps_branches_scroll_and_selection(qtbot, concepts) -> None:
    session, view = concepts.session, tree(concepts)
    concepts.settings.set("auto_advance", False)
    view.expandAll()
    row = session.lists.rows[len(session.lists.rows) // 2]
    choose(qtbot, concepts, row)
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() + 30)
    opened, scroll = view.open_paths(), view.verticalScrollBar().value()
    assert opened and scroll
    resets = []
    view.tree.modelReset.connect(lambda: resets.append(1))
    press(qtbot, concepts, Qt.Key.Key_A)
    assert (view.open_paths(), view.verticalScrollBar().value()) == (opened, scroll)
    assert session.selection.rows == (row,)
    assert not resets


def test_hiding_takes_the_row_out_and_undo_brings_it_back(qtbot, concepts) -> None:
    session, view = concepts.session, tree(concepts)
    top = [view.tree.row_at(view.tree.index(n, 0)) for n in range(view.tree.rowCount())]
    childless = [row for row in top if not session.state.catalogue.children(row)]
    row = (childless or top)[0]
    choose(qtbot, concepts, row)
    press(qtbot, concepts, Qt.Key.Key_H)
    path = session.state.ids_of((row,))
    assert not view.tree.at_path(path).isValid()
    press(qtbot, concepts, Qt.Key.Key_Z, CTRL)
    assert view.tree.at_path(path).row() == top.index(row)


def test_searching_reveals_while_typing(qtbot, concepts) -> None:
    panel, session = concepts.docks["hierarchy"].panel, concepts.session
    row = two_parents(concepts)
    tree(concepts).collapseAll()
    panel.search.setFocus()
    qtbot.keyClicks(panel.search, session.state.name(row)[0])
    view = panel.view
    assert view.tree.row_at(view.currentIndex()) == row
    marked = view.selectionModel().selectedRows()
    assert len(marked) == 2 and all(view.visualRect(index).isValid() for index in marked)
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert session.selection.rows == (row,) and view.hasFocus()
    assert not session.state.catalogue.status.any()


def drag(window, row: int, target: int | None, modifier=NO) -> tuple[str, bool]:
    """Drag a concept from its present place; (what the line said, whether it was accepted)."""
    view = tree(window)
    source = places_of(window, row)[0]
    data: QMimeData = view.tree.mimeData([source])
    point = QPoint(20, view.viewport().height() - 3)
    if target is not None:
        place = places_of(window, target)[0]
        view.scrollTo(place)
        point = view.visualRect(place).center()
    both = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    left = Qt.MouseButton.LeftButton
    QApplication.sendEvent(view.viewport(), QDragEnterEvent(point, both, data, left, modifier))
    move = QDragMoveEvent(point, both, data, left, modifier)
    QApplication.sendEvent(view.viewport(), move)
    told = window.docks["hierarchy"].panel.drop_line.text()
    drop = QDropEvent(QPointF(point), both, data, left, modifier)
    QApplication.sendEvent(view.viewport(), drop)
    return told, move.isAccepted()


def parents(window, row: int) -> set[int]:
    return {edge.parent for edge in window.session.state.catalogue.parents(row)}


def free_pair(window) -> tuple[int, int, int]:
    """(child, its parent, another concept that may become its parent)."""
    catalogue = window.session.state.catalogue
    for row in range(catalogue.size):
        if catalogue.parents(row):
            for other in catalogue.roots():
                if catalogue.refusal(row, other) is None:
                    return row, catalogue.parents(row)[0].parent, other
    raise AssertionError("no such concepts")


def test_dragging_moves_from_exactly_this_parent_to_that_one(qtbot, concepts) -> None:
    row, old, new = free_pair(concepts)
    tree(concepts).expandAll()
    before = parents(concepts, row)
    old = above(concepts, places_of(concepts, row)[0])
    told, accepted = drag(concepts, row, new)
    wait_saved(qtbot, concepts)
    names = [concepts.session.state.name(r)[0] for r in (row, old, new)]
    assert accepted and all(name in told for name in names)
    assert parents(concepts, row) == before - {old} | {new}
    assert above(concepts, places_of(concepts, row)[-1]) in before | {new}
    concepts.session.curation.undo()
    wait_saved(qtbot, concepts)
    assert parents(concepts, row) == before


def test_dragging_with_ctrl_adds_a_parent(qtbot, concepts) -> None:
    row, _old, new = free_pair(concepts)
    tree(concepts).expandAll()
    before = parents(concepts, row)
    told, _accepted = drag(concepts, row, new, CTRL)
    wait_saved(qtbot, concepts)
    assert "also" in told and parents(concepts, row) == before | {new}


def test_a_concept_cannot_be_dropped_on_what_is_below_it(qtbot, concepts) -> None:
    row, old, _new = free_pair(concepts)
    tree(concepts).expandAll()
    count = concepts.session.state.project.judgements.count
    told, accepted = drag(concepts, old, row)
    wait_saved(qtbot, concepts)
    assert not accepted and "circle" in told
    assert concepts.session.state.project.judgements.count == count


def test_dragging_in_a_locked_tree_selects_no_range(qtbot, concepts) -> None:
    session, view = concepts.session, tree(concepts)
    port, left = view.viewport(), Qt.MouseButton.LeftButton
    rows = session.lists.rows[:4]
    view.scrollToTop()
    at = [view.visualRect(places_of(concepts, row)[0]).center() for row in rows]
    concepts.docks["hierarchy"].panel.lock.setChecked(True)
    QTest.mousePress(port, left, NO, at[0])
    for point in at[1:]:
        move = QMouseEvent(QEvent.Type.MouseMove, QPointF(point),
                           QPointF(port.mapToGlobal(point)), left, left, NO)  # fmt: skip
        QApplication.sendEvent(port, move)
    QTest.mouseRelease(port, left, NO, at[-1])
    assert session.selection.rows == (rows[0],)


def test_what_is_dragged_hangs_beside_the_mouse_and_hides_no_row(concepts) -> None:
    view = tree(concepts)
    label = drag_label(view, "a name " * 40)
    assert BESIDE_MOUSE.x() < 0 and BESIDE_MOUSE.y() < 0, "right of it and below"
    assert label.deviceIndependentSize().height() < 2 * view.sizeHintForRow(0)
    assert label.deviceIndependentSize().width() < view.width()


def test_the_lock_switches_dragging_off(qtbot, concepts) -> None:
    row, _old, new = free_pair(concepts)
    before = parents(concepts, row)
    qtbot.mouseClick(concepts.docks["hierarchy"].panel.lock, Qt.MouseButton.LeftButton)
    told, accepted = drag(concepts, row, new)
    wait_saved(qtbot, concepts)
    assert not accepted and "off" in told and parents(concepts, row) == before


def test_several_concepts_are_judged_at_once_and_undone_at_once(qtbot, concepts) -> None:
    session = concepts.session
    rows = session.lists.rows[:3]
    session.selection.select_rows(rows=rows)
    press(qtbot, concepts, Qt.Key.Key_U)
    assert [session.state.catalogue.status[row] for row in rows] == [UNSURE] * 3
    press(qtbot, concepts, Qt.Key.Key_Z, CTRL)
    assert not session.state.catalogue.status.any()


def test_flat_list_and_order(qtbot, concepts) -> None:
    panel, catalogue = concepts.docks["hierarchy"].panel, concepts.session.state.catalogue
    qtbot.mouseClick(panel.flat, Qt.MouseButton.LeftButton)
    model = panel.view.tree
    rows = [model.row_at(model.index(n, 0)) for n in range(model.rowCount())]
    assert len(rows) == (catalogue.cells > 0).sum() == len(set(rows))
    assert list(catalogue.images[rows]) == sorted(catalogue.images[rows], reverse=True)
    panel.set_order("name")
    names = [model.index(n, 0).data().casefold() for n in range(model.rowCount())]
    assert names == sorted(names)


# ---- card


def test_the_card_names_by_click_and_keeps_a_note(qtbot, concepts) -> None:
    session, card = concepts.session, concepts.docks["card"].panel
    row = session.lists.rows[0]
    choose(qtbot, concepts, row)
    second = card.candidates.model().index(1, 0)
    place = card.candidates.visualRect(second).center()
    qtbot.mouseClick(card.candidates.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_saved(qtbot, concepts)
    assert session.state.name(row) == (second_candidate(session, row), True)
    tree(concepts).setFocus()
    qtbot.keyClick(tree(concepts), Qt.Key.Key_N)
    assert card.note.hasFocus()
    qtbot.keyClicks(card.note, "also awnings")
    qtbot.keyClick(card.note, Qt.Key.Key_Return, CTRL)
    wait_saved(qtbot, concepts)
    assert session.state.catalogue.notes[row] == "also awnings"
    told = [line.in_one_line for line in card.history.list.items[1:]]
    assert told[0] == "note: also awnings" and told[1].startswith("renamed to")


def test_a_cutout_selects_its_photo_and_cell(qtbot, concepts) -> None:
    session, shown = concepts.session, concepts.docks["exemplars"].panel
    choose(qtbot, concepts, session.lists.rows[0])
    example = shown.grid.examples[1]
    place = shown.grid.rect_of(1).center()
    qtbot.mouseClick(shown.grid, Qt.MouseButton.LeftButton, pos=place)
    assert (session.selection.image, session.selection.cell) == (example.image_id, example.cell)


# ---- review


def test_the_queue_goes_by_share_of_activation(review) -> None:
    state, concepts = review.session.state, review.docks["queue"].panel.list.concepts
    rows = state.rows_of(concepts)
    totals = [float(state.catalogue.total[row]) for row in rows]
    assert totals == sorted(totals, reverse=True) and len(totals) > 3
    assert review.session.selection.row == rows[0]


def test_a_row_of_the_queue_says_its_name_status_and_share(qtbot, review) -> None:
    queue = review.docks["queue"].panel.list
    first, place = queue.items[0], queue.model().index(0, 0)
    name = find(review.session.state, first.concept).name
    share = f"% of activation {first.number.strip()}"
    said = Qt.ItemDataRole.AccessibleTextRole
    assert place.data() == name and place.data(said) == f"{name}, not reviewed, {share}"
    assert place.data(Qt.ItemDataRole.ToolTipRole).split("\n") == [
        f"{name}: named by the machine, not reviewed",
        first.tip,
    ]
    press(qtbot, review, Qt.Key.Key_A)
    assert place.data(said) == f"{name}, accepted, {share}"


def test_reviewing_by_keys(qtbot, review) -> None:
    session = review.session
    queue = review.docks["queue"].panel
    first, second, third = session.lists.rows[:3]
    left = queue.header.info.text()
    press(qtbot, review, Qt.Key.Key_A)
    assert (session.state.catalogue.status[first], session.selection.row) == (ACCEPTED, second)
    shown = review.docks["review"].panel.head.concept
    assert session.state.row_of(shown) == second, "what is shown is what is current"
    assert queue.header.info.text() != left
    press(qtbot, review, Qt.Key.Key_2)
    assert session.state.name(second) == (second_candidate(session, second), True)
    assert session.selection.row == second, "never on after naming"
    press(qtbot, review, Qt.Key.Key_Right)
    press(qtbot, review, Qt.Key.Key_X)
    assert session.state.catalogue.status[third] == REJECTED
    press(qtbot, review, Qt.Key.Key_Z, CTRL)
    assert (session.state.catalogue.status[third], session.selection.row) == (0, third)


def test_a_name_that_is_on_its_way_to_the_disk_is_the_one_judged(qtbot, review, full_disk) -> None:
    session = review.session
    row = session.selection.row
    name = session.state.results.candidates(row)[1].term
    with full_disk:
        for key in (Qt.Key.Key_2, Qt.Key.Key_U):
            qtbot.keyClick(QApplication.focusWidget(), key)
        qtbot.waitUntil(lambda: session.queue.error is not None)
    session.queue.retry()
    wait_saved(qtbot, review)
    assert session.state.name(row) == (name, True)
    assert session.state.catalogue.status[row] == UNSURE


def test_at_the_end_of_the_queue_the_last_stays(qtbot, review) -> None:
    session = review.session
    last = session.lists.rows[-1]
    choose(qtbot, review, last)
    press(qtbot, review, Qt.Key.Key_X)
    assert (session.state.catalogue.status[last], session.selection.row) == (REJECTED, last)
    assert session.state.row_of(review.docks["review"].panel.head.concept) == last
    press(qtbot, review, Qt.Key.Key_Z, CTRL)
    assert session.state.catalogue.status[last] == 0


def test_m_shows_more_of_the_band(qtbot, review) -> None:
    band = review.docks["review"].panel.bands["strongest"]
    before = list(band.grid.examples)
    press(qtbot, review, Qt.Key.Key_M)
    assert len(band.grid.examples) > len(before) > 0
    assert band.grid.examples[: len(before)] == before


def test_renaming_in_the_review_gives_the_keyboard_back(qtbot, review) -> None:
    session, had_it = review.session, QApplication.focusWidget()
    row = session.selection.row
    type_name(qtbot, review, "quay")
    assert QApplication.focusWidget() is had_it, "no frame is left around the title"
    assert session.state.name(row) == ("quay", True) and session.selection.row == row


def test_a_read_only_project_says_why_nothing_can_be_judged(qtbot, window, project_dir) -> None:
    window.session.projects.close()
    window.session.projects.open(project_dir, read_only=True)
    qtbot.waitUntil(lambda: window.session.state.catalogue is not None, timeout=10_000)
    window.show_workspace("review")
    wait_idle(qtbot, window)
    why = f"Read-only: {window.session.state.project.why_read_only}"
    for key in (Qt.Key.Key_A, Qt.Key.Key_F2, Qt.Key.Key_N, Qt.Key.Key_X, Qt.Key.Key_1):
        window.strip.clear()
        QTest.keyClick(QApplication.focusWidget(), key)
        assert window.strip.label.text() == why
    assert window.session.state.catalogue.status.max() == 0 and not window.session.queue.pending


def test_renaming_completes_from_the_vocabulary(qtbot, window) -> None:
    edit = NameEdit(window.session, at_row(window.session.state, 0), window)
    qtbot.keyClicks(edit, "sailbo")
    wait_idle(qtbot, window)
    names = edit.completer().model()
    assert names.index(0, 0).data() == "sailboat"


def test_names_of_relatives_show_who_gave_them(qtbot, review) -> None:
    catalogue = review.session.state.catalogue
    child = next(row for row in range(catalogue.size) if catalogue.parents(row))
    parent = catalogue.parents(child)[0].parent
    choose(qtbot, review, child)
    words = review.docks["review"].panel.relatives
    machine = review.session.state.name(parent)[0]
    assert f"<i>{machine}</i></a>" in words.text()
    review.session.curation.rename(review.session.state.id_of(parent), "quay")
    wait_saved(qtbot, review)
    assert ">quay</a>" in words.text()
    assert "<i>quay" not in words.text()


def test_open_branches_are_found_again_after_a_restart(
    qtbot, concepts, open_window, project_dir
) -> None:
    view = tree(concepts)
    branch = next(
        index
        for index in (view.tree.index(place, 0) for place in range(view.tree.rowCount()))
        if view.tree.rowCount(index) and not view.isExpanded(index)
    )
    view.setCurrentIndex(branch)
    QTest.keyClick(view, Qt.Key.Key_Plus)
    opened = view.open_paths()
    assert opened
    concepts.close()
    again = open_window(project_dir)
    again.show_workspace("concepts")
    wait_idle(qtbot, again)
    assert set(opened) <= set(tree(again).open_paths())


def test_what_is_accepted_already_says_so_and_goes_on(qtbot, concepts) -> None:
    session = concepts.session
    session.selection.select_rows(rows=(0,))
    session.curation.accept()
    wait_saved(qtbot, concepts)
    session.selection.select_rows(rows=(0,))
    QTest.keyClick(tree(concepts), Qt.Key.Key_A)
    wait_saved(qtbot, concepts)
    assert concepts.strip.label.text().startswith("Already accepted")
    assert session.selection.row != 0
