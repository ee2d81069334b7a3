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
"""Under so many photos a dictionary of one's own is not advised: learned from 38 everyday photos it
explains 0.39 of others, from 180 0.47, from 360 0.58; the one that comes with Insight 0.69."""

WHY = (
    "Why train: it explains far more of photos unlike everyday ones (of the variance of textile "
    "pictures that it never saw 84 %; the one that comes with Insight 21 %), and more names of its "
    "few concepts are right (51 % of 256 on unseen photos, after 400 photos; 40 % of 512). Of "
    "everyday photos it explains less (58 %; 65 %)."
)
"""Measured as the README says under "A dictionary of your own photos"."""


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
            f"{said} are few to learn from: of everyday photos the dictionary that comes with "
            "Insight explains far more."
        )
    return Proposal(concepts, K, reason, warning)
