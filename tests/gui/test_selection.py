"""One selection with a way back; concepts are named by what they are called for good."""

from insight_app.gui.state.selection import HISTORY_LIMIT, History, Selection
from insight_app.project.judgements import ConceptId

A, B, C = (ConceptId(f"dictionary:{n}") for n in range(3))


def test_another_photo_forgets_the_cell_and_other_concepts_the_relation() -> None:
    here = Selection((A,), image=1, cell=5, relations=((A, B),))
    assert here.changed(image=2) == Selection((A,), 2, None, ((A, B),))
    assert here.changed(concepts=(C,)) == Selection((C,), 1, 5, ())
    assert here.changed(image=2, cell=7).cell == 7
    assert here.changed(concepts=(A,)) == here


def test_concepts_are_kept_once_and_in_order() -> None:
    assert Selection().changed(concepts=[B, A, B]).concepts == (B, A)


def test_back_and_forward_walk_through_what_was_looked_at() -> None:
    history = History()
    for image in (1, 2, 3):
        history.visit(history.current.changed(image=image))
    images = []
    for go in (history.back, history.back, history.forward):
        go()
        images.append(history.current.image)
    assert images == [2, 1, 2]
    history.visit(history.current.changed(image=9))
    assert not history.can_go_forward
    history.back()
    assert history.current.image == 2


def test_cells_of_one_photo_are_one_place() -> None:
    history = History()
    history.visit(Selection((B,), 2))
    for cell in (4, 5, 6):
        history.visit(Selection((A,), 1, cell))
    assert history.current.cell == 6
    history.back()
    assert history.current == Selection((B,), 2)


def test_the_way_back_ends_at_the_first_concept_not_before_it() -> None:
    history = History()
    history.visit(Selection(image=1))
    history.visit(Selection((A,), 1))
    assert history.current == Selection((A,), 1) and not history.can_go_back
    history.visit(Selection((), 1))
    history.back()
    assert history.current == Selection((A,), 1)


def test_the_way_back_has_an_end() -> None:
    history = History()
    for image in range(2 * HISTORY_LIMIT):
        history.visit(Selection(image=image))
    assert len(history.entries) == HISTORY_LIMIT
    assert history.current.image == 2 * HISTORY_LIMIT - 1
    history.back()
    assert history.current.image == 2 * HISTORY_LIMIT - 2
