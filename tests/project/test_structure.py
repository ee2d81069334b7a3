"""What concepts are to each other: merges, parts, groups, kinds of relations."""

from dataclasses import dataclass

import pytest

from insight_app.concepts.composition import Composition, Division, Mark, Piece
from insight_app.project import judgements as j
from insight_app.project.judgements import CurationState
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.hierarchy import ReviewStatus
from insight_app.project.judgements.structure.counted_edges import MergedStrengths
from tests.small_results import TREE, Edges, Results, shown, state_of, touched

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
