"""Analyzing photos into a project: scan, train if asked, code, count, publish.

Owns the order of things and when results are published. Can be cancelled or killed at any moment;
the same call goes on where it stopped, and adds photos that came since. Knows no window and no
protocol: who calls is told through `progress`, `published` and `between`.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from insight_app.concepts import encoders, hsae
from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.hsae.description import UnsetThreshold
from insight_app.concepts.hsae.proposal import propose
from insight_app.concepts.progress import Cancelled, CancelToken, Progress, silent
from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError
from insight_app.project.analysis import dictionary, reading_again, runs, training
from insight_app.project.analysis import encoder as encoder_of
from insight_app.project.analysis.coding import crashes
from insight_app.project.analysis.coding.batches import Batches
from insight_app.project.analysis.coding.memory import keep_freed
from insight_app.project.analysis.coding.new_photos import NewPhotos
from insight_app.project.analysis.dictionary import TRAIN, DictionaryChoice, must_be_learnable
from insight_app.project.analysis.folders import choosing, membership
from insight_app.project.analysis.folders.scanning import Found, update_images
from insight_app.project.analysis.folders.sources import must_be_folders
from insight_app.project.analysis.hooks import Hooks
from insight_app.project.analysis.naming.after_photos import Reader, rename
from insight_app.project.analysis.naming.due import Naming
from insight_app.project.analysis.recording import Recorder
from insight_app.project.analysis.recovery import open_or_begin_anew, set_damaged_aside
from insight_app.project.folder import is_project
from insight_app.project.photos.patterns import Patterns
from insight_app.project.project import Project
from insight_app.project.results import analysis_database

if TYPE_CHECKING:
    from insight_app.concepts.hsae.held_back import Look
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.concepts.naming.vocabulary import Vocabulary


@dataclass(frozen=True)
class Summary:
    """What an analysis did; seconds: without the scan."""

    found: Found
    coded: int
    unreadable: int
    generation: int
    seconds: float


def analyze(
    project: Path,
    folders: Iterable[Path | str] = (),
    *,
    encoder: str | DenseEncoder | None = None,
    encoder_options: Mapping[str, str] | None = None,
    dictionary: str | Path | None = None,
    concepts: int | None = None,
    k: int | None = None,
    unset_threshold: UnsetThreshold | None = None,
    device: str = "auto",
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    published: Callable[[int], None] = lambda generation: None,
    between: Callable[[], None] = lambda: None,
    notice: Callable[[str], None] = lambda text: None,
    read_again: bool = False,
    added: Callable[[list[Path]], None] = lambda folders: None,
    looked: "Callable[[Sequence[Look]], None]" = lambda curve: None,
    after_crash: bool = False,
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    page: int | None = None,
    channels: Sequence[int] | None = None,
    vocabulary: "Vocabulary | None" = None,
    load: Callable[..., DenseEncoder] = encoders.load,
) -> Summary:
    """Analyze the photos of a project: those in `folders`, and all that came since the last time.

    encoder: a name of the registry with its encoder_options, or an encoder; None: the project's
    own, in a new project the built-in one. dictionary: "builtin", "train" or the folder of a
    dictionary or of released files; None: the project's own, in a new project the built-in one. A
    project keeps both: others are refused, since codes and judgements are about its own. In a new
    project both are opened and compared before anything is made.
    unset_threshold: what is active where a released dictionary's threshold was never set: "topk"
    (None too: the k strongest concepts of a cell) or "all".
    read_again: code all photos of the project again, by the newest reading rule; nothing is done
    anew if they are read by that already and all is kept beside their codes. A project keeps its
    rule otherwise.
    after_crash: the process that did this before died by itself. vocabulary: what a dictionary
    without names is named with (None: the shipped words, where the encoder knows them).
    include, exclude: patterns of the photos to be taken and left out, see `photos.patterns`; None:
    the project's own. What is left out keeps its codes, and counts again when it is taken again.
    page, channels: what is read of files with several pictures or more than three channels, counted
    from 1; a project keeps them.
    load: where an encoder is got by name; who keeps encoders gives their own.
    Raises Cancelled when cancelled.
    """
    project = Path(project)
    places = [Path(folder) for folder in folders]
    wanted = None if dictionary is None else str(dictionary)
    load_here = partial(load, device=device)
    with disk_errors("This folder cannot be read", where=project):
        is_new = not is_project(project)
        has_results = (project / analysis_database.NAME).exists()
    if not has_results:
        must_be_folders(places)
        if wanted == TRAIN:
            must_be_learnable(concepts, k)
        encoder = _checked(
            encoder,
            encoder_options,
            wanted,
            load_here,
            unset_threshold or "topk",
            has_photos=bool(places),
        )
    if is_new:
        Project.create(project).close()
    hooks = Hooks(progress, published, between, notice, added, looked)
    stop = cancel or CancelToken()
    with runs.alone(project):
        engine = open_or_begin_anew(project, hooks.notice)
        try:
            work = _Work(project, engine, hooks, stop, load_here, vocabulary, read_again)
            with runs.recorded(engine, lambda: work.coded):
                if after_crash:
                    crashes.blame(project, engine)
                patterns = choosing.settle(engine, include, exclude)
                choosing.settle_part(engine, page, channels)
                return work.run(
                    places,
                    encoder,
                    encoder_options,
                    wanted,
                    concepts,
                    k,
                    unset_threshold,
                    patterns,
                )
        finally:
            analysis_database.close_writer(engine)


def _checked(
    encoder: str | DenseEncoder | None,
    options: Mapping[str, str] | None,
    wanted: str | None,
    load: encoder_of.Load,
    unset_threshold: UnsetThreshold,
    *,
    has_photos: bool,
) -> str | DenseEncoder | None:
    """Return the encoder of a project to be made, loaded if there are photos to be coded.

    KnownError if it cannot be had, or the wanted dictionary does not read its tokens.
    """
    if encoder in (None, encoder_of.DEFAULT) and wanted in (None, dictionary.BUILTIN):
        return encoder  # they fit; loading would only delay the first photos
    name, given = encoder or encoder_of.DEFAULT, dict(options or {})
    if isinstance(name, str):
        token_dim = encoders.token_dim(name, given.get("model", ""))
        dictionary.must_read(wanted, token_dim, unset_threshold=unset_threshold)
        if not has_photos:
            return encoder
        name = load(name, **given)
    dictionary.must_read(wanted, name.token_dim, name.fingerprint, unset_threshold)
    return name


class _Work:
    """One analysis, step by step."""

    def __init__(
        self,
        project: Path,
        engine: Engine,
        hooks: Hooks,
        cancel: CancelToken,
        load: Callable[[str], DenseEncoder],
        vocabulary: "Vocabulary | None",
        read_again: bool,
    ) -> None:
        self.project = project
        self.engine = engine
        self.hooks = hooks
        self.cancel = cancel
        self.load = load
        self.vocabulary = vocabulary
        self.read_again = read_again
        self.rule = reading_again.settle(project, engine)
        self.naming = Naming(engine)
        self.photos: NewPhotos | None = None
        self.generation = 0

    @property
    def coded(self) -> int:
        """How many photos were coded so far."""
        return self.photos.coded if self.photos else 0

    def run(
        self,
        folders: Sequence[Path],
        encoder: str | DenseEncoder | None,
        encoder_options: Mapping[str, str] | None,
        wanted: str | None,
        concepts: int | None,
        k: int | None,
        unset_threshold: UnsetThreshold | None,
        patterns: Patterns,
    ) -> Summary:
        used = dictionary.chosen(self.engine)
        dictionary.must_fit(self.project, used, wanted, concepts, k, unset_threshold)
        dictionary.must_be_whole(self.project, self.engine)
        unset = unset_threshold or used.unset_threshold
        described = dictionary.installed(self.project)
        is_to_be_made = described is None or used.source == dictionary.TRAIN
        if wanted is None and used.source and is_to_be_made:  # go on as it was begun
            wanted = used.source
        if is_to_be_made and wanted == used.source == dictionary.TRAIN:
            concepts, k = concepts or used.concepts, k or used.k
        source = used.source if described is not None else wanted or dictionary.BUILTIN
        choice = DictionaryChoice(source, used.fingerprint, concepts, k, unset)
        dictionary.keep(self.engine, choice)
        known = encoder_of.settle(self.project, self.engine, encoder, encoder_options)
        if added := membership.add(self.project, self.engine, folders):
            self.hooks.added(added)
        found = update_images(
            self.project,
            self.engine,
            added,
            patterns=patterns,
            progress=self.hooks.progress,
            cancel=self.cancel,
        )
        if self.read_again and reading_again.is_due(self.project, self.engine, self.rule):
            encoder = self._begin_again(encoder, known)
        set_damaged_aside(self.project, self.engine)
        if described is None and wanted != dictionary.TRAIN:
            described = dictionary.install(self.project, wanted, unset)
            for note in dictionary.notes(described):
                self.hooks.notice(note)
        if described is None and wanted == dictionary.TRAIN:
            concepts, k = self._sizes(concepts, k)
            dictionary.keep(self.engine, replace(choice, concepts=concepts, k=k))
        if described is not None:
            choice = replace(choice, fingerprint=described.fingerprint, concepts=None, k=None)
            dictionary.keep(self.engine, choice)
        self.photos = NewPhotos(self.project, self.engine, self.rule, self.hooks, self.cancel)
        settings, setup = dictionary.planned(concepts, k, known.name)
        if described is not None:
            setup = dictionary.setup(self.project, described, known)
        began = time.monotonic()
        with closing(
            Recorder(self.project, self.engine, setup, self.hooks.progress, self.cancel)
        ) as recorder:
            self._publish(recorder)  # photos show at once, and what went missing or came back
            reader = Reader(known.fingerprint, vocabulary=self.vocabulary)
            if self.photos.are_there_any:
                batches = Batches(self._encoder(encoder, known), self.hooks.notice)
                if described is None:
                    self._train(batches, settings)
                self._code(self.photos, recorder, batches)
                reader = replace(
                    reader, fingerprint=batches.encoder.fingerprint, encoder=batches.encoder
                )
            self._name_if_due(recorder, reader, partial(self._encoder, encoder, known))
            self._measure_relations(recorder)
        reading_again.remove_old_files(self.project, self.engine)
        return Summary(
            found,
            self.photos.coded,
            self.photos.unreadable,
            self.generation,
            time.monotonic() - began,
        )

    def _begin_again(
        self, wanted: str | DenseEncoder | None, known: encoder_of.EncoderChoice
    ) -> DenseEncoder:
        """Give up all codes, after it is sure that new ones can be made; return the encoder."""
        reading_again.must_be_possible(self.project, self.engine)
        encoder = self._encoder(wanted, known)
        self._weights(encoder)
        self.rule = reading_again.begin(self.engine)
        return encoder

    def _sizes(self, concepts: int | None, k: int | None) -> tuple[int, int]:
        """Return the size of the dictionary to be trained: as asked for, else as proposed."""
        photos = training.count(self.project, self.engine)
        proposal = propose(photos)
        if concepts is None and photos:
            self.hooks.notice(proposal.reason)
        if proposal.warning and photos:
            self.hooks.notice(proposal.warning)
        found = concepts or proposal.concepts, k or proposal.k
        must_be_learnable(*found)
        return found

    def _publish(self, recorder: Recorder) -> None:
        self.generation = recorder.publish()
        self.hooks.published(self.generation)

    def _encoder(
        self, wanted: str | DenseEncoder | None, known: encoder_of.EncoderChoice
    ) -> DenseEncoder:
        self.hooks.progress(0, 0, "Loading the encoder")
        keep_freed()
        encoder = encoder_of.open_own(self.project, self.engine, known, wanted, self.load)
        if not known.fingerprint:
            for note in getattr(encoder, "notes", ()):
                self.hooks.notice(note)
        return encoder

    def _train(self, batches: Batches, settings: hsae.TrainingSettings) -> None:
        fingerprint = batches.encoder.fingerprint
        shipped = dictionary.shipped_for(fingerprint)
        trained = training.train(
            self.project,
            self.engine,
            batches,
            self.rule,
            settings,
            None if shipped is None else hsae.load(shipped),
            progress=self.hooks.progress,
            looked=self.hooks.looked,
            notice=self.hooks.notice,
            cancel=self.cancel,
        )
        hsae.save(
            trained,
            self.project / dictionary.FOLDER,
            title=f"Trained on {self.project.stem}",
            encoder_fingerprint=fingerprint,
        )
        dictionary.keep(self.engine, DictionaryChoice(dictionary.TRAIN, trained.fingerprint))
        shutil.rmtree(training.checkpoints(self.project), ignore_errors=True)
        self.hooks.notice(training.told(trained))

    def _code(self, photos: NewPhotos, recorder: Recorder, batches: Batches) -> None:
        """Code all new photos with the project's dictionary."""
        encoder, weights = batches.encoder, self._weights(batches.encoder)
        recorder.setup = dictionary.setup(
            self.project,
            hsae.info(self.project / dictionary.FOLDER),
            encoder_of.described(encoder),
        )
        photos.code(recorder, batches, weights, self._publish)

    def _weights(self, encoder: DenseEncoder) -> "HSAE":
        return hsae.load(
            self.project / dictionary.FOLDER,
            str(encoder.device),
            token_dim=encoder.token_dim,
            encoder_fingerprint=encoder.fingerprint,
        )

    def _measure_relations(self, recorder: Recorder) -> None:
        """Measure how sure relations are, which needs all photos once more: who stops this stops
        nothing else, and the next analysis goes on with it.
        """
        try:
            if recorder.measure_relations(self.hooks.progress, self.cancel):
                self._publish(recorder)
        except Cancelled:
            self.hooks.notice("The next analysis measures how sure the relations are.")

    def _name_if_due(
        self,
        recorder: Recorder,
        reader: Reader,
        load: Callable[[], DenseEncoder],
    ) -> None:
        """Name the concepts if other photos count than their names know, which all are done.

        Who stops this stops nothing else, and the next analysis goes on with it.
        """
        published = recorder.setup.words
        if not recorder.setup.dictionary_fingerprint or not self.naming.is_due(published):
            return
        if reader.stays(published):
            return
        try:
            if reader.needs_encoder and reader.encoder is None:
                reader = replace(reader, encoder=load())
        except KnownError as error:  # nothing but names needs it now
            self.hooks.notice(f"The concepts cannot be named yet: {error}")
            return
        if not reader.can_read():
            self.naming.end(self.naming.counted(), published.run)
            return
        try:
            rename(
                recorder,
                reader,
                hsae.load(self.project / dictionary.FOLDER),
                self.naming,
                self._publish,
                self.hooks,
                self.cancel,
            )
        except Cancelled:
            self.hooks.notice("The next analysis goes on with naming the concepts.")
