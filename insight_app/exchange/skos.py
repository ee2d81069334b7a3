"""SKOS, as Turtle or JSON-LD: the hierarchy for thesaurus and ontology tools.

prefLabel = the current name, altLabel = aliases and the other candidates, broader and narrower
without cycles and without what others imply (in Insight's own terms alone), related = what a person
said is related, scopeNote = a person's note, definition = a person's, else the vocabulary's.
"Is a" and "part of" are broader in the terms of ISO 25964 too; what is merged into a concept is an
exactMatch of it and no concept of the scheme. Strengths, provenance and who decided are in
Insight's own terms (`skos_terms`). Hidden concepts and rejected relations are left out; a rejected
name is no label at all. Every label has a language and every preferred one is the only one of its
text and language in the scheme (`labels`), as SKOS' conditions S9 to S14 and the tools that read it
want; what is above a concept is not related to it as well (S27).
"""

import json
from collections.abc import Collection
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from rdflib import RDF, SKOS, XSD, Graph, Literal, Namespace, URIRef

from insight_app.exchange.content import Concept, Content, Provenance, Relation, person_of
from insight_app.exchange.finished import (
    Omission,
    above_each_other,
    hierarchy,
    implied,
    left_out_of_hierarchy,
    left_out_of_photos,
    related,
)
from insight_app.exchange.labels import (
    MACHINE_LANGUAGE,
    Labels,
    has_rejected_name,
    labels_of,
    one_line,
)
from insight_app.exchange.skos_terms import TERMS, describe
from insight_app.project.judgements import ConceptId
from insight_app.project.judgements.acts import IS_A, PART_OF

ISO_THES = Namespace("http://purl.org/iso25964/skos-thes#")
_BROADER = {IS_A: ISO_THES.broaderGeneric, PART_OF: ISO_THES.broaderPartitive}
_NARROWER = {IS_A: ISO_THES.narrowerGeneric, PART_OF: ISO_THES.narrowerPartitive}


def render(content: Content) -> dict[str, bytes]:
    """Write Turtle."""
    return {"": _graph(content).serialize(format="turtle").encode()}


def render_json_ld(content: Content) -> dict[str, bytes]:
    """Write JSON-LD with a compact context."""
    context = {
        "skos": str(SKOS),
        "insight": str(TERMS),
        "isothes": str(ISO_THES),
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "xsd": str(XSD),
    }
    value = _in_order(json.loads(_graph(content).serialize(format="json-ld", context=context)))
    return {"": (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()}


def left_out(content: Content) -> tuple[Omission, ...]:
    """Return what is not in the file, and which labels are others than in the window."""
    concepts, _relations = hierarchy(content)
    labels = labels_of(concepts, content.provenance.language)
    rejected = tuple(one.name for one in concepts if has_rejected_name(one))
    numbered = tuple(one.preferred.text for one in labels.values() if one.is_numbered)
    found = (
        Omission("Rejected names are left out", rejected),
        Omission("Names that several concepts have got the concept's number", numbered),
        Omission("What is above another one is not related to it as well", _names(content)),
    )
    return (
        *left_out_of_hierarchy(content),
        *(one for one in found if one.names),
        *left_out_of_photos(content),
    )


def _names(content: Content) -> tuple[str, ...]:
    """Return the related concepts that stand above each other anyway."""
    labels = {concept.id: concept.label for concept in content.concepts}
    return tuple(
        f"{labels[one.child]} and {labels[one.parent]}" for one in above_each_other(content)
    )


def concept_uri(concept: ConceptId) -> URIRef:
    """Return the URN of a concept; the same in every export, whatever its name is."""
    return URIRef(f"urn:insight:concept:{_in_urn(concept)}")


def scheme_uri(provenance: Provenance) -> URIRef:
    """Return the URN of the concept scheme: one a dictionary."""
    return URIRef(f"urn:insight:scheme:{_in_urn(provenance.dictionary_fingerprint)}")


def _in_urn(text: str) -> str:
    return quote(text, safe=":")


def _graph(content: Content) -> Graph:
    graph = Graph()
    graph.bind("skos", SKOS)
    graph.bind("insight", TERMS)
    graph.bind("isothes", ISO_THES)
    describe(graph)
    concepts, relations = hierarchy(content)
    scheme = scheme_uri(content.provenance)
    _add_scheme(graph, scheme, content.provenance)
    below = {relation.child for relation in relations}
    language = content.provenance.language
    labels = labels_of(concepts, language)
    for concept in concepts:
        node = _add_concept(graph, scheme, concept, labels[concept.id], language)
        if concept.id not in below:
            graph.add((node, SKOS.topConceptOf, scheme))
            graph.add((scheme, SKOS.hasTopConcept, node))
    for relation in relations:
        child, parent = concept_uri(relation.child), concept_uri(relation.parent)
        graph.add((child, SKOS.broader, parent))
        graph.add((parent, SKOS.narrower, child))
        if relation.kind in _BROADER:
            graph.add((child, _BROADER[relation.kind], parent))
            graph.add((parent, _NARROWER[relation.kind], child))
    beside = [one for one in related(content) if one not in above_each_other(content)]
    for relation in beside:
        child, parent = concept_uri(relation.child), concept_uri(relation.parent)
        graph.add((child, SKOS.related, parent))
        graph.add((parent, SKOS.related, child))
    for relation in (*relations, *implied(content), *beside):
        _add_relation(graph, relation)
    _add_members(graph, content, {concept.id for concept in concepts})
    return graph


def _add_members(graph: Graph, content: Content, shown: Collection[ConceptId]) -> None:
    """Add what is merged into the shown concepts."""
    for concept in content.concepts:
        if concept.merged_into in shown:
            holder = concept_uri(ConceptId(concept.merged_into))
            node = concept_uri(concept.id)
            graph.add((holder, SKOS.exactMatch, node))
            graph.add((node, RDF.type, TERMS.Member))
            graph.add((node, TERMS.mergedInto, holder))
            _add_values(
                graph,
                node,
                number=None if concept.is_own else concept.number,
                machineName=concept.machine_name,
                mergedBy=person_of(concept.said, "merged_into"),
            )


def _add_scheme(graph: Graph, scheme: URIRef, provenance: Provenance) -> None:
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    title = Literal(one_line(provenance.project) or "Insight", lang=provenance.language)
    graph.add((scheme, SKOS.prefLabel, title))
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
        relationsAbove=provenance.relations_above,
        dictionaryRelationsAbove=provenance.dictionary_relations_above,
        relationsAbovePublished=provenance.relations_above_published,
        namesRule=provenance.names_rule,
        namesUnit=provenance.names_unit,
        namesPhotos=provenance.names_photos,
        clarityBound=provenance.clarity_bound,
    )


def _add_concept(
    graph: Graph, scheme: URIRef, concept: Concept, labels: Labels, language: str
) -> URIRef:
    node = concept_uri(concept.id)
    graph.add((node, RDF.type, SKOS.Concept))
    graph.add((node, SKOS.inScheme, scheme))
    for kind, label in (
        (SKOS.prefLabel, labels.preferred),
        *((SKOS.altLabel, other) for other in labels.others),
    ):
        graph.add((node, kind, Literal(label.text, lang=label.language)))
    if concept.note:
        graph.add((node, SKOS.scopeNote, Literal(concept.note, lang=language)))
    if concept.meaning:
        whose = language if concept.definition else MACHINE_LANGUAGE
        graph.add((node, SKOS.definition, Literal(concept.meaning, lang=whose)))
    for one in concept.wholes:
        graph.add((node, TERMS.partOfSplit, concept_uri(one)))
    for one in concept.made_of:
        graph.add((node, TERMS.madeOf, concept_uri(one)))
    for one in concept.kept_apart:
        graph.add((node, TERMS.keptApart, concept_uri(one)))
    _add_values(
        graph,
        node,
        number=None if concept.is_own else concept.number,
        namedBy=concept.named_by,
        machineName=concept.machine_name,
        rejectedName=concept.status_name if concept.status == "rejected" else "",
        status=concept.status,
        level=concept.level,
        images=concept.images,
        cells=concept.cells,
        total=concept.total,
        maximum=concept.maximum,
        mean=concept.mean,
        doubtful=concept.is_doubtful,
        nameProbability=concept.name_probability,
        nameFrom=concept.name_from,
        nameBefore=concept.name_before,
        clarity=concept.clarity,
        nothingInCommon=concept.has_nothing_in_common,
        isCounted=concept.is_counted,
        namedByPerson=person_of(concept.said, "name"),
        judgedByPerson=person_of(concept.said, "status"),
        definedByPerson=person_of(concept.said, "definition"),
        notedByPerson=person_of(concept.said, "note"),
    )
    return node


def _add_relation(graph: Graph, relation: Relation) -> None:
    child, parent = concept_uri(relation.child), concept_uri(relation.parent)
    node = URIRef(f"urn:insight:relation:{_in_urn(relation.child)}:{_in_urn(relation.parent)}")
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
        implied=relation.implied,
        above=relation.above,
        asymmetry=relation.asymmetry,
        silent=relation.silent,
        low=relation.low,
        high=relation.high,
        absorption=relation.absorption,
        absorptionLow=relation.absorption_low,
        absorptionHigh=relation.absorption_high,
        kind=relation.kind,
        decidedByPerson=person_of(relation.said, "status"),
        kindByPerson=person_of(relation.said, "kind"),
    )
    for whose, term in (
        (relation.measured_child, TERMS.measuredChild),
        (relation.measured_parent, TERMS.measuredParent),
    ):
        if whose:
            graph.add((node, term, concept_uri(ConceptId(whose))))


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
