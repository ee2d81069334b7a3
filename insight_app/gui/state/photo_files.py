"""Whether the file of a photo is still the one that was analyzed: another picture may lie there.

Asks the disk, so for threads only. The same rule as a look at the folders has: size and time of
change, and where only the time is another, the content.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.errors import KnownError

if TYPE_CHECKING:
    from insight_app.project.results.records import ImageRecord

Stamp = tuple[int, int]
"""Size and time of change of a file."""


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of a file, None where it is not there."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def is_changed(record: "ImageRecord", stamp: Stamp | None) -> bool:
    """Return whether an analyzed photo's file, which has this stamp now, is another than then.

    One that is gone or cannot be read is not: whoever loads it says so.
    """
    from insight_app.project.photos.photo_file import hash_content

    if record.status != "coded" or stamp is None or stamp == (record.size, record.mtime_ns):
        return False
    if record.content_hash is None or stamp[0] != record.size:
        return True
    try:
        return hash_content(record.path) != record.content_hash
    except KnownError:
        return False
