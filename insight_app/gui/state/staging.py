"""What is about to be done to several concepts together: laid out first, done when one says so.

A Staged lists what takes part; nothing of the project is changed by it. Cancelling puts selection,
scroll, filters and page back as they were before it began. Knows no panel and nothing of the log.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import SelectionModel
from insight_app.gui.state.views import Detour

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId


LOOK_SECONDS = 0.7
"""So long a merge that nobody chose is on the screen before a key does it: a key that was pressed
twice, or for the one before, must not act on what nobody looked at."""


class StagePlan(Enum):
    """What is done to the concepts of a stage."""

    MERGE = "merge"
    GROUP = "group"


@dataclass(frozen=True)
class Staged:
    """State what takes part.

    ticked: the concepts, in the order in which they were ticked; of a merge the first one stays
    and cannot be dropped.  offered: those that are listed, ticked or not.  heading: of what the
    list is, "" for what is like the first one.
    """

    plan: StagePlan
    ticked: "tuple[ConceptId, ...]"
    offered: "tuple[ConceptId, ...]"
    heading: str = ""
    name: str = ""

    @property
    def reference(self) -> "ConceptId | None":
        """The one that stays, None where all are equal."""
        return self.ticked[0] if self.plan is StagePlan.MERGE and self.ticked else None

    @property
    def members(self) -> "tuple[ConceptId, ...]":
        """The others."""
        return self.ticked[1:] if self.plan is StagePlan.MERGE else self.ticked

    @property
    def can_be_done(self) -> bool:
        """Whether enough is ticked."""
        return len(self.ticked) > (1 if self.plan is StagePlan.MERGE else 0)

    def turned(self, concept: "ConceptId") -> "Staged":
        """Return it with a concept ticked that was not, or not that was; the one that stays is."""
        if concept == self.reference:
            return self
        if concept in self.ticked:
            return replace(self, ticked=tuple(one for one in self.ticked if one != concept))
        return replace(self, ticked=(*self.ticked, concept)).offering((concept,))

    def staying(self, concept: "ConceptId") -> "Staged":
        """Return it with another one that stays."""
        others = tuple(one for one in self.ticked if one != concept)
        return replace(self, ticked=(concept, *others)).offering((concept,))

    def offering(self, concepts: "Iterable[ConceptId]") -> "Staged":
        """Return it with more concepts listed, at the end."""
        return replace(self, offered=tuple(dict.fromkeys((*self.offered, *concepts))))

    def without(self, gone: "Callable[[ConceptId], bool]") -> "Staged":
        """Return it without concepts that are not there any more."""
        ticked = tuple(one for one in self.ticked if not gone(one))
        return replace(
            self, ticked=ticked, offered=tuple(one for one in self.offered if not gone(one))
        )


class Staging(QObject):
    """The one stage of a window, and where the person stood before it."""

    changed = Signal()
    """Another stage, or none any more."""
    show_wanted = Signal()
    """The stage is to be seen."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        selection: SelectionModel,
        detour: Detour,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._present, self._selection, self._detour = present, selection, detour
        self._is_selecting = False
        self.stage: Staged | None = None
        self._is_proposed = False
        """Whether nobody chose or touched what is laid out: it was proposed."""
        self._seen_since: float | None = None
        selection.changed.connect(self._selected)

    # ---- beginning and ending

    def begin(self, stage: Staged) -> None:
        """Lay a stage out, in the place of one that is there already."""
        self._detour.begin()
        self._is_proposed, self._seen_since = bool(stage.heading), None
        self._set(stage)
        self.show_wanted.emit()

    def cancel(self) -> None:
        """Do nothing, and go back to where the person stood."""
        if self._leave() is not None:
            self._detour.undo()

    def end(self) -> None:
        """Leave the stage, as it is done: what it is about is selected where the person stood."""
        stage = self._leave()
        if stage is not None:
            self._selection.select(concepts=stage.ticked[:1])
            self._detour.end()

    def forget(self) -> None:
        """Leave it without going back: it is of a project that was left."""
        self._leave()
        self._detour.forget()

    def _leave(self) -> Staged | None:
        stage, self.stage = self.stage, None
        if stage is not None:
            self.changed.emit()
        return stage

    # ---- while it is there

    def seen(self, stage: Staged | None) -> None:
        """Note that a stage is on the screen."""
        if self._seen_since is None and stage is not None and stage is self.stage:
            self._seen_since = monotonic()

    @property
    def was_looked_at(self) -> bool:
        """Whether what is laid out was chosen, or is on the screen long enough to be looked at."""
        if not self._is_proposed:
            return True
        return self._seen_since is not None and monotonic() - self._seen_since >= LOOK_SECONDS

    def turn(self, concept: "ConceptId") -> None:
        """Tick a concept, or take its tick away."""
        if self.stage is not None:
            self._is_proposed = False
            self._set(self.stage.turned(concept))

    def let_stay(self, concept: "ConceptId") -> None:
        """Let another concept be the one that stays."""
        if self.stage is not None and self.stage.plan is StagePlan.MERGE:
            self._is_proposed = False
            self._set(self.stage.staying(concept))

    def set_name(self, name: str) -> None:
        """Take the name of the new concept above a group, as it is typed."""
        if self.stage is not None:
            self.stage = replace(self.stage, name=name)

    def offer(self, concepts: "Iterable[ConceptId]") -> None:
        """List more concepts."""
        if self.stage is not None and (more := self.stage.offering(concepts)) != self.stage:
            self.stage = more
            self.changed.emit()

    def follow(self) -> None:
        """Follow a judgement or newer results; cancel where the one that stays is gone."""
        if self.stage is None:
            return
        left = self.stage.without(self._is_gone)
        if left.reference != self.stage.reference or not left.ticked:
            self.cancel()
        elif left != self.stage:
            self._set(left)

    def _is_gone(self, concept: "ConceptId") -> bool:
        state = self._present()
        row = state.row_of(concept)
        if state.catalogue is None or row is None:
            return True
        return bool(state.catalogue.hidden[row]) or int(state.catalogue.merged_into[row]) >= 0

    def _set(self, stage: Staged) -> None:
        self.stage = stage
        self._is_selecting = True
        try:
            self._selection.select(concepts=stage.ticked)
        finally:
            self._is_selecting = False
        self.changed.emit()

    def _selected(self) -> None:
        """Take part in choosing elsewhere: several that are selected with the stage's are its."""
        stage, chosen = self.stage, self._selection.concepts
        if self._is_selecting or stage is None or len(chosen) < 2:
            return
        first = stage.reference
        if first is not None and first not in chosen:
            return
        self._is_proposed = False
        ordered = [one for one in stage.ticked if one in chosen]
        ordered += [one for one in chosen if one not in ordered]
        self.stage = replace(stage, ticked=tuple(ordered)).offering(ordered)
        self.changed.emit()
