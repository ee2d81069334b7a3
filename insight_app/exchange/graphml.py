"""GraphML: the hierarchy as a graph, for Gephi, Cytoscape, yEd and networkx; edges go up.

Hidden concepts and rejected relations are left out; what is left has no cycles.
"""

import networkx

from insight_app.exchange.content import Content, hierarchy


def render(content: Content) -> dict[str, bytes]:
    """Write one file; node ids are concept ids, an edge goes from the child to its parent."""
    concepts, relations = hierarchy(content)
    provenance = content.provenance
    graph = networkx.DiGraph(
        project=provenance.project,
        insight_version=provenance.insight_version,
        encoder_fingerprint=provenance.encoder_fingerprint,
        dictionary_fingerprint=provenance.dictionary_fingerprint,
    )
    for concept in concepts:
        known = {} if concept.level is None else {"level": concept.level}
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
            **known,
        )
    for relation in relations:
        shares = {"strength": relation.strength, "back": relation.back}
        graph.add_edge(
            relation.child,
            relation.parent,
            cells=relation.cells,
            images=relation.images,
            source=relation.source,
            status=relation.status,
            decided_by=relation.decided_by,
            **{name: share for name, share in shares.items() if share is not None},
        )
    lines = networkx.generate_graphml(graph, named_key_ids=True)
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return {"": (head + "\n".join(lines) + "\n").encode()}
