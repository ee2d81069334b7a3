"""Taking what an export says from an open project.

The one room of this floor that knows the project's catalogue and results; `concepts`, `relations`
and `sayings` each take their part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from insight_app import __version__
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import Refusal, WorldError
from insight_app.exchange.collecting import concepts, relations
from insight_app.exchange.collecting.sayings import Sayings
from insight_app.exchange.content import (
    DEFAULT_LANGUAGE,
    Concept,
    Content,
    ExportedLabel,
    ExportedPlace,
    ExportedTag,
    Provenance,
    clean,
    short,
)
from insight_app.project.composites import numbers
from insight_app.project.composites.divisions import images_of
from insight_app.project.composites.reader import ConceptReader
from insight_app.project.judgements import CurationState, Judgement
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.targets import label_target, tag_target
from insight_app.project.project import Project
from insight_app.project.results.contents import paths_of
from insight_app.project.results.records import Example, ImageRecord

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results

PLACES = 30
"""Strongest places of a concept that are exported."""


def collect(
    project: Project,
    *,
    has_places: bool = False,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Content:
    """Return everything to be exported; Refusal before the first results are there.

    has_places: with the strongest places of each concept, which take a while to be read.
    What is merged, grouped or split is counted first if need be: progress and cancel are of that.
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
        state, entries = project.judgements.state, project.judgements.entries()
        catalogue = Catalogue(results, state)
        store = numbers.count(catalogue, results, progress, cancel)
        photos = _photos(results, state)
        labelled = paths_of(results, {one for labels in state.labels.values() for one in labels})
        content = content_of(project.name, results, state, entries, catalogue, photos, labelled)
        if not has_places:
            return content

        def reader(concept: Concept) -> ConceptReader:
            row = concept.number
            own = row if row < results.F else -1
            return ConceptReader(results, own, catalogue.composition(row), store)

        return with_places(content, results, reader)


def content_of(
    name: str,
    results: Results,
    state: CurationState,
    entries: Sequence[Judgement],
    catalogue: Catalogue | None = None,
    photos: Mapping[str, ImageRecord] | None = None,
    labelled: Mapping[str, Path] | None = None,
) -> Content:
    """Return what an export says of these results with these judgements over them, no places.

    catalogue: of both, if there is one.  photos: those that are marked or tagged, by the hash of
    their content; labelled: where those are that have a label.
    """
    shown = Catalogue(results, state) if catalogue is None else catalogue
    there = photos or {}
    _check_numbers(shown)
    sayings = Sayings(entries)
    return Content(
        _provenance(name, results, state),
        concepts.concepts(shown, results, state, sayings, there),
        relations.relations(shown, results, state, sayings),
        tuple(_judgement(entry) for entry in entries),
        relations.circular(shown, results, state, sayings),
        _tags(state, sayings, there),
        _labels(state, sayings, labelled or {}),
    )


def with_places(
    content: Content, results: Results, reader: Callable[[Concept], ConceptReader]
) -> Content:
    """Return a content in which each concept has its strongest places, one an image."""
    image = lru_cache(maxsize=None)(results.image)

    def places(concept: Concept) -> tuple[ExportedPlace, ...]:
        found = reader(concept).examples("strongest", PLACES)
        try:
            return tuple(_place_of(image(one.image_id), one) for one in found)
        except KeyError as error:
            raise WorldError(
                f"The results are damaged (they name image {error}, which is not in the project).",
                where=str(results.project),
                kept="Codes and judgements are kept in other files.",
                do="Run `insight-app check PROJECT --repair`.",
            ) from error

    found = (replace(one, places=places(one)) for one in content.concepts)
    return replace(content, concepts=tuple(found))


def _photos(results: Results, state: CurationState) -> dict[str, ImageRecord]:
    """Return the photos that persons marked or tagged, by the hash of their content."""
    marked = {mark.image for marks in state.marks.values() for mark in marks}
    found = images_of(results, marked | state.tags.keys())
    return {content: results.image(image) for content, image in found.items()}


def _tags(
    state: CurationState, sayings: Sayings, photos: Mapping[str, ImageRecord]
) -> tuple[ExportedTag, ...]:
    found = (
        ExportedTag(
            content,
            clean(str(photos[content].path)) if content in photos else "",
            clean(text),
            sayings.of(tag_target(content, text), "listed"),
        )
        for content, texts in state.tags.items()
        for text in texts
    )
    return tuple(sorted(found, key=lambda tag: (tag.image, tag.content, tag.text)))


def _labels(
    state: CurationState, sayings: Sayings, paths: Mapping[str, Path]
) -> tuple[ExportedLabel, ...]:
    found = (
        ExportedLabel(
            clean(label_set),
            content,
            clean(str(paths.get(content, ""))),
            clean(class_name),
            sayings.of(label_target(label_set, content), "class"),
        )
        for label_set, labels in state.labels.items()
        for content, class_name in labels.items()
    )
    return tuple(sorted(found, key=lambda one: (one.label_set, one.image, one.content)))


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
        relations_above=relations.above(results, "data"),
        dictionary_relations_above=relations.above(results, "dictionary"),
        names_rule=clean(results.names_rule),
        names_unit=clean(results.names_unit),
        names_photos=results.names_photos,
        clarity_bound=concepts.known(results.clarity_bound),
    )


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
