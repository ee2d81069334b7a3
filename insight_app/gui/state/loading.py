"""What the session does with a project on the project's own thread: open, read anew, restore.

Imports the project floor there, off the first paint. Knows nothing of windows.
"""

from pathlib import Path
from typing import Any

from insight_app.errors import KnownError


def open_project(path: Path, read_only: bool) -> tuple[Any, Any, Any, KnownError | None]:
    """What `load` gives, and what is wrong with the results where they cannot be read."""
    from insight_app.project.project import Project

    project = Project.open(path, read_only=read_only)
    try:
        return (*load(project), None)
    except KnownError as damaged:  # judging and analyzing again go on without the results
        return project, None, None, damaged
    except BaseException:
        project.close()
        raise


def restore(path: Path, backup: Any) -> str:
    """Put a backup in the place of damaged judgements; what was done, in words."""
    from insight_app.project import project

    return project.restore(path, backup)


def load(project: Any) -> tuple[Any, Any, Any]:
    """(project, newest results, catalogue of them); the last two None before there are any."""
    from insight_app.project.judgements.catalogue import Catalogue

    results = project.results()
    return (
        project,
        results,
        None if results is None else Catalogue(results, project.judgements.state),
    )
