"""The shipped files: dictionary, vocabulary, demo photos, licences.

Knows nothing of what the files mean.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "_resources", _PACKAGE.parent / "resources")


def path(name: str = "") -> Path:
    """Return the absolute path of the shipped file or folder `name` ("" = the folder of all).

    Raises FileNotFoundError if the installation lacks it.
    """
    for root in _ROOTS:
        candidate = root / name
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"This installation of Insight lacks its resource {name!r}.")
