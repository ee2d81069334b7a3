"""Where photos and their folders are now. Opens no file; knows nothing of projects and SQL."""

import os
from pathlib import Path


def is_there(path: Path) -> bool:
    """Return whether there is something at `path` now; a drive that fails holds nothing."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def locate(project: Path, path: str, relative: str) -> Path:
    """Return where a source is now: its own place, or the same place seen from a moved project."""
    absolute = Path(path)
    if not is_folder(absolute) and relative:
        moved = seen_from(project, relative)
        if is_folder(moved):
            return moved
    return absolute


def is_folder(path: Path) -> bool:
    """Return whether there is a folder at `path`; not one that may not be looked at."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def seen_from(project: Path, relative: str) -> Path:
    """Return the place that lies to a project as `relative` says."""
    return Path(os.path.normpath(project.resolve() / relative))
