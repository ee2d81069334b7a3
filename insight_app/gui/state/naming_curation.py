"""What a person can do to names: many at once, and by keys of one's own.

Turns what was chosen into acts and one line of text; the rules are those of judgements.names.
Knows no panel.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from insight_app.figures import counted
from insight_app.gui.actions import Actions
from insight_app.gui.state.completing import NameCompleting
from insight_app.gui.state.curation import Curation
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.judgement_queue import Committed, JudgementQueue, WriteKind
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.own_names import OwnNames
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.state.split_draft import SplitDraft
from insight_app.gui.state.staging import Staged, StagePlan, Staging
from insight_app.project.judgements.names.frequent import OFTEN

if TYPE_CHECKING:
    from insight_app.project.judgements import Alias, ConceptId
    from insight_app.project.judgements.names.spelling import Renaming


class NamingCuration(QObject):
    """Judgements about names, beside those of Curation. completing: what completes a name."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        curation: Curation,
        own_names: OwnNames,
        queue: JudgementQueue,
        messages: Messages,
        jobs: Jobs,
        staging: Staging,
        splitting: SplitDraft,
        actions: Actions,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._present, self._curation, self._own_names = present, curation, own_names
        self._messages, self._actions = messages, actions
        self._staging, self._splitting = staging, splitting
        self.completing = NameCompleting(present, jobs, self._called)
        self._to_merge: ConceptId | None = None
        """What is merged with its namesakes as soon as it is renamed."""
        queue.committed.connect(self._committed)

    # ---- many names

    def names(self, rows: Sequence[int] | None = None) -> list[tuple[int, str]]:
        """Return (row, name in force) of the concepts that lists show, or of those at `rows`."""
        catalogue = self._present().catalogue
        if catalogue is None:
            return []
        shown = np.flatnonzero(catalogue.is_active & catalogue.is_listed).tolist()
        wanted = shown if rows is None else rows
        return [(row, catalogue.names[row]) for row in wanted if catalogue.names[row]]

    def names_and_aliases(self) -> "list[tuple[str, tuple[Alias, ...]]]":
        """Return the names that persons gave and their aliases, a pair for each concept."""
        catalogue = self._present().catalogue
        if catalogue is None:
            return []
        return [
            (name, tuple(catalogue.aliases(row)))
            for row, name in self.names()
            if catalogue.by_person[row]
        ]

    def rename_all(
        self, renamings: "Sequence[Renaming[int]]", text: str, *, keeps_old: bool = False
    ) -> None:
        """Give names to the concepts at rows of the present state, as one judgement.

        keeps_old: what each was called until now stays as an alias.
        """
        from insight_app.project.judgements import alias, rename

        state = self._present()
        acts = [rename(state.id_of(one.key), one.after) for one in renamings]
        if keeps_old:
            acts += [alias(state.id_of(one.key), one.before) for one in renamings]
        self._curation.judge(acts, text, f"Nothing changed: {text}")

    # ---- one name twice

    def namesakes(self, concept: "ConceptId") -> "tuple[ConceptId, ...]":
        """Return the other listed concepts of the same name, persons' and frequent ones first."""
        state = self._present()
        row, catalogue = state.row_of(concept), state.catalogue
        if row is None or catalogue is None or not catalogue.shares_name(row):
            return ()
        name = catalogue.names[row]
        same = [other for other, called in enumerate(catalogue.names) if called == name]
        listed = catalogue.is_active & catalogue.is_listed
        rows = [other for other in same if listed[other] and other != row]
        rows.sort(key=lambda one: (not catalogue.by_person[one], -int(catalogue.images[one]), one))
        return state.ids_of(rows)

    def rename_and_merge(self, concept: "ConceptId", name: str) -> None:
        """Give a concept a name that others have, then lay out the merge with these."""
        self._to_merge = concept
        self._curation.rename(concept, name)

    def merge_namesakes(self, concept: "ConceptId") -> None:
        """Lay out the merge of all concepts of one name; what has it longest stays."""
        others = self.namesakes(concept)
        if others and not self._curation.refuses():
            ticked = (others[0], concept, *others[1:])
            self._splitting.cancel()
            self._staging.begin(Staged(StagePlan.MERGE, ticked, ticked))

    def _called(self) -> "tuple[list[str], dict[str, str]]":
        """Return the names in force, one a concept, and aliases with the names they belong to."""
        catalogue, names = self._present().catalogue, self.names()
        if catalogue is None:
            return [], {}
        aliases = {one.text: name for row, name in names for one in catalogue.aliases(row)}
        return [name for _row, name in names], aliases

    def _committed(self, committed: Committed) -> None:
        """Offer to merge what was given a name that others have."""
        write = committed.write
        acts = () if callable(write.acts) else write.acts
        if write.kind is not WriteKind.JUDGE or len(acts) != 1 or acts[0].kind != "rename":
            return
        from insight_app.project.judgements import parse_concept

        concept, to_merge = parse_concept(acts[0].target), self._to_merge
        self._to_merge = None
        if concept is None or not (others := self.namesakes(concept)):
            return
        if concept == to_merge:
            self.merge_namesakes(concept)
        else:
            text = f"Merge with {counted(len(others), 'other')}…"
            self._messages.also(text, partial(self.merge_namesakes, concept))
        self._count(concept, others)

    def _count(self, concept: "ConceptId", others: "tuple[ConceptId, ...]") -> None:
        """Let a name that persons gave often take a free key, and say so."""
        state = self._present()
        rows = state.rows_of((concept, *others))
        if state.catalogue is None:
            return
        given = int(state.catalogue.by_person[list(rows)].sum())
        name = state.catalogue.names[rows[0]]
        place = self._own_names.place_for(name) if given >= OFTEN else None
        if place is not None:
            keys = self._actions.entry(f"concept.own_name_{place}").shown_keys()
            self._messages.say(f"{shown_name(name)} was given {given} times: {keys} gives it now")

    # ---- one concept

    def add_aliases(self, concept: "ConceptId", aliases: "Sequence[Alias]") -> None:
        """Give a concept other names beside its own."""
        from insight_app.project.judgements import alias

        acts = [alias(concept, one.text, one.language) for one in aliases]
        name, said = self._name(concept), ", ".join(one.text for one in aliases)
        self._curation.judge(acts, f"{name} is also called {said}", f"{name} is called so already")

    def remove_alias(self, concept: "ConceptId", alias: "Alias") -> None:
        """Say that a concept is not called so."""
        from insight_app.project.judgements import remove_alias

        acts = [remove_alias(concept, alias.text, alias.language)]
        self._curation.judge(acts, f"{self._name(concept)} is no longer called {alias.text}")

    def define(self, concept: "ConceptId", text: str) -> None:
        """Replace a concept's definition; '' takes it away."""
        from insight_app.project.judgements import define

        self._curation.judge([define(concept, text)], f"Defined {self._name(concept)}")

    def _name(self, concept: "ConceptId") -> str:
        row = self._present().row_of(concept)
        return str(concept) if row is None else self._present().name_told_apart(row)
