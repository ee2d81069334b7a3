"""The shortest replay of a fault.

`search` lets hypothesis live short days by the same acts and checks, and shorten what fails.
`shorten` takes acts out of a replay that fails, each try in a process of its own: a crash too.
"""

import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.long_day.acts import ACTS
from tests.long_day.day import Broken, Day, Step
from tests.long_day.driver import do
from tests.long_day.world import World

POT = [act.name for act in ACTS.values() for _ in range(act.weight)]


class ShortDay(RuleBasedStateMachine):
    """A day whose acts hypothesis chooses."""

    broken: list[Step] | None = None
    """The acts of the last day that failed: of the shortest, when hypothesis has ended."""

    def __init__(self) -> None:
        super().__init__()
        self._end = ExitStack()
        folder = self._end.enter_context(tempfile.TemporaryDirectory(prefix="insight-day-"))
        self._day = Day(World(Path(folder)))
        self._end.enter_context(self._day.begun())

    @rule(act=st.sampled_from(POT), number=st.integers(0, 9999))
    def step(self, act: str, number: int) -> None:
        try:
            do(self._day, Step(act, number))
        except Broken:
            ShortDay.broken = list(self._day.steps)
            raise

    def teardown(self) -> None:
        self._end.close()


def search(number: int, days: int, acts: int) -> tuple[str, list[Step]]:
    """Return what fails and the shortest acts that hypothesis found for it; ('', []) if nothing."""
    how = settings(
        max_examples=days,
        stateful_step_count=acts,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(number)(ShortDay), settings=how)
    except Broken as broken:
        return str(broken), ShortDay.broken or []
    return "", []


def shorten(steps: list[Step]) -> list[Step]:
    """Take out acts as long as it fails without them: halves first, single ones in the end."""
    if not _fails(steps):
        return []
    size = max(1, len(steps) // 2)
    while True:
        place = 0
        while place < len(steps):
            less = steps[:place] + steps[place + size :]
            if less and _fails(less):
                steps = less
                print(f"{len(steps)} acts", file=sys.stderr, flush=True)
            else:
                place += size
        if size == 1:
            return steps
        size //= 2


def _fails(steps: list[Step]) -> bool:
    with tempfile.TemporaryDirectory(prefix="insight-day-") as folder:
        replay = Path(folder) / "replay.txt"
        replay.write_text("\n".join(map(str, steps)), "utf-8")
        command = [sys.executable, "-m", "tests.long_day", f"--replay={replay}"]
        return subprocess.run(command, capture_output=True, check=False).returncode != 0
