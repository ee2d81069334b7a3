"""What a merge would cover, before anything is judged: from postings, within a second."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from insight_app.concepts.composition import Piece, composition
from insight_app.project.composites.reader import ConceptReader
from insight_app.project.results.snapshot import Results


@dataclass(frozen=True)
class Together:
    """Tell in how many images any of some concepts is.

    images: in the union.  own: in how many each is; added: in how many of these none of those
    before it is; all in the given order.  unknown: places of those that must be counted first
    (parts of a split concept): they are 0 in all numbers.
    """

    images: int
    own: tuple[int, ...]
    added: tuple[int, ...]
    unknown: tuple[int, ...]

    @property
    def singly(self) -> int:
        """How many images they have, counted one by one."""
        return sum(self.own)


def united(readers: Sequence[ConceptReader]) -> ConceptReader:
    """Return what answers for some concepts as if they were one."""
    pieces = {
        piece
        for reader in readers
        for piece in (
            reader.composition.pieces
            if reader.composition is not None
            else (Piece((reader.concept,)),) * reader.can_fire
        )
    }
    first = readers[0]
    return ConceptReader(first.results, composition=composition(pieces), store=first.store)


def together(results: Results, readers: Sequence[ConceptReader]) -> Together:
    """Count the images of some concepts together, the first is the one that stays."""
    with results.reading() as files:
        seen = np.zeros(files.is_coded.size, bool)
    own, added, unknown = [], [], []
    for place, reader in enumerate(readers):
        if reader.can_fire and not reader.is_readable:
            unknown.append(place)
        images = reader.images()
        own.append(int(images.size))
        added.append(int(np.count_nonzero(~seen[images])))
        seen[images] = True
    return Together(int(np.count_nonzero(seen)), tuple(own), tuple(added), tuple(unknown))
