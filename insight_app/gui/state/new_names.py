"""Telling once that the machine names concepts otherwise now, after more of a person's photos.

Each concept's card says what it was called before. Knows no panel.
"""

import json
from collections.abc import Callable
from zlib import crc32

import numpy as np
from PySide6.QtCore import QObject

from insight_app.figures import agreeing, counted
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.places import PlaceMemory
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import SelectionModel

TOLD = "new_names_told"
"""What the place in a project calls the naming that was told last."""


class NewNames(QObject):
    """Looks at each state that is shown; a naming that was told is not told again."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        places: PlaceMemory,
        selection: SelectionModel,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._present, self._places = present, places
        self._selection, self._messages = selection, messages

    def look(self) -> None:
        """Tell how many names the last naming changed, with a link that selects these concepts."""
        state = self._present()
        if state.catalogue is None or state.results is None:
            return
        rows = np.flatnonzero(state.catalogue.changed & ~state.catalogue.is_merged).tolist()
        results = state.results
        naming = crc32(json.dumps([*results.machine_names, *results.names_before]).encode())
        if not rows or self._places.kept(TOLD) == naming:
            return
        self._places.keep(TOLD, lambda: naming)
        concepts = state.ids_of(rows)
        verb = agreeing(len(rows), "has", "have")
        text = f"{counted(len(rows), 'concept')} {verb} another machine name"
        if results.names_photos:
            text += f", after {counted(results.names_photos, 'photo')} of yours"
        self._messages.offer(text, "Show", lambda: self._selection.select(concepts=concepts))
