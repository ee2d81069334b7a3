"""Which photo, and which cell of it, a person means.

A photo is called by its whole path or by the last parts of it that only one has; a cell by
PHOTO#17, its place in the grid of what the model saw, row by row, as exports have it.
"""

import re
from dataclasses import dataclass

from insight_app.cli.judging.said import quoted
from insight_app.concepts.composition import Mark
from insight_app.errors import Refusal
from insight_app.plain_text import visible
from insight_app.project.results.by_path import images_at, no_photo
from insight_app.project.results.records import ImageRecord
from insight_app.project.results.snapshot import Results

_CELL = re.compile(r"(?P<photo>.+)#(?P<cell>[0-9]{1,9})", re.DOTALL)
SHOWN = 5
"""Photos of a name that are listed."""


@dataclass(frozen=True)
class NamedPhoto:
    """A photo of the project: its file's name for people, the hash of its content for the log."""

    name: str
    content: str
    cells: int


class Photos:
    """Find the photos of a project."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self._found: dict[str, NamedPhoto] = {}

    def one(self, text: str) -> NamedPhoto:
        """Return the photo that a person means; Refusal where that is none, or not clear."""
        if text not in self._found:
            self._found[text] = self._look_up(text)
        return self._found[text]

    def mark(self, text: str) -> tuple[Mark, NamedPhoto]:
        """Return the cell that PHOTO#CELL names, and its photo."""
        split = _CELL.fullmatch(text.strip())
        if split is None:
            raise Refusal(f"“{quoted(text)}” names no cell of a photo.", do="Type: PHOTO#CELL")
        photo, cell = self.one(split["photo"]), int(split["cell"])
        if cell >= photo.cells:
            raise Refusal(
                f"{photo.name} has no cell {cell}: they go from 0 to {photo.cells - 1}."
                if photo.cells
                else f"{photo.name} was not analyzed, so it has no cells."
            )
        return Mark(photo.content, cell), photo

    def mark_or_none(self, text: str) -> Mark | None:
        """Return the cell that a text names, None where it is the name of something else."""
        split = _CELL.fullmatch(text.strip())
        is_file = split is not None and ("." in split["photo"] or self._images(split["photo"]))
        return self.mark(text)[0] if is_file else None

    def _look_up(self, text: str) -> NamedPhoto:
        images = self._images(text)
        if not images:
            raise no_photo(self._results, text)
        if len({image.content_hash for image in images}) > 1:
            shown = ", ".join(visible(str(image.path)) for image in images[:SHOWN])
            raise Refusal(
                f"{len(images)} photos are called {quoted(text)}.", do=f"Say which: {shown}"
            )
        image = images[0]
        if image.content_hash is None:
            raise Refusal(f"{quoted(text)} was not analyzed yet.")
        cells = image.geometry.cells if image.status == "coded" else 0
        return NamedPhoto(visible(image.path.name), image.content_hash.hex(), cells)

    def _images(self, text: str) -> list[ImageRecord]:
        return images_at(self._results, text.strip())
