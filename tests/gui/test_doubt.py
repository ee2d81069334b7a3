"""Doubtful names have their sign everywhere; what shows nothing in common is folded away."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from insight_app.gui.curation.facts.candidates import CandidateModel
from insight_app.gui.finding.hits import found_concepts
from insight_app.gui.statistics.columns import KEYS
from insight_app.gui.widgets import elided_name
from insight_app.project.results.candidates import CandidateName
from tests.gui.conftest import wait_idle
from tests.gui.hands import ALT, CTRL, Key, press, seen_from_top, selected, show
from tests.older import with_measured_names
from tests.synthetic import NAMES

BOAT, CAR, SKY, GRASS, FLOWER = map(NAMES.index, ("boat", "car", "sky", "grass", "flower"))
FOLDED = {SKY, GRASS, FLOWER}
SENTENCE = "3 concepts show nothing in common"
SPOKEN = Qt.ItemDataRole.AccessibleTextRole


@pytest.fixture
def project_dir(project_dir: Path) -> Path:
    """Of boat and car it is known how sure they are; three concepts are no clearer than chance."""
    with_measured_names(
        project_dir,
        {BOAT: 0.125, CAR: 0.75},
        dict.fromkeys(FOLDED, 0.1) | {BOAT: 0.9},
        {CAR: "fireboat"},
    )
    return project_dir


def told_of(qtbot, window, row: int) -> dict[str, tuple[str, str]]:
    """What is painted for a concept, and what a screen reader says, by where it stands."""
    concepts, session = show(qtbot, window, "concepts"), window.session
    session.selection.select(concepts=session.state.ids_of((row,)))
    wait_idle(qtbot, window)
    (place, *_) = concepts.view.tree.reveal(session.state.id_of(row))
    told = {"tree": (place.data(), place.data(SPOKEN))}
    title = window.docks["card"].panel.head.name
    told["card"] = (title._text, title.accessibleName())
    queue = show(qtbot, window, "review").list
    wait_idle(qtbot, window)
    item = queue.model().index(queue.place_of(session.state.id_of(row)))
    told["queue"] = (item.data(), item.data(SPOKEN))
    table = show(qtbot, window, "statistics")
    wait_idle(qtbot, window)
    cell = table.model.index(table.model.place_of(row), KEYS.index("name"))
    told["table"] = (cell.data(), cell.data(SPOKEN))
    (hit,) = (one for one in found_concepts(session, "boat").hits if one.text.startswith("boat"))
    told["search"] = (hit.text, "doubtful" if hit.is_doubtful else "")
    return told


def test_a_doubtful_name_has_its_sign_everywhere_until_somebody_accepts_it(qtbot, window) -> None:
    for where, (painted, spoken) in told_of(qtbot, window, BOAT).items():
        assert painted == "boat?", where
        assert "doubtful" in spoken and "?" not in spoken, where
    window.session.curation.accept()
    wait_idle(qtbot, window)
    assert window.strip.label.text().startswith("Accepted boat"), "it is the person's name now"
    for where, (painted, spoken) in told_of(qtbot, window, BOAT).items():
        assert painted == "boat" and "doubtful" not in spoken, where


def test_the_card_says_what_a_name_rests_on_how_sure_it_is_and_what_it_was(qtbot, window) -> None:
    card = show(qtbot, window, "concepts") and window.docks["card"].panel
    expected = {
        BOAT: "Named after 3 of your photos, 12.5 % likely right",
        CAR: "Named after 3 of your photos, 75.0 % likely right, was: fireboat",
        SKY: "Name shipped with the dictionary, shows nothing in common",
    }
    for row, text in expected.items():
        window.session.selection.select(concepts=window.session.state.ids_of((row,)))
        wait_idle(qtbot, window)
        assert card.head.origin.text() == text
        assert ("Of 24 analyzed" in card.head.origin.toolTip()) is (row != SKY)
    assert "0.100" in card.head.origin.toolTip() and "0.500" in card.head.origin.toolTip()


def test_a_name_is_cut_off_before_the_sign_of_its_doubt(qtbot, window) -> None:
    metrics = window.fontMetrics()
    room = metrics.horizontalAdvance("computer mon") + 20
    short = elided_name(metrics, "computer monitor?", room)
    assert short.startswith("comp") and short.endswith("…?")
    assert metrics.horizontalAdvance(short) <= room
    assert elided_name(metrics, "computer monitor", room).endswith("…")
    assert elided_name(metrics, "boat?", room) == "boat?"


def test_candidates_are_listed_best_first_with_fit_and_probability(qtbot) -> None:
    model = CandidateModel()
    first = CandidateName("lakeside", "noun", 0.5, "", 0.152)
    model.set_candidates([first, CandidateName("rock", "noun", 0.25, "", 0.413)], "", "fit")
    assert model.heading[0] == "fit"
    spoken = model.index(0).data(SPOKEN)
    assert spoken == "1: lakeside, noun, fit 0.500, 15.2 % right"


def test_a_new_naming_is_told_once_with_the_concepts_that_it_changed(
    qtbot, open_window, project_dir: Path
) -> None:
    window = open_window(project_dir)
    assert window.strip.label.text().startswith(
        "1 concept has another machine name, after 24 photos of yours"
    )
    window.strip.link.click()
    assert window.session.selection.rows == (CAR,)
    window.close()
    again = open_window(project_dir)
    assert "another machine name" not in again.strip.label.text()


def test_what_shows_nothing_in_common_is_a_closed_branch_at_the_end_of_the_tree(
    qtbot, window
) -> None:
    concepts = show(qtbot, window, "concepts")
    view, tree = concepts.view, concepts.view.tree
    fold = tree.fold
    assert fold.data() == SENTENCE and fold.row() == tree.rowCount() - 1
    assert not view.isExpanded(fold) and not FOLDED & set(seen_from_top(view))
    last = seen_from_top(view)[-2]
    view.setFocus()
    view.setCurrentIndex(view.indexAbove(fold))
    assert selected(window) == last
    press(qtbot, window, Key.Key_Down, ALT)
    assert selected(window) == last, "what is folded away is not gone into"
    press(qtbot, window, Key.Key_Down)
    assert selected(window) is None, "keys act on nothing while the sentence is current"
    press(qtbot, window, Key.Key_Return)
    assert view.isExpanded(tree.fold) and set(seen_from_top(view)[-3:]) == FOLDED
    press(qtbot, window, Key.Key_Down, ALT)
    first, second, third = seen_from_top(view)[-3:]
    assert selected(window) == first
    press(qtbot, window, Key.Key_X)
    assert selected(window) == second, "judging goes on in the branch"
    assert tree.fold.data() == "2 concepts show nothing in common"
    assert first in seen_from_top(view)[: tree.fold.row() + 1] or first == FLOWER
    press(qtbot, window, Key.Key_Up, ALT)
    assert selected(window) not in FOLDED, "over the sentence, to the concept before it"
    press(qtbot, window, Key.Key_Z, CTRL)
    assert tree.fold.data() == SENTENCE and selected(window) == first
    assert third in seen_from_top(view)[-3:]


def test_the_queue_and_the_table_open_the_line_that_stands_for_it_and_keep_it_open(
    qtbot, open_window, project_dir: Path
) -> None:
    window = open_window(project_dir)
    queue, table = show(qtbot, window, "review"), show(qtbot, window, "statistics")
    show(qtbot, window, "review")
    wait_idle(qtbot, window)
    state = window.session.state
    assert queue.fold.text() in (SENTENCE, "3 show nothing in common", "3: nothing in common")
    assert queue.fold.accessibleName() == f"{SENTENCE}, folded away"
    assert not FOLDED & set(state.rows_of(queue.list.concepts))
    queue.fold.setFocus()
    press(qtbot, window, Key.Key_Space)
    assert set(state.rows_of(queue.list.concepts[-3:])) == FOLDED
    show(qtbot, window, "statistics")
    wait_idle(qtbot, window)
    assert not FOLDED & set(table.model.order.tolist()), "one list is opened, not all"
    table.fold.click()
    for column in (KEYS.index("images"), KEYS.index("name")):
        for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
            table.view.sortByColumn(column, order)
            assert set(table.model.order[-3:].tolist()) == FOLDED, "at the end however it is sorted"
    window.close()
    again = open_window(project_dir)
    show(qtbot, again, "review")
    wait_idle(qtbot, again)
    queue, table = again.docks["queue"].panel, show(qtbot, again, "statistics")
    wait_idle(qtbot, again)
    assert set(again.session.state.rows_of(queue.list.concepts[-3:])) == FOLDED
    assert set(table.model.order.tolist()) >= FOLDED


def test_no_search_hides_what_is_folded_away(qtbot, window) -> None:
    assert [hit.text for hit in found_concepts(window.session, "sky").hits][:1] == ["sky"]
    concepts = show(qtbot, window, "concepts")
    concepts.search.setFocus()
    qtbot.keyClicks(concepts.search, "sky")
    press(qtbot, window, Key.Key_Return)
    assert selected(window) == SKY and concepts.view.isExpanded(concepts.view.tree.fold)
    table = show(qtbot, window, "statistics")
    wait_idle(qtbot, window)
    assert "nothing in common" in table.trouble.text
    qtbot.keyClicks(table.search, "sky")
    assert SKY in table.model.order


def test_each_list_can_show_doubtful_names_alone(qtbot, window) -> None:
    concepts = show(qtbot, window, "concepts")
    assert concepts.facet.actions_of[True].text() == "Doubtful names  (1)"
    concepts.facet.choose(True)
    assert seen_from_top(concepts.view) == [BOAT] and selected(window) == BOAT
    queue = show(qtbot, window, "review")
    queue.facet.choose(True)
    wait_idle(qtbot, window)
    assert window.session.state.rows_of(queue.list.concepts) == (BOAT,)
    table = show(qtbot, window, "statistics")
    wait_idle(qtbot, window)
    table.facet.choose(True)
    assert table.model.order.tolist() == [BOAT]
    table.facet.choose(False)
    assert BOAT not in table.model.order and CAR in table.model.order
    cell = table.model.index(table.model.place_of(CAR), KEYS.index("probability"))
    assert cell.data().strip() == "75.0"
