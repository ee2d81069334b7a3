"""What a person can do to names: many at once, and by keys of one's own.

Turns what was chosen into acts and one line of text; the rules are those of judgements.names.
Knows no panel.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from insight_app.gui.settings import Settings
from insight_app.gui.state.curation import Curation
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import SelectionModel

if TYPE_CHECKING:
    from insight_app.project.judgements import Alias, ConceptId
    from insight_app.project.judgements.names.spelling import Renaming


class NamingCuration(QObject):
    """Judgements about names, beside those of Curation."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        curation: Curation,
        selection: SelectionModel,
        settings: Settings,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._present, self._curation = present, curation
        self._selection, self._settings, self._messages = selection, settings, messages

    # ---- many names

    def names(self, rows: Sequence[int] | None = None) -> list[tuple[int, str]]:
        """Return (row, name in force) of the concepts that lists show, or of those at `rows`."""
        catalogue = self._present().catalogue
        if catalogue is None:
            return []
        shown = np.flatnonzero(catalogue.is_active & ~catalogue.hidden).tolist()
        wanted = shown if rows is None else rows
        return [(row, catalogue.names[row]) for row in wanted if catalogue.names[row]]

    def names_and_aliases(self) -> "list[tuple[str, tuple[Alias, ...]]]":
        """Return the names that persons gave and their aliases, a pair for each concept."""
        catalogue = self._present().catalogue
        if catalogue is None:
            return []
        state = self._present()
        return [
            (name, self.aliases(state.id_of(row)))
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

    # ---- one concept

    def aliases(self, concept: "ConceptId") -> "tuple[Alias, ...]":
        """Return the other names of a concept, in alphabetical order."""
        project = self._present().project
        found = () if project is None else project.judgements.state.aliases.get(concept, ())
        return tuple(sorted(found, key=lambda one: (one.text.casefold(), one.language)))

    def definition(self, concept: "ConceptId") -> str:
        """Return what a person said that a concept means, '' if nobody did."""
        project = self._present().project
        said = None if project is None else project.judgements.state.concepts.get(concept)
        return "" if said is None else said.definition

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
