"""What no concept explains in a project's photos, read from what analyzing kept of every cell.

Nothing is encoded again. Numpy and file reads only.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.concepts.quality import unexplained
from insight_app.concepts.quality.unexplained import Unexplained, WorstCells
from insight_app.errors import Refusal
from insight_app.project.results.snapshot import Results

READING, CLUSTERING = "Reading what is not explained", "Comparing the worst cells"


def find(
    project: Path, progress: Progress = silent, cancel: CancelToken | None = None
) -> tuple[int, Unexplained]:
    """Return (generation, what it leaves unexplained) of a project's newest results."""
    results = Results.open(project)
    if results is None:
        raise Refusal(
            "There is nothing to look at yet: no photo of this project has been analyzed.",
            where=str(project),
            do="Analyze it first.",
        )
    with results:
        return results.generation, _found(results, progress, cancel or CancelToken())


def _found(results: Results, progress: Progress, cancel: CancelToken) -> Unexplained:
    images = results.image_ids(status="coded")
    worst = WorstCells(results.tokens)
    for done, image in enumerate(images.tolist()):
        cancel.check()
        progress(done, len(images), READING)
        worst.add(image, results.unexplained(image))
    found = worst.found()
    signs = unexplained.signs(results.F)
    described: list[NDArray[np.float32]] = []
    active: list[NDArray[np.uint16]] = []
    photos = np.unique(found.image).tolist()
    for done, image in enumerate(photos):
        cancel.check()
        progress(done, len(photos), CLUSTERING)
        codes, geometry = results.codes(image), results.image(image).geometry
        cells = found.cell[found.image == image]
        grid = (geometry.rows, geometry.cols)
        described.append(unexplained.describe(codes, grid, cells, signs))
        active.extend(codes.cell(int(cell))[0] for cell in cells)
    progress(len(photos), len(photos), CLUSTERING)
    if not photos:
        return found
    return unexplained.clustered(found, np.concatenate(described), active)
