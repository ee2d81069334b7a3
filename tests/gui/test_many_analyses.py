"""One window, twenty analyses by a real worker: started, cancelled, resumed, extended."""

import sys
from pathlib import Path

import pytest

from insight_app.project.check import check
from insight_app.project.project import Project
from tests.gui import tiny_worker
from tests.gui.conftest import wait_idle, wait_saved
from tests.project.test_analysis import draw

ROUNDS = 20


def inodes_locked(paths: list[Path]) -> set[int]:
    """The inodes of those files that somebody holds a POSIX lock on, as the kernel says."""
    wanted = {path.stat().st_ino for path in paths if path.exists()}
    locked = set()
    for line in Path("/proc/locks").read_text().splitlines():
        fields = line.split()
        if fields[1] == "POSIX":
            locked.add(int(fields[5].split(":")[2]))
    return wanted & locked


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for its locks")
def test_twenty_analyses_beside_one_window(qtbot, open_window, tmp_path) -> None:
    project, problems = tmp_path / "P.insight", []
    Project.create(project).close()
    window = open_window()
    tiny_worker.use(window)
    session = window.session
    session.messages.problem.connect(lambda error, *_: problems.append(error))
    photos = draw(tmp_path / "photos", 12)
    session.analysis.open_and_analyze(project, [photos], **tiny_worker.how(tmp_path))
    qtbot.waitUntil(lambda: session.analysis.is_running)
    shared = project / "analysis.sqlite-shm"
    expected = 12
    for number in range(ROUNDS):
        if number % 4 == 1:  # stopped at once, gone on with in the next round
            session.analysis.cancel()
        if number % 4 == 3:
            session.analysis.pause()
        qtbot.waitUntil(lambda: not session.analysis.is_running)
        wait_idle(qtbot, window)
        assert problems == []
        assert check(project) == []
        with Project.open(project, read_only=True) as fresh:
            newest = fresh.results()
            assert newest is not None
            assert session.state.results.generation == newest.generation, "the newest is shown"
            assert session.state.results.coded_images == newest.coded_images
            newest.close()
        assert inodes_locked([shared, project / "analysis.sqlite"]), "the window's own lock is gone"
        session.curation.rename(session.state.id_of(number), f"name {number}")
        wait_saved(qtbot, window)
        more = [draw(tmp_path / f"more {number}", 4, seed=number + 1)] if number % 2 else []
        expected += 4 * len(more)
        session.analysis.analyze([str(folder) for folder in more])
    qtbot.waitUntil(lambda: not session.analysis.is_running)
    session.analysis.analyze()
    qtbot.waitUntil(lambda: not session.analysis.is_running)
    wait_idle(qtbot, window)
    assert problems == []
    assert check(project) == []
    assert session.state.results.coded_images == expected
    assert not window.trouble.isVisible()
    window.close()
    again = open_window(project)
    assert again.session.state.results.coded_images == expected
    names = again.session.state.catalogue.names
    assert names[:ROUNDS] == [f"name {number}" for number in range(ROUNDS)]
