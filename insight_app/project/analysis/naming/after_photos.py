"""Naming the concepts of a project after its photos, with what came with the dictionary as a prior.

Where an encoder's words have no vectors yet, those are computed meanwhile, and names come as they
do. Knows nothing of how names are found, and of what makes it necessary.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from insight_app.concepts.codes import Codes
from insight_app.concepts.encoders import DenseEncoder, builtin_table
from insight_app.concepts.hsae.summary import DICTIONARY, RELEASE
from insight_app.concepts.naming import hypernyms, rules, vocabulary
from insight_app.concepts.naming.evidence import Evidence, exemplar_codes
from insight_app.concepts.naming.photo_classes import KeptOfPhoto, photo_classes
from insight_app.concepts.naming.steps import Step
from insight_app.concepts.naming.vocabulary import Vocabulary
from insight_app.concepts.naming.word_vectors import WordVectors
from insight_app.concepts.progress import CancelToken
from insight_app.concepts.relations import relations
from insight_app.project.analysis.hooks import Hooks
from insight_app.project.analysis.naming.due import Naming, changed_names
from insight_app.project.analysis.naming.wording import with_definitions, words_of
from insight_app.project.analysis.recording import Recorder
from insight_app.project.results.words import Words

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE

PHOTOS = "photos"
"""The run that names from this project's photos belong to."""
FIRST, GROWTH = 1024, 1.5
"""Names are published after so many words, and again when there are so many times as many."""
NAMING = "Naming concepts"


@dataclass(frozen=True, eq=False)
class Reader:
    """What reads words: an encoder by its fingerprint, or `encoder` itself where its words have no
    vectors yet; vocabulary: words with vectors to be used instead.
    """

    fingerprint: str
    encoder: DenseEncoder | None = None
    vocabulary: Vocabulary | None = None

    @property
    def needs_encoder(self) -> bool:
        """Whether words cannot be read without the encoder itself."""
        return self.vocabulary is None and not is_shipped(self.fingerprint)

    @property
    def rule(self) -> rules.Rule:
        """The published rule where vectors are made here: "likely" is fitted to the built-in's."""
        return "published" if self.needs_encoder else "likely"

    def can_read(self) -> bool:
        """Return whether there are vectors of words, or can be."""
        return not self.needs_encoder or bool(_text_fingerprint(self.encoder))

    def stays(self, published: Words) -> bool:
        """Return whether names stay as they are, whatever photos show, unless a person asks.

        Those do that others published, and those that came with a dictionary where no rule can
        weigh them against photos.
        """
        return published.run == RELEASE or (published.run == DICTIONARY and self.needs_encoder)


def is_shipped(fingerprint: str) -> bool:
    """Return whether the vectors of the shipped words for an encoder are shipped too."""
    return fingerprint.partition(":")[0] == "builtin"


def _text_fingerprint(encoder: DenseEncoder | None) -> str:
    return str(getattr(encoder, "text_fingerprint", ""))


def found(
    recorder: Recorder,
    reader: Reader,
    dictionary: "HSAE",
    state: Naming,
    hooks: Hooks,
    cancel: CancelToken,
    *,
    at_once: bool = False,
) -> Iterator[tuple[Words, int]]:
    """Yield names after the photos that count, and of how many words they were chosen.

    Once, or with more and more of the shipped words where these have no vectors yet; names that
    were chosen from more words than there are yet are left out, with `at_once` all but the last.
    Raises Cancelled when cancelled; the vectors that are there are kept.
    """

    def named(terms: Vocabulary) -> tuple[Words, int]:
        return _name(shown, terms, recorder, reader.rule, before, step), len(terms)

    # Where words come one after the other, these are what is counted.
    concepts = recorder.setup.concepts
    step = _steps(hooks, cancel, "" if reader.needs_encoder else NAMING, concepts)
    hooks.progress(0, 0, NAMING)
    before = state.before(recorder.setup.words)
    step_of_reading = _steps(hooks, cancel, f"{NAMING}: reading codes")
    shown = _evidence(recorder, dictionary, reader, step_of_reading)
    if not reader.needs_encoder:
        yield named(reader.vocabulary or vocabulary.default(reader.fingerprint))
        return
    assert reader.encoder is not None
    words = WordVectors(reader.encoder.encode_text, _text_fingerprint(reader.encoder))
    due = max(FIRST, GROWTH * state.words)
    while words.done < words.total:
        if words.done >= due and not at_once:
            yield named(words.vocabulary())
            due = GROWTH * words.done
        cancel.check()
        words.advance()
        hooks.progress(words.done, words.total, f"{NAMING}: reading words")
        hooks.between()
    yield named(words.vocabulary())


def rename(
    recorder: Recorder,
    reader: Reader,
    dictionary: "HSAE",
    state: Naming,
    publish: Callable[[Recorder], object],
    hooks: Hooks,
    cancel: CancelToken,
) -> None:
    """Find names after the photos that count, and publish them as they come.

    Raises Cancelled when cancelled; the same call begins again, or goes on reading words.
    """
    photos = state.counted()
    for words, read in found(recorder, reader, dictionary, state, hooks, cancel):
        state.begin()
        recorder.rename(words)
        publish(recorder)
        state.advance(read)
    state.end(photos, PHOTOS)


def _evidence(recorder: Recorder, dictionary: "HSAE", reader: Reader, step: Step) -> Evidence:
    """Gather what the photos that are counted show of each concept."""
    cooccurrence = recorder.counting.cooccurrence()
    read = recorder.record_reader()
    kept: dict[int, KeptOfPhoto] = {}

    def codes_of(image: int) -> Codes:
        record = read(image)
        notes = record.notes()
        kept[image] = KeptOfPhoto(notes.classes, notes.logits, notes.measures)
        return record.codes()

    exemplars = exemplar_codes(recorder.counting.whole().exemplars, codes_of, step)
    return Evidence(
        dictionary.W_dec.cpu().numpy(),
        dictionary.b_dec.cpu().numpy(),
        exemplars,
        cooccurrence,
        relations(cooccurrence),
        photo_classes(kept) if is_shipped(reader.fingerprint) else None,
        builtin_table.load().synsets if is_shipped(reader.fingerprint) else (),
    )


def _name(
    shown: Evidence,
    terms: Vocabulary,
    recorder: Recorder,
    rule: rules.Rule,
    before: list[str],
    step: Step,
) -> Words:
    """Name the concepts of a project after what its photos show."""
    prior, photos = recorder.setup.prior, recorder.counting.whole().images
    rule = rules.usable_rule(rule, shown)
    candidates = rules.name_concepts(
        shown, terms, hypernyms.shipped(), rule=rule, prior=prior, step=step
    )
    words = words_of(
        with_definitions(candidates, terms),
        PHOTOS,
        rule,
        rules.UNITS[rule],
        photos,
        shown.exemplars.photos,
    )
    return replace(words, was=changed_names(before, words.names))


def _steps(hooks: Hooks, cancel: CancelToken, message: str, of: int = 0) -> Step:
    """Return what is done between parts of the work: stop, tell how far it is if there is a message
    for that, do short work.

    of: how many things are told to be in all, 0 = as many as there are parts.
    """

    def step(done: int, total: int) -> None:
        cancel.check()
        if message and of:
            hooks.progress(done * of // max(total, 1), of, message)
        elif message:
            hooks.progress(done, total, message)
        hooks.between()

    return step
