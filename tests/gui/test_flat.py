"""A long day in one window: files, threads and memory stay what they were."""

import gc
from functools import partial

import psutil
import pytest

from insight_app.gui.state.epochs import Scope
from tests.gui.conftest import wait_idle
from tests.synthetic import publish_again

GENERATIONS, WARM = 60, 15
QUESTIONS = 2_000
MEMORY = 24 * 2**20
"""Bytes of noise: a leak of one generation's arrays or pictures is several times more."""


counts_files = pytest.mark.skipif(
    not hasattr(psutil.Process, "memory_maps"), reason="mapped files cannot be counted here"
)


def held() -> tuple[int, int]:
    """(open and mapped files, threads) of this process."""
    process = psutil.Process()
    mapped = {one.path for one in process.memory_maps() if ".insight" in one.path}
    return len(process.open_files()) + len(mapped), process.num_threads()


def memory() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)


@counts_files
def test_sixty_generations_and_two_thousand_questions_leave_nothing_behind(
    qtbot, window, project_dir
) -> None:
    session, answers, figures = window.session, [], []
    for workspace in ("concepts", "review", "statistics", "images"):
        window.show_workspace(workspace)
        wait_idle(qtbot, window)
    ids = session.state.results.image_ids()
    for generation in range(GENERATIONS):
        publish_again(project_dir)
        old = session.state
        session.projects.published(str(project_dir))
        qtbot.waitUntil(lambda old=old: session.state is not old)
        wait_idle(qtbot, window)
        assert session.state.results.generation > old.results.generation
        for question in range(QUESTIONS // GENERATIONS + 1):
            results = session.state.results
            image = int(ids[question % len(ids)])
            session.image_codes.get(image)
            session.pictures.thumbnail(image, 64 + question % 3)
            session.jobs.run(
                partial(results.examples, question % results.F, "strongest", 6),
                done=lambda _found: answers.append(1),
                scope=Scope.PROJECT,
            )
        wait_idle(qtbot, window)
        if generation >= WARM:
            figures.append((*held(), memory()))
    assert len(answers) >= QUESTIONS
    files, threads, bytes_ = zip(*figures, strict=True)
    assert max(files) - min(files) <= 8, files
    assert max(threads) - min(threads) <= 2, threads
    assert bytes_[-1] - min(bytes_[:5]) < MEMORY, [b // 2**20 for b in bytes_]


@counts_files
def test_closing_and_opening_a_project_leaves_no_file_open(qtbot, window, project_dir) -> None:
    session, figures = window.session, []
    for _ in range(12):
        assert session.projects.close()
        wait_idle(qtbot, window)
        figures.append(held())
        session.projects.open(project_dir)
        qtbot.waitUntil(lambda: session.state.project is not None)
        wait_idle(qtbot, window)
    files, threads = zip(*figures[4:], strict=True)
    assert max(files) - min(files) <= 2, files
    assert max(threads) - min(threads) <= 2, threads
