"""CSV: two tables, concepts and relations, for programs (plain) and for spreadsheets.

The spreadsheet kind begins with a byte-order mark, uses the separator and the decimal sign of this
computer's region, and keeps text as text (see `spreadsheet`).
Hidden concepts and rejected relations are in it, marked.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from insight_app.exchange.content import Concept, Content, Relation
from insight_app.exchange.spreadsheet import has_decimal_comma, kept_as_text

RELATIONS = ".relations"
"""Put between the chosen name and .csv for the second table."""
Cell = str | int | float | None


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def render(content: Content) -> dict[str, bytes]:
    """Write both tables with commas, decimal points and UTF-8 without a mark."""
    return {key: _table(rows, ",", _plain).encode() for key, rows in _tables(content)}


def render_spreadsheet(content: Content) -> dict[str, bytes]:
    """Write both tables as this computer's spreadsheets expect them."""
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
    "number": lambda one: one.number,
    "label": lambda one: one.label,
    "named_by": lambda one: one.named_by,
    "machine_name": lambda one: one.machine_name,
    "other_names": lambda one: " | ".join(one.other_names),
    "definition": lambda one: one.definition,
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
}


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
    return (("", concepts), (RELATIONS, relations))


def _table(rows: Iterable[Sequence[Cell]], separator: str, cell: Callable[[Cell], str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def _plain(value: Cell) -> str:
    return "" if value is None else str(value)
