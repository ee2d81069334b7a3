"""Composites of codes with many ties, and strengths on both sides of tau, against dense arrays."""

from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts.codes import from_dense
from insight_app.concepts.composition import Piece, composition
from insight_app.concepts.statistics import maxima
from insight_app.concepts.statistics.composite_codes import CompositeCodes
from insight_app.concepts.statistics.composite_pairs import CompositePairs
from insight_app.project.results import postings

F, IMAGES, CELLS = 6, 4, 5
SOME = [composition({Piece(one)}) for one in ((0, 1), (1, 2, 3), (5,))]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_largest_of_the_pieces_with_ties_and_below_tau(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.choice([0, 0, 0.0005, 0.5, 1.0], (IMAGES * CELLS, F)).astype(np.float16)
    codes, image = from_dense(dense), np.repeat(np.arange(1, IMAGES + 1), CELLS)
    own = CompositeCodes(F, SOME).of(codes)
    wanted = np.stack([dense[:, list(one.concepts)].max(axis=1) for one in SOME], axis=1)
    assert np.array_equal(own.to_dense(), wanted.astype(np.float32))

    pairs = CompositePairs(2, F, more=1)
    for start, end in pairwise((0, 2 * CELLS, IMAGES * CELLS)):
        pairs.add(own[start:end], codes[start:end], image[start:end])
    others = np.concatenate([dense, wanted], axis=1).astype(np.float64)
    present = others.astype(np.float32) > np.float32(0.001)
    for place, found in enumerate(pairs.of_each()):
        mine, is_mine = others[:, F + place], present[:, F + place]
        for other in range(F + len(SOME)):
            at = is_mine & present[:, other]
            row = np.flatnonzero(found.key == other)
            figures = [column[row].sum() for column in found[1:]]
            assert figures == [
                at.sum(),
                len(set(image[at].tolist())),
                mine[present[:, other]].sum() * 2**24,
                others[is_mine, other].sum() * 2**24,
            ]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_the_strongest_cell_of_an_image_is_the_first_of_equal_ones(
    tmp_path_factory, seed: int, limit: int
) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.choice([0, 0, 0, 0.5, 1.0], (IMAGES * CELLS, F)).astype(np.float16)
    image = np.repeat(np.arange(1, IMAGES + 1), CELLS)
    cell, folder = np.tile(np.arange(CELLS), IMAGES), Path(tmp_path_factory.mktemp("ties"))
    segments = []
    for number, part in enumerate((slice(0, 2 * CELLS), slice(2 * CELLS, None))):
        path = folder / f"{number}.postings"
        with path.open("wb") as file:
            postings.write(file, maxima(from_dense(dense[part]), image[part], cell[part]), F)
        segments.append(postings.open_segment(path, F))
    keep = np.ones(IMAGES + 1, bool)
    keep[rng.integers(1, IMAGES + 1)] = False
    concepts = (0, 2, 5)
    strength = dense[:, concepts].max(axis=1).reshape(IMAGES, CELLS)
    best = [(-row.max(), at + 1, int(row.argmax())) for at, row in enumerate(strength) if row.any()]
    wanted = [(at, where, -value) for value, at, where in sorted(best) if keep[at]]
    for most in (None, limit):
        found = postings.union(segments, concepts, keep, most)
        assert list(zip(*(column.tolist() for column in found), strict=True)) == wanted[:most]
    seen = postings.images_with(segments, concepts, keep)
    assert np.flatnonzero(seen).tolist() == sorted(at for at, _cell, _value in wanted)
