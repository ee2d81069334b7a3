"""Where the card of a relation is seen: its panel comes out from behind other tabs.

Only where nothing is laid out there, and only when a relation is looked at after a concept was.
"""

from PySide6.QtCore import QObject

from insight_app.gui.state.session import Session
from insight_app.gui.window.dock_area import DockArea

EDGE_CARD = "exemplars"


class RelationPlace(QObject):
    """Brings the panel to the front when somebody goes from concepts to a relation."""

    def __init__(self, session: Session, area: DockArea, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._area = session, area
        self._was_relation = False
        session.selection.changed.connect(self._follow)

    def _follow(self) -> None:
        is_relation = bool(self._session.selection.relations)
        is_new, self._was_relation = is_relation and not self._was_relation, is_relation
        dock = self._area.docks[EDGE_CARD]
        is_free = self._session.staging.stage is None
        if is_new and is_free and not dock.isHidden() and not dock.is_seen:
            dock.raise_()
