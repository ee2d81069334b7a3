"""One selection with a way back."""

from insight_app.gui.state.selection import HISTORY_LIMIT, History, Selection


def test_another_photo_forgets_the_cell_and_other_concepts_the_relation() -> None:
    here = Selection((3,), image=1, cell=5, relation=(3, 4))
    assert here.changed(image=2) == Selection((3,), 2, None, (3, 4))
    assert here.changed(concepts=(9,)) == Selection((9,), 1, 5, None)
    assert here.changed(image=2, cell=7).cell == 7
    assert here.changed(concepts=(3,)) == here


def test_concepts_are_kept_once_and_in_order() -> None:
    chosen = Selection().changed(concepts=[4, 2, 4])
    assert chosen.concepts == (4, 2)
    assert chosen.primary == 4
    assert Selection().primary is None


def test_back_and_forward_walk_through_what_was_looked_at() -> None:
    history = History()
    for image in (1, 2, 3):
        history.visit(history.current.changed(image=image))
    assert history.back().image == 2
    assert history.back().image == 1
    assert history.forward().image == 2
    history.visit(history.current.changed(image=9))
    assert not history.can_go_forward
    assert history.back().image == 2


def test_cells_of_one_photo_are_one_place() -> None:
    history = History()
    history.visit(Selection((1,), 1, 4))
    history.visit(Selection((1,), 1, 5))
    history.visit(Selection((1,), 1, 6))
    assert history.current.cell == 6
    assert history.back() == Selection()


def test_the_way_back_has_an_end() -> None:
    history = History()
    for image in range(2 * HISTORY_LIMIT):
        history.visit(Selection(image=image))
    assert len(history.entries) == HISTORY_LIMIT
    assert history.current.image == 2 * HISTORY_LIMIT - 1
    assert history.back().image == 2 * HISTORY_LIMIT - 2
