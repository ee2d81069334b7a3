"""GraphML: the hierarchy as a graph, for Gephi, Cytoscape, yEd and networkx; edges go up.

Hidden concepts and rejected relations are left out; what is left has no cycles. Every edge has a
`weight`: its strength, 1 where only a person says so. No attribute is called as what these programs
keep for themselves: where an edge comes from is its `origin`, not its source. Edges to which others
lead as well are `implied`: without them the graph is the hierarchy of the window.
"""

import networkx

from insight_app.exchange.content import (
    Content,
    Omission,
    hierarchy,
    implied,
    left_out_of_hierarchy,
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
    return left_out_of_hierarchy(content)


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
            "level": concept.level,
            "name_probability": concept.name_probability,
            "clarity": concept.clarity,
        }
        graph.add_node(
            concept.id,
            label=concept.label,
            number=concept.number,
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
            **{name: value for name, value in numbers.items() if value is not None},
        )
    for relation in (*relations, *implied(content)):
        shares = {name: getattr(relation, name) for name in SHARES}
        graph.add_edge(
            relation.child,
            relation.parent,
            cells=relation.cells,
            images=relation.images,
            origin=relation.source,
            weight=1.0 if relation.strength is None else relation.strength,
            implied=relation.implied,
            status=relation.status,
            decided_by=relation.decided_by,
            **{name: share for name, share in shares.items() if share is not None},
        )
    lines = networkx.generate_graphml(graph)  # its keys have ids of their own: d0, d1, ...
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return {"": (head + "\n".join(lines) + "\n").encode()}
