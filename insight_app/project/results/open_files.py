"""What a snapshot holds open: its mapped files and its database, until nobody reads them any more.

Knows who is reading, nothing of what is read.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from insight_app.errors import Refusal
from insight_app.project.results.near_counts import NearMissCounts
from insight_app.project.results.postings import Segment
from insight_app.project.results.shares import Shares


class Closed(Refusal):
    """Refuse a question to results that were closed, as newer ones took their place."""


@dataclass(frozen=True, eq=False)
class Files:
    """Hold the open files of a generation of N images.

    shares, near, places, folders: as in `generations.Published`.  segments: postings.  is_coded:
    (N + 1,) by image_id.
    """

    engine: Engine
    shares: Shares
    near: NearMissCounts
    places: Mapping[str, NDArray[Any]]
    folders: Mapping[str, NDArray[Any]]
    segments: Sequence[Segment]
    is_coded: NDArray[np.bool_]


class OpenFiles:
    """Hold files that several threads read and one of them closes."""

    def __init__(self, files: Files) -> None:
        self._files: Files | None = files
        self._lock = threading.Lock()
        self._readers = 0

    @contextmanager
    def reading(self) -> Iterator[Files]:
        """Give the files, which stay open meanwhile; raise Closed after `close`."""
        with self._lock:
            files = self._files
            if files is None:
                raise Closed("Newer results have taken the place of these.", do="Ask again.")
            self._readers += 1
        try:
            yield files
        finally:
            with self._lock:
                self._readers -= 1
                is_last = self._files is None and not self._readers
            if is_last:
                files.engine.dispose()

    def close(self) -> None:
        """Let nobody begin to read; close now, or when the last one who reads has finished."""
        with self._lock:
            files, self._files = self._files, None
            is_unused = files is not None and not self._readers
        if files is not None and is_unused:
            files.engine.dispose()
