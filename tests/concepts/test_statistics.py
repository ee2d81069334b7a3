"""Statistics over codes: any division and any order of merging gives what all at once gives."""

import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts.codes import Codes, concatenate, from_dense
from insight_app.concepts.statistics import (
    CoOccurrence,
    Counts,
    Exemplars,
    histogram_edges,
    maxima,
)
from insight_app.concepts.statistics.counts import BINS, used_bins

CONCEPTS, CELLS = 7, 4


@st.composite
def some_images(draw: st.DrawFn) -> list[Codes]:
    """Codes of up to six images of four cells, with many ties, tiny and huge values."""
    seed = draw(st.integers(0, 2**32 - 1))
    count = draw(st.integers(1, 6))
    rng = np.random.default_rng(seed)
    levels = np.array([0, 0, 0, 6e-8, 0.0009, 0.001, 0.0011, 0.5, 0.5, 1, 3.3, 60000])
    return [from_dense(rng.choice(levels, (CELLS, CONCEPTS))) for _ in range(count)]


def batch(images: list[Codes], ids: list[int]) -> tuple[Codes, np.ndarray, np.ndarray]:
    codes = concatenate([images[i] for i in ids])
    cells = np.tile(np.arange(CELLS, dtype=np.uint16), len(ids))
    return codes, np.repeat(np.array(ids, np.uint32), CELLS), cells


def counted(images: list[Codes], ids: list[int]) -> tuple[Counts, CoOccurrence, Exemplars]:
    codes, image, cell = batch(images, ids)
    counts, pairs, exemplars = Counts(CONCEPTS), CoOccurrence(CONCEPTS), Exemplars(CONCEPTS, 3)
    counts.add(codes, image)
    pairs.add(codes, image)
    exemplars.add(codes, image, cell)
    return counts, pairs, exemplars


def same(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> bool:
    return a.keys() == b.keys() and all(
        a[k].dtype == b[k].dtype and np.array_equal(a[k], b[k]) for k in a
    )


@given(some_images(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_any_division_and_order_of_merging_equals_all_at_once(images, random):
    whole = counted(images, list(range(len(images))))
    ids = list(range(len(images)))
    random.shuffle(ids)
    parts = []
    while ids:
        size = random.randint(1, len(ids))
        parts.append(counted(images, ids[:size]))
        ids = ids[size:]
    while len(parts) > 1:  # merge any two, some after being written and read
        one = parts.pop(random.randrange(len(parts)))
        other = parts.pop(random.randrange(len(parts)))
        for a, b in zip(one, other, strict=True):
            a.merge(type(b).from_arrays(b.to_arrays()))
        parts.append(one)
    for merged, expected in zip(parts[0], whole, strict=True):
        assert same(merged.to_arrays(), expected.to_arrays())


@given(some_images())
@settings(max_examples=40, deadline=None)
def test_adding_to_one_value_equals_all_at_once(images):
    counts, pairs, exemplars = Counts(CONCEPTS), CoOccurrence(CONCEPTS), Exemplars(CONCEPTS, 3)
    for i in reversed(range(len(images))):
        codes, image, cell = batch(images, [i])
        counts.add(codes, image)
        pairs.add(codes, image)
        exemplars.add(codes, image, cell)
    for one, all_at_once in zip(
        (counts, pairs, exemplars), counted(images, list(range(len(images)))), strict=True
    ):
        assert same(one.to_arrays(), all_at_once.to_arrays())


@given(some_images())
@settings(max_examples=40, deadline=None)
def test_counts_agree_with_the_dense_version(images):
    counts, _, _ = counted(images, list(range(len(images))))
    dense = np.stack([image.to_dense() for image in images]).astype(np.float64)
    assert np.array_equal(counts.cells, (dense > 0).sum((0, 1)))
    assert np.array_equal(counts.images, (dense > 0).any(1).sum(0))
    assert np.array_equal(counts.total, dense.sum((0, 1)))
    assert np.array_equal(counts.maximum, dense.max((0, 1)).astype(np.float16))
    edges = histogram_edges()
    for concept in range(CONCEPTS):
        values = dense[..., concept]
        expected = np.histogram(values[values > 0], bins=edges[:126])[0]
        assert np.array_equal(counts.histogram[concept][:125], expected)
        assert counts.histogram[concept].sum() == counts.cells[concept]


@given(st.lists(st.floats(2**-24, 60000, width=16), min_size=1, max_size=60), st.integers(0, 30))
@settings(deadline=None)
def test_bins_hold_every_value_once_and_end_at_the_strongest(found: list[float], fewest: int):
    values = np.array(found, np.float16)
    bins = np.bincount(values.view(np.uint16) >> 8, minlength=BINS)
    borders, cells = used_bins(bins, float(values.max()), fewest)
    assert cells.sum() == values.size and cells[-1] > 0
    assert borders[-1] == values.max() and (np.diff(borders[:-1]) > 0).all()
    assert cells.size >= min(fewest, np.flatnonzero(bins)[-1] + 1)
    for low, high, count in zip(borders, [*borders[1:-1], np.inf], cells, strict=False):
        assert ((values >= low) & (values < high)).sum() == count


@given(some_images())
@settings(max_examples=40, deadline=None)
def test_co_occurrence_agrees_with_the_dense_version(images):
    _, pairs, _ = counted(images, list(range(len(images))))
    a = np.stack([image.to_dense() for image in images])
    b = (a > np.float32(0.001)).astype(np.float64)
    c, d, support = (matrix.toarray() for matrix in pairs.matrices())
    assert np.array_equal(c, np.einsum("nti,ntj->ij", b, b))
    assert np.array_equal(d, np.einsum("nti,ntj->ij", a.astype(np.float64), b))
    assert np.array_equal(support, (np.einsum("nti,ntj->nij", b, b) > 0).sum(0))
    assert np.array_equal(pairs.diagonal, np.diag(d))
    for i in range(CONCEPTS):
        others, cells, mass, image_count = pairs.row(i)
        assert np.array_equal(mass, d[i, others]) and np.array_equal(cells, c[i, others])
        assert np.array_equal(image_count, support[i, others])
        assert set(others) == set(np.flatnonzero(d[i]))


@given(some_images())
@settings(max_examples=40, deadline=None)
def test_exemplars_and_maxima_agree_with_sorting_everything(images):
    codes, image, cell = batch(images, list(range(len(images))))
    exemplars = counted(images, list(range(len(images))))[2]
    entries = sorted(
        (int(codes.indices[n]), -float(codes.values[n]), int(image[row]), int(cell[row]))
        for n, row in enumerate(codes.rows)
    )
    for concept in range(CONCEPTS):
        own = exemplars.of(concept)
        expected = [entry[1:] for entry in entries if entry[0] == concept][:3]
        assert list(zip(-own.value.astype(float), own.image, own.cell, strict=True)) == expected
    assert np.array_equal(exemplars.counts, np.bincount(exemplars.cells().concept, minlength=7))
    firsts = {}
    for entry in entries:
        firsts.setdefault((entry[0], entry[2]), entry)
    found = maxima(codes, image, cell)
    got = list(zip(found.concept, -found.value.astype(float), found.image, found.cell, strict=True))
    assert got == sorted(firsts.values())


def test_a_present_concept_counts_the_faint_activation_of_the_other():
    """In D the activation of i itself may lie under the bound (METHOD.md section 3)."""
    codes = from_dense(np.array([[0.0005, 0.5]]))
    pairs = CoOccurrence(2)
    pairs.add(codes, np.zeros(1, np.int64))
    c, d, support = (matrix.toarray() for matrix in pairs.matrices())
    faint = float(np.float16(0.0005))
    assert d.tolist() == [[0, faint], [0, 0.5]]
    assert c.tolist() == [[0, 0], [0, 1]] and support.tolist() == [[0, 0], [0, 1]]


def test_long_sums_stay_exact_where_floats_would_round():
    big = from_dense(np.array([[60000.0]]))
    counts = Counts(1)
    counts.add(big, np.zeros(1, np.int64))
    for _ in range(20):
        counts.merge(Counts.from_arrays(counts.to_arrays()))
    small = from_dense(np.full((1, 1), 2.0**-24))
    counts.add(small, np.ones(1, np.int64))
    assert counts.mass[0] == 2**20 * 60000 * 2**24 + 1


def test_empty_codes_and_foreign_dictionaries():
    nothing = Codes(np.zeros(3, np.int64), np.zeros(0, np.uint16), np.zeros(0, np.float16), 5)
    counts, pairs, exemplars = Counts(5), CoOccurrence(5), Exemplars(5)
    counts.add(nothing, np.zeros(2, np.int64))
    pairs.add(nothing, np.zeros(2, np.int64))
    exemplars.add(nothing, np.zeros(2, np.int64), np.zeros(2, np.int64))
    assert not counts.cells.any() and not exemplars.counts.any() and not pairs.diagonal.any()
    assert CoOccurrence.from_arrays(pairs.to_arrays()).pairs.key.size == 0
    assert maxima(nothing, np.zeros(2, np.int64), np.zeros(2, np.int64)).concept.size == 0
    for own, other in ((counts, Counts(4)), (pairs, CoOccurrence(4)), (exemplars, Exemplars(4))):
        with pytest.raises(ValueError):
            own.merge(other)


def test_co_occurrence_of_a_large_dictionary_holds_only_pairs_that_meet():
    rng = np.random.default_rng(0)
    concepts, cells, k = 8192, 2000, 12
    indices = np.sort(np.stack([rng.choice(concepts, k, False) for _ in range(cells)]), axis=1)
    values = rng.uniform(0.1, 4, indices.size).astype(np.float16)
    indptr = np.arange(cells + 1, dtype=np.int64) * k
    codes = Codes(indptr, indices.reshape(-1).astype(np.uint16), values, concepts)
    pairs = CoOccurrence(concepts)
    for start in range(0, cells, 200):
        pairs.add(codes[start : start + 200], np.arange(start, start + 200) // 100)
    stored = pairs.pairs
    assert all(getattr(stored, f.name).size <= cells * k * k for f in fields(stored))
    assert stored.cells.sum() == cells * k * k
    assert len(pairs.to_arrays()["indptr"]) == concepts + 1


def test_reading_and_merging_imports_neither_scipy_nor_torch():
    program = (
        "import sys, numpy as np\n"
        "from insight_app.concepts.statistics import Counts, CoOccurrence, Exemplars, maxima\n"
        "from insight_app.concepts.codes import from_dense\n"
        "codes = from_dense(np.eye(3)); where = np.arange(3)\n"
        "a, e = Counts(3), Exemplars(3)\n"
        "a.add(codes, where); e.add(codes, where, where); maxima(codes, where, where)\n"
        "for v in (a, e, CoOccurrence(3)): v.merge(type(v).from_arrays(v.to_arrays()))\n"
        "assert not {'scipy', 'torch'} & set(sys.modules), 'heavy import'\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
