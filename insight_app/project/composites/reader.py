"""What is asked of one concept, the dictionary's or composed, answered the same way.

Whoever shows a concept asks this and need not know what it is made of. Where postings tell it, a
composite answers at once; what only codes tell is there once it was counted. Numpy and file reads
only; safe on any thread. Knows nothing of who composed what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.composition import Composition
from insight_app.concepts.statistics.composite_codes import CompositeCodes
from insight_app.project.composites import divisions
from insight_app.project.composites.counted import ConceptNumbers, CountedComposite, FolderCounted
from insight_app.project.composites.store import CountedStore
from insight_app.project.results import examples, postings
from insight_app.project.results.postings import Entries
from insight_app.project.results.records import Example
from insight_app.project.results.snapshot import Results


@dataclass(frozen=True, eq=False)
class ConceptReader:
    """Read one concept of some results.

    concept: the dictionary's, -1 for none.  composition: what it is made of where it is more, or
    less, than that concept.  store: where it is looked up whether it was counted.
    """

    results: Results
    concept: int = -1
    composition: Composition | None = None
    store: CountedStore | None = None

    @property
    def can_fire(self) -> bool:
        """Whether there is anything of it in the dictionary."""
        if self.composition is None:
            return 0 <= self.concept < self.results.F
        return bool(self.composition.concepts)

    @property
    def needs_counting(self) -> bool:
        """Whether some answers are not there yet; reads a file the first time."""
        return self.composition is not None and self.can_fire and self.counted is None

    @property
    def is_readable(self) -> bool:
        """Whether its examples are known: those of parts come with the count."""
        return self.can_fire and (not self._is_divided or self.counted is not None)

    # ---- where it fires

    def examples(self, band: str, limit: int, offset: int = 0) -> list[Example]:
        """Return places of one of `examples.BANDS`, one an image, as `Results.examples` does."""
        if self.composition is None:
            return self.results.examples(self.concept, band, limit, offset) if self.can_fire else []
        if band == "strongest":
            found = self._entries(offset + limit)
            return examples.of_entries(found, self._seed, band, limit, offset)
        return examples.of_entries(self._entries(), self._seed, band, limit, offset)

    def bands(self, wanted: Mapping[str, int]) -> dict[str, list[Example]]:
        """Return the first `wanted` places of several bands, as `Results.bands` does."""
        if self.composition is None:
            return self.results.bands(self.concept, wanted) if self.can_fire else {}
        return examples.shared(self._entries(), self._seed, wanted)

    def strongest_images(
        self, limit: int, offset: int = 0, folders: Sequence[int] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return (ids (n,), maxima (n,)) of the images where it is strongest."""
        if self.composition is None:
            concept = self.concept if self.can_fire else 0
            return self.results.strongest_images(
                concept, limit if self.can_fire else 0, offset, folders
            )
        image, _cell, value = self._entries(None if folders else offset + limit)
        if folders:
            with self.results.reading() as files:
                keep = np.isin(files.places["folder"][image], np.array(folders))
            image, value = image[keep], value[keep]
        part = slice(offset, offset + limit)
        return image[part].astype(np.int64), value[part].astype(np.float32)

    def images(self) -> NDArray[np.integer]:
        """Return (n,) the images in which it fires, each once; none of parts before the count."""
        with self.results.reading() as files:
            if self.composition is None:
                concept = self.concept if self.can_fire else 0
                found = postings.images_of(files.segments, concept, files.is_coded)
                return found if self.can_fire else found[:0]
            if self._is_divided:
                return self._entries()[0]
            concepts = self.composition.concepts
            return np.flatnonzero(postings.images_with(files.segments, concepts, files.is_coded))

    def map_of(self, codes: Codes) -> NDArray[np.float32]:
        """Return (T,) float32 its strength in every cell of some codes.

        Of parts the examples must be read first (`prepare`, on a thread of its own).
        """
        if self.composition is None:
            return codes.map_of(self.concept)
        return self._coder.of(codes).map_of(0)

    def prepare(self) -> None:
        """Read what `map_of` needs; takes time for parts only."""
        if self.composition is not None:
            _ = self._coder

    # ---- how often

    def numbers(self) -> ConceptNumbers:
        """Return its numbers; those that only codes tell are 0 as long as it was not counted."""
        results = self.results
        if self.composition is None:
            if not self.can_fire:
                return ConceptNumbers(0, 0, 0.0, 0.0, 0.0)
            cells, total = int(results.cells[self.concept]), float(results.total[self.concept])
            return ConceptNumbers(
                int(results.images[self.concept]),
                cells,
                total,
                float(results.maximum[self.concept]),
                total / cells if cells else 0.0,
            )
        if self.counted is not None:
            return self.counted.numbers
        if not self.can_fire:
            return ConceptNumbers(0, 0, 0.0, 0.0, 0.0)
        if self._is_divided:
            return ConceptNumbers(0, 0, 0.0, 0.0, 0.0, is_counted=False)
        concepts = np.array(self.composition.concepts)
        with results.reading() as files:
            images = postings.images_with(files.segments, concepts.tolist(), files.is_coded).sum()
        maximum = float(results.maximum[concepts].max())
        return ConceptNumbers(int(images), 0, 0.0, maximum, 0.0, is_counted=False)

    def histogram(self, fewest: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return (borders (n + 1,), cells (n,)); without bins as long as it was not counted."""
        if self.composition is None and self.can_fire:
            return self.results.histogram(self.concept, fewest)
        if self.counted is not None:
            return self.counted.bins(fewest)
        return np.zeros(1), np.zeros(0, np.int64)

    def co_occurring(self, n: int = 12) -> list[tuple[int, float]]:
        """Return (concept, R[this, concept]) of others: where most of its activation falls too.

        Those that it is made of are none.
        """
        if self.composition is None:
            return self.results.co_occurring(self.concept, n) if self.can_fire else []
        if self.counted is None:
            return []
        others, values = self.counted.shares()
        keep = (values > 0) & ~np.isin(others, np.array(self.composition.concepts))
        others, values = others[keep], values[keep]
        order = np.lexsort((others, -values))[:n]
        return [(int(others[at]), float(values[at])) for at in order]

    def folder_sums(self) -> FolderCounted:
        """Return its counts by folder; as long as it was not counted, the images and maxima alone.

        Of composites only.
        """
        if self.counted is not None:
            return self.counted.by_folder
        image, _cell, value = self._entries()
        with self.results.reading() as files:
            of_image = files.places["folder"][image].astype(np.int64)
        folder, at = np.unique(of_image, return_inverse=True)
        maximum = np.zeros(folder.size, np.float16)
        np.maximum.at(maximum, at, value)
        nothing, images = np.zeros(folder.size, np.int64), np.bincount(at, minlength=folder.size)
        return FolderCounted(folder, images.astype(np.int64), nothing, nothing, maximum)

    # ---- inside

    @property
    def _is_divided(self) -> bool:
        return self.composition is not None and self.composition.is_divided

    @property
    def counted(self) -> CountedComposite | None:
        """What was counted of it as a composite; reads a file the first time."""
        if self.composition is None or self.store is None:
            return None
        return self.store.get(self.composition)

    @cached_property
    def _coder(self) -> CompositeCodes:
        assert self.composition is not None
        return divisions.coder(self.results, [self.composition])

    @property
    def _seed(self) -> int:
        assert self.composition is not None
        return int(self.composition.digest[:8], 16)

    def _entries(self, limit: int | None = None) -> Entries:
        """Return the strongest cell of each image, the strongest first, of all or so many."""
        assert self.composition is not None
        if self._is_divided:
            counted = self.counted
            if counted is not None:
                image, cell, value = counted.entries
                return image[:limit], cell[:limit], value[:limit]
            nothing = np.zeros(0, np.uint32)
            return nothing, nothing.astype(np.uint16), nothing.astype(np.float16)
        with self.results.reading() as files:
            concepts = self.composition.concepts
            return postings.union(files.segments, concepts, files.is_coded, limit)
