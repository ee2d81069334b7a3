"""Curating much at once: an act on 1,000 concepts, its undo, and opening a log of 100,000 entries.

Every step runs in a process of its own. `--before FOLDER` runs the same steps with the code of
another checkout and prints the ratio.

    python -m tests.benchmarks.curation [--concepts 8192 16384] [--entries 100000] [--before FOLDER]
"""

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from insight_app.project import judgements as j
from insight_app.project.judgements import Person
from insight_app.project.judgements.store import Judgements
from tests.benchmarks.report import note

ADA = Person("ada", "Ada")
SELECTED, TIMES = 1_000, 5
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--concepts", type=int, nargs="+", default=[8192, 16_384])
    asked.add_argument("--entries", type=int, default=100_000, help="of the log that is opened")
    asked.add_argument("--before", type=Path, help="a checkout to be compared with")
    asked.add_argument("--step", choices=STEPS, help="one step, its figures as JSON")
    options = asked.parse_args()
    if options.step:
        with tempfile.TemporaryDirectory() as folder:
            size = options.entries if options.step == "log" else options.concepts[0]
            print(json.dumps(STEPS[options.step](Path(folder), size)))
        return
    for concepts in options.concepts:
        measure("acts", ["--concepts", str(concepts)], options.before)
        measure("show", ["--concepts", str(concepts)], None)
        measure("names", ["--concepts", str(concepts)], None)
    measure("log", ["--entries", str(options.entries)], options.before)


def measure(step: str, about: list[str], before: Path | None) -> None:
    """Run a step, with the older code too if there is some, and keep its figures."""
    now = alone(ROOT, step, about)
    then = alone(before.resolve(), step, about) if before else {}
    for key, value in now.items():
        known = {"before": then[key], "ratio": value / then[key]} if key in then else {}
        load = os.getloadavg()[0]
        note(f"curation_{key}_seconds", value, **known, of=" ".join(about), load=load)


def alone(root: Path, step: str, about: list[str]) -> dict[str, float]:
    command = [sys.executable, __file__, "--step", step, *about]
    paths = os.pathsep.join(map(str, dict.fromkeys([root, ROOT])))
    environment = os.environ | {"PYTHONPATH": paths}
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def acts(folder: Path, concepts: int) -> dict[str, float]:
    """Judge 1,000 concepts where all were judged before; take it back, do it again."""
    log = Judgements.open(folder / "judgements.sqlite", ADA)
    every = [j.machine_concept("f", number) for number in range(concepts)]
    log.judge([j.rename(one, f"name {n}") for n, one in enumerate(every)], "All named")
    chosen = every[:SELECTED]
    parent = every[-1]
    said: dict[str, list[j.Act]] = {
        "rename": [j.rename(one, "another") for one in chosen],
        "hide": [j.hide(one) for one in chosen],
        "reject": [j.reject(one, "another") for one in chosen],
        "move": [j.add_parent(one, parent) for one in chosen],
    }
    found = {}
    for name, what in said.items():
        times: dict[str, list[float]] = {"judge": [], "undo": [], "redo": []}
        for _ in range(TIMES):
            before = rows(log.path)
            times["judge"].append(seconds(lambda what=what: log.judge(what, "Said")))
            after = rows(log.path)
            times["undo"].append(seconds(log.undo))
            assert rows(log.path) == before, "undo is not exact"
            times["redo"].append(seconds(log.redo))
            assert rows(log.path) == after, "redo is not exact"
            log.undo()
        found |= {f"{step}_{name}_1000": statistics.median(taken) for step, taken in times.items()}
    log.close()
    return found


def rows(path: Path) -> list[Any]:
    """Return all that the log adds up to."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM projection_target ORDER BY target").fetchall()


def log(folder: Path, entries: int) -> dict[str, float]:
    """Open a log of many entries, check all of it, take it over from a file."""
    source = folder / "a.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for number in range(entries):
            file.write(json.dumps(line(number)) + "\n")
    path = folder / "judgements.sqlite"
    log = Judgements.open(path, ADA)
    taken = seconds(lambda: log.import_log(source))
    assert log.count == entries
    log.close()
    times = []
    for _ in range(TIMES):
        times.append(seconds(lambda: Judgements.open(path, ADA).close()))
    opened = Judgements.open(path, ADA, read_only=True)
    checked = seconds(lambda: opened.problems() and sys.exit("the log is not sound"))
    exported = seconds(lambda: opened.export_log(folder / "b.jsonl"))
    opened.close()
    return {"open": statistics.median(times), "check": checked, "import": taken, "export": exported}


def line(number: int) -> dict[str, Any]:
    """Return an entry that nothing else builds on: one in four is about a relation."""
    kind, target, after = "note", f"f:{number}", {"note": f"seen {number} times"}
    if number % 4 == 0:
        kind, target, after = "add-parent", f"f:{number} > f:{number + 1}", {"status": "added"}
    return {
        "uuid": f"{number:032x}",
        "person": {"uuid": "ben", "name": "Ben"},
        "lamport": number + 1,
        "utc": "2026-01-02T03:04:05+00:00",
        "kind": kind,
        "version": 1,
        "target": target,
        "before": dict.fromkeys(after),
        "after": after,
        "follows": {field: [] for field in after},
        "undoes": None,
        "group": f"g{number:031x}",
        "text": f"Said {number}",
    }


def seconds(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def show(_folder: Path, concepts: int) -> dict[str, float]:
    """Take over acts on 1,000 concepts into what lists and trees show."""
    from tests.benchmarks.curation_shown import shown  # an older checkout has none

    return shown(concepts)


def names(folder: Path, concepts: int) -> dict[str, float]:
    """Find and replace, complete, read histories."""
    from tests.benchmarks.curation_names import named  # an older checkout has none

    return named(folder, concepts)


STEPS: dict[str, Callable[[Path, int], dict[str, float]]] = {
    "acts": acts,
    "log": log,
    "show": show,
    "names": names,
}

if __name__ == "__main__":
    main()
