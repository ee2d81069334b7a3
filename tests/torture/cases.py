"""A case, what came of it, and the table that adds them up. Knows no campaign."""

import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from tests.torture.shim import ROOT


class Outcome(StrEnum):
    FINE = "fine"
    KNOWN = "known error"
    CRASHED = "crashed"
    HUNG = "hung"
    OVER_MEMORY = "over memory"
    SILENT = "silent"
    """A wrong result without a word."""
    REFUSED = "refused"
    """What is whole was not taken."""
    LOST = "lost"
    HARMED = "harmed"
    """Something outside of what was given changed, or somebody else's code ran."""


WORST_FIRST = tuple(reversed(Outcome))
FAULTS = WORST_FIRST[:-2]
COLUMNS = (
    Outcome.CRASHED, Outcome.HUNG, Outcome.OVER_MEMORY, Outcome.SILENT, Outcome.REFUSED,
    Outcome.LOST, Outcome.HARMED,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    campaign: str
    seed: int
    number: int

    def chance(self) -> random.Random:
        return random.Random(f"{self.campaign} {self.seed} {self.number}")

    @property
    def again(self) -> str:
        return f"python -m tests.torture {self.campaign} --seed {self.seed} --case {self.number}"


@dataclass(frozen=True)
class Verdict:
    """outcome; tried: what was done, in words; said: what was said of it, or what is wrong."""

    outcome: Outcome
    tried: str
    said: str = ""


def worst(tried: str, found: Iterable[tuple[Outcome, str]]) -> Verdict:
    """The worst of several findings; FINE where there is none."""
    ordered = sorted(found, key=lambda one: WORST_FIRST.index(one[0]))
    return Verdict(*ordered[0][:1], tried, ordered[0][1]) if ordered else Verdict(
        Outcome.FINE, tried
    )  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """A case that was tried: its verdict, how long it took, its peak memory above the start."""

    number: int
    outcome: str
    tried: str
    said: str
    seconds: float
    megabytes: int


class Log:
    """The cases of a campaign that were tried, in a file: what is in it is not tried again."""

    def __init__(self, path: Path, *, anew: bool) -> None:
        self.path = path
        self.ended: dict[int, Ended] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if anew:
            path.unlink(missing_ok=True)
        elif path.exists():
            lines = path.read_text("utf-8").splitlines()
            self.ended = {(one := Ended(**json.loads(line))).number: one for line in lines}

    def add(self, ended: Ended) -> None:
        self.ended[ended.number] = ended
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(ended), ensure_ascii=True) + "\n")


def table(logs: dict[tuple[str, int], Log]) -> str:
    """One line a campaign and seed."""
    head = ["campaign", "seed", "tried", "fine", "known error", *COLUMNS, "slowest", "most memory"]
    rows = [head]
    for (campaign, seed), log in logs.items():
        ended = log.ended.values()
        counts = Counter(one.outcome for one in ended)
        slowest = max((one.seconds for one in ended), default=0)
        most = max((one.megabytes for one in ended), default=0)
        figures = [counts[name] for name in (Outcome.FINE, Outcome.KNOWN, *COLUMNS)]
        rows.append(
            [campaign, *map(str, [seed, len(ended), *figures]), f"{slowest:.1f} s", f"{most} MB"]
        )
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    lines = ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))
             for row in rows]  # fmt: skip
    return "\n".join(lines)


def faults(campaign: str, seed: int, log: Log) -> str:
    """The faults by kind, each with the command that shows it."""
    kinds: dict[tuple[str, str], list[Ended]] = {}
    for one in log.ended.values():
        if one.outcome in FAULTS:
            kinds.setdefault((one.outcome, one.said.splitlines()[0][:160] if one.said else ""),
                             []).append(one)  # fmt: skip
    lines = []
    for (outcome, said), found in sorted(kinds.items(), key=lambda one: -len(one[1])):
        first = found[0]
        lines.append(f"{outcome} x {len(found)}: {said}\n    {first.tried}")
        lines.append(f"    {Case(campaign, seed, first.number).again}")
    return "\n".join(lines)


def commit() -> str:
    """The commit that is tried, '' outside of git."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=9"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
