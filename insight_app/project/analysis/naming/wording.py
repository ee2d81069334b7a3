"""Names as they are published: readings in words, and what each term means, if that is known.

Knows nothing of photos and of how names are found.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.hsae.summary import DictionarySummary
from insight_app.concepts.naming import candidates, rules, vocabulary
from insight_app.project.results.candidates import CandidateName
from insight_app.project.results.words import Words


def shipped_words(brought: DictionarySummary) -> Words:
    """Return the names that a dictionary brings along."""
    found = with_definitions(brought.candidates)
    unit = next((of for rule, of in rules.UNITS.items() if rule == brought.rule), "")
    return words_of(found, brought.run, brought.rule, unit)


def words_of(
    found: list[list[CandidateName]],
    run: str,
    rule: str,
    unit: str,
    photos: int = 0,
    own: NDArray[np.int32] | None = None,
) -> Words:
    """Return the names of F concepts, each the first of its candidates; as `Words` has them.

    own: (F,) how many photos are among the evidence of each; None = of none.
    """
    return Words(
        run=run,
        names=[row[0].term if row else "" for row in found],
        candidates=found,
        rule=rule,
        unit=unit,
        photos=photos,
        probability=_probabilities(found),
        own=np.zeros(len(found), np.int32) if own is None else own,
    )


def _probabilities(found: Sequence[Sequence[CandidateName]]) -> NDArray[np.float32]:
    """Return (F,) how likely the first candidate of each concept is right, NaN if not known."""
    first = [row[0].probability if row else None for row in found]
    return np.array([np.nan if one is None else one for one in first], np.float32)


def with_definitions(
    found: list[list[candidates.Candidate]], terms: vocabulary.Vocabulary | None = None
) -> list[list[CandidateName]]:
    """Return candidates as published: the reading in words, and what the term means if known.

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
            CandidateName(
                one.term,
                "" if one.reading == candidates.UNKNOWN else vocabulary.READINGS[one.reading],
                one.score,
                meaning.get((one.term, one.reading), ""),
                one.probability,
            )
            for one in row
        ]
        for row in found
    ]
