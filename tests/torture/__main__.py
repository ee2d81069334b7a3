"""Campaigns against Insight: hostile files, damage, kills, disks that fail, two at once.

python -m tests.torture [CAMPAIGN ...] [--seed 1] [--cases N] [--anew]
python -m tests.torture inputs --seed 7 --case 123      one case again, with all that it says

What was tried is kept in build/torture/CAMPAIGN-SEED.jsonl: the same command goes on after it.
"""

import argparse
import gc
import os
import shutil
import signal
import sys
import tempfile
import time
from functools import partial
from importlib import import_module
from pathlib import Path

from tests.torture import shim
from tests.torture.cases import FAULTS, Case, Log, Outcome, commit, faults, table

CAMPAIGNS = {
    "inputs": 10_000, "flips": 2_000, "kills": 800, "worker": 180, "shipped": 20, "disk": 1_000,
    "together": 200,
}  # fmt: skip
"""With how many cases make a whole campaign."""
RESTARTED = "INSIGHT_TORTURE"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("campaigns", nargs="*", metavar="CAMPAIGN", help=", ".join(CAMPAIGNS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--cases",
        action="append",
        default=[],
        metavar="N or CAMPAIGN=N",
        help="how many; by default a whole campaign",
    )
    parser.add_argument("--case", type=int, help="this one alone")
    parser.add_argument("--anew", action="store_true", help="forget what was tried before")
    parser.add_argument("--state", type=Path, default=shim.ROOT / "build" / "torture")
    given = parser.parse_args()
    if wrong := set(given.campaigns) - CAMPAIGNS.keys():
        parser.error(f"no such campaign: {', '.join(sorted(wrong))}")
    if not os.environ.get(RESTARTED):
        _restart()
    counts = _counts(given.cases)
    chosen = given.campaigns or list(counts if "=" in "".join(given.cases) else CAMPAIGNS)
    root = Path(tempfile.mkdtemp(prefix="insight-torture-"))
    tempfile.tempdir = str(root)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that it is removed then too
    logs: dict[tuple[str, int], Log] = {}
    try:
        if given.case is not None:
            return again(root, Case(chosen[0], given.seed, given.case))
        for name in chosen:
            log = logs[name, given.seed] = Log(
                given.state / f"{name}-{given.seed}.jsonl", anew=given.anew
            )
            campaign(root / name, name, given.seed, counts[name], log)
    finally:
        shutil.rmtree(root, ignore_errors=True)
        if logs:
            show(logs)
    return any(one.outcome in FAULTS for log in logs.values() for one in log.ended.values())


def show(logs: dict[tuple[str, int], Log]) -> None:
    """Print the faults by kind, and the table."""
    for (name, seed), log in logs.items():
        if found := faults(name, seed, log):
            print(f"\n== {name}, seed {seed}\n{found}")
    print(f"\nat {commit() or 'an unknown commit'}\n{table(logs)}", flush=True)


def _counts(given: list[str]) -> dict[str, int]:
    """How many cases of each campaign; those alone that are named, if any is."""
    named = dict(one.split("=") for one in given if "=" in one)
    if named:
        return {name: int(count) for name, count in named.items()}
    return {name: int(given[-1]) if given else most for name, most in CAMPAIGNS.items()}


def _restart() -> None:
    """Begin again with the library that breaks disks, and one thread: threads do not fork."""
    os.environ |= shim.preloaded() | {
        RESTARTED: "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }
    os.execv(sys.executable, [sys.executable, "-m", "tests.torture", *sys.argv[1:]])


def campaign(root: Path, name: str, seed: int, cases: int, log: Log) -> None:
    """Try what was not tried yet."""
    from tests.torture import resident
    from tests.torture.decoys import Decoys

    waiting = [number for number in range(cases) if number not in log.ended]
    if not waiting:
        return
    root.mkdir(parents=True)
    module, decoys = import_module(f"tests.torture.{name}"), Decoys(root)
    world, told = module.prepare(root / "world", decoys), time.monotonic()
    gc.collect()
    gc.freeze()  # all that is imported; each fork would look through it, and so copy it
    seconds = getattr(module, "SECONDS", resident.SECONDS)
    for number in waiting:
        attempt = partial(module.attempt, world, Case(name, seed, number))
        place = root / f"case-{number}"
        ended = resident.run(number, attempt, place, decoys, seconds)
        if ended.outcome == Outcome.HUNG:  # on a busy machine everything takes longer
            ended = resident.run(number, attempt, place, decoys, 3 * seconds)
        log.add(ended)
        if time.monotonic() - told > 30 or number == waiting[-1]:
            told = time.monotonic()
            found = sum(one.outcome in FAULTS for one in log.ended.values())
            print(f"{name}, seed {seed}: {len(log.ended)} of {cases}, {found} faults", flush=True)


def again(root: Path, case: Case) -> int:
    """Try one case in a folder that is kept, and print what came of it."""
    from tests.torture import resident
    from tests.torture.decoys import Decoys

    module, decoys = import_module(f"tests.torture.{case.campaign}"), Decoys(root)
    world = module.prepare(root / "world", decoys)
    attempt = partial(module.attempt, world, case)
    seconds = getattr(module, "SECONDS", resident.SECONDS)
    ended = resident.run(case.number, attempt, root / f"case-{case.number}", decoys, seconds)
    print(f"{ended.outcome}, {ended.seconds} s, {ended.megabytes} MB\n{ended.tried}\n{ended.said}")
    return ended.outcome in FAULTS


if __name__ == "__main__":
    sys.exit(main())
