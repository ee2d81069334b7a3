"""CSV: tables of concepts, relations and what is said of photos, for programs and spreadsheets.

The spreadsheet kind begins with a byte-order mark, uses the separator and the decimal sign of this
computer's region, and keeps text as text (see `spreadsheet`).
Hidden and merged concepts and rejected relations are in it, marked.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from insight_app.exchange.content import (
    Concept,
    Content,
    ExportedLabel,
    ExportedMark,
    ExportedTag,
    Relation,
    person_of,
    spelled,
)
from insight_app.exchange.spreadsheet import has_decimal_comma, kept_as_text

RELATIONS, EXAMPLES, TAGS, LABELS = ".relations", ".examples", ".tags", ".labels"
"""Put between the chosen name and .csv for the other tables."""
Cell = str | int | float | None


_SAID = ("name", "status", "hidden", "note", "definition", "merged_into")


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _person(field: str) -> Callable[[Concept], str]:
    """Return what tells who said what stands of a field."""
    return lambda one: person_of(one.said, field)


def render(content: Content) -> dict[str, bytes]:
    """Write the tables with commas, decimal points and UTF-8 without a mark."""
    return {key: _table(rows, ",", _plain).encode() for key, rows in _tables(content)}


def render_spreadsheet(content: Content) -> dict[str, bytes]:
    """Write the tables as this computer's spreadsheets expect them."""
    comma = has_decimal_comma()

    def cell(value: Cell) -> str:
        if isinstance(value, str):
            return kept_as_text(value)
        text = _plain(value)
        return text.replace(".", ",") if comma and isinstance(value, float) else text

    separator = ";" if comma else ","
    return {
        key: _table(rows, separator, cell).encode("utf-8-sig") for key, rows in _tables(content)
    }


_CONCEPT_COLUMNS: dict[str, Callable[[Concept], Any]] = {
    "id": lambda one: one.id,
    "number": lambda one: None if one.is_own else one.number,
    "label": lambda one: one.label,
    "named_by": lambda one: one.named_by,
    "machine_name": lambda one: one.machine_name,
    "other_names": lambda one: " | ".join(one.other_names),
    "definition": lambda one: one.meaning,
    "status": lambda one: one.status,
    "hidden": lambda one: _yes_or_no(one.hidden),
    "note": lambda one: one.note,
    "level": lambda one: one.level,
    "images": lambda one: one.images,
    "cells": lambda one: one.cells,
    "total": lambda one: one.total,
    "maximum": lambda one: one.maximum,
    "mean": lambda one: one.mean,
    "doubtful": lambda one: _yes_or_no(one.is_doubtful),
    "name_probability": lambda one: one.name_probability,
    "name_from": lambda one: one.name_from,
    "name_before": lambda one: one.name_before,
    "clarity": lambda one: one.clarity,
    "nothing_in_common": lambda one: _yes_or_no(one.has_nothing_in_common),
    "aliases": lambda one: " | ".join(map(spelled, one.aliases)),
    "merged_into": lambda one: one.merged_into,
    "members": lambda one: " | ".join(one.members),
    "part_of": lambda one: " | ".join(one.wholes),
    "parts": lambda one: " | ".join(one.parts),
    "made_of": lambda one: " | ".join(one.made_of),
    "counted": lambda one: _yes_or_no(one.is_counted),
    "kept_apart": lambda one: " | ".join(one.kept_apart),
    "defined_by": lambda one: _who(one),
    **{f"{field}_by_person": _person(field) for field in _SAID},
}
_RELATION_COLUMNS: dict[str, Callable[[Relation], Any]] = {
    "child": lambda one: one.child,
    "parent": lambda one: one.parent,
    "strength": lambda one: one.strength,
    "back": lambda one: one.back,
    "cells": lambda one: one.cells,
    "images": lambda one: one.images,
    "source": lambda one: one.source,
    "status": lambda one: one.status,
    "decided_by": lambda one: one.decided_by,
    "above": lambda one: one.above,
    "implied": lambda one: "yes" if one.implied else "no",
    "asymmetry": lambda one: one.asymmetry,
    "silent": lambda one: one.silent,
    "low": lambda one: one.low,
    "high": lambda one: one.high,
    "absorption": lambda one: one.absorption,
    "absorption_low": lambda one: one.absorption_low,
    "absorption_high": lambda one: one.absorption_high,
    "kind": lambda one: one.kind,
    "measured_child": lambda one: one.measured_child,
    "measured_parent": lambda one: one.measured_parent,
    "status_by_person": lambda one: person_of(one.said, "status"),
    "kind_by_person": lambda one: person_of(one.said, "kind"),
}
_MARK_COLUMNS: dict[str, Callable[[Concept, ExportedMark], Any]] = {
    "concept": lambda concept, one: concept.id,
    "image": lambda concept, one: one.image,
    "content": lambda concept, one: one.content,
    "cell": lambda concept, one: one.cell,
    "example": lambda concept, one: _yes_or_no(one.is_example),
    "x": lambda concept, one: one.box and one.box[0],
    "y": lambda concept, one: one.box and one.box[1],
    "width": lambda concept, one: one.box and one.box[2],
    "height": lambda concept, one: one.box and one.box[3],
    "by_person": lambda concept, one: one.said_by and one.said_by.person,
    "concept_label": lambda concept, one: concept.label,
}
_TAG_COLUMNS: dict[str, Callable[[ExportedTag], Any]] = {
    "image": lambda one: one.image,
    "content": lambda one: one.content,
    "tag": lambda one: one.text,
    "by_person": lambda one: one.said_by and one.said_by.person,
}

_LABEL_COLUMNS: dict[str, Callable[[ExportedLabel], Any]] = {
    "path": lambda one: one.image,
    "label": lambda one: one.class_name,
    "content": lambda one: one.content,
    "set": lambda one: one.label_set,
    "by_person": lambda one: one.said_by and one.said_by.person,
}


def _who(concept: Concept) -> str:
    """Return whose definition it is."""
    return "person" if concept.definition else "machine" if concept.meaning else "nobody"


def _tables(content: Content) -> Iterable[tuple[str, list[Sequence[Cell]]]]:
    labels = {concept.id: concept.label for concept in content.concepts}
    concepts: list[Sequence[Cell]] = [tuple(_CONCEPT_COLUMNS)]
    concepts += [[read(one) for read in _CONCEPT_COLUMNS.values()] for one in content.concepts]
    relations: list[Sequence[Cell]] = [(*_RELATION_COLUMNS, "child_label", "parent_label")]
    relations += [
        [
            *(read(one) for read in _RELATION_COLUMNS.values()),
            labels.get(one.child, one.child),
            labels.get(one.parent, one.parent),
        ]
        for one in content.relations
    ]
    examples: list[Sequence[Cell]] = [tuple(_MARK_COLUMNS)]
    examples += [
        [read(concept, mark) for read in _MARK_COLUMNS.values()]
        for concept in content.concepts
        for mark in concept.marks
    ]
    tags: list[Sequence[Cell]] = [tuple(_TAG_COLUMNS)]
    tags += [[read(tag) for read in _TAG_COLUMNS.values()] for tag in content.tags]
    classes: list[Sequence[Cell]] = [tuple(_LABEL_COLUMNS)]
    classes += [[read(label) for read in _LABEL_COLUMNS.values()] for label in content.labels]
    return (
        ("", concepts),
        (RELATIONS, relations),
        (EXAMPLES, examples),
        (TAGS, tags),
        (LABELS, classes),
    )


def _table(rows: Iterable[Sequence[Cell]], separator: str, cell: Callable[[Cell], str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def _plain(value: Cell) -> str:
    return "" if value is None else str(value)
