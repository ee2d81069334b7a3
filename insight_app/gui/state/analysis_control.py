"""Starting, pausing and resuming the analysis of the open project.

Knows the worker's requests; nothing of how they are carried out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from insight_app.concepts.hsae import places
from insight_app.concepts.hsae.description import DESCRIPTION, WEIGHTS, UnsetThreshold
from insight_app.errors import Refusal
from insight_app.figures import counted
from insight_app.gui.settings import Settings
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.replies import Message
from insight_app.gui.state.worker_client import Progress, WorkerClient
from insight_app.project.photos.patterns import ALL, Patterns

Curve = tuple[tuple[int, float], ...]
"""(steps, share of the variance explained), one for each look."""


@dataclass(frozen=True)
class Plan:
    """What the wizard asked: photos (none yet, for a dictionary that brings names along), place,
    encoder with its options, dictionary ("builtin", "train" or a path); unset_threshold: what is
    active where that dictionary's threshold was never set; concepts, k: of a dictionary to be
    trained, None = as proposed; patterns: which photos by name; page, channels: what of files with
    several, counted from 1.
    """

    folders: tuple[Path, ...]
    place: Path
    encoder: str
    dictionary: str
    encoder_options: Mapping[str, str] = field(default_factory=dict)
    unset_threshold: UnsetThreshold = "topk"
    concepts: int | None = None
    k: int | None = None
    patterns: Patterns = ALL
    page: int = 1
    channels: tuple[int, ...] = ()


@dataclass(eq=False)
class _Work:
    """One piece of long work; the end of an older one is no concern of the one that runs."""

    done: Callable[[Message], object]
    failed: Callable[[Exception], object]
    adds_folders: bool = False
    request: int = 0
    is_paused: bool = False
    goes_on: Callable[[], object] | None = None
    """What goes on with it when it was paused; None = analyzing."""


class AnalysisControl(QObject):
    """Long work on the open project's results: at most one piece is shown, and how far it is."""

    started = Signal()
    """Work on the results has begun."""
    progress = Signal(object)
    """A Progress, or None when nothing is under way any more."""
    looked = Signal()
    """`curve` is newer."""
    added = Signal(object)
    """(folders: list[Path]): these are in the project now that were not in it before."""

    def __init__(
        self,
        projects: Projects,
        worker: WorkerClient,
        settings: Settings,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects, self._worker = projects, worker
        self._settings, self._messages = settings, messages
        self._work: _Work | None = None
        self._error: Exception | None = None
        """Why the last work failed."""
        self.last_progress: Progress | None = None
        self._goes_on: Callable[[], object] | None = None
        self.curve: Curve = ()
        """How much of photos held back the dictionary explains that is being learned, so far."""
        projects.opened.connect(self._project_changed)

    # ---- a project and its analysis

    def begin_project(self, plan: Plan) -> None:
        """Make a project, open the window on it at once, and start analyzing in the background."""

        def made(place: Path) -> None:
            if not plan.folders:  # there will be concepts, but no photos to look at
                self._settings.set("workspace", "concepts")
            self.open_and_analyze(
                place,
                plan.folders,
                encoder=plan.encoder,
                encoder_options=dict(plan.encoder_options),
                dictionary=plan.dictionary,
                unset_threshold=plan.unset_threshold,
                concepts=plan.concepts,
                k=plan.k,
                include=list(plan.patterns.include),
                exclude=list(plan.patterns.exclude),
                page=plan.page,
                channels=list(plan.channels),
            )

        self._projects.make_and_open(partial(_create, plan.place), str(plan.place), made)

    def begin_demo(self) -> None:
        """Open the demo; the first time, its photos are copied and analyzed."""

        def made(demo: tuple[Path, tuple[Path, ...]]) -> None:
            self.open_and_analyze(*demo)

        self._projects.make_and_open(_set_up_demo, "Demo", made)

    def open_and_analyze(self, place: Path, folders: Sequence[Path], **how: Any) -> None:
        """Open a project, its photos in front, and analyze `folders` into it, as `how` says.

        Without folders it still gets the dictionary that `how` names; without that nothing is done.
        """

        def opened() -> None:
            if (folders or how) and not self._projects.state.read_only:
                self.analyze([str(folder) for folder in folders], **how)

        if folders:
            self._settings.set("workspace", "images")
        self._projects.open(place, then=opened)

    # ---- at work

    def analyze(self, folders: Sequence[str] = (), **how: Any) -> None:
        """Analyze what is new in the project, and in more folders."""
        self._begin(
            "analyze",
            lambda _summary: None,
            None,
            folders=list(folders),
            device=self._settings.get("device"),
            **how,
        )

    def resume(self) -> None:
        """Go on with what was paused; without that, analyze what is new."""
        (self._goes_on or self.analyze)()

    def name(self) -> None:
        """Name the concepts again after the photos that count; what people named stays."""
        work = self._begin("name", self._named, None, device=self._settings.get("device"))
        if work is not None:
            work.goes_on = self.name

    def _named(self, reply: Message) -> None:
        photos, named = counted(int(reply["photos"]), "photo"), int(reply["named"])
        changed = int(reply["renamed"])
        self._messages.say(f"Named after {photos}: {changed:,} of {named:,} names changed")

    def choose_photos(self, patterns: Patterns, done: Callable[[Message], object]) -> None:
        """Take and leave out photos by name from now on; done(reply) when it is so."""
        self._begin(
            "analyze",
            done,
            None,
            folders=[],
            device=self._settings.get("device"),
            include=list(patterns.include),
            exclude=list(patterns.exclude),
        )

    def change(
        self,
        do: str,
        *,
        done: Callable[[Message], object],
        failed: Callable[[Exception], object] | None = None,
        **arguments: Any,
    ) -> None:
        """Change what the results are of, by a request of the worker; done(reply) at its end.

        failed: told the error; without it the error is reported, with a button to try again.
        """
        self._begin(do, done, failed, **arguments)

    @property
    def is_running(self) -> bool:
        """Whether the open project's results are being worked on."""
        return self._work is not None

    @property
    def is_adding_folders(self) -> bool:
        """Whether folders are being looked through that were given just now."""
        return self._work is not None and self._work.adds_folders

    def pause(self) -> None:
        """Stop; what is done stays and can be gone on with."""
        if self._work is not None:
            self._work.is_paused = True
            self._worker.cancel(self._work.request)

    def stop(self) -> None:
        """Stop what leaves nothing behind, without a word."""
        if self._work is not None:
            self._work.is_paused = False
            self._worker.cancel(self._work.request)
        self._show(None)

    def cancel(self) -> None:
        """Stop and do not offer to go on."""
        if self._work is not None:
            is_naming = self._work.goes_on is not None
            kept = "the concepts keep their names" if is_naming else "what was analyzed is kept"
            self._messages.say(f"{'Naming' if is_naming else 'Analysis'} cancelled; {kept}")
        self.stop()

    def _begin(
        self,
        do: str,
        done: Callable[[Message], object],
        failed: Callable[[Exception], object] | None,
        **arguments: Any,
    ) -> _Work | None:
        path = self._projects.state.path
        if path is None:
            return None
        again = partial(self._begin, do, done, failed, **arguments)
        adds_folders = bool(arguments.get("folders"))
        work = self._work = _Work(done, failed or partial(self._report, again), adds_folders)
        self._messages.withdraw(self._error)
        self.curve = ()
        work.request = self._worker.request(
            do,
            project=str(path),
            scope=Scope.PROJECT,
            done=partial(self._ended, work),
            stopped=partial(self._stopped, work),
            failed=partial(self._failed, work),
            progress=partial(self._tell_progress, work),
            told=partial(self._tell, work),
            **arguments,
        )
        self._goes_on = None
        self.started.emit()
        return work

    def _tell_progress(self, work: _Work, progress: Progress) -> None:
        if work is self._work:
            self._show(progress)

    def _tell(self, work: _Work, message: Message) -> None:
        if message.get("kind") == "added":
            self.added.emit([Path(folder) for folder in message["folders"]])
        elif message.get("kind") == "looked" and work is self._work:
            self.curve = tuple((int(step), float(part)) for step, part in message["curve"])
            self.looked.emit()

    def _show(self, progress: Progress | None) -> None:
        self.last_progress = progress
        self.progress.emit(progress)

    def _project_changed(self) -> None:
        """Forget the work on a project that is left: its end is no concern of the next one."""
        self._work = self._goes_on = None
        self._show(None)

    def _ended(self, work: _Work, reply: Message) -> None:
        self._leave(work, None)
        work.done(reply)

    def _stopped(self, work: _Work) -> None:
        last = self.last_progress
        is_paused = work.is_paused and last is not None
        if is_paused and work is self._work:
            self._goes_on = work.goes_on
        self._leave(work, replace(last, paused=True) if is_paused and last is not None else None)

    def _failed(self, work: _Work, error: Exception) -> None:
        self._leave(work, None)
        work.failed(error)

    def _report(self, again: Callable[[], object], error: Exception) -> None:
        self._error = error
        if isinstance(error, Refusal):
            self._messages.report(error)
        else:
            self._messages.report(error, "Try again", again)

    def _leave(self, work: _Work, shown: Progress | None) -> None:
        """Note that a piece of work has ended, and read what it published."""
        if work is self._work:
            self._work = None
            self._show(shown)
        self._projects.read_again()


def holds_dictionary(folder: Path) -> bool:
    """Return whether a folder holds released files or a dictionary of ours."""
    is_ours = all((folder / name).is_file() for name in (DESCRIPTION, WEIGHTS))
    return is_ours or places.is_plain(folder)


def _create(place: Path) -> Path:
    """Make an empty project; runs on the project's thread."""
    from insight_app.project.project import Project

    Project.create(place).close()
    return place


def _set_up_demo() -> tuple[Path, tuple[Path, ...]]:
    """Return (project, folders still to be analyzed); runs on the project's thread."""
    from insight_app import demo
    from insight_app.project.analysis.last_run import is_finished

    project, photos = demo.set_up()
    return project, () if is_finished(project) else (photos,)
