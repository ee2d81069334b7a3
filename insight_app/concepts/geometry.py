"""Where the cells of a token grid lie on a photo.

All numbers are pixels of the upright photo (EXIF orientation applied). The overlay covers exactly
the crop that the model saw; everything outside it was never looked at.
"""

from dataclasses import dataclass

LONGEST = 2048
"""Pixels of the longer side where all of a photo is looked at."""


@dataclass(frozen=True)
class Geometry:
    """A photo of width x height pixels, the crop (x, y, w, h) the model saw, and its token grid."""

    width: int
    height: int
    crop: tuple[int, int, int, int]
    rows: int
    cols: int

    @property
    def cells(self) -> int:
        return self.rows * self.cols

    def cell_rect(self, cell: int) -> tuple[float, float, float, float]:
        """Return (x, y, w, h) of a cell in pixels of the photo; cell = row * cols + column."""
        if not 0 <= cell < self.cells:
            raise IndexError(f"cell {cell} of a grid of {self.rows} x {self.cols}")
        x, y, w, h = self.crop
        row, col = divmod(cell, self.cols)
        return x + col * w / self.cols, y + row * h / self.rows, w / self.cols, h / self.rows

    def cell_at(self, x: float, y: float) -> int | None:
        """Return the cell at a point of the photo, or None outside of what the model saw."""
        left, top, w, h = self.crop
        if not (left <= x < left + w and top <= y < top + h):
            return None
        row = min(int((y - top) * self.rows / h), self.rows - 1)
        col = min(int((x - left) * self.cols / w), self.cols - 1)
        return row * self.cols + col


def whole_photo(
    width: int, height: int, short_side: int, cell: int, longest: int = LONGEST
) -> Geometry:
    """Return the geometry of a look at all of a photo, in cells of `cell` x `cell` pixels.

    The shorter side becomes `short_side` pixels, the longer one at most `longest`; both are
    stretched, by half a cell at most, to whole cells.
    """
    scale = min(short_side / min(width, height), longest / max(width, height)) / cell
    rows, cols = (max(1, round(side * scale)) for side in (height, width))
    return Geometry(width, height, (0, 0, width, height), rows, cols)


def centre_square(width: int, height: int, rows: int, cols: int) -> Geometry:
    """Return the geometry of an encoder that sees the largest centred square of a photo."""
    side = min(width, height)
    crop = ((width - side) // 2, (height - side) // 2, side, side)
    return Geometry(width, height, crop, rows, cols)
