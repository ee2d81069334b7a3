"""Many long days, each in a process of its own, so that a crash is a fault like any other.

python -m tests.long_day [--seeds 20] [--first 1] [--acts 250] [--offscreen]
python -m tests.long_day --replay FILE      the acts of a replay, one a line
python -m tests.long_day --shortest SEED    short days by hypothesis: the shortest that fails
python -m tests.long_day --shorten FILE     a replay that fails, made shorter
"""

import argparse
import faulthandler
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.gui import conftest  # noqa: F401  describes the screen, before there is an application

from insight_app.gui.app import application  # isort: skip
from tests.long_day import display
from tests.long_day.day import Broken, Step, parsed
from tests.long_day.driver import live, random_steps
from tests.long_day.shortest import search, shorten

FAULT = "FAULT:"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.long_day")
    parser.add_argument("--seeds", type=int, default=20, help="how many days")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--acts", type=int, default=250, help="acts a day")
    parser.add_argument("--offscreen", action="store_true", help="without a display")
    parser.add_argument("--replay", type=Path, help="a file with the acts of one day")
    parser.add_argument("--shortest", type=int, metavar="SEED", help="search a short one")
    parser.add_argument("--shorten", type=Path, metavar="FILE", help="make a replay shorter")
    parser.add_argument("--only", type=int, help="one seed, in this process")
    given = parser.parse_args()
    if given.replay is not None:
        return one_day(parsed(given.replay.read_text("utf-8")), given.acts)
    if given.only is not None:
        return one_day(random_steps(given.only), given.acts)
    if given.shortest is not None:
        return shortest_day(given.shortest, given.seeds, given.acts)
    if given.shorten is not None:
        print(*shorten(parsed(given.shorten.read_text("utf-8"))), sep="\n")
        return 0
    seeds = range(given.first, given.first + given.seeds)
    lacking = display.missing()
    if given.offscreen or lacking:
        why = "" if given.offscreen else f" ({', '.join(lacking)} missing: xvfb and openbox)"
        print(f"Without a display{why}: no window manager takes part.", flush=True)
        return many_days(seeds, given.acts, {**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    with display.display() as environment:
        return many_days(seeds, given.acts, environment)


def one_day(steps: Iterable[Step], most: int) -> int:
    """Live a day here; every act is said before the next one is done."""
    faulthandler.enable()
    application()
    with tempfile.TemporaryDirectory(prefix="insight-long-day-") as folder:
        try:
            live(Path(folder), steps, most, tell=lambda step: print(step, flush=True))
        except Broken as error:
            print(f"{FAULT} {error}", flush=True)
            return 1
    return 0


def shortest_day(seed: int, days: int, acts: int) -> int:
    application()
    fault, steps = search(seed, days, acts)
    print(f"{FAULT} {fault}" if fault else f"no fault in {days} days of {acts} acts")
    print(*steps, sep="\n")
    return bool(fault)


def many_days(seeds: Iterable[int], most: int, environment: dict[str, str]) -> int:
    faults, acts = {}, 0
    for seed in seeds:
        began = time.monotonic()
        command = [sys.executable, "-m", "tests.long_day", f"--only={seed}", f"--acts={most}"]
        ended = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment
        )
        done, is_broken, fault = ended.stdout.partition(FAULT)
        count = done.count("\n")
        acts += count
        print(f"seed {seed}: {count} acts, {time.monotonic() - began:.0f} s", flush=True)
        if ended.returncode:
            faults[seed] = fault.strip() if is_broken else ended.stderr[-3000:]
            replay = Path("build") / f"long-day-{seed}.txt"
            replay.parent.mkdir(exist_ok=True)
            replay.write_text(done, "utf-8")
            print(
                f"  {faults[seed]}\n  again: python -m tests.long_day --replay {replay}", flush=True
            )
    broken = ", ".join(map(str, faults)) or "none"
    print(f"{acts} acts; seeds with a fault: {broken}")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
