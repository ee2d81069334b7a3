"""Analysing photos into a project: scan, train if asked, code, count, publish.

Owns the order of things and when results are published. Can be cancelled or killed at any moment;
the same call goes on where it stopped, and adds photos that came since. Knows no window and no
protocol: who calls is told through `progress`, `published` and `between`.
"""

import shutil
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from insight_app.concepts import encoders, hsae
from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.progress import Cancelled, CancelToken, Progress, silent
from insight_app.errors import KnownError
from insight_app.project import runs
from insight_app.project.analysis import crashes, dictionary, listing, names, pipeline
from insight_app.project.analysis.dictionary import Choice
from insight_app.project.analysis.mending import open_or_begin_anew, set_damaged_aside
from insight_app.project.analysis.pipeline import Photo, Read, Unreadable
from insight_app.project.analysis.recording import Coded, Recorder, read_setting, write_setting
from insight_app.project.analysis.scanning import Found, update_images
from insight_app.project.project import Project, is_project

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.concepts.vocabulary import Vocabulary

COMMIT_SECONDS, COMMIT_IMAGES = 5.0, 256
PUBLISH_SECONDS = 10.0
PUBLISH_SHARE = 10
"""Publishing takes at most one part in so many of the time: big sets publish less often."""
ENCODER, DICTIONARY = "encoder", "dictionary"


@dataclass(frozen=True)
class Summary:
    """What an analysis did; seconds: without the scan."""

    found: Found
    coded: int
    unreadable: int
    generation: int
    seconds: float


@dataclass(frozen=True)
class Hooks:
    """Who listens: `published(generation)` after each generation; `between()` between two batches,
    for short work with the same encoder.
    """

    progress: Progress = silent
    published: Callable[[int], None] = lambda generation: None
    between: Callable[[], None] = lambda: None


def analyse(
    project: Path,
    folders: Iterable[Path | str] = (),
    *,
    encoder: str | DenseEncoder = "builtin",
    dictionary: str | Path | None = None,
    concepts: int | None = None,
    k: int | None = None,
    device: str = "auto",
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    published: Callable[[int], None] = lambda generation: None,
    between: Callable[[], None] = lambda: None,
    after_crash: bool = False,
    vocabulary: "Vocabulary | None" = None,
    load: Callable[..., DenseEncoder] = encoders.load,
) -> Summary:
    """Analyse the photos of a project: those in `folders`, and all that came since the last time.

    encoder: a name of the registry, or an encoder. dictionary: "builtin", "train" or a dictionary's
    folder; None: the project's own, in a new project the built-in one. A project keeps its
    dictionary: another one is refused, since codes and judgements are about its own.
    after_crash: the process that did this before died by itself. vocabulary: what a dictionary
    without names is named with (None: the shipped words, where the encoder knows them).
    load: where an encoder is got by name; who keeps encoders gives their own.
    Raises Cancelled when cancelled.
    """
    project = Path(project)
    if not is_project(project):
        Project.create(project).close()
    hooks, stop = Hooks(progress, published, between), cancel or CancelToken()
    places = [Path(folder) for folder in folders]
    with runs.alone(project):
        engine = open_or_begin_anew(project)
        work = _Work(project, engine, hooks, stop, partial(load, device=device), vocabulary)
        try:
            with runs.recorded(engine, lambda: work.coded):
                if after_crash:
                    crashes.blame(project, engine)
                wanted = None if dictionary is None else str(dictionary)
                return work.run(places, encoder, wanted, concepts, k)
        finally:
            engine.dispose()


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
    ) -> None:
        self.project = project
        self.engine = engine
        self.hooks = hooks
        self.cancel = cancel
        self.load = load
        self.vocabulary = vocabulary
        self.coded = self.unreadable = self.generation = 0

    def run(
        self,
        folders: Sequence[Path],
        wanted_encoder: str | DenseEncoder,
        wanted: str | None,
        concepts: int | None,
        k: int | None,
    ) -> Summary:
        used = Choice(**(read_setting(self.engine, DICTIONARY) or {}))
        dictionary.must_fit(self.project, used, wanted, concepts, k)
        if wanted is None and used.source == dictionary.TRAIN:  # go on as it was begun
            wanted, concepts, k = used.source, used.concepts, used.k
        described = dictionary.installed(self.project)
        source = used.source if described is not None else wanted or dictionary.BUILTIN
        self._choose(Choice(source, used.fingerprint, concepts, k))
        known = read_setting(self.engine, ENCODER) or {}
        name = wanted_encoder if isinstance(wanted_encoder, str) else wanted_encoder.name
        if known and known["name"] != name:
            raise _other_encoder(self.project, known["name"])
        found = update_images(
            self.engine, self.project, folders, progress=self.hooks.progress, cancel=self.cancel
        )
        set_damaged_aside(self.project, self.engine)
        if described is None and wanted != dictionary.TRAIN:
            described = dictionary.install(self.project, wanted)
        if described is not None:
            self._choose(Choice(source, described.fingerprint))
        settings, setup = dictionary.planned(concepts, k, name)
        if described is not None:
            grid = known.get("rows", 0), known.get("cols", 0)
            fingerprint = known.get("fingerprint", described.encoder_fingerprint)
            setup = dictionary.setup(self.project, described, name, fingerprint, grid)
        began = time.monotonic()
        with closing(Recorder(self.project, self.engine, setup)) as recorder:
            self._publish(recorder)  # photos show at once, and what went missing or came back
            if listing.count_new(self.engine):
                encoder = self._encoder(wanted_encoder, known)
                if described is None:
                    self._train(encoder, settings)
                self._code(recorder, encoder)
        return Summary(
            found, self.coded, self.unreadable, self.generation, time.monotonic() - began
        )

    def _choose(self, choice: Choice) -> None:
        write_setting(self.engine, DICTIONARY, asdict(choice))

    def _publish(self, recorder: Recorder) -> None:
        self.generation = recorder.publish()
        self.hooks.published(self.generation)

    def _encoder(self, wanted: str | DenseEncoder, known: dict[str, Any]) -> DenseEncoder:
        """The encoder, which must be the one that the project's codes come from."""
        self.hooks.progress(0, 0, "Loading the encoder")
        encoder = self.load(wanted) if isinstance(wanted, str) else wanted
        if known and known["fingerprint"] != encoder.fingerprint:
            raise _other_encoder(self.project, known["name"])
        rows, cols = encoder.grid
        described = {"name": encoder.name, "fingerprint": encoder.fingerprint}
        write_setting(self.engine, ENCODER, described | {"rows": rows, "cols": cols})
        return encoder

    def _train(self, encoder: DenseEncoder, settings: hsae.Settings) -> None:
        from insight_app.project.analysis.training import checkpoints, train

        trained = train(
            self.project,
            self.engine,
            encoder,
            settings,
            progress=self.hooks.progress,
            cancel=self.cancel,
        )
        hsae.save(
            trained,
            self.project / dictionary.FOLDER,
            title=f"Trained on {self.project.stem}",
            encoder_fingerprint=encoder.fingerprint,
        )
        self._choose(Choice(dictionary.TRAIN, trained.fingerprint))
        shutil.rmtree(checkpoints(self.project), ignore_errors=True)

    def _code(self, recorder: Recorder, encoder: DenseEncoder) -> None:
        """Code all new photos with the project's dictionary; whatever ends it, what was encoded is
        kept.
        """
        folder = self.project / dictionary.FOLDER
        weights = hsae.load(
            folder,
            str(encoder.device),
            token_dim=encoder.token_dim,
            encoder_fingerprint=encoder.fingerprint,
        )
        recorder.setup = dictionary.setup(
            self.project, hsae.info(folder), encoder.name, encoder.fingerprint, encoder.grid
        )
        keeper = _Keeper(recorder, self._publish)
        writer = pipeline.Writer(keeper.record, recorder.commit)
        try:
            self._code_photos(writer, encoder, weights)
        except Cancelled:
            writer.close()
            self._publish(recorder)
            raise
        except BaseException:
            with suppress(Exception):  # the first failure is the one to tell
                writer.close()
            raise
        writer.close()
        crashes.forget(self.project)
        if recorder.setup.shipped is None:
            self._name(recorder, encoder, weights)
        self._publish(recorder)

    def _code_photos(self, writer: pipeline.Writer, encoder: DenseEncoder, weights: "HSAE") -> None:
        total = listing.count_new(self.engine)
        with closing(self._batches(encoder)) as batches:
            for read in batches:
                self.cancel.check()
                good = [item for item in read if isinstance(item, Read)]
                coded = iter(pipeline.encode_batch(good, encoder, weights) if good else ())
                writer.put([item if isinstance(item, Unreadable) else next(coded) for item in read])
                self.coded += len(good)
                self.unreadable += len(read) - len(good)
                self.hooks.progress(self.coded + self.unreadable, total, "Analysing photos")
                self.hooks.between()

    def _batches(self, encoder: DenseEncoder) -> Generator[list[Read | Unreadable], None, None]:
        """Photos that were in flight at a crash one by one, then all others."""
        locations = listing.Locations(self.project, self.engine)

        def in_flight(images: list[int]) -> None:
            crashes.remember(self.project, images)

        for photo in list(listing.new_photos(self.engine, locations, crashed=True)):
            in_flight([photo.image])
            yield [pipeline.read_photo(photo, encoder)]
        photos: Iterable[Photo] = listing.new_photos(self.engine, locations, crashed=False)
        yield from pipeline.batches(photos, encoder, pipeline.batch_size(encoder), in_flight)

    def _name(self, recorder: Recorder, encoder: DenseEncoder, weights: "HSAE") -> None:
        from insight_app.concepts import vocabulary

        terms = self.vocabulary
        if terms is None:
            try:
                terms = vocabulary.default(encoder.fingerprint)
            except KnownError:
                return  # an encoder without word vectors: its concepts stay without names
        self.hooks.progress(0, 0, "Naming concepts")
        recorder.rename(*names.name_concepts(recorder.counting, weights, terms, recorder.codes_of))


class _Keeper:
    """On the writer's thread: records, commits now and then, publishes now and then."""

    def __init__(self, recorder: Recorder, publish: Callable[[Recorder], None]) -> None:
        self._recorder = recorder
        self._publish = publish
        self._committed = time.monotonic()
        self._next = 0.0
        """The first generation with codes is published after the first commit."""

    def record(self, items: list[Coded | Unreadable]) -> None:
        for item in items:
            if isinstance(item, Coded):
                self._recorder.add(item)
            else:
                self._recorder.add_unreadable(item.photo.image, item.message)
        waited = time.monotonic() - self._committed
        if waited > COMMIT_SECONDS or self._recorder.waiting >= COMMIT_IMAGES or not self._next:
            self._recorder.commit()
            self._committed = time.monotonic()
            if self._committed > self._next:
                self._publish(self._recorder)
                spent = time.monotonic() - self._committed
                self._next = time.monotonic() + max(PUBLISH_SECONDS, PUBLISH_SHARE * spent)


def _other_encoder(project: Path, name: str) -> KnownError:
    return KnownError(
        f"This project was analysed with another encoder, or another version of it ({name}).",
        where=str(project),
        kept="Nothing was changed.",
        do="Make a new project for this encoder.",
    )
