"""Encoding and decoding agree with the dense formulas; the groups nest."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from insight_app.concepts.codes import Codes, from_dense
from insight_app.concepts.hsae import FRACTIONS, group_sizes
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.hsae.settings import min_concepts
from insight_app.errors import KnownError
from tests.concepts import dense_hsae

D, F = 10, 48
SIZES = (2, 5, 9, 12, 20)


@pytest.fixture
def hsae() -> HSAE:
    return HSAE(*dense_hsae.random_weights(D, F, 0), k=4, threshold=0.8, group_sizes=SIZES)  # type: ignore[misc]


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(5000, D, generator=torch.Generator().manual_seed(1))


def dense_codes(hsae: HSAE, x: torch.Tensor) -> torch.Tensor:
    h = torch.relu((x - hsae.b_dec) @ hsae.W_enc + hsae.b_enc)
    return h * (h > hsae.threshold)


def test_codes_are_the_activations_above_the_threshold(hsae, x):
    codes = hsae.encode(x)
    assert codes.cells == len(x) and codes.values.dtype == np.float32
    expected = dense_codes(hsae, x).numpy()
    fires = (codes.to_dense() > 0) == (expected > 0)
    assert fires.mean() > 0.99999
    assert np.abs(codes.to_dense() - expected)[fires].max() < 1e-5
    inside = np.diff(codes.indices.astype(int)) > 0
    inside[codes.indptr[1:-1][np.diff(codes.indptr)[:-1] > 0] - 1] = True
    assert inside.all(), "concepts ascend within a cell"


def test_the_threshold_is_strict(hsae):
    hsae = replace(
        hsae,
        W_enc=torch.eye(D, F),
        b_enc=torch.zeros(F),
        b_dec=torch.zeros(D),
        threshold=0.5,
    )
    x = torch.tensor([[0.5, 0.50001, 0.75] + [0.0] * (D - 3)])
    assert hsae.encode(x).indices.tolist() == [1, 2]


def near_of(hsae: HSAE, x: torch.Tensor) -> list[list[int]]:
    near = hsae.encode_with_near(x)[1]
    return [near[row : row + 1].indices.tolist() for row in range(len(x))]


@pytest.mark.parametrize("selection", ["threshold", "jumprelu", "topk"])
def test_near_misses_lie_within_a_tenth_under_the_threshold(hsae, x, selection):
    """Against every pre-activation, looked at one by one."""
    bars = torch.linspace(-0.4, 1.6, F)
    thresholds = bars if selection == "jumprelu" else None
    hsae = replace(hsae, selection=selection, thresholds=thresholds)
    x = x[:300]
    h = (x - hsae.b_dec) @ hsae.W_enc + hsae.b_enc
    bar = {
        "threshold": torch.full_like(h, hsae.threshold),
        "jumprelu": bars.clamp(min=0).expand_as(h),
        "topk": h.topk(hsae.k).values[:, -1:].clamp(min=0).expand_as(h),
    }[selection]
    is_active = h >= bar if selection == "topk" else h > bar
    expected = (h > 0.9 * bar) & ~is_active
    unsure = ((h - bar).abs() < 1e-5) | ((h - 0.9 * bar).abs() < 1e-5)
    codes, near = hsae.encode_with_near(x)
    assert near.cells == codes.cells == 300
    found = torch.zeros_like(expected)
    rows = torch.from_numpy(np.repeat(np.arange(300), np.diff(near.indptr)))
    found[rows, torch.from_numpy(near.indices.astype(np.int64))] = True
    assert expected.sum() > 100
    assert torch.equal(found[~unsure], expected[~unsure])
    assert not ((codes.to_dense() > 0) & found.numpy()).any(), "what is active is no near miss"
    plain = hsae.encode(x)
    assert np.array_equal(plain.indices, codes.indices)
    assert np.array_equal(plain.values, codes.values)


def test_what_meets_the_threshold_exactly_is_a_near_miss(hsae):
    hsae = replace(
        hsae,
        W_enc=torch.eye(D, F),
        b_enc=torch.zeros(F),
        b_dec=torch.zeros(D),
        threshold=0.5,
    )
    cells = torch.tensor([[0.5, 0.50001, 0.46, 0.44], [0.0, -1.0, 0.9, 0.49]])
    x = torch.cat([cells, torch.zeros(2, D - 4)], dim=1)
    assert near_of(hsae, x) == [[0, 2], [3]]
    # A threshold of nothing has nothing under it.
    assert near_of(replace(hsae, threshold=0.0), x) == [[], []]
    assert hsae.encode_with_near(x[:0])[1].cells == 0


@given(st.lists(st.floats(2.0**-30, 2.0**30, width=32), min_size=1, max_size=40), st.integers(1, 5))
def test_stored_codes_are_those_of_the_rounded_activations(values, columns):
    dense = np.zeros((-(-len(values) // columns), columns), np.float32)
    dense.reshape(-1)[: len(values)] = values
    rows, places = np.nonzero(dense)
    indptr = np.searchsorted(rows, np.arange(len(dense) + 1)).astype(np.int64)
    codes = Codes(indptr, places.astype(np.uint16), dense[rows, places], columns)
    with pytest.raises(ValueError, match="half precision"):
        _ = codes.stored
    expected = from_dense(np.minimum(dense, np.finfo(np.float16).max))
    for stored in (codes.half(), codes.half().half()):
        assert np.array_equal(stored.indptr, expected.indptr)
        assert np.array_equal(stored.indices, expected.indices)
        assert np.array_equal(stored.stored, expected.values)


def test_values_too_small_for_half_precision_are_silent_and_too_large_stay_finite(hsae):
    hsae = replace(
        hsae,
        W_enc=torch.eye(D, F),
        b_enc=torch.zeros(F),
        b_dec=torch.zeros(D),
        threshold=-1.0,
    )
    x = torch.tensor([[1e-9, 1e-4, 1e9] + [0.0] * (D - 3)])
    codes = hsae.encode(x)
    assert codes.indices.tolist() == [0, 1, 2]
    assert codes.half().indices.tolist() == [1, 2]
    assert np.isfinite(codes.half().values).all()


def test_decoding_by_all_and_by_the_first_groups_is_the_dense_product(hsae, x):
    codes = hsae.encode(x)
    f = torch.from_numpy(codes.to_dense())
    torch.testing.assert_close(hsae.decode(codes), f @ hsae.W_dec + hsae.b_dec)
    for groups in range(len(SIZES) + 1):
        used = f.clone()
        used[:, sum(SIZES[:groups]) :] = 0
        torch.testing.assert_close(hsae.decode(codes, groups), used @ hsae.W_dec + hsae.b_dec)


def test_no_tokens_and_silent_tokens_decode_to_the_bias(hsae):
    assert hsae.decode(hsae.encode(torch.zeros(0, D))).shape == (0, D)
    silent = replace(hsae, threshold=1e9).encode(torch.zeros(3, D))
    torch.testing.assert_close(hsae.decode(silent), hsae.b_dec.expand(3, D))


def test_tokens_of_another_encoder_are_refused_in_plain_words(hsae):
    with pytest.raises(KnownError, match="tokens of 10 numbers"):
        hsae.encode(torch.zeros(3, D + 1))


def test_one_changed_bit_changes_the_fingerprint_and_nothing_else_does(hsae):
    assert hsae.fingerprint == replace(hsae, title="another title").fingerprint
    changed = hsae.W_enc.clone()
    changed[0, 0] = torch.nextafter(changed[0, 0], torch.tensor(9.0))
    others = [
        replace(hsae, W_enc=changed),
        replace(hsae, threshold=0.81),
        replace(hsae, k=5),
        replace(hsae, group_sizes=(3, 4, 9, 12, 20)),
        replace(hsae, selection="topk"),
    ]
    assert len({hsae.fingerprint, *(other.fingerprint for other in others)}) == 6
    assert len(hsae.fingerprint) == 16


def test_levels_count_from_the_coarsest(hsae):
    assert np.bincount(hsae.levels).tolist() == list(SIZES)


def test_group_sizes_are_the_published_ones_and_small_dictionaries_get_a_clear_answer():
    assert group_sizes(8192) == (65, 245, 491, 983, 1966, 4442)
    assert sum(group_sizes(1024)) == 1024
    least = min_concepts(FRACTIONS)
    assert min(group_sizes(least)) == 1
    with pytest.raises(KnownError, match="levels"):
        group_sizes(least - 1)
