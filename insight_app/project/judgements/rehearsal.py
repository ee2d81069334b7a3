"""Trying what a change would come to: the same judgements, in a folder that is gone afterwards.

Whatever is done to the copy stays there. The project itself is only read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from insight_app.project.judgements.store import Judgements
from insight_app.project.storage.backups import copy_database


@contextmanager
def rehearsal(judgements: Judgements) -> Iterator[Judgements]:
    """Yield a copy of a project's judgements, to be changed as these could be."""
    with TemporaryDirectory(prefix="insight-") as folder:
        path = Path(folder) / judgements.path.name
        if judgements.path.exists():
            copy_database(judgements.path, path)
        with Judgements.open(path, judgements.person, project=judgements.project) as copy:
            yield copy
