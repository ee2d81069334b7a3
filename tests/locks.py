"""Which locks this process holds on a database, as the kernel says (Linux).

Asked of each open file: the kernel's list of all locks (/proc/locks) is read in pieces, and lacks
some whenever another process locks or unlocks anything meanwhile.
"""

import os
from contextlib import suppress
from pathlib import Path

import pytest

OPEN = Path("/proc/self/fd")
IS_TOLD = OPEN.exists()
needs_kernel = pytest.mark.skipif(not IS_TOLD, reason="only Linux says what is locked")
_ENDS = ("", "-wal", "-shm", "-journal")


def held(database: Path) -> set[str]:
    """Return the ends of the files ('' the database, '-shm', ...) that have a lock of ours."""
    found = set()
    for descriptor in list(OPEN.iterdir()):
        with suppress(OSError):  # closed meanwhile
            status = descriptor.stat()
            for end in _ENDS:
                path = database.with_name(database.name + end)
                if (
                    path.exists()
                    and os.path.samestat(path.stat(), status)
                    and _has_lock(descriptor.name)
                ):
                    found.add(end)
    return found


def _has_lock(descriptor: str) -> bool:
    said = (OPEN.with_name("fdinfo") / descriptor).read_text("utf-8")
    return "\nlock:" in said
