"""One long day of the many that `make long-day` lives, and the shortest replays of faults found."""

from pathlib import Path

from tests.gui import conftest  # noqa: F401  describes the screen, before there is an application
from tests.long_day.driver import live, random_steps

SEED, ACTS = 4, 250


def test_a_long_day_at_the_window(qapp, tmp_path: Path) -> None:
    assert len(live(tmp_path, random_steps(SEED), ACTS)) == ACTS
