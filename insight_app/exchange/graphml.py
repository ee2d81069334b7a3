"""GraphML: the hierarchy as a graph, for Gephi, Cytoscape, yEd and networkx; edges go up.

Hidden and merged concepts and rejected relations are left out; what is left has no cycles. Every
edge has a `weight`: its strength, 1 where only a person says so. No attribute is called as what
these programs keep for themselves: where an edge comes from is its `origin`, not its source. Edges
to which others lead as well are `implied`, those of the kind "related" no hierarchy at all: without
both the graph is the hierarchy of the window.
"""

import networkx

from insight_app.exchange.content import Concept, Content, Relation, person_of, spelled
from insight_app.exchange.finished import (
    Omission,
    hierarchy,
    implied,
    left_out_of_hierarchy,
    left_out_of_photos,
    related,
)

SHARES = (
    "strength",
    "back",
    "asymmetry",
    "silent",
    "low",
    "high",
    "absorption",
    "absorption_low",
    "absorption_high",
    "above",
)
"""What an edge has where it is known."""


def left_out(content: Content) -> tuple[Omission, ...]:
    """Return what is not in the graph."""
    return (*left_out_of_hierarchy(content), *left_out_of_photos(content))


def render(content: Content) -> dict[str, bytes]:
    """Write one file; node ids are concept ids, an edge goes from the child to its parent."""
    concepts, relations = hierarchy(content)
    provenance = content.provenance
    thresholds = {
        "relations_above": provenance.relations_above,
        "dictionary_relations_above": provenance.dictionary_relations_above,
        "relations_above_published": provenance.relations_above_published,
    }
    graph = networkx.DiGraph(
        project=provenance.project,
        insight_version=provenance.insight_version,
        encoder_fingerprint=provenance.encoder_fingerprint,
        dictionary_fingerprint=provenance.dictionary_fingerprint,
        **{name: share for name, share in thresholds.items() if share is not None},
        names_rule=provenance.names_rule,
        names_unit=provenance.names_unit,
        names_photos=provenance.names_photos,
    )
    if provenance.clarity_bound is not None:
        graph.graph["clarity_bound"] = provenance.clarity_bound
    for concept in concepts:
        numbers = {
            "number": None if concept.is_own else concept.number,
            "level": concept.level,
            "name_probability": concept.name_probability,
            "clarity": concept.clarity,
        }
        graph.add_node(
            concept.id,
            label=concept.label,
            named_by=concept.named_by,
            machine_name=concept.machine_name,
            status=concept.status,
            note=concept.note,
            images=concept.images,
            cells=concept.cells,
            total=concept.total,
            maximum=concept.maximum,
            mean=concept.mean,
            doubtful=concept.is_doubtful,
            name_from=concept.name_from,
            name_before=concept.name_before,
            nothing_in_common=concept.has_nothing_in_common,
            counted=concept.is_counted,
            **{name: value for name, value in numbers.items() if value is not None},
            **_words(concept),
        )
    for relation in (*relations, *implied(content), *related(content)):
        names = ("cells", "images", *SHARES)
        numbers = {name: getattr(relation, name) for name in names}
        graph.add_edge(
            relation.child,
            relation.parent,
            origin=relation.source,
            weight=1.0 if relation.strength is None else relation.strength,
            implied=relation.implied,
            status=relation.status,
            decided_by=relation.decided_by,
            **_said(relation),
            **{name: value for name, value in numbers.items() if value is not None},
        )
    lines = networkx.generate_graphml(graph)  # its keys have ids of their own: d0, d1, ...
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return {"": (head + "\n".join(lines) + "\n").encode()}


def _words(concept: Concept) -> dict[str, str]:
    """Return what persons said of a concept beside its name, as far as they did."""
    found = {
        "definition": concept.meaning,
        "aliases": " | ".join(map(spelled, concept.aliases)),
        "members": " | ".join(concept.members),
        "part_of": " | ".join(concept.wholes),
        "made_of": " | ".join(concept.made_of),
        "kept_apart": " | ".join(concept.kept_apart),
        "named_by_person": person_of(concept.said, "name"),
        "judged_by_person": person_of(concept.said, "status"),
    }
    return {name: text for name, text in found.items() if text}


def _said(relation: Relation) -> dict[str, str]:
    """Return what a person said a relation means, and who decided."""
    found = {"kind": relation.kind, "decided_by_person": person_of(relation.said, "status")}
    return {name: text for name, text in found.items() if text}
