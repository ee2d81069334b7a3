"""Taking what an export says from an open project.

The one module of this floor that knows the project's catalogue and results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from insight_app import __version__
from insight_app.errors import Refusal, WorldError
from insight_app.exchange.content import (
    DEFAULT_LANGUAGE,
    Concept,
    Content,
    ExportedName,
    ExportedPlace,
    Provenance,
    Relation,
    Who,
    clean,
    short,
)
from insight_app.project.judgements import CurationState, Judgement
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.hierarchy import Edge, ReviewStatus
from insight_app.project.project import Project
from insight_app.project.results.candidates import as_shown
from insight_app.project.results.records import Example, ImageRecord

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results

PLACES = 30
"""Strongest places of a concept that are exported."""
_STATUSES = ("unreviewed", "accepted", "unsure", "rejected")


def collect(project: Project, *, has_places: bool = False) -> Content:
    """Return everything to be exported; Refusal before the first results are there.

    has_places: with the strongest places of each concept, which take a while to be read.
    Damaged judgements are not exported: what can still be read is a backup, and a file made of it
    would lack what was judged since without saying so.
    """
    if project.damage is not None:
        raise WorldError(
            project.why_read_only,
            where=str(project.path),
            kept="Nothing was written.",
            do="Open the project in the window, restore the newest backup, and export then.",
        )
    results = project.results()
    if results is None:
        raise Refusal(
            "There is nothing to export yet: no image of this project has been analyzed.",
            where=str(project.path),
            do="Analyze it first: insight-app analyze FOLDER -o PROJECT",
        )
    with results:
        entries = project.judgements.entries()
        content = content_of(project.name, results, project.judgements.state, entries)
        return with_places(content, results) if has_places else content


def content_of(
    name: str, results: Results, state: CurationState, entries: Sequence[Judgement]
) -> Content:
    """Return what an export says of these results with these judgements over them, no places."""
    catalogue = Catalogue(results, state)
    _check_numbers(catalogue)
    circular = [_relation(catalogue, results, state, edge) for edge in catalogue.dropped]
    return Content(
        _provenance(name, results, state),
        tuple(sorted(_concepts(catalogue, results, state), key=_place)),
        _relations(catalogue, results, state),
        tuple(_judgement(entry) for entry in entries),
        tuple(sorted(circular, key=lambda one: (one.child, one.parent))),
    )


def with_places(content: Content, results: Results) -> Content:
    """Return a content in which each concept has its strongest places, one an image."""
    image = lru_cache(maxsize=None)(results.image)

    def places(concept: Concept) -> tuple[ExportedPlace, ...]:
        if concept.level is None:
            return ()
        found = results.examples(concept.number, "strongest", PLACES)
        try:
            return tuple(_place_of(image(one.image_id), one) for one in found)
        except KeyError as error:
            raise WorldError(
                f"The results are damaged (they name image {error}, which is not in the project).",
                where=str(results.project),
                kept="Codes and judgements are kept in other files.",
                do="Run `insight-app check PROJECT --repair`.",
            ) from error

    concepts = (replace(one, places=places(one)) for one in content.concepts)
    return replace(content, concepts=tuple(concepts))


def _place_of(image: ImageRecord, example: Example) -> ExportedPlace:
    x, y, width, height = map(short, image.geometry.cell_rect(example.cell))
    box = (x, y, width, height)
    return ExportedPlace(clean(str(image.path)), example.cell, box, short(example.value))


def _check_numbers(catalogue: Catalogue) -> None:
    """Raise WorldError where a number is none: no format could say it."""
    for values in (catalogue.total, catalogue.maximum, catalogue.mean):
        if not np.isfinite(np.asarray(values, np.float64)).all():
            raise WorldError(
                "The counts of this project are damaged: some of its numbers are none.",
                kept="Nothing was written.",
                do="Check it (insight-app check PROJECT), then analyze it again.",
            )


def _provenance(name: str, results: Results, state: CurationState) -> Provenance:
    encoder, fingerprint = results.encoder
    return Provenance(
        project=clean(name),
        insight_version=__version__,
        encoder=encoder,
        encoder_fingerprint=fingerprint,
        dictionary=clean(results.dictionary.title),
        dictionary_fingerprint=results.dictionary.fingerprint,
        run_state=results.run_state,
        images=int(results.image_count),
        coded_images=int(results.coded_images),
        cells=int(results.tokens),
        language=state.language or DEFAULT_LANGUAGE,
        relations_above=_above(results, "data"),
        dictionary_relations_above=_above(results, "dictionary"),
        names_rule=clean(results.names_rule),
        names_unit=clean(results.names_unit),
        names_photos=results.names_photos,
        clarity_bound=_known(results.clarity_bound),
    )


def _concepts(catalogue: Catalogue, results: Results, state: CurationState) -> list[Concept]:
    return [_concept(catalogue, results, state, row) for row in range(catalogue.size)]


def _concept(catalogue: Catalogue, results: Results, state: CurationState, row: int) -> Concept:
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
    return Concept(
        id=identifier,
        number=row,
        name=name,
        named_by=named_by,
        machine_name=clean(results.machine_names[row]) if by_machine else "",
        candidates=candidates,
        status=_STATUSES[int(catalogue.status[row])],
        status_name=clean((said and said.status_name) or ""),
        hidden=bool(catalogue.hidden[row]),
        note=clean(catalogue.notes.get(row, "")),
        level=int(catalogue.level[row]) if by_machine else None,
        images=int(catalogue.images[row]),
        cells=int(catalogue.cells[row]),
        total=short(catalogue.total[row]),
        maximum=short(catalogue.maximum[row]),
        mean=short(catalogue.mean[row]),
        name_probability=_known(results.name_probability[row]) if by_machine else None,
        is_doubtful=bool(catalogue.doubtful[row]),
        name_from=results.name_source(row) if by_machine else "",
        name_before=clean(results.names_before[row]) if by_machine else "",
        clarity=_known(catalogue.clarity[row]),
        has_nothing_in_common=not catalogue.in_common[row],
    )


def _known(value: float) -> float | None:
    """Return a number as exported, None where it is not known."""
    return None if isnan(value) else short(value)


def _place(concept: Concept) -> tuple[bool, int, str]:
    """Return what concepts are sorted by: this dictionary's by number, then all others by id."""
    is_extra = concept.level is None
    return (is_extra, 0 if is_extra else concept.number, concept.id)


def _relations(
    catalogue: Catalogue, results: Results, state: CurationState
) -> tuple[Relation, ...]:
    """Return those in force, those that a person rejected and those that others imply, by the ids
    of child and parent.
    """
    withdrawn = (edge for row in range(catalogue.size) for edge in catalogue.withdrawn(row))
    edges = (*catalogue.edges(), *withdrawn, *catalogue.implied)
    found = [_relation(catalogue, results, state, edge) for edge in edges]
    return tuple(sorted(found, key=lambda one: (one.child, one.parent)))


def _relation(catalogue: Catalogue, results: Results, state: CurationState, edge: Edge) -> Relation:
    pair = catalogue.id_of(edge.child), catalogue.id_of(edge.parent)
    said = state.relations.get(pair)
    found = None if edge.index is None else results.edges.measured(edge.index)
    plain = Relation(
        child=pair[0],
        parent=pair[1],
        strength=None,
        back=None,
        cells=edge.cells,
        images=edge.images,
        source=edge.source,
        status=(said and said.status) or "unreviewed",
        decided_by="person"
        if edge.by_person or edge.status == ReviewStatus.REJECTED
        else "machine",
        above=_above(results, edge.source),
    )
    if found is None:
        return plain
    low, high = found.interval or (None, None)
    near_low, near_high = found.absorption_interval or (None, None)
    return replace(
        plain,
        strength=short(found.strength),
        back=short(found.reverse_strength),
        implied=found.implied and not edge.by_person,
        asymmetry=short(found.asymmetry),
        silent=_short(found.silent),
        low=_short(low),
        high=_short(high),
        absorption=_short(found.absorption),
        absorption_low=_short(near_low),
        absorption_high=_short(near_high),
    )


def _above(results: Results, source: str) -> float | None:
    """Return the share that relations of a source had to exceed, None where that is not known."""
    here, dictionary = results.relations_above
    return {"data": here, "dictionary": dictionary}.get(source) or None


def _short(value: float | None) -> float | None:
    return None if value is None else short(value)


def _judgement(entry: Judgement) -> dict[str, Any]:
    """Return an entry of the log as JSON values."""
    values = {**asdict(entry), "utc": entry.utc.isoformat()}
    cleaned: dict[str, Any] = _cleaned(values)
    return cleaned


def _cleaned(value: Any) -> Any:
    """Return JSON values with every text cleaned."""
    if isinstance(value, dict):
        return {clean(name): _cleaned(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return clean(value) if isinstance(value, str) else value
