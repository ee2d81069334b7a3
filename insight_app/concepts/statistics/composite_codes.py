"""Codes of composites: how strongly what a person merged, grouped or split is active in each cell.

A composite is the largest of its pieces, a piece the largest of its concepts; a piece of a part
counts only at the cells that belong to that part: those that are nearer to its prototype
(`prototypes`), and its examples themselves wherever they are nearer to. Codes over F concepts go
in, codes over G composites come out, so that everything counted over concepts is counted over
composites by the same code. Numpy alone; knows nothing of photos and files.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.composition import Composition, Division, Mark

Examples = tuple[tuple[Mark, ...], ...]
"""The marked examples of every part of a split concept."""
Parts = Mapping[Examples, NDArray[np.float32]]
"""For each division the prototypes of its parts, unit rows (n, D), zero where a part has none."""
_NO_PARTS: Parts = {}
Pinned = Mapping[Examples, tuple[NDArray[np.uint64], NDArray[np.int64]]]
"""For each division its examples' signatures (m,), ascending, and the part (m,) each belongs to."""
_NO_PINS: Pinned = {}
_ODD = np.uint64(0x9E3779B97F4A7C15)
"""The golden ratio in 64 bits, as multiplicative hashing uses it (Knuth, TAOCP 3, 6.4)."""


class CompositeCodes:
    """Turn codes over F concepts into codes over some composites, in their order.

    parts, directions: prototypes and the decoder's rows (F, D), needed where something is split.
    pinned: cells that a person said are examples of a part, by the `signatures` of their codes.
    """

    def __init__(
        self,
        concepts: int,
        compositions: Sequence[Composition],
        parts: Parts = _NO_PARTS,
        directions: NDArray[np.float32] | None = None,
        pinned: Pinned = _NO_PINS,
    ) -> None:
        self.concepts, self.size = concepts, len(compositions)
        pieces = [(place, piece) for place, one in enumerate(compositions) for piece in one.pieces]
        self._composite_of = np.array([place for place, _piece in pieces], np.int64)
        of_piece = [np.array(piece.concepts, np.int64) for _place, piece in pieces]
        concept = np.concatenate([np.zeros(0, np.int64), *of_piece])
        piece = np.repeat(np.arange(len(pieces)), [one.size for one in of_piece])
        inside = (concept >= 0) & (concept < concepts)
        concept, piece = concept[inside], piece[inside]
        self._piece = piece[np.argsort(concept, kind="stable")]
        """The pieces of each concept: those of c stand at first[c] up to first[c + 1]."""
        self._first = np.searchsorted(np.sort(concept), np.arange(concepts + 1))
        self._divide([piece.divisions for _place, piece in pieces], parts, directions, pinned)

    def _divide(
        self,
        divisions: Sequence[tuple[Division, ...]],
        parts: Parts,
        directions: NDArray[np.float32] | None,
        pinned: Pinned,
    ) -> None:
        """Take over which part of which division each piece is, (depth, pieces), -1 for none."""
        number: dict[Examples, int] = {}
        depth = max(map(len, divisions), default=0)
        self._division = np.full((depth, len(divisions)), -1, np.int64)
        self._part = np.full((depth, len(divisions)), -1, np.int64)
        for place, of_piece in enumerate(divisions):
            for level, one in enumerate(of_piece):
                self._division[level, place] = number.setdefault(one.examples, len(number))
                self._part[level, place] = one.which
        if number and directions is None:
            raise ValueError("what is split cannot be told apart without the decoder's rows")
        self._tables = [_table(directions, parts[examples]) for examples in number]
        self._pinned = [pinned.get(examples) for examples in number]

    def of(self, codes: Codes) -> Codes:
        """Return the codes (T, G) of the cells of codes (T, F)."""
        if codes.concepts != self.concepts:
            raise ValueError("codes do not fit these composites")
        concept = codes.indices.astype(np.int64)
        count = self._first[concept + 1] - self._first[concept]
        entry = np.repeat(np.arange(concept.size), count)
        before = np.repeat(np.cumsum(count) - count, count)
        piece = self._piece[np.arange(entry.size) - before + self._first[concept[entry]]]
        row = codes.rows[entry]
        if self._tables and entry.size:
            belongs = self._belongs(codes, row, piece)
            entry, piece, row = entry[belongs], piece[belongs], row[belongs]
        key = row * self.size + self._composite_of[piece]
        order = np.argsort(key, kind="stable")
        key, values = key[order], codes.values[entry][order]
        start = np.flatnonzero(np.diff(key, prepend=-1))
        strongest = np.maximum.reduceat(values, start) if start.size else values
        at, composite = np.divmod(key[start], max(1, self.size))
        indptr = np.searchsorted(at, np.arange(codes.cells + 1))
        return Codes(
            indptr.astype(np.int64), composite.astype(np.uint16), strongest, max(1, self.size)
        )

    def _belongs(
        self, codes: Codes, row: NDArray[np.int64], piece: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return (n,) bool: whether the cell `row` (n,) belongs to all parts that `piece` is."""
        nearest = np.stack([_nearest(codes, table) for table in self._tables])
        cells = signatures(codes) if any(pins is not None for pins in self._pinned) else None
        for found_nearest, pins in zip(nearest, self._pinned, strict=True):
            if pins is not None and cells is not None:
                _obey(found_nearest, cells, *pins)
        found = np.ones(row.size, bool)
        for division, part in zip(self._division, self._part, strict=True):
            of = division[piece]
            found &= (of < 0) | (nearest[of, row] == part[piece])
        return found


def signatures(codes: Codes) -> NDArray[np.uint64]:
    """Return (T,) 64 bits that tell the codes of a cell from others'; 0 where nothing is active."""
    entry = (codes.indices.astype(np.uint64) + np.uint64(1)) << np.uint64(16)
    entry |= codes.values.astype(np.float16).view(np.uint16).astype(np.uint64)
    entry *= _ODD
    entry ^= entry >> np.uint64(29)
    entry *= _ODD
    found = np.zeros(codes.cells, np.uint64)
    active = np.flatnonzero(np.diff(codes.indptr))
    if active.size:
        found[active] = np.add.reduceat(entry, codes.indptr[active])
    return found


def _obey(
    nearest: NDArray[np.int64],
    cells: NDArray[np.uint64],
    examples: NDArray[np.uint64],
    parts: NDArray[np.int64],
) -> None:
    """Put the cells (T,) that are examples into the parts that they are examples of, in place."""
    at = np.minimum(np.searchsorted(examples, cells), max(0, examples.size - 1))
    if examples.size:
        is_example = (examples[at] == cells) & (cells != 0)
        nearest[is_example] = parts[at[is_example]]


def _table(
    directions: NDArray[np.float32] | None, parts: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return (F, n) how much one unit of each concept speaks for each part; -inf for none."""
    assert directions is not None
    table: NDArray[np.float64] = directions.astype(np.float64) @ parts.astype(np.float64).T
    table[:, ~parts.any(axis=1)] = -np.inf
    return table


def _nearest(codes: Codes, table: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return (T,) the part that each cell is nearest to, ties to the first; -1 for none.

    The largest cosine is the largest product: the length of what a cell decodes to is the same
    for all parts, and prototypes have length one.
    """
    found = np.full(codes.cells, -1, np.int64)
    active = np.flatnonzero(np.diff(codes.indptr))
    if not active.size or not np.isfinite(table).any():
        return found
    speaks = table[codes.indices] * codes.values.astype(np.float64)[:, None]
    products = np.add.reduceat(speaks, codes.indptr[active], axis=0)
    found[active] = products.argmax(axis=1)
    return found
