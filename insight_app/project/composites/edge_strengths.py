"""R of the relations of merged concepts, from what was counted of these. Numpy and file reads."""

from collections.abc import Callable, Iterable

import numpy as np

from insight_app.project.composites import shares
from insight_app.project.composites.reader import ConceptReader
from insight_app.project.judgements.structure.counted_edges import MergedStrengths
from insight_app.project.judgements.structure.edges import Pair


def read(
    pairs: Iterable[Pair], reader_of: Callable[[int], ConceptReader]
) -> dict[Pair, MergedStrengths]:
    """Return what is counted of pairs of rows, without those that are not; safe on any thread.

    Of two merged concepts the cells where both fire are not kept, only what they share.
    """
    found = {}
    for child, parent in pairs:
        of_child, of_parent = reader_of(child), reader_of(parent)
        strength, reverse = shares.share(of_child, of_parent), shares.share(of_parent, of_child)
        if not np.isnan([strength, reverse]).any():
            cells, images = _where_both_fire(of_child, of_parent)
            found[child, parent] = MergedStrengths(strength, reverse, cells, images)
    return found


def _where_both_fire(one: ConceptReader, other: ConceptReader) -> tuple[int | None, int | None]:
    composite, plain = (one, other) if other.composition is None else (other, one)
    counted = composite.counted
    if counted is None or plain.composition is not None:
        return None, None
    place = int(np.searchsorted(counted.others, plain.concept))
    if place == counted.others.size or counted.others[place] != plain.concept:
        return 0, 0
    return int(counted.together[place]), int(counted.together_images[place])
