"""All that a project says of its concepts, as plain values by their ids: to be compared.

What is foretold is put together anew from what was said; what a window has, it changed act by act.
"""

import math
from collections.abc import Mapping
from typing import Any

from insight_app.project.composites import numbers
from insight_app.project.judgements import CurationState
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.structure.edges import Edge
from insight_app.project.results.snapshot import Results
from tests.long_day.ledger import Fields

Picture = dict[str, object]
"""What a value is of -> the value."""
COLUMNS = (
    *("names", "by_person", "status", "hidden", "probability", "folded", "is_gone", "fires"),
    *("images", "cells", "total", "maximum", "mean", "is_counted"),
)


def foretold(results: Results, fields: Fields) -> Picture:
    """Return the picture of a project in which this was said, all its numbers counted."""
    state = CurationState()
    for target, values in fields.items():
        state.set(target, values)  # type: ignore[arg-type]
    catalogue = Catalogue(results, state)
    numbers.count(catalogue, results)
    return pictured(catalogue)


def pictured(catalogue: Catalogue) -> Picture:
    """Return names, status, hierarchy, merges, parts, marks, aliases and numbers of a catalogue."""
    rows = [
        row for row in range(catalogue.size) if catalogue.is_machines(row) or catalogue.names[row]
    ]
    ids = {row: catalogue.id_of(row) for row in rows}
    found: Picture = {}
    for row, concept in ids.items():
        for column in COLUMNS:
            found[f"{column} of {concept}"] = _plain(getattr(catalogue, column)[row])
        related: Mapping[str, object] = {
            "note": catalogue.notes.get(row),
            "definition": catalogue.definitions.get(row),
            "aliases": catalogue.aliases(row),
            "marks": dict(catalogue.marks(row)),
            "holder": ids[catalogue.holder(row)],
            "members": [ids[one] for one in catalogue.members(row)],
            "parts": [ids[one] for one in catalogue.parts(row)],
            "wholes": [ids[one] for one in catalogue.wholes(row)],
            "kept apart": sorted(ids[one] for one in catalogue.kept_apart(row)),
            "composition": getattr(catalogue.composition(row), "digest", None),
        }
        found |= {f"{what} of {concept}": value for what, value in related.items()}
    for what, edges in (
        ("relation", catalogue.edges()),
        ("related", catalogue.related_edges()),
        ("withdrawn", catalogue.withdrawn_edges()),
        ("dropped", catalogue.dropped),
        ("implied", catalogue.implied),
    ):
        found |= {f"{what} {ids[e.child]} > {ids[e.parent]}": _edge(e, ids) for e in edges}
    above = [edge for row in rows for edge in catalogue.implied_above(row)]
    assert sorted(above, key=_ends) == sorted(catalogue.implied, key=_ends)
    found["roots"] = sorted(ids[row] for row in catalogue.roots())
    found["reviewed"] = catalogue.reviewed_share()
    return found


def differences(found: Picture, wanted: Picture) -> list[str]:
    """Return in words what is lost, invented, or another; [] where the two are the same."""
    lost = [f"lost: {what} = {wanted[what]}" for what in wanted if what not in found]
    more = [f"invented: {what} = {found[what]}" for what in found if what not in wanted]
    both = [what for what in wanted if what in found and found[what] != wanted[what]]
    return [*lost, *more, *(f"{what}: {found[what]}, not {wanted[what]}" for what in both)]


def _ends(edge: Edge) -> tuple[int, int]:
    return edge.child, edge.parent


def _edge(edge: Edge, ids: Mapping[int, str]) -> tuple[object, ...]:
    measured = tuple(ids[row] for row in edge.measured)
    values = (edge.strength, edge.reverse_strength, edge.cells, edge.images)
    judged = (int(edge.status), edge.by_person, edge.is_gone, edge.kind)
    return (*map(_plain, values), edge.source, edge.index, *judged, measured)


def _plain(value: Any) -> object:
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and math.isnan(plain) else plain
