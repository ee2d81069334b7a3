"""Where a person is in a project: remembered when it is left, found again when it opens.

At a first opening nothing was selected yet: the first photo is shown, and the concept that is
strongest in it, so that a photo never stands there bare. Knows no panel.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from insight_app.gui.settings import Settings
from insight_app.gui.state.image_codes import ImageCodes
from insight_app.gui.state.photo_concepts import PhotoConcepts
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import Selection, SelectionModel

if TYPE_CHECKING:
    from insight_app.project.judgements import Relation

REMEMBER_AFTER = 1000
"""Milliseconds after which a new selection is kept for the next start."""

KEPT = 500
"""Selected concepts that are kept: the settings are no place for thousands."""


class PlaceMemory(QObject):
    """Keeps the places of all projects in the settings."""

    def __init__(
        self,
        settings: Settings,
        present: Callable[[], ProjectState],
        selection: SelectionModel,
        image_codes: ImageCodes,
        photo_concepts: PhotoConcepts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings, self._present = settings, present
        self._selection, self._codes = selection, image_codes
        self._photo_concepts = photo_concepts
        self._kept: dict[str, object] = {}
        """What was remembered of this project, by name."""
        self._to_keep: dict[str, Callable[[], object]] = {}
        self._awaits_concept = False
        """No concept was selected in this project so far."""
        # A window that is killed leaves no time to remember anything.
        self._soon = QTimer(self, singleShot=True, interval=REMEMBER_AFTER)
        self._soon.timeout.connect(self._remember_place)
        selection.changed.connect(self._soon.start)
        selection.changed.connect(self._selected)
        image_codes.ready.connect(lambda _image: self._choose_concept())

    def remember(self) -> None:
        """Keep what is selected, and the project among the recent ones."""
        if self._present().path is not None:
            self._remember_opening()
            self._remember_place()

    def _remember_place(self) -> None:
        state, selection = self._present(), self._selection
        self._soon.stop()
        if state.path is not None:
            chosen = () if selection.is_given else selection.concepts
            place = {
                "image": selection.image,
                "concepts": list(chosen[:KEPT]),
                "relations": [list(pair) for pair in selection.relations[:KEPT]],
            }
            self._kept |= {name: read() for name, read in self._to_keep.items()}
            self._to_keep.clear()
            self._settings.set_place(state.path, {**self._kept, **place})

    def keep(self, name: str, read: Callable[[], object]) -> None:
        """Remember soon, with the place, what read() returns then: plain and small."""
        self._to_keep[name] = read
        self._soon.start()

    def kept(self, name: str) -> object:
        """Return what was remembered of the project that is open, None if nothing was."""
        return self._kept.get(name)

    def begin(self) -> None:
        """Return to where the project was left, before anybody hears that it is open."""
        self._soon.stop()
        self._to_keep.clear()
        path = self._present().path
        self._kept = {} if path is None else self._settings.place(path)
        self._selection.begin(self._place())

    def enter(self) -> None:
        """Open the project at the next start of the program too; show no photo bare."""
        self._remember_opening()
        self._settings.set("last_project", str(self._present().path or ""))
        self._awaits_concept = True
        self._choose_concept()

    def results_came(self) -> None:
        """Find a place as soon as there are results to find one in."""
        # In a turn of its own: what the panels do with the first results is long enough.
        QTimer.singleShot(0, self, self._find_first)

    def _remember_opening(self) -> None:
        """Keep the project among the recent ones, with what the start page shows of it."""
        state = self._present()
        if state.path is not None:
            share = float(state.catalogue.reviewed_share()) if state.catalogue is not None else 0.0
            count = int(state.results.image_count) if state.results is not None else 0
            self._settings.remember(state.path, images=count, reviewed=share)

    def _place(self) -> Selection:
        """Return what was selected when the project was left last; its photo, else the first."""
        state = self._present()
        if state.path is None or state.results is None:
            return Selection()
        place = self._settings.place(state.path)
        image, concepts = place.get("image"), place.get("concepts")
        if type(image) is not int or not state.results.is_listed(image):
            image = state.results.first_image
        kept = concepts if isinstance(concepts, list) else []
        texts: list[Any] = [id for id in kept if isinstance(id, str)]
        known = (id for id in texts if state.row_of(id) is not None)
        return Selection(tuple(known), image, relations=_relations(state, place.get("relations")))

    def _find_first(self) -> None:
        if self._selection.image is None:
            place = self._place()
            self._selection.select(self._selection.concepts or place.concepts, place.image)
        self._choose_concept()

    # ---- the first concept

    def _selected(self) -> None:
        if self._selection.concepts:
            self._awaits_concept = False
        else:
            self._choose_concept()

    def _choose_concept(self) -> None:
        """Select the strongest concept of the photo, once; the strongest of all without photos."""
        state, image = self._present(), self._selection.image
        if not self._awaits_concept or state.catalogue is None or self._selection.concepts:
            return
        if image is None:
            row = _first_row(state)
        else:
            codes = self._codes.get(image)
            found = [] if codes is None else self._photo_concepts.active(state, codes)
            row = _strongest(state, found)
        if row is not None:
            self._selection.give(state.ids_of((row,)))


def _relations(state: ProjectState, kept: object) -> "tuple[Relation, ...]":
    """Return those kept relations of which the project has both ends."""
    found: list[Relation] = []
    for pair in kept if isinstance(kept, list) else []:
        match pair:
            case [str(child), str(parent)]:
                ends: Any = (child, parent)
                if len(state.rows_of(ends)) == len(ends):
                    found.append(ends)
    return tuple(found)


def _strongest(state: ProjectState, found: Sequence[tuple[int, float]]) -> int | None:
    """Return the row of the strongest concept of those found in a photo that is not hidden.

    One that shows something in common with its other photos goes before those that do not.
    """
    assert state.catalogue is not None
    hidden, folded = state.catalogue.hidden, state.catalogue.folded
    shown = [row for row, _value in found if not hidden[row]]
    return min(shown, key=lambda row: bool(folded[row]), default=None)


def _first_row(state: ProjectState) -> int | None:
    """Return the row at the top of the hierarchy."""
    assert state.catalogue is not None
    return next(iter(state.catalogue.roots()), None)
