"""Concepts as shown: what the machine found, what persons said over it, and how both are found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from insight_app.concepts.composition import Mark
from insight_app.project import judgements as j
from insight_app.project.judgements import Changes, CurationState, Person, search
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.changes import before, changes
from insight_app.project.judgements.hierarchy import Edge, ReviewStatus
from insight_app.project.judgements.state import RelationState
from insight_app.project.judgements.store import Judgements

Ends = tuple[str, str]
"""Ids of child and parent."""
NAMES = ["animal", "dog", "puppy", "vehicle", "car", "École", "", "tiger salamander"]


@dataclass(frozen=True)
class Edges:
    """Relations as arrays; the strength falls from one to the next."""

    pairs: Sequence[tuple[int, int]] = ()
    led_to: Sequence[tuple[int, int]] = ()

    @property
    def child(self) -> NDArray[np.int32]:
        return np.array([pair[0] for pair in self.pairs], np.int32)

    @property
    def parent(self) -> NDArray[np.int32]:
        return np.array([pair[1] for pair in self.pairs], np.int32)

    @property
    def strength(self) -> NDArray[np.float32]:
        return np.linspace(0.99, 0.75, len(self.pairs), dtype=np.float32)

    @property
    def reverse_strength(self) -> NDArray[np.float32]:
        return self.strength / 2

    @property
    def cells(self) -> NDArray[np.int64]:
        return np.full(len(self.pairs), 40)

    images = cells

    @property
    def source(self) -> NDArray[np.uint8]:
        return (np.arange(len(self.pairs)) % 2).astype(np.uint8)

    @property
    def implied(self) -> NDArray[np.bool_]:
        return np.array([pair in self.led_to for pair in self.pairs], bool)


@dataclass(frozen=True)
class Results:
    """What a machine found, written down by hand."""

    edges: Edges = field(default_factory=Edges)
    machine_names: Sequence[str] = tuple(NAMES)
    fingerprint: str = "f"
    F: int = 8
    probability: Mapping[int, float] = field(default_factory=dict)
    """Of names that it is known of."""
    clarity_of: Mapping[int, float] = field(default_factory=dict)
    clarity_bound: float = 0.5
    before: Mapping[int, str] = field(default_factory=dict)

    @property
    def dictionary(self) -> SimpleNamespace:
        return SimpleNamespace(fingerprint=self.fingerprint)

    @property
    def levels(self) -> NDArray[np.uint8]:
        return (np.arange(self.F) // 3).astype(np.uint8)

    @property
    def images(self) -> NDArray[np.int64]:
        return np.arange(self.F, 0, -1) * 10 * (np.arange(self.F) != 6)

    cells = images

    @property
    def total(self) -> NDArray[np.float64]:
        return self.images / 7

    maximum = mean = total

    @property
    def name_probability(self) -> NDArray[np.float32]:
        return np.array([self.probability.get(row, np.nan) for row in range(self.F)], np.float32)

    @property
    def clarity(self) -> NDArray[np.float32]:
        return np.array([self.clarity_of.get(row, np.nan) for row in range(self.F)], np.float32)

    @property
    def names_before(self) -> Sequence[str]:
        return [self.before.get(row, "") for row in range(self.F)]

    def candidates(self, concept: int) -> Sequence[SimpleNamespace]:
        terms = {1: ["canine", "wolf"], 7: ["amphibian"]}.get(concept, [])
        return [SimpleNamespace(term=term, definition=f"kind of {term}") for term in terms]


TREE = Edges([(1, 0), (2, 1), (4, 3), (2, 0)])


def state_of(*acts: j.Act) -> CurationState:
    """The state after these acts, without a log."""
    state, values = CurationState(), {}
    for act in acts:
        values.setdefault(act.target, {}).update(act.after)
        state.set(act.target, values[act.target])
    return state


def touched(*acts: j.Act) -> Changes:
    before_them = before(CurationState(), [act.target for act in acts])
    return changes(before_them, state_of(*acts), "said")


def told(catalogue: Catalogue, edge: Edge) -> tuple[object, ...]:
    """What a relation says, without rows."""
    ends = map(catalogue.id_of, (edge.child, edge.parent, *edge.measured))
    numbers = edge.strength, edge.index, edge.source
    return (*ends, edge.status, edge.kind, edge.by_person, edge.is_gone, *numbers)


def shown(catalogue: Catalogue) -> dict[str, object]:
    """Everything that a window could show of a catalogue."""
    rows = range(catalogue.size)
    return {
        catalogue.id_of(row): (
            catalogue.names[row],
            bool(catalogue.by_person[row]),
            int(catalogue.status[row]),
            bool(catalogue.hidden[row]),
            (bool(catalogue.folded[row]), bool(catalogue.doubtful[row])),
            bool(catalogue.is_gone[row]),
            catalogue.notes.get(row),
            (int(catalogue.images[row]), int(catalogue.images_at_least[row])),
            (bool(catalogue.is_counted[row]), bool(catalogue.is_active[row])),
            catalogue.shares_name(row),
            {
                (catalogue.id_of(edge.parent), told(catalogue, edge))
                for edge in catalogue.parents(row)
            },
            {
                (catalogue.id_of(edge.child), told(catalogue, edge))
                for edge in catalogue.children(row)
            },
            [told(catalogue, edge) for edge in catalogue.withdrawn(row)],
            {told(catalogue, edge) for edge in catalogue.related(row)},
            catalogue.id_of(catalogue.holder(row)),
            *(
                [catalogue.id_of(one) for one in some(row)]
                for some in (catalogue.members, catalogue.parts, catalogue.wholes)
            ),
            {catalogue.id_of(one) for one in catalogue.kept_apart(row)},
            (catalogue.definitions.get(row), tuple(catalogue.aliases(row))),
            (dict(catalogue.marks(row)), catalogue.composition(row)),
        )
        for row in rows
        if row < 8 or not catalogue.hidden[row]
    }


def test_without_judgements_the_machines_results_are_shown() -> None:
    catalogue = Catalogue(Results(TREE), CurationState())
    assert catalogue.size == 8 and catalogue.names == NAMES
    assert not catalogue.by_person.any() and not catalogue.status.any()
    edge = catalogue.edge(2, 1)
    assert edge is not None and (edge.source, edge.cells) == ("dictionary", 40)
    assert edge.strength > edge.reverse_strength > 0 and not edge.by_person
    assert [edge.parent for edge in catalogue.parents(2)] == [1, 0]
    assert [edge.child for edge in catalogue.children(0)] == [1, 2]
    assert catalogue.reviewed_share() == 0.0


def test_roots_are_what_is_shown_below_nothing_shown_and_ever_fired() -> None:
    catalogue = Catalogue(Results(TREE), CurationState())
    assert catalogue.roots() == [0, 3, 5, 7]
    catalogue = Catalogue(Results(TREE), state_of(j.hide("f:3"), j.rename("f:6", "fog")))
    assert catalogue.roots() == [0, 4, 5, 7, 6]


@dataclass(frozen=True)
class Uncoded(Results):
    """A dictionary alone: no photo was coded."""

    @property
    def images(self) -> NDArray[np.int64]:
        return np.zeros(self.F, np.int64)

    cells = images

    @property
    def total(self) -> NDArray[np.float64]:
        return np.zeros(self.F)


def test_without_photos_what_has_a_name_or_a_relation_is_shown_and_can_be_reviewed() -> None:
    catalogue = Catalogue(Uncoded(Edges([(1, 0), (6, 3)])), CurationState())
    assert catalogue.is_active.all() and catalogue.roots() == [0, 2, 3, 4, 5, 7]
    nameless = ("", "dog", "", "", "", "", "", "")
    catalogue = Catalogue(Uncoded(Edges([(6, 3)]), nameless), CurationState())
    assert np.flatnonzero(catalogue.is_active).tolist() == [1, 3, 6]
    assert catalogue.roots() == [1, 3] and catalogue.reviewed_share() == 0
    accepted = state_of(j.accept("f:1", "dog"))
    assert Catalogue(Uncoded(Edges([(6, 3)]), nameless), accepted).reviewed_share() == 1 / 3
    silent = Catalogue(Uncoded(Edges(), ("",) * 8), CurationState())
    assert silent.roots() == list(range(8))


def test_a_persons_name_wins_over_the_machines_also_over_a_later_one() -> None:
    state = state_of(j.accept("f:1", "dog"), j.rename("f:4", "motorcar"))
    catalogue = Catalogue(Results(TREE), state)
    assert (catalogue.names[1], catalogue.names[4]) == ("dog", "motorcar")
    assert catalogue.by_person.nonzero()[0].tolist() == [1, 4]
    later = Results(TREE, machine_names=["x"] * 8)
    catalogue = Catalogue(later, state)
    assert catalogue.names == ["x", "dog", "x", "x", "motorcar", "x", "x", "x"]
    assert catalogue.status[[1, 4]].tolist() == [ReviewStatus.ACCEPTED] * 2


def test_a_status_counts_only_for_the_name_it_was_said_of() -> None:
    state = state_of(j.reject("f:7", "tiger salamander"), j.unsure("f:6", ""))
    catalogue = Catalogue(Results(), state)
    assert (catalogue.status[7], catalogue.status[6]) == (
        ReviewStatus.REJECTED,
        ReviewStatus.UNSURE,
    )
    assert catalogue.names[7] == "tiger salamander" and not catalogue.by_person[7]
    renamed = Results(machine_names=["animal"] * 8)
    assert Catalogue(renamed, state).status[7] == ReviewStatus.UNREVIEWED


def test_persons_relations_are_laid_over_the_machines() -> None:
    state = state_of(
        *j.move("f:2", "f:1", "f:3"),
        j.accept_relation("f:1", "f:0"),
        j.reject_relation("f:4", "f:3"),
        j.unsure_relation("f:2", "f:0"),
    )
    catalogue = Catalogue(Results(TREE), state)
    assert [(edge.parent, edge.status) for edge in catalogue.parents(2)] == [(0, 2), (3, 1)]
    added, accepted = catalogue.edge(2, 3), catalogue.edge(1, 0)
    assert added is not None and (added.source, added.by_person) == ("person", True)
    assert accepted is not None and (accepted.source, accepted.by_person) == ("data", True)
    assert catalogue.edge(2, 1) is None and catalogue.edge(4, 3) is None
    assert [edge.parent for edge in catalogue.withdrawn(2)] == [1]
    assert len(catalogue.edges()) == 3


def test_what_a_person_accepted_stays_when_the_machine_drops_it_and_is_marked() -> None:
    state = state_of(
        j.accept_relation("f:1", "f:0"),
        j.unsure_relation("f:2", "f:0"),
        j.add_parent("f:4", "f:3"),
    )
    catalogue = Catalogue(Results(Edges([])), state)
    kept, own = catalogue.edge(1, 0), catalogue.edge(4, 3)
    assert kept is not None and kept.is_gone and kept.cells == 0
    assert own is not None and not own.is_gone
    assert catalogue.edge(2, 0) is None


def test_named_concepts_of_an_earlier_dictionary_stay_and_are_marked() -> None:
    state = state_of(j.accept("old:5", "heron"), j.note("old:6", "a note"), j.hide("old:7"))
    catalogue = Catalogue(Results(), state)
    row = catalogue.row_of("old:5")
    assert row == 8 and catalogue.size == 9 and catalogue.is_gone[row]
    assert catalogue.names[row] == "heron" and catalogue.images[row] == 0
    assert catalogue.row_of("old:6") is None and catalogue.row_of("f:99") is None
    assert [catalogue.row_of(catalogue.id_of(row)) for row in range(9)] == list(range(9))


def test_a_concept_of_ones_own_can_be_made_used_and_taken_back(tmp_path: Path) -> None:
    judgements = Judgements.open(tmp_path / "judgements.sqlite", Person("ada", "Ada"))
    catalogue = Catalogue(Results(TREE), judgements.state)
    own = j.own_concept()
    acts = [j.create(own, "pet"), j.add_parent("f:1", own), j.add_parent(own, "f:0")]
    rows = catalogue.apply(judgements.state, judgements.judge(acts, "Grouped under pet"))
    row = catalogue.row_of(own)
    assert row == 8 and rows == {0, 1, 8}
    assert catalogue.names[8] == "pet" and not catalogue.is_gone[8]
    assert {edge.parent for edge in catalogue.parents(1)} == {0, 8}
    assert catalogue.search("pet") == [8]
    catalogue.apply(judgements.state, judgements.undo())
    assert catalogue.hidden[8] and catalogue.children(8) == [] and catalogue.search("pet") == []
    assert shown(catalogue) == shown(Catalogue(Results(TREE), judgements.state))
    judgements.close()


def test_a_parent_is_refused_with_the_reason() -> None:
    catalogue = Catalogue(Results(TREE), CurationState())
    assert catalogue.refusal(0, 0) == "“animal” cannot be below itself."
    assert catalogue.refusal(2, 1) == "“puppy” is already below “dog”."
    refusal = catalogue.refusal(0, 2)
    assert refusal is not None and "“puppy” is itself below “animal”" in refusal
    assert catalogue.refusal(4, 0) is None and catalogue.refusal(6, 0) is None


def test_where_a_persons_relation_closes_a_circle_the_machines_weakest_steps_back() -> None:
    state = state_of(j.add_parent("f:0", "f:2"))
    catalogue = Catalogue(Results(TREE), state)
    assert catalogue.edge(0, 2) is not None
    assert {(edge.child, edge.parent) for edge in catalogue.dropped} == {(2, 1), (2, 0)}
    act = j.remove_parent("f:0", "f:2")
    rows = catalogue.apply(state_of(j.add_parent("f:0", "f:2"), act), touched(act))
    assert catalogue.dropped == [] and catalogue.edge(2, 1) is not None and rows == {0, 1, 2}


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


def stays(results: Results, state: CurationState) -> dict[str, str]:
    """The straightforward version: every concept that is there -> the one that stands for it."""
    there = {f"f:{row}" for row in range(8)}
    there |= {one for one, said in state.concepts.items() if said.name is not None}
    graph = nx.Graph([(holder, one) for holder, all_ in state.members.items() for one in all_])
    found = {concept: concept for concept in there}
    for component in nx.connected_components(graph):
        left = sorted(component & there, key=order)
        if left:
            first = [one for one in left if one not in state.holders] or left
            found |= dict.fromkeys(left, first[0])
    return found


def order(concept: str) -> tuple[bool, str]:
    return not concept.startswith("f:"), concept


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
        known = [pair for pair in {joined, *members} if pair in measured or pair in yes]
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


@settings(max_examples=100, deadline=None)
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
        for concept, holder in holders.items():
            row = catalogue.row_of(concept)
            assert row is not None and catalogue.id_of(catalogue.holder(row)) == holder
        assert edges_now.isdisjoint((edge.child, edge.parent) for edge in catalogue.dropped)
        graph = nx.DiGraph(edges_now)
        assert nx.is_directed_acyclic_graph(graph)
        for child in range(6):
            for parent in range(6):
                refused = catalogue.refusal(child, parent) is not None
                graph_with = nx.DiGraph(graph)
                graph_with.add_edge(child, parent)
                closes = not nx.is_directed_acyclic_graph(graph_with)
                is_merged = catalogue.holder(child) != child or catalogue.holder(parent) != parent
                assert refused == (closes or graph.has_edge(child, parent) or is_merged)


# ---- finding


@pytest.fixture
def catalogue() -> Catalogue:
    state = state_of(
        j.accept("f:1", "dog"),
        j.reject("f:7", "tiger salamander"),
        j.hide("f:4"),
        j.rename("f:3", "hot dog cart"),
    )
    return Catalogue(Results(TREE), state)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3, 5, 7, 6]),
        ("dog", [1, 3]),
        ("DOG  cart", [3]),
        ('"cart dog"', []),
        ("ecole", [5]),
        ("wolf", [1]),
        ("kind of amphibian", [7]),
        ("al", [0, 7]),
        ("status:accepted", [1, 3]),
        ("status:rejected", [7]),
        ("status:accepted status:rejected dog", [1, 3]),
        ("status:unreviewed level:1-2 min:1", [5]),
        ("level:0", [0, 1, 2]),
        ("hidden:yes", [4]),
        ("hidden:all car", [4, 3]),
        ('parent:"animal"', [1, 2]),
        ("parent:ANIM puppy", [2]),
        ("by:person", [1, 3]),
        ("min:70", [0, 1]),
        ("status:silly", []),
        ("nothing of the kind", []),
    ],
)
def test_words_and_filters_find_rows_best_first(
    catalogue: Catalogue, text: str, rows: list[int]
) -> None:
    assert catalogue.search(text) == rows


def test_a_hit_says_why_it_is_one_where_its_name_does_not(catalogue: Catalogue) -> None:
    for text in ("puppy", "al", "wolf", "kind of amphibian", "status:accepted"):
        words = search.parse(text).words
        reasons = []
        for row in catalogue.search(text):
            why = catalogue.why_found(row, text)
            name = search.folded(catalogue.names[row])
            assert (why == "") == all(word in name for word in words)
            assert not why.startswith("via ") or any(word in why for word in words)
            reasons.append(("", "v", "b").index(why[:1]))
        assert reasons == sorted(reasons), "names, candidates, meanings"
    assert catalogue.why_found(catalogue.search("wolf")[0], "wolf") == "via wolf"
    assert catalogue.why_found(7, "kind of amphibian") == "by meaning"


def test_a_new_name_is_found_at_once_and_the_old_one_no_more(catalogue: Catalogue) -> None:
    assert catalogue.search("puppy") == [2]
    act = j.rename("f:2", "whelp")
    catalogue.apply(state_of(act), touched(act))
    assert catalogue.search("whelp") == [2] and catalogue.search("puppy") == []


DOUBTED = Results(
    Edges([(1, 0), (2, 1), (4, 3)]),
    probability={0: 0.1, 1: 0.24, 2: 0.25, 5: 0.9},
    clarity_of={0: 0.9, 1: 0.49, 3: 0.5, 4: 0.2, 5: 0.2},
    before={1: "fireboat", 2: "puppet"},
)


def test_a_machines_name_is_doubtful_until_it_is_a_persons() -> None:
    catalogue = Catalogue(DOUBTED, CurationState())
    assert np.flatnonzero(catalogue.doubtful).tolist() == [0, 1]
    state = state_of(j.accept("f:0", "animal"), j.reject("f:1", "dog"))
    judged = Catalogue(DOUBTED, state)
    assert np.flatnonzero(judged.doubtful).tolist() == [1]  # a wrong name is the machine's still
    catalogue.apply(state, touched(j.accept("f:0", "animal")))
    assert np.flatnonzero(catalogue.doubtful).tolist() == [1]


@pytest.mark.parametrize(
    "act",
    [
        j.accept("f:1", "dog"),
        j.unsure("f:1", "dog"),
        j.reject("f:1", "dog"),
        j.rename("f:1", "wolf"),
        j.note("f:1", "a wolf?"),
        j.add_parent("f:3", "f:1"),
        j.accept_relation("f:1", "f:0"),
    ],
    ids=lambda act: act.kind,
)
def test_what_shows_nothing_in_common_is_folded_until_a_person_speaks_of_it(act: j.Act) -> None:
    catalogue = Catalogue(DOUBTED, CurationState())
    # The photos of 5 have as little in common, but a name that is not doubtful.
    assert np.flatnonzero(catalogue.folded).tolist() == [1, 4]
    assert catalogue.roots() == [0, 2, 3, 5, 7]  # what is below a folded one stands at the top
    assert catalogue.apply(state_of(act), touched(act)) >= {1}
    assert np.flatnonzero(catalogue.folded).tolist() == [4]
    catalogue.apply(CurationState(), touched(act))
    assert np.flatnonzero(catalogue.folded).tolist() == [1, 4]


def test_doubt_change_and_clarity_are_filters_and_nothing_folded_is_hidden_from_a_search() -> None:
    catalogue = Catalogue(DOUBTED, state_of(j.rename("f:2", "pup")))
    assert sorted(catalogue.search("doubtful:yes")) == [0, 1]
    assert sorted(catalogue.search("doubtful:no min:1")) == [2, 3, 4, 5, 7]
    assert catalogue.search("changed:yes") == [1]  # the name in force of 2 is a person's
    assert sorted(catalogue.search("common:no")) == [1, 4]
    assert catalogue.search("dog") == [1] and not catalogue.hidden[1]
    assert catalogue.search("doubtful:perhaps") == []


@given(st.text(max_size=30))
def test_no_text_breaks_the_search(text: str) -> None:
    query = search.parse(text)
    assert all(word == search.folded(word) for word in query.words)
    Catalogue(Results(TREE), CurationState()).search(text)


def test_the_share_reviewed_is_of_activation_and_counts_hidden_ones(catalogue: Catalogue) -> None:
    total = Results().total
    assert catalogue.reviewed_share() == pytest.approx(total[[1, 3, 4, 7]].sum() / total.sum())
