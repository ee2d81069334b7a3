"""All concepts as they are shown: the machine's results with persons' judgements applied over them.

A concept is a row: the machine's index below `results.F`, then persons' own concepts and those of
an earlier dictionary that a person named. What is merged into another one keeps its row, and is
left out wherever concepts are listed. Pure Python and numpy: no Qt, no SQL. One thread uses a
Catalogue at a time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.composition import Composition, Mark
from insight_app.concepts.naming.doubt import DOUBTFUL, are_doubtful
from insight_app.project.judgements.changes import Changes
from insight_app.project.judgements.finding import Finder
from insight_app.project.judgements.hierarchy import Hierarchy
from insight_app.project.judgements.machine_results import MachineResults
from insight_app.project.judgements.state import ConceptState, CurationState, RelationState
from insight_app.project.judgements.structure import placing
from insight_app.project.judgements.structure.compositions import composition_of
from insight_app.project.judgements.structure.edges import STATUS, Edge, Pair, ReviewStatus
from insight_app.project.judgements.structure.merges import Merges
from insight_app.project.judgements.structure.namesakes import Namesakes
from insight_app.project.judgements.structure.rows import Rows
from insight_app.project.judgements.targets import Alias, ConceptId, is_own
from insight_app.project.judgements.texts import Meaning

T = TypeVar("T")
_NOBODY = ConceptState()
_FILLED_UP = {
    "by_person": False,
    "status": 0,
    "hidden": True,  # not to be seen before a person has named it
    "probability": np.nan,
    "clarity": np.nan,
    "in_common": True,
    "folded": False,
    "merged_into": -1,
    "level": 0,
    "images": 0,
    "cells": 0,
    "total": 0,
    "maximum": 0,
    "mean": 0,
    "is_counted": False,
    "knows_images": False,
    "images_at_least": 0,
    "is_gone": False,
    "fires": False,
}
"""The arrays, and what they hold of a concept that is new."""


class _Numbers(Protocol):
    """What was counted of a concept that is made of others; is_counted: more than the images."""

    @property
    def images(self) -> int: ...
    @property
    def cells(self) -> int: ...
    @property
    def total(self) -> float: ...
    @property
    def maximum(self) -> float: ...
    @property
    def mean(self) -> float: ...
    @property
    def is_counted(self) -> bool: ...


class Catalogue:
    """Hold all concepts by row; all arrays (size,).

    names: in force, '' = nobody named it.  by_person: a person gave or accepted that name.  status:
    ReviewStatus as uint8, of that name.  hidden: junk, or a person's concept that is unmade again.
    merged_into: int64, the row that stands for it, -1 = it stands for itself.
    probability: float32 that the machine's name is right, NaN for a person's and where nobody
    knows.  clarity: float32, how much the strongest images have in common, NaN where nobody knows;
    in_common: not less than chance, or their name is not doubtful.  folded: less, and no person
    spoke of it.  notes, definitions: row -> text.  is_gone: a person named it, the present
    dictionary does not have it.
    level: the machine's, 0 for rows it does not have.  images, cells, total, maximum, mean: the
    machine's; of what is made of others, what `set_numbers` was told, 0 before.  is_counted: they
    are known.  knows_images: images and maximum are.  images_at_least: so many are certain.  fires:
    it is active somewhere, as far as that is known.
    """

    def __init__(self, results: MachineResults, state: CurationState) -> None:
        self._results = results
        self._rows = Rows(results.dictionary.fingerprint, results.F)
        self.names = [str(name) for name in results.machine_names]
        self._namesakes = Namesakes()
        for row, name in enumerate(self.names):
            self._namesakes.add(row, name, True)
        self.by_person = np.zeros(results.F, bool)
        self.status = np.zeros(results.F, np.uint8)
        self.hidden = np.zeros(results.F, bool)
        self.merged_into = np.full(results.F, -1, np.int64)
        self.probability = np.array(results.name_probability, np.float32)
        self.clarity = np.array(results.clarity, np.float32)
        under = self.clarity < results.clarity_bound
        sure = self.probability >= DOUBTFUL
        self.in_common = ~under | sure
        self.folded = ~self.in_common
        self.is_gone = np.zeros(results.F, bool)
        self.notes: dict[int, str] = {}
        self.definitions: dict[int, str] = {}
        self.level = np.array(results.levels)
        self.images = np.array(results.images)
        self.cells = np.array(results.cells)
        self.total = np.array(results.total, np.float64)
        self.maximum = np.array(results.maximum)
        self.mean = np.array(results.mean)
        self.is_counted = np.ones(results.F, bool)
        self.knows_images = np.ones(results.F, bool)
        self.images_at_least = np.array(results.images)
        self.fires = self.cells > 0
        self._aliases: dict[ConceptId, frozenset[Alias]] = {}
        self._parts: dict[ConceptId, frozenset[ConceptId]] = {}
        self._wholes: dict[ConceptId, frozenset[ConceptId]] = {}
        self._marks: dict[ConceptId, Mapping[Mark, bool]] = {}
        self._apart: dict[ConceptId, set[ConceptId]] = {}
        self._apart_pairs: set[tuple[ConceptId, ConceptId]] = set()
        self._merges = Merges(self._is_there, self._rows.order_of)
        self._members: dict[int, list[int]] = {}
        self._compositions: dict[int, Composition | None] = {}
        self._finder = Finder(self, results)
        self._hierarchy = Hierarchy(results.edges, {}, {}, self._rows.order)
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
    def size(self) -> int:
        return len(self.names)

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

    @property
    def is_merged(self) -> NDArray[np.bool_]:
        """(size,) whether another concept stands for it, so that no list has it."""
        merged: NDArray[np.bool_] = self.merged_into >= 0
        return merged

    @property
    def is_listed(self) -> NDArray[np.bool_]:
        """(size,) whether lists have it: it is not hidden and stands for itself."""
        return ~self.hidden & ~self.is_merged

    @property
    def doubtful(self) -> NDArray[np.bool_]:
        """(size,) whether the name in force is the machine's and doubtful."""
        return are_doubtful(self.probability)

    def name_before(self, row: int) -> str:
        """Return what the machine called a concept before its last naming; '' if it is the same.

        Also of a name that a person gave: the machine's is not in force then.
        """
        if row >= self._results.F or self.by_person[row]:
            return ""
        return str(self._results.names_before[row])

    @property
    def changed(self) -> NDArray[np.bool_]:
        """(size,) whether the last naming changed the name in force."""
        return np.array([bool(self.name_before(row)) for row in range(self.size)], bool)

    def id_of(self, row: int) -> ConceptId:
        """Return the concept's id in the log."""
        return self._rows.id_of(row)

    def row_of(self, concept: ConceptId) -> int | None:
        """Return the concept's row, None if this catalogue does not have it."""
        return self._rows.row_of(concept)

    def shares_name(self, row: int) -> bool:
        """Return whether another concept has the same name in force.

        To what lists have, only others that lists have count.
        """
        return self._namesakes.has_others(row, self.names[row])

    # ---- what persons said beside names

    def aliases(self, row: int) -> list[Alias]:
        """Return the other names that persons gave it, in order."""
        return sorted(self._aliases.get(self.id_of(row), ()))

    def marks(self, row: int) -> Mapping[Mark, bool]:
        """Return the cells that a person said are examples of it, or are none."""
        return self._marks.get(self.id_of(row), {})

    def is_apart(self, a: int, b: int) -> bool:
        """Return whether a person said that two only look alike, or something merged into them."""
        return self.holder(b) in self.kept_apart(a)

    def kept_apart(self, row: int) -> list[int]:
        """Return the rows that a person said only look like it, or like what is merged into it."""
        holder = self.holder(row)
        ids = (self.id_of(one) for one in (holder, *self.members(holder)))
        others = self._there(other for one in ids for other in self._apart.get(one, ()))
        found = set(map(self.holder, others))
        return sorted(found - {holder}, key=self._rows.order)

    @property
    def pairs_apart(self) -> frozenset[Pair]:
        """All pairs of rows, the lower first, that persons said only look alike."""
        rows = {self.holder(row) for row in self._there(self._apart)}
        pairs = ((row, other) for row in rows for other in self.kept_apart(row))
        return frozenset((min(pair), max(pair)) for pair in pairs)

    # ---- what concepts are made of

    def holder(self, row: int) -> int:
        """Return the row that stands for it: what it is merged into, else itself."""
        into = int(self.merged_into[row])
        return row if into < 0 else into

    def members(self, row: int) -> list[int]:
        """Return the rows merged into it, in order."""
        return self._members.get(row, [])

    def parts(self, row: int) -> list[int]:
        """Return what it was split into, in order."""
        return self._there(self._parts.get(self.id_of(row), ()))

    def wholes(self, row: int) -> list[int]:
        """Return what it is a part of, in order; more than one where two persons said so."""
        return self._there(self._wholes.get(self.id_of(row), ()))

    def whole(self, row: int) -> int | None:
        """Return what it is a part of, None if it is no part."""
        return next(iter(self.wholes(row)), None)

    def is_machines(self, row: int) -> bool:
        """Return whether the present dictionary has it."""
        return row < self._results.F

    def is_persons(self, row: int) -> bool:
        """Return whether a person made it."""
        return self._rows.is_own(row)

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

    def set_numbers(self, row: int, numbers: _Numbers) -> None:
        """Take over what was counted of a row's composition as it is now."""
        self.images[row] = self.images_at_least[row] = numbers.images
        self.cells[row], self.total[row] = numbers.cells, numbers.total
        self.maximum[row], self.mean[row] = numbers.maximum, numbers.mean
        self.is_counted[row], self.knows_images[row] = numbers.is_counted, True
        self.fires[row] = numbers.images > 0

    @property
    def activation(self) -> NDArray[np.float64]:
        """(size,) the machine's activation that is judged with a row: its own and that of what is
        merged into it, each counted once; 0 for groups and parts, whose pieces have it.
        """
        found = np.zeros(self.size)
        into = self.merged_into[: self._results.F]
        np.add.at(found, np.where(into < 0, np.arange(into.size), into), self._results.total)
        return found

    # ---- relations

    def parents(self, row: int) -> list[Edge]:
        """Return the relations upwards, strongest first."""
        found = self._hierarchy.by_child.get(row, {}).values()
        return sorted(found, key=lambda edge: (-edge.strength, edge.parent))

    def children(self, row: int) -> list[Edge]:
        """Return the relations downwards, the concept in most images first."""
        found = self._hierarchy.by_parent.get(row, {}).values()
        return sorted(found, key=lambda edge: self._by_images(edge.child))

    def children_by(self, row: int) -> list[int]:
        """Return the rows that its own relations put below it, whatever it is merged into."""
        return self._hierarchy.children_by(row)

    def related(self, row: int) -> list[Edge]:
        """Return the relations of the kind "related", whichever end it is at, by child, parent."""
        found = self._hierarchy.related.get(row, {})
        return [found[pair] for pair in sorted(found)]

    def withdrawn(self, row: int) -> list[Edge]:
        """Return the machine's relations upwards that a person rejected or removed."""
        found = self._hierarchy.withdrawn.get(row, {}).values()
        return sorted(found, key=lambda edge: (-edge.strength, edge.parent))

    def withdrawn_children(self, row: int) -> list[Edge]:
        """Return the machine's relations downwards that a person rejected or removed."""
        by_child = self._hierarchy.withdrawn.values()
        found = (edges[row] for edges in by_child if row in edges)
        return sorted(found, key=lambda edge: self._by_images(edge.child))

    @property
    def implied(self) -> list[Edge]:
        """The machine's relations that are in no hierarchy because others lead to the same parent,
        less those that a person spoke of; by child, the strongest first.
        """
        return self._hierarchy.implied

    @property
    def dropped(self) -> list[Edge]:
        """Relations left out because stronger ones lead back, by child and parent."""
        return self._hierarchy.dropped

    def edge(self, child: int, parent: int) -> Edge | None:
        """Return the relation in force, None if there is none."""
        return self._hierarchy.edge(child, parent)

    def edges(self) -> list[Edge]:
        """Return all relations in force, by child and parent, but those that are "related"."""
        found = (edge for by in self._hierarchy.by_child.values() for edge in by.values())
        return sorted(found, key=lambda edge: (edge.child, edge.parent))

    def related_edges(self) -> list[Edge]:
        """Return all relations of the kind "related", by child and parent."""
        found = {pair: edge for by in self._hierarchy.related.values() for pair, edge in by.items()}
        return [found[pair] for pair in sorted(found)]

    def relation_ends(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (children, parents), each (m,): the rows at the ends of all relations in force."""
        found = self._hierarchy.by_child.items()
        ends = [(child, parent) for child, parents in found for parent in parents]
        children, parents = np.array(ends, np.int64).reshape(-1, 2).T
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
        judged |= {concept: state.concepts.get(concept, _NOBODY) for concept in new}
        rows: set[int] = set()
        made: set[int] = set()
        appeared: set[ConceptId] = set()
        for concept, now_judged in judged.items():
            row = self.row_of(concept)
            if row is not None:
                was_there = self._is_there(concept)
                self._set_concept(row, now_judged)
                rows.add(row)
                if self._is_there(concept) != was_there:
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
        related = self._hierarchy.set(by_pair, holders)
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

    def _add_rows(self, concepts: Sequence[ConceptId]) -> None:
        count = len(concepts)
        if not count:
            return
        for concept in concepts:
            self._rows.add(concept)
            self.names.append("")
        for name, value in _FILLED_UP.items():
            old = getattr(self, name)
            setattr(self, name, np.append(old, np.full(count, value, old.dtype)))
        self.is_gone[-count:] = [not is_own(concept) for concept in concepts]

    def _set_concept(self, row: int, judged: ConceptState) -> None:
        is_extra = row >= self._results.F
        machine_name = "" if is_extra else str(self._results.machine_names[row])
        name = machine_name if judged.name is None else judged.name
        if name != self.names[row]:
            self._namesakes.remove(row, self.names[row])
            self.names[row] = name
            self._namesakes.add(row, name, self.merged_into[row] < 0)
        self.by_person[row] = judged.name is not None
        if not is_extra:
            is_machines = judged.name is None
            self.probability[row] = self._results.name_probability[row] if is_machines else np.nan
        is_about_it = (judged.status_name or "") == name
        self.status[row] = (
            STATUS.get(judged.status or "", ReviewStatus.UNREVIEWED) if is_about_it else 0
        )
        self.hidden[row] = judged.hidden or (is_extra and judged.name is None)
        for texts, text in ((self.notes, judged.note), (self.definitions, judged.definition)):
            if text:
                texts[row] = text
            else:
                texts.pop(row, None)

    def _set_sets(self, state: CurationState, concepts: Collection[ConceptId]) -> set[int]:
        """Take over the aliases, marks, parts and wholes of concepts; return the rows that may be
        made of something else now.
        """
        _take_over(self._aliases, state.aliases, concepts)
        found = {
            *_take_over(self._parts, state.parts, concepts),
            *_take_over(self._wholes, state.wholes, concepts),
            *_take_over(self._marks, state.marks, concepts),
        }
        return {row for concept in found if (row := self.row_of(concept)) is not None}

    def _set_apart(self, pairs: set[tuple[ConceptId, ConceptId]]) -> set[int]:
        """Take over what is kept apart; return the rows at which something changed."""
        changed = pairs ^ self._apart_pairs
        self._apart_pairs = pairs
        for pair in changed:
            for concept, other in (pair, pair[::-1]):
                others = self._apart.setdefault(concept, set())
                (others.add if pair in pairs else others.discard)(other)
        rows = {self.row_of(concept) for pair in changed for concept in pair}
        return {row for row in rows if row is not None}

    def _set_merges(
        self, state: CurationState, appeared: set[ConceptId]
    ) -> tuple[dict[int, int], set[int]]:
        """Take over what is merged; return the rows that another one stands for now, with it, and
        these with all that stood or stand for them.
        """
        found = self._merges.set(dict(state.members), dict(state.holders), appeared)
        rows = {self.row_of(concept): self.row_of(holder) for concept, holder in found.items()}
        holders = {
            row: holder for row, holder in rows.items() if row is not None and holder is not None
        }
        touched = {*holders, *holders.values(), *(self.holder(row) for row in holders)}
        for row, holder in holders.items():
            self._namesakes.remove(row, self.names[row])
            self.merged_into[row] = -1 if holder == row else holder
            self._namesakes.add(row, self.names[row], holder == row)
        for row in touched:
            self._members.pop(row, None)
            if members := self._merges.members.get(self.id_of(row)):
                self._members[row] = self._there(members)
        return holders, touched

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
        return changed

    def _made_of(self, rows: Iterable[int]) -> set[int]:
        """Return rows, and all rows that are made of any of them."""
        seen = set(rows)
        todo = list(seen)
        above: set[int] = set()
        while todo:
            row = todo.pop()
            found = [self.holder(row), *self.parts(row)]
            found += [part for whole in self.wholes(row) for part in self.parts(whole)]
            parents = self._hierarchy.by_child.get(row, {}).keys() - above
            above |= parents
            for parent in parents:
                found += filter(self.is_persons, (parent, *self.members(parent)))
            todo += set(found) - seen
            seen.update(found)
        return seen

    def _forget_numbers(self, row: int, composition: Composition | None) -> None:
        """Go back to what is known of a row without counting anew."""
        if composition is None and self.is_machines(row):
            for name in ("images", "cells", "total", "maximum", "mean"):
                getattr(self, name)[row] = getattr(self._results, name)[row]
            self.images_at_least[row] = self.images[row]
            self.is_counted[row] = self.knows_images[row] = True
            self.fires[row] = self.cells[row] > 0
            return
        for values in (self.images, self.cells, self.total, self.maximum, self.mean):
            values[row] = 0
        self.is_counted[row] = self.knows_images[row] = False
        pieces = composition.pieces if composition else ()
        whole = [one for piece in pieces if not piece.divisions for one in piece.concepts]
        self.images_at_least[row] = max((self._results.images[one] for one in whole), default=0)
        concepts = composition.concepts if composition else ()
        self.fires[row] = any(self._results.cells[one] > 0 for one in concepts)

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

    def _is_there(self, concept: ConceptId) -> bool:
        """Return whether there is such a concept: the machine has it, or a person named it."""
        row = self.row_of(concept)
        return row is not None and (row < self._results.F or bool(self.names[row]))

    def _there(self, concepts: Iterable[ConceptId]) -> list[int]:
        """Return the rows of those of the concepts that there are, in order."""
        rows = (self.row_of(concept) for concept in concepts if self._is_there(concept))
        return sorted((row for row in rows if row is not None), key=self._rows.order)

    def _by_images(self, row: int) -> tuple[int, int]:
        return -int(self.images_at_least[row]), row

    def _shown(self, row: int) -> str:
        return self.names[row] or f"concept {row}"


def _take_over(
    ours: dict[ConceptId, T], theirs: Mapping[ConceptId, T], concepts: Iterable[ConceptId]
) -> set[ConceptId]:
    """Make ours of these concepts what theirs is; return those of which it was something else."""
    changed = set()
    for concept in concepts:
        now = theirs.get(concept)
        if ours.get(concept) != now:
            changed.add(concept)
            if now is None:
                del ours[concept]
            else:
                ours[concept] = now
    return changed
