"""Files that mean harm or are simply odd: four kinds of them, in turns."""

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.torture.cases import Case, Verdict
from tests.torture.decoys import Decoys
from tests.torture.inputs import exports, photos, projects, weights
from tests.torture.resident import Say

TURNS: tuple[ModuleType, ...] = (
    photos, projects, weights, photos, projects, photos, projects, weights, photos, exports,
)  # fmt: skip
"""Of ten cases four are photos, three projects, two weights, one an export."""


@dataclass(frozen=True)
class World:
    worlds: dict[ModuleType, Any]


def prepare(root: Path, decoys: Decoys) -> World:
    return World({one: one.prepare(root / one.__name__, decoys) for one in set(TURNS)})


def attempt(world: World, case: Case, place: Path, say: Say) -> Verdict:
    module = TURNS[case.number % len(TURNS)]
    name = module.__name__.rpartition(".")[2]
    found = module.attempt(world.worlds[module], case, place, lambda tried: say(f"{name}: {tried}"))
    return Verdict(found.outcome, f"{name}: {found.tried}", found.said)
