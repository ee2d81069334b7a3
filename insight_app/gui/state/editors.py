"""Text that is being typed: written before anything leaves.

Another concept, workspace or project, and the end of the program, all call `write_all` first.
Knows no widget: an editor is whatever can write what was typed.
"""

from typing import Protocol

from PySide6.QtCore import QObject, Signal


class OpenEditor(Protocol):
    """A text field of one concept in which somebody may be typing."""

    def write(self) -> None:
        """Judge what was typed, where it is not what was there before."""


class Editors(QObject):
    """The editors that are open now, and which of them hold what is still to be judged."""

    unwritten_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open: list[OpenEditor] = []
        self._unwritten: set[OpenEditor] = set()

    @property
    def are_unwritten(self) -> bool:
        """Whether something typed waits to be judged, as every note does for a moment."""
        return bool(self._unwritten)

    def set_unwritten(self, editor: OpenEditor, is_unwritten: bool) -> None:
        """Say whether an editor holds text that will be judged and is not yet."""
        if is_unwritten != (editor in self._unwritten):
            self._unwritten ^= {editor}
            self.unwritten_changed.emit()

    def opened(self, editor: OpenEditor) -> None:
        """Remember an editor until `closed` is called with it."""
        if editor not in self._open:
            self._open.append(editor)

    def closed(self, editor: OpenEditor) -> None:
        """Forget an editor: it has written its text, or was left without."""
        if editor in self._open:
            self._open.remove(editor)

    def write_all(self) -> None:
        """Write what was typed in every open editor."""
        for editor in tuple(self._open):
            editor.write()
