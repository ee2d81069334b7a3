"""The measures are the ones that METRICS.md defines; the baselines are as good as they can be."""

import itertools
import math

import numpy as np
import pytest
import torch

from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.quality import image_sums, intervals, reconstruction
from insight_app.concepts.quality.image_sums import Errors, TokenSums
from insight_app.concepts.quality.pursuit import PrincipalComponents, Pursuit, random_dictionary
from insight_app.concepts.quality.untrained import untrained
from tests.concepts import dense_hsae

D, F = 8, 32


def tokens(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, D, generator=torch.Generator().manual_seed(seed)) + 3.0


@pytest.fixture
def hsae() -> HSAE:
    weights = dense_hsae.random_weights(D, F, 0)
    return HSAE(**weights._asdict(), k=4, threshold=0.6, group_sizes=(4, 8, 20))


def test_the_mean_predictor_explains_exactly_nothing_and_the_token_itself_everything():
    x = tokens(500)
    mean, self_ = reconstruction.Variance(), reconstruction.Variance()
    for batch in x.split(77):
        mean.add(batch, x.double().mean(0).expand_as(batch))
        self_.add(batch, batch)
    assert mean.explained == pytest.approx(0.0, abs=1e-12)
    assert self_.explained == 1.0 and self_.cosine == pytest.approx(1.0)
    assert math.isnan(reconstruction.Variance().nmse)


def test_nmse_is_two_sums_over_all_tokens_and_not_a_mean_over_batches():
    x = torch.cat([tokens(10), 50 * tokens(10, 1)])
    y = x + 0.1 * tokens(20, 2)
    running = reconstruction.Variance()
    running.add(x[:10], y[:10])
    running.add(x[10:], y[10:])
    expected = (x - y).square().sum() / (x - x.mean(0)).square().sum()
    assert running.nmse == pytest.approx(float(expected), rel=1e-5)
    cosine = torch.nn.functional.cosine_similarity(x, y).mean()
    assert running.cosine == pytest.approx(float(cosine), rel=1e-5)


def test_pursuit_finds_sparse_sums_exactly():
    atoms = random_dictionary(20, 64)
    weights = torch.zeros(30, 20)
    for row, first in zip(weights, itertools.cycle(range(17)), strict=False):
        row[[first, first + 1, first + 3]] = torch.tensor([1.0, -2.0, 0.5])
    offset = torch.full((64,), 0.3)
    x = weights @ atoms + offset
    found = Pursuit.over(5 * atoms, offset).reconstructions(x, 3)
    torch.testing.assert_close(found[3], x, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(found[0], offset.expand_as(x))


def test_pursuit_agrees_with_one_token_at_a_time_and_never_gets_worse():
    atoms, x = random_dictionary(15, D), tokens(40)
    offset = x.mean(0)
    found = Pursuit.over(atoms, offset).reconstructions(x, 4)
    for token, by_count in zip(x, found.transpose(0, 1), strict=True):
        chosen: list[int] = []
        residual = token - offset
        for count in range(1, 5):
            products = (atoms @ residual).abs()
            products[chosen] = -1
            chosen.append(int(products.argmax()))
            solved = torch.linalg.lstsq(atoms[chosen].t(), (token - offset)[:, None]).solution
            residual = token - offset - atoms[chosen].t() @ solved[:, 0]
            torch.testing.assert_close(by_count[count], token - residual, atol=1e-4, rtol=1e-4)
    errors = (x - found).square().sum((1, 2))
    assert (errors[1:] <= errors[:-1]).all()


def test_twin_and_empty_atoms_do_no_harm_and_few_atoms_run_out():
    atoms = torch.cat([torch.eye(D)[:2], torch.eye(D)[:1], torch.zeros(1, D)])
    x = torch.tensor([[1.0, 2.0] + [0.0] * (D - 2)])
    found = Pursuit.over(atoms, torch.zeros(D)).reconstructions(x, 6)
    assert found.shape == (7, 1, D) and torch.isfinite(found).all()
    torch.testing.assert_close(found[-1], x, atol=1e-4, rtol=0)


def test_a_report_counts_what_the_codes_say(hsae):
    x = tokens(300)
    found = reconstruction.report(hsae, x.split(100), {reconstruction.CLASSES: torch.eye(D)})
    codes = hsae.encode(x).half()
    counts = np.diff(codes.indptr)
    assert found.tokens == 300
    assert found.active == pytest.approx(counts.mean())
    assert found.cells_with_a_concept == pytest.approx((counts > 0).mean())
    assert found.alive == len(set(codes.indices.tolist())) / F
    expected = 1 - (x - hsae.decode(codes)).square().sum() / (x - x.mean(0)).square().sum()
    assert found.explained == pytest.approx(float(expected), rel=1e-4)
    assert found.explained_by_level[-1] == pytest.approx(found.explained)
    assert set(found.baseline_explained) == {reconstruction.CLASSES, reconstruction.RANDOM}
    assert found.to_json()["tokens"] == 300


def test_baselines_are_read_between_whole_numbers_of_atoms_at_the_same_mean_count(hsae):
    x = tokens(300)
    found = reconstruction.report(hsae, [x], {reconstruction.CLASSES: torch.eye(D)})
    pursuit = Pursuit.over(torch.eye(D), hsae.b_dec)
    low = math.floor(found.active)
    around = []
    for y in pursuit.reconstructions(x, low + 1)[low:]:
        variance = reconstruction.Variance()
        variance.add(x, y)
        around.append(variance.explained)
    share = found.active - low
    expected = (1 - share) * around[0] + share * around[1]
    assert found.baseline_explained[reconstruction.CLASSES] == pytest.approx(expected, rel=1e-5)


def test_held_back_photos_are_never_trained_on_and_splits_differ(hsae):
    images = tokens(10 * 6).view(10, 6, D)
    seen = []

    def train(indices, split):
        seen.append(frozenset(indices))
        return hsae

    reports = reconstruction.held_back(images, train, splits=3, share=0.3)
    assert [len(part) for part in seen] == [7, 7, 7] and len(set(seen)) > 1
    assert all(one.tokens == 3 * 6 for one in reports)
    everything = reconstruction.report(hsae, images)
    assert reports[0].alive == everything.alive
    table = reconstruction.mean_and_spread(reports)
    values = [one.explained for one in reports]
    assert table["explained"] == pytest.approx((np.mean(values), np.std(values, ddof=1)))


def test_an_image_that_is_drawn_twice_counts_twice_around_the_same_mean():
    """What a bootstrap relies on."""
    images = [tokens(5, seed) for seed in range(4)]
    sums, errors = TokenSums(), Errors()
    for x in images:
        sums.add(x)
        errors.add(x, 0.8 * x)
    drawn = np.array([[1.0, 1, 1, 1], [2, 0, 1, 0]])
    explained = image_sums.explained(sums, errors, drawn)
    for value, chosen in zip(explained, ([0, 1, 2, 3], [0, 0, 2]), strict=True):
        x = torch.cat([images[i] for i in chosen]).double()
        mean = torch.cat(images).double().mean(0)
        expected = 1 - (0.2 * x).square().sum() / (x - mean).square().sum()
        assert value == pytest.approx(float(expected), rel=1e-5)
    assert image_sums.cosine(sums, errors, drawn) == pytest.approx(1.0)


def test_an_interval_over_photos_holds_the_figure_and_few_photos_have_none():
    values = np.arange(40.0)
    low, high = intervals.bootstrap(lambda drawn: drawn @ values / drawn.sum(1), 40)
    half = 1.96 * values.std() / math.sqrt(40)
    assert (low, high) == pytest.approx((19.5 - half, 19.5 + half), abs=0.5)
    assert intervals.bootstrap(lambda drawn: drawn.sum(1), 9) == (None, None)
    assert intervals.between(np.full(1000, np.nan)) == (None, None)


def test_wilson_gives_the_textbook_interval():
    assert intervals.wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert intervals.wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert intervals.wilson(0, 0) == (None, None)


def test_principal_components_explain_a_plane_with_two_and_are_chosen_by_size():
    generator = torch.Generator().manual_seed(0)
    plane = torch.linalg.qr(torch.randn(D, 2, generator=generator)).Q.t()
    x = torch.randn(200, 2, generator=generator) * torch.tensor([3.0, 1.0]) @ plane + 5.0
    components = PrincipalComponents.of(x)
    found = components.reconstructions(x, 3)
    torch.testing.assert_close(found[2], x, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found[0], x.mean(0).expand_as(x), atol=1e-4, rtol=1e-4)
    first = PrincipalComponents(torch.eye(D), torch.zeros(D)).reconstructions(
        torch.tensor([[1.0, -4.0, 2.0] + [0.0] * (D - 3)]), 2
    )
    assert first[1, 0, :3].tolist() == [0, -4, 0] and first[2, 0, :3].tolist() == [0, -4, 2]


def test_an_untrained_dictionary_is_as_sparse_and_its_concepts_are_random(hsae):
    images = list(tokens(400).split(40))
    active = 2.5
    made = untrained(hsae, images, active)
    counted = sum(made.encode(x).indices.size for x in images) / 400
    assert counted == pytest.approx(active, abs=0.02)
    assert (made.F, made.D, made.group_sizes) == (hsae.F, hsae.D, hsae.group_sizes)
    torch.testing.assert_close(made.W_dec.norm(dim=1), torch.ones(F))
    torch.testing.assert_close(made.b_dec, torch.cat(images).mean(0))
    assert (made.W_dec @ hsae.W_dec.t()).abs().mean() < 0.5
