"""Names with keys of their own: which key gives which name, kept in the settings.

A name takes a free place by itself once it has been given often. The rules are those of
judgements.names.frequent. Knows no key and no panel.
"""

import json
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from insight_app.gui.settings import Settings
from insight_app.gui.state.curation import Curation, Question
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import SelectionModel
from insight_app.gui.state.shown_name import shown_name
from insight_app.project.judgements.names import frequent

SETTING = "own_names"


class OwnNames(QObject):
    """The names of all places; '' is a place without one."""

    changed = Signal()

    def __init__(
        self,
        present: Callable[[], ProjectState],
        curation: Curation,
        selection: SelectionModel,
        settings: Settings,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._present, self._curation = present, curation
        self._selection, self._settings = selection, settings
        settings.changed.connect(self._setting_changed)

    @property
    def names(self) -> tuple[str, ...]:
        """The names from the first place to the last."""
        try:
            kept = json.loads(self._settings.get(SETTING))
        except (ValueError, RecursionError):
            kept = []
        is_list = isinstance(kept, list) and all(isinstance(name, str) for name in kept)
        return frequent.places(kept if is_list else [])

    def put(self, place: int, name: str) -> None:
        """Give a place, counted from 1, another name; '' for none."""
        names = list(self.names)
        names[place - 1] = name
        self._keep(names)

    def place_for(self, name: str) -> int | None:
        """Give a name the first free place; return it, or None if it has one or none is free."""
        if (names := frequent.with_place(self.names, name)) is None:
            return None
        self._keep(names)
        return frequent.place_of(names, name)

    def give(self, place: int) -> None:
        """Give the selected concept the name of a place; several when the person says so."""
        from insight_app.project.judgements import rename

        name, concepts = self.names[place - 1], self._selection.concepts
        rows = self._present().rows_of(concepts)
        if not name or not rows or self._curation.asks_to_look():
            return
        if len(rows) == 1:
            self._curation.rename(self._present().id_of(rows[0]), name)
        elif not self._curation.refuses():
            ids = self._present().ids_of(rows)
            acts = [rename(one, name) for one in ids]
            do = partial(self._curation.judge, acts, f"Named {len(rows):,} concepts {name}")
            # What is selected may be what was laid out last, not what one looks at.
            details = f"Each is then called {shown_name(name)}."
            self._curation.asked.emit(Question("Rename", len(ids), "concept", do, ids, details))

    def _keep(self, names: "list[str] | tuple[str, ...]") -> None:
        self._settings.set(SETTING, json.dumps(frequent.places(names), ensure_ascii=False))

    def _setting_changed(self, name: str) -> None:
        if name == SETTING:
            self.changed.emit()
