"""A short hash of what an entry says, to tell whether it is as it was written.

It covers the columns of the log's first version as they are written, and neither the entry's number
nor its neighbours: copies of a log, in whatever order, have the same digests.
"""

from hashlib import blake2b
from typing import Any

from insight_app.plain_json import dumps
from insight_app.project.judgements.log.entries import Written

COLUMNS = (
    "uuid", "person_uuid", "person_name", "lamport", "utc", "kind", "version", "target", "before",
    "after", "follows", "undoes", "group_uuid", "text",
)  # fmt: skip
"""Never changed: what a later version adds to the log needs digests of its own."""
SIZE = 16


def of(written: Written) -> bytes:
    """Return the digest of an entry; TypeError or ValueError where it can be none of ours."""
    return of_text(dumps([written[name] for name in COLUMNS]))


def of_text(text: str) -> bytes:
    """Return the digest of what is one JSON text already."""
    return blake2b(text.encode(), digest_size=SIZE).digest()


def of_values(values: Any) -> bytes:
    """Return the digest of any JSON values."""
    return of_text(dumps(values))
