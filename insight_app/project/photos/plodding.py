"""Files that keep Pillow's own Python busy far longer than their pixels would.

An endless list of comments, segments or chunks costs a loop each, of which nobody learns the end.
Such files are told here cheaply, and left to the decoding process, whose time is limited. The
numbers count work, not time, so that a file is always read in the same way.
"""

import io

from PIL import Image

from insight_app.project.photos.formats import GIF, WEBP, ImageKind

MOST_PARTS = 100_000
"""So often may be read from a file: 25,000 chunks of a PNG, far more than any photo has."""
MOST_BEFORE_PIXELS = 2**22
"""Bytes of metadata before the pixels; a GIF's are put together one small block at a time."""
_MOST_BEFORE_GIF = 2**20
_MOST_BY_PYTHON = 2**21
"""Pixels that decoders of Pillow's which are Python may do at once: plain text, RLE of BMP."""
MOST_BLOCKS = 10 * MOST_PARTS
"""Of a GIF, each of 255 bytes at most."""
_EXTENSION, _PICTURE, _END = 0x21, 0x2C, 0x3B


class TooMuch(Exception):
    """Reading a file takes too many steps to be done at once."""


class MeteredFile(io.BytesIO):
    """A file in memory that raises TooMuch when it is read in too many parts.

    Until `pixels_follow`, too many bytes are too much too.
    """

    def __init__(self, data: bytes, kind: ImageKind) -> None:
        super().__init__(data)
        self._parts = MOST_PARTS
        self._bytes = _MOST_BEFORE_GIF if kind is GIF else MOST_BEFORE_PIXELS
        if kind is WEBP:  # read whole, by libwebp
            self._bytes = 2 * len(data) + 64

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(size)
        self._parts -= 1
        self._bytes -= len(part)
        if self._parts < 0 or self._bytes < 0:
            raise TooMuch
        return part

    def pixels_follow(self) -> None:
        """Let as many bytes be read as there are."""
        self._bytes = MOST_PARTS * len(self.getbuffer())


def is_decoded_by_python(opened: Image.Image) -> bool:
    """Return whether pixels are gone through one by one, and are many."""
    tiles = getattr(opened, "tile", ())
    is_python = any(tile[0] in Image.DECODERS for tile in tiles)
    return is_python and opened.width * opened.height > _MOST_BY_PYTHON


def gif_pictures(data: bytes, most: int = MOST_BLOCKS) -> int:
    """Return how many pictures a GIF holds, up to its end; TooMuch if it has more blocks than that.

    Pillow itself would go through them far more slowly.
    """
    at, number, left = 13 + _palette(data[10:11]), 0, most
    size = len(data)
    while at < size:
        block = data[at]
        if block == _PICTURE:
            number += 1
            at += 11 + _palette(data[at + 9 : at + 10])
        elif block == _EXTENSION:
            at += 2
        elif block == _END:
            break
        else:
            at, left = at + 1, left - 1
            if left < 0:
                raise TooMuch
            continue
        while at < size and (length := data[at]):
            at, left = at + length + 1, left - 1
            if left < 0:
                raise TooMuch
        at, left = at + 1, left - 1
    return number


def _palette(flags: bytes) -> int:
    """Return how many bytes of colours follow a GIF's flags."""
    return 3 * (2 << (flags[0] & 7)) if flags and flags[0] & 0x80 else 0
