"""Released files: the project's dictionary as the field publishes them, with the curated names.

Names that a person rejected, and those of hidden concepts, are left out: an empty line. D and C are
those of the project's own photos.
"""

from pathlib import Path

from insight_app.concepts import hsae
from insight_app.exchange.content import Concept, Content, Omission
from insight_app.project.analysis.counting.running_counts import cooccurrence_of


def left_out(content: Content) -> tuple[Omission, ...]:
    """Return the names that are not in the list of names."""
    own = tuple(one.label for one in content.concepts if one.level is None and not one.hidden)
    without = tuple(
        one.name for one in content.concepts if one.level is not None and one.name
        and not _is_named(one)
    )  # fmt: skip
    doubtful = tuple(one.name for one in content.concepts if one.is_doubtful and _is_named(one))
    found = (
        Omission("Doubtful names stand in the list like others", doubtful),
        Omission("Names of hidden concepts, and rejected names, are left out", without),
        Omission("Concepts that the dictionary does not have are left out", own),
    )
    return tuple(one for one in found if one.names)


def write_folder(content: Content, project: Path, folder: Path) -> list[Path]:
    """Write a release into `folder`; return the files written."""
    dictionary = hsae.load(project / "dictionary")
    names = [""] * dictionary.F
    for concept in content.concepts:
        if concept.level is not None and _is_named(concept):
            names[concept.number] = concept.name
    counted = cooccurrence_of(project, dictionary.F)
    found = counted if counted.pairs.key.size else None
    return hsae.write_release(dictionary, folder, names, found)


def _is_named(concept: Concept) -> bool:
    return not concept.hidden and concept.status != "rejected"
