"""The machine's names for the concepts of a project, as they are published.

A shipped dictionary brings its names; one that was trained here, or that a person brought without
names, is named after what this project's photos show. Knows nothing of how names are found.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from insight_app import resources
from insight_app.concepts import kinds, naming, vocabulary
from insight_app.concepts.codes import Codes
from insight_app.concepts.relations import relations
from insight_app.project.analysis.counting import Counting
from insight_app.project.analysis.recording import Words
from insight_app.project.generations import Candidate

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE

PHOTOS = "photos"
"""The run that names from this project's photos belong to."""


def name_concepts(
    counting: Counting,
    dictionary: "HSAE",
    terms: vocabulary.Vocabulary,
    codes_of: Callable[[int], Codes],
) -> Words:
    """Names after the exemplars of this project."""
    cooccurrence = counting.cooccurrence()
    exemplars = naming.exemplar_codes(counting.whole().exemplars, codes_of)
    found = naming.name_concepts(
        dictionary.W_dec.cpu().numpy(),
        dictionary.b_dec.cpu().numpy(),
        exemplars,
        cooccurrence,
        relations(cooccurrence),
        terms,
        kinds.load(resources.path(kinds.RESOURCE)),
    )
    return Words(
        PHOTOS, [row[0].term if row else "" for row in found], with_definitions(found, terms)
    )


def with_definitions(
    candidates: list[list[naming.Candidate]], terms: vocabulary.Vocabulary | None = None
) -> list[list[Candidate]]:
    """Candidates as published: the reading in words, and what the term means where both are known.

    terms: where they were taken from; None = the shipped words.
    """
    if terms is None:
        words, readings, definitions, _ = vocabulary.shipped_terms()
    else:
        words, readings, definitions = terms.terms, terms.readings, terms.definitions
    meaning: dict[tuple[str, int], str] = {}
    for term, reading, definition in zip(words, readings.tolist(), definitions, strict=True):
        meaning.setdefault((term, reading), definition)
    return [
        [
            Candidate(
                found.term,
                "" if found.reading == naming.UNKNOWN else vocabulary.READINGS[found.reading],
                found.score,
                meaning.get((found.term, found.reading), ""),
            )
            for found in row
        ]
        for row in candidates
    ]
