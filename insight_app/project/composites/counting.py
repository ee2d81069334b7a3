"""Counting composites over the codes of a project's photos: those in which their concepts fire.

One pass for all that are asked for, of cost by codes that are not zero. Composites become codes of
their own (`concepts.statistics.composite_codes`), and everything counted of them is counted by what
counts concepts. Keeps nothing.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.composition import Composition
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.concepts.statistics import Counts, Maxima, maxima
from insight_app.concepts.statistics.composite_codes import CompositeCodes
from insight_app.concepts.statistics.composite_pairs import BesideSums, CompositePairs
from insight_app.project.analysis.counting.tally import FolderSums, flatten
from insight_app.project.composites import divisions
from insight_app.project.composites.counted import CountedComposite
from insight_app.project.composites.walking import codes_of, images_with
from insight_app.project.results.snapshot import Results

COUNTING = "Counting merged, grouped and split concepts"
_BATCH = 128
"""Photos that are counted together."""
MOST_AT_ONCE = 1024
"""Composites that are counted in one pass; more take several."""
_NO_MAXIMA = Maxima(
    np.zeros(0, np.uint16), np.zeros(0, np.uint32), np.zeros(0, np.uint16), np.zeros(0, np.float16)
)


def count(
    results: Results,
    compositions: Sequence[Composition],
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
    beside: Sequence[Composition] = (),
) -> Iterator[tuple[Composition, CountedComposite]]:
    """Yield what is counted of each composition; up to MOST_AT_ONCE share a pass over the photos.

    beside: others with which it is counted how they occur together. between: called between two
    batches of photos. May raise Cancelled.
    """
    token = cancel or CancelToken()
    beside = list(dict.fromkeys(one for one in beside if one not in set(compositions)))
    for start in range(0, len(compositions), MOST_AT_ONCE):
        some = list(dict.fromkeys(compositions[start : start + MOST_AT_ONCE]))
        running = _RunningComposites(results.F, some, beside)
        coder = divisions.coder(results, [*some, *beside])
        concepts = sorted({concept for one in some for concept in one.concepts})
        images = np.flatnonzero(images_with(results, concepts))
        with results.reading() as files:
            folder_of = files.places["folder"]
        for done, batch in _batches(results, images):
            token.check()
            progress(done, images.size, COUNTING)
            running.add(coder, batch, folder_of)
            between()
        token.check()
        progress(images.size, images.size, COUNTING)
        yield from zip(some, running.counted(), strict=True)


def _batches(
    results: Results, images: NDArray[np.integer]
) -> Iterator[tuple[int, list[tuple[int, Codes]]]]:
    """Yield (photos before it, some photos with their codes)."""
    done, batch = 0, list[tuple[int, Codes]]()
    for one in codes_of(results, images):
        batch.append(one)
        if len(batch) == _BATCH:
            yield done, batch
            done, batch = done + len(batch), []
    if batch:
        yield done, batch


class _RunningComposites:
    """Running counts of some composites."""

    def __init__(
        self, concepts: int, compositions: Sequence[Composition], beside: Sequence[Composition]
    ) -> None:
        self._concepts, self._compositions = concepts, compositions
        size = len(compositions)
        self._counts, self._folders = Counts(size), FolderSums(size)
        self._pairs = CompositePairs(size, concepts, len(beside))
        self._digests = [one.digest for one in (*compositions, *beside)]
        self._maxima = [_NO_MAXIMA]
        self._divided = np.array([one.is_divided for one in compositions], bool)

    def add(
        self,
        coder: CompositeCodes,
        batch: Sequence[tuple[int, Codes]],
        folder_of: NDArray[np.integer],
    ) -> None:
        ids = [image for image, _codes in batch]
        codes, image, cell = flatten(ids, [codes for _image, codes in batch])
        composites = coder.of(codes)
        own = composites.first(len(self._compositions))
        self._counts.add(own, image)
        self._folders.add(own, image, folder_of[image])
        self._pairs.add(composites, codes, image)
        if self._divided.any():
            found = maxima(own, image, cell)
            keep = self._divided[found.concept]
            self._maxima.append(Maxima(*(column[keep] for column in found)))

    def counted(self) -> Iterator[CountedComposite]:
        concept, image, cell, value = (
            np.concatenate(column) for column in zip(*self._maxima, strict=True)
        )
        order = np.lexsort((image, -value.astype(np.float32), concept))
        concept, image, cell, value = concept[order], image[order], cell[order], value[order]
        ends = np.searchsorted(concept, np.arange(len(self._compositions) + 1))
        counts, folders = self._counts, self._folders
        in_folder, of = np.divmod(folders.key, counts.concepts)
        for place, pairs in zip(
            range(len(self._compositions)), self._pairs.of_each(), strict=False
        ):
            run, here = slice(ends[place], ends[place + 1]), of == place
            with_concepts = pairs.where(pairs.key < self._concepts)
            own, other = self._beside(pairs)
            here_too = np.arange(len(self._digests)) != place
            yield CountedComposite(
                images=int(counts.images[place]),
                cells=int(counts.cells[place]),
                steps=int(counts.mass[place]),
                present=int(own[place]),
                maximum=counts.maximum[place],
                histogram=counts.histogram[place].copy(),
                image=image[run],
                cell=cell[run],
                value=value[run],
                folder=in_folder[here],
                folder_images=folders.images[here],
                folder_cells=folders.cells[here],
                folder_steps=folders.mass[here],
                folder_maximum=folders.maximum[here],
                others=with_concepts.key.astype(np.int64),
                together=with_concepts.cells,
                together_images=with_concepts.images,
                own=with_concepts.own,
                other=with_concepts.other,
                beside=np.array(self._digests, "S32")[here_too],
                beside_own=own[here_too],
                beside_other=other[here_too],
            )

    def _beside(self, pairs: BesideSums) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return its own mass and the other's, beside each composite; 0 where they never meet."""
        own, other = np.zeros((2, len(self._digests)), np.int64)
        composites = pairs.where(pairs.key >= self._concepts)
        place = composites.key.astype(np.int64) - self._concepts
        own[place], other[place] = composites.own, composites.other
        return own, other
