"""Encoding and decoding agree with the dense formulas; the groups nest."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from insight_app.concepts.hsae import FRACTIONS, group_sizes
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.hsae.settings import smallest
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


def test_codes_are_the_activations_above_the_threshold_in_half_precision(hsae, x):
    codes = hsae.encode(x)
    assert codes.cells == len(x) and codes.values.dtype == np.float16
    expected = dense_codes(hsae, x).numpy().astype(np.float16).astype(np.float32)
    assert np.abs(codes.to_dense() - expected).max() < 0.01
    assert ((codes.to_dense() > 0) == (expected > 0)).mean() > 0.99999
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
    assert codes.indices.tolist() == [1, 2]
    assert np.isfinite(codes.values).all()


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
    ]
    assert len({hsae.fingerprint, *(other.fingerprint for other in others)}) == 5
    assert len(hsae.fingerprint) == 16


def test_levels_count_from_the_coarsest(hsae):
    assert np.bincount(hsae.levels).tolist() == list(SIZES)


def test_group_sizes_are_the_published_ones_and_small_dictionaries_get_a_clear_answer():
    assert group_sizes(8192) == (65, 245, 491, 983, 1966, 4442)
    assert sum(group_sizes(1024)) == 1024
    least = smallest(FRACTIONS)
    assert min(group_sizes(least)) == 1
    with pytest.raises(KnownError, match="levels"):
        group_sizes(least - 1)
