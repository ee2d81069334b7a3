"""Starting, pausing and resuming the analysis of the open project, as the session's methods.

Knows the worker's requests; nothing of how they are carried out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from insight_app.concepts.hsae.description import DESCRIPTION, RELEASE, WEIGHTS


@dataclass(frozen=True)
class Plan:
    """What the wizard asked: photos (none yet, for a dictionary that brings names along), place,
    encoder with its options, dictionary ("builtin", "train" or a path).
    """

    folders: tuple[Path, ...]
    place: Path
    encoder: str
    dictionary: str
    encoder_options: Mapping[str, str] = field(default_factory=dict)


class Analyzing:
    """Mixed into the session."""

    project: Any
    settings: Any
    worker: Any
    said: Any
    problem: Any
    opening: Any
    project_opened: Any
    open_project: Any
    reload_results: Any
    read_only: Any
    _project_thread: Any
    _running: int = 0
    _paused: bool = False

    def begin_project(self, plan: Plan) -> None:
        """Make a project, open the window on it at once, and start analyzing in the background."""

        def made(place: Path) -> None:
            if not plan.folders:  # there will be concepts, but no photos to look at
                self.settings.set("workspace", "concepts")
            self.open_and_analyze(
                place,
                plan.folders,
                encoder=plan.encoder,
                encoder_options=dict(plan.encoder_options),
                dictionary=plan.dictionary,
            )

        self._make(made, _create, plan.place)

    def begin_demo(self) -> None:
        """Open the demo; the first time, its photos are copied and analyzed."""

        def made(demo: tuple[Path, tuple[Path, ...]]) -> None:
            self.open_and_analyze(*demo)

        self._make(made, _set_up_demo)

    def open_and_analyze(self, place: Path, folders: Sequence[Path], **how: Any) -> None:
        """Open a project; once it is open, analyze `folders` into it, as `how` says.

        Without folders it still gets the dictionary that `how` names; without that nothing is done.
        """

        def opened() -> None:
            if self.project is None or Path(self.project.path) != place:
                return
            self.project_opened.disconnect(opened)
            if (folders or how) and not self.read_only:
                self.analyze([str(folder) for folder in folders], **how)

        self.project_opened.connect(opened)
        self.open_project(place)

    def _make(self, made: Callable[[Any], None], make: Callable[..., Any], *args: Any) -> None:
        self.opening.emit(str(args[0]) if args else "Demo")

        def failed(error: Exception) -> None:
            self.opening.emit("")
            self.problem.emit(error)

        self._project_thread.run(make, *args, done=made, failed=failed)

    def analyze(self, folders: Sequence[str] = (), **how: Any) -> None:
        """Analyze what is new in the project, and in more folders."""
        if self.project is None:
            return
        self._paused = False
        self._running = self.worker.analyze(
            str(self.project.path),
            folders=list(folders),
            device=self.settings.get("device"),
            done=self._analyzed,
            failed=self._analysis_failed,
            **how,
        )

    @property
    def is_analyzing(self) -> bool:
        return bool(self._running)

    def pause(self) -> None:
        """Stop; what is done stays and can be gone on with."""
        if self._running:
            self._paused = True
            self.worker.cancel(self._running)

    def cancel(self) -> None:
        """Stop and do not offer to go on."""
        if self._running:
            self.worker.cancel(self._running)
            self.said.emit("Analysis cancelled; what was analyzed is kept", False)
        self._paused = False
        self.worker.progress.emit(None)

    def _analyzed(self, summary: dict[str, Any]) -> None:
        self._running = 0
        self.reload_results()
        if summary.get("cancelled") and self._paused and self.worker.last_progress is not None:
            self.worker.progress.emit(replace(self.worker.last_progress, paused=True))

    def _analysis_failed(self, error: Exception) -> None:
        self._running = 0
        self.reload_results()
        self.problem.emit(error)


def holds_dictionary(folder: Path) -> bool:
    """Whether a folder holds released files or a dictionary of ours, by what lies in it."""
    kinds = (RELEASE, (DESCRIPTION, WEIGHTS))
    return any(all((folder / name).is_file() for name in names) for names in kinds)


def _create(place: Path) -> Path:
    """Runs on the project's thread."""
    from insight_app.project.project import Project

    Project.create(place).close()
    return place


def _set_up_demo() -> tuple[Path, tuple[Path, ...]]:
    """(project, folders still to be analyzed); runs on the project's thread."""
    from insight_app import demo
    from insight_app.project.analysis.last_run import is_finished

    project, photos = demo.set_up()
    return project, () if is_finished(project) else (photos,)
