"""JSON: everything, in the shape that `insight-export-2.schema.json` describes.

Version 2 added how sure names are, what they rest on and where concepts fire; all that version 1
had is in it unchanged, and files of version 1 are read. Lossless: reading it back gives the same
content, which is how the tests judge it. Hidden concepts and rejected relations are in it, marked.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from insight_app.errors import Refusal
from insight_app.exchange.content import (
    Concept,
    Content,
    ExportedName,
    ExportedPlace,
    Provenance,
    Relation,
)

FORMAT = "insight-export"
VERSION = 2
VERSIONS_READ = (1, 2)
SCHEMA = Path(__file__).with_name(f"insight-export-{VERSION}.schema.json")


def render(content: Content) -> dict[str, bytes]:
    """Write one file, keyed "" (the name the person gave)."""
    value = {
        "format": FORMAT,
        "version": VERSION,
        "provenance": asdict(content.provenance),
        "concepts": [_concept(concept) for concept in content.concepts],
        "relations": [asdict(relation) for relation in content.relations],
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
        tuple(Relation(**one) for one in value["relations"]),
        tuple(value["judgements"]),
    )


def _concept(concept: Concept) -> dict[str, Any]:
    return {**asdict(concept), "label": concept.label}


def _place(value: dict[str, Any]) -> ExportedPlace:
    x, y, width, height = value["box"]
    return ExportedPlace(**(value | {"box": (x, y, width, height)}))


def _parsed(value: dict[str, Any]) -> Concept:
    fields = {name: item for name, item in value.items() if name != "label"}
    fields["candidates"] = tuple(ExportedName(**one) for one in value["candidates"])
    fields["places"] = tuple(map(_place, value.get("places", ())))
    return Concept(**fields)
