"""What becomes of decisions when concepts are off or scaled: two drafts side by side, and edits.

Owns the two drafts, what they do to the photo and to all photos, and the cues that were looked for.
A draft changes nothing in the project until it is kept under a name, which is a judgement. What a
draft does is worked out from the kept classification, without the worker. Knows no panel.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from insight_app.figures import counted
from insight_app.gui.state.curation import Curation
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.explained_photo import ExplainedPhoto
from insight_app.gui.state.explaining import Explaining
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.replies import Message
from insight_app.gui.state.worker_client import Progress, WorkerClient

if TYPE_CHECKING:
    from insight_app.concepts.explain.faithfulness import Faithfulness
    from insight_app.project.explaining.classification import Classification
    from insight_app.project.explaining.whatif import Decided, Intervened
    from insight_app.project.judgements.state import ModelEdit
    from insight_app.project.results.snapshot import Results

DRAFTS = 2
NAMES = ("A", "B")
OFF, AS_TRAINED, DOUBLED = 0.0, 1.0, 2.0


@dataclass(frozen=True, eq=False)
class DraftEdit:
    """An intervention that is tried out. factors: by concept, those that are not AS_TRAINED.

    name: of the kept edit that it was taken from, while it is like it.  done: what it does to all
    photos, None while that is worked out, or while nothing is changed.
    """

    factors: Mapping[int, float] = field(default_factory=dict)
    name: str = ""
    done: "Intervened | None" = None

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not self.factors


@dataclass(frozen=True)
class FoundCue:
    """A concept whose removal one subset of the photos feels, see `concepts.explain.spurious`."""

    concept: int
    subset: str
    photos: int
    difference: float
    low: float
    high: float
    corrected: float
    made_wrong: int
    made_right: int


@dataclass(frozen=True, eq=False)
class PhotoCurves:
    """Deletion and insertion of the explained photo, None where its concepts give nothing."""

    shown: ExplainedPhoto
    deletion: "Faithfulness | None"
    insertion: "Faithfulness | None"


class WhatIf(QObject):
    """drafts: two interventions; current: which of them is worked on.

    cues: those found, None before they were looked for; curves: of the explained photo.
    """

    changed = Signal()
    """Drafts, or what they do, or cues, or curves are other than before."""

    def __init__(
        self,
        projects: Projects,
        explaining: Explaining,
        worker: WorkerClient,
        jobs: Jobs,
        curation: Curation,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects, self._explaining = projects, explaining
        self._worker, self._jobs = worker, jobs
        self._curation, self._messages = curation, messages
        self.drafts = [DraftEdit() for _ in range(DRAFTS)]
        self.current = 0
        self.listed: list[int] = []
        """Concepts that were added to be changed, in that order."""
        self.decided: Decided | None = None
        self.cues: tuple[FoundCue, ...] | None = None
        self.curves: PhotoCurves | None = None
        self.progress: Progress | None = None
        self.error: Exception | None = None
        self._request: int | None = None
        self._read_of: Classification | None = None
        projects.opened.connect(self._forget)
        explaining.changed.connect(self._follow)

    # ---- all photos

    def want(self) -> None:
        """Read the photos that were classified, once, and the curves of the one explained."""
        found, results = self._explaining.classification, self._projects.state.results
        if found is not None and results is not None and self._read_of is not found:
            self._read_of, self.decided = found, None
            self._jobs.run(
                partial(_decided, results, found),
                done=self._show_decided,
                failed=self._failed,
                key="what if: photos",
            )
        shown = self._explaining.explained
        if shown is not None and (self.curves is None or self.curves.shown is not shown):
            self._jobs.run(partial(_curves, shown), done=self._show_curves, key="what if: curves")

    def _show_decided(self, decided: "Decided") -> None:
        self.decided = decided
        for number in range(DRAFTS):
            self._work_out(number)
        self.changed.emit()

    def _show_curves(self, curves: PhotoCurves) -> None:
        if curves.shown is self._explaining.explained:
            self.curves = curves
            self.changed.emit()

    def _work_out(self, number: int) -> None:
        draft, decided = self.drafts[number], self.decided
        if decided is None or draft.is_empty:
            return
        self._jobs.run(
            partial(_intervened, decided, draft.factors),
            done=partial(self._show_done, number, draft),
            failed=self._failed,
            key=("what if", number),
        )

    def _show_done(self, number: int, of: DraftEdit, done: "Intervened") -> None:
        if self.drafts[number] is of:
            self.drafts[number] = replace(of, done=done)
            self.changed.emit()

    # ---- one photo

    def scores_of(self, number: int) -> NDArray[np.float64] | None:
        """Return (C,) the scores of the explained photo after a draft; None where none is."""
        from insight_app.concepts.explain.contributions import explain
        from insight_app.concepts.explain.interventions import in_photo

        shown = self._explaining.explained
        if shown is None:
            return None
        changed = in_photo(shown.values, self.drafts[number].factors)
        return explain(shown.classifier, changed).scores

    # ---- changing a draft

    @property
    def draft(self) -> DraftEdit:
        """The draft that is worked on."""
        return self.drafts[self.current]

    def factor(self, concept: int) -> float:
        """Return by how much a concept is multiplied in the draft that is worked on."""
        return self.draft.factors.get(concept, AS_TRAINED)

    def scale(self, concept: int, factor: float) -> None:
        """Multiply a concept by a factor, 0 to 2, in the draft that is worked on."""
        factor = min(max(factor, OFF), DOUBLED)
        factors = {one: by for one, by in self.draft.factors.items() if one != concept}
        if factor != AS_TRAINED:
            factors[concept] = factor
        if factors != dict(self.draft.factors):
            self.add(concept)
            self._put(DraftEdit(factors))

    def add(self, concept: int) -> None:
        """List a concept among those to be changed."""
        if concept not in self.listed:
            self.listed.append(concept)
            self.changed.emit()

    def reset(self) -> None:
        """Put all concepts of the draft back to as they were trained; can be taken back."""
        before = self.draft
        if not before.is_empty:
            self._put(DraftEdit())
            number = self.current
            self._messages.offer(
                f"Put {counted(len(before.factors), 'concept')} back to as trained",
                "Undo",
                lambda: self._put_back(number, before),
            )

    def choose(self, number: int) -> None:
        """Work on the other draft."""
        if number != self.current and 0 <= number < DRAFTS:
            self.current = number
            self.changed.emit()

    def _put_back(self, number: int, draft: DraftEdit) -> None:
        self.current = number
        self._put(draft)

    def _put(self, draft: DraftEdit) -> None:
        self.drafts[self.current] = draft
        if draft.done is None:
            self._work_out(self.current)
        self.changed.emit()

    # ---- kept edits

    @property
    def kept(self) -> "dict[str, ModelEdit]":
        """The edits that are kept and are of the dictionary in use, by uuid, in order of names."""
        state = self._projects.state
        if state.project is None or state.results is None:
            return {}
        fingerprint = state.results.dictionary.fingerprint
        edits = dict(state.project.judgements.state.edits)
        usable = {
            key: edit
            for key, edit in edits.items()
            if edit.is_kept and edit.intervention and edit.intervention.dictionary == fingerprint
        }
        return dict(sorted(usable.items(), key=lambda one: (one[1].name.casefold(), one[0])))

    def load(self, key: str) -> None:
        """Try out a kept edit in the draft that is worked on."""
        edit = self.kept.get(key)
        if edit is None or edit.intervention is None:
            return
        for concept in edit.intervention.factors:
            if concept not in self.listed:
                self.listed.append(concept)
        self._put(DraftEdit(dict(edit.intervention.factors), edit.name))

    def keep(self, name: str) -> None:
        """Keep the draft that is worked on under a name, with its effects."""
        from insight_app.project.explaining import whatif
        from insight_app.project.judgements import auditing

        draft, results = self.draft, self._projects.state.results
        found = self._explaining.classification
        if not name.strip() or draft.is_empty or results is None or found is None:
            return
        intervention = whatif.intervention_of(results, found, draft.factors, draft.done)
        act = auditing.keep_edit(auditing.new_key(), name, intervention)
        self._curation.judge([act], f"Kept the model edit “{name.strip()}”")
        self.drafts[self.current] = replace(draft, name=name.strip())
        self.changed.emit()

    def discard(self, key: str) -> None:
        """Take a kept edit off the list."""
        from insight_app.project.judgements import auditing

        edit = self.kept.get(key)
        if edit is not None:
            act = auditing.discard_edit(key)
            self._curation.judge([act], f"Discarded the model edit “{edit.name}”")

    # ---- cues

    @property
    def is_looking(self) -> bool:
        """Whether the worker looks for cues."""
        return self._request is not None

    def look_for_cues(self) -> None:
        """Have the worker switch off each concept in turn."""
        path = self._projects.state.path
        if path is None or self.is_looking or self._explaining.classification is None:
            return
        self.error = self.progress = None
        self._request = self._worker.request(
            "cues",
            scope=Scope.PROJECT,
            project=str(path),
            labels=self._explaining.label_set,
            by="classes",
            done=self._show_cues,
            failed=self._failed,
            stopped=self._stopped,
            progress=self._tell,
        )
        self.changed.emit()

    def cancel(self) -> None:
        """Stop looking for cues."""
        if self._request is not None:
            self._worker.cancel(self._request)

    def _show_cues(self, reply: Message) -> None:
        self._request = self.progress = None
        self.cues = tuple(
            FoundCue(
                int(one["concept"]),
                str(one["subset"]),
                int(one["photos"]),
                float(one["difference"]),
                float(one["low"]),
                float(one["high"]),
                float(one["corrected"]),
                int(one["made_wrong"]),
                int(one["made_right"]),
            )
            for one in reply["cues"]
        )
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._request = self.progress = None
        self.error = error
        self.changed.emit()

    def _stopped(self) -> None:
        self._request = self.progress = None
        self.changed.emit()

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        self.changed.emit()

    # ---- another project, another classification

    def _follow(self) -> None:
        if self._read_of is not None and self._explaining.classification is not self._read_of:
            self._read_of = self.decided = self.cues = self.curves = None
            self.drafts = [replace(draft, done=None) for draft in self.drafts]
            self.changed.emit()

    def _forget(self) -> None:
        self.drafts, self.current, self.listed = [DraftEdit() for _ in range(DRAFTS)], 0, []
        self.decided = self.cues = self.curves = self._read_of = None
        self._request = self.progress = self.error = None
        self.changed.emit()


def _decided(results: "Results", found: "Classification") -> "Decided":
    from insight_app.project.explaining.whatif import decided

    return decided(results, found)


def _intervened(decided: "Decided", factors: Mapping[int, float]) -> "Intervened":
    from insight_app.project.explaining.whatif import intervene

    return intervene(decided, factors)


def _curves(shown: ExplainedPhoto) -> PhotoCurves:
    from insight_app.concepts.explain.faithfulness import deletion, together

    found = deletion(shown.classifier, shown.values, shown.direction, 100)
    return PhotoCurves(shown, together([found]), together([found.insertion]))
