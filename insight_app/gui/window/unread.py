"""Which photos an analysis could not read and which files it did not take: a word with the way to
the list of problems, gone when there are none.

Knows what was found in the folders; the list of problems says which and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from insight_app.figures import agreeing, counted
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import LinkLabel

if TYPE_CHECKING:
    from insight_app.project.results.records import PhotoChoice
    from insight_app.project.results.sources import SourceState


@dataclass(frozen=True)
class Unread:
    """How many photos are not in the results, and how many files were never taken for photos."""

    photos: int = 0
    coded: int = 0
    unreadable: int = 0
    missing: int = 0
    left_out: int = 0

    @property
    def short(self) -> str:
        """The word of the status bar, '' where nothing is wrong."""
        parts = (
            (self.unreadable, "unreadable"),
            (self.missing, "not there"),
            (self.left_out, "not taken"),
        )
        return ", ".join(f"{number:,} {what}" for number, what in parts if number)

    @property
    def sentence(self) -> str:
        """The same in full."""
        photos = counted(self.photos, "photo")
        parts = [f"{self.coded:,} of {photos} {agreeing(self.coded, 'was', 'were')} analyzed"]
        if self.unreadable:
            parts.append(f"{self.unreadable:,} could not be read")
        if self.missing:
            parts.append(f"{self.missing:,} {agreeing(self.missing, 'is', 'are')} not there")
        if self.left_out:
            were = agreeing(self.left_out, "was", "were")
            parts.append(f"{counted(self.left_out, 'file')} {were} not taken")
        return f"{parts[0]}; {', '.join(parts[1:])}. The list of problems says which and why."


class UnreadLink(LinkLabel):
    """`changed` when it says something else; choosing it opens the list of problems."""

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self._found = Unread()
        self.linkActivated.connect(lambda _link: session.actions["analysis.problems"].trigger())
        session.folders.changed.connect(self._follow)

    def _follow(self) -> None:
        found = count_unread(self.session.folders.sources, self.session.folders.choice)
        if found == self._found:
            return
        self._found = found
        self.setText(f'<a href="problems">{found.short}</a>' if found.short else "")
        self.setToolTip(found.sentence if found.short else "")
        self.setAccessibleName(found.sentence if found.short else "")
        self.changed.emit()


def count_unread(sources: "Sequence[SourceState]", choice: "PhotoChoice | None") -> Unread:
    """Add up what is not in the results; folders that are not there have words of their own."""
    whole = [source.counts for source in sources]
    here = [source.counts for source in sources if source.state != "not there"]
    refused = 0 if choice is None else sum(choice.not_taken.values()) + choice.refused
    return Unread(
        photos=sum(counts.photos for counts in whole),
        coded=sum(counts.coded for counts in whole),
        unreadable=sum(counts.unreadable for counts in here),
        missing=sum(counts.missing for counts in here),
        left_out=refused,
    )
