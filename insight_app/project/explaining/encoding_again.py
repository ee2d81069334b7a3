"""Photos encoded again, for what analyzing did not keep of them: their tokens, one after the other.

Only of photos that are still what was analyzed. Needs torch. Keeps nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from insight_app.project.results import reading_rule
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.concepts.encoders import DenseEncoder


def tokens_of(
    results: Results,
    encoder: DenseEncoder,
    images: Sequence[int],
    done: Callable[[int], None] = lambda more: None,
) -> Iterator[tuple[int, Tensor]]:
    """Yield (image, tokens (cells, D) float32 on the CPU), read as the analysis read it.

    A photo whose file is gone, or has another content now, is left out. done: told how many photos
    were looked at since it was called last; may raise Cancelled.
    """
    from insight_app.project.analysis.coding.batches import Batches
    from insight_app.project.analysis.coding.pipeline import (
        Photo,
        Read,
        batches,
        read_photo,
        readers_beside,
    )

    rule = reading_rule.must_be_known(results.reading_rule, results.project)
    records = {image: results.image(image) for image in images}
    photos = [Photo(one.id, one.folder, one.path, results.part) for one in records.values()]
    several = Batches(encoder)
    done(0)
    for batch in batches(
        photos,
        lambda photo: read_photo(photo, encoder, rule),
        readers_beside(encoder),
        several.size,
    ):
        reads = [
            one
            for one in batch
            if isinstance(one, Read) and one.content_hash == records[one.photo.image].content_hash
        ]
        tokens = several.tokens([one.pixels for one in reads])
        for one, grid in zip(reads, tokens, strict=True):
            yield one.photo.image, grid.flatten(0, 1)
        done(len(batch))
