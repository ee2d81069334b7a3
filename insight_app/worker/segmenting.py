"""Photos that are segmented again and again while a person writes classes: what stays meanwhile.

A photo's looks and the vectors of words do not depend on which classes are asked for. Knows nothing
of lines and queues.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.progress import Progress

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.project.explaining.looks import PhotoLooks, Sliding
    from insight_app.project.explaining.segmentation import PhotoSegmentation

PHOTOS_KEPT = 4
"""About 10 MB each."""
WORDS_KEPT = 20_000


class Segmenting:
    """The photos looked at last, and the words read with the encoder of now."""

    def __init__(self) -> None:
        self._looks: dict[tuple[Any, ...], PhotoLooks] = {}
        self._words: tuple[str, dict[str, NDArray[np.float32]]] = ("", {})

    def photo(
        self,
        project: Path,
        request: Mapping[str, Any],
        encoder: DenseEncoder,
        dictionary: HSAE,
        progress: Progress,
    ) -> PhotoSegmentation:
        """Segment the photo that is asked for."""
        from insight_app.project.explaining import segmentation

        classes = segmentation.classes_of(request["classes"])
        segmenter = segmentation.Segmenter(
            encoder,
            dictionary,
            classes,
            background=bool(request.get("background")),
            known=self.words(encoder),
            progress=progress,
        )
        return segmenter.pixels(self._look(project, request, encoder, dictionary, progress))

    def words(self, encoder: DenseEncoder) -> dict[str, NDArray[np.float32]]:
        """Return the words read before with an encoder, (D,) each."""
        if self._words[0] != encoder.fingerprint or len(self._words[1]) > WORDS_KEPT:
            self._words = encoder.fingerprint, {}
        return self._words[1]

    def _look(
        self,
        project: Path,
        request: Mapping[str, Any],
        encoder: DenseEncoder,
        dictionary: HSAE,
        progress: Progress,
    ) -> PhotoLooks:
        from insight_app.project.analysis.coding.batches import Batches
        from insight_app.project.explaining import looks
        from insight_app.project.results import photo_choice, reading_rule

        path, sliding = Path(request["path"]), sliding_of(request, encoder)
        rule, part = reading_rule.of_project(project), photo_choice.part_of_project(project)
        stat = path.stat() if path.exists() else None
        file = stat and (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        key = path, file, sliding, rule, part, encoder.fingerprint, dictionary.fingerprint
        found = self._looks.pop(key, None)
        if found is None:
            batches = Batches(encoder)
            found = looks.look(
                path, batches, dictionary, rule, sliding, part=part, progress=progress
            )
        self._looks[key] = found  # last again: the first is the one not used for longest
        if len(self._looks) > PHOTOS_KEPT:
            del self._looks[next(iter(self._looks))]
        return found


def sliding_of(request: Mapping[str, Any], encoder: DenseEncoder) -> Sliding:
    """Return the windows of a request: `short_side`, `window`, `stride`; the usual without them."""
    from insight_app.project.explaining import looks

    usual = looks.usual(encoder)
    return looks.Sliding(
        int(request.get("short_side") or usual.short_side),
        int(request.get("window") or usual.window),
        int(request.get("stride") or usual.stride),
    )
