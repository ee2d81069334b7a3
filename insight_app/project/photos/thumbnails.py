"""Small pictures of images, kept on disk: a cache, outside the project, that may vanish any time.

Knows nothing of Qt and of who shows them.
"""

from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import platformdirs
from PIL import Image

from insight_app.files import write_whole
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.photos.parts import USUAL, FilePart, decode_part
from insight_app.project.photos.photo_file import read_bytes

SIDES = (128, 256, 512)
"""Sizes kept, by the short side in pixels; what is asked for is made of the next bigger one."""


class Pictured(Protocol):
    """What is needed of an image's record."""

    @property
    def path(self) -> Path: ...


def cache_folder() -> Path:
    return platformdirs.user_cache_path("insight-app") / "thumbnails"


def get(project: Path | str, image: Pictured, side: int, part: FilePart = USUAL) -> Image.Image:
    """Return the photo, upright RGB, short side at least `side` or the photo's own.

    part: what of a file with several pictures or channels. It comes from the cache if it is there
    and the file has not changed. KnownError if the photo cannot be read.
    """
    kept_side = next((kept for kept in SIDES if kept >= side), 0)
    if not kept_side:
        return _small(image.path, side, part)
    place = _place(image.path, kept_side, part)
    if place is not None and place.exists():
        try:
            with Image.open(place, formats=("JPEG",)) as kept:
                return kept.convert("RGB")
        except OSError:
            place.unlink(missing_ok=True)
    small = _small(image.path, kept_side, part)
    if place is not None:
        _keep(small, place)
    return small


def _small(path: Path, side: int, part: FilePart) -> Image.Image:
    picture = decode_part(read_bytes(path), path, part, short_side=side).image
    scale = side / min(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def _place(path: Path, side: int, part: FilePart) -> Path | None:
    """Return where the cache keeps it, named by path, size and time of change of the photo."""
    try:
        stat = path.stat()
    except OSError:
        return None
    key = f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0{side}\0{NEWEST_RULE}\0{part.said}".encode(
        "utf-8", "surrogateescape"
    )
    name = blake2b(key, digest_size=16).hexdigest()
    return cache_folder() / name[:2] / f"{name}.jpg"


def _keep(picture: Image.Image, place: Path) -> None:
    """Write it whole or not at all; a cache that cannot be written is no error."""
    try:
        cache_folder().mkdir(mode=0o700, parents=True, exist_ok=True)  # photos may be private
        place.parent.mkdir(exist_ok=True)
        write_whole(place, lambda file: picture.save(file, "JPEG", quality=88), sync=False)
    except OSError:
        return
