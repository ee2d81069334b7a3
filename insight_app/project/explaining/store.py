"""Where a project's classifications are kept, and whether one is out of date.

Each is one file in the project's folder `explain`, written whole and never changed; the newest few
of every kind and set of labels stay. Nothing here needs torch. Knows nothing of how photos are
classified.
"""

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from insight_app.concepts.explain.classifier import Kind
from insight_app.disk_errors import disk_errors
from insight_app.errors import WorldError
from insight_app.figures import counted
from insight_app.files import read_regular, write_whole
from insight_app.project.explaining.classification import (
    MOST_BYTES,
    Classification,
    ClassificationBasis,
    from_bytes,
)
from insight_app.project.folder import EXPLAIN
from insight_app.project.results.snapshot import Results
from insight_app.project.storage.plain_files import must_be_plain

RULES = 1
"""The version of how photos are classified: raised when the same labels would give other figures.
"""
KEPT = 3
"""Classifications of one set of labels that stay."""
_BEGINS: Mapping[Kind, str] = {"probe": "classes", "zero-shot": "typed", "released": "released"}
"""How the name of a file begins, by what classifies."""
_NAME = re.compile(
    r"(?P<kind>classes|typed|released)-(?P<set>[0-9a-f]{8})-(?P<when>\d{8}T\d{6}Z)-[0-9a-f]{6}\.npz"
)


def store(project: Path, found: Classification) -> Path:
    """Write a classification into the project; return its file. WorldError if it cannot be."""
    must_be_plain(project)
    folder = project / EXPLAIN
    when = re.sub(r"[-:]|\.\d+", "", found.made.replace("+00:00", "Z"))
    kind = found.classifiers[0].kind
    start = f"{_BEGINS[kind]}-{_of_set(found.label_set)}"
    path = folder / f"{start}-{when}-{uuid4().hex[:6]}.npz"
    with disk_errors("The classification cannot be kept in the project", where=folder):
        folder.mkdir(exist_ok=True)
        write_whole(path, lambda file: file.write(found.to_bytes()))
    for old in files(project, found.label_set, kind)[KEPT:]:
        with suppress(OSError):
            old.unlink(missing_ok=True)
    return path


def files(project: Path, label_set: str | None = None, kind: Kind = "probe") -> list[Path]:
    """Return the files of classifications, the newest first; of one second, as they were written.

    label_set: whose labels they are judged by, None = any. kind: what classifies.
    """
    folder = project / EXPLAIN
    with disk_errors("The classifications cannot be listed", where=folder):
        if not folder.is_dir() or folder.is_symlink():
            return []
        found = [
            (match, path)
            for path in folder.iterdir()
            if (match := _NAME.fullmatch(path.name)) and match["kind"] == _BEGINS[kind]
        ]
    wanted = None if label_set is None else _of_set(label_set)
    chosen = [
        (match["when"], _written(path), path)
        for match, path in found
        if wanted in (None, match["set"])
    ]
    return [path for *_when, path in sorted(chosen, reverse=True)]


def _written(path: Path) -> int:
    """Return when a file was written, in nanoseconds; 0 for one that is gone meanwhile."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def read(path: Path) -> Classification:
    """Return the classification in a file; WorldError where it cannot be read."""
    with disk_errors("The classification cannot be read", where=path):
        data = read_regular(path, MOST_BYTES)
    try:
        return from_bytes(data)
    except ValueError as error:
        raise WorldError(
            f"This classification is damaged, or a newer Insight wrote it ({error}).",
            where=str(path),
            kept="Labels and judgements are kept in other files.",
            do="Train again, and delete this file.",
        ) from error


def newest(
    project: Path, label_set: str | None = None, kind: Kind = "probe"
) -> Classification | None:
    """Return the newest of `files`, None if there is none; WorldError where it cannot be read."""
    found = files(project, label_set, kind)
    return read(found[0]) if found else None


def basis_of(results: Results, labels: str) -> ClassificationBasis:
    """Return what a classification of these results would be computed from.

    labels: the digest of the labels.
    """
    return ClassificationBasis(
        generation=results.generation,
        photos=results.coded_images,
        encoder=results.encoder[1],
        dictionary=results.dictionary.fingerprint,
        reading_rule=results.reading_rule,
        labels=labels,
        rules=RULES,
    )


def is_stale(found: Classification, now: ClassificationBasis) -> str:
    """Return why a classification does not hold for labels and results as they are; '' if it does.

    A generation that only names concepts anew changes nothing.
    """
    then = found.basis
    if then.dictionary != now.dictionary:
        return "The project has another dictionary now."
    if then.encoder != now.encoder or then.reading_rule != now.reading_rule:
        return "The photos were coded again since, with another encoder or read in another way."
    if then.rules != now.rules:
        return "Another version of Insight trained this, by other rules."
    if then.labels != now.labels:
        return "Labels changed since, or photos came or went."
    if then.photos != now.photos:
        return f"It is of {counted(then.photos, 'photo')}; now {now.photos:,} are analyzed."
    return ""


def _of_set(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
