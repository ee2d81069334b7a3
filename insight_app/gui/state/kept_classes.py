"""What a project keeps of its classes: read from its files, and only read. For the pool.

Knows nothing of what is shown of it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.concepts.explain.classifier import Kind
from insight_app.errors import WorldError

if TYPE_CHECKING:
    from insight_app.project.explaining.classification import Classification
    from insight_app.project.explaining.labels import ImageLabels, LabelSet
    from insight_app.project.judgements import CurationState
    from insight_app.project.results.snapshot import Results

FOLDERS = "folders"
"""The set of labels that every project has."""


@dataclass(frozen=True, eq=False)
class KeptClasses:
    """What is known of a set of labels: the sets there are, the labels of this one, what was
    trained on it, why that does not hold any more, '' if it does, and why it cannot be read.

    has_released: whether a released probe was opened in this project.
    """

    sets: "tuple[LabelSet, ...]"
    labels: "ImageLabels"
    classification: "Classification | None"
    stale: str
    failed: WorldError | None
    has_released: bool


def read_kept(
    project: Path, results: "Results", judged: "CurationState", name: str, kind: Kind
) -> KeptClasses:
    """Read the sets of labels and what is kept of one of them; runs on the pool.

    Of the folders where there is no set of that name any more, and of the largest set where the
    folders tell nothing apart.
    """
    from insight_app.project.explaining import store
    from insight_app.project.explaining.labels import label_sets, read

    sets = tuple(label_sets(results, judged))
    name = name if name in {one.name for one in sets} else FOLDERS
    telling = [one for one in sets if one.classes > 1]
    if name == FOLDERS and telling and all(one.name != FOLDERS for one in telling):
        name = max(telling, key=lambda one: one.photos).name
    labels = read(results, judged, name)
    try:
        has_released = bool(store.files(project, None, "released"))
        kept = store.newest(project, None if kind == "released" else labels.name, kind)
    except WorldError as error:
        return KeptClasses(sets, labels, None, "", error, False)
    stale = "" if kept is None else store.is_stale(kept, store.basis_of(results, labels.digest))
    if kept is not None:
        _prepare(kept)
    return KeptClasses(sets, labels, kept, stale, None, has_released)


def _prepare(found: "Classification") -> None:
    """Work out here what takes long, and is kept: the mean of all classifiers, and the interval."""
    _ = found.classifier, found.gap


def read_new(path: Path, is_passing: bool) -> "Classification":
    """Read what the worker has just trained; runs on the pool.

    is_passing: the project could not keep it, and the file is read once.
    """
    from insight_app.project.explaining import store

    try:
        found = store.read(path)
        _prepare(found)
        return found
    finally:
        if is_passing:
            path.unlink(missing_ok=True)
