"""SKOS, as Turtle or JSON-LD: the hierarchy for thesaurus and ontology tools.

prefLabel = the current name, altLabel = the other candidates, broader and narrower without cycles,
scopeNote = a person's note, definition where the vocabulary has one; strengths, provenance and who
decided are in Insight's own terms (`skos_terms`). Hidden concepts and rejected relations are left
out. Labels carry no language: a person may name in any.
"""

import json
from decimal import Decimal
from typing import Any

from rdflib import RDF, SKOS, XSD, Graph, Literal, URIRef

from insight_app.exchange.content import Concept, Content, Provenance, Relation, hierarchy
from insight_app.exchange.skos_terms import TERMS, describe
from insight_app.project.judgements import ConceptId


def render(content: Content) -> dict[str, bytes]:
    """Write Turtle."""
    return {"": _graph(content).serialize(format="turtle").encode()}


def render_json_ld(content: Content) -> dict[str, bytes]:
    """Write JSON-LD with a compact context."""
    context = {
        "skos": str(SKOS),
        "insight": str(TERMS),
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "xsd": str(XSD),
    }
    value = _in_order(json.loads(_graph(content).serialize(format="json-ld", context=context)))
    return {"": (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()}


def concept_uri(concept: ConceptId) -> URIRef:
    """Return the URN of a concept; the same in every export, whatever its name is."""
    return URIRef(f"urn:insight:concept:{concept}")


def scheme_uri(provenance: Provenance) -> URIRef:
    """Return the URN of the concept scheme: one a dictionary."""
    return URIRef(f"urn:insight:scheme:{provenance.dictionary_fingerprint}")


def _graph(content: Content) -> Graph:
    graph = Graph()
    graph.bind("skos", SKOS)
    graph.bind("insight", TERMS)
    describe(graph)
    concepts, relations = hierarchy(content)
    scheme = scheme_uri(content.provenance)
    _add_scheme(graph, scheme, content.provenance)
    below = {relation.child for relation in relations}
    for concept in concepts:
        node = _add_concept(graph, scheme, concept)
        if concept.id not in below:
            graph.add((node, SKOS.topConceptOf, scheme))
            graph.add((scheme, SKOS.hasTopConcept, node))
    for relation in relations:
        _add_relation(graph, relation)
    return graph


def _add_scheme(graph: Graph, scheme: URIRef, provenance: Provenance) -> None:
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, SKOS.prefLabel, Literal(provenance.project)))
    _add_values(
        graph,
        scheme,
        writtenBy=provenance.insight_version,
        encoder=provenance.encoder,
        encoderFingerprint=provenance.encoder_fingerprint,
        dictionary=provenance.dictionary,
        dictionaryFingerprint=provenance.dictionary_fingerprint,
        runState=provenance.run_state,
        images=provenance.images,
        codedImages=provenance.coded_images,
        cells=provenance.cells,
    )


def _add_concept(graph: Graph, scheme: URIRef, concept: Concept) -> URIRef:
    node = concept_uri(concept.id)
    graph.add((node, RDF.type, SKOS.Concept))
    graph.add((node, SKOS.inScheme, scheme))
    graph.add((node, SKOS.prefLabel, Literal(concept.label)))
    for name in concept.other_names:
        graph.add((node, SKOS.altLabel, Literal(name)))
    if concept.note:
        graph.add((node, SKOS.scopeNote, Literal(concept.note)))
    if concept.definition:
        graph.add((node, SKOS.definition, Literal(concept.definition)))
    _add_values(
        graph,
        node,
        number=concept.number,
        namedBy=concept.named_by,
        machineName=concept.machine_name,
        status=concept.status,
        level=concept.level,
        images=concept.images,
        cells=concept.cells,
        total=concept.total,
        maximum=concept.maximum,
        mean=concept.mean,
    )
    return node


def _add_relation(graph: Graph, relation: Relation) -> None:
    child, parent = concept_uri(relation.child), concept_uri(relation.parent)
    graph.add((child, SKOS.broader, parent))
    graph.add((parent, SKOS.narrower, child))
    node = URIRef(f"urn:insight:relation:{relation.child}:{relation.parent}")
    graph.add((node, RDF.type, TERMS.Relation))
    graph.add((node, TERMS.child, child))
    graph.add((node, TERMS.parent, parent))
    _add_values(
        graph,
        node,
        strength=relation.strength,
        back=relation.back,
        cells=relation.cells,
        images=relation.images,
        source=relation.source,
        status=relation.status,
        decidedBy=relation.decided_by,
    )


def _add_values(graph: Graph, node: URIRef, **values: Any) -> None:
    """Add one term for each value that is known and not empty."""
    for name, value in values.items():
        if value is None or value == "":
            continue
        # a decimal keeps 0.8123 readable; as a double it would be written 8.123e-01
        exact = Decimal(repr(value)) if isinstance(value, float) else value
        graph.add((node, TERMS[name], Literal(exact)))


def _in_order(value: Any) -> Any:
    """Sort lists and keys, whose order says nothing in JSON-LD, so that files can be compared."""
    if isinstance(value, dict):
        return {name: _in_order(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return sorted(map(_in_order, value), key=_text)
    return value


def _text(value: Any) -> str:
    name = value.get("@id", "") if isinstance(value, dict) else ""
    return f"{name}\n{json.dumps(value, sort_keys=True)}"
