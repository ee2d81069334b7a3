"""The demo: the shipped photographs as a project in the user's data folder.

Made once, used again, never overwritten; what a broken attempt left is completed. Knows no window,
and imports little: all of this happens before a window's first picture.
"""

import shutil
from pathlib import Path

import platformdirs

from insight_app import resources
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.disk_errors import disk_errors
from insight_app.files import aside
from insight_app.project.analysis.last_run import is_finished
from insight_app.project.folder import JUDGEMENTS, is_project

__all__ = ["PHOTOS", "PROJECT", "default_folder", "is_finished", "prepare", "set_up"]

PROJECT = "Demo.insight"
PHOTOS = "Demo photos"


def default_folder() -> Path:
    """Return the demo's folder on this computer."""
    return platformdirs.user_data_path("insight-app")


def set_up(folder: Path | None = None, source: Path | None = None) -> tuple[Path, Path]:
    """Return the demo's project and its folder of photos; make what is missing.

    source: other photos than the shipped ones.
    """
    folder = folder or default_folder()
    project, photos = folder / PROJECT, folder / PHOTOS
    with disk_errors(
        "The demo's photos cannot be copied",
        where=photos,
        do="Make room there, or set XDG_DATA_HOME to a folder that may be written to.",
    ):
        _copy_photos(source or resources.path("photos"), photos)
    if not (project / JUDGEMENTS).exists():
        _make(project)
    return project, photos


def prepare(
    folder: Path | None = None,
    source: Path | None = None,
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Path:
    """Set up the demo's project and analyze it completely: everything but the window."""
    from insight_app.project.analysis.run import analyze  # brings torch; a window must not need it

    project, photos = set_up(folder, source)
    if not is_finished(project):
        analyze(project, [photos], progress=progress, cancel=cancel or CancelToken())
    return project


def _make(project: Path) -> None:
    """Make the project, also where an attempt that was cut off left its empty folders."""
    from insight_app.project.project import Project  # a finished demo needs none

    if not is_project(project):  # a damaged one says what can be done when it is opened
        Project.create(project).close()


def _copy_photos(source: Path, target: Path) -> None:
    """Copy the photos that are missing; each appears complete or not at all."""
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_file() and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            with aside(copy, sync=False) as part:
                shutil.copyfile(path, part)
