"""What lies where in a project's folder, and how one is told from other folders.

Imports nothing heavy: a window asks this of whatever it is given, on its own thread.
"""

import os
from pathlib import Path

JUDGEMENTS = "judgements.sqlite"
ANALYSIS = "analysis.sqlite"
MANIFEST = "project.json"
CODES, STATISTICS, DICTIONARY, BACKUPS = "codes", "statistics", "dictionary", "backups"
QUALITY, COMPOSITES, EXPLAIN = "quality", "composites", "explain"
LOCK = "lock"
FILES = (JUDGEMENTS, ANALYSIS, MANIFEST, LOCK)
"""How the names of files begin that lie in the project's folder itself."""
LEFT = f".{JUDGEMENTS}-"
"""How the name of what a killed program leaves of the database begins, while it makes a project."""
FOLDERS = (CODES, STATISTICS, DICTIONARY, BACKUPS, QUALITY, COMPOSITES, EXPLAIN)


def is_project(folder: Path) -> bool:
    """Return whether `folder` is a project, damaged or not: backups alone make one too."""
    if any((folder / name).exists() for name in (JUDGEMENTS, ANALYSIS, MANIFEST)):
        return True
    kept = (f"{Path(JUDGEMENTS).stem}-*.sqlite", "replaced-*.sqlite")
    return any(any((folder / BACKUPS).glob(name)) for name in kept)


def is_free(folder: Path) -> bool:
    """Return whether a project can be made here: nothing is there but what one was begun with.

    Raises OSError where that cannot be told.
    """
    if not os.path.lexists(folder):
        return True
    return folder.is_dir() and all(map(_is_begun, folder.iterdir()))


def _is_begun(path: Path) -> bool:
    """Return whether this is one of our folders without anything in it, a lock, or a leftover."""
    if path.is_symlink():
        return False
    if path.name in FOLDERS:
        return path.is_dir() and not any(path.iterdir())
    return path.is_file() and (path.name == LOCK or path.name.startswith(LEFT))
