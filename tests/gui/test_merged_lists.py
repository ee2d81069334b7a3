"""No list of the window has what is merged; all have it again when it is taken out."""

import numpy as np
import pytest

from insight_app.concepts.progress import CancelToken
from insight_app.exchange.collecting import collect
from insight_app.gui.relations.model import RelationModel
from insight_app.gui.state import loading
from insight_app.gui.totals import totals
from insight_app.project import judgements as j
from insight_app.project.composites import numbers
from insight_app.project.project import Project
from insight_app.project.similarity import pairs
from insight_app.project.similarity.basis import open_basis
from insight_app.project.similarity.evidence import evidence
from insight_app.project.similarity.listing import listing
from tests.gui.conftest import WAIT, wait_idle, wait_saved
from tests.gui.hands import seen_from_top, show
from tests.synthetic import NAMES

BOAT, DOG = NAMES.index("boat"), NAMES.index("dog")


def lists(qtbot, window) -> dict[str, set[int | None]]:
    """The rows that each list has, looked at one after the other."""
    state = window.session.state
    tree = show(qtbot, window, "concepts").view
    wait_idle(qtbot, window)
    tree.expandAll()
    found = {"tree": set(seen_from_top(tree))}
    queue = show(qtbot, window, "review")
    wait_idle(qtbot, window)
    found["queue"] = set(state.rows_of(queue.list.concepts))
    table = show(qtbot, window, "statistics")
    wait_idle(qtbot, window)
    found["table"] = set(table.rows.rows.tolist())
    found["search"] = set(state.catalogue.search("dog"))
    return found


def test_what_is_merged_is_in_no_list_and_in_all_again_when_it_is_taken_out(qtbot, window) -> None:
    curation, state = window.session.curation, window.session.state
    before, counts = lists(qtbot, window), totals(state)
    assert all({BOAT, DOG} <= rows for name, rows in before.items() if name != "search")
    boat, dog = state.ids_of((BOAT, DOG))
    curation.judge(j.merge(boat, [dog]), "Merged")
    wait_saved(qtbot, window)
    merged = lists(qtbot, window)
    assert all(BOAT in rows and DOG not in rows for rows in merged.values())
    now = totals(state)
    assert counts is not None and now is not None and (counts.merged, now.merged) == (0, 1)
    assert (counts.known - now.known, counts.fire - now.fire) == (1, 1)
    curation.undo()
    wait_saved(qtbot, window)
    assert lists(qtbot, window) == before


def test_what_was_counted_stands_at_its_place_from_the_first_moment(project_dir) -> None:
    with Project.open(project_dir) as project:
        results = project.results()
        assert results is not None
        with results:
            name = results.dictionary.fingerprint
            boat, dog = (j.machine_concept(name, row) for row in (BOAT, DOG))
            project.judgements.judge(j.merge(boat, [dog]), "Merged")
            catalogue = project.catalogue()
            assert catalogue is not None
            numbers.count(catalogue, results)
        loaded = loading.load(project)
        assert loaded.catalogue is not None and loaded.catalogue.is_counted[BOAT]
        assert loaded.catalogue.cells[BOAT] == catalogue.cells[BOAT] > 0
        loading.close(None, loaded.results)


def test_a_merge_has_the_same_strengths_wherever_its_relations_are_shown(
    qtbot, window, project_dir
) -> None:
    session = window.session
    catalogue, results = session.state.catalogue, session.state.results
    edge = catalogue.edges()[0]
    member = next(
        row
        for row in range(results.F)
        if row not in (edge.child, edge.parent) and catalogue.fires[row]
    )
    holder, other = session.state.ids_of((edge.child, member))
    session.curation.judge(j.merge(holder, [other]), "Merged")
    wait_saved(qtbot, window)
    qtbot.waitUntil(lambda: catalogue.edge(edge.child, edge.parent).is_counted, timeout=WAIT)
    now = catalogue.edge(edge.child, edge.parent)
    basis = open_basis(results)
    found = evidence(basis, listing(catalogue), edge.child, edge.parent)
    assert (now.strength, now.reverse_strength) == (found.strength, found.reverse_strength)
    assert now.cells == found.both.cells
    readers = [session.state.reader(row) for row in (edge.child, edge.parent)]
    pair = pairs.count(*readers, 0, CancelToken())
    assert now.strength == pytest.approx(pair.share(pair.shared, pair.own), rel=1e-5)

    model = RelationModel(window)
    model.show_relations(session.state)
    at = model._at[edge.child, edge.parent]
    assert model._values["strength"][at] == now.strength
    assert np.isnan(model._values["low"][at])
    with Project.open(project_dir, read_only=True) as project:
        (exported,) = [
            one
            for one in collect(project).relations
            if (one.child, one.parent) == session.state.ids_of((edge.child, edge.parent))
        ]
    assert exported.strength == pytest.approx(now.strength, rel=1e-5)
    assert (exported.low, exported.measured_child, exported.cells) == (None, "", now.cells)
