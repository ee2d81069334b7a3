"""Memory for decoding: what all threads of a process and its decoding processes may take at once.

Photos wait for each other when they are large, instead of being decoded side by side. Knows no
format.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

TOTAL = 1_700 * 2**20
"""Bytes; with what a process needs anyway, less than 2 GB for any photo."""
HERE = 2**30
"""What may need more is decoded apart, smaller if it must be."""


class Budget:
    """An amount that is lent in parts; who asks for more than is left waits."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._taken = 0
        self._changed = threading.Condition()

    @contextmanager
    def taking(self, amount: int) -> Iterator[None]:
        """Take `amount` (at most the total) meanwhile."""
        amount = min(amount, self._total)
        with self._changed:
            self._changed.wait_for(lambda: self._taken + amount <= self._total)
            self._taken += amount
        try:
            yield
        finally:
            with self._changed:
                self._taken -= amount
                self._changed.notify_all()


MEMORY = Budget(TOTAL)
"""The one of this process."""
