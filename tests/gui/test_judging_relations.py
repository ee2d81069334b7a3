"""Relations are selected and judged by keys, from the tree, the card, the table and their queue."""

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest

from insight_app.gui.curation.facts.relations import CHILDREN, PARENTS, RELATED
from insight_app.gui.curation.place_dialog import PlaceDialog
from insight_app.gui.icons import ACCEPTED, REJECTED, UNSURE
from insight_app.gui.state.present_relation import find_relation
from tests.gui.conftest import wait_idle, wait_saved
from tests.gui.hands import CTRL, NO, Key, click, press, selected, show
from tests.synthetic import NAMES

VEHICLE, BOAT, SAIL, CAR, WHEEL, ANIMAL, DOG, WATER = map(
    NAMES.index, ("vehicle", "boat", "sail", "car", "wheel", "animal", "dog", "water")
)


def panel(window, name: str):
    return window.docks[name].panel


def ids(window, *rows: int):
    return window.session.state.ids_of(rows)


def status(window, child: int, parent: int) -> int:
    found = find_relation(window.session.state, ids(window, child, parent))
    return 0 if found is None else found.status


def kind(window, child: int, parent: int) -> str:
    found = find_relation(window.session.state, ids(window, child, parent))
    return "" if found is None else found.kind


def parents(window, row: int) -> set[int]:
    return {edge.parent for edge in window.session.state.catalogue.parents(row)}


def place(view, row: int, parent: int):
    """The open place of a concept under a parent."""
    concept, above = (view.tree.state.id_of(one) for one in (row, parent))
    for index in view.tree.reveal(concept):
        if view.tree.parent_at(index) == above:
            view.open_above(index)
            return index
    raise AssertionError("it is not there")


@pytest.fixture
def tree(qtbot, window):
    """The tree of the Concepts workspace, the keyboard in it."""
    view = show(qtbot, window, "concepts").view
    view.setFocus()
    wait_idle(qtbot, window)
    return view


def test_a_place_of_the_tree_is_a_relation_to_be_judged_by_keys(qtbot, window, tree) -> None:
    session, card = window.session, panel(window, "exemplars").edge
    index = place(tree, SAIL, BOAT)
    click(tree, index)
    press(qtbot, window, Key.Key_B)
    assert session.selection.relations == (ids(window, SAIL, BOAT),) and card.isVisible()
    wait_idle(qtbot, window)
    known = card.reader.get(find_relation(session.state, ids(window, SAIL, BOAT)))
    assert known.evidence.both.cells == session.state.catalogue.edge(SAIL, BOAT).cells
    assert card.sides["both"].grid.examples and "forward" in card.title.figures.text()

    window.settings.set("auto_advance", False)
    press(qtbot, window, Key.Key_U)
    assert status(window, SAIL, BOAT) == UNSURE and not session.state.catalogue.status.any()
    press(qtbot, window, Key.Key_P)
    assert (status(window, SAIL, BOAT), kind(window, SAIL, BOAT)) == (ACCEPTED, "part-of")
    assert "is part of" in card.title.sentence.text()
    press(qtbot, window, Key.Key_X)
    assert BOAT not in parents(window, SAIL) and status(window, SAIL, BOAT) == REJECTED
    assert session.selection.relations == (ids(window, SAIL, BOAT),), "what was judged stays shown"
    press(qtbot, window, Key.Key_A)
    assert status(window, SAIL, BOAT) == ACCEPTED and BOAT in parents(window, SAIL)
    press(qtbot, window, Key.Key_L)
    assert BOAT not in parents(window, SAIL), "related concepts are not below each other"
    listed = panel(window, "card").relatives.lists
    assert listed[RELATED].has(ids(window, SAIL, BOAT))
    for _undo in range(5):
        press(qtbot, window, Key.Key_Z, CTRL)
    assert (status(window, SAIL, BOAT), kind(window, SAIL, BOAT)) == (0, "")
    assert BOAT in parents(window, SAIL)
    press(qtbot, window, Key.Key_B)
    assert not session.selection.relations and selected(window) == SAIL and not card.isVisible()
    press(qtbot, window, Key.Key_A)
    assert session.state.catalogue.status[SAIL] == ACCEPTED and status(window, SAIL, BOAT) == 0


def test_judging_goes_on_down_the_tree_and_undo_comes_back(qtbot, window, tree) -> None:
    session = window.session
    tree.expandToDepth(3)
    below = []
    index = tree.tree.index(0, 0)
    while index.isValid():
        if (relation := tree.tree.relation_at(index)) is not None:
            below.append(relation)
        index = tree.indexBelow(index)
    first = tree.tree.listed(below[0][0])[0]
    click(tree, first)
    press(qtbot, window, Key.Key_B)
    for n in (0, 1, 2):
        assert session.selection.relation == below[n]
        press(qtbot, window, Key.Key_A)
    assert session.selection.relation == below[3]
    press(qtbot, window, Key.Key_Delete)
    assert status(window, *session.state.rows_of(below[3])) == REJECTED
    press(qtbot, window, Key.Key_Z, CTRL)
    assert session.selection.relation == below[3]
    press(qtbot, window, Key.Key_Z, CTRL)
    assert session.selection.relation == below[2], "undo goes back to what it concerns"
    assert status(window, *session.state.rows_of(below[2])) == 0


def test_a_click_on_its_mark_selects_a_relation_and_one_beside_it_the_concept(
    qtbot, window, tree
) -> None:
    index = place(tree, WHEEL, CAR)
    click(tree, index)
    box = tree.mark_rect(index)
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, NO, box.center())
    assert window.session.selection.relations == (ids(window, WHEEL, CAR),)
    click(tree, index)
    assert not window.session.selection.relations and selected(window) == WHEEL


def test_reversing_and_what_would_go_in_a_circle(qtbot, window, tree) -> None:
    session, said = window.session, []
    session.messages.line.connect(said.append)
    window.settings.set("auto_advance", False)
    session.selection.select_relations([ids(window, SAIL, BOAT)])
    press(qtbot, window, Key.Key_P)
    press(qtbot, window, Key.Key_V)
    assert SAIL in parents(window, BOAT) and BOAT not in parents(window, SAIL)
    assert session.selection.relations == (ids(window, BOAT, SAIL),)
    assert kind(window, BOAT, SAIL) == "part-of"
    press(qtbot, window, Key.Key_Z, CTRL)
    assert BOAT in parents(window, SAIL) and SAIL not in parents(window, BOAT)
    assert session.selection.relations == (ids(window, SAIL, BOAT),)
    session.relations.add_parent(*ids(window, SAIL, CAR))
    session.relations.add_parent(*ids(window, CAR, BOAT))
    wait_saved(qtbot, window)
    session.selection.select_relations([ids(window, SAIL, BOAT)])
    press(qtbot, window, Key.Key_V)
    assert "sail → car → boat" in said[-1] and BOAT in parents(window, SAIL)


def test_the_card_lists_relations_and_a_double_click_goes_there(qtbot, window, tree) -> None:
    session, lists = window.session, panel(window, "card").relatives.lists
    session.selection.select_rows((BOAT,))
    wait_idle(qtbot, window)
    rows = lists[CHILDREN]
    at = rows.visualRect(rows.model().index(rows.rows.places[ids(window, SAIL, BOAT)], 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, NO, at)
    assert session.selection.relations == (ids(window, SAIL, BOAT),)
    assert selected(window) == BOAT, "the card stays that of the concept one looks at"
    window.settings.set("auto_advance", False)
    press(qtbot, window, Key.Key_X)
    assert lists[CHILDREN].has(ids(window, SAIL, BOAT)), "what was rejected can be taken back"
    QTest.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, NO, at)
    assert selected(window) == SAIL and not session.selection.relations
    assert lists[PARENTS].has(ids(window, SAIL, BOAT))


def test_rows_of_the_table_are_judged_together_with_one_undo(qtbot, window) -> None:
    show(qtbot, window, "statistics")
    window.docks["relation_table"].raise_()
    wait_idle(qtbot, window)
    table, session = panel(window, "relation_table"), window.session
    click(table.view, table.model.index(0, 0))
    click(table.view, table.model.index(2, 0), Qt.KeyboardModifier.ShiftModifier)
    chosen = session.selection.relations
    assert len(chosen) == 3
    press(qtbot, window, Key.Key_X)
    rows = [session.state.rows_of(pair) for pair in chosen]
    assert [status(window, *pair) for pair in rows] == [REJECTED] * 3
    assert session.selection.relations == chosen
    assert len(table.view.selectionModel().selectedRows()) == 3, "rejected ones stay in the table"
    press(qtbot, window, Key.Key_Z, CTRL)
    assert [status(window, *pair) for pair in rows] == [0] * 3
    window.docks["concept_table"].raise_()
    wait_idle(qtbot, window)
    press(qtbot, window, Key.Key_A)
    assert not any(status(window, *pair) for pair in rows), "no key judges what is not to be seen"


def test_the_queue_goes_from_relation_to_relation(qtbot, window) -> None:
    show(qtbot, window, "review")
    press(qtbot, window, Key.Key_PageDown, CTRL)
    queue, session = panel(window, "relation_queue"), window.session
    qtbot.waitUntil(lambda: bool(queue.list.relations))
    wait_idle(qtbot, window)
    first, second, third, *_ = queue.list.relations
    worths = [queue._found[relation].worth for relation in queue.list.relations]
    assert worths == sorted(worths, reverse=True)
    assert session.selection.relation == first, "something is always selected"
    press(qtbot, window, Key.Key_X)
    assert session.selection.relation == second
    press(qtbot, window, Key.Key_I)
    assert session.selection.relation == third
    assert queue.header.info.text() == f"{len(worths) - 2} left"
    queue._ask()
    wait_idle(qtbot, window)
    assert list(queue.list.relations[:3]) == [first, second, third], "what was judged stays"
    press(qtbot, window, Key.Key_Left)
    assert session.selection.relation == second
    press(qtbot, window, Key.Key_Z, CTRL)
    press(qtbot, window, Key.Key_Z, CTRL)
    assert session.selection.relation == first
    assert queue.header.info.text() == f"{len(worths)} left"


def test_several_move_with_their_branches_and_one_undo(qtbot, window, tree) -> None:
    session = window.session
    first, last = place(tree, BOAT, VEHICLE), place(tree, DOG, ANIMAL)
    flags = QItemSelectionModel.SelectionFlag
    click(tree, first)
    tree.selectionModel().select(place(tree, SAIL, BOAT), flags.Select | flags.Rows)
    tree.selectionModel().select(last, flags.Select | flags.Rows)
    assert set(session.selection.rows) == {BOAT, SAIL, DOG}
    assert set(tree.places_to_move()) == {
        ids(window, BOAT, VEHICLE),
        ids(window, DOG, ANIMAL),
    }, "sail goes along with boat"
    before = [parents(window, row) for row in (BOAT, DOG)]
    press(qtbot, window, Key.Key_M, CTRL)
    dialog = window.findChild(PlaceDialog)
    dialog.line.setText("water")
    dialog.list.update_hits()
    assert "Move 2 concepts with all below them" in dialog.why.text()
    dialog.list.choose(0)
    wait_saved(qtbot, window)
    assert WATER in parents(window, BOAT) and WATER in parents(window, DOG)
    assert VEHICLE not in parents(window, BOAT) and BOAT in parents(window, SAIL)
    session.curation.undo()
    wait_saved(qtbot, window)
    assert [parents(window, row) for row in (BOAT, DOG)] == before

    click(tree, place(tree, VEHICLE, NAMES.index("thing")))
    window.actions_["concept.move"].trigger()
    (dialog,) = (one for one in window.findChildren(PlaceDialog) if one.isVisible())
    dialog.choose(*ids(window, SAIL))
    assert "sail → boat → vehicle" in dialog.why.text(), "why not, with the way"
    dialog.reject()


def test_its_card_comes_out_from_behind_another_tab(qtbot, window, tree) -> None:
    window.docks["alike"].raise_()
    wait_idle(qtbot, window)
    assert not window.docks["exemplars"].is_seen
    click(tree, place(tree, SAIL, BOAT))
    assert not window.docks["exemplars"].is_seen, "a concept leaves the tabs as they are"
    press(qtbot, window, Key.Key_B)
    qtbot.waitUntil(lambda: panel(window, "exemplars").edge.isVisible())
    assert panel(window, "exemplars").header.title.text() == "Relation"


def test_the_selected_relation_is_there_after_a_restart(
    qtbot, window, open_window, project_dir
) -> None:
    show(qtbot, window, "concepts")
    window.session.selection.select_relations([ids(window, SAIL, BOAT)])
    wait_idle(qtbot, window)
    window.close()
    again = open_window(project_dir)
    assert again.session.selection.relations == (ids(again, SAIL, BOAT),)
    assert panel(again, "exemplars").edge.isVisible()
