"""Counting what a project does not keep yet of its composites, and keeping it there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from insight_app.concepts.composition import Composition
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import KnownError, Refusal
from insight_app.project.composites import basis, counting, store
from insight_app.project.composites.counted import CountedComposite
from insight_app.project.results.snapshot import Results


@dataclass(frozen=True)
class Kept:
    """What was counted now: over which results, how many, and what of it could not be kept.

    why: why it could not, in words.
    """

    generation: int
    basis: str
    counted: int
    unkept: Mapping[Composition, CountedComposite]
    why: str


def count(
    project: Path,
    compositions: Sequence[Composition],
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
    beside: Sequence[Composition] = (),
) -> Kept:
    """Count those of some compositions that the newest results of a project lack.

    Those that were counted before it was cancelled are kept. between, beside: see `counting.count`.
    """
    results = Results.open(project)
    if results is None:
        raise Refusal(
            "There is nothing to be counted yet: no photo of this project has been analyzed.",
            where=str(project),
            do="Analyze it first.",
        )
    with results:
        return in_results(results, compositions, progress, cancel, between, beside)


def in_results(
    results: Results,
    compositions: Sequence[Composition],
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
    beside: Sequence[Composition] = (),
) -> Kept:
    """Do what `count` does over results that are open."""
    project, rests_on = results.project, basis.of(results)
    missing = [one for one in compositions if store.read(project, rests_on, one) is None]
    counting_now = counting.count(
        results, missing, progress, cancel, between, [*compositions, *beside]
    )
    unkept: dict[Composition, CountedComposite] = {}
    why, number = "", 0
    for composed, counted in counting_now:
        number += 1
        try:
            store.write(project, rests_on, composed, counted)
        except KnownError as error:
            unkept[composed], why = counted, str(error)
    store.tidy(project, rests_on, [*compositions, *beside])
    return Kept(results.generation, rests_on, number, unkept, why)
