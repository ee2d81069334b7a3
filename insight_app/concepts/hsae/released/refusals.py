"""The errors for files of a release that cannot be used."""

from __future__ import annotations

from pathlib import Path

from insight_app.errors import Refusal

AGAIN = "Get the file again from where it was published."
_OR_WITHOUT = "Get the file again, or take it out of the folder to open the release without it."


def refusal(path: Path, why: str, do: str = AGAIN) -> Refusal:
    """Return the error for a file that cannot be used, nor anything else of the release."""
    return Refusal(
        f"The release cannot be used: {why}.", where=str(path), kept="Nothing was changed.", do=do
    )


def refusal_of_optional(path: Path, why: str) -> Refusal:
    """Return the error for a file that a release can do without."""
    return refusal(path, why, _OR_WITHOUT)
