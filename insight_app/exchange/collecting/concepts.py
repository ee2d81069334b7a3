"""Concepts of an export, from the catalogue."""

from collections.abc import Iterable, Mapping
from math import isnan
from typing import TYPE_CHECKING

from insight_app.exchange.collecting.sayings import Sayings
from insight_app.exchange.content import (
    Concept,
    ExportedAlias,
    ExportedMark,
    ExportedName,
    SaidBy,
    Who,
    clean,
    short,
)
from insight_app.project.judgements import ConceptId, CurationState
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.targets import alias_target, mark_target, member_target
from insight_app.project.results.candidates import as_shown
from insight_app.project.results.records import ImageRecord

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results

STATUSES = ("unreviewed", "accepted", "unsure", "rejected")
_SAID = {"name": "name", "status": "status", "hidden": "hidden", "note": "note",
         "definition": "definition"}  # fmt: skip


def concepts(
    catalogue: Catalogue,
    results: "Results",
    state: CurationState,
    sayings: Sayings,
    photos: Mapping[str, ImageRecord],
) -> tuple[Concept, ...]:
    """Return all concepts: this dictionary's by number, then all others by id.

    photos: by the hash of their content, those that are marked.
    """
    found = (
        _concept(catalogue, results, state, sayings, photos, row) for row in range(catalogue.size)
    )
    return tuple(sorted(found, key=_place))


def _concept(
    catalogue: Catalogue,
    results: "Results",
    state: CurationState,
    sayings: Sayings,
    photos: Mapping[str, ImageRecord],
    row: int,
) -> Concept:
    identifier = catalogue.id_of(row)
    by_machine = row < results.F
    name = clean(catalogue.names[row])
    named_by: Who = "person" if catalogue.by_person[row] else "machine" if name else "nobody"
    said = state.concepts.get(identifier)
    candidates = tuple(
        ExportedName(
            clean(one.term),
            one.reading,
            None if one.score is None else short(one.score),
            clean(one.definition),
            None if one.probability is None else short(one.probability),
        )
        for one in as_shown(results.candidates(row) if by_machine else ())
    )
    holder = catalogue.holder(row)
    composed = catalogue.composition(row)
    return Concept(
        id=identifier,
        number=row,
        name=name,
        named_by=named_by,
        machine_name=clean(results.machine_names[row]) if by_machine else "",
        candidates=candidates,
        status=STATUSES[int(catalogue.status[row])],
        status_name=clean((said and said.status_name) or ""),
        hidden=bool(catalogue.hidden[row]),
        note=clean(catalogue.notes.get(row, "")),
        level=int(catalogue.level[row]) if by_machine else None,
        images=int(catalogue.images[row]),
        cells=int(catalogue.cells[row]),
        total=short(catalogue.total[row]),
        maximum=short(catalogue.maximum[row]),
        mean=short(catalogue.mean[row]),
        name_probability=known(results.name_probability[row]) if by_machine else None,
        is_doubtful=bool(catalogue.doubtful[row]),
        name_from=results.name_source(row) if by_machine else "",
        name_before=clean(results.names_before[row]) if by_machine else "",
        clarity=known(catalogue.clarity[row]),
        has_nothing_in_common=not catalogue.in_common[row],
        aliases=tuple(
            ExportedAlias(clean(one.text), one.language,
                          sayings.of(alias_target(identifier, one), "listed"))
            for one in catalogue.aliases(row)
        ),
        definition=clean(catalogue.definitions.get(row, "")),
        merged_into="" if holder == row else catalogue.id_of(holder),
        members=_ids(catalogue, catalogue.members(row)),
        parts=_ids(catalogue, catalogue.parts(row)),
        wholes=_ids(catalogue, catalogue.wholes(row)),
        made_of=_ids(catalogue, composed.concepts if composed else ()),
        is_counted=composed is None or bool(catalogue.is_counted[row]),
        kept_apart=_ids(catalogue, catalogue.kept_apart(row) if holder == row else ()),
        marks=_marks(catalogue, sayings, photos, row),
        said=_said_of(catalogue, state, sayings, row),
    )  # fmt: skip


def known(value: float) -> float | None:
    """Return a number as exported, None where it is not known."""
    return None if isnan(value) else short(value)


def _ids(catalogue: Catalogue, rows: Iterable[int]) -> tuple[ConceptId, ...]:
    return tuple(map(catalogue.id_of, rows))


def _marks(
    catalogue: Catalogue, sayings: Sayings, photos: Mapping[str, ImageRecord], row: int
) -> tuple[ExportedMark, ...]:
    found = []
    for mark, is_example in sorted(catalogue.marks(row).items()):
        photo = photos.get(mark.image)
        box = None
        if photo is not None and mark.cell < photo.geometry.cells:
            x, y, width, height = map(short, photo.geometry.cell_rect(mark.cell))
            box = (x, y, width, height)
        said_by = sayings.of(mark_target(catalogue.id_of(row), mark), "is_example")
        path = clean(str(photo.path)) if photo is not None else ""
        found.append(ExportedMark(mark.image, path, mark.cell, box, is_example, said_by))
    return tuple(found)


def _said_of(
    catalogue: Catalogue, state: CurationState, sayings: Sayings, row: int
) -> dict[str, SaidBy]:
    """Return who said what stands of a concept, its merge and its being a part among it."""
    identifier = catalogue.id_of(row)
    found = sayings.all_of(identifier, _SAID)
    for holder in sorted(state.holders.get(identifier, ())):
        found |= sayings.all_of(member_target(holder, identifier), {"merged": "merged_into"})
    for whole in sorted(state.wholes.get(identifier, ())):
        found |= sayings.all_of(member_target(identifier, whole), {"split": "wholes"})
    return found


def _place(concept: Concept) -> tuple[bool, int, str]:
    is_extra = concept.level is None
    return (is_extra, 0 if is_extra else concept.number, concept.id)
