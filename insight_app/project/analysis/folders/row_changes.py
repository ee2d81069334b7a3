"""What becomes of the row of a known image, by what is in the place of its file now.

Each function returns the columns that change, none where nothing does. Writes nothing.
"""

import os
from pathlib import Path
from typing import Any

from insight_app.project.analysis.folders.recognition import hash_of
from insight_app.project.results.schema import LeftOut, Status


def judged(path: Path, found: os.stat_result, row: Any) -> dict[str, Any]:
    """Return the new values of a known image's row, none where nothing changed."""
    back = {"status": found_again(row)} if row.status == Status.MISSING else {}
    if (found.st_size, found.st_mtime_ns) == (row.size, row.mtime_ns):
        return back
    times = {"size": found.st_size, "mtime_ns": found.st_mtime_ns}
    if row.content_hash and found.st_size == row.size and hash_of(path) == row.content_hash:
        return times | back
    if row.shard is None:
        return times | {"status": int(Status.NEW), "message": "", "do": "", "crashes": 0}
    return {"status": int(Status.CHANGED)}


def left_out(row: Any, why: LeftOut) -> dict[str, Any]:
    """Return the new values of a row by whether and why it is left out."""
    return {} if row.left_out == why else {"left_out": int(why)}


def gone(row: Any) -> dict[str, Any]:
    """Return the new values of an image whose file is gone; without codes it is forgotten."""
    status = Status.CHANGED if row.shard is None else Status.MISSING
    return {} if row.status == status else {"status": int(status)}


def found_again(row: Any) -> int:
    """Return the status of an image whose file is there again."""
    if row.status not in (Status.MISSING, Status.CHANGED):
        return int(row.status)
    return int(Status.NEW if row.shard is None else Status.CODED)
