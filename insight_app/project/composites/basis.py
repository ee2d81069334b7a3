"""What numbers of composites rest on: which photos were counted, and with which codes."""

from hashlib import blake2b

import numpy as np

from insight_app.project.results.open_files import Files
from insight_app.project.results.snapshot import Results

RULES = 2
"""The version of how composites are counted: raised when the same codes would give other numbers.
"""


def of(results: Results) -> str:
    """Return 32 hex digits that are the same as long as the same photos have the same codes.

    A generation that only names concepts anew has those of the one before it.
    """
    with results.reading() as files:
        return _of(files, results.dictionary.fingerprint)


def _of(files: Files, dictionary: str) -> str:
    digest = blake2b(f"{RULES} {dictionary}".encode(), digest_size=16)
    coded = np.flatnonzero(files.is_coded)
    digest.update(coded.astype("<i8").tobytes())
    for name in ("folder", "shard", "offset", "bytes"):
        digest.update(files.places[name][coded].astype("<i8").tobytes())
    return digest.hexdigest()
