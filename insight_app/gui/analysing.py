"""Starting, pausing and resuming the analysis of the open project, as the session's methods.

Knows the worker's requests; nothing of how they are carried out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Plan:
    """What the wizard asked: photos, place, encoder, dictionary ("builtin", "train" or a path)."""

    folders: tuple[Path, ...]
    place: Path
    encoder: str
    dictionary: str


class Analysing:
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
    _project_thread: Any
    _running: int = 0

    def begin_project(self, plan: Plan) -> None:
        """Make a project, open the window on it at once, and start analysing in the background."""
        self.opening.emit(str(plan.place))

        def made(_nothing: object) -> None:
            def opened() -> None:
                self.project_opened.disconnect(opened)
                if self.project is not None and Path(self.project.path) == plan.place:
                    folders = [str(folder) for folder in plan.folders]
                    self.analyse(folders, encoder=plan.encoder, dictionary=plan.dictionary)

            self.project_opened.connect(opened)
            self.open_project(plan.place)

        def failed(error: Exception) -> None:
            self.opening.emit("")
            self.problem.emit(error)

        self._project_thread.run(_create, plan.place, done=made, failed=failed)

    def analyse(self, folders: Sequence[str] = (), **how: str) -> None:
        """Analyse what is new in the project, and in more folders."""
        if self.project is None:
            return
        self._running = self.worker.analyse(
            str(self.project.path),
            folders=list(folders),
            device=self.settings.get("device"),
            done=self._analysed,
            failed=self._analysis_failed,
            **how,
        )

    @property
    def is_analysing(self) -> bool:
        return bool(self._running)

    def pause(self) -> None:
        """Stop; what is done stays and can be gone on with."""
        if self._running:
            self.worker.cancel(self._running)
            self.said.emit("Analysis paused; Analysis > Resume goes on where it stopped", False)

    def cancel(self) -> None:
        """Stop and do not offer to go on."""
        if self._running:
            self.worker.cancel(self._running)
            self.said.emit("Analysis cancelled; what was analysed is kept", False)

    def _analysed(self, _summary: object) -> None:
        self._running = 0
        self.reload_results()

    def _analysis_failed(self, error: Exception) -> None:
        self._running = 0
        self.reload_results()
        self.problem.emit(error)


def _create(place: Path) -> None:
    """Runs on the project's thread."""
    from insight_app.project.project import Project

    Project.create(place).close()
