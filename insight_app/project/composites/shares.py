"""R of METHOD.md section 3 between concepts of any kind: the dictionary's, and composites."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.statistics.pair_counts import TAU
from insight_app.project.composites.reader import ConceptReader


def among(readers: Sequence[ConceptReader]) -> NDArray[np.float64]:
    """Return (n, n) R between n concepts, child by parent; NaN where it was not counted."""
    matrix = np.full((len(readers), len(readers)), np.nan)
    plain = [place for place, reader in enumerate(readers) if reader.composition is None]
    if plain:
        results = readers[plain[0]].results
        concepts = [readers[place].concept for place in plain]
        matrix[np.ix_(plain, plain)] = results.co_occurrence(concepts)
    for row, reader in enumerate(readers):
        for column, other in enumerate(readers):
            if reader.composition is not None or other.composition is not None:
                matrix[row, column] = 1.0 if row == column else share(reader, other)
    return matrix


def together(
    reader: ConceptReader,
    leave_out: Collection[int],
    holders: Mapping[int, ConceptReader],
    n: int,
) -> list[tuple[int, float]]:
    """Return (row, R[this, row]) of the n others where most of its activation falls too.

    leave_out: rows of the dictionary that stand for nothing by themselves, as they are merged.
    holders: rows that stand for several concepts; those of which it is made, or that are not
    counted, are none.
    """
    own = {reader.concept} if reader.composition is None else set(reader.composition.concepts)
    found = reader.co_occurring(reader.results.F)
    found = [(row, value) for row, value in found if row not in leave_out and row not in holders]
    for row, holder in holders.items():
        if holder.composition is not None and own.isdisjoint(holder.composition.concepts):
            value = share(reader, holder)
            if value > 0:
                found.append((row, value))
    return sorted(found, key=lambda one: (-one[1], one[0]))[:n]


def share(one: ConceptReader, other: ConceptReader) -> float:
    """Return R[one, other], where one of them at least is a composite; NaN if not counted."""
    if one.composition is None:
        return _of_concept(one, other)
    counted = one.counted
    if counted is None:
        return np.nan
    if other.composition is None:
        place = int(np.searchsorted(counted.others, other.concept))
        is_there = place < counted.others.size and counted.others[place] == other.concept
        own = int(counted.own[place]) if is_there else 0
    elif (found := np.flatnonzero(counted.beside == other.composition.digest.encode())).size:
        own = int(counted.beside_own[found[0]])
    elif (
        other.counted is not None
        and (found := np.flatnonzero(other.counted.beside == one.composition.digest.encode())).size
    ):
        own = int(other.counted.beside_other[found[0]])
    else:
        return np.nan
    return own / counted.present if counted.present else 0.0


def _of_concept(one: ConceptReader, other: ConceptReader) -> float:
    """Return R of a concept of the dictionary beside a composite."""
    counted, results = other.counted, one.results
    if counted is None:
        return np.nan
    borders, _cells = results.histogram(one.concept)
    if borders[0] <= TAU:
        return np.nan  # how much of it is above tau is not kept
    place = int(np.searchsorted(counted.others, one.concept))
    if place == counted.others.size or counted.others[place] != one.concept:
        return 0.0
    whole = float(results.total[one.concept]) * 2**24
    return int(counted.other[place]) / whole if whole else 0.0
