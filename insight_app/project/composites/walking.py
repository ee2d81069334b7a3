"""Reading the codes of many photos, shard by shard, in the order in which they lie on the disk."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.project.folder import CODES
from insight_app.project.results import postings
from insight_app.project.results.code_store import Place, read_places
from insight_app.project.results.snapshot import Results


def images_with(results: Results, concepts: Sequence[int]) -> NDArray[np.bool_]:
    """Return (N + 1,) bool by image_id: the photos in which any of some concepts fires."""
    with results.reading() as files:
        return postings.images_with(files.segments, concepts, files.is_coded)


def codes_of(results: Results, images: NDArray[np.integer]) -> Iterator[tuple[int, Codes]]:
    """Yield (image_id, codes) of photos (n,) that have codes, in the order of their places."""
    with results.reading() as files:
        places = files.places
        shards = places["shard"][images]
        order = np.lexsort((places["offset"][images], shards))
        images, shards = np.asarray(images)[order], shards[order]
        for shard in np.unique(shards).tolist():
            of_shard = images[shards == shard].tolist()
            wanted = (
                (image, Place(shard, int(places["offset"][image]), int(places["bytes"][image])))
                for image in of_shard
            )
            folder = results.project / CODES
            for image, record in read_places(folder, shard, wanted, results.F):
                yield image, record.codes()
