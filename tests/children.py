"""Work done by a fork of the running tests: whatever is imported is there at once."""

import os
import signal
import traceback
from collections.abc import Callable

NOBODY = 65534
LONG = 300
"""Seconds after which a child hangs, and is ended."""


def in_a_child(work: Callable[[], object], *, as_nobody: bool = False) -> tuple[int, str]:
    """Return how a child ended that did `work`, and what it made of it."""
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(LONG)
        try:
            if as_nobody:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            os.write(tell, repr(work()).encode())
        except BaseException:
            os.write(tell, traceback.format_exc().encode())
        os._exit(0)
    os.close(tell)
    with os.fdopen(hear) as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said
