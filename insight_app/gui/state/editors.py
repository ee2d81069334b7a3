"""Text that is being typed: written before anything leaves.

Another concept, workspace or project, and the end of the program, all call `write_all` first.
Knows no widget: an editor is whatever can write what was typed.
"""

from typing import Protocol


class OpenEditor(Protocol):
    """A text field of one concept in which somebody may be typing."""

    def write(self) -> None:
        """Judge what was typed, where it is not what was there before."""


class Editors:
    """The editors that are open now."""

    def __init__(self) -> None:
        self._open: list[OpenEditor] = []

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
