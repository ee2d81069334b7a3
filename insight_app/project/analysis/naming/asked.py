"""Naming the concepts again because a person asks for it, whatever photos count.

One piece of work on the results, alone and recorded. What people named, accepted or rejected is
elsewhere, and stays. Can be cancelled, and then never happened; killed, the next analysis does it.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from insight_app.concepts import encoders, hsae
from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import Refusal
from insight_app.project.analysis import dictionary, runs
from insight_app.project.analysis import encoder as encoder_of
from insight_app.project.analysis.hooks import Hooks
from insight_app.project.analysis.naming.after_photos import Reader, found, rename
from insight_app.project.analysis.naming.due import Naming
from insight_app.project.analysis.recording import Recorder
from insight_app.project.analysis.writer import writer
from insight_app.project.results.words import Words

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.concepts.naming.vocabulary import Vocabulary

WORK = "name"
_KEPT = "The concepts keep their names."


@dataclass(frozen=True)
class ChangedName:
    """One concept that the machine calls otherwise now; '' = nothing."""

    concept: int
    before: str
    now: str


@dataclass(frozen=True)
class NamedAgain:
    """What naming did, or would do. photos: how many the names rest on; concepts: how many have a
    name; generation: 0 if nothing was changed.
    """

    photos: int
    rule: str
    unit: str
    concepts: int
    renamed: list[ChangedName]
    generation: int


def name(
    project: Path,
    *,
    dry_run: bool = False,
    device: str = "auto",
    hooks: Hooks = Hooks(),
    cancel: CancelToken | None = None,
    vocabulary: "Vocabulary | None" = None,
    load: Callable[..., DenseEncoder] = encoders.load,
) -> NamedAgain:
    """Name the concepts of a project again after its photos; with dry_run change nothing.

    vocabulary, load: as `run.analyze` takes them. Raises Cancelled when cancelled.
    """
    stop = cancel or CancelToken()
    with writer(project) as (engine, setup):
        state, before = Naming(engine), setup.words
        with closing(Recorder(project, engine, setup, hooks.progress, stop)) as recorder:
            if not recorder.counting.whole().images:
                raise Refusal("There are no photos to name after.", where=str(project), kept=_KEPT)
            reader = _reader(project, engine, vocabulary, partial(load, device=device), hooks)
            weights = hsae.load(project / dictionary.FOLDER)
            if dry_run:
                every = found(recorder, reader, weights, state, hooks, stop, at_once=True)
                words, _ = list(every)[-1]
                return _named(before, words, 0)
            generation = _rename(engine, state, recorder, reader, weights, hooks, stop)
            return _named(before, recorder.setup.words, generation)


def _rename(
    engine: Engine,
    state: Naming,
    recorder: Recorder,
    reader: Reader,
    weights: "HSAE",
    hooks: Hooks,
    cancel: CancelToken,
) -> int:
    """Find names and publish them; return the number of the last generation."""
    generation = 0

    def publish(recorder: Recorder) -> None:
        nonlocal generation
        generation = recorder.publish()
        hooks.published(generation)

    with runs.recorded(engine, work=WORK):
        state.ask()
        try:
            rename(recorder, reader, weights, state, publish, hooks, cancel)
        except Cancelled:
            state.take_back()
            raise
    return generation


def _reader(
    project: Path,
    engine: Engine,
    vocabulary: "Vocabulary | None",
    load: encoder_of.Load,
    hooks: Hooks,
) -> Reader:
    """Return what reads words for a project; Refusal where nothing does."""
    known = encoder_of.chosen(engine) or encoder_of.EncoderChoice()
    reader = Reader(known.fingerprint, vocabulary=vocabulary)
    if reader.needs_encoder:
        hooks.progress(0, 0, "Loading the encoder")
        encoder = encoder_of.load(project, known, load)
        reader = Reader(encoder.fingerprint, encoder)
    if not reader.can_read():
        raise Refusal("The encoder of this project reads no words.", where=str(project), kept=_KEPT)
    return reader


def _named(before: Words, now: Words, generation: int) -> NamedAgain:
    names = before.names or [""] * len(now.names)
    renamed = [
        ChangedName(concept, old, new)
        for concept, (old, new) in enumerate(zip(names, now.names, strict=True))
        if old != new
    ]
    named = sum(1 for one in now.names if one)
    return NamedAgain(now.photos, now.rule, now.unit, named, renamed, generation)
