"""Which photos have which content: judgements name a photo by its content, lists by its number.

Read on the pool and kept as long as the results stay the same. Knows no judgement and no panel.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from insight_app.figures import counted
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.project_state import ProjectState
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results


NAMED = 3
"""So many photos are named one by one where something is said of them."""


class PhotoContents(QObject):
    """Answers with what is known, and reads the rest."""

    found = Signal()
    """More is known than before."""

    def __init__(self, present: Callable[[], ProjectState], jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._present, self._jobs = present, jobs
        self._epoch = -1
        self._photos: dict[str, tuple[int, ...]] = {}
        self._asked: set[str] = set()

    def photos_of(self, contents: Collection[str]) -> dict[str, tuple[int, ...]]:
        """Return the photos of those contents that are known; of others `found` tells later."""
        state = self._present()
        if state.epoch != self._epoch:
            self._epoch, self._photos, self._asked = state.epoch, {}, set()
        if state.results is not None and (new := set(contents) - self._asked):
            self._asked |= new
            self._jobs.run(partial(_photos_of, state.results, new), done=self._know)
        return {one: self._photos[one] for one in contents if one in self._photos}

    def called(self, images: Collection[int]) -> str:
        """Return in words which photos these are: up to NAMED file names, else how many."""
        results = self._present().results
        if results is None or len(images) > NAMED:
            return counted(len(images), "photo")
        return ", ".join(visible(results.image(image).path.name) for image in images)

    def ask(self, images: Collection[int], done: "Callable[[dict[int, str]], object]") -> None:
        """Call done({photo: its content}) a moment later; what was never read is missing."""
        results = self._present().results
        if results is not None:
            self._jobs.run(partial(_contents_of, results, tuple(images)), done=done)

    def _know(self, photos: dict[str, tuple[int, ...]]) -> None:
        self._photos |= photos
        self.found.emit()


def _photos_of(results: "Results", contents: Collection[str]) -> dict[str, tuple[int, ...]]:
    from insight_app.project.results.contents import photos_of

    return photos_of(results, contents)


def _contents_of(results: "Results", images: Collection[int]) -> dict[int, str]:
    from insight_app.project.results.contents import contents_of

    return contents_of(results, images)
