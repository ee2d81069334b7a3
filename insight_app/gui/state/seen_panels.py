"""Which panels are seen now, by their object names. Knows no panel."""

from PySide6.QtCore import QObject, Signal


class SeenPanels(QObject):
    """Panels say when they come into view and when they go."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.names: frozenset[str] = frozenset()

    def put(self, name: str, seen: bool) -> None:
        """Note that a panel is seen, or not any more."""
        names = self.names | {name} if seen else self.names - {name}
        if names != self.names:
            self.names = names
            self.changed.emit()
