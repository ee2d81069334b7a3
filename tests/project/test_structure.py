"""What concepts are to each other: merges, parts, groups, kinds of relations, and all at random."""

from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts.composition import Composition, Division, Mark, Piece
from insight_app.project import judgements as j
from insight_app.project.judgements import CurationState
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.hierarchy import ReviewStatus
from insight_app.project.judgements.state import RelationState
from insight_app.project.judgements.structure.counted_edges import MergedStrengths
from tests.small_results import NAMES, TREE, Edges, Results, shown, state_of, touched

Ends = tuple[str, str]
"""Ids of child and parent."""

DOG, PUPPY, CAR = "f:1", "f:2", "f:4"


@dataclass(frozen=True)
class Told:
    """What was counted of a composite."""

    images: int = 90
    cells: int = 900
    total: float = 450.0
    maximum: float = 3.5
    mean: float = 0.5
    is_counted: bool = True


def test_what_is_merged_into_an_unmade_group_is_listed_again() -> None:
    group = j.ConceptId("own:g")
    acts = [*j.group(group, "g", [DOG]), *j.merge(group, [CAR])]
    catalogue = Catalogue(Results(TREE), state_of(*acts))
    assert not catalogue.is_listed[4]
    gone = state_of(*acts, *j.ungroup(group, [DOG]))
    catalogue.apply(gone, touched(*j.ungroup(group, [DOG])))
    assert catalogue.is_listed[[1, 4]].all() and not catalogue.members(catalogue.row_of(group) or 0)
    assert Catalogue(Results(TREE), gone).is_listed[[1, 4]].all()


def test_what_is_merged_leaves_the_lists_until_it_is_taken_out_and_is_as_it_was() -> None:
    catalogue = Catalogue(Results(TREE), state_of(j.reject(CAR, "car")))
    was = shown(catalogue)
    merge = [j.reject(CAR, "car"), *j.merge(DOG, [PUPPY, CAR])]
    catalogue.apply(state_of(*merge), touched(*merge))
    assert catalogue.members(1) == [2, 4] and catalogue.holder(4) == 1
    assert catalogue.merged_into.tolist() == [-1, -1, 1, -1, 1, -1, -1, -1]
    assert catalogue.roots() == [0, 3, 5, 7] and not catalogue.is_active[[2, 4]].any()
    assert [edge.child for edge in catalogue.children(0)] == [1]
    assert [edge.parent for edge in catalogue.parents(1)] == [0]  # what the car lies under no more
    assert catalogue.parents(2) == catalogue.children(3) == []
    assert catalogue.status[4] == ReviewStatus.REJECTED and not catalogue.hidden[4]
    apart = [*merge, *j.unmerge(DOG, [PUPPY, CAR])]
    catalogue.apply(state_of(*apart), touched(*apart))
    assert shown(catalogue) == was


def test_the_strongest_relation_of_those_merged_is_shown_and_says_of_which_it_was_measured() -> (
    None
):
    edges = Edges([(0, 1), (0, 2), (0, 4)])  # from the photos, the dictionary, the photos
    catalogue = Catalogue(Results(edges), state_of(*j.merge(PUPPY, [DOG, CAR])))
    edge = catalogue.edge(0, 2)
    assert edge is not None and (edge.measured, edge.source) == ((0, 1), "data")
    assert edge.strength == pytest.approx(0.99) and edge.index == 0
    state = state_of(*j.merge(PUPPY, [DOG, CAR]), j.reject_relation("f:0", DOG))
    edge = Catalogue(Results(edges), state).edge(0, 2)
    assert edge is not None and edge.measured == (0, 4), "photos before the dictionary"


def test_what_a_member_lies_under_the_whole_need_not_unless_a_person_says_so() -> None:
    edges, merge = Edges([(1, 0), (3, 1)]), j.merge(PUPPY, [DOG])
    catalogue = Catalogue(Results(edges), state_of(*merge))
    assert catalogue.edge(2, 0) is None and catalogue.edge(3, 2) is not None
    state = state_of(*merge, j.accept_relation(DOG, "f:0"))
    edge = Catalogue(Results(edges), state).edge(2, 0)
    assert edge is not None and edge.by_person and edge.measured == (1, 0)


def test_relations_of_what_is_merged_have_a_members_numbers_until_the_merge_is_counted() -> None:
    merge = j.merge(DOG, [PUPPY])
    catalogue = Catalogue(Results(TREE), state_of(*merge))
    edge = catalogue.edge(1, 0)
    assert edge is not None and edge.is_of_member and edge.measured == (1, 0)
    assert catalogue.pairs_to_count() == [(1, 0)]
    catalogue.set_strengths({(1, 0): MergedStrengths(0.5, 0.25, 7, 3)})
    (shown_below,), (shown_above,) = catalogue.parents(1), catalogue.children(0)
    for one in (shown_below, shown_above, catalogue.edge(1, 0), catalogue.edges()[0]):
        assert one is not None and one.is_counted and not one.is_of_member
        assert (one.strength, one.reverse_strength, one.cells, one.images) == (0.5, 0.25, 7, 3)
    assert catalogue.pairs_to_count() == []
    more = [*merge, *j.merge(DOG, [CAR])]
    catalogue.apply(state_of(*more), touched(*more))
    edge = catalogue.edge(1, 0)
    assert edge is not None and edge.is_of_member, "another merge, which nobody counted"
    apart = [*more, *j.unmerge(DOG, [PUPPY, CAR])]
    catalogue.apply(state_of(*apart), touched(*apart))
    edge = catalogue.edge(1, 0)
    assert edge is not None and edge.measured_on is None and not edge.is_counted


def test_a_persons_word_on_what_stays_wins_over_words_on_what_is_merged() -> None:
    merge = j.merge(DOG, [PUPPY])
    yes, no = j.accept_relation(PUPPY, "f:0"), j.reject_relation(DOG, "f:0")
    edge = Catalogue(Results(TREE), state_of(*merge, yes)).edge(1, 0)
    assert edge is not None and edge.by_person and edge.status == ReviewStatus.ACCEPTED
    catalogue = Catalogue(Results(TREE), state_of(*merge, yes, no))
    assert catalogue.edge(1, 0) is None
    assert [edge.measured for edge in catalogue.withdrawn(1)] == [(1, 0)]
    assert [edge.child for edge in catalogue.withdrawn_children(0)] == [1]
    only_member = Catalogue(Results(TREE), state_of(*merge, j.reject_relation(PUPPY, "f:0")))
    assert only_member.edge(1, 0) is not None


@pytest.mark.parametrize("turn", [1, -1])
def test_merges_of_two_persons_join_whoever_was_first(turn: int) -> None:
    acts = [*j.merge(PUPPY, [CAR]), *j.merge(DOG, [CAR]), *j.merge("f:5", [PUPPY])]
    catalogue = Catalogue(Results(TREE), state_of(*acts[::turn]))
    assert catalogue.members(1) == [2, 4, 5], "of dog and École, nobody's members, the first stays"
    circle = [*j.merge(PUPPY, [CAR]), *j.merge(CAR, [PUPPY])]
    assert Catalogue(Results(TREE), state_of(*circle[::turn])).members(2) == [4]


def test_what_is_merged_is_judged_with_what_stays_and_each_activation_counts_once() -> None:
    results = Results(TREE)
    own = "own:a"
    acts = [*j.merge(DOG, [PUPPY, CAR]), *j.group(own, "all", [DOG, "f:3"])]
    catalogue = Catalogue(results, state_of(*acts, j.accept(DOG, "dog")))
    row = catalogue.row_of(own)
    assert row is not None
    catalogue.set_numbers(row, Told())
    assert catalogue.activation.sum() == pytest.approx(results.total.sum())
    judged = results.total[[1, 2, 4]].sum() / results.total.sum()
    assert catalogue.reviewed_share() == pytest.approx(judged)


def test_related_concepts_stand_beside_the_hierarchy_and_close_no_circle() -> None:
    kind = j.relation_kind("f:2", "f:1", "related")
    catalogue = Catalogue(Results(TREE), state_of(kind))
    assert [(edge.child, edge.parent, edge.kind) for edge in catalogue.related(1)] == [
        (2, 1, "related")
    ]
    assert catalogue.related(2) == catalogue.related(1) == catalogue.related_edges()
    assert catalogue.edge(2, 1) is None and catalogue.refusal(1, 2) is None
    assert len(catalogue.edges()) == 3
    is_a = j.relation_kind("f:2", "f:1", "is-a")
    catalogue.apply(state_of(kind, is_a), touched(is_a))
    edge = catalogue.edge(2, 1)
    assert edge is not None and edge.kind == "is-a" and catalogue.related(1) == []
    assert Catalogue(Results(), state_of(kind)).related(1) == [], "nobody said that they are"
    itself = [j.add_parent(DOG, DOG), j.relation_kind(DOG, DOG, "related")]
    assert Catalogue(Results(), state_of(*itself)).related(1) == []


def test_what_was_said_of_a_concept_before_the_catalogue_had_it_counts_once_it_has() -> None:
    before = [
        j.relation_kind(DOG, "old:1", "related"),
        j.mark("old:1", Mark("a" * 8, 1), True),
        j.keep_apart(DOG, "old:1"),
    ]
    catalogue = Catalogue(Results(TREE), state_of(*before))
    now = [j.accept("old:1", "hound"), j.add_parent(DOG, "old:1")]
    catalogue.apply(state_of(*before, *now), touched(*now))
    assert shown(catalogue) == shown(Catalogue(Results(TREE), state_of(*before, *now)))
    assert [edge.parent for edge in catalogue.related(1)] == catalogue.kept_apart(1) == [8]


def test_a_group_is_made_of_what_is_directly_below_it_so_moving_changes_what_it_covers() -> None:
    own, outer = j.own_concept(), j.own_concept()
    acts = [*j.group(own, "pets", [DOG, PUPPY]), *j.group(outer, "all", [own, CAR])]
    catalogue = Catalogue(Results(TREE), state_of(*acts))
    rows = [catalogue.row_of(one) for one in (own, outer)]
    assert [catalogue.composition(row) for row in rows if row is not None] == [
        Composition((Piece((1, 2)),)),
        Composition((Piece((1, 2, 4)),)),
    ]
    assert catalogue.composites() == sorted(rows, key=catalogue.id_of)
    assert catalogue.composition(1) is None
    acts += j.move(DOG, own, None)
    changed = catalogue.apply(state_of(*acts), touched(*acts[-1:]))
    assert catalogue.composition(rows[1] or 0) == Composition((Piece((2, 4)),))
    assert {*rows} <= changed


def test_a_group_that_is_merged_or_split_is_made_of_what_it_was_made_of() -> None:
    own = "own:a"
    acts = [*j.group(own, "pets", [CAR]), *j.merge("f:0", [own])]
    catalogue = Catalogue(Results(TREE), state_of(*acts))
    assert catalogue.composition(0) == Composition((Piece((0, 4)),))
    catalogue.set_numbers(0, Told())
    more = j.add_parent(DOG, own)  # dog is below animal already, but not by the group
    assert 0 in catalogue.apply(state_of(*acts, more), touched(more))
    assert catalogue.composition(0) == Composition((Piece((0, 1, 4)),))
    assert not catalogue.is_counted[0]
    places = [Mark("a" * 8, cell) for cell in (1, 2)]
    split = j.split(own, [("own:b", "old", places[:1]), ("own:c", "young", places[1:])])
    grouped = Catalogue(Results(TREE), state_of(*j.group(own, "pets", [CAR]), *split))
    row = grouped.row_of(own)
    assert row is not None and grouped.composition(row) == Composition((Piece((4,)),))


def test_a_part_has_the_cells_of_its_whole_that_are_most_like_its_own_examples() -> None:
    one, other = Mark("a" * 8, 3), Mark("b" * 8, 5)
    parts = [("own:b", "head", [one]), ("own:a", "tail", [other])]
    acts = [*j.split(PUPPY, parts), *j.merge(DOG, [PUPPY])]
    catalogue = Catalogue(Results(TREE), state_of(*acts[:-1]))
    tail, head = catalogue.parts(2)
    assert (catalogue.names[tail], catalogue.whole(head), catalogue.whole(2)) == ("tail", 2, None)
    assert [edge.child for edge in catalogue.children(2)] == [tail, head]
    divided = Division(((other,), (one,)), 1)
    assert catalogue.composition(head) == Composition((Piece((2,), (divided,)),))
    assert catalogue.composition(2) is None
    move = [j.mark("own:b", one, None), j.mark("own:a", one, True)]
    catalogue.apply(state_of(*acts[:-1], *move), touched(*move))
    assert catalogue.composition(head) is None, "without an example it has no cell"
    assert catalogue.composition(tail) == Composition(
        (Piece((2,), (Division(((one, other), ()), 0),)),)
    )


def test_numbers_of_a_composite_are_unknown_until_told_and_again_when_it_is_made_of_others() -> (
    None
):
    catalogue = Catalogue(Results(TREE), CurationState())
    merge = j.merge(DOG, [PUPPY])
    catalogue.apply(state_of(*merge), touched(*merge))
    known = catalogue.images[1], catalogue.is_counted[1], catalogue.images_at_least[1]
    assert known == (0, False, 70), "certainly in as many as the one of them that is in most"
    assert catalogue.is_active[1] and not catalogue.knows_images[1]
    catalogue.set_numbers(1, Told(cells=0, is_counted=False))
    assert catalogue.knows_images[1] and not catalogue.is_counted[1] and catalogue.images[1] == 90
    catalogue.set_numbers(1, Told())
    accept = j.accept_relation(DOG, "f:0")
    catalogue.apply(state_of(*merge, accept), touched(accept))
    assert (catalogue.cells[1], catalogue.is_counted[1]) == (900, True), "made of the same still"
    more = j.merge(DOG, [CAR])
    catalogue.apply(state_of(*merge, accept, *more), touched(*more))
    assert not catalogue.is_counted[1] and catalogue.cells[1] == 0
    apart = j.unmerge(DOG, [PUPPY, CAR])
    catalogue.apply(state_of(*merge, accept, *more, *apart), touched(*apart))
    assert catalogue.is_counted[1] and catalogue.images[1] == 70


def test_a_place_is_a_way_from_the_top_and_hidden_concepts_are_on_none() -> None:
    catalogue = Catalogue(Results(TREE), CurationState())
    assert catalogue.paths(2) == [(0, 1, 2), (0, 2)]
    assert catalogue.paths(2, most=1) == [(0, 1, 2)] and catalogue.paths(0) == [(0,)]
    hidden = Catalogue(Results(TREE), state_of(j.hide(DOG)))
    assert hidden.paths(2) == [(0, 2)]
    merged = Catalogue(Results(TREE), state_of(*j.merge(CAR, [DOG])))
    assert merged.paths(1) == [(3, 4)] and merged.paths(2) == [(3, 4, 2), (0, 2)]


def test_a_place_is_refused_with_the_way_that_would_become_a_circle() -> None:
    accepted = j.accept_relation(DOG, "f:0")
    merged = Catalogue(Results(TREE), state_of(*j.merge("f:3", [DOG]), accepted))
    assert merged.refusal(0, 4) == (
        "“car” is itself below “animal” (car → vehicle → animal); that would go in a circle."
    )
    refusal = merged.refusal(1, 7)
    assert refusal is not None and "“dog” is merged into “vehicle”" in refusal
    plain = Catalogue(Results(TREE), CurationState())
    assert plain.reverse_refusal(2, 1) is None
    refusal = plain.reverse_refusal(2, 0)
    assert refusal is not None and "by another way too (puppy → dog → animal)" in refusal


def test_a_merge_is_refused_where_it_says_nothing_or_undoes_a_split() -> None:
    parts = [("own:a", "head", [Mark("a" * 8, 3)]), ("own:b", "tail", [Mark("b" * 8, 3)])]
    acts = [*j.split(PUPPY, parts), *j.merge(DOG, [CAR])]
    catalogue = Catalogue(Results(TREE), state_of(*acts))
    head = catalogue.parts(2)[0]
    assert catalogue.merge_refusal(2, [1, 3]) is None
    assert "“car” is merged into “dog” already" in (catalogue.merge_refusal(4, [3]) or "")
    assert "“head” is a part of “puppy”" in (catalogue.merge_refusal(2, [head]) or "")
    assert "with itself" in (catalogue.merge_refusal(2, [2]) or "")


def test_what_else_a_merge_does_is_said_before() -> None:
    catalogue = Catalogue(Results(TREE), state_of(j.keep_apart(DOG, CAR)))
    assert catalogue.merge_effects(1, [7]) == []
    assert catalogue.merge_effects(1, [4]) == [
        "“dog” and “car” were kept apart: they only look alike.",
        "1 relation upwards of what is merged is not taken over: what a member lies under, the "
        "whole need not.",
    ]
    assert catalogue.merge_effects(0, [2]) == [
        "1 relation between them is no longer shown.",
        "1 relation upwards of what is merged is not taken over: what a member lies under, the "
        "whole need not.",
    ]
    accepted = j.accept_relation(PUPPY, DOG)
    catalogue = Catalogue(Results(TREE), state_of(accepted))
    assert catalogue.merge_effects(0, [2])[1:] == [
        "“dog” stands between them: of the relations that would then go in a circle the weakest "
        "steps back.",
    ]
    merged = Catalogue(Results(TREE), state_of(*j.merge("f:0", [PUPPY]), accepted))
    dropped, kept = merged.dropped[0], merged.edge(0, 1)
    assert kept is not None and kept.by_person and kept.measured == (2, 1)
    assert (dropped.child, dropped.parent) == (1, 0), "a person's word is stronger"


def test_what_only_looks_alike_is_kept_apart_by_whatever_stands_for_it() -> None:
    acts = [j.keep_apart(DOG, CAR), *j.merge("f:3", [CAR])]
    catalogue = Catalogue(Results(TREE), state_of(*acts))
    assert catalogue.kept_apart(1) == [3] and catalogue.kept_apart(4) == [1]
    assert catalogue.is_apart(4, 1) and catalogue.is_apart(1, 3) and not catalogue.is_apart(1, 0)
    acts.append(j.allow_together(CAR, DOG))
    assert catalogue.apply(state_of(*acts), touched(acts[-1])) == {1, 3, 4}
    assert catalogue.kept_apart(1) == []


def test_a_search_finds_numbers_as_lists_write_them() -> None:
    catalogue = Catalogue(Results(TREE), state_of(j.rename("f:3", "door 4")))
    name = catalogue.names[2]
    for text in ("#2", "2", f"{name} #2", f"#2 {name}"):
        assert catalogue.search(text)[:1] == [2] and not catalogue.why_found(2, text)
    assert catalogue.search("4") == [4, 3], "the number first, then a name with it"
    assert catalogue.search(f"{name} #1") == [] == catalogue.search("#99")


def test_a_search_finds_aliases_after_names_and_what_is_merged_as_what_stands_for_it() -> None:
    acts = [
        j.alias("f:3", "dogcart"),
        *j.merge("f:5", [DOG]),
        j.alias(DOG, "hound"),
        j.rename(CAR, "dog sled"),
        j.define("f:0", "neither plant nor dog"),
    ]
    catalogue = Catalogue(Results(TREE), state_of(*acts))
    assert catalogue.search("dog") == [4, 3, 5, 0]
    reasons = [catalogue.why_found(row, "dog") for row in (4, 3, 5, 0)]
    assert reasons == ["", "via alias dogcart", "via dog, merged into it", "by meaning"]
    assert catalogue.why_found(catalogue.search("hound")[0], "hound") == "via hound, merged into it"
    assert catalogue.search("wolf") == [5] and catalogue.why_found(5, "wolf") == "via wolf"
    assert (
        catalogue.search("#1") == [5]
        and catalogue.why_found(5, "#1") == "via dog #1, merged into it"
    )
    assert catalogue.search("merged:yes") == [5] and 1 not in catalogue.search("merged:no")
    assert catalogue.search('parent:"dog"') == [2], "below what stands for it"
    acts += [j.remove_alias("f:3", "dogcart"), *j.unmerge("f:5", [DOG])]
    catalogue.apply(state_of(*acts), touched(*acts[-2:]))
    assert catalogue.search("dog") == [1, 4, 0]


concepts = st.sampled_from([f"f:{index}" for index in range(6)] + ["own:b", "own:a", "old:1"])
pairs = st.tuples(concepts, concepts)
KINDS = [None, "is-a", "part-of", "related"]
two = pairs.filter(lambda pair: pair[0] != pair[1])
places = st.builds(Mark, st.just("0" * 8), st.integers(0, 2))
one_act = st.one_of(
    st.builds(j.rename, concepts, st.sampled_from(["dog", "wolf"])),
    st.builds(j.reject, concepts, st.sampled_from(NAMES)),
    st.builds(j.hide, concepts),
    st.builds(j.unhide, concepts),
    st.builds(j.note, concepts, st.sampled_from(["", "blurred"])),
    pairs.map(lambda pair: j.add_parent(*pair)),
    pairs.map(lambda pair: j.remove_parent(*pair)),
    pairs.map(lambda pair: j.accept_relation(*pair)),
    pairs.map(lambda pair: j.clear_relation(*pair)),
    st.builds(j.alias, concepts, st.sampled_from(["hound", "cur"])),
    st.builds(j.remove_alias, concepts, st.sampled_from(["hound", "cur"])),
    st.builds(j.define, concepts, st.sampled_from(["", "an animal"])),
    st.builds(j.mark, concepts, places, st.sampled_from([True, False, None])),
    two.map(lambda pair: j.keep_apart(*pair)),
    two.map(lambda pair: j.allow_together(*pair)),
    two.map(lambda pair: j.merge(pair[0], [pair[1]])[0]),
    two.map(lambda pair: j.unmerge(pair[0], [pair[1]])[0]),
    two.map(lambda pair: j.unsplit(pair[1], [pair[0]])[0]),
    two.map(lambda pair: replace(j.unsplit(pair[1], [pair[0]])[0], after={"split": True})),
    st.builds(lambda pair, kind: j.relation_kind(*pair, kind), pairs, st.sampled_from(KINDS)),
)
machine = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] > pair[1]),
    unique=True,
    max_size=8,
)


ACTIVE = np.random.default_rng(0).random((8, 8)).round(2)
"""(concepts, cells): how active each is."""


def chosen(examples: tuple[tuple[Mark, ...], ...], cell: int) -> int:
    """Which part of a split a cell belongs to, by some rule: one that has examples."""
    able = [place for place, marks in enumerate(examples) if marks]
    return able[cell * sum(map(len, examples)) % len(able)]


def activation(made_of: Composition, cell: int) -> float:
    """What a composition is worth at a cell."""
    worth = [0.0]
    for piece in made_of.pieces:
        if all(chosen(one.examples, cell) == one.which for one in piece.divisions):
            worth += [ACTIVE[concept, cell] for concept in piece.concepts]
    return max(worth)


def stays(results: Results, state: CurationState) -> dict[str, str]:
    """The straightforward version: every concept that is there -> the one that stands for it."""
    there = {f"f:{row}" for row in range(8)}
    there |= {one for one, said in state.concepts.items() if said.name is not None}
    pairs = [
        (holder, one)
        for holder, all_ in state.members.items()
        for one in all_
        if not (j.is_own(holder) and (holder not in there or state.concepts[holder].hidden))
    ]
    held = {one for _holder, one in pairs}
    found = {concept: concept for concept in there}
    for component in nx.connected_components(nx.Graph(pairs)):
        left = sorted(component & there, key=order)
        if left:
            first = [one for one in left if one not in held] or left
            found |= dict.fromkeys(left, first[0])
    return found


def order(concept: str) -> tuple[bool, str]:
    return not concept.startswith("f:"), concept


def activations(results: Results, state: CurationState, cell: int) -> dict[str, float]:
    """The straightforward version: how active everything is at a cell, as the sum of what it is
    made of grows until nothing changes.
    """
    holder = stays(results, state)
    edges = {*map(named, results.edges.pairs)}
    in_hierarchy, _ = in_force(results, state)
    status = {pair: said.status for pair, said in state.relations.items()}
    stands = {pair for pair in edges if status.get(pair) not in ("rejected", "removed")}
    stands |= {pair for pair, word in status.items() if word in ("accepted", "added")}
    below = {
        (child, parent)
        for child, parent in stands
        if (holder.get(child, child), holder.get(parent, parent)) in in_hierarchy
    }
    alone = dict.fromkeys(holder, 0.0)
    together = dict(alone)

    def parts(whole: str) -> list[str]:
        return sorted(state.parts.get(whole, frozenset()) & holder.keys(), key=order)

    def examples(part: str) -> tuple[Mark, ...]:
        return tuple(sorted(mark for mark, is_one in state.marks.get(part, {}).items() if is_one))

    def now(one: str) -> float:
        if one.startswith("f:"):
            return float(ACTIVE[int(one[2:]), cell])
        if wholes := state.wholes.get(one, frozenset()) & holder.keys():
            of = [(whole, tuple(map(examples, parts(whole)))) for whole in wholes]
            return max(
                together[whole]
                if marks[parts(whole).index(one)] and chosen(marks, cell) == parts(whole).index(one)
                else 0.0
                for whole, marks in of
            )
        if one.startswith("own:"):
            children = {child for child, parent in below if parent == one} & holder.keys()
            return max(
                (together[holder[child]] for child in children if holder[child] not in parts(one)),
                default=0.0,
            )
        return 0.0

    for _ in range(20):
        alone = {one: now(one) for one in holder}
        together = dict(alone)
        for one, into in holder.items():
            together[into] = max(together[into], alone[one])
    return together


def named(pair: tuple[int, int]) -> Ends:
    return f"f:{pair[0]}", f"f:{pair[1]}"


def in_force(results: Results, state: CurationState) -> tuple[set[Ends], set[Ends]]:
    """The straightforward version: relations in the hierarchy, and those that only relate."""
    edges, holder = results.edges, stays(results, state)
    measured = {
        (f"f:{child}", f"f:{parent}"): (1 - int(source), float(strength), float(strength - reverse))
        for (child, parent), strength, reverse, source in zip(
            edges.pairs, edges.strength, edges.reverse_strength, edges.source, strict=True
        )
    }
    groups: dict[Ends, list[Ends]] = {}
    for pair in {*measured, *state.relations}:
        joined = tuple(holder.get(one, one) for one in pair)
        if joined[0] != joined[1]:
            groups.setdefault((joined[0], joined[1]), []).append(pair)
    standing: dict[Ends, tuple[object, ...]] = {}
    related: set[Ends] = set()
    for joined, members in groups.items():
        said = {pair: state.relations.get(pair, RelationState()) for pair in {joined, *members}}
        yes = {pair for pair, one in said.items() if one.status in ("accepted", "added")}
        no = {pair for pair, one in said.items() if one.status in ("rejected", "removed")}
        known = [
            pair
            for pair in {joined, *members}
            if (pair in measured and pair[0] == joined[0]) or pair in yes
        ]
        if said[joined].status is None:
            known = [pair for pair in known if pair not in no]
        if not known or joined in no:
            continue
        known.sort(
            key=lambda pair: (*(-n for n in measured.get(pair, (0, 0))[:2]), *map(order, pair))
        )
        numbers = [measured[pair] for pair in known if pair in measured]
        is_persons = joined in yes or (said[joined].status is None and yes & {*known})
        best = numbers[0] if numbers else (0, 0.0, 0.0)
        kinds = [said[joined].kind, *(said[pair].kind for pair in known)]
        if next(filter(None, kinds), None) == "related":
            related.add(joined)
        else:
            authority = 2 if is_persons or not numbers else best[0]
            standing[joined] = (authority, best[2], best[1])
    graph = nx.DiGraph()

    def weight(pair: Ends) -> tuple[object, ...]:
        return (*(-number for number in standing[pair]), *map(order, pair))  # type: ignore[operator]

    for child, parent in sorted(standing, key=weight):
        graph.add_nodes_from([child, parent])
        if not nx.has_path(graph, parent, child):
            graph.add_edge(child, parent)
    return set(graph.edges), related


@settings(max_examples=60, deadline=None)
@given(edges=machine, groups=st.lists(st.lists(one_act, min_size=1, max_size=3), max_size=6))
def test_applying_changes_gives_what_building_anew_gives_and_never_a_circle(
    edges: list[tuple[int, int]], groups: list[list[j.Act]]
) -> None:
    low = dict.fromkeys(range(0, 8, 2), 0.1)
    results = Results(Edges(edges), clarity_of=low, probability=low)
    catalogue = Catalogue(results, CurationState())
    said: list[j.Act] = []
    for group in groups:
        before = shown(catalogue)
        said += group
        state = state_of(*said)
        rows = catalogue.apply(state, touched(*group))
        now = shown(catalogue)
        assert now == shown(Catalogue(results, state))
        changed = {name for name in before.keys() | now if before.get(name) != now.get(name)}
        assert changed <= {catalogue.id_of(row) for row in rows}
        edges_now = {(edge.child, edge.parent) for edge in catalogue.edges()}
        related = {(edge.child, edge.parent) for edge in catalogue.related_edges()}
        ends = tuple(
            {tuple(map(catalogue.id_of, pair)) for pair in pairs} for pairs in (edges_now, related)
        )
        assert ends == in_force(results, state)
        holders = stays(results, state)
        assert edges_now.isdisjoint((edge.child, edge.parent) for edge in catalogue.dropped)
        graph = nx.DiGraph(edges_now)
        assert nx.is_directed_acyclic_graph(graph)
        for concept, holder in holders.items():
            row = catalogue.row_of(concept)
            assert row is not None and catalogue.id_of(catalogue.holder(row)) == holder
        for cell in range(2):
            for concept, worth in activations(results, state, cell).items():
                row = catalogue.row_of(concept)
                assert row is not None
                made_of = catalogue.composition(row)
                bare = ACTIVE[row, cell] if row < 8 else 0.0
                assert (activation(made_of, cell) if made_of else bare) == worth
        for parent in range(6):
            above = nx.descendants(graph, parent) if parent in graph else set()
            for child in range(6):
                is_merged = catalogue.holder(child) != child or catalogue.holder(parent) != parent
                closes = child == parent or child in above
                refused = catalogue.refusal(child, parent) is not None
                assert refused == (closes or graph.has_edge(child, parent) or is_merged)
