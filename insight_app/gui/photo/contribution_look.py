"""Whether the photo shows what concepts give to a score, and of what: kept while it stays the same.

Draws nothing; the photo panel does.
"""

from PySide6.QtCore import QObject, Signal

from insight_app.gui.photo.contribution import ContributionMap, chosen_map
from insight_app.gui.state.explained_photo import ExplainedPhoto
from insight_app.gui.state.image_codes import PhotoCodes
from insight_app.gui.state.session import Session

EXPLAINING = frozenset(("score", "classes", "class_concepts", "alike_photos", "what_if"))
"""Panels beside which the photo shows what concepts give to a score."""
ACTION, SETTING = "photo.contribution", "overlay_contribution"


class ContributionLook(QObject):
    """`changed`: other concepts, another class, or nobody looks at scores any more."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._of: tuple[ExplainedPhoto, tuple[int, ...], bool] | None = None
        """The explained score, the selected rows and whether by themselves: what `_map` is of."""
        self._map: ContributionMap | None = None
        session.actions[ACTION].setChecked(session.settings.get(SETTING))
        session.explaining.explained_changed.connect(self.changed)
        session.explaining.map_changed.connect(self.changed)
        session.seen_panels.changed.connect(self.changed)
        session.curation.changed.connect(self._forget)

    @property
    def is_asked(self) -> bool:
        """Whether somebody looks at scores."""
        return bool(EXPLAINING & self._session.seen_panels.names)

    def turn(self) -> None:
        """Follow the switch: what concepts give, or how strong they are."""
        self._session.settings.set(SETTING, self._session.actions[ACTION].isChecked())
        self.changed.emit()

    def show_state(self, shown: PhotoCodes | None) -> bool:
        """Let it be turned on where something is known of the photo; return whether it is asked."""
        self._session.actions.set_enabled(ACTION, self._explained(shown) is not None)
        return self.is_asked

    def of(self, shown: PhotoCodes | None) -> ContributionMap | None:
        """Return what the selected concepts give at each cell of a photo, where that is shown."""
        found = self._explained(shown) if self._session.actions[ACTION].isChecked() else None
        if found is None:
            self._of = self._map = None
            return None
        asked = found, self._session.selection.rows, self._session.explaining.is_itself
        if asked != self._of:
            self._of, self._map = asked, chosen_map(self._session.state, *asked)
        return self._map

    def _forget(self) -> None:
        """Work it out anew: what counts in a row is other than before."""
        self._of = None

    def _explained(self, shown: PhotoCodes | None) -> ExplainedPhoto | None:
        """Return what is known of a photo's score, where somebody looks at scores."""
        found = self._session.explaining.explained
        is_of_it = found is not None and found.photo is shown
        return found if self.is_asked and is_of_it else None
