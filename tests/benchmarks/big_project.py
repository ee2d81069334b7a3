"""A big synthetic project, written through the product's own writer: for the benchmarks of reading.

8,192 concepts with Zipf frequencies, about 200 of them in each image, folders of very uneven size.
A grid of 4 x 4 cells keeps the codes small; what is read by concept does not depend on the grid.
"""

import sys
import time
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from insight_app.concepts import hsae
from insight_app.concepts.codes import Codes
from insight_app.concepts.geometry import centre_square
from insight_app.project.analysis.recording import Coded, Recorder, Setup
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.project import Project
from insight_app.project.results import analysis_database, reading_rule, settings
from insight_app.project.results.analysis_database import writing
from insight_app.project.results.candidates import CandidateName
from insight_app.project.results.code_record import Notes
from insight_app.project.results.schema import Folder, Image, Source
from insight_app.project.results.words import Words

CONCEPTS, FOLDERS, GRID, DRAWS = 8192, 300, 4, 330
BATCH = 1024


def write(project: Path, images: int, concepts: int = CONCEPTS, is_tree: bool = False) -> None:
    """Write the project; photos are named, not made. is_tree: every concept fires together with one
    that has an eighth of its number, so that there are relations.
    """
    Project.create(project).close()
    engine = analysis_database.open_writer(project)
    folders = _folders(images)
    source = {"id": 1, "path": str(project.parent / "photos"), "relative": "../photos"}
    with writing(engine) as connection:
        connection.execute(insert(Source), [source])
        connection.execute(
            insert(Folder),
            [{"id": n + 1, "source_id": 1, "path": f"{n:03d}"} for n in range(FOLDERS)],
        )
    for start in range(0, images, 50_000):
        rows = [
            {"id": at + 1, "folder_id": int(folders[at]) + 1, "name": f"{at:07d}.jpg",
             "size": 1, "mtime_ns": 0}
            for at in range(start, min(start + 50_000, images))
        ]  # fmt: skip
        with writing(engine) as connection:
            connection.execute(insert(Image), rows)
    settings.write(engine, reading_rule.SETTING, NEWEST_RULE)
    recorder = Recorder(project, engine, _setup(concepts))
    began, rng = time.monotonic(), np.random.default_rng(0)
    for start in range(0, images, BATCH):
        ids = np.arange(start, min(start + BATCH, images))
        for at, codes in zip(ids.tolist(), _codes(ids.size, concepts, rng, is_tree), strict=True):
            recorder.add(_coded(at + 1, int(folders[at]) + 1, codes))
        recorder.commit()
        print(
            f"\r{start + ids.size:,} images, {time.monotonic() - began:.0f} s",
            end="",
            file=sys.stderr,
        )
    print(file=sys.stderr)
    recorder.publish()
    recorder.close()
    engine.dispose()


def _folders(images: int) -> np.ndarray:
    """(images,) the folder of each: the biggest holds about a sixth of all."""
    share = 1 / np.arange(1, FOLDERS + 1)
    return np.sort(np.random.default_rng(1).choice(FOLDERS, images, p=share / share.sum()))


def _codes(images: int, of: int, rng: np.random.Generator, is_tree: bool) -> list[Codes]:
    """Each concept of an image in one cell; how many of all there are differs a little."""
    share = 1 / np.arange(1, of + 1)
    drawn = np.searchsorted(np.cumsum(share / share.sum()), rng.random((images, DRAWS)))
    found = []
    for row in np.minimum(drawn, of - 1):
        concepts = np.unique(row)
        cell = rng.integers(0, GRID * GRID, concepts.size)
        if is_tree:
            concepts, cell = _with_ancestors(concepts, cell)
        order = np.argsort(cell, kind="stable")
        counts = np.bincount(cell, minlength=GRID * GRID)
        values = rng.integers(200, 8000, concepts.size).astype(np.float32) / 2048
        found.append(
            Codes(
                np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
                concepts[order].astype(np.uint16),
                values.astype(np.float16),
                of,
            )
        )
    return found


def _with_ancestors(concepts: np.ndarray, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return concepts and cells with all more general concepts in the same cells, in order."""
    every = [concepts, concepts // 8, concepts // 64, concepts // 512, concepts // 4096]
    pairs = np.unique(np.stack([np.concatenate(every), np.tile(cell, len(every))]), axis=1)
    return pairs[0], pairs[1]


_NOTES = Notes(
    np.zeros(GRID * GRID, np.float16), np.ones(GRID * GRID, np.float16), np.zeros(0, np.float16)
)


def _coded(image: int, folder: int, codes: Codes) -> Coded:
    geometry = centre_square(640, 480, GRID, GRID)
    return Coded(image, folder, b"0" * 16, geometry, (0.0, 255.0), codes, _NOTES)


def _setup(concepts: int) -> Setup:
    names = [f"concept {n}" for n in range(concepts)]
    candidates = [
        [CandidateName(f"{name} {m}", "noun", 0.5 - m / 20, "") for m in range(8)] for name in names
    ]
    sizes = hsae.group_sizes(concepts)
    levels = np.repeat(np.arange(len(sizes), dtype=np.uint8), sizes)
    words = Words("dictionary", names, candidates)
    return Setup("builtin", "synthetic", (GRID, GRID), "5e17be71c0000002", levels, words)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
