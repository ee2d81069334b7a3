"""Masks whose labels are colours, by the colours that a table gives: numbers out of pictures.

Owns how a colour is written in a table, and what is refused. Knows no files.
"""

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from insight_app.errors import Refusal

COLUMNS = ("colour", "color")
_WRITTEN = re.compile(r"#?([0-9a-fA-F]{6})|(\d{1,3})[ ,]+(\d{1,3})[ ,]+(\d{1,3})")
_MOST_NAMED = 5


def parse(text: str) -> int | None:
    """Return a colour written as #1f77b4 or as 31 119 180 in 24 bits; None for anything else."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    if found[1]:
        return int(found[1], 16)
    red, green, blue = (int(one) for one in found.groups()[1:])
    return None if max(red, green, blue) > 255 else (red << 16) + (green << 8) + blue


def numbers(pixels: NDArray[np.uint8], ids: Mapping[int, int], where: str) -> NDArray[np.int64]:
    """Return (h, w) the ids of a mask's colours (h, w, 3); ids: by colour; Refusal for others.

    Black is 0, background, unless the table says otherwise.
    """
    parts = pixels.astype(np.int64)
    packed = (parts[..., 0] << 16) + (parts[..., 1] << 8) + parts[..., 2]
    present, place = np.unique(packed, return_inverse=True)
    known = {0: 0} | dict(ids)
    unknown = [colour for colour in present.tolist() if colour not in known]
    if unknown:
        some = ", ".join(f"#{colour:06x}" for colour in unknown[:_MOST_NAMED])
        more = " and others" if len(unknown) > _MOST_NAMED else ""
        raise Refusal(
            f"This mask has colours that are not in the table of labels: {some}{more}.",
            where=where,
            do="Add them to the table; a mask is saved without smoothing and not as JPEG.",
        )
    found = np.array([known[colour] for colour in present.tolist()], np.int64)
    return found[place.reshape(packed.shape)]
