"""A program that kills analyzing and judging at random moments and says what came of it.

    python -m tests.project.killing FOLDER KILLS SEED

Everything is imported once and each attempt is a fork, so that an attempt costs milliseconds. Each
is killed by SIGKILL after a random part of what it would take; on success nothing is printed.
"""

import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from insight_app.project import judgements as j
from insight_app.project.analysis import recording
from insight_app.project.analysis import run as analysis
from insight_app.project.analysis.coding import batches, commit_policy
from insight_app.project.analysis.counting import running_counts
from insight_app.project.check import check
from insight_app.project.judgements import Person
from insight_app.project.project import Project
from tests import tiny
from tests.project.test_analysis import content, draw

ADA = Person("ada", "Ada")
PHOTOS, ACTS = 36, 40
MOST = 12
"""So often one project is killed at either work, then it may come to its end."""


def prepare() -> None:
    """Small shards, commits and generations, so that there is much to be interrupted."""
    torch.set_num_threads(1)
    batches.BATCH = {"cpu": 2}
    commit_policy.COMMIT_IMAGES = 3
    commit_policy.PUBLISH_SECONDS, commit_policy.PUBLISH_SHARE = 0.0, 1
    recording.SHARD_IMAGES = 10
    running_counts.PART_SHARDS = 2


def analyze(project: Path) -> None:
    photos = project.parent / "photos"
    analysis.analyze(
        project,
        [photos],
        encoder=tiny.TinyEncoder(),
        dictionary=project.parent / "tiny",
        vocabulary=tiny.vocabulary(["stone", "leaf", "water", "sand", tiny.SHIPPED]),
    )


def judge(project: Path) -> None:
    """Do the acts that are still to be done; which comes next is told by the log alone."""
    with Project.open(project, ADA) as opened:
        assert not opened.read_only, opened.why_read_only
        judgements = opened.judgements
        for number in range(len({entry.group for entry in judgements.entries()}), ACTS):
            if number % 5 == 4:
                judgements.undo()
            else:
                concepts = (f"f:{number % 7}", f"f:{7 + number % 3}")
                judgements.judge([j.note(c, f"note {number}") for c in concepts], f"{number}")


def log_of(project: Path) -> list[tuple[Any, ...]]:
    """The log without what is different in every run."""
    with Project.open(project, ADA) as opened:
        assert opened.judgements.problems() == []
        entries = opened.judgements.entries()
        state = opened.judgements.state
    acts = sorted((e.lamport, e.kind, e.target, str(e.before), str(e.after)) for e in entries)
    return [*acts, sorted(state.concepts.items()), sorted(state.relations.items())]


def named(project: Path) -> tuple[dict[str, Any], list[Any]]:
    """The results and what they call the concepts; all but how the last naming found these."""
    with Project.open(project, ADA) as opened:
        results = opened.results()
        assert results is not None
        with results:
            names = [
                results.names_run,
                results.names_photos,
                list(results.machine_names),
                results.name_photos.tolist(),
                [results.candidates(concept) for concept in range(results.F)],
            ]
    return content(project), names


def start(work: Callable[[Path], None], project: Path) -> int:
    """Fork a process that does `work` and then ends."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(project)
            code = 0
        except BaseException as error:
            print(f"{work.__name__}: {error!r}", file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    return child


def killed(child: int, after: float) -> bool:
    """Kill a child after so many seconds; False where it had ended before, and well."""
    signal.signal(signal.SIGALRM, lambda *_: _kill(child))
    signal.setitimer(signal.ITIMER_REAL, max(after, 1e-4))
    _, status = os.waitpid(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status):
        sys.exit("An attempt failed instead of being killed.")
    return False


def _kill(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def main(folder: Path, kills: int, seed: int) -> None:
    prepare()
    chance = random.Random(seed)
    draw(folder / "photos", PHOTOS)
    (folder / "photos" / "broken.jpg").write_bytes(b"no photo")
    tiny.write_names(tiny.write_dictionary(folder / "tiny"))
    whole = folder / "whole.insight"
    Project.create(whole, ADA).close()
    takes = {}
    for work in (analyze, judge):
        began = time.monotonic()
        if killed(start(work, whole), 60):
            sys.exit("The uninterrupted run did not end.")
        takes[work] = time.monotonic() - began
    expected, expected_log = named(whole), log_of(whole)
    done, rounds = 0, 0
    while done < kills:
        rounds += 1
        project = folder / f"{rounds}.insight"
        Project.create(project, ADA).close()
        for work in (analyze, judge):
            for attempt in range(MOST + 1):
                patience = chance.uniform(0, 0.7 * takes[work]) if attempt < MOST else 60
                if not killed(start(work, project), patience):
                    break
                done += 1
                with Project.open(project, ADA) as opened:
                    assert not opened.read_only, opened.why_read_only
                    opened.results()
        assert log_of(project) == expected_log, "the log differs"
        assert named(project) == expected, "the results differ"
        assert check(project) == [], check(project)
    print(f"{done} kills in {rounds} projects", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
