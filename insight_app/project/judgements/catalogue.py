"""All concepts as they are shown: the machine's results with persons' judgements applied over them.

A concept is a row: the machine's index below `results.F`, then persons' own concepts and those of
an earlier dictionary that a person named. Pure Python and numpy: no Qt, no SQL. One thread uses a
Catalogue at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming.doubt import DOUBTFUL, are_doubtful
from insight_app.project.judgements import search
from insight_app.project.judgements.changes import Changes
from insight_app.project.judgements.hierarchy import (
    STATUS,
    Edge,
    Hierarchy,
    Pair,
    ReviewStatus,
)
from insight_app.project.judgements.machine_results import MachineResults
from insight_app.project.judgements.state import ConceptState, CurationState
from insight_app.project.judgements.targets import (
    ConceptId,
    is_own,
    machine_concept,
    parse_concept,
)
from insight_app.project.judgements.texts import Meaning, Texts

_NOBODY = ConceptState()


class Catalogue:
    """Hold all concepts by row; all arrays (size,).

    names: in force, '' = nobody named it.  by_person: a person gave or accepted that name.  status:
    ReviewStatus as uint8, of that name.  hidden: junk, or a person's concept that is unmade again.
    probability: float32 that the machine's name is right, NaN for a person's and where nobody
    knows.  clarity: float32, how much the strongest images have in common, NaN where nobody knows;
    in_common: not less than chance, or their name is not doubtful.  folded: less, and no person
    spoke of it.  notes: row -> text.  is_gone: a person named it, the present dictionary does not
    have it.
    level, images, cells, total, maximum, mean: the machine's, zero for rows it does not have.
    """

    def __init__(self, results: MachineResults, state: CurationState) -> None:
        self._results = results
        self._prefix = machine_concept(results.dictionary.fingerprint, 0)[:-1]
        self.names = [str(name) for name in results.machine_names]
        self._with_name = Counter(self.names)
        self.by_person = np.zeros(results.F, bool)
        self.status = np.zeros(results.F, np.uint8)
        self.hidden = np.zeros(results.F, bool)
        self.probability = np.array(results.name_probability, np.float32)
        self.clarity = np.array(results.clarity, np.float32)
        under = self.clarity < results.clarity_bound
        sure = self.probability >= DOUBTFUL
        self.in_common = ~under | sure
        self.folded = ~self.in_common
        self.is_gone = np.zeros(results.F, bool)
        self.notes: dict[int, str] = {}
        self.level = np.array(results.levels)
        self.images = np.array(results.images)
        self.cells = np.array(results.cells)
        self.total = np.array(results.total, np.float64)
        self.maximum = np.array(results.maximum)
        self.mean = np.array(results.mean)
        self._extra: list[ConceptId] = []
        self._extra_rows: dict[ConceptId, int] = {}
        self._texts: Texts | None = None
        self._meanings: list[Meaning] | None = None
        concepts, relations = dict(state.concepts), dict(state.relations)
        ends = {concept for pair, judged in relations.items() if judged.status for concept in pair}
        self._add_rows(sorted(self._unknown(concepts, ends)))
        for concept, judged in concepts.items():
            row = self.row_of(concept)
            if row is not None:
                self._set_concept(row, judged)
        by_pair: dict[Pair, str | None] = {}
        for (child, parent), relation in relations.items():
            pair = self._pair(child, parent)
            if pair is not None:
                by_pair[pair] = relation.status
        self._hierarchy = Hierarchy(results.edges, by_pair, self._order)
        self._fold(np.flatnonzero(self.folded).tolist())

    @property
    def size(self) -> int:
        return len(self.names)

    @property
    def is_active(self) -> NDArray[np.bool_]:
        """(size,) whether a concept has something to say: it fires somewhere, or a person spoke of
        it. Before anything was coded: it has a name or a relation; all, where none has.
        """
        touched: NDArray[np.bool_] = self.by_person | (self.status != ReviewStatus.UNREVIEWED)
        if self.cells.any():
            return (self.cells > 0) | touched
        known = touched | np.array([bool(name) for name in self.names], bool)
        for ends in (self._hierarchy.by_child, self._hierarchy.by_parent):
            known[[row for row, edges in ends.items() if edges]] = True
        return known if known.any() else np.ones(self.size, bool)

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
        first = self._results.F
        return ConceptId(f"{self._prefix}{row}") if row < first else self._extra[row - first]

    def row_of(self, concept: ConceptId) -> int | None:
        """Return the concept's row, None if this catalogue does not have it."""
        if concept.startswith(self._prefix) and parse_concept(concept) is not None:
            index = int(concept.removeprefix(self._prefix))
            if index < self._results.F:
                return index
        return self._extra_rows.get(concept)

    def shares_name(self, row: int) -> bool:
        """Return whether another concept has the same name in force."""
        name = self.names[row]
        return bool(name) and self._with_name[name] > 1

    # ---- relations

    def parents(self, row: int) -> list[Edge]:
        """Return the relations upwards, strongest first."""
        found = self._hierarchy.by_child.get(row, {}).values()
        return sorted(found, key=lambda edge: (-edge.strength, edge.parent))

    def children(self, row: int) -> list[Edge]:
        """Return the relations downwards, the concept in most images first."""
        found = self._hierarchy.by_parent.get(row, {}).values()
        return sorted(found, key=lambda edge: (-int(self.images[edge.child]), edge.child))

    def withdrawn(self, row: int) -> list[Edge]:
        """Return the machine's relations upwards that a person rejected or removed."""
        found = self._hierarchy.withdrawn.get(row, {}).values()
        return sorted(found, key=lambda edge: (-edge.strength, edge.parent))

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
        """Return all relations in force, by child and parent."""
        found = (edge for by in self._hierarchy.by_child.values() for edge in by.values())
        return sorted(found, key=lambda edge: (edge.child, edge.parent))

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
        left_out = self.hidden | self.folded
        found = [
            row
            for row in np.flatnonzero(~left_out).tolist()
            if (active[row] or below.get(row))
            and all(left_out[parent] for parent in above.get(row, ()))
        ]
        return sorted(found, key=lambda row: (-int(self.images[row]), row))

    def refusal(
        self, child: int, new_parent: int, name_of: Callable[[int], str] | None = None
    ) -> str | None:
        """Return why `child` cannot be put below `new_parent`, in words; None if it can.

        name_of: what a row is called where this is said.
        """
        called = name_of or self._shown
        names = f"“{called(child)}”", f"“{called(new_parent)}”"
        if child == new_parent:
            return f"{names[0]} cannot be below itself."
        if self.edge(child, new_parent) is not None:
            return f"{names[0]} is already below {names[1]}."
        way = self._hierarchy.path(new_parent, child)
        if way:
            steps = " → ".join(map(called, way))
            return f"{names[1]} is itself below {names[0]} ({steps}); that would go in a circle."
        return None

    # ---- finding

    def search(self, text: str, meanings: bool = True) -> list[int]:
        """Return the rows that match, best first: words in names, candidates, meanings; filters.

        Without meanings nothing is found whose names do not say why.
        Filters: status:accepted|unreviewed|unsure|rejected level:2 or level:1-3 hidden:yes|no|all
        parent:"name" min:images by:person|machine doubtful:yes|no changed:yes|no common:yes|no.
        Hidden ones are found only when asked for, folded ones always.
        """
        query = search.parse(text)
        passes = self.images >= query.minimum
        if query.statuses:
            passes &= np.isin(self.status, [int(status) for status in query.statuses])
        if query.level is not None:
            passes &= (self.level >= query.level[0]) & (self.level <= query.level[1])
        if query.hidden is not None:
            passes &= self.hidden == query.hidden
        if query.by_person is not None:
            passes &= self.by_person == query.by_person
        if query.is_doubtful is not None:
            passes &= self.doubtful == query.is_doubtful
        if query.is_changed is not None:
            passes &= self.changed == query.is_changed
        if query.in_common is not None:
            passes &= self.in_common == query.in_common
        texts = self._search_texts()
        if query.parent is not None:
            passes &= self._below(query.parent, texts)
        rows = np.flatnonzero(passes)
        rows = rows[np.lexsort((rows, -self.images[rows]))]
        return texts.ranked(rows.tolist(), query.words, meanings)

    def why_found(self, row: int, text: str) -> str:
        """Return by what else than its name a row matches, "" where its name does.

        "via sheepdog" for a candidate name, else "by meaning".
        """
        beside = self._search_texts().beside_name(row, search.parse(text).words)
        if not beside or row >= self._results.F:
            return ""
        terms = [candidate.term for candidate in self._results.candidates(row)]
        if not all(word in search.folded("\n".join(terms)) for word in beside):
            return "by meaning"
        found = (term for term in terms if any(word in search.folded(term) for word in beside))
        return f"via {next(found)}"

    def reviewed_share(self) -> float:
        """Return the share of all activation that falls on concepts judged or hidden; 0 to 1.

        Before anything was coded: the share of the active concepts.
        """
        judged = (self.status != ReviewStatus.UNREVIEWED) | self.hidden
        weight = self.total if self.total.any() else self.is_active.astype(np.float64)
        whole = float(weight.sum())
        return float(weight[judged].sum()) / whole if whole > 0 else 0.0

    # ---- judgements

    def apply(self, state: CurationState, changes: Changes) -> set[int]:
        """Take over what `changes` names from `state`; return the rows that look different now."""
        judged = {concept: state.concepts.get(concept, _NOBODY) for concept in changes.concepts}
        pairs = {pair: state.relations.get(pair) for pair in changes.relations}
        ends = {concept for pair, now in pairs.items() if now and now.status for concept in pair}
        self._add_rows(sorted(self._unknown(judged, ends)))
        rows: set[int] = set()
        for concept, now_judged in judged.items():
            row = self.row_of(concept)
            if row is not None:
                self._set_concept(row, now_judged)
                rows.add(row)
        by_pair: dict[Pair, str | None] = {}
        for (child, parent), now in pairs.items():
            pair = self._pair(child, parent)
            if pair is not None:
                by_pair[pair] = now.status if now else None
        if by_pair:
            rows |= self._hierarchy.set(by_pair)
        self._fold(rows)
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
            self._extra_rows[concept] = self.size
            self._extra.append(concept)
            self.names.append("")
            self._with_name[""] += 1
            self.is_gone = np.append(self.is_gone, not is_own(concept))
        # Not to be seen before a person has named it.
        self.hidden = np.append(self.hidden, np.ones(count, bool))
        self.in_common = np.append(self.in_common, np.ones(count, bool))
        unknown = np.full(count, np.nan, np.float32)
        self.probability = np.append(self.probability, unknown)
        self.clarity = np.append(self.clarity, unknown)
        for name in ("by_person", "status", "folded"):
            old = getattr(self, name)
            setattr(self, name, np.append(old, np.zeros(count, old.dtype)))
        for name in ("level", "images", "cells", "total", "maximum", "mean"):
            old = getattr(self, name)
            setattr(self, name, np.append(old, np.zeros(count, old.dtype)))
        self._texts = None

    def _set_concept(self, row: int, judged: ConceptState) -> None:
        is_extra = row >= self._results.F
        machine_name = "" if is_extra else str(self._results.machine_names[row])
        name = machine_name if judged.name is None else judged.name
        if name != self.names[row]:
            self._with_name[self.names[row]] -= 1
            self._with_name[name] += 1
            self.names[row] = name
            if self._texts is not None:
                self._texts.set_name(row, name)
        self.by_person[row] = judged.name is not None
        if not is_extra:
            is_machines = judged.name is None
            self.probability[row] = self._results.name_probability[row] if is_machines else np.nan
        is_about_it = (judged.status_name or "") == name
        self.status[row] = (
            STATUS.get(judged.status or "", ReviewStatus.UNREVIEWED) if is_about_it else 0
        )
        self.hidden[row] = judged.hidden or (is_extra and judged.name is None)
        if judged.note:
            self.notes[row] = judged.note
        else:
            self.notes.pop(row, None)

    def _fold(self, rows: Iterable[int]) -> None:
        """Fold away what shows nothing in common, as long as no person spoke of it."""
        for row in rows:
            is_touched = self.by_person[row] or self.status[row] or row in self.notes
            self.folded[row] = not (self.in_common[row] or is_touched or self._is_related(row))

    def _is_related(self, row: int) -> bool:
        """Return whether a person stands behind one of its relations."""
        by_child, by_parent = self._hierarchy.by_child, self._hierarchy.by_parent
        edges = (*by_child.get(row, {}).values(), *by_parent.get(row, {}).values())
        return any(edge.by_person for edge in edges)

    def _pair(self, child: ConceptId, parent: ConceptId) -> Pair | None:
        rows = self.row_of(child), self.row_of(parent)
        return None if rows[0] is None or rows[1] is None else (rows[0], rows[1])

    def _order(self, row: int) -> tuple[int, str]:
        """Return what rows are sorted by whatever the session: extra rows by id."""
        first = self._results.F
        return (row, "") if row < first else (first, self._extra[row - first])

    def _shown(self, row: int) -> str:
        return self.names[row] or f"concept {row}"

    def _below(self, parent: str, texts: Texts) -> NDArray[np.bool_]:
        found = np.zeros(self.size, bool)
        for row in texts.named(parent):
            found[list(self._hierarchy.by_parent.get(row, ()))] = True
        return found

    def read_meanings(self) -> list[Meaning]:
        """Return (F,) what the machine's concepts may be called and mean, in comparable spelling.

        Only reads the machine's results: another thread may do it while the catalogue is used.
        """
        texts = []
        for concept in range(self._results.F):
            candidates = self._results.candidates(concept)
            terms = "\n".join(search.folded(candidate.term) for candidate in candidates)
            definitions = [search.folded(one.definition) for one in candidates[:1]]
            texts.append(Meaning(terms, "".join(definitions)))
        return texts

    def prepare_search(self, meanings: list[Meaning]) -> None:
        """Take over what read_meanings found, so that the first search need not."""
        self._meanings = meanings
        self._search_texts()

    def _search_texts(self) -> Texts:
        if self._texts is None:
            if self._meanings is None:
                self._meanings = self.read_meanings()
            self._texts = Texts(self.names, self._meanings)
        return self._texts
