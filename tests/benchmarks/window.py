"""The window's answers, offscreen, on a project with 8,192 concepts, and the stalls of its thread.

Each figure is the time from the act until everything that follows is drawn. While the real worker
analyzes the shipped photos, a timer in the window's process notes the longest gap between beats.

    python -m tests.benchmarks.window [--images 3000] [--photos 60]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.benchmarks.report import note, note_times

TYPED = "concept 12 status:unreviewed"
BEAT = 5
"""Milliseconds between two beats of the timer."""
PATIENCE = 600.0


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--images", type=int, default=3000)
    asked.add_argument("--photos", type=int, default=60)
    asked.add_argument("--step", choices=("answers", "stalls"), help="one alone, in this process")
    options = asked.parse_args()
    if not options.step:  # each in a fresh process: one window does not pay for the other's end
        for step in ("answers", "stalls"):
            command = [sys.executable, "-m", "tests.benchmarks.window", "--step", step]
            command += ["--images", str(options.images), "--photos", str(options.photos)]
            subprocess.run(command, check=True)
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ["INSIGHT_SETTINGS"] = f"{home}/window.ini"
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"XDG_{name}_HOME"] = f"{home}/{name}"
        if options.step == "answers":
            answers(made(Path(home), options.images))
        else:
            stalls(Path(home), options.photos)


def made(home: Path, images: int) -> Path:
    """A project of 8,192 concepts; one of its photos is there."""
    from PIL import Image

    from tests.benchmarks.big_project import write

    write(home / "big.insight", images)
    folder = home / "photos" / "000"
    folder.mkdir(parents=True)
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "0000000.jpg")
    return home / "big.insight"


def opened(project: Path | None) -> Any:
    """A shown window with the project in it and nothing left to do."""
    from insight_app.gui import theme
    from insight_app.gui.app import application
    from insight_app.gui.settings import Settings
    from insight_app.gui.window.main_window import MainWindow

    app, settings = application(), Settings()
    theme.apply(app, settings.get("theme"))
    window = MainWindow(settings, project)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    if project is not None:
        until(lambda: window.session.state.project is not None)
        settle(window)
    return window


def answers(project: Path) -> None:
    window = opened(project)
    window.worker_start.stop()
    session, catalogue = window.session, window.session.state.catalogue
    about = {"concepts": int(catalogue.size), "load": os.getloadavg()[0]}

    # the overlay: another concept on the photo that is shown
    session.selection.select(image=1)
    settle(window)
    photo = window.docks["photo"].panel
    assert photo.shown is not None and photo.shown.image_id == 1
    here, _strength = session.state.results.concepts_of(1)
    rows = [int(row) for row in here[:40]]
    session.selection.select_rows(rows=(rows[-1],))
    settle(window)

    def overlays() -> list[float]:
        times = []
        for row in rows:
            times.append(timed(lambda row=row: session.selection.select_rows(rows=(row,))))
            settle(window)
        return times

    note_times("overlay_ms", overlays(), target=33.0, **about)

    # the tree, for the first time in this process; what it imports was read ahead
    spec = window.docks["hierarchy"].spec
    spec.load()
    ready = window.docks["hierarchy"].panel is not None
    first = timed(lambda: window.dock_area.open_panel("hierarchy"))
    tree = window.docks["hierarchy"].panel.view
    assert tree.isVisible()
    note("tree_first_ms", first, target=300.0, made_ahead=ready, **about)
    settle(window)

    # a keystroke in the search
    line = window.search.line
    line.setFocus()
    spin(50)
    keys = [timed(lambda letter=letter: QTest.keyClick(line, letter)) for letter in TYPED]
    assert line.text() == TYPED, line.text()
    note_times("keystroke_ms", keys, target=50.0, first=keys[0], **about)
    line.clear()
    settle(window)

    # undo, from the key press until it is on the disk and drawn
    times = []
    for row in rows[:20]:
        session.selection.select_rows(rows=(row,))
        session.curation.accept()
        settle(window)
        assert session.state.catalogue.status[row] != 0
        times.append(timed(session.curation.undo, lambda: not session.queue.pending))
        assert session.state.catalogue.status[row] == 0
        settle(window)
    note_times("undo_ms", times, target=50.0, **about)
    window.close()


def stalls(home: Path, photos: int) -> None:
    from insight_app import resources
    from insight_app.project.project import Project

    folder = home / "analyzed"
    folder.mkdir()
    shipped = sorted(p for p in resources.path("photos").rglob("*") if p.suffix == ".jpg")
    for number, photo in enumerate(shipped[:photos]):
        shutil.copy(photo, folder / f"{number:03d}.jpg")
    Project.create(home / "analyzed.insight").close()
    window = opened(home / "analyzed.insight")
    session = window.session
    session.worker.start()
    problems: list[Exception] = []
    session.messages.problem.connect(lambda error, *_: problems.append(error))
    beats: list[tuple[float, float]] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        beats.append((now - last, now))
        last = now

    heart = QTimer()
    heart.setTimerType(Qt.TimerType.PreciseTimer)
    heart.timeout.connect(beat)

    idle: list[tuple[float, float]] = []
    last = time.perf_counter()
    heart.start(BEAT)
    until(lambda: len(beats) >= 400)
    idle, beats = beats, []
    began = time.perf_counter()
    session.analysis.analyze([str(folder)])
    until(lambda: problems or not session.analysis.is_running)
    settle(window)
    heart.stop()
    if problems:
        raise problems[0]
    seconds = time.perf_counter() - began
    gaps = np.array([gap for gap, _when in beats]) * 1000 - BEAT
    worst = sorted(beats, reverse=True)[:5]
    note(
        "worst_stall_ms",
        float(gaps.max()),
        target=50.0,
        percentile_99=float(np.percentile(gaps, 99)),
        idle=1000 * max(gap for gap, _when in idle) - BEAT,
        over_50_ms=int((gaps > 50).sum()),
        beats=len(beats),
        seconds=seconds,
        photos=int(session.state.results.coded_images),
        load=os.getloadavg()[0],
    )
    longest = ", ".join(f"{1000 * gap:.0f} ms at {when - began:.1f} s" for gap, when in worst)
    print("longest gaps:", longest, file=sys.stderr)
    window.close()


# ---- time


def timed(act: Callable[[], object], done: Callable[[], bool] = lambda: True) -> float:
    """Milliseconds until the act is done and everything posted by it, painting too, has run."""
    began = time.perf_counter()
    act()
    QApplication.processEvents()
    if not done():
        sleeping_until(done)
    QApplication.processEvents()
    return 1000 * (time.perf_counter() - began)


def until(done: Callable[[], object]) -> None:
    if not done():
        sleeping_until(done)


def sleeping_until(done: Callable[[], object]) -> None:
    """Let the window sleep as in real life: a loop that asks again and again would keep the
    interpreter from the threads that it waits for.
    """
    end, clock = time.monotonic() + PATIENCE, QTimer()
    clock.start(5)
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("The window is still not there.")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def spin(milliseconds: int) -> None:
    """Let the window do what it wants to for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def settle(window: Any) -> None:
    session = window.session
    until(
        lambda: not session.jobs.busy and session.projects.is_settled and not session.queue.pending
    )
    spin(20)


if __name__ == "__main__":
    main()
