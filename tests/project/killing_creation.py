"""A program that kills the making of a project at every step and says what came of it.

    python -m tests.project.killing_creation FOLDER ATTEMPTS

Everything is imported once and each attempt is a fork. A step is a call of Python's into C: those
that touch the disk, and every STRIDE-th of all others; as many as there are ATTEMPTS, evenly. On
success nothing is printed.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from insight_app.project.folder import is_free, is_project
from insight_app.project.judgements import Person
from insight_app.project.project import Project

ADA = Person("ada", "Ada")
STRIDE = 101
TOUCHES = {"mkdir", "open", "rename", "replace", "unlink", "rmdir", "fsync", "scandir", "flock"}


def create_and_die(folder: Path, step: int) -> None:
    """Make a project until the step comes."""
    seen = 0

    def count(frame: FrameType, event: str, called: object) -> None:
        nonlocal seen
        if event == "c_call":
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    Project.create(folder, ADA).close()
    sys.setprofile(None)
    os._exit(0)


def steps_of(folder: Path) -> list[int]:
    """Return the steps to be tried, in the order of time."""
    names: list[str] = []

    def note(frame: FrameType, event: str, called: object) -> None:
        if event == "c_call":
            names.append(getattr(called, "__name__", ""))

    sys.setprofile(note)
    Project.create(folder, ADA).close()
    sys.setprofile(None)
    shutil.rmtree(folder)
    touching = [at for at, name in enumerate(names, 1) if name in TOUCHES]
    return sorted({*touching, *range(1, len(names), STRIDE)})


def problem_after(folder: Path, step: int) -> str:
    """Kill at one step; return what is wrong afterwards, '' if nothing."""
    child = os.fork()
    if child == 0:
        create_and_die(folder, step)
    os.waitpid(child, 0)
    if is_project(folder):
        opened = Project.open(folder, ADA)
    elif is_free(folder):
        opened = Project.create(folder, ADA)
    else:
        return f"its name is blocked by {[path.name for path in folder.iterdir()]}"
    with opened:
        if opened.read_only or opened.damage is not None:
            return f"it cannot be judged: {opened.why_read_only}"
    beside = [path.name for path in folder.parent.iterdir() if path != folder]
    if beside:
        Project.create(folder.with_name("another.insight"), ADA).close()
        shutil.rmtree(folder.with_name("another.insight"))
        beside = [path.name for path in folder.parent.iterdir() if path != folder]
    inside = [path.name for path in folder.iterdir() if path.name.startswith(".")]
    return f"it leaves {beside + inside}" if beside or inside else ""


def main(place: Path, attempts: int) -> int:
    """Try a new folder and one that is there; return how many attempts went wrong."""
    os.environ["XDG_CONFIG_HOME"] = str(place / "configuration")
    (place / "work").mkdir(parents=True)
    folder, wrong = place / "work" / "birds.insight", 0
    for is_there in (False, True):
        if is_there:
            folder.mkdir()
        steps = steps_of(folder)
        for step in steps[:: max(1, len(steps) // attempts)]:
            if is_there:
                folder.mkdir()
            if problem := problem_after(folder, step):
                print(f"killed at step {step} of {steps[-1]} ({is_there=}): {problem}")
                wrong += 1
            shutil.rmtree(folder)
    return wrong


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
