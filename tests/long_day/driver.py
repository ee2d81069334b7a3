"""Does acts one after the other and checks after each what must hold."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.long_day.acts import ACTS
from tests.long_day.checks import CHECKS
from tests.long_day.day import Broken, Day, Step
from tests.long_day.hands import Pick, Stuck
from tests.long_day.world import World


def do(day: Day, step: Step) -> bool:
    """Do an act and check what must hold; False where it is not possible now."""
    day.told.clear()
    day.turn_to_window()
    day.steps.append(step)
    try:
        said = ACTS[step.act].do(day, Pick(step.number))
        day.steps.pop()
        if said is None:
            return False
        day.steps.append(Step(step.act, step.number, said))
        day.settle()
        wrong = day.watch.take()
    except Stuck as stuck:
        wrong = str(stuck)
    for check in CHECKS:
        wrong = wrong or check(day)
    if wrong:
        raise Broken(wrong)
    return True


def random_steps(seed: int) -> Iterator[Step]:
    """The acts of one seed, without end."""
    pick = Pick(seed)
    pot = [act.name for act in ACTS.values() for _ in range(act.weight)]
    while True:
        yield Step(pick.one(pot), pick.number(0, 9999))


def live(
    root: Path, steps: Iterable[Step], most: int, tell: Callable[[Step], object] = lambda step: None
) -> list[Step]:
    """Do acts until so many were possible; Broken where something does not hold.

    tell: hears of each act as soon as it is done, the one after which something is broken too.
    """
    day = Day(World(root))
    with day.begun():
        for step in steps:
            if len(day.steps) >= most:
                break
            count = len(day.steps)
            try:
                do(day, step)
            finally:
                if len(day.steps) > count:
                    tell(day.steps[-1])
    return day.steps
