"""How far a check is, in megabytes that are read. Knows nothing of what they hold."""

from insight_app.concepts.progress import CancelToken, Progress, silent

_MEGABYTE = 1 << 20


class Meter:
    """Add up what was read, tell it, and stop where somebody asks to."""

    def __init__(self, progress: Progress = silent, cancel: CancelToken | None = None) -> None:
        self._progress = progress
        self._cancel = cancel or CancelToken()
        self._done = self._total = 0
        self._told = (-1, -1)

    def expect(self, size: int) -> None:
        """Add so many bytes to what is to be read."""
        self._total += size

    def __call__(self, size: int) -> None:
        """Note that so many more bytes were read; Cancelled if somebody asked to stop."""
        self._cancel.check()
        self._done += size
        done, total = (n // _MEGABYTE for n in (self._done, self._total))
        now = min(done, total), total
        if now != self._told:
            self._told = now
            self._progress(*now, "Checking (MB)")
