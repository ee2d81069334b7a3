"""What is done with a project on the project's own thread: open, read anew, restore.

Imports the project floor there, off the first paint. Knows nothing of windows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError, Refusal, WorldError

if TYPE_CHECKING:
    from insight_app.project.composites.store import CountedStore
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.project import Project
    from insight_app.project.results.snapshot import Results


@dataclass(frozen=True, eq=False)
class Loaded:
    """An open project with its newest results, None before there are any.

    damaged: why results that are there cannot be read.
    """

    project: "Project"
    results: "Results | None" = None
    catalogue: "Catalogue | None" = None
    counted: "CountedStore | None" = None
    damaged: KnownError | None = None


def open_project(path: Path, read_only: bool, only_if_free: bool = False) -> Loaded:
    """Open a project and read its results; without them where they are damaged.

    only_if_free: not where another window has it already.
    """
    from insight_app.project.project import Project
    from insight_app.project.storage import lock

    with disk_errors("The project cannot be looked at", where=path):
        is_there = path.exists()
    if not is_there:
        raise WorldError(
            "The project is not there any more.",
            where=str(path),
            do="If it lies on a drive, connect it and open the project again.",
        )
    if only_if_free and lock.holder(path) is not None:
        raise Refusal(
            "The project is open in another window.",
            where=str(path),
            do="Open it once more to look at it without changing anything.",
        )
    project = Project.open(path, read_only=read_only)
    try:
        return load(project)
    except KnownError as damaged:  # judging and analyzing again go on without the results
        return Loaded(project, damaged=damaged)
    except BaseException:
        project.close()
        raise


def is_free(path: Path) -> bool:
    """Return whether nobody has a project open for writing."""
    from insight_app.project.storage import lock

    return lock.holder(path) is None


def restore(path: Path) -> str:
    """Bring damaged judgements back from all that is left of them; return the outcome in words."""
    from insight_app.project import project

    return project.restore(path).describe()


def load(project: "Project") -> Loaded:
    """Read the newest results of an open project, and what was counted of composites.

    So they stand at their places in lists from the first moment.
    """
    from insight_app.project.composites import basis, numbers
    from insight_app.project.composites.store import CountedStore
    from insight_app.project.judgements.catalogue import Catalogue

    results = project.results()
    if results is None:
        return Loaded(project)
    try:
        catalogue = Catalogue(results, project.judgements.state)
        counted = CountedStore(project.path, basis.of(results))
        numbers.put_known(catalogue, results, counted)
        return Loaded(project, results, catalogue, counted)
    except BaseException:
        results.close()
        raise


def newest_generation(path: Path) -> int:
    """Return the number of the newest results of a project, 0 before there are any."""
    from insight_app.project.results.snapshot import newest_generation

    return newest_generation(path)


def close(project: "Project | None", results: "Results | None") -> None:
    """Close the files of results that are no longer shown, and of a project that is left."""
    if results is not None:
        results.close()
    if project is not None:
        project.close()
