"""What a concept is made of that is not one concept of the dictionary: merged, grouped or split.

Its activation at a cell is the largest over its pieces. A piece is the largest over some concepts
of the dictionary; of a concept that was split, it is that at those cells only which are nearer to
the examples of one part than to those of the others (cosine of what the codes of a cell decode to,
and the mean of that over the examples). Plain values; how they are computed is not known here.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import NamedTuple


class Mark(NamedTuple):
    """Name a cell of a photo, wherever the photo lies.

    image: hash of its content (hex).  cell: its place in the grid, row by row.
    """

    image: str
    cell: int


@dataclass(frozen=True, order=True)
class Division:
    """Tell which cells of a split concept belong to one part.

    examples: the marked examples of every part, in one order.  which: this part's place in it.
    """

    examples: tuple[tuple[Mark, ...], ...]
    which: int


@dataclass(frozen=True, order=True)
class Piece:
    """Name concepts of the dictionary, ascending, and for a part of them which cells."""

    concepts: tuple[int, ...]
    divisions: tuple[Division, ...] = ()
    """Empty: all cells.  Several: a part of a part; a cell belongs to all of them."""


@dataclass(frozen=True)
class Composition:
    """List the pieces, each once, in order; without any there is nothing to be counted."""

    pieces: tuple[Piece, ...]

    @property
    def concepts(self) -> tuple[int, ...]:
        """The dictionary's concepts in it, ascending."""
        return tuple(sorted({concept for piece in self.pieces for concept in piece.concepts}))

    @property
    def is_divided(self) -> bool:
        """Whether a cell's other codes decide if it belongs."""
        return any(piece.divisions for piece in self.pieces)

    @property
    def digest(self) -> str:
        """32 hex digits that differ where anything of it does."""
        said = [
            [piece.concepts, [[one.examples, one.which] for one in piece.divisions]]
            for piece in self.pieces
        ]
        text = json.dumps(said, separators=(",", ":"))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def composition(pieces: "set[Piece]") -> Composition:
    """Return the composition of pieces; plain ones are one, since the largest of all counts."""
    plain = {concept for piece in pieces if not piece.divisions for concept in piece.concepts}
    divided = sorted(piece for piece in pieces if piece.divisions)
    return Composition((*([Piece(tuple(sorted(plain)))] if plain else []), *divided))
