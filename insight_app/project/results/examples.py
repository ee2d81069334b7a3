"""Which places stand for a concept: bands of its strengths, one place an image.

Knows postings; nothing of photos.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.project.results import postings
from insight_app.project.results.postings import Segment
from insight_app.project.results.records import Example

BANDS = ("strongest", "middle", "threshold", "random")


def of_band(
    segments: Sequence[Segment],
    is_coded: NDArray[np.bool_],
    concept: int,
    band: str,
    limit: int,
    offset: int,
) -> list[Example]:
    """Return `limit` places of a band from `offset` on; is_coded: (N + 1,) by image_id.

    Strongest first; around the median; weakest first ("threshold"); or in a random order that stays
    the same.
    """
    if band == "strongest":
        return _examples(*postings.strongest(segments, concept, is_coded, limit, offset))
    image, cell, value = postings.of_concept(segments, concept, is_coded)
    chosen = _order(band, image.size, concept)[offset : offset + limit]
    return _examples(image[chosen], cell[chosen], value[chosen])


def _order(band: str, n: int, concept: int) -> NDArray[np.int64]:
    """Return (n,) the order of a band over entries that are sorted, strongest first."""
    if band == "middle":
        return np.argsort(np.abs(np.arange(n) - (n - 1) / 2), kind="stable")
    if band == "threshold":
        return np.arange(n)[::-1]
    if band == "random":
        return np.random.default_rng(concept).permutation(n)
    raise ValueError(f"{band!r} is none of the bands {BANDS}")


def _examples(image: NDArray[Any], cell: NDArray[Any], value: NDArray[np.float16]) -> list[Example]:
    places = zip(image.tolist(), cell.tolist(), value.tolist(), strict=True)
    return [Example(*place) for place in places]
