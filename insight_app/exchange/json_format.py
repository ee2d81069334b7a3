"""JSON: everything, in the shape that `insight-export-3.schema.json` describes.

Version 2 added how sure names are, what they rest on and where concepts fire; version 3 what
persons said beside names: aliases, definitions, merges, parts, kinds, marks, tags, labels, and who
said it.
All that an earlier version had is in it unchanged, and files of those are read. Lossless: reading
it back gives the same content, which is how the tests judge it. Hidden and merged concepts and
rejected relations are in it, marked.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from insight_app.errors import Refusal
from insight_app.exchange.content import (
    Concept,
    Content,
    ExportedAlias,
    ExportedLabel,
    ExportedMark,
    ExportedName,
    ExportedPlace,
    ExportedTag,
    Provenance,
    Relation,
    SaidBy,
)

FORMAT = "insight-export"
VERSION = 3
VERSIONS_READ = (1, 2, 3)
SCHEMA = Path(__file__).with_name(f"insight-export-{VERSION}.schema.json")


def render(content: Content) -> dict[str, bytes]:
    """Write one file, keyed "" (the name the person gave)."""
    value = {
        "format": FORMAT,
        "version": VERSION,
        "provenance": asdict(content.provenance),
        "concepts": [_concept(concept) for concept in content.concepts],
        "relations": [asdict(relation) for relation in content.relations],
        "tags": [asdict(tag) for tag in content.tags],
        "labels": [asdict(label) for label in content.labels],
        "judgements": [dict(entry) for entry in content.judgements],
        "judgements_not_understood": content.judgements_not_understood,
    }
    return {"": (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()}


def parse(text: str) -> Content:
    """Return the content of a JSON export; Refusal where it is none that this version reads."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Refusal("This is not a JSON export of Insight.") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise Refusal("This is not a JSON export of Insight.")
    if value.get("version") not in VERSIONS_READ:
        raise Refusal(
            "This JSON export was written in another version of the format.",
            do="Export it again with this version of Insight.",
        )
    return Content(
        Provenance(**value["provenance"]),
        tuple(_parsed(one) for one in value["concepts"]),
        tuple(Relation(**(one | {"said": _said(one)})) for one in value["relations"]),
        tuple(value["judgements"]),
        tags=tuple(ExportedTag(**(one | _said_by(one))) for one in value.get("tags", ())),
        labels=tuple(ExportedLabel(**(one | _said_by(one))) for one in value.get("labels", ())),
    )


def _concept(concept: Concept) -> dict[str, Any]:
    return {**asdict(concept), "label": concept.label}


def _place(value: dict[str, Any]) -> ExportedPlace:
    return ExportedPlace(**(value | {"box": _box(value["box"])}))


def _box(value: list[float]) -> tuple[float, float, float, float]:
    x, y, width, height = value
    return x, y, width, height


def _mark(value: dict[str, Any]) -> ExportedMark:
    box = None if value["box"] is None else _box(value["box"])
    return ExportedMark(**(value | _said_by(value) | {"box": box}))


def _said_by(value: dict[str, Any]) -> dict[str, SaidBy | None]:
    found = value["said_by"]
    return {"said_by": None if found is None else SaidBy(**found)}


def _said(value: dict[str, Any]) -> dict[str, SaidBy]:
    return {field: SaidBy(**one) for field, one in value.get("said", {}).items()}


def _parsed(value: dict[str, Any]) -> Concept:
    fields = {name: item for name, item in value.items() if name != "label"}
    fields["candidates"] = tuple(ExportedName(**one) for one in value["candidates"])
    fields["places"] = tuple(map(_place, value.get("places", ())))
    fields["marks"] = tuple(map(_mark, value.get("marks", ())))
    fields["aliases"] = tuple(
        ExportedAlias(**(one | _said_by(one))) for one in value.get("aliases", ())
    )
    for name in ("members", "parts", "wholes", "made_of", "kept_apart"):
        fields[name] = tuple(value.get(name, ()))
    fields["said"] = _said(value)
    return Concept(**fields)
