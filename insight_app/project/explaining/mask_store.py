"""Where scores against masks are kept, whether they are out of date, and an unfinished run's part.

Files in the project's folder `explain`, written whole; the newest few stay. Nothing here needs
torch. Knows nothing of how photos are segmented.
"""

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError, WorldError
from insight_app.figures import counted
from insight_app.files import read_regular, write_whole
from insight_app.plain_arrays import read_npz
from insight_app.project.explaining.mask_scores import (
    MOST_BYTES,
    WAYS,
    MaskScores,
    SegmentationBasis,
    from_bytes,
)
from insight_app.project.folder import EXPLAIN
from insight_app.project.results.snapshot import Results
from insight_app.project.storage.plain_files import must_be_plain

RULES = 1
"""The version of the measures: raised when the same masks would give other figures."""
KEPT = 3
_NAME = re.compile(r"segments-(?P<when>\d{8}T\d{6}Z)-[0-9a-f]{6}\.npz")


def store(project: Path, found: MaskScores) -> Path:
    """Write scores into the project; return their file. WorldError if that cannot be done."""
    must_be_plain(project)
    folder = project / EXPLAIN
    when = re.sub(r"[-:]|\.\d+", "", found.made.replace("+00:00", "Z"))
    path = folder / f"segments-{when}-{uuid4().hex[:6]}.npz"
    with disk_errors("The scores against masks cannot be kept in the project", where=folder):
        folder.mkdir(exist_ok=True)
        write_whole(path, lambda file: file.write(found.to_bytes()))
    for old in files(project)[KEPT:]:
        with suppress(OSError):
            old.unlink(missing_ok=True)
    return path


def files(project: Path) -> list[Path]:
    """Return the files of scores, the newest first."""
    folder = project / EXPLAIN
    with disk_errors("The scores against masks cannot be listed", where=folder):
        if not folder.is_dir() or folder.is_symlink():
            return []
        return sorted((one for one in folder.iterdir() if _NAME.fullmatch(one.name)), reverse=True)


def read(path: Path) -> MaskScores:
    """Return the scores in a file; WorldError where they cannot be read."""
    with disk_errors("The scores against masks cannot be read", where=path):
        data = read_regular(path, MOST_BYTES)
    try:
        return from_bytes(data)
    except ValueError as error:
        raise WorldError(
            f"These scores against masks are damaged, or a newer Insight wrote them ({error}).",
            where=str(path),
            kept="Masks and judgements are kept in other files.",
            do="Measure again, and delete this file.",
        ) from error


def newest(project: Path) -> MaskScores | None:
    """Return the newest scores; None if there are none, WorldError where they cannot be read."""
    found = files(project)
    return read(found[0]) if found else None


def is_stale(found: MaskScores, results: Results, masks: str | None = None) -> str:
    """Return why scores do not hold for the project as it is now; '' if they do.

    masks: the digest of the masks as they are now, None = they are not looked at.
    """
    then = found.basis
    if then.dictionary != results.dictionary.fingerprint:
        return "The project has another dictionary now."
    if then.encoder != results.encoder[1] or then.reading_rule != results.reading_rule:
        return "The photos were coded again since, with another encoder or read in another way."
    if then.rules != RULES:
        return "Another version of Insight measured this, by other rules."
    if masks not in (None, then.masks):
        return "The masks, or the table of their labels, changed since."
    if then.photos != results.coded_images:
        return (
            f"Photos came or went: {counted(then.photos, 'photo')} were analyzed then, "
            f"{results.coded_images:,} now."
        )
    return ""


class Unfinished:
    """What a run has counted so far, kept so that one that was stopped goes on from there."""

    def __init__(self, project: Path, basis: SegmentationBasis) -> None:
        digest = hashlib.sha256(json.dumps(asdict(basis), sort_keys=True).encode()).hexdigest()
        self._project = project
        self._path = project / EXPLAIN / f"segments-unfinished-{digest[:16]}.npz"

    def read(self, classes: int) -> dict[int, NDArray[np.int64]]:
        """Return (4, C, 3) counts by image; {} where nothing useful was kept."""
        with suppress(OSError, ValueError, KeyError, KnownError):
            arrays = read_npz(self._path)
            images, counts = arrays["images"], arrays["counts"]
            if counts.shape == (images.size, len(WAYS), classes, 3):
                return dict(zip(images.tolist(), counts.astype(np.int64), strict=True))
        return {}

    def write(self, found: dict[int, NDArray[np.int64]]) -> None:
        """Keep the counts, if the disk lets us."""
        if not found:
            return
        images, counts = np.array([*found], np.int64), np.stack([*found.values()])
        with suppress(OSError, KnownError):
            must_be_plain(self._project)
            self._path.parent.mkdir(exist_ok=True)
            write_whole(
                self._path,
                lambda file: np.savez_compressed(file, images=images, counts=counts),
                sync=False,
            )

    def remove(self) -> None:
        """Remove what was kept: the run has ended."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
