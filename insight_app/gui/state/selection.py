"""What is selected in the window, and the way back through what was looked at.

Plain values; knows nothing of Qt, panels or projects.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final


class _Keep:
    """The kind of KEEP."""

    def __repr__(self) -> str:
        return "KEEP"


KEEP: Final = _Keep()
"""In `changed`: leave this part of the selection as it is."""

HISTORY_LIMIT = 500


@dataclass(frozen=True)
class Selection:
    """The one selection: concepts (rows), a relation (child row, parent row), a photo, its cell."""

    concepts: tuple[int, ...] = ()
    image: int | None = None
    cell: int | None = None
    relation: tuple[int, int] | None = None

    @property
    def primary(self) -> int | None:
        """The concept that single-concept panels and keys act on."""
        return self.concepts[0] if self.concepts else None

    def changed(
        self, concepts: Any = KEEP, image: Any = KEEP, cell: Any = KEEP, relation: Any = KEEP
    ) -> "Selection":
        """This selection with parts replaced.

        Another photo forgets the cell, other concepts forget the relation, unless they are given.
        """
        new = self
        if concepts is not KEEP:
            new = replace(new, concepts=tuple(dict.fromkeys(concepts)))
            if new.concepts != self.concepts:
                new = replace(new, relation=None)
        if image is not KEEP and image != self.image:
            new = replace(new, image=image, cell=None)
        if cell is not KEEP:
            new = replace(new, cell=cell)
        if relation is not KEEP:
            new = replace(new, relation=relation)
        return new


@dataclass
class History:
    """Selections that were looked at, like the pages of a browser."""

    entries: list[Selection] = field(default_factory=lambda: [Selection()])
    position: int = 0

    @property
    def current(self) -> Selection:
        return self.entries[self.position]

    @property
    def can_go_back(self) -> bool:
        return self.position > 0

    @property
    def can_go_forward(self) -> bool:
        return self.position < len(self.entries) - 1

    def visit(self, selection: Selection) -> None:
        """Go to a new selection; what lay ahead is dropped.

        Stepping from cell to cell within one photo is one place, not many.
        """
        here = self.current
        if selection == here:
            return
        same_place = (
            selection.concepts == here.concepts
            and selection.image == here.image
            and here.cell is not None
            and selection.cell is not None
        )
        del self.entries[self.position + 1 :]
        if same_place:
            self.entries[self.position] = selection
        else:
            self.entries.append(selection)
            del self.entries[: max(0, len(self.entries) - HISTORY_LIMIT)]
            self.position = len(self.entries) - 1

    def back(self) -> Selection:
        self.position = max(0, self.position - 1)
        return self.current

    def forward(self) -> Selection:
        self.position = min(len(self.entries) - 1, self.position + 1)
        return self.current

    def clear(self) -> None:
        self.entries, self.position = [Selection()], 0
