"""What is known of each concept alone: names, status, numbers, what it is merged into.

These are the columns of a `Catalogue`, which adds what concepts are made of, their relations, and
how they are found.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.composition import Composition, Mark
from insight_app.concepts.naming.doubt import DOUBTFUL, are_doubtful
from insight_app.project.judgements.machine_results import MachineResults
from insight_app.project.judgements.names.namesakes import Namesakes
from insight_app.project.judgements.state import ConceptState, CurationState
from insight_app.project.judgements.structure.edges import STATUS, Pair, ReviewStatus
from insight_app.project.judgements.structure.merges import Merges
from insight_app.project.judgements.structure.rows import Rows
from insight_app.project.judgements.targets import Alias, ConceptId, is_own, reference

T = TypeVar("T")
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


class ConceptTable:
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

    def __init__(self, results: MachineResults) -> None:
        self._results = results
        self._rows = Rows(results.dictionary.fingerprint, results.F)
        self.names = [str(name) for name in results.machine_names]
        self._namesakes = Namesakes(self.names)
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
        self._merges = Merges(self._is_there, self._is_unmade, self._rows.order_of)
        self._members: dict[int, list[int]] = {}

    @property
    def size(self) -> int:
        return len(self.names)

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

    def reference(self, row: int) -> str:
        """Return what tells a concept from others of its name: its number, or part of its id."""
        return reference(self.id_of(row))

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

    # ---- what is merged, and what was split

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

    # ---- numbers

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

    # ---- what persons say

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

    def _is_there(self, concept: ConceptId) -> bool:
        """Return whether there is such a concept: the machine has it, or a person named it."""
        row = self.row_of(concept)
        return row is not None and (row < self._results.F or bool(self.names[row]))

    def _is_unmade(self, concept: ConceptId) -> bool:
        """Return whether it is a person's own that was taken apart, or that nobody made (yet)."""
        row = self.row_of(concept)
        return is_own(concept) and (row is None or bool(self.hidden[row]))

    def _there(self, concepts: Iterable[ConceptId]) -> list[int]:
        """Return the rows of those of the concepts that there are, in order."""
        rows = (self.row_of(concept) for concept in concepts if self._is_there(concept))
        return sorted((row for row in rows if row is not None), key=self._rows.order)

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
