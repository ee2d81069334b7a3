"""All concepts as they are shown: the machine's results with persons' judgements applied over them.

A concept is a row: the machine's index below `results.F`, then persons' own concepts and those of
an earlier dictionary that a person named. What is merged into another one keeps its row, and is
left out wherever concepts are listed. Pure Python and numpy: no Qt, no SQL. One thread uses a
Catalogue at a time.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.composition import Composition
from insight_app.project.judgements.changes import Changes
from insight_app.project.judgements.concept_table import ConceptTable
from insight_app.project.judgements.finding.finder import Finder
from insight_app.project.judgements.finding.texts import Meaning
from insight_app.project.judgements.hierarchy import Hierarchy
from insight_app.project.judgements.machine_results import MachineResults
from insight_app.project.judgements.state import ConceptState, CurationState, RelationState
from insight_app.project.judgements.structure import placing
from insight_app.project.judgements.structure.compositions import composition_of
from insight_app.project.judgements.structure.counted_edges import CountedEdges, MergedStrengths
from insight_app.project.judgements.structure.edges import Edge, Pair, ReviewStatus
from insight_app.project.judgements.targets import ConceptId

_NOBODY = ConceptState()


class Catalogue(ConceptTable):
    """Hold all concepts by row, what they are made of, and their relations."""

    def __init__(self, results: MachineResults, state: CurationState) -> None:
        super().__init__(results)
        self._compositions: dict[int, Composition | None] = {}
        self._finder = Finder(self, results)
        self._hierarchy = Hierarchy(results.edges, self._rows.order)
        self._strengths = CountedEdges(self._members)
        everything = Changes(
            changed=frozenset(self._spoken_of(state)), relations=frozenset(dict(state.relations))
        )
        self.apply(state, everything)
        self._fold(np.flatnonzero(self.folded).tolist())

    @staticmethod
    def _spoken_of(state: CurationState) -> set[ConceptId]:
        """Return the concepts that persons said something of, other than of their relations."""
        sets = (state.concepts, state.aliases, state.members, state.holders)
        more = (state.parts, state.wholes, state.marks)
        return {concept for one in (*sets, *more) for concept in dict(one)}

    @property
    def is_active(self) -> NDArray[np.bool_]:
        """(size,) whether a concept has something to say: it fires somewhere, or a person spoke of
        it. Before anything was coded: it has a name or a relation; all, where none has. Never what
        is merged into another one.
        """
        touched: NDArray[np.bool_] = self.by_person | (self.status != ReviewStatus.UNREVIEWED)
        touched[list(self._members)] = True
        if self.fires.any():
            return (self.fires | touched) & ~self.is_merged
        known = touched | np.array([bool(name) for name in self.names], bool)
        for ends in (self._hierarchy.by_child, self._hierarchy.by_parent):
            known[[row for row, edges in ends.items() if edges]] = True
        known &= ~self.is_merged
        return known if known.any() else ~self.is_merged

    # ---- what concepts are made of

    def composition(self, row: int) -> Composition | None:
        """Return what it is made of; None if it is an ordinary concept of the machine's, or if
        there is nothing to be counted of it.
        """
        if row not in self._compositions:
            self._compositions[row] = composition_of(self, row)
        return self._compositions[row]

    def composites(self) -> list[int]:
        """Return the rows that have a composition and stand for themselves, in order."""
        rows = {*self._members, *range(self._results.F, self.size)}
        found = (row for row in rows if self.merged_into[row] < 0 and self.composition(row))
        return sorted(found, key=self._rows.order)

    # ---- relations

    def parents(self, row: int) -> list[Edge]:
        """Return the relations upwards, strongest first."""
        found = self._strengths.over_all(self._hierarchy.by_child.get(row, {}).values())
        return sorted(found, key=lambda edge: (-edge.strength, edge.parent))

    def children(self, row: int) -> list[Edge]:
        """Return the relations downwards, the concept in most images first."""
        found = self._strengths.over_all(self._hierarchy.by_parent.get(row, {}).values())
        return sorted(found, key=lambda edge: self._by_images(edge.child))

    def children_by(self, row: int) -> list[int]:
        """Return the rows that its own relations put below it, whatever it is merged into."""
        return self._hierarchy.children_by(row)

    def related(self, row: int) -> list[Edge]:
        """Return the relations of the kind "related", whichever end it is at, by child, parent."""
        found = self._hierarchy.related.get(row, {})
        return self._strengths.over_all(found[pair] for pair in sorted(found))

    def withdrawn(self, row: int) -> list[Edge]:
        """Return the machine's relations upwards that a person rejected or removed."""
        found = self._strengths.over_all(self._hierarchy.withdrawn.get(row, {}).values())
        return sorted(found, key=lambda edge: (-edge.strength, edge.parent))

    def withdrawn_children(self, row: int) -> list[Edge]:
        """Return the machine's relations downwards that a person rejected or removed."""
        by_child = self._hierarchy.withdrawn.values()
        found = self._strengths.over_all(edges[row] for edges in by_child if row in edges)
        return sorted(found, key=lambda edge: self._by_images(edge.child))

    @property
    def implied(self) -> list[Edge]:
        """The machine's relations that are in no hierarchy because others lead to the same parent,
        less those that a person spoke of; by child, the strongest first.
        """
        return self._strengths.over_all(self._hierarchy.implied)

    def implied_above(self, row: int) -> list[Edge]:
        """Return those of them that a row is the child of."""
        return self._strengths.over_all(self._hierarchy.implied_above(row))

    @property
    def dropped(self) -> list[Edge]:
        """Relations left out because stronger ones lead back, by child and parent."""
        return self._strengths.over_all(self._hierarchy.dropped)

    def edge(self, child: int, parent: int) -> Edge | None:
        """Return the relation in force, None if there is none."""
        return (found := self._hierarchy.edge(child, parent)) and self._strengths.over(found)

    def edges(self) -> list[Edge]:
        """Return all relations in force, by child and parent, but those that are "related"."""
        found = (edge for by in self._hierarchy.by_child.values() for edge in by.values())
        return sorted(self._strengths.over_all(found), key=lambda edge: (edge.child, edge.parent))

    def related_edges(self) -> list[Edge]:
        """Return all relations of the kind "related", by child and parent."""
        found = {pair: edge for by in self._hierarchy.related.values() for pair, edge in by.items()}
        return self._strengths.over_all(found[pair] for pair in sorted(found))

    def withdrawn_edges(self) -> list[Edge]:
        """Return the machine's relations that persons rejected or removed, by child and parent."""
        found = (edge for by in self._hierarchy.withdrawn.values() for edge in by.values())
        return sorted(self._strengths.over_all(found), key=lambda edge: (edge.child, edge.parent))

    def pairs_to_count(self) -> list[Pair]:
        """Return the pairs of which the numbers shown are those of a member, not of the merge."""
        if not self._members:
            return []
        everything = (self.edges(), self.related_edges(), self.withdrawn_edges(), self.implied,
                      self.dropped)  # fmt: skip
        found = {
            (one.child, one.parent) for edges in everything for one in edges if one.is_of_member
        }
        return sorted(found)

    def set_strengths(self, found: Mapping[Pair, MergedStrengths]) -> None:
        """Take over what was counted of pairs as what they are made of now."""
        self._strengths.put(found)

    def relation_ends(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (children, parents), each (m,): the rows at the ends of all relations in force."""
        by_child = self._hierarchy.by_child
        counts = np.fromiter(map(len, by_child.values()), np.int64, len(by_child))
        children = np.repeat(np.fromiter(by_child, np.int64, len(by_child)), counts)
        parents = np.fromiter(chain.from_iterable(by_child.values()), np.int64, children.size)
        return children, parents

    def roots(self) -> list[int]:
        """Return the shown rows below no shown one, the concept in most images first.

        A concept that is not active is left out unless something is below it; folded ones are.
        """
        above, below, active = self._hierarchy.by_child, self._hierarchy.by_parent, self.is_active
        left_out = ~self.is_listed | self.folded
        found = [
            row
            for row in np.flatnonzero(~left_out).tolist()
            if (active[row] or below.get(row))
            and all(left_out[parent] for parent in above.get(row, ()))
        ]
        return sorted(found, key=self._by_images)

    def paths(self, row: int, most: int = placing.MOST_WAYS) -> list[tuple[int, ...]]:
        """Return the ways from a root down to a row, itself the last, by strength; at most so many.

        A concept that lists leave out is on none.
        """
        left_out = ~self.is_listed | self.folded
        return placing.ways_down(
            lambda one: [edge.parent for edge in self.parents(one) if not left_out[edge.parent]],
            self.holder(row),
            most,
        )

    def way_up(self, row: int, ancestor: int, but: Pair | None = None) -> list[int]:
        """Return the rows from a row up to one that is above it, [] if that is not.

        but: (child, parent) of a relation that the way does not take.
        """
        return self._hierarchy.path(row, ancestor, but)

    def refusal(
        self, child: int, new_parent: int, name_of: placing.NameOf | None = None
    ) -> str | None:
        """Return why `child` cannot be put below `new_parent`, in words; None if it can.

        name_of: what a row is called where this is said.
        """
        return placing.why_not_below(self, child, new_parent, name_of or self._shown)

    def reverse_refusal(
        self, child: int, parent: int, name_of: placing.NameOf | None = None
    ) -> str | None:
        """Return why a relation cannot be turned round, in words; None if it can."""
        return placing.why_not_reversed(self, child, parent, name_of or self._shown)

    def merge_refusal(
        self, holder: int, members: Iterable[int], name_of: placing.NameOf | None = None
    ) -> str | None:
        """Return why rows cannot be merged into `holder`, in words; None if they can."""
        return placing.why_not_merged(self, holder, members, name_of or self._shown)

    def merge_effects(
        self, holder: int, members: Iterable[int], name_of: placing.NameOf | None = None
    ) -> list[str]:
        """Return what else merging rows into `holder` does, a sentence each; nothing for most."""
        return placing.what_merging_does(self, holder, members, name_of or self._shown)

    def between(self, rows: Collection[int]) -> list[int]:
        """Return the rows that are above one of these and below another, in order."""
        above, below = self._hierarchy.reached(rows)
        return sorted((above & below).difference(rows), key=self._rows.order)

    # ---- finding

    def search(self, text: str, meanings: bool = True) -> list[int]:
        """Return the rows that match, best first: words in names, aliases, names of what is merged
        into them, candidates, meanings; filters.

        Without meanings nothing is found whose names do not say why.
        Filters: status:accepted|unreviewed|unsure|rejected level:2 or level:1-3 hidden:yes|no|all
        parent:"name" min:images by:person|machine doubtful:yes|no changed:yes|no common:yes|no
        merged:yes|no. Hidden ones are found only when asked for, folded ones always; what is merged
        into another one is found as that one.
        """
        return self._finder.search(text, meanings)

    def why_found(self, row: int, text: str) -> str:
        """Return by what else than its name a row matches, "" where its name does.

        "via alias ...", "via ..., merged into it", "via sheepdog" for a candidate name, else "by
        meaning".
        """
        return self._finder.why_found(row, text)

    def read_meanings(self) -> list[Meaning]:
        """Return (F,) what the machine's concepts may be called and mean, in comparable spelling.

        Only reads the machine's results: another thread may do it while the catalogue is used.
        """
        return self._finder.read_meanings()

    def prepare_search(self, meanings: list[Meaning]) -> None:
        """Take over what read_meanings found, so that the first search need not."""
        self._finder.prepare(meanings)

    def reviewed_share(self) -> float:
        """Return the share of all activation that falls on concepts judged or hidden; 0 to 1.

        What is merged is judged with what stands for it. Before anything was coded: the share of
        the active concepts.
        """
        judged = (self.status != ReviewStatus.UNREVIEWED) | self.hidden
        activation = self.activation
        weight = activation if activation.any() else self.is_active.astype(np.float64)
        whole = float(weight.sum())
        return float(weight[judged].sum()) / whole if whole > 0 else 0.0

    # ---- judgements

    def apply(self, state: CurationState, changes: Changes) -> set[int]:
        """Take over what `changes` names from `state`; return the rows that look different now."""
        judged = {concept: state.concepts.get(concept, _NOBODY) for concept in changes.concepts}
        pairs = {pair: state.relations.get(pair) for pair in changes.relations}
        ends = {concept for pair, now in pairs.items() if now and now.status for concept in pair}
        new = sorted(self._unknown(judged, ends))
        self._add_rows(new)
        if new:  # what was said of them before they had a row
            judged |= {concept: state.concepts.get(concept, _NOBODY) for concept in new}
            pairs |= {
                pair: said
                for pair, said in dict(state.relations).items()
                if not set(pair).isdisjoint(new)
            }
        rows: set[int] = set()
        made: set[int] = set()
        appeared: set[ConceptId] = set()
        for concept, now_judged in judged.items():
            row = self.row_of(concept)
            if row is not None:
                was = self._is_there(concept), self._is_unmade(concept)
                self._set_concept(row, now_judged)
                rows.add(row)
                if (self._is_there(concept), self._is_unmade(concept)) != was:
                    appeared.add(concept)
                    made.add(row)
        made |= self._set_sets(state, judged)
        apart = self._set_apart(set(state.apart))
        holders, touched = self._set_merges(state, appeared)
        rows |= touched
        by_pair: dict[Pair, RelationState | None] = {}
        for (child, parent), now in pairs.items():
            pair = self._pair(child, parent)
            if pair is not None:
                by_pair[pair] = now
        related = self._hierarchy.take_over(by_pair, holders)
        rows |= related.changed
        rows |= {self.holder(row) for row in rows} | self._namesakes.changed
        for row in {self.holder(row) for row in (*touched, *made, *apart)}:
            for other in (row, *self.kept_apart(row)):
                rows.update((other, *self.members(other)))
        for row in made:
            rows.update(self.parts(row), self.wholes(row))
        self._namesakes.changed = set()
        rows |= self._recompose({*made, *touched, *related.moved})
        self._fold(rows)
        self._finder.refresh(rows)
        return rows

    def _unknown(
        self, judged: "dict[ConceptId, ConceptState]", ends: Iterable[ConceptId]
    ) -> set[ConceptId]:
        """Return the concepts that need a row: a person named them, or related them to others."""
        named = {concept for concept, now in judged.items() if now.name is not None}
        return {concept for concept in named.union(ends) if self.row_of(concept) is None}

    def _recompose(self, rows: Iterable[int]) -> set[int]:
        """Find what is made of something else now that these rows changed, and forget what was
        counted of it; return the rows.
        """
        changed = set()
        for row in self._made_of(rows):
            if self.is_machines(row) and row not in self._members and row not in self._compositions:
                continue
            before, now = self._compositions.pop(row, None), self.composition(row)
            if now != before:
                self._forget_numbers(row, now)
                changed.add(row)
        self._strengths.forget(changed)
        return changed

    def _made_of(self, rows: Iterable[int]) -> set[int]:
        """Return rows, and all rows that are made of any of them."""
        seen = set(rows)
        todo = list(seen)
        above: set[int] = set()
        while todo:
            row = todo.pop()
            found = [self.holder(row)]
            if self._parts:
                found += self.parts(row)
                found += [part for whole in self.wholes(row) for part in self.parts(whole)]
            parents = self._hierarchy.by_child.get(row, {}).keys() - above
            above |= parents
            for parent in parents:
                found += filter(self.is_persons, (parent, *self.members(parent)))
            todo += set(found) - seen
            seen.update(found)
        return seen

    def _fold(self, rows: Iterable[int]) -> None:
        """Fold away what shows nothing in common, as long as no person spoke of it."""
        for row in rows:
            self.folded[row] = not (self.in_common[row] or self._is_touched(row))

    def _is_touched(self, row: int) -> bool:
        """Return whether a person said something of a concept or stands behind one of its
        relations.
        """
        said = (self._aliases, self._marks, self._parts, self._apart)
        if self.by_person[row] or self.status[row] or row in self.notes or row in self.definitions:
            return True
        if row in self._members or any(one.get(self.id_of(row)) for one in said):
            return True
        by_child, by_parent = self._hierarchy.by_child, self._hierarchy.by_parent
        edges = (*by_child.get(row, {}).values(), *by_parent.get(row, {}).values())
        return any(edge.by_person or edge.kind for edge in (*edges, *self.related(row)))

    def _pair(self, child: ConceptId, parent: ConceptId) -> Pair | None:
        rows = self.row_of(child), self.row_of(parent)
        return None if rows[0] is None or rows[1] is None else (rows[0], rows[1])

    def _by_images(self, row: int) -> tuple[int, int]:
        return -int(self.images_at_least[row]), row
