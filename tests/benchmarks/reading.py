"""Reading a big project: opening it, the strongest images of a concept, statistics of a subset.

Every step runs in a process of its own, with the files in the system's cache (the best of three
openings counts). Answers are compared with brute force: over all entries of a concept, and, under
a folder filter, over the codes of every image in those folders.

    python -m tests.benchmarks.reading [--project FOLDER | --images 20000]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from insight_app.project.results.snapshot import Results
from tests.benchmarks.report import note, note_times

CONCEPTS, SHOWN, OPENINGS = 200, 100, 3
BRUTE_IMAGES = 2000
"""Whole folders are read code by code up to so many images."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--project", type=Path, help="one that is there; else one is written")
    asked.add_argument("--images", type=int, default=20_000, help="of the one that is written")
    asked.add_argument("--step", choices=STEPS, help="one step, its figures as JSON")
    options = asked.parse_args()
    if options.step:
        print(json.dumps(STEPS[options.step](options.project)))
    elif options.project:
        measure(options.project)
    else:
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "big.insight"
            # Elsewhere: the peak memory of a process counts for those that it starts.
            command = [sys.executable, "-m", "tests.benchmarks.big_project"]
            subprocess.run([*command, str(project), str(options.images)], check=True)
            measure(project)


def measure(project: Path) -> None:
    windows = [alone("window", project) for _ in range(OPENINGS)]
    queries = alone("queries", project)
    checked = alone("checks", project)
    about: dict[str, Any] = {"images": queries["images"], "load": os.getloadavg()[0]}
    best = min(windows, key=lambda one: one["usable"])
    note(
        "open_seconds",
        best["usable"],
        frame_shown=best["shown"],
        worst_of_three=max(one["usable"] for one in windows),
        results_and_catalogue_alone=queries["open"],
        processor_seconds=best["processor"],
        **about,
    )
    for key in ("strongest_ms", "strongest_in_folders_ms"):
        note_times(key, queries[key], **about)
    note("subset_seconds", queries["subset"], folders=queries["folders"], **about)
    peak = max(one["megabytes"] for one in windows)
    note("window_megabytes", peak, queries_alone=queries["megabytes"], **about)
    print(
        f"equal to brute force: {checked['whole']} concepts over all entries, "
        f"{checked['in_folders']} over the codes of {checked['images']:,} images in "
        f"{checked['folders']} folders, statistics of all concepts there"
    )


def alone(step: str, project: Path) -> dict[str, Any]:
    """What a step in a fresh process found; its home is empty, so that nothing is remembered."""
    with tempfile.TemporaryDirectory() as home:
        surroundings = dict(
            os.environ,
            QT_QPA_PLATFORM="offscreen",
            INSIGHT_SETTINGS=f"{home}/window.ini",
            INSIGHT_BENCH_BEGAN=repr(time.time()),
            **{f"XDG_{name}_HOME": f"{home}/{name}" for name in ("CONFIG", "CACHE", "DATA")},
        )
        command = [sys.executable, "-m", "tests.benchmarks.reading"]
        command += ["--project", str(project), "--step", step]
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=surroundings)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


# ---- steps


def window(project: Path) -> dict[str, float]:
    """Seconds from the process's start until the window shows the project and takes keys; then
    every workspace is looked at and the peak memory told."""
    from PySide6.QtCore import QTimer

    from insight_app.gui import theme
    from insight_app.gui.app import application
    from insight_app.gui.settings import Settings
    from insight_app.gui.window.main_window import MainWindow
    from insight_app.gui.window.workspaces import WORKSPACES

    began = float(os.environ["INSIGHT_BENCH_BEGAN"])
    app, settings, found = application(), Settings(), {}
    theme.apply(app, settings.get("theme"))
    shown = MainWindow(settings, project)
    shown.resize(1366, 768)
    session = shown.session
    session.worker.command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    left = [workspace.name for workspace in WORKSPACES]

    def usable() -> None:
        shown.repaint()
        found["usable"] = time.time() - began
        found["processor"] = time.process_time()
        look.start(200)

    def next_look() -> None:
        if session.jobs.busy or not session.projects.is_settled:
            return
        if left:
            shown.show_workspace(left.pop())
            return
        found["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        shown.close()
        app.quit()

    look = QTimer()
    look.timeout.connect(next_look)
    # Opened: everything that is connected to it has drawn; what was posted meanwhile comes first.
    session.projects.opened.connect(lambda: QTimer.singleShot(0, usable))
    shown.show()
    shown.repaint()
    found["shown"] = time.time() - began
    app.exec()
    return found


def queries(project: Path) -> dict[str, Any]:
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.judgements.state import CurationState

    began = time.perf_counter()
    results = opened(project)
    Catalogue(results, CurationState())
    opening = time.perf_counter() - began
    folders = some_folders(results)
    concepts = some_concepts(results)

    def timed(**how: Any) -> list[float]:
        times = []
        for concept in concepts:
            began = time.perf_counter()
            results.strongest_images(concept, SHOWN, **how)
            times.append(1000 * (time.perf_counter() - began))
        return times

    whole, in_folders = timed(), timed(folders=folders)
    began = time.perf_counter()
    results.subset(folders)
    return {
        "subset": time.perf_counter() - began,
        "open": opening,
        "strongest_ms": whole,
        "strongest_in_folders_ms": in_folders,
        "images": int(results.coded_images),
        "folders": len(folders),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def checks(project: Path) -> dict[str, int]:
    """Raises where an answer is not what brute force finds."""
    results = opened(project)
    concepts = some_concepts(results)
    whole = concepts[::10]
    for concept in whole:
        # pages of all entries, sorted here: ties by image
        ids, values = results.strongest_images(concept, int(results.images[concept]))
        assert ids.size == results.images[concept] == np.unique(ids).size
        order = np.lexsort((ids, -values))[:SHOWN]
        first = results.strongest_images(concept, SHOWN)
        assert np.array_equal(first[0], ids[order]) and np.array_equal(first[1], values[order])
    folders, images = small_folders(results)
    maxima = np.zeros((images.size, results.F), np.float32)
    cells, total = np.zeros(results.F, np.int64), np.zeros(results.F)
    for row, image in enumerate(images):
        codes = results.codes(int(image))
        np.maximum.at(maxima[row], codes.indices, codes.values.astype(np.float32))
        np.add.at(cells, codes.indices, 1)
        np.add.at(total, codes.indices, codes.values.astype(np.float64))
    sums = results.subset(folders)
    assert np.array_equal(sums.images, np.count_nonzero(maxima, axis=0))
    assert np.array_equal(sums.cells, cells) and np.array_equal(sums.total, total)
    assert np.array_equal(sums.maximum.astype(np.float32), maxima.max(axis=0))
    for concept in concepts:
        strengths = maxima[:, concept]
        order = np.lexsort((images, -strengths))[:SHOWN]
        order = order[strengths[order] > 0]
        ids, values = results.strongest_images(concept, SHOWN, folders=folders)
        assert np.array_equal(ids, images[order]) and np.array_equal(values, strengths[order])
    return {
        "whole": len(whole),
        "in_folders": len(concepts),
        "images": int(images.size),
        "folders": len(folders),
    }


STEPS = {"window": window, "queries": queries, "checks": checks}


# ---- what is asked for


def opened(project: Path) -> Results:
    results = Results.open(project)
    assert results is not None, "nothing was published in this project"
    return results


def some_concepts(results: Results) -> list[int]:
    """Concepts of every frequency, by chance."""
    active = np.flatnonzero(results.images)
    rng = np.random.default_rng(0)
    chosen: list[int] = rng.choice(active, min(CONCEPTS, active.size), replace=False).tolist()
    return chosen


def some_folders(results: Results) -> list[int]:
    """A tenth of the folders, by chance."""
    ids = [folder.id for folder in results.folders]
    chosen = np.random.default_rng(1).choice(ids, max(1, len(ids) // 10), replace=False)
    return [int(id) for id in chosen]


def small_folders(results: Results) -> tuple[Sequence[int], np.ndarray]:
    """(folders, ids of their images): every third of the smallest, as far as can be read whole."""
    sizes = sorted((results.image_ids([f.id]).size, f.id) for f in results.folders)
    chosen: list[int] = []
    images = np.zeros(0, np.int64)
    for _size, id in sizes[::3]:
        more = np.sort(results.image_ids([*chosen, id]).astype(np.int64))
        if chosen and more.size > BRUTE_IMAGES:
            break
        chosen.append(id)
        images = more
    return chosen, images


if __name__ == "__main__":
    main()
