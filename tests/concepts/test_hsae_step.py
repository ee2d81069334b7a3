"""One training step agrees with the dense formulas and their automatic gradients."""

import pytest
import torch

from insight_app.concepts.hsae import losses
from insight_app.concepts.hsae.losses import Parameters
from tests.concepts import dense_hsae

D, F, K, T = 10, 48, 4, 33
SIZES = (2, 5, 9, 12, 20)


def tokens(seed: int, count: int = T) -> torch.Tensor:
    return torch.randn(count, D, generator=torch.Generator().manual_seed(seed))


def automatic(x, weights, since_fired, dead_after):
    leaves = Parameters(*(w.clone().requires_grad_() for w in weights))
    dead = since_fired + len(x) >= dead_after
    total, f = dense_hsae.loss(x, leaves, SIZES, K, dead)
    total.backward()
    return float(total.detach()), f.detach(), Parameters(*(leaf.grad for leaf in leaves))


@pytest.mark.parametrize("dead", [0, 2, 20], ids=["none dead", "few dead", "more than D/2 dead"])
@pytest.mark.parametrize("seed", range(3))
def test_loss_and_gradients_are_those_of_the_dense_version(seed, dead):
    x, weights = tokens(seed), dense_hsae.random_weights(D, F, seed)
    weights.b_enc[-dead or F :] -= 2.0  # seldom kept, so that many stay dead
    since_fired = torch.zeros(F, dtype=torch.int64)
    since_fired[-dead or F :] = 1000
    expected_loss, expected_codes, expected = automatic(x, weights, since_fired, 1000)

    step = losses.step(x, weights, SIZES, K, since_fired, 1000)

    assert step.loss == pytest.approx(expected_loss, rel=1e-5)
    assert (step.auxiliary > 0) == (dead > 0)
    codes = torch.zeros(T, F)
    codes[step.kept.tokens, step.kept.concepts] = step.kept.values
    torch.testing.assert_close(codes, expected_codes)
    for name, mine, theirs in zip(Parameters._fields, step.gradients, expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-6, msg=name)


def test_counters_are_updated_before_dead_concepts_are_looked_for():
    x, weights = tokens(5), dense_hsae.random_weights(D, F, 5)
    weights.b_enc[7] = -100.0
    since_fired = torch.zeros(F, dtype=torch.int64)
    step = losses.step(x, weights, SIZES, K, since_fired, dead_after=T)
    assert since_fired[7] == T, "silent: it has now waited for all tokens of this batch"
    assert set(torch.nonzero(since_fired == 0).flatten().tolist()) == set(
        step.kept.concepts.tolist()
    )
    weights.b_enc[7] = -3.0  # dead after exactly this batch: auxk acts at once
    x = torch.cat([x, 4 * weights.W_enc[:, 7][None]])
    since_fired[:] = 0
    weights.b_enc[7] = -float(x[-1] @ weights.W_enc[:, 7]) + 0.01
    assert losses.step(x, weights, SIZES, 1, since_fired, dead_after=T + 1).auxiliary > 0


def test_the_largest_entries_are_kept_whatever_the_guessed_floor():
    h = torch.relu(torch.randn(50, F, generator=torch.Generator().manual_seed(1)))
    right = losses.batch_topk(h, 120)
    expected = torch.nonzero(h >= h.flatten().topk(120).values.min())
    assert torch.equal(torch.stack([right.tokens, right.concepts], 1), expected)
    for floor in (0.1, float(right.values.min()), 3.0, 100.0):
        again = losses.batch_topk(h, 120, floor)
        assert all(torch.equal(a, b) for a, b in zip(right, again, strict=True))


def test_zeros_are_never_kept():
    h = torch.zeros(4, F)
    h[1, 3] = 0.5
    kept = losses.batch_topk(h, 40)
    assert kept.concepts.tolist() == [3] and kept.tokens.tolist() == [1]
    assert losses.batch_topk(torch.zeros(4, F), 40).values.numel() == 0


def test_a_perfect_reconstruction_has_no_auxiliary_loss_instead_of_nan():
    x, weights = tokens(2), dense_hsae.random_weights(D, F, 2)
    dead = torch.tensor([1, 2])
    loss, gradients = losses.auxk(x, weights, torch.zeros(T, 2), dead, torch.zeros(T, D))
    assert loss == 0.0
    assert all(not g.any() for g in gradients)


def test_the_decoder_gradient_has_no_part_along_its_rows_and_then_all_are_clipped_together():
    weights = dense_hsae.random_weights(D, F, 3)
    gradients = Parameters(*(torch.randn_like(w) for w in weights))
    along = (gradients.W_dec * weights.W_dec).sum(1, keepdim=True) * weights.W_dec
    expected = [gradients.W_enc, gradients.b_enc, gradients.W_dec - along, gradients.b_dec]
    norm = torch.cat([g.flatten() for g in expected]).norm()
    expected = [g / norm for g in expected]
    assert losses.project_and_clip(gradients, weights) == pytest.approx(float(norm), rel=1e-5)
    for mine, theirs in zip(gradients, expected, strict=True):
        torch.testing.assert_close(mine, theirs)
    small = Parameters(*(1e-3 * g for g in gradients))
    before = small.b_dec.clone()
    losses.project_and_clip(small, weights)
    assert torch.equal(small.b_dec, before), "short gradients keep their length"


def test_geometric_median_minimises_the_sum_of_distances_and_bears_a_token_on_it():
    x = tokens(4)
    x[0] = x.mean(0)
    x[1] += 1000.0
    median = losses.geometric_median(x)
    best = float((x - median).norm(dim=1).sum())
    for direction in torch.eye(D):
        for sign in (-0.05, 0.05):
            assert float((x - median - sign * direction).norm(dim=1).sum()) > best - 1e-3
    assert float((median - x[2:].mean(0)).norm()) < 2, "one outlier does not move it far"
    assert torch.isfinite(losses.geometric_median(torch.ones(5, D))).all()
