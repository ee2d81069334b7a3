"""How long work tells how far it is, and how it is told to stop.

Knows nothing of who listens (a terminal, a window, a pipe).
"""

import threading
from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""progress(done, total, message): `total` 0 = not known yet."""


def silent(done: int, total: int, message: str) -> None:
    """Ignore the progress: for callers that do not listen."""


class Cancelled(Exception):
    """Raised inside long work after its token was cancelled; what was committed stays."""


class CancelToken:
    """Set by one thread, looked at by another between two pieces of work."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled if somebody asked to stop."""
        if self._event.is_set():
            raise Cancelled
