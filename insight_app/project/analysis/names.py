"""The machine's names for the concepts of a project, as they are published.

A shipped dictionary brings its names; one that was trained here, or that a person brought without
names, is named after what this project's photos show. Where an encoder's words have no vectors yet,
those are computed meanwhile, and names come as they do. Knows nothing of how names are found.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.hsae.summary import DictionarySummary
from insight_app.concepts.naming import candidates, hypernyms, rules, vocabulary
from insight_app.concepts.naming.evidence import Evidence, exemplar_codes
from insight_app.concepts.naming.word_vectors import WordVectors
from insight_app.concepts.progress import CancelToken, Progress
from insight_app.concepts.relations import relations
from insight_app.project.analysis.recording import Recorder
from insight_app.project.results import settings
from insight_app.project.results.candidates import CandidateName
from insight_app.project.results.words import Words

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE

PHOTOS = "photos"
"""The run that names from this project's photos belong to."""
SETTING = "names"
FIRST, GROWTH = 1024, 1.5
"""Names are published after so many words, and again when there are so many times as many."""


class Naming:
    """Whether concepts are still to be named, and the number of words that the published names were
    chosen from: kept in the project, so that naming may be stopped.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        kept: Any = settings.read(engine, SETTING) or {}
        with settings.as_written(engine, SETTING):
            self.words = int(kept.get("words", 0))
            self.is_due = bool(kept.get("is_due", False))

    def keep(self, *, words: int | None = None, is_due: bool | None = None) -> None:
        self.words = self.words if words is None else words
        self.is_due = self.is_due if is_due is None else is_due
        settings.write(self._engine, SETTING, {"words": self.words, "is_due": self.is_due})

    def photos_changed(self, published: Words) -> None:
        """Note that other photos count now than the published names were chosen from."""
        if published.run == PHOTOS:
            self.keep(is_due=True)


def evidence(recorder: Recorder, dictionary: "HSAE") -> Evidence:
    """Gather what the photos that are counted show of each concept."""
    cooccurrence = recorder.counting.cooccurrence()
    return Evidence(
        dictionary.W_dec.cpu().numpy(),
        dictionary.b_dec.cpu().numpy(),
        exemplar_codes(recorder.counting.whole().exemplars, recorder.codes_of),
        cooccurrence,
        relations(cooccurrence),
    )


def name_concepts(
    shown: Evidence, terms: vocabulary.Vocabulary, photos: int, rule: rules.Rule = "shared"
) -> Words:
    """Name the concepts after the exemplars of this project, which has so many photos."""
    named = rules.name_concepts(shown, terms, hypernyms.shipped(), rule=rule)
    found = with_definitions(named, terms)
    return Words(
        PHOTOS,
        [row[0].term if row else "" for row in found],
        found,
        rule,
        rules.UNITS[rule],
        photos,
        _probabilities(found),
        shown.exemplars.photos,
    )


def shipped_words(brought: DictionarySummary) -> Words:
    """Return the names that a dictionary brings along, as they are published."""
    unit = rules.UNITS.get(brought.rule, "")  # type: ignore[call-overload]
    found = with_definitions(brought.candidates)
    return Words(
        brought.run,
        brought.names,
        found,
        brought.rule,
        unit,
        probability=_probabilities(found),
        own=np.zeros(len(found), np.int32),
    )


def _probabilities(found: Sequence[Sequence[CandidateName]]) -> NDArray[np.float32]:
    """Return (F,) how likely each concept's first candidate is right, NaN if nobody knows."""
    first = [row[0].probability if row else None for row in found]
    return np.array([np.nan if one is None else one for one in first], np.float32)


def can_read_words(encoder: DenseEncoder) -> bool:
    """Return whether the shipped words have vectors for an encoder, or can get them."""
    return _is_shipped(encoder) or bool(_text_fingerprint(encoder))


def name_as_words_come(
    recorder: Recorder,
    encoder: DenseEncoder,
    dictionary: "HSAE",
    state: Naming,
    publish: Callable[[Recorder], Any],
    progress: Progress,
    cancel: CancelToken,
    between: Callable[[], None],
    terms: vocabulary.Vocabulary | None = None,
) -> None:
    """Name with more and more of the shipped words (or with `terms`), published each time.

    Names that were chosen from more words than there are yet stay meanwhile. The rule is the
    published one where the words' vectors are made here: "shared" is tuned to the built-in encoder.
    Raises Cancelled when cancelled; the vectors that are there are kept.
    """

    def rename(terms: vocabulary.Vocabulary, rule: rules.Rule) -> None:
        recorder.rename(name_concepts(shown, terms, photos, rule))
        publish(recorder)
        state.keep(words=len(terms))

    if terms is None and not can_read_words(encoder):
        return
    progress(0, 0, "Naming concepts")
    shown, photos = evidence(recorder, dictionary), recorder.counting.whole().images
    if terms is None and _is_shipped(encoder):
        terms = vocabulary.default(encoder.fingerprint)
    if terms is not None:
        rename(terms, "shared")
        state.keep(is_due=False)
        return
    words = WordVectors(encoder.encode_text, _text_fingerprint(encoder))
    due = max(FIRST, GROWTH * state.words)
    while True:
        if words.done == words.total or words.done >= due:
            rename(words.vocabulary(), "published")
            due = GROWTH * words.done
        if words.done == words.total:
            state.keep(is_due=False)
            return
        cancel.check()
        words.advance()
        progress(words.done, words.total, "Naming concepts: reading words")
        between()


def _is_shipped(encoder: DenseEncoder) -> bool:
    return encoder.fingerprint.partition(":")[0] == "builtin"


def _text_fingerprint(encoder: DenseEncoder) -> str:
    return str(getattr(encoder, "text_fingerprint", ""))


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
