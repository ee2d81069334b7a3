"""What is merged over many images: its preview from postings, its examples, and counting its cells.

A synthetic project of few codes an image is written the first time; a count is measured over the
images of the rarest of the concepts, in images a second.

    python -m tests.benchmarks.composites FOLDER [--images 1000000] [--merged 11]
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from insight_app.concepts.composition import Composition, Piece, composition
from insight_app.project.composites import basis, counting
from insight_app.project.composites.preview import together, united
from insight_app.project.composites.reader import ConceptReader
from insight_app.project.results.snapshot import Results
from tests.benchmarks import big_project
from tests.benchmarks.report import note

DRAWS, TIMES = 16, 5


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--images", type=int, default=1_000_000)
    asked.add_argument("--merged", type=int, default=11)
    options = asked.parse_args()
    project = options.folder / f"{options.images}.insight"
    if not project.exists():
        big_project.DRAWS = DRAWS
        big_project.write(project, options.images)
    with Results.open(project) as results:  # type: ignore[union-attr]
        measure(results, options.merged)


def measure(results: Results, merged: int) -> None:
    readers = [ConceptReader(results, concept) for concept in range(1, 1 + merged)]
    union, many = united(readers), ConceptReader(results, composition=first(1000))
    found = together(results, readers)
    about = {"images": results.coded_images, "merged": merged, "load": os.getloadavg()[0]}
    note("composites_preview_seconds", seconds(lambda: together(results, readers)), **about,
         union=found.images, singly=found.singly)  # fmt: skip
    thousand = [ConceptReader(results, concept) for concept in range(1000)]
    note("composites_preview_1000_seconds", seconds(lambda: together(results, thousand)), **about)
    note("composites_examples_seconds", seconds(lambda: union.examples("strongest", 60)), **about)
    wanted = {"strongest": 5, "middle": 5, "threshold": 5, "random": 5}
    note("composites_bands_seconds", seconds(lambda: union.bands(wanted)), **about)
    note("composites_numbers_seconds", seconds(union.numbers), **about)
    note("composites_numbers_1000_seconds", seconds(many.numbers), **about)
    note("composites_basis_seconds", seconds(lambda: basis.of(results)), **about)
    rare = composition({Piece((200, 300, 400))})
    images = ConceptReader(results, composition=rare).numbers().images
    taken = seconds(lambda: list(counting.count(results, [rare])), 1)
    note("composites_counted_images_a_second", images / taken, **about, counted=images)


def first(n: int) -> Composition:
    return composition({Piece(tuple(range(n)))})


def seconds(do: Callable[[], object], times: int = TIMES) -> float:
    """The median of some runs, files in the system's cache."""
    return statistics.median(_one(do) for _ in range(times))


def _one(do: Callable[[], object]) -> float:
    with _timed() as taken:
        do()
    return taken[0]


@contextmanager
def _timed() -> Iterator[list[float]]:
    began, taken = time.perf_counter(), list[float]()
    yield taken
    taken.append(time.perf_counter() - began)


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
