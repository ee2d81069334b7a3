"""When what is coded is committed, and when it is published: often enough to lose and wait little.

Knows the recorder and the clock; nothing of how photos are coded.
"""

import time
from collections.abc import Callable

from insight_app.project.analysis.coding.pipeline import Unreadable
from insight_app.project.analysis.recording import Coded, Recorder

COMMIT_SECONDS, COMMIT_IMAGES = 5.0, 256
PUBLISH_SECONDS = 10.0
PUBLISH_SHARE = 40
"""Publishing takes at most one part in so many of the time: big sets publish less often."""


class CommitPolicy:
    """Records what is coded, on the writer's thread; commits and publishes now and then."""

    def __init__(self, recorder: Recorder, publish: Callable[[Recorder], None]) -> None:
        self._recorder = recorder
        self._publish = publish
        self._committed = time.monotonic()
        self._next = 0.0
        """The first generation with codes is published after the first commit."""

    def record(self, items: list[Coded | Unreadable]) -> None:
        """Record some photos, then commit and publish if it is time to."""
        for item in items:
            if isinstance(item, Coded):
                self._recorder.add(item)
            else:
                self._recorder.add_unreadable(item.photo.image, item.message, item.do)
        waited = time.monotonic() - self._committed
        if waited > COMMIT_SECONDS or self._recorder.waiting >= COMMIT_IMAGES or not self._next:
            self._recorder.commit()
            self._committed = time.monotonic()
            if self._committed > self._next:
                self._publish(self._recorder)
                spent = time.monotonic() - self._committed
                self._next = time.monotonic() + max(PUBLISH_SECONDS, PUBLISH_SHARE * spent)
