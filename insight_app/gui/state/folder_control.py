"""The photo folders of the open project: which are there, and what a person does with them.

Whether a folder is there is asked of the disk on a thread, when a project opens, when its results
change and when somebody comes back to the window. Changes are the worker's work.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from insight_app.figures import agreeing, counted
from insight_app.gui.state.analysis_control import AnalysisControl
from insight_app.gui.state.jobs import BACKGROUND, Jobs
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.replies import Message
from insight_app.project.photos.patterns import Patterns

if TYPE_CHECKING:
    from insight_app.project.results.records import PhotoChoice
    from insight_app.project.results.snapshot import Results
    from insight_app.project.results.sources import SourceState


class FolderControl(QObject):
    """sources: the folders that were given, as they were when they were looked at last; choice:
    which of their photos are taken, None before there are results.
    """

    changed = Signal()
    """A folder is there that was not, or is not any more, or its photos are others."""
    not_moved = Signal(object, object)
    """(old folder, error): the photos of a folder are not where they were said to be."""
    came_back = Signal()
    """A folder that was not there is there again."""

    def __init__(
        self,
        projects: Projects,
        analysis: AnalysisControl,
        jobs: Jobs,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects, self._analysis = projects, analysis
        self._jobs, self._messages = jobs, messages
        self.sources: Sequence[SourceState] = ()
        self.choice: PhotoChoice | None = None
        projects.opened.connect(self._forget)
        projects.entered.connect(self.look)
        projects.results_changed.connect(self.look)
        analysis.added.connect(self._offer_undo)

    @property
    def missing(self) -> "list[SourceState]":
        """The folders with photos that are not where they were."""
        return [one for one in self.sources if one.state == "not there" and one.counts.photos]

    def look(self) -> None:
        """Ask the disk again which folders are there."""
        results = self._projects.state.results
        if results is not None:
            look = partial(_look, results)
            self._jobs.run(look, done=self._show, key="sources", priority=BACKGROUND)

    def add(self, folders: Sequence[Path]) -> None:
        """Add folders of photos; photos that are known from a missing place are recognized."""
        self._analysis.analyze([str(folder) for folder in folders])

    def remove(self, folders: Sequence[Path]) -> None:
        """Take folders out of the project; their codes and what was judged stay."""
        names = _names(folders)
        self._analysis.change(
            "remove_folders",
            folders=[str(folder) for folder in folders],
            done=partial(self._removed, folders, names),
        )

    def put_back(self, folders: Sequence[Path]) -> None:
        """Put folders back that were taken out; nothing is coded anew."""
        names = _names(folders)
        self._analysis.change(
            "put_back_folders",
            folders=[str(folder) for folder in folders],
            done=partial(self._put_back, folders, names),
        )

    def move(self, old: Path, new: Path) -> None:
        """Say where the photos of a folder are now."""
        self._analysis.change(
            "move_folder",
            old=str(old),
            new=str(new),
            done=partial(self._moved, new),
            failed=partial(self.not_moved.emit, old),
        )

    def choose_photos(self, patterns: Patterns) -> None:
        """Take and leave out photos by their names; codes and what was judged stay."""
        before = Patterns() if self.choice is None else self.choice.patterns
        self._analysis.choose_photos(patterns, partial(self._chosen, before))

    # ---- what came of it

    def _forget(self) -> None:
        self.sources, self.choice = (), None
        self.changed.emit()

    def _show(self, looked: "tuple[Sequence[SourceState], PhotoChoice]") -> None:
        sources, choice = looked
        if sources != self.sources or choice != self.choice:
            were_missing = {source.id for source in self.missing}
            self.sources, self.choice = sources, choice
            self.changed.emit()
            if were_missing - {source.id for source in self.missing}:
                self.came_back.emit()

    def _removed(self, folders: Sequence[Path], names: str, reply: Message) -> None:
        self._messages.offer(
            f"Took {names} out of the project, with {_photos(reply)}",
            "Put it back",
            partial(self.put_back, folders),
        )

    def _put_back(self, folders: Sequence[Path], names: str, reply: Message) -> None:
        counts = agreeing(_count(reply), "counts", "count")
        text = f"{_photos(reply)} of {names} {counts} again"
        self._messages.offer(text, "Take out again", partial(self.remove, folders))

    def _moved(self, new: Path, reply: Message) -> None:
        missing = int(reply.get("missing", 0))
        text = f"{_photos(reply)} {agreeing(_count(reply), 'is', 'are')} in {new} now"
        if missing:
            text += f"; {missing:,} of them {agreeing(missing, 'is', 'are')} not there"
        self._messages.say(text)

    def _chosen(self, before: Patterns, reply: Message) -> None:
        number = int(reply["found"]["left_out"])
        text = f"{counted(number, 'photo')} left out by name"
        self._messages.offer(text, "Undo", partial(self.choose_photos, before))

    def _offer_undo(self, folders: Sequence[Path]) -> None:
        if self.sources:  # the first photos of a project are what it was made for
            act = partial(self._take_back, folders)
            self._messages.offer(f"Added {_names(folders)}", "Undo", act)

    def _take_back(self, folders: Sequence[Path]) -> None:
        """Undo adding folders, also while they are being analyzed."""
        self._analysis.cancel()
        self.remove(folders)


def _look(results: "Results") -> "tuple[Sequence[SourceState], PhotoChoice]":
    """Look at the folders and at what of them is taken; runs on the pool."""
    return results.sources(), results.photo_choice()


def _names(folders: Sequence[Path]) -> str:
    return folders[0].name if len(folders) == 1 else counted(len(folders), "folder")


def _photos(reply: Message) -> str:
    return counted(_count(reply), "photo")


def _count(reply: Message) -> int:
    return int(reply.get("photos", 0))
