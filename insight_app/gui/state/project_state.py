"""What the window shows, as one value: the open project, its newest results, their concepts.

Replaced as a whole when a project opens or closes or newer results appear. A row number is an
address inside one ProjectState; what lasts longer names a concept by its ConceptId.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.concepts.hsae.summary import RELEASE
from insight_app.errors import WorldError
from insight_app.figures import counted
from insight_app.gui.state.shown_name import DOUBTFUL_WORD, ShownName, shown_name

if TYPE_CHECKING:  # SQLAlchemy takes longer to import than the first paint may take
    from insight_app.project.composites.reader import ConceptReader
    from insight_app.project.composites.store import CountedStore
    from insight_app.project.judgements import ConceptId
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.project import Project
    from insight_app.project.results.snapshot import Results


@dataclass(frozen=True, eq=False)
class ProjectState:
    """epoch: number of this state; no two states of a window have the same.

    results and catalogue: None before an analysis has published anything.
    """

    epoch: int = 0
    project: "Project | None" = None
    results: "Results | None" = None
    catalogue: "Catalogue | None" = None
    counted: "CountedStore | None" = None
    """What was counted of composites over these results."""
    _readers: "dict[int, ConceptReader]" = field(default_factory=dict, repr=False)
    _facts: dict[tuple[int, int], str] = field(default_factory=dict, repr=False)
    """(Row, its images) -> what distinctions() read of it; results of a state never change."""

    @property
    def path(self) -> Path | None:
        """The folder of the open project."""
        return None if self.project is None else Path(self.project.path)

    @property
    def read_only(self) -> bool:
        """Whether nothing can be judged now."""
        return self.project is None or self.project.read_only

    @property
    def why_read_only(self) -> str:
        """Why nothing can be judged now, in words; '' where something can."""
        if self.project is None:
            return "No project is open."
        return self.project.why_read_only

    @property
    def awaits_photos(self) -> bool:
        """Whether a dictionary brought its concepts along and there is not one photo yet."""
        return self.results is not None and not self.results.image_count

    @property
    def awaits_first_codes(self) -> bool:
        """Whether there are photos to be analyzed, and nobody has seen a concept in one yet."""
        results = self.results
        return results is not None and bool(results.uncoded_images) and not results.coded_images

    # ---- concepts

    def reader(self, row: int) -> "ConceptReader":
        """Return what answers where and how often a concept of this state fires.

        The same one as long as the concept is made of the same: what it has read stays.
        """
        from insight_app.project.composites.reader import ConceptReader

        if self.results is None or self.catalogue is None:
            raise LookupError("there are no results")
        composition, known = self.catalogue.composition(row), self._readers.get(row)
        if known is None or known.composition != composition:
            concept = row if row < self.results.F else -1
            known = ConceptReader(self.results, concept, composition, self.counted)
            self._readers[row] = known
        return known

    def row_of(self, concept: "ConceptId") -> int | None:
        """Return the row of a concept in this state, None where it has none."""
        return None if self.catalogue is None else self.catalogue.row_of(concept)

    def rows_of(self, concepts: "Iterable[ConceptId]") -> tuple[int, ...]:
        """Return the rows of those concepts that this state has."""
        rows = (self.row_of(concept) for concept in concepts)
        return tuple(row for row in rows if row is not None)

    def id_of(self, row: int) -> "ConceptId":
        """Return the concept at a row of this state."""
        if self.catalogue is None:
            raise LookupError("there are no concepts")
        return self.catalogue.id_of(row)

    def ids_of(self, rows: Iterable[int]) -> "tuple[ConceptId, ...]":
        """Return the concepts at rows of this state."""
        return tuple(self.id_of(row) for row in rows)

    def has_row(self, row: int) -> bool:
        """Return whether this state has a concept at a row."""
        return self.catalogue is not None and 0 <= row < self.catalogue.size

    def name(self, row: int) -> tuple[str, bool]:
        """Return (name without any sign, whether a person gave it)."""
        if self.catalogue is None:
            return f"concept {row}", False
        by_person = bool(self.catalogue.by_person[row])
        return shown_name(self.catalogue.names[row]) or f"concept {row}", by_person

    def shown(self, row: int) -> ShownName:
        """Return how the name of a concept looks."""
        plain, by_person = self.name(row)
        is_doubtful = self.catalogue is not None and bool(self.catalogue.doubtful[row])
        return ShownName(plain, not by_person, is_doubtful, *self.distinctions(row)[-1:])

    def exact_name(self, row: int) -> str:
        """Return the name as it is kept, whatever signs are in it; '' where there is none."""
        return "" if self.catalogue is None else self.catalogue.names[row]

    def distinctions(self, row: int) -> tuple[str, ...]:
        """Return what tells a concept from others of its name, in words; () where it has none.

        The fullest first: its number, the next name it could have, its images; the number last.
        """
        if self.catalogue is None or not self.catalogue.shares_name(row):
            return ()
        number = self.catalogue.reference(row)
        known = row, int(self.catalogue.images[row])
        if known not in self._facts:
            self._facts[known] = self._facts_of(row)
        return (f"{number} {self._facts[known]}", number) if self._facts[known] else (number,)

    def name_told_apart(self, row: int) -> str:
        """Return the name to show where there is no room for more: with its number if need be."""
        return self.shown(row).told_apart

    def _facts_of(self, row: int) -> str:
        """Return the best candidate name that is not the name itself, and the images."""
        if self.catalogue is None or self.results is None or row >= self.results.F:
            return ""
        name = self.catalogue.names[row].casefold()
        try:
            terms = (one.term for one in self.results.candidates(row))
            other = next((term for term in terms if term.casefold() != name), "")
        except WorldError:
            other = ""
        images = "" if self.awaits_photos else counted(int(self.catalogue.images[row]), "image")
        return " · ".join(part for part in (shown_name(other), images) if part)

    def machine_name(self, row: int) -> str:
        """Return the name that the machine gave a concept, '' if it gave none."""
        if self.results is None or row >= self.results.F:
            return ""
        return str(self.results.machine_names[row])

    def names_from(self, row: int) -> str:
        """Return what a machine's name rests on, in words; '' for a person's, or if not known.

        Of the photos those alone are counted in which the concept itself is strongest.
        """
        results, catalogue = self.results, self.catalogue
        if results is None or catalogue is None or row >= results.F or catalogue.by_person[row]:
            return ""
        source, own = results.name_source(row), int(results.name_photos[row])
        return f"after {own:,} of your photos" if source and own else source

    def giver(self, row: int) -> str:
        """Return who gave a concept's name, in words."""
        if self.catalogue is not None and self.catalogue.by_person[row]:
            return "named by a person"
        is_released = self.results is not None and self.results.names_run == RELEASE
        giver = "named in the release" if is_released else "named by the machine"
        return f"{giver}, {DOUBTFUL_WORD}" if self.shown(row).is_doubtful else giver
