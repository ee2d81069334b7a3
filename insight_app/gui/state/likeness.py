"""Questions about what is like what, answered on the pool.

Opens what they are answered from once for all, when somebody asks first. Knows no panel.
"""

import threading
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject

from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.project_state import ProjectState

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results
    from insight_app.project.similarity.basis import LikenessBasis
    from insight_app.project.similarity.listing import ConceptListing

T = TypeVar("T")


class _OpenedBasis:
    """What questions about one state of the results are answered from."""

    def __init__(self, results: "Results") -> None:
        self.results = results
        self._turn = threading.Lock()
        self._basis: LikenessBasis | None = None

    def basis(self) -> "LikenessBasis":
        """Return it, opened now if it was not yet; called by the pool."""
        from insight_app.project.similarity.basis import open_basis

        with self._turn:
            if self._basis is None:
                self._basis = open_basis(self.results)
            return self._basis


class Likeness(QObject):
    """Asks about concepts as they are listed at the moment of the question."""

    def __init__(
        self, present: Callable[[], ProjectState], jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._present, self._jobs = present, jobs
        self._opened: _OpenedBasis | None = None

    def ask(
        self,
        question: "Callable[[LikenessBasis, ConceptListing], T]",
        done: Callable[[T], object],
        *,
        key: Hashable = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Answer a question, unless the results are others by then; nothing without results."""
        from insight_app.project.similarity.listing import listing

        state = self._present()
        if state.results is None or state.catalogue is None:
            return
        if self._opened is None or self._opened.results is not state.results:
            self._opened = _OpenedBasis(state.results)
        opened, listed = self._opened, listing(state.catalogue)
        self._jobs.run(lambda: question(opened.basis(), listed), done=done, key=key, failed=failed)
