"""A repair is killed at many moments: the next one makes of it what an undisturbed one makes."""

import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from insight_app.project.check.repair import repair
from insight_app.project.results.snapshot import Results
from tests.project import flips

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no SIGKILL")
MOMENTS = 5
WRITES = os.O_WRONLY | os.O_RDWR
HARMED = "codes/000002.codes", "statistics/shard-000001.postings", "analysis.sqlite"


def content(project: Path) -> dict[str, Any]:
    """What is shown; where a record lies now may be another place."""
    results = Results.open(project)
    assert results is not None
    with results:
        coded = results.image_ids(status="coded")
        return {
            "counts": results.images.tolist(),
            "strongest": [results.examples(c, "strongest", 50) for c in range(results.F)],
            "shares": results.co_occurrence(range(results.F)).tolist(),
            "codes": {int(i): results.codes(int(i)).values.tobytes() for i in coded},
            "names": results.machine_names,
            "photos": len(results.image_ids()),
        }


def at_each_write(project: Path, do: Callable[[], object]) -> None:
    """Call `do` before each step of this process that writes into the project."""

    def hear(name: str, args: tuple[Any, ...]) -> None:
        is_write = name in ("os.rename", "os.remove", "os.truncate") or (
            name == "open" and isinstance(args[2], int) and args[2] & WRITES
        )
        if is_write and str(args[0]).startswith(str(project)):
            do()

    sys.addaudithook(hear)
    event.listen(Engine, "commit", lambda connection: do())


def killed_at(project: Path, moment: int) -> int:
    """Repair in a process that is killed before its write number `moment`, or comes to its end;
    return how many writes there were.
    """
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            writes = 0

            def count() -> None:
                nonlocal writes
                os.write(tell, b".")
                writes += 1
                if writes == moment:
                    os.kill(os.getpid(), signal.SIGKILL)

            at_each_write(project, count)
            repair(project)
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(hear, "rb") as told:
        writes = len(told.read())
    os.waitpid(child, 0)
    return writes


def test_a_repair_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    harmed = flips.make(tmp_path / "made")
    before = content(harmed)
    for name in HARMED[:2]:
        flips.flip(harmed / name, random.Random(3))
    flips.change_rows(harmed, "UPDATE image SET width = width + 1 WHERE id = 3")

    def copy(name: str) -> Path:
        return Path(shutil.copytree(harmed, tmp_path / name / harmed.name))

    whole = copy("whole")
    assert repair(whole).is_whole
    expected = content(whole)
    assert len(expected["codes"]) == len(before["codes"]) - 2, "one record, one row"
    writes = killed_at(copy("counted"), 0)
    assert writes > MOMENTS
    for moment in range(1, writes + 1, max(1, writes // MOMENTS)):
        project = copy(f"{moment}")
        assert killed_at(project, moment) == moment
        assert repair(project).is_whole, moment
        assert content(project) == expected, moment
        shutil.rmtree(project)
