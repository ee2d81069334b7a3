"""One process looks at a project, as a window does, while others analyze it one by one."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.project import judgements as j
from insight_app.project.check import check
from insight_app.project.folder import ANALYSIS
from insight_app.project.judgements import Person
from insight_app.project.project import Project
from insight_app.project.results.snapshot import Results
from insight_app.project.storage import versions
from insight_app.project.summary import summarise
from tests import locks, tiny

ADA = Person("ada", "Ada")
ROUNDS, PHOTOS = 20, 12
"""Analyses, and photos that each second one finds more."""
PATIENCE = 300.0

pytestmark = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="Windows has no fork"
)


def analyze(project: Path, told: Connection, stop_after: int | None, waits: bool) -> None:
    """Analyze as a worker process does; tell each generation and how it ended.

    stop_after: cancel after so many batches. waits: go on only when the window has looked.
    """
    import torch

    from insight_app.project.analysis import run
    from insight_app.project.analysis.coding import batches, commit_policy

    torch.set_num_threads(1)
    batches.BATCH = {"cpu": 2}
    commit_policy.COMMIT_IMAGES = 4
    commit_policy.PUBLISH_SECONDS, commit_policy.PUBLISH_SHARE = 0.0, 0
    stop, seen = CancelToken(), 0

    def published(generation: int) -> None:
        told.send(generation)
        if waits:
            told.recv()

    def between() -> None:
        nonlocal seen
        seen += 1
        if seen == stop_after:
            stop.cancel()

    try:
        run.analyze(
            project,
            [project.parent / "photos"],
            encoder=tiny.TinyEncoder(),
            dictionary=project.parent / "tiny",
            cancel=stop,
            published=published,
            between=between,
        )
        told.send("finished")
    except Cancelled:
        told.send("cancelled")


class Window:
    """What a window does with a project that somebody else analyzes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = Project.open(folder, ADA)
        self.results: Results | None = None
        self.looks = 0

    def look(self, generation: int) -> Results:
        """Open the newest results in the place of the old ones."""
        new = Results.open(self.folder)
        assert new is not None, "an empty project"
        assert new.generation >= generation, "old results"
        if self.results is not None:
            assert new.generation >= self.results.generation
            self.results.close()
        self.results = new
        self.looks += 1
        return new

    def use(self) -> None:
        """Everything that a window, or a command line in the same process, asks meanwhile."""
        assert self.results is not None
        coded = self.results.image_ids(status="coded")
        for image in coded[:: max(1, coded.size // 3)].tolist():
            assert self.results.codes(image).cells == 49
            assert self.results.image(image).path.exists()
        assert self.results.problems() == []
        versions.read_header(self.folder / ANALYSIS)
        assert check(self.folder) == []
        assert summarise(self.folder)["images"]["all"] >= coded.size
        with Project.open(self.folder, ADA, read_only=True) as again:
            assert again.damage is None
        self.project.judgements.judge([j.note("f:1", f"look {self.looks}")], "Noted")
        self.must_be_locked()

    def must_be_locked(self) -> None:
        if locks.IS_TOLD:
            assert locks.held(self.folder / ANALYSIS) == {"", "-shm"}

    def close(self) -> None:
        if self.results is not None:
            self.results.close()
        self.project.close()


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    folder = tmp_path / "P.insight"
    tiny.write_dictionary(tmp_path / "tiny")
    Project.create(folder, ADA).close()
    opened = Window(folder)
    yield opened
    opened.close()


def draw(folder: Path, first: int) -> None:
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(first)
    for number in range(first, first + PHOTOS):
        picture = rng.integers(0, 255, (30, 30, 3), np.uint8)
        Image.fromarray(picture).save(folder / f"{number:04}.png")


def waiting_in_the_log(database: Path) -> int:
    """Bytes that the file alone would lack: nobody has to know of the log beside it."""
    log = database.with_name(database.name + "-wal")
    return log.stat().st_size if log.exists() else 0


def messages(hear: Connection) -> Iterator[int | str]:
    """Generations, and at last how it ended, until the worker has gone."""
    while hear.poll(PATIENCE):
        try:
            yield hear.recv()
        except EOFError:
            return
    pytest.fail("The worker says nothing any more.")


def test_results_stay_newest_and_locked_through_twenty_analyses(
    window: Window, tmp_path: Path
) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["insight_app.project.analysis.run", "tests.tiny"])
    photos, endings = 0, []
    for number in range(ROUNDS):
        if number % 2 == 0:  # extended; the next one resumes what was cancelled
            draw(tmp_path / "photos", photos)
            photos += PHOTOS
        stop_after, waits = (1 + number % 3 if number % 2 == 0 else None), number % 4 < 2
        hear, tell = processes.Pipe()
        arguments = (window.folder, tell, stop_after, waits)
        worker = processes.Process(target=analyze, args=arguments, daemon=True)
        worker.start()
        tell.close()
        newest = 0
        with hear:
            for message in messages(hear):
                if isinstance(message, str):
                    endings.append(message)
                    continue
                newest = message
                window.look(newest)
                if waits:  # else it looks as fast as it can, while the worker goes on
                    if newest % 2:
                        window.use()
                    hear.send("seen")
        worker.join(PATIENCE)
        assert worker.exitcode == 0
        # Who reads in that very moment may keep the worker from folding its log into the file.
        assert not waits or not waiting_in_the_log(window.folder / ANALYSIS)
        # The worker has closed the file: what was open all the time is still what everybody sees.
        assert window.results is not None and window.results.generation == newest
        assert window.results.run_state == endings[-1]
        window.use()
        results = window.look(newest)
        assert results.generation == newest and results.image_count == photos
        assert results.coded_images == photos or endings[-1] == "cancelled"
        window.use()
    assert endings == ["cancelled", "finished"] * (ROUNDS // 2)
    assert window.project.judgements.problems() == []
