"""How many concepts to learn from a set of photos, and how many active in a cell, with the reason.

Numbers and sentences only; no torch, so that a window can show them.
"""

from __future__ import annotations

from dataclasses import dataclass

from insight_app.figures import counted

SIZES = ((250, 256), (2_000, 512), (10_000, 1024), (50_000, 2048))
"""(photos, concepts): so many concepts for fewer photos than that; MOST for more."""
MOST = 4096
K = 8
FEW_PHOTOS = 100
"""Under so many photos a dictionary of one's own is not advised."""

WHY = (
    "Why train: concepts of your own fit photos that are unlike everyday ones, and few of them are "
    "named more truly."
)


@dataclass(frozen=True)
class Proposal:
    """A size that suits a set of photos; warning: '' where there are enough of them."""

    concepts: int
    k: int
    reason: str
    warning: str


def propose(photos: int) -> Proposal:
    """Return what suits so many photos."""
    concepts = next((size for most, size in SIZES if photos < most), MOST)
    said = counted(photos, "photo")
    if concepts == MOST:
        reason = f"{said} show enough for {concepts:,} concepts."
    else:
        reason = (
            f"{concepts:,} concepts, {K} active in a cell: few photos want few concepts, so that "
            f"each is seen in enough of the {said} to be named truly."
        )
    warning = ""
    if photos < FEW_PHOTOS:
        warning = (
            f"{said} are few to learn from: under {FEW_PHOTOS} the dictionary that comes with "
            "Insight explains new photos better."
        )
    return Proposal(concepts, K, reason, warning)
