"""Examples, and the figures beside them: none twice, all of one size, each number with its unit."""

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from insight_app.gui.curation.concept_keys import candidates_of
from insight_app.gui.curation.present_concept import selected
from insight_app.project.results.examples import ALL, FEW
from tests.gui.conftest import wait_idle


@pytest.fixture
def review(qtbot, window):
    window.show_workspace("review")
    wait_idle(qtbot, window)
    window.docks["queue"].panel.list.setFocus()
    return window


def has_examples(bands, least: int) -> bool:
    return sum(len(band.grid.examples) for band in bands.values()) >= least


def panel(window, name: str):
    return window.docks[name].panel


def test_the_review_shows_no_example_twice_and_few_as_one_band(qtbot, review) -> None:
    session, bands = review.session, panel(review, "review").bands
    seen = set()
    for row in session.lists.rows:
        session.selection.select_rows(rows=(row,))
        wait_idle(qtbot, review)
        images = int(session.state.catalogue.images[row])
        least = min(images, FEW)
        qtbot.waitUntil(partial(has_examples, bands, least))
        shown = [example for band in bands.values() for example in band.grid.examples]
        assert len({(one.image_id, one.cell) for one in shown}) == len(shown)
        assert all(one.value <= session.state.catalogue.maximum[row] for one in shown)
        visible = {name for name, band in bands.items() if band.isVisible()}
        assert visible == {ALL} if images <= FEW else ALL not in visible and len(visible) > 1
        seen.add(images <= FEW)
    assert seen == {True, False}, "the project has concepts of both kinds"


def test_the_card_leaves_out_the_examples_that_stand_beside_it(qtbot, window) -> None:
    window.show_workspace("concepts")
    wait_idle(qtbot, window)
    row = window.session.lists.rows[0]
    window.session.selection.select_rows(rows=(row,))
    wait_idle(qtbot, window)
    card = panel(window, "card")
    assert panel(window, "exemplars").grid.examples and not card.cutouts.isVisible()
    for beside in ("split", "alike", "exemplars"):
        window.docks[beside].close()
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: card.cutouts.isVisible() and bool(card.cutouts.examples))
    assert all(card.cutouts.examples[0].value >= one.value for one in card.cutouts.examples)


def test_one_key_shows_more_around_every_cutout_and_nothing_turns_grey(qtbot, review) -> None:
    grid = panel(review, "review").bands["strongest"].grid
    qtbot.waitUntil(lambda: bool(grid.examples) and all(map(grid.picture, grid.examples)))
    kinds = []
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_S)
        assert all(grid._drawn(example) is not None for example in grid.examples)
        qtbot.waitUntil(lambda: grid.picture(grid.examples[0]) is not None)
        kinds.append(grid.picture(grid.examples[0]).toImage())
    assert len({bytes(kind.constBits()) for kind in kinds}) == 4
    assert {kind.size() for kind in kinds} == {kinds[0].size()}, "all of one size"
    sizes = {one.grid.cell_side for one in panel(review, "review").bands.values()}
    assert sizes == {grid.cell_side}


def test_candidates_stand_by_the_number_beside_them(review) -> None:
    evidence = panel(review, "evidence")
    for row in review.session.lists.rows:
        review.session.selection.select_rows(rows=(row,))
        scores = [one.score for one in candidates_of(selected(review.session))]
        assert scores == sorted(scores, reverse=True)
        assert evidence.candidates.section.note.text() == "% of votes"


def test_a_histogram_adds_up_to_its_cells_and_ends_at_the_strongest(qtbot, review) -> None:
    catalogue, strength = review.session.state.catalogue, panel(review, "evidence").strength
    for row in review.session.lists.rows:
        review.session.selection.select_rows(rows=(row,))
        assert sum(strength.histogram.counts) == catalogue.cells[row]
        assert strength.histogram.edges[-1] == catalogue.maximum[row]
        last = len(strength.histogram.counts) - 1
        assert strength.histogram.counts[last] and strength.histogram.bar_at(10_000) == last
