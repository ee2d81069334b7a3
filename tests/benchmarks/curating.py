"""Curate the demo by keys alone, undo it all, leave, come back, do it all again; and how fast.

A real window with the real worker; nothing is judged but by keys that its widgets get. Ends with an
error where anything is lost or invented on the way, or where the project's check finds something.
Then the tree of bigger projects is driven by keys.

    python -m tests.benchmarks.curating [--demo FOLDER] [--concepts 8192 16384] [--json]

--demo: of one that `insight-app demo --no-window` made, which is copied; else it is made anew.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.gui import conftest  # noqa: F401  describes the screen, before there is an application

from insight_app import demo  # isort: skip
from insight_app.gui.app import application
from insight_app.project.check import check
from tests.benchmarks import big_project
from tests.curating.curator import Curator, Pace
from tests.curating.sitting import build, judge_concepts, judge_relations, walk
from tests.long_day.watch import Watch

RELATIONS = (35, 15, 200)
"""Judged at places of the tree, from the card, and, with those from their queue, together."""
STRUCTURE = {"merges": 6, "groups": 4, "splits": 2, "apart": 3}
IMAGES = 2000
WALKED = 60
Figures = dict[str, float | int]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--demo", type=Path, help="the folder of a demo that was made before")
    asked.add_argument("--concepts", type=int, nargs="*", default=[8192, 16_384])
    asked.add_argument("--most", type=int, default=10**6, help="concepts of the demo to judge")
    asked.add_argument("--json", action="store_true", help="the figures as JSON, at the end")
    options = asked.parse_args()
    application()
    found: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="insight-curating-") as folder, at_home(Path(folder)):
        watch = Watch()
        with watch.on():
            found |= curated(_demo(Path(folder) / "demo", options.demo), options.most)
            for concepts in options.concepts:
                found |= driven(Path(folder) / f"{concepts}.insight", concepts)
        if complaint := watch.take():
            sys.exit(f"Qt or Python complained:\n{complaint}")
    if options.json:
        print(json.dumps(found, indent=1))


@contextmanager
def at_home(folder: Path) -> Iterator[None]:
    """Touch nothing of the person who runs this."""
    names = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    os.environ |= {name: str(folder / name.lower()) for name in names}
    os.environ["INSIGHT_SETTINGS"] = str(folder / "window.ini")
    yield


def _demo(folder: Path, made: Path | None) -> Path:
    """Return the demo's project, with nothing judged in it."""
    if made is None:
        return demo.prepare(folder)
    shutil.copytree(made, folder)
    return folder / demo.PROJECT


def curated(project: Path, most: int) -> dict[str, Figures]:
    """Judge all there is, build, undo it all, come back, do it all again."""
    by, stage = Curator(project, is_timed=True), _Stages()
    before = by.look("before anything")
    with stage("judged concepts"):
        concepts = judge_concepts(by, most)
    by.look("when the concepts are judged")
    with stage("judged relations"):
        relations = judge_relations(by, *RELATIONS)
    by.look("when the relations are judged")
    with stage("merged, grouped, kept apart, split"):
        build(by, **STRUCTURE)
    done = by.look("when all is done")
    acts = len(by.said.done)
    print(f"{concepts} concepts, {relations} relations, {acts} acts in the log", flush=True)
    with stage("undid all"):
        by.measure("undo")
        by.undo_all()
    by.same(by.look("when all is undone"), before, "when all is undone")
    by.restart()
    by.same(by.look("opened again"), before, "opened again")
    with stage("did all again"):
        by.measure("redo")
        by.redo_all()
    by.same(by.look("when all is done again"), done, "when all is done again")
    by.restart()
    by.same(by.look("opened once more"), done, "opened once more")
    by.close()
    if findings := check(project):
        sys.exit(f"The check finds {findings}")
    print("Nothing was lost, nothing invented; the check finds nothing.", flush=True)
    counts: Figures = {"concepts": concepts, "relations": relations, "acts": acts}
    return {"counts": counts, **_told(by.paces), "seconds": dict(stage.seconds)}


def driven(project: Path, concepts: int) -> dict[str, Figures]:
    """Walk, open, judge and undo in the tree of a project with so many concepts."""
    big_project.write(project, IMAGES, concepts, is_tree=True)
    by = Curator(project, is_timed=True)
    state = by.window.session.state
    assert state.catalogue is not None
    relations = len(state.catalogue.edges())
    print(f"{concepts:,} concepts, {relations:,} relations in force", flush=True)
    walk(by, WALKED)
    by.look(f"after walking {concepts} concepts")
    by.close()
    return {f"{concepts}: {what}": one for what, one in _told(by.paces).items()}


class _Stages:
    """Tells what was done, and keeps how long it took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[what] = time.monotonic() - began
        print(f"{what}: {self.seconds[what]:.0f} s", flush=True)


def _told(paces: dict[str, Pace]) -> dict[str, Figures]:
    """Print and return what a key of each kind takes."""
    found: dict[str, Figures] = {}
    for what, pace in paces.items():
        figures = _figures(pace)
        found[what] = figures
        print(f"{what}: " + ", ".join(f"{name} {value:,.4g}" for name, value in figures.items()))
    print(f"load {os.getloadavg()[0]:.1f}", flush=True)
    return found


def _figures(pace: Pace) -> Figures:
    seconds = np.array(pace.seconds or [0.0]) * 1000
    at: Callable[[float], float] = lambda share: float(np.percentile(seconds, share))  # noqa: E731
    return {
        "keys": len(pace.seconds),
        "median ms": at(50),
        "p95 ms": at(95),
        "worst ms": at(100),
        "computing median ms": 1000 * float(np.median(pace.computed or [0.0])),
        "longest gap ms": pace.gap * 1000,
        "of it computing ms": pace.worked * 1000,
    }


if __name__ == "__main__":
    main()
