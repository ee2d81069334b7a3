"""Random sequences of all acts on concepts: a catalogue that follows them is one built anew.

Both are judged by straightforward versions of the rules for merges, hierarchy and what concepts are
made of.
"""

from dataclasses import replace

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts.composition import Composition, Mark
from insight_app.project import judgements as j
from insight_app.project.judgements import CurationState
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.state import RelationState
from tests.small_results import NAMES, Edges, Results, shown, state_of, touched

Ends = tuple[str, str]
"""Ids of child and parent."""

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
