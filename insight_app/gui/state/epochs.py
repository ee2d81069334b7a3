"""Which state of the window a later answer belongs to.

Whatever is asked in the background carries the epoch in which it was asked. An answer whose epoch
is over is dropped where it arrives (jobs.py, worker_client.py), so that no callback can touch
another project. Knows nothing of projects.
"""

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """How long an answer is wanted."""

    PROGRAM = "program"
    """Whatever project is open: the start page, the wizard."""
    PROJECT = "project"
    """Until this project is closed: writing, analyzing."""
    RESULTS = "results"
    """Until newer results take the place of those that were asked."""


@dataclass(frozen=True)
class Epoch:
    """A scope and its number when something was asked."""

    scope: Scope
    number: int


class Epochs:
    """The present numbers: of the project that is open, and of the results that are shown."""

    def __init__(self) -> None:
        self._numbers = dict.fromkeys(Scope, 0)

    def now(self, scope: Scope) -> Epoch:
        """Return the epoch of something that is asked now."""
        return Epoch(scope, self._numbers[scope])

    def is_over(self, epoch: Epoch) -> bool:
        """Return whether an answer of this epoch comes too late."""
        return self._numbers[epoch.scope] != epoch.number

    def begin_project(self) -> int:
        """End all epochs of the present project; return the number of the new results."""
        self._numbers[Scope.PROJECT] += 1
        return self.begin_results()

    def begin_results(self) -> int:
        """End the epoch of the present results; return the number of the new ones."""
        self._numbers[Scope.RESULTS] += 1
        return self._numbers[Scope.RESULTS]
