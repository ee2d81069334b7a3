"""Completing a name that is typed: looked for on the pool, in what is called how just now.

What completes what is judgements.names.completing. Knows no widget.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.project_state import ProjectState

if TYPE_CHECKING:
    from insight_app.project.judgements.names.completing import Completion, Completions, KnownWords

Names = tuple[list[str], dict[str, str]]
"""The names in force, one a concept, and aliases with the names they belong to."""


@dataclass(frozen=True)
class Completed:
    """Hold what completes a text, and how many concepts are called exactly so."""

    text: str
    found: "tuple[Completion, ...]" = ()
    called_so: int = 0


Done = Callable[[Completed], object]


class NameCompleting:
    """Answers what completes a name; names: what is called how now."""

    def __init__(
        self, present: Callable[[], ProjectState], jobs: Jobs, names: Callable[[], Names]
    ) -> None:
        self._present, self._jobs, self._names = present, jobs, names
        self._index: Completions | None = None
        self._asked: tuple[str, tuple[str, ...], Done] | None = None
        """What is to be completed as soon as the names are looked through."""

    def begin(self) -> None:
        """Look through the names that there are now: somebody is about to type one."""
        self._index = None
        self._jobs.run(partial(_index, self._names()), done=self._begun, key="completions")

    def complete(self, text: str, own: Sequence[str], done: "Done") -> None:
        """Call done(Completed) a moment later; own: candidate names of the concept itself."""
        self._asked = text, tuple(own), done
        if self._index is not None:
            find = partial(_completed, self._index, text, tuple(own))
            self._jobs.run(find, done=done, key="completion")

    def _begun(self, index: "Completions") -> None:
        self._index = index
        if self._asked is not None:
            self.complete(*self._asked)

    def end(self) -> None:
        """Forget who asked: nothing is typed any more."""
        self._asked = None


def _index(names: Names) -> "Completions":
    """Return what completes names; runs on the pool, as what follows."""
    from insight_app.project.judgements.names.completing import Completions

    return Completions(*names, _vocabulary())


def _completed(index: "Completions", text: str, own: Sequence[str]) -> Completed:
    return Completed(text, tuple(index.find(text, own=own)), index.called(text))


@lru_cache(maxsize=1)
def _vocabulary() -> "KnownWords":
    """Return the words that machine names are chosen from."""
    from insight_app.concepts.naming.vocabulary import shipped_terms
    from insight_app.project.judgements.names.completing import KnownWords

    return KnownWords(shipped_terms()[0])
