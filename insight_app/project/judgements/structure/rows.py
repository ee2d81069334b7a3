"""Which row a concept has: the machine's index, or a place after all of these.

An address holds as long as the catalogue does; what is kept for longer is the id.
"""

from insight_app.project.judgements.targets import (
    ConceptId,
    is_own,
    machine_concept,
)

_DIGITS = 10
"""An index has fewer."""


class Rows:
    """Number the concepts: those of a dictionary, then others as they come.

    first: how many the dictionary has.
    """

    def __init__(self, fingerprint: str, first: int) -> None:
        self.first = first
        self._prefix = machine_concept(fingerprint, 0)[:-1]
        self._extra: list[ConceptId] = []
        self._extra_rows: dict[ConceptId, int] = {}

    @property
    def size(self) -> int:
        return self.first + len(self._extra)

    def add(self, concept: ConceptId) -> None:
        """Give a concept the next row."""
        self._extra_rows[concept] = self.size
        self._extra.append(concept)

    def id_of(self, row: int) -> ConceptId:
        """Return the concept's id in the log."""
        first = self.first
        return ConceptId(f"{self._prefix}{row}") if row < first else self._extra[row - first]

    def row_of(self, concept: ConceptId) -> int | None:
        """Return the concept's row, None if it has none."""
        if concept.startswith(self._prefix):
            index = concept.removeprefix(self._prefix)
            is_number = index.isascii() and index.isdecimal() and len(index) < _DIGITS
            if is_number and (index[0] != "0" or index == "0") and int(index) < self.first:
                return int(index)
        return self._extra_rows.get(concept)

    def is_own(self, row: int) -> bool:
        """Return whether a person made the concept."""
        return row >= self.first and is_own(self._extra[row - self.first])

    def order(self, row: int) -> tuple[int, str]:
        """Return what rows are sorted by whatever the session: extra rows by id."""
        first = self.first
        return (row, "") if row < first else (first, self._extra[row - first])

    def order_of(self, concept: ConceptId) -> tuple[int, str]:
        """Return what concepts are sorted by: the dictionary's by index, then all others by id."""
        row = self.row_of(concept)
        return (row, "") if row is not None and row < self.first else (self.first, concept)
