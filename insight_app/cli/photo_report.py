"""Telling on a terminal which photos are not in the results, and why."""

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insight_app.cli import terminal
from insight_app.figures import counted

if TYPE_CHECKING:
    from insight_app.project.results.records import Problem

AT_ONCE = 1000
"""Files that are written at once."""
SHOWN = 20
"""Files that are named one by one; the rest is counted."""


def report(project: Path, tell: Callable[[str], None]) -> None:
    """Tell what was not read, each thing in one line; nothing where all is well."""
    from insight_app.project.results.records import LESSER
    from insight_app.project.results.snapshot import Results

    results = Results.open(project)
    if results is None:
        return
    with results:
        found = results.problems(limit=SHOWN)
        left = results.problem_count - sum(one.kind not in LESSER for one in found)
    for one in found:
        where = f"{one.path}: " if one.kind in NAMED else ""
        kept = one.kept if one.kind in TOLD_TOGETHER else ""
        tell(" ".join(part for part in (where + one.what, kept, one.do) if part))
    if left > 0:
        tell(f"And {counted(left, 'more file')}: insight-app info --json lists all.")


NAMED = ("unreadable", "missing", "folder missing", "left out", "removed")
TOLD_TOGETHER = ("not taken", "pattern", "note", "passed over")


def _entry(problem: "Problem") -> dict[str, str]:
    return {
        "path": str(problem.path),
        "reason": problem.what,
        "do": problem.do,
        "kind": problem.kind,
    }


def print_with_problems(found: dict[str, Any], project: Path) -> None:
    """Print values as JSON with `listed`: every file that is not in the results, and why.

    Holds a few at a time, however many there are.
    """
    from insight_app.project.results.snapshot import Results

    results = Results.open(project)
    if results is None:
        terminal.print_json(found | {"listed": []})
        return
    head = json.dumps(found, indent=1)
    print(head.removesuffix("\n}"), end=',\n "listed": [')
    with results:
        between, problems = "\n  ", results.each_problem()
        while some := [json.dumps(_entry(one)) for one in islice(problems, AT_ONCE)]:
            print(between + ",\n  ".join(some), end="")
            between = ",\n  "
    print("\n ]\n}")
