"""One photo segmented by words: which class each cell and each pixel belongs to, and why.

Owns how classes become vectors that stay known, what the background is, and the layout of the file
that the worker sends a window. Importing this brings no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.explain import segmentation as science
from insight_app.concepts.explain import upsampling
from insight_app.concepts.explain.class_words import ClassWords, checked, vectors
from insight_app.concepts.explain.segmentation import SegmentedPhoto
from insight_app.concepts.explain.upsampling import LabelMap
from insight_app.concepts.progress import Progress, silent

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.project.explaining.looks import PhotoLooks

Source = Literal["raw", "concepts"]
SOURCES: tuple[Source, ...] = ("raw", "concepts")
Edges = Literal["smooth", "sharp"]
EDGES: tuple[Edges, ...] = ("smooth", "sharp")
BACKGROUND = ClassWords("background")
"""What an encoder's own background rule compares with."""
FEWEST = 2
"""Among fewer classes there is nothing to choose."""


@dataclass(frozen=True, eq=False)
class PhotoSegmentation:
    """A segmented photo, and its label maps by source (raw, concepts) and edges (smooth, sharp)."""

    photo: SegmentedPhoto
    maps: Mapping[tuple[Source, Edges], LabelMap]

    def map_labels(
        self, source: Source, edges: Edges, below: float | None = None
    ) -> NDArray[np.int64]:
        """Return (h, w) the class of each pixel, -1 = background.

        below: the bar of the background; it does not count for an encoder's own rule.
        """
        found, photo = self.maps[source, edges], self.photo
        own = len(photo.names) - 1 if photo.has_own_background else None
        return science.labels(found.best, found.probability, below, own)

    def to_arrays(self) -> dict[str, Any]:
        """Return everything as arrays by name, for a file."""
        arrays = self.photo.to_arrays()
        for (source, edges), one in self.maps.items():
            arrays[f"{source}_{edges}_best"] = one.best
            arrays[f"{source}_{edges}_probability"] = one.probability.astype(np.float16)
        return arrays


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> PhotoSegmentation:
    """Return what `PhotoSegmentation.to_arrays` was made of."""
    maps: dict[tuple[Source, Edges], LabelMap] = {
        (source, edges): LabelMap(
            arrays[f"{source}_{edges}_best"], arrays[f"{source}_{edges}_probability"]
        )
        for source in SOURCES
        for edges in EDGES
    }
    return PhotoSegmentation(science.from_arrays(arrays), maps)


def classes_of(request: Sequence[Mapping[str, Any]]) -> tuple[ClassWords, ...]:
    """Return classes from JSON, each {"name": "car", "synonyms": ["automobile"]}; may refuse."""
    each = (ClassWords(str(c["name"]), tuple(map(str, c.get("synonyms", ())))) for c in request)
    return checked(each, FEWEST)


class Segmenter:
    """An encoder, a dictionary and C classes, ready for photos.

    background: by the encoder's own rule, where it has one, a class of its own that comes last.
    known, progress: see `class_words.vectors`.
    """

    def __init__(
        self,
        encoder: DenseEncoder,
        dictionary: HSAE,
        classes: Sequence[ClassWords],
        *,
        background: bool = False,
        known: MutableMapping[str, NDArray[np.float32]] | None = None,
        progress: Progress = silent,
    ) -> None:
        from insight_app.project.explaining.looks import with_foreground

        self.has_own_background = background and with_foreground(encoder) is not None
        if self.has_own_background:
            classes = [one for one in classes if one.name.casefold() != BACKGROUND.name]
            classes.append(BACKGROUND)
        self.names = tuple(one.name for one in classes)
        self.vectors = vectors(encoder, classes, known, progress)
        self._decoder = dictionary.W_dec.cpu().numpy()
        self._offset = dictionary.b_dec.cpu().numpy()

    def cells(self, looks: PhotoLooks) -> SegmentedPhoto:
        """Return the classes of a photo's cells."""
        return science.segment(
            looks.tokens,
            looks.decoded,
            looks.codes,
            looks.windows.cell,
            looks.geometry,
            self.names,
            self.vectors,
            self._decoder,
            self._offset,
            looks.foreground if self.has_own_background else None,
        )

    def pixels(self, looks: PhotoLooks) -> PhotoSegmentation:
        """Return the classes of a photo's cells and of its pixels."""
        photo = self.cells(looks)
        return PhotoSegmentation(
            photo,
            {
                (source, edges): label_map(photo, looks.guide, source, edges)
                for source in SOURCES
                for edges in EDGES
            },
        )


def label_map(
    photo: SegmentedPhoto, guide: NDArray[np.uint8], source: Source, edges: Edges
) -> LabelMap:
    """Return which class each pixel of the photo (h, w, 3) belongs to."""
    scores, g = (photo.raw if source == "raw" else photo.concepts), photo.geometry
    grid = scores.probabilities.reshape(g.rows, g.cols, -1)
    if edges == "sharp":
        return upsampling.guided(grid, guide)
    return upsampling.bilinear(grid, *guide.shape[:2])
