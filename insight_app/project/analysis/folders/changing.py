"""What a person can do with the folders of a project: take out, put back, say where they are now.

Each is one piece of work on the results, alone and recorded like an analysis: rows change in one
transaction, then everything is counted again from the stored codes and published. Cancelled or
failed before that, it never happened; killed, the next analysis publishes what was decided. No
photo is coded; to be taken out or put back none need be there.
"""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from insight_app.concepts.progress import Cancelled, CancelToken, Progress, silent
from insight_app.project.analysis import runs
from insight_app.project.analysis.folders import choosing, membership, moving
from insight_app.project.analysis.folders.sources import Area, named
from insight_app.project.analysis.naming.due import Naming
from insight_app.project.analysis.publishing import has_unmeasured_edges, publish_again
from insight_app.project.analysis.recording import Recorder, Setup
from insight_app.project.analysis.writer import writer
from insight_app.project.photos.walking import outermost
from insight_app.project.results.schema import Status

Published = Callable[[int], None]
"""Is told the number of each generation that is published."""


@dataclass(frozen=True)
class Changed:
    """What was done. photos: those in the folders; missing: those of them that are not there."""

    photos: int
    missing: int
    generation: int


def remove(
    project: Path,
    folders: Sequence[Path],
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    published: Published = lambda generation: None,
) -> Changed:
    """Take folders out of a project with all below them, as if they had never been in it."""
    return _include(project, folders, membership.remove, "remove", progress, cancel, published)


def put_back(
    project: Path,
    folders: Sequence[Path],
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    published: Published = lambda generation: None,
) -> Changed:
    """Put folders back that were taken out; everything counts again as it did."""
    return _include(project, folders, membership.put_back, "put back", progress, cancel, published)


def _include(
    project: Path,
    folders: Sequence[Path],
    act: Callable[[Engine, Sequence[Area]], membership.Flags],
    work: str,
    progress: Progress,
    cancel: CancelToken | None,
    published: Published,
) -> Changed:
    with writer(project) as (engine, setup):
        areas = [
            one.area for folder in outermost(folders) for one in named(project, engine, folder)
        ]
        Naming(engine)  # what the names stand for until now
        with runs.recorded(engine, work=work):
            before = act(engine, areas)
            try:
                generation = _publish(project, engine, setup, progress, cancel)
            except BaseException:
                membership.restore(engine, before)
                raise
        published(generation)
        generation = _measure(project, engine, setup, progress, cancel, published) or generation
        photos, missing = (membership.count(engine, areas, s) for s in (None, Status.MISSING))
        return Changed(photos, missing, generation)


def move(
    project: Path,
    old: Path,
    new: Path,
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    published: Published = lambda generation: None,
) -> Changed:
    """Point a project from `old`, a folder of it, to `new`, where its photos are now.

    Photos are known by their path below the folder with size and time of change, else by content;
    none is coded again. Refuses, with the reason, where `new` has none of them. Cancelled while it
    looks at each photo, the folder has moved, and the next analysis looks at the rest.
    """
    stop = cancel or CancelToken()
    with writer(project) as (engine, setup):

        def publish() -> int:
            again = publish_again(project, engine)
            return again or _publish(project, engine, setup, progress)

        parts = moving.plan(project, engine, old, new, progress, stop)
        with runs.recorded(engine, work="move"):
            moving.carry_out(project, engine, parts)
            choosing.mark_again(engine)
            generation = publish()
            published(generation)
            try:
                moved = moving.look(project, engine, parts, progress, stop)
            except BaseException:
                published(publish())
                raise
            if moved.has_news:
                choosing.mark_again(engine)
                generation = publish()
                published(generation)
        generation = _measure(project, engine, setup, progress, stop, published) or generation
    return Changed(moved.photos, moved.missing, generation)


def _publish(
    project: Path,
    engine: Engine,
    setup: Setup,
    progress: Progress,
    cancel: CancelToken | None = None,
) -> int:
    """Count what changed and publish; return the number of the generation."""
    with closing(Recorder(project, engine, setup, progress, cancel)) as recorder:
        if cancel:
            cancel.check()
        return recorder.publish()


def _measure(
    project: Path,
    engine: Engine,
    setup: Setup,
    progress: Progress,
    cancel: CancelToken | None,
    published: Published,
) -> int | None:
    """Measure how sure those relations are for which other photos speak now, and publish that.

    Return the generation, None if there was no need. Cancelled, only this is left undone, and the
    next analysis does it.
    """
    if not has_unmeasured_edges(project, engine):
        return None
    stop = cancel or CancelToken()
    with suppress(Cancelled), closing(Recorder(project, engine, setup, progress, stop)) as recorder:
        if recorder.measure_relations(progress, stop):
            generation = recorder.publish()
            published(generation)
            return generation
    return None
