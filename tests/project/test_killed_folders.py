"""Work on folders is killed at random moments: it never happened, or an analysis finishes it."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from insight_app.errors import Refusal
from insight_app.project.analysis.folders import changing
from insight_app.project.analysis.run import analyze
from insight_app.project.check import check
from tests import tiny

ROOT = Path(__file__).resolve().parents[2]
KILLS = 40
"""So many killed attempts, over the four kinds of work."""


def options(folder: Path) -> dict[str, Any]:
    return {"encoder": tiny.TinyEncoder(), "dictionary": folder / "tiny"}


def take_out(folder: Path) -> None:
    changing.remove(folder / "P.insight", [folder / "photos" / "a"])


def put_back(folder: Path) -> None:
    changing.put_back(folder / "P.insight", [folder / "photos" / "a"])


def move(folder: Path) -> None:
    """Also where an attempt that was killed had moved it already."""
    try:
        changing.move(folder / "P.insight", folder / "photos", folder / "new")
    except Refusal as error:
        if "no photos in this folder" not in error.what:
            raise


def add(folder: Path) -> None:
    analyze(folder / "P.insight", [folder / "new"], **options(folder))


def rename(folder: Path) -> None:
    """Rename the folder and, at its new place, some of the photos."""
    (folder / "photos").rename(folder / "new")
    for at, photo in enumerate(sorted((folder / "new" / "b").iterdir())):
        if at % 2:
            photo.rename(photo.with_name(f"renamed {at}.png"))


def copy(whole: Path, folder: Path) -> None:
    """Copy the project with its photos, which it notes."""
    shutil.copytree(whole, folder)
    analyze(folder / "P.insight", **options(folder))


def nothing(folder: Path) -> None:
    """Nothing happens to the files."""


WORK: list[tuple[Callable[[Path], None], Callable[[Path], None], Callable[[Path], None]]] = [
    (nothing, nothing, take_out),
    (nothing, take_out, put_back),
    (rename, nothing, move),
    (rename, nothing, add),
]
"""What happens to the files, what was done before, what is killed."""


def main(folder: Path, seed: int) -> None:
    from insight_app.project.analysis import recording
    from insight_app.project.analysis.counting import running_counts
    from insight_app.project.analysis.folders import scanning
    from tests.project.killing import killed, start
    from tests.project.test_analysis import draw
    from tests.project.test_folders import numbers

    recording.SHARD_IMAGES, running_counts.PART_SHARDS, scanning.BATCH = 5, 2, 3
    chance = random.Random(seed)
    whole = folder / "whole"
    draw(whole / "photos", 24)
    tiny.write_dictionary(whole / "tiny")
    analyze(whole / "P.insight", [whole / "photos"], **options(whole))
    whole = whole.rename(folder / "kept")  # so that copies find the photos beside them
    done = 0
    for number in range(10_000):
        if done >= KILLS:
            break
        to_files, before, work = WORK[number % len(WORK)]
        expected, takes = folder / f"{number} expected", 0.0
        copy(whole, expected)
        before(expected)
        unchanged = numbers(expected / "P.insight", expected)
        to_files(expected)
        began = time.monotonic()
        work(expected)
        takes = time.monotonic() - began
        finished = numbers(expected / "P.insight", expected)
        at = folder / f"{number}"
        copy(whole, at)
        before(at)
        to_files(at)
        for _ in range(6):
            if not killed(start(work, at), chance.uniform(0, takes)):
                break
            done += 1
            assert check(at / "P.insight") == [], (work.__name__, check(at / "P.insight"))
            if chance.random() < 0.5:
                analyze(at / "P.insight", **options(at))
                found = numbers(at / "P.insight", at)
                partly = work in (move, add)  # images are found one after another
                assert partly or found in (unchanged, finished), work.__name__
                assert found["counts"] in (unchanged["counts"], finished["counts"])
        work(at)
        if work is not move:  # whose rest an analysis does
            assert numbers(at / "P.insight", at) == finished, work.__name__
        assert analyze(at / "P.insight", **options(at)).coded == 0
        assert numbers(at / "P.insight", at) == finished, work.__name__
        assert check(at / "P.insight") == []
        shutil.rmtree(at)
        shutil.rmtree(expected)
    print(done)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_killed_at_random_moments_folders_are_as_before_or_as_wanted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.project.test_killed_folders", str(tmp_path), "7"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout.split()[-1]) >= KILLS


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    main(Path(sys.argv[1]), int(sys.argv[2]))
