"""How many concepts a second dictionary of the same encoder finds again.

Only decoder rows are compared. The second is another seed's, or another project's.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from insight_app.concepts.quality import pairs
from insight_app.concepts.quality.pursuit import random_dictionary
from insight_app.project.quality import beside
from insight_app.project.quality.beside import OVER_CONCEPTS, RANDOM
from insight_app.project.quality.report import CONCEPTS, Control, Figure

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE

FOUND_AGAIN = 0.7
MOST_CONCEPTS = 4096
"""The matching of more takes minutes and gigabytes."""
NO_SECOND = "It needs a second dictionary of the same encoder, another seed's (--second FOLDER)."
RANDOM_TITLE = "random directions as the second"


def figures(one: HSAE, second: HSAE | None) -> list[Figure]:
    """Return how alike matched concepts are, and how many are found again."""
    cosine = partial(
        Figure,
        id="stability",
        group=CONCEPTS,
        title="Stability: cosine of matched concepts",
        formula="cosine of decoder rows that are matched one to one so that the sum is largest "
        "(Hungarian method); mean over concepts",
        count_of="matched concepts",
        unit="cosine",
        is_higher_better=True,
    )
    shared = partial(
        Figure,
        id="stable_concepts",
        group=CONCEPTS,
        title="Concepts found again by a second dictionary",
        formula=f"share of concepts matched at a cosine of {FOUND_AGAIN} or more; 30 to 53 % are "
        "usual between two seeds",
        count_of="matched concepts",
        unit="share",
        is_higher_better=True,
    )
    why = NO_SECOND
    if second is not None and second.D != one.D:
        why = "The second dictionary is of tokens of another size."
    elif second is not None and max(one.F, second.F) > MOST_CONCEPTS:
        why = f"Not worked out for more than {MOST_CONCEPTS:,} concepts."
    elif second is not None:
        why = ""
    if second is None or why:
        return [cosine(note=why), shared(note=why)]
    rows, other = one.W_dec.cpu().numpy(), second.W_dec.cpu().numpy()
    few, many = (rows, other) if len(rows) <= len(other) else (other, rows)
    found = pairs.matched(few, many)
    bare = pairs.matched(few, random_dictionary(len(many), one.D).numpy())
    low, high = beside.over_concepts(found)
    again = int(np.count_nonzero(found >= FOUND_AGAIN))
    by_chance = float(np.mean(bare >= FOUND_AGAIN))
    return [
        cosine(
            value=beside.mean(found),
            low=low,
            high=high,
            count=len(few),
            controls={RANDOM: beside.control(RANDOM_TITLE, bare)},
            note=OVER_CONCEPTS,
        ),
        beside.of_share(
            shared(controls={RANDOM: Control(RANDOM_TITLE, by_chance)}), again, len(few)
        ),
    ]
