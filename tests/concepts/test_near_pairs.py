"""What is nearly active beside what: any division equals all at once, and the dense count."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts import near_misses
from insight_app.concepts.codes import Codes, concatenate, from_dense
from insight_app.concepts.near_misses import NearMisses
from insight_app.concepts.statistics import NearPairs

F, CELLS = 9, 4
LEVELS = np.array([0, 0, 0, 0.0009, 0.001, 0.0011, 0.5, 3.3])


@st.composite
def some_images(draw: st.DrawFn) -> list[tuple[Codes, NearMisses]]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    images = []
    for _ in range(draw(st.integers(1, 6))):
        codes = from_dense(rng.choice(LEVELS, (CELLS, F)))
        misses = from_dense((codes.to_dense() == 0) & (rng.random((CELLS, F)) < 0.4))
        images.append((codes, NearMisses(misses.indptr, misses.indices)))
    return images


def counted(images: list[tuple[Codes, NearMisses]], ids: list[int]) -> NearPairs:
    pairs = NearPairs(F)
    pairs.add(
        concatenate([images[i][0] for i in ids]),
        near_misses.concatenate([images[i][1] for i in ids]),
        np.repeat(np.array(ids), CELLS),
    )
    return pairs


def same(one: NearPairs, other: NearPairs) -> bool:
    a, b = one.to_arrays(), other.to_arrays()
    return a.keys() == b.keys() and all(
        a[n].dtype == b[n].dtype and np.array_equal(a[n], b[n]) for n in a
    )


@given(some_images(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_near_pairs_are_those_of_the_dense_version_however_divided(images, random):
    ids = list(range(len(images)))
    whole = counted(images, ids)
    active = np.stack([codes.to_dense() > 0.001 for codes, _ in images])
    near = np.zeros_like(active)
    for image, (_, misses) in enumerate(images):
        near[image, np.repeat(np.arange(CELLS), np.diff(misses.indptr)), misses.indices] = True
    both = active[..., :, None] & near[..., None, :]
    counts = whole.counts()
    cells, photos = np.zeros((2, F * F), np.int64)
    cells[counts.key], photos[counts.key] = counts.cells, counts.images
    assert np.array_equal(cells.reshape(F, F), both.sum((0, 1)))
    assert np.array_equal(photos.reshape(F, F), both.any(1).sum(0))
    assert np.array_equal(whole.active, active.sum((0, 1))) and whole.images == len(images)
    random.shuffle(ids)
    cut = random.randint(0, len(ids))
    parts = [counted(images, part) for part in (ids[:cut], ids[cut:]) if part]
    merged = NearPairs(F)
    for part in parts:
        merged.merge(NearPairs.from_arrays(part.to_arrays()))
    assert same(merged, whole)


def test_near_misses_of_other_cells_or_concepts_are_bugs() -> None:
    codes, known = from_dense(np.ones((CELLS, F))), NearMisses(np.zeros(3, np.int64), np.zeros(0))
    with pytest.raises(ValueError, match="do not fit"):
        NearPairs(F).add(codes, known, np.zeros(CELLS, np.int64))
    beyond = NearMisses(np.array([0, 1, 1, 1, 1]), np.array([F], np.uint16))
    with pytest.raises(ValueError, match="do not fit"):
        NearPairs(F).add(codes, beyond, np.zeros(CELLS, np.int64))
    with pytest.raises(ValueError, match="different dictionaries"):
        NearPairs(F).merge(NearPairs(F + 1))
