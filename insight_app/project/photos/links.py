"""Links in folders of photos: followed, but never in a circle, and nothing is met twice.

What a walk comes to without a link is not taken through one. Follows links to folders and files
anywhere else, each folder once. Knows no project and no SQL.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

_NO_FOLDERS_OF_PHOTOS = () if sys.platform == "win32" else ("/proc", "/sys", "/dev")
"""What lies there looks like files and is none."""
Identity = tuple[int, int]
"""Device and number of a file or folder: the same for all its names."""


def identity(found: os.stat_result) -> Identity:
    """Return what a file or folder is, whatever it is called."""
    return found.st_dev, found.st_ino


class Links:
    """Where links may lead to, and what was met through them so far.

    sources: the folders that are walked through. comes_to(source, path): whether that is met
    without a link; path: relative to the source, of a folder or file in it.
    """

    def __init__(
        self,
        sources: Sequence[Path],
        comes_to: Callable[[Path, str], bool] = lambda source, path: True,
    ) -> None:
        self._at = {os.path.realpath(source): source for source in sources}
        self._comes_to = comes_to
        self._folders: set[Identity] = set()
        self._files: set[Identity] = set()

    def leads_above(self, source: Path, real: str) -> bool:
        """Return whether a link leads to a folder that its own source lies in, or is."""
        return _holds(real, os.path.realpath(source))

    def is_no_place(self, real: str) -> bool:
        """Return whether a link leads where the system keeps what only looks like files."""
        return any(_holds(place, real) for place in _NO_FOLDERS_OF_PHOTOS)

    def met_at(self, real: str) -> str | None:
        """Return the path, relative to its source, by which a file or folder is met without a link;
        None if it is not. real: its place without links.
        """
        inside = [place for place in self._at if _holds(place, real)]
        if not inside:
            return None
        innermost = max(inside, key=len)
        below = os.path.relpath(real, innermost)
        path = "" if below == "." else Path(below).as_posix()
        return path if self._comes_to(self._at[innermost], path) else None

    def is_source(self, real: str) -> bool:
        """Return whether this is a folder that is walked through by itself."""
        return real in self._at

    def enter(self, folder: Identity) -> bool:
        """Note that a folder is met through a link; return whether it is for the first time."""
        return _is_first(self._folders, folder)

    def take(self, file: Identity) -> bool:
        """Note that a file is met through a link; return whether it is for the first time."""
        return _is_first(self._files, file)


def _is_first(known: set[Identity], one: Identity) -> bool:
    if one in known:
        return False
    known.add(one)
    return True


def _holds(folder: str, place: str) -> bool:
    return place == folder or place.startswith(folder.rstrip(os.sep) + os.sep)
