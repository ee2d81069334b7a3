"""The strongest places of the concepts of a list, read when a row is seen first.

Knows nothing of how they are drawn.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from insight_app.gui.curation.present_concept import Version, find
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.results.records import Example

MOST = 8


class RowExamples(QObject):
    """Examples of concepts in the present results."""

    ready = Signal(object)
    """The ConceptId whose examples are there now."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._found: dict[Version, Sequence[Example]] = {}
        session.projects.opened.connect(self.forget)
        session.projects.results_changed.connect(self.forget)

    def forget(self) -> None:
        """Drop what was read of other results."""
        self._found.clear()

    def of(self, concept: "ConceptId") -> "Sequence[Example]":
        """Return what is known of a concept's examples; what is not comes with `ready`."""
        present = find(self._session.state, concept)
        if present is None:
            return ()
        if present.version not in self._found:
            self._found[present.version] = ()
            if present.is_counted:
                self._session.jobs.run(
                    partial(present.reader.examples, "strongest", MOST),
                    done=partial(self._take, present.version),
                )
        return self._found[present.version]

    def _take(self, version: "Version", found: "Sequence[Example]") -> None:
        self._found[version] = found
        self.ready.emit(version[1])
