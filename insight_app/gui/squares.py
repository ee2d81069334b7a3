"""Where equal squares lie that fill a width line by line: arithmetic on row numbers only.

Nothing here takes longer for a million squares than for ten. Knows nothing of Qt; a square
includes its share of the gaps, so that squares touch.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Move(Enum):
    """What a key does to the current square."""

    LEFT = auto()
    RIGHT = auto()
    UP = auto()
    DOWN = auto()
    HOME = auto()
    END = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()


@dataclass(frozen=True)
class Squares:
    """`count` squares of `side` pixels, `columns` in a line, from the upper left corner on."""

    count: int = 0
    columns: int = 1
    side: int = 1

    @classmethod
    def fitting(cls, count: int, width: int, smallest: int) -> "Squares":
        """Return as many columns as fit, squares not below `smallest`, grown to fill the width."""
        columns = max(1, width // smallest)
        return cls(count, columns, max(1, width // columns))

    @property
    def lines(self) -> int:
        """How many lines the squares fill."""
        return -(-self.count // self.columns)

    @property
    def height(self) -> int:
        """Pixels of all lines."""
        return self.lines * self.side

    def corner(self, row: int) -> tuple[int, int]:
        """Return (x, y) of a square's upper left corner."""
        line, column = divmod(row, self.columns)
        return column * self.side, line * self.side

    def within(self, left: int, top: int, right: int, bottom: int) -> list[range]:
        """Return the rows of the squares that touch a rectangle, edges included, a range a line."""
        first, last = max(0, left // self.side), min(self.columns - 1, right // self.side)
        lines = range(max(0, top // self.side), min(self.lines - 1, bottom // self.side) + 1)
        starts = (line * self.columns for line in lines)
        found = [range(at + first, min(at + last + 1, self.count)) for at in starts]
        return [rows for rows in found if rows]

    def at(self, x: int, y: int) -> int | None:
        """Return the row of the square over a point, None where there is none."""
        found = self.within(x, y, x, y)
        return found[0][0] if found else None

    def moved(self, row: int, move: Move, page: int) -> int:
        """Return the row that a key leads to from `row`; `page` is the height seen at once.

        Left and right go on in the line before and after; up and down stay in their column.
        """
        last = self.count - 1
        lines_of_page = max(1, page // self.side - 1)
        column = row % self.columns
        lowest = last - (last - column) % self.columns
        match move:
            case Move.LEFT:
                return max(0, row - 1)
            case Move.RIGHT:
                return min(last, row + 1)
            case Move.UP:
                return max(column, row - self.columns)
            case Move.DOWN:
                return min(lowest, row + self.columns)
            case Move.PAGE_UP:
                return max(column, row - lines_of_page * self.columns)
            case Move.PAGE_DOWN:
                return min(lowest, row + lines_of_page * self.columns)
            case Move.HOME:
                return 0
            case Move.END:
                return last
