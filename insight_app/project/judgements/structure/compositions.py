"""What a concept is made of that is not one concept of the dictionary.

A merged concept is made of itself and of all that is merged into it; a part of a split one of those
of its cells that are most like the part's examples; any other concept of a person's own of what is
directly below it. Knows rows only, and what is asked through `Made`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from insight_app.concepts.composition import Composition, Division, Mark, Piece, composition

_DEEPEST = 50
"""Parts of parts: what a log says that nests deeper counts for nothing."""


class Made(Protocol):
    """Tell of rows what they are made of."""

    def is_machines(self, row: int) -> bool:
        """Return whether the present dictionary has it."""
        ...

    def is_persons(self, row: int) -> bool:
        """Return whether it is a person's own."""
        ...

    def members(self, row: int) -> Iterable[int]:
        """Return what is merged into it."""
        ...

    def wholes(self, row: int) -> Collection[int]:
        """Return what it is a part of."""
        ...

    def parts(self, row: int) -> Collection[int]:
        """Return its parts, in an order that is the same in every session."""
        ...

    def marks(self, row: int) -> Mapping[Mark, bool]:
        """Return the cells that are examples of it, or are none."""
        ...

    def children_by(self, row: int) -> Iterable[int]:
        """Return what its own relations put below it."""
        ...


def composition_of(made: Made, row: int) -> Composition | None:
    """Return what a row is made of; None for an ordinary concept of the machine's, and for what
    nothing is to be counted of.
    """
    found = _pieces(made, row, ())
    if not found or found == {Piece((row,))}:
        return None
    return composition(found)


def _pieces(made: Made, row: int, within: tuple[int, ...]) -> set[Piece]:
    """Return the pieces of a row; within: the parts whose cells are looked for already."""
    found: set[Piece] = set()
    seen, todo = {row}, [row]
    while todo:
        whole = todo.pop()
        for one in (whole, *made.members(whole)):
            if made.is_machines(one):
                found.add(Piece((one,)))
            elif wholes := made.wholes(one):
                if one not in within and len(within) < _DEEPEST:
                    for divided in wholes:
                        found |= _of_part(made, one, divided, (*within, one))
            elif made.is_persons(one):
                parts = set(made.parts(one))
                below = {child for child in made.children_by(one) if child not in parts}
                todo += below - seen
                seen |= below
    return found


def _of_part(made: Made, part: int, whole: int, within: tuple[int, ...]) -> set[Piece]:
    parts = list(made.parts(whole))
    if part not in parts:
        return set()
    examples = tuple(
        tuple(sorted(mark for mark, is_one in made.marks(one).items() if is_one)) for one in parts
    )
    division = Division(examples, parts.index(part))
    if not examples[division.which]:
        return set()
    pieces = _pieces(made, whole, within)
    if not pieces:
        return set()
    return {
        Piece(piece.concepts, (*piece.divisions, division)) for piece in composition(pieces).pieces
    }
