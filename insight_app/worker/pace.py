"""Estimate of how fast work goes and how long it still takes. Knows nothing of what the work is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """rate: photos (or other units) a second."""

    rate: float
    seconds_left: float


class Estimate:
    """The pace of the present step, from how it went since it began to move."""

    def __init__(self) -> None:
        self._message = ""
        self._began = (0, 0.0)

    def pace(self, done: int, total: int, message: str, now: float) -> Pace | None:
        """Return the pace of the present step.

        None until something has moved, and while it is not known how much there is to do. What
        comes after a colon may change within a step.
        """
        message = message.partition(":")[0]
        if message != self._message or done < self._began[0]:
            self._message, self._began = message, (done, now)
        moved, seconds = done - self._began[0], now - self._began[1]
        if not total or moved < 1 or seconds <= 0:
            return None
        rate = moved / seconds
        return Pace(round(rate, 2), round((total - done) / rate, 1))
