"""What the C library does with memory that one batch leaves for the next.

Knows nothing of batches. Only the process that analyzes asks for this, never a window.
"""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # names of mallopt(3)
LARGEST_KEPT = 32 * 2**20
"""glibc allows no more; larger blocks are handed back as ever."""
MOST_KEPT = 2**31 - 1


def keep_freed() -> None:
    """Let freed blocks be used again instead of being handed back and asked for anew.

    An encoder frees and asks for the same large blocks in each layer; fresh pages cost it some
    percent of its time. Does nothing but with glibc.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, LARGEST_KEPT)
        mallopt(_TRIM_THRESHOLD, MOST_KEPT)
