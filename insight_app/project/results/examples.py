"""Which places stand for a concept: bands of its strengths, one place an image.

A band alone is an order of all places (`of_band`); several beside each other share them out, so
that no place is shown twice (`side_by_side`). Knows postings; nothing of photos.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.project.results import postings
from insight_app.project.results.postings import Entries, Segment
from insight_app.project.results.records import Example

BANDS = ("strongest", "middle", "threshold", "random")
ALL = "all"
"""The one band of a concept that has too few places for several."""
FEW = 12
"""Places up to which there is one band."""


def of_band(
    segments: Sequence[Segment],
    is_coded: NDArray[np.bool_],
    concept: int,
    band: str,
    limit: int,
    offset: int,
) -> list[Example]:
    """Return `limit` places of a band from `offset` on; is_coded: (N + 1,) by image_id.

    Strongest first; around the median, of these the strongest first; weakest first ("threshold");
    or in a random order that stays the same.
    """
    if band == "strongest":
        return _examples(*postings.strongest(segments, concept, is_coded, limit, offset))
    entries = postings.of_concept(segments, concept, is_coded)
    return of_entries(entries, concept, band, limit, offset)


def of_entries(
    entries: Entries, seed: int, band: str, limit: int, offset: int = 0
) -> list[Example]:
    """Return `limit` of entries that are sorted, strongest first, in the order of a band.

    seed: what the random order is drawn with.
    """
    image, cell, value = entries
    chosen = _order(band, image.size, seed)[offset : offset + limit]
    if band == "middle":
        chosen = np.sort(chosen)
    return _examples(image[chosen], cell[chosen], value[chosen])


def side_by_side(
    segments: Sequence[Segment],
    is_coded: NDArray[np.bool_],
    concept: int,
    wanted: Mapping[str, int],
) -> dict[str, list[Example]]:
    """Return each band's first `wanted` places, no place in two; is_coded: (N + 1,) by image_id.

    Only ALL, with all places, the strongest first, where there are at most FEW.
    """
    return shared(postings.of_concept(segments, concept, is_coded), concept, wanted)


def shared(entries: Entries, seed: int, wanted: Mapping[str, int]) -> dict[str, list[Example]]:
    """Return what `side_by_side` does, of entries that are sorted, strongest first."""
    image, cell, value = entries
    if image.size <= FEW:
        return {ALL: _examples(image, cell, value)}
    return {
        band: _examples(image[chosen], cell[chosen], value[chosen])
        for band, chosen in shared_out(image.size, seed, wanted).items()
    }


def shared_out(n: int, concept: int, wanted: Mapping[str, int]) -> dict[str, NDArray[np.int64]]:
    """Return the places of each band among n that are sorted, strongest first.

    The strongest, the middle and the weakest third are where three bands take theirs from; the
    random one takes what these leave.
    """
    thirds = {"strongest": 0, "middle": 1, "threshold": 2}
    third_of = np.arange(n) * 3 // max(n, 1)
    is_taken = np.zeros(n, bool)
    found = {}
    for band, third in thirds.items():
        if band in wanted:
            order = _order(band, n, concept)
            found[band] = order[third_of[order] == third][: wanted[band]]
            is_taken[found[band]] = True
    if "middle" in found:
        found["middle"] = np.sort(found["middle"])
    if "random" in wanted:
        order = _order("random", n, concept)
        found["random"] = order[~is_taken[order]][: wanted["random"]]
    return found


def _order(band: str, n: int, concept: int) -> NDArray[np.int64]:
    """Return (n,) the order of a band over entries that are sorted, strongest first."""
    if band == "strongest":
        return np.arange(n)
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
