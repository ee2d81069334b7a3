"""Coding all photos of a project that are new: read ahead, coded, recorded, published on the way.

Whatever ends it, what was coded is kept; photos that are not there when their turn comes stay new.
Knows nothing of which encoder and dictionary these are.
"""

from collections.abc import Callable, Generator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.figures import counted
from insight_app.project.analysis.coding import crashes, pending_images, pipeline
from insight_app.project.analysis.coding.batches import Batches, code
from insight_app.project.analysis.coding.commit_policy import CommitPolicy
from insight_app.project.analysis.coding.pending_images import Locations
from insight_app.project.analysis.coding.pipeline import Read, Unreadable
from insight_app.project.analysis.hooks import Hooks
from insight_app.project.analysis.recording import Recorder
from insight_app.project.photos.finding import is_there

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE


class NewPhotos:
    """The photos of a project that are still to be coded, and how many of them were.

    rule: by which files become pixels.
    """

    def __init__(
        self, project: Path, engine: Engine, rule: int, hooks: Hooks, cancel: CancelToken
    ) -> None:
        self.coded = self.unreadable = 0
        self._project = project
        self._engine = engine
        self._rule = rule
        self._hooks = hooks
        self._cancel = cancel
        self._locations = Locations(project, engine)
        self._waiting = 0

    @property
    def are_there_any(self) -> bool:
        """Whether any are to be coded, and can be."""
        return self._count() > 0

    def _count(self) -> int:
        return pending_images.count_new(self._engine, self._locations)

    def code(
        self,
        recorder: Recorder,
        batches: Batches,
        weights: "HSAE",
        publish: Callable[[Recorder], None],
    ) -> None:
        """Code them all with a dictionary, and publish."""
        policy = CommitPolicy(recorder, publish)
        writer = pipeline.Writer(policy.record, recorder.commit)
        try:
            self._code(writer, batches, weights)
        except Cancelled:
            writer.close()
            publish(recorder)
            raise
        except BaseException:
            with suppress(Exception):  # the first failure is the one to tell
                writer.close()
            raise
        writer.close()
        crashes.forget(self._project)
        publish(recorder)
        if self._waiting:
            self._hooks.notice(
                f"Gone when their turn came: {counted(self._waiting, 'photo')}. The next analysis "
                "looks for them again."
            )

    def _code(self, writer: pipeline.Writer, batches: Batches, weights: "HSAE") -> None:
        total = self._count()
        with closing(self._batches(batches)) as photos:
            for batch in photos:
                self._cancel.check()
                read = [one for one in batch if isinstance(one, Read) or is_there(one.photo.path)]
                good = [one for one in read if isinstance(one, Read)]
                coded = iter(code(good, batches, weights))
                writer.put([one if isinstance(one, Unreadable) else next(coded) for one in read])
                self.coded += len(good)
                self.unreadable += len(read) - len(good)
                self._waiting += len(batch) - len(read)
                done = self.coded + self.unreadable + self._waiting
                self._hooks.progress(done, total, "Analyzing photos")
                self._hooks.between()

    def _batches(self, batches: Batches) -> Generator[list[Read | Unreadable], None, None]:
        """Yield photos that were in flight at a crash one by one, then all others."""
        engine, locations = self._engine, self._locations

        def in_flight(images: list[int]) -> None:
            crashes.remember(self._project, images)

        encoder = batches.encoder
        read = partial(pipeline.read_photo, encoder=encoder, rule=self._rule)
        for photo in list(pending_images.new_photos(engine, locations, crashed=True)):
            in_flight([photo.image])
            yield [read(photo)]
        photos = pending_images.new_photos(engine, locations, crashed=False)
        readers = pipeline.readers_beside(encoder)
        yield from pipeline.batches(photos, read, readers, batches.size, in_flight)
