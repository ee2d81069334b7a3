"""What lies where in a project's folder, and how one is told from other folders.

Imports nothing heavy: a window asks this of whatever it is given, on its own thread.
"""

from pathlib import Path

JUDGEMENTS = "judgements.sqlite"
ANALYSIS = "analysis.sqlite"
MANIFEST = "project.json"
CODES, STATISTICS, DICTIONARY, BACKUPS = "codes", "statistics", "dictionary", "backups"
LOCK = "lock"
FILES = (JUDGEMENTS, ANALYSIS, MANIFEST, LOCK)
"""How the names of files begin that lie in the project's folder itself."""
FOLDERS = (CODES, STATISTICS, DICTIONARY, BACKUPS)


def is_project(folder: Path) -> bool:
    """Return whether `folder` is a project, damaged or not: backups alone make one too."""
    if any((folder / name).exists() for name in (JUDGEMENTS, ANALYSIS, MANIFEST)):
        return True
    kept = (f"{Path(JUDGEMENTS).stem}-*.sqlite", "replaced-*.sqlite")
    return any(any((folder / BACKUPS).glob(name)) for name in kept)
