"""Insight's own RDF terms beside SKOS: one table, written into every SKOS file that uses them.

Knows nothing of concepts. The namespace is a URN: the terms explain themselves in the file, and
nothing has to be looked up on the network.
"""

from rdflib import OWL, RDF, RDFS, Graph, Literal, Namespace

TERMS = Namespace("urn:insight:terms:")

_CLASSES = {
    "Relation": "A concept and a broader or related one, with what the machine counted and who "
    "decided.",
    "Member": "What was merged into a concept, which stands for it.",
}
_PROPERTIES = {
    "mergedInto": "The concept that stands for this one.",
    "mergedBy": "The person who merged it.",
    "partOfSplit": "The concept that was split into this one and others.",
    "madeOf": "A concept of the dictionary that is in this one.",
    "keptApart": "A concept that a person said only looks alike.",
    "isCounted": "Whether its cells and sums are known.",
    "namedByPerson": "The person who gave or accepted the current name.",
    "judgedByPerson": "The person who accepted, rejected or doubted it.",
    "definedByPerson": "The person who wrote the definition.",
    "notedByPerson": "The person who wrote the note.",
    "decidedByPerson": "The person who accepted, added or doubted a relation.",
    "kind": "What a relation means: is-a, part-of or related.",
    "kindByPerson": "The person who said what a relation means.",
    "measuredChild": "The merged concept whose cells the numbers of a relation are of, in the "
    "place of its child.",
    "measuredParent": "The merged concept whose cells the numbers of a relation are of, in the "
    "place of its parent.",
    "number": "The concept's number in Insight's window.",
    "namedBy": "Who gave the current name: person, machine or nobody.",
    "machineName": "The name that the machine gave.",
    "rejectedName": "A name that a person said is wrong.",
    "status": "What a person said: unreviewed, accepted, unsure or rejected; of a relation also "
    "added.",
    "level": "Group of the dictionary that the concept belongs to; 0 is the coarsest.",
    "images": "Images in which the concept is active, or in which both concepts share a cell.",
    "cells": "Grid cells of images in which the concept is active, or both are.",
    "total": "Sum of the concept's activation.",
    "maximum": "Strongest activation of the concept.",
    "mean": "Mean activation of the concept where it is active.",
    "child": "The narrower concept of a relation.",
    "parent": "The broader concept of a relation.",
    "strength": "Share of the child's activation that falls on cells where the parent is active.",
    "back": "Share of the parent's activation that falls on cells where the child is active.",
    "implied": "Whether other relations lead from the child to this parent as well: then it is no "
    "skos:broader of its own.",
    "above": "The share that the strength of a relation had to exceed.",
    "asymmetry": "strength - back.",
    "silent": "Share of the child's active cells where the parent is not active.",
    "low": "Lower end of the 95 % interval of the strength over images.",
    "high": "Upper end of the 95 % interval of the strength over images.",
    "absorption": "Share of the child's active cells where the parent is silent although its "
    "pre-activation lies within 10 % under its threshold.",
    "absorptionLow": "Lower end of the 95 % interval of the absorption over images.",
    "absorptionHigh": "Upper end of the 95 % interval of the absorption over images.",
    "relationsAbove": "The share R above which relations counted in these images are.",
    "dictionaryRelationsAbove": "The share R above which relations that the dictionary brought "
    "along are.",
    "relationsAbovePublished": "The share R above which relations are by the published method.",
    "source": "Where a relation comes from: data (counted in these images), dictionary (shipped "
    "with it) or person.",
    "decidedBy": "Who stands behind a relation: person or machine.",
    "writtenBy": "The version of Insight that wrote the file.",
    "encoder": "The name of the encoder whose features were split into concepts.",
    "encoderFingerprint": "Changes whenever the encoder's output would.",
    "dictionary": "The title of the dictionary of concepts.",
    "dictionaryFingerprint": "Changes whenever the dictionary's weights do.",
    "runState": "How far the last analysis was: running, finished, cancelled, failed, interrupted.",
    "doubtful": "Whether the current name is the machine's and its probability is under 0.25.",
    "nameProbability": "Probability that the machine's name is right, calibrated.",
    "nameFrom": "What the machine's name rests on: your photos, or the dictionary.",
    "nameBefore": "What the machine called the concept before its last naming.",
    "clarity": "Mean cosine of the ten strongest images' features in another layer.",
    "clarityBound": "Clarity that 95 % of random directions stay under.",
    "nothingInCommon": "Whether the concept's images have no more in common than chance.",
    "namesRule": "The rule that the machine named concepts by.",
    "namesUnit": "What the scores of candidate names are.",
    "namesPhotos": "How many of the project's photos the machine's names rest on.",
    "codedImages": "Images that were analyzed.",
}


def describe(graph: Graph) -> None:
    """Add what each term means to `graph`."""
    for name, meaning in _CLASSES.items():
        graph.add((TERMS[name], RDF.type, RDFS.Class))
        graph.add((TERMS[name], RDFS.comment, Literal(meaning, lang="en")))
    for name, meaning in _PROPERTIES.items():
        graph.add((TERMS[name], RDF.type, OWL.AnnotationProperty))
        graph.add((TERMS[name], RDFS.comment, Literal(meaning, lang="en")))
