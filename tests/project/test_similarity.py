"""What is proposed to a person who curates, against slow versions over the codes themselves."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from insight_app.concepts.composition import Division, Piece, composition
from insight_app.concepts.hsae import directions
from insight_app.errors import Refusal
from insight_app.project import judgements as j
from insight_app.project.composites import counting
from insight_app.project.composites.reader import ConceptReader
from insight_app.project.judgements import Act, CurationState
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.results.snapshot import Results
from insight_app.project.similarity import kinds, pairs, queue, splitting, words
from insight_app.project.similarity.basis import LikenessBasis, open_basis
from insight_app.project.similarity.duplicates import LOOK, Cluster, duplicates
from insight_app.project.similarity.evidence import evidence
from insight_app.project.similarity.listing import ConceptListing, listing
from insight_app.project.similarity.similar import compare, similar
from tests.synthetic import DICTIONARY, NAMES, make_project, measure_relations

TAU = np.float32(0.001)
FIRST = {name: at for at, name in enumerate(NAMES)}
DOG, CAR, BOAT, SAIL, VEHICLE, TREE = map(
    FIRST.__getitem__, ("dog", "car", "boat", "sail", "vehicle", "tree")
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("similarity") / "P.insight"
    make_project(folder, images=24, concepts=40, photo_size=(64, 48))
    measure_relations(folder, concepts=40)
    return folder


@pytest.fixture(scope="module")
def results(project: Path) -> Iterator[Results]:
    opened = Results.open(project)
    assert opened is not None
    with opened:
        yield opened


@pytest.fixture(scope="module")
def basis(results: Results) -> LikenessBasis:
    return open_basis(results)


@pytest.fixture(scope="module")
def dense(results: Results) -> dict[int, np.ndarray]:
    """Photo -> its codes (cells, F) as stored."""
    coded = results.image_ids(status="coded").tolist()
    return {image: results.codes(image).to_dense() for image in coded}


def concept(index: int) -> j.ConceptId:
    return j.machine_concept(DICTIONARY, index)


def catalogue(results: Results, *said: Act | list[Act]) -> Catalogue:
    state = CurationState()
    for one in said:
        for act in one if isinstance(one, list) else [one]:
            state.set(act.target, act.after)
    return Catalogue(results, state)


def listed(results: Results, *said: Act | list[Act]) -> ConceptListing:
    return listing(catalogue(results, *said))


# ---- what is like what


def test_looks_are_what_the_cells_of_a_concept_decode_to(basis, dense):
    rows = directions.read(basis.results.project / "dictionary")
    expected = np.zeros_like(rows)
    for codes in dense.values():
        decoded = codes @ rows
        for one in range(basis.results.F):
            expected[one] += decoded[codes[:, one] > TAU].sum(axis=0)
    looks = basis.looks()
    assert np.allclose(looks, directions.unit(expected), atol=0.02)
    assert not looks[-1].any(), "the last concept is never active"


def test_alike_is_what_looks_alike_and_shares_cells(basis, results, dense):
    plain = listed(results)
    found = similar(basis, plain, BOAT, limit=40)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert BOAT not in [one.row for one in found] and len(found) == 38
    codes = np.concatenate(list(dense.values()))
    mass, active = codes.sum(axis=0, where=codes > TAU), codes > TAU
    for one in found:
        forward = codes[active[:, one.row], BOAT].sum() / mass[BOAT]
        reverse = codes[active[:, BOAT], one.row].sum() / mass[one.row]
        assert one.forward == pytest.approx(forward, abs=1e-5)
        assert one.reverse == pytest.approx(reverse, abs=1e-5)
        assert one.score == pytest.approx((max(one.look, 0) + min(forward, reverse)) / 2, abs=1e-5)
    assert {found[0].row, found[1].row} == {VEHICLE, SAIL}
    assert compare(basis, plain, BOAT, [found[1].row, found[0].row]) == [found[1], found[0]]


def test_what_is_hidden_merged_kept_apart_or_part_of_it_is_not_offered(basis, results):
    group = j.own_concept()
    said = (
        j.hide(concept(VEHICLE)),
        j.merge(concept(DOG), [concept(CAR)]),
        j.keep_apart(concept(SAIL), concept(BOAT)),
        j.group(group, "fleet", [concept(BOAT), concept(TREE)]),
    )
    shown = listed(results, *said)
    rows = {one.row for one in similar(basis, shown, BOAT, limit=99)}
    assert rows.isdisjoint({VEHICLE, CAR, SAIL, results.F}) and {DOG, TREE} <= rows
    of_group = {one.row for one in similar(basis, shown, results.F, limit=99)}
    assert of_group.isdisjoint({BOAT, TREE, CAR}) and DOG in of_group


def test_without_the_dictionary_names_and_cells_are_still_compared(basis, results):
    blind = replace(basis, directions=None, trouble="It is gone.", _looks=[])
    found = similar(blind, listed(results), BOAT, limit=3)
    assert found[0].row in (VEHICLE, SAIL) and found[0].look is None and found[0].together
    with pytest.raises(Refusal, match="gone"):
        splitting.propose(blind, listed(results), BOAT)


# ---- duplicates


def clusters_of(basis: LikenessBasis, shown: ConceptListing) -> dict[frozenset[int], Cluster]:
    found = duplicates(basis, shown)
    return {frozenset({one.holder, *(m.row for m in one.members)}): one for one in found}


def test_concepts_of_one_name_are_offered_as_one(basis, results):
    said = [
        j.rename(concept(20), "Dogs"),
        j.rename(concept(21), "auto"),
        j.rename(concept(22), "labrador"),
        j.rename(concept(23), "labradour"),
        j.rename(concept(24), "bird"),
        j.rename(concept(25), "zebra crossing"),
    ]
    found = clusters_of(basis, listed(results, *said))
    named = {rows: one.why for rows, one in found.items() if one.why != LOOK}
    assert named == {
        frozenset({DOG, 20}): words.SPELLED_ALIKE,
        frozenset({CAR, 21}): words.SAME_MEANING,
        frozenset({22, 23}): words.SPELLED_ALIKE,
        frozenset({FIRST["bird"], 24}): words.SAME_NAME,
    }
    birds = found[frozenset({FIRST["bird"], 24})]
    assert birds.title == "Same name: bird"
    assert birds.holder == 24, "the one that a person named"
    assert not birds.ticked, "a name alone ticks nothing"


def test_a_name_that_was_rejected_makes_no_duplicate(basis, results):
    same = j.rename(concept(24), "bird")
    assert frozenset({FIRST["bird"], 24}) in clusters_of(basis, listed(results, same))
    rejected = j.reject(concept(FIRST["bird"]), "bird")
    assert (
        clusters_of(basis, listed(results, same, rejected))
        .keys()
        .isdisjoint({frozenset({FIRST["bird"], 24})})
    )


def test_what_looks_alike_and_shares_cells_is_ticked_unless_kept_apart(basis, results):
    same = j.rename(concept(VEHICLE), "boat")
    rows = frozenset({BOAT, VEHICLE})
    found = clusters_of(basis, listed(results, same))[rows]
    assert len(found.ticked) == 1 and found.members[0].score > 0.45
    apart = j.keep_apart(concept(BOAT), concept(VEHICLE))
    assert rows not in clusters_of(basis, listed(results, same, apart))
    merged = j.merge(concept(BOAT), [concept(VEHICLE)])
    assert rows not in clusters_of(basis, listed(results, same, merged))


# ---- evidence


@pytest.mark.parametrize(("child", "parent"), [(SAIL, BOAT), (BOAT, SAIL), (DOG, 30), (CAR, DOG)])
def test_evidence_counts_cells_where_both_fire_and_where_one_does(
    basis, results, dense, child, parent
):
    found = evidence(basis, listed(results), child, parent, limit=5)
    codes = np.concatenate(list(dense.values()))
    a, b = codes[:, child] > TAU, codes[:, parent] > TAU
    sides = (found.both, a & b), (found.only_child, a & ~b), (found.only_parent, b & ~a)
    for side, cells in sides:
        assert side.is_exact and side.cells == cells.sum()
        per_photo = np.split(cells, np.cumsum([len(one) for one in dense.values()])[:-1])
        assert side.images == sum(bool(one.any()) for one in per_photo)
        assert len(side.examples) == min(5, side.images)
        for example in side.examples:
            is_here = dense[example.image_id][example.cell, [child, parent]] > TAU
            expected = ([True, True], [True, False], [False, True])
            assert is_here.tolist() == expected[[one for one, _ in sides].index(side)]
    assert found.strength == pytest.approx(codes[b, child].sum() / codes[a, child].sum(), abs=1e-5)
    assert found.silent == pytest.approx((a & ~b).sum() / a.sum())


def test_the_interval_is_the_analysis_own_where_it_measured_one(basis, results):
    plain, edges = listed(results), results.edges
    measured = [edges.measured(at) for at in range(edges.size)]
    width = [0.0 if one.interval is None else np.ptp(one.interval) for one in measured]
    at = int(np.argmax(width))
    assert width[at] > 0
    found = evidence(basis, plain, int(edges.child[at]), int(edges.parent[at]))
    assert found.interval == measured[at].interval
    assert found.both.cells == measured[at].cells and found.both.images == measured[at].images
    back = evidence(basis, plain, int(edges.parent[at]), int(edges.child[at]))
    assert back.interval is not None
    assert back.interval[0] <= back.strength <= back.interval[1]


def test_of_many_photos_a_sample_is_counted_and_says_so(basis, results, dense, monkeypatch):
    exact = evidence(basis, listed(results), TREE, DOG)
    monkeypatch.setattr(pairs, "MOST_READ", 8)
    found = evidence(basis, listed(results), TREE, DOG)
    assert not found.both.is_exact and found.both.images is None
    assert "8 of" in found.how_counted and "estimated" in found.how_counted
    for side, whole in (
        (found.both, exact.both),
        (found.only_child, exact.only_child),
        (found.only_parent, exact.only_parent),
    ):
        assert side.low <= side.cells <= side.high
        assert side.low <= whole.cells <= side.high
    assert found.strength == exact.strength, "over all photos, as the analysis counted it"


def test_evidence_of_a_merged_concept_is_of_the_union(basis, results, dense):
    shown = listed(results, j.merge(concept(BOAT), [concept(DOG)]))
    found = evidence(basis, shown, BOAT, VEHICLE)
    codes = np.concatenate(list(dense.values()))
    union, parent = codes[:, [BOAT, DOG]].max(axis=1), codes[:, VEHICLE]
    a, b = union > TAU, parent > TAU
    assert found.both.cells == (a & b).sum() and found.only_child.cells == (a & ~b).sum()
    assert found.only_parent.cells == (b & ~a).sum()
    assert found.strength == pytest.approx(union[b].sum() / union[a].sum(), abs=1e-4)
    assert found.reverse_strength == pytest.approx(parent[a].sum() / parent[b].sum(), abs=1e-4)
    turned = evidence(basis, shown, VEHICLE, BOAT)
    assert turned.only_parent.cells == found.only_child.cells
    assert turned.reverse_strength == pytest.approx(found.strength, abs=1e-4) != 1


# ---- kinds and the queue


def test_kinds_are_proposed_with_the_reason(basis, results):
    plain = listed(results)

    def proposed(child: str, parent: str, *strengths: float) -> tuple[str | None, bool]:
        ends = FIRST[child], FIRST[parent]
        found = kinds.propose(basis, plain, *ends, strengths if strengths else None)
        assert found.reason.endswith(".")
        return found.kind, found.is_reversed

    assert proposed("dog", "animal") == ("is-a", False)
    assert proposed("animal", "dog") == ("is-a", True)
    assert proposed("wheel", "car") == ("part-of", False)
    assert proposed("car", "wheel") == ("part-of", True)
    assert proposed("sail", "boat", 0.9, 0.2)[0] == "part-of"
    assert proposed("sky", "car") == (None, False)
    assert proposed("sky", "car", 0.9, 0.1) == ("related", False)
    assert proposed("sky", "car", 0.1, 0.9) == ("related", True)
    assert proposed("sky", "car", 0.5, 0.4) == (None, False)
    reason = kinds.propose(basis, plain, FIRST["wheel"], CAR).reason
    assert reason == ("WordNet: “wheel” is part of “wheeled vehicle”, and “car” is a kind of it.")


def test_the_queue_asks_first_where_much_is_at_stake_and_little_sure(basis, results):
    shown = catalogue(results)
    edges = shown.edges()
    found = queue.relation_queue(basis, listing(shown), edges)
    assert {(one.child, one.parent) for one in found} == {(e.child, e.parent) for e in edges}
    worth = [one.worth for one in found]
    assert worth == sorted(worth, reverse=True) and worth[-1] >= 0
    assert all(0 <= one.doubt <= 1 and 0 <= one.share <= 1 for one in found)
    first = found[0]
    judged = catalogue(results, j.accept_relation(concept(first.child), concept(first.parent)))
    rest = queue.relation_queue(basis, listing(judged), judged.edges())
    assert [(o.child, o.parent) for o in rest] == [(o.child, o.parent) for o in found[1:]]


def test_names_that_say_the_reverse_make_a_relation_doubtful(basis, results):
    shown = catalogue(results)
    edge = next(e for e in shown.edges() if (e.child, e.parent) == (DOG, FIRST["animal"]))
    plain = queue.relation_queue(basis, listing(shown), [edge])[0]
    renamed = [j.rename(concept(DOG), "animal"), j.rename(concept(FIRST["animal"]), "dog")]
    turned = queue.relation_queue(basis, listed(results, *renamed), [edge])[0]
    assert turned.doubt == pytest.approx(min(4 * plain.doubt, 1))


# ---- splitting


def test_a_split_is_proposed_and_its_parts_are_those_that_come_of_it(basis, results):
    thing = FIRST["thing"]
    found = splitting.propose(basis, listed(results), thing)
    again = splitting.propose(basis, listed(results), thing)
    assert [p.examples for p in again.parts] == [p.examples for p in found.parts]
    assert 2 <= len(found.parts) <= 3 and sum(p.share for p in found.parts) == pytest.approx(1)
    members = [cell for part in found.parts for cell in part.members]
    assert len(members) == len(found.cells) and set(members) == set(found.cells)
    must_be_in_force(results, found, thing)


def test_moving_an_example_divides_the_cells_anew(basis, results):
    thing = FIRST["thing"]
    found = splitting.propose(basis, listed(results), thing, parts=2)
    first, second = (list(part.examples) for part in found.parts)
    moved = found.with_examples([first[:-1], [*second, first[-1]]])
    assert moved.parts[1].examples[-1] == first[-1]
    must_be_in_force(results, moved, thing)
    kept = [first, second]
    assert found.with_examples(kept).parts == found.parts
    empty = found.with_examples([first, []])
    assert empty.parts[0].share == 1 and not empty.parts[1].members
    places = {(cell.image_id, cell.cell) for cell in found.cells}
    dogs = results.examples(DOG, "strongest", 99)
    other = next(dog for dog in dogs if (dog.image_id, dog.cell) not in places)
    must_be_in_force(results, found.with_examples([[other], second]), thing)


def must_be_in_force(results: Results, found: splitting.SplitProposal, whole: int) -> None:
    """The parts shown are those that counting gives for the same marks."""
    examples = tuple(tuple(splitting.marks(results, part.examples)) for part in found.parts)
    for which, part in enumerate(found.parts):
        made = composition({Piece((whole,), (Division(examples, which),))})
        reader = ConceptReader(results, -1, made)
        for cell in found.cells:
            is_here = bool(reader.map_of(results.codes(cell.image_id))[cell.cell] > 0)
            assert is_here == (cell in part.members)


def test_what_tells_a_part_fires_there_more_than_elsewhere(basis, results, dense):
    found = splitting.propose(basis, listed(results), FIRST["thing"])
    for part in found.parts:
        for word in part.words:
            inside = [dense[c.image_id][c.cell, word.concept] > 0 for c in part.members]
            assert word.here == pytest.approx(np.mean(inside)) and word.here > word.elsewhere


def test_a_part_can_be_split_again_once_it_was_counted(basis, results):
    first = splitting.propose(basis, listed(results), FIRST["thing"], parts=2)
    parts = [j.own_concept(), j.own_concept()]
    named = [
        (part, name, splitting.marks(results, one.examples))
        for part, name, one in zip(parts, ("one", "other"), first.parts, strict=True)
    ]
    shown = catalogue(results, j.split(concept(FIRST["thing"]), named))
    row = shown.row_of(parts[0])
    with pytest.raises(Refusal, match="counted"):
        splitting.propose(basis, listing(shown), row)
    composed = shown.composition(row)
    basis.counted.put(dict(counting.count(results, [composed])))
    again = splitting.propose(basis, listing(shown), row)
    inside = ConceptReader(results, -1, composed)
    for cell in again.cells:
        assert inside.map_of(results.codes(cell.image_id))[cell.cell] > 0


def test_too_few_photos_are_no_ground_for_a_split(basis, results):
    rare = int(np.argmin(np.where(results.images > 0, results.images, 99)))
    assert results.images[rare] < 12
    with pytest.raises(Refusal, match="at least 12"):
        splitting.propose(basis, listed(results), rare)


# ---- the floors


def test_a_window_can_ask_all_of_this_without_torch_and_scipy(project):
    code = f"""
import sys
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.state import CurationState
from insight_app.project.results.snapshot import Results
from insight_app.project.similarity import duplicates, evidence, kinds, queue, similar, splitting
from insight_app.project.similarity.basis import open_basis
from insight_app.project.similarity.listing import listing
results = Results.open({str(project)!r})
shown, basis = listing(Catalogue(results, CurationState())), open_basis(results)
assert similar.similar(basis, shown, 0) and duplicates.duplicates(basis, shown) is not None
assert evidence.evidence(basis, shown, 3, 2).both.cells and splitting.propose(basis, shown, 0).parts
assert not {{"torch", "scipy", "PySide6"}} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
