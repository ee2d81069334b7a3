"""How well regions fit masks: asked of the worker, kept in the project, told when out of date.

Owns where the masks are, kept with the project's place. Knows no panel.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from insight_app.concepts.explain.overlap import Overlap
from insight_app.errors import KnownError
from insight_app.figures import counted
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.places import PlaceMemory
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.regions import Regions
from insight_app.gui.state.replies import Message
from insight_app.gui.state.worker_client import Progress, WorkerClient
from insight_app.project.explaining import mask_store
from insight_app.project.explaining.mask_scores import WAYS, MaskScores
from insight_app.project.explaining.segmentation import EDGES, Edges, Source

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results


MOST_BYTES = 256 << 20
"""Masks of more bytes are not read at every opening to see whether they changed."""


@dataclass(frozen=True, eq=False)
class MaskFigures:
    """The means of scores, worked out once off the GUI thread, as their intervals take long.

    means: the mIoU of each way; gaps: concepts minus raw tokens; effect: sharp minus smooth edges,
    through concepts.
    """

    scores: MaskScores
    means: "dict[tuple[Source, Edges], Overlap]"
    gaps: "dict[Edges, Overlap]"
    effect: Overlap


class MaskControl(QObject):
    """figures: the newest; stale: why they do not hold now; unkept: why they were not kept."""

    changed = Signal()

    def __init__(
        self,
        projects: Projects,
        worker: WorkerClient,
        jobs: Jobs,
        regions: Regions,
        places: PlaceMemory,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects, self._worker, self._jobs = projects, worker, jobs
        self._regions, self._places, self._messages = regions, places, messages
        self._request: int | None = None
        self._read_in: int | None = None
        self._given: tuple[Path, Path | None] | None = None
        self.figures: MaskFigures | None = None
        self.stale = self.unkept = ""
        self.is_read = False
        self.progress: Progress | None = None
        self.error: Exception | None = None
        projects.opened.connect(self._forget)

    @property
    def scores(self) -> MaskScores | None:
        """The newest scores, None before measuring."""
        return None if self.figures is None else self.figures.scores

    @property
    def is_measuring(self) -> bool:
        """Whether the worker is at it, or will be."""
        return self._request is not None

    @property
    def places_of_masks(self) -> tuple[Path, Path | None] | None:
        """Where the masks and their table are; None before somebody said it."""
        if self._given is not None:
            return self._given
        masks, table = self._places.kept("masks"), self._places.kept("masks_table")
        if not isinstance(masks, str) or not masks:
            return None
        return Path(masks), Path(table) if isinstance(table, str) and table else None

    def want(self) -> None:
        """Read what is kept, once for the results that are shown."""
        state = self._projects.state
        if state.path is None or state.results is None or self._read_in == state.epoch:
            return
        self._read_in = state.epoch
        self._jobs.run(
            partial(_read, state.path, state.results, self.places_of_masks),
            done=self._show,
            failed=self._failed,
            key="scores against masks",
        )

    def measure(self, masks: Path, table: Path | None, *, by_typed_classes: bool) -> None:
        """Measure anew, by the table's own classes or by those that are typed."""
        path = self._projects.state.path
        if path is None or self.is_measuring:
            return
        self._given = masks, table
        self._places.keep("masks", lambda: str(masks))
        self._places.keep("masks_table", lambda: str(table or ""))
        regions = self._regions
        arguments: dict[str, Any] = {} if table is None else {"table": str(table)}
        if by_typed_classes:
            arguments["classes"] = [
                {"name": one.name, "synonyms": list(one.synonyms)} for one in regions.classes
            ]
        self.error, self.progress = None, None
        self._request = self._worker.request(
            "segment",
            scope=Scope.PROJECT,
            project=str(path),
            masks=str(masks),
            background=regions.has_background,
            below=regions.below,
            done=self._measured,
            failed=self._failed,
            stopped=self._stopped,
            progress=self._tell,
            **arguments,
        )
        self.changed.emit()

    def cancel(self) -> None:
        """Stop measuring; what was counted is kept, and the next run goes on from there."""
        if self._request is not None:
            self._worker.cancel(self._request)

    def _measured(self, reply: Message) -> None:
        self.unkept = str(reply.get("why") or "")
        read = partial(_read_new, Path(str(reply["file"])), bool(self.unkept))
        self._jobs.run(read, done=self._take, failed=self._failed, scope=Scope.PROJECT)

    def _take(self, found: MaskFigures) -> None:
        self._end()
        self.figures, self.stale = found, ""
        self._messages.say(f"Compared with masks on {counted(found.scores.images.size, 'photo')}")
        self.changed.emit()

    def _show(self, kept: tuple[MaskFigures | None, str]) -> None:
        self.is_read = True
        if not self.unkept:
            self.figures, self.stale = kept
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._end()
        self.is_read, self.error = True, error
        self.changed.emit()

    def _stopped(self) -> None:
        self._end()
        self._messages.say("Comparing was cancelled; the next run goes on from there")
        self.changed.emit()

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        self.changed.emit()

    def _end(self) -> None:
        self._request = self.progress = None

    def _forget(self) -> None:
        self._end()
        self._read_in = self._given = self.figures = self.error = None
        self.stale, self.unkept, self.is_read = "", "", False
        self.changed.emit()


def figures_of(scores: MaskScores) -> MaskFigures:
    """Work out the means of scores; takes long, runs on the pool."""
    return MaskFigures(
        scores,
        {way: scores.mean_iou(*way) for way in WAYS},
        {edges: scores.gap(edges) for edges in EDGES},
        scores.effect("concepts"),
    )


def _read(
    project: Path, results: "Results", given: tuple[Path, Path | None] | None
) -> tuple[MaskFigures | None, str]:
    """Read the newest scores, and why they do not hold; runs on the pool."""
    found = mask_store.newest(project)
    if found is None:
        return None, ""
    is_same = given is not None and str(given[0]) == found.masks
    digest = _digest(*given) if given is not None and is_same else None
    return figures_of(found), mask_store.is_stale(found, results, digest)


def _digest(masks: Path, table: Path | None) -> str | None:
    """Return the digest of masks as they are now; None where they are away, or too large."""
    from insight_app.project.quality import masks as label_masks

    with suppress(KnownError, OSError):
        files = masks.iterdir() if masks.is_dir() else [masks]
        if sum(one.stat().st_size for one in files) <= MOST_BYTES:
            return label_masks.read(masks, table).digest
    return None


def _read_new(path: Path, is_unkept: bool) -> MaskFigures:
    """Read the worker's answer; runs on the pool."""
    try:
        return figures_of(mask_store.read(path))
    finally:
        if is_unkept:
            path.unlink(missing_ok=True)
