"""Which locks this process holds on a database, as the kernel says (Linux)."""

import os
from pathlib import Path

import pytest

TABLE = Path("/proc/locks")
needs_table = pytest.mark.skipif(not TABLE.exists(), reason="only Linux lists its locks")


def held(database: Path) -> set[str]:
    """Return the ends of the files ('' the database, '-shm', ...) that have a lock of ours."""
    inodes = {}
    for end in ("", "-wal", "-shm", "-journal"):
        path = database.with_name(database.name + end)
        if path.exists():
            inodes[path.stat().st_ino] = end
    found = set()
    for line in TABLE.read_text("utf-8").splitlines():
        _, *fields = line.split()
        if fields[0] == "->":  # somebody who waits for a lock
            continue
        pid, inode = int(fields[3]), int(fields[4].split(":")[2])
        if pid == os.getpid() and inode in inodes:
            found.add(inodes[inode])
    return found
