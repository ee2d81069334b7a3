"""Released files: the project's dictionary as the field publishes them, with the curated names.

Names that a person rejected, and those of hidden concepts, are left out: an empty line. What is
merged into another one has the name of that one. D and C are those of the project's own photos.
"""

from pathlib import Path

from insight_app.concepts import hsae
from insight_app.exchange.content import Concept, Content
from insight_app.exchange.finished import Omission, left_out_of_photos
from insight_app.project.analysis.counting.running_counts import cooccurrence_of
from insight_app.project.judgements import ConceptId


def left_out(content: Content) -> tuple[Omission, ...]:
    """Return the names that are not in the list of names."""
    own = tuple(one.label for one in content.concepts if one.level is None and not one.hidden)
    without = tuple(
        one.name
        for one in content.concepts
        if one.level is not None and one.name and not one.merged_into and not _is_named(one)
    )
    merged = tuple(one.label for one in content.concepts if one.level is not None
                   and one.merged_into)  # fmt: skip
    doubtful = tuple(one.name for one in content.concepts if one.is_doubtful and _is_named(one))
    found = (
        Omission("Doubtful names stand in the list like others", doubtful),
        Omission("Names of hidden concepts, and rejected names, are left out", without),
        Omission("Merged concepts have the name of the one that stays", merged),
        Omission("Concepts that the dictionary does not have are left out", own),
    )
    return (*(one for one in found if one.names), *left_out_of_photos(content))


def write_folder(content: Content, project: Path, folder: Path) -> list[Path]:
    """Write a release into `folder`; return the files written."""
    dictionary = hsae.load(project / "dictionary")
    names = [""] * dictionary.F
    by_id = {concept.id: concept for concept in content.concepts}
    for concept in content.concepts:
        stays = by_id.get(ConceptId(concept.merged_into), concept)
        if concept.level is not None and _is_named(stays):
            names[concept.number] = stays.name
    counted = cooccurrence_of(project, dictionary.F)
    found = counted if counted.pairs.key.size else None
    return hsae.write_release(dictionary, folder, names, found)


def _is_named(concept: Concept) -> bool:
    return not concept.hidden and concept.status != "rejected"
