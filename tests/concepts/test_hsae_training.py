"""Training: seeded, resumable, streaming, with dead concepts coming back to life."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from insight_app.concepts import hsae
from insight_app.concepts.hsae import (
    TrainingSettings,
    buffer,
    checkpoints,
    losses,
    settings,
    training,
    warm_start,
)
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.hsae.training import train
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import KnownError

D, CELLS = 12, 16
LEARNING = "Learning concepts"
CHOSEN = TrainingSettings(concepts=40, k=3, fractions=(0.1, 0.3, 0.6), batch=64, epochs=6)


def photos(count: int = 30, seed: int = 0) -> torch.Tensor:
    """(count, CELLS, D): each cell a sum of two of twenty directions."""
    generator = torch.Generator().manual_seed(seed)
    directions = torch.randn(20, D, generator=torch.Generator().manual_seed(99))
    directions /= directions.norm(dim=1, keepdim=True)
    chosen = torch.randint(0, 20, (count, CELLS, 2), generator=generator)
    strength = 1 + torch.rand(count, CELLS, 2, 1, generator=generator)
    return (directions[chosen] * strength).sum(2)


class Stream:
    """Photos in a random order of each epoch; remembers what was asked of it."""

    def __init__(self, tokens: torch.Tensor) -> None:
        self.tokens = tokens
        self.asked: list[tuple[int, int]] = []

    def __call__(self, epoch, start):
        self.asked.append((epoch, start))
        order = np.random.default_rng(epoch).permutation(len(self.tokens))
        for index in order[start:]:
            yield self.tokens[index]


def learn(stream, chosen=CHOSEN, **options) -> HSAE:
    return train(stream, chosen, tokens=stream.tokens.shape[0] * CELLS, **options)


def explained(learned: HSAE, x: torch.Tensor) -> float:
    error = (x - learned.decode(learned.encode(x))).square().sum()
    return 1 - float(error / (x - x.mean(0)).square().sum())


def test_learns_what_there_is_and_fires_about_k_concepts_a_cell():
    learned = learn(Stream(photos(60)), replace(CHOSEN, epochs=8, learning_rate=2e-2))
    x = photos(20, seed=7).flatten(0, 1)
    assert explained(learned, x) > 0.75, "on photos it never saw"
    assert 2 < learned.encode(x).indices.size / len(x) < 4
    torch.testing.assert_close(learned.W_dec.norm(dim=1), torch.ones(40))
    assert learned.group_sizes == (4, 12, 24)


def test_the_package_s_door_leads_to_the_same_dictionary(tmp_path):
    stream = Stream(photos())
    chosen = replace(CHOSEN, encoder_fingerprint="enc")
    learned = hsae.train(stream, chosen, tokens=30 * CELLS, checkpoint_dir=str(tmp_path))
    assert learned.fingerprint == learn(Stream(photos())).fingerprint
    assert learned.encoder_fingerprint == "enc"
    assert learned.provenance["schedule"]["dead_after"] == 5 * 30 * CELLS


def test_same_seed_same_weights_and_another_seed_others():
    first, again, other = (
        learn(Stream(photos()), replace(CHOSEN, seed=seed)).fingerprint for seed in (0, 0, 1)
    )
    assert first == again != other


@pytest.mark.parametrize("buffer_tokens", [10_000, 130], ids=["in memory", "streamed"])
@pytest.mark.parametrize("stop_after", [1, 19, 33])
def test_resumed_training_ends_where_an_uninterrupted_one_ends(tmp_path, buffer_tokens, stop_after):
    whole = learn(Stream(photos()), buffer_tokens=buffer_tokens)
    cancel = CancelToken()

    def stop(done, total, message):
        if message == LEARNING and done == stop_after:
            cancel.cancel()

    with pytest.raises(Cancelled):
        learn(
            Stream(photos()),
            buffer_tokens=buffer_tokens,
            checkpoint_dir=tmp_path,
            cancel=cancel,
            progress=stop,
        )
    steps = []
    resumed = learn(
        Stream(photos()),
        buffer_tokens=buffer_tokens,
        checkpoint_dir=tmp_path,
        progress=lambda done, total, message: message == LEARNING and steps.append(done),
    )
    assert steps[0] == stop_after + 1, "nothing is learned twice"
    assert resumed.fingerprint == whole.fingerprint


def test_a_killed_training_goes_on_from_its_last_checkpoint(tmp_path):
    class Killed(BaseException):
        pass

    def kill(done, total, message):
        if message == LEARNING and done == 21:
            raise Killed

    with pytest.raises(Killed):
        learn(Stream(photos()), checkpoint_dir=tmp_path, progress=kill, checkpoint_seconds=0)
    assert not list(tmp_path.glob("*.part"))
    steps = []
    resumed = learn(
        Stream(photos()),
        checkpoint_dir=tmp_path,
        progress=lambda done, total, message: message == LEARNING and steps.append(done),
    )
    assert 20 <= steps[0] <= 21
    assert resumed.fingerprint == learn(Stream(photos())).fingerprint


def test_a_finished_training_is_not_done_again(tmp_path):
    learned = learn(Stream(photos()), checkpoint_dir=tmp_path)
    stream = Stream(photos())
    assert learn(stream, checkpoint_dir=tmp_path).fingerprint == learned.fingerprint
    assert stream.asked == []


def test_a_set_that_fits_in_memory_is_read_once_and_a_larger_one_chunk_by_chunk():
    small, large = Stream(photos()), Stream(photos())
    learn(small)
    assert small.asked == [(0, 0)]
    learn(large, buffer_tokens=10 * CELLS)
    assert large.asked[:4] == [(0, 0), (0, 10), (0, 20), (1, 0)]


def test_never_more_than_the_buffer_is_held():
    chunks = buffer.Chunks(Stream(photos()), 10 * CELLS, 30 * CELLS)
    held = chunks.read(0, 0, None)
    assert len(held.tokens) == 10 * CELLS and not held.is_last
    assert held.tokens.dtype == torch.float16
    last = chunks.read(0, 20, None)
    assert last.is_last and chunks.after(last, None).epoch == 1


def test_photos_without_tokens_are_passed_over_and_no_tokens_at_all_are_said():
    tokens = photos(4)

    def some(epoch, start):
        yield from [tokens[0], torch.zeros(0, D), tokens[1]][start:]

    learned = train(some, replace(CHOSEN, batch=16), tokens=2 * CELLS)
    assert torch.isfinite(learned.W_enc).all()
    with pytest.raises(KnownError, match="no tokens"):
        train(lambda epoch, start: iter([torch.zeros(0, D)]), CHOSEN, tokens=16)


def test_a_checkpoint_of_other_settings_or_a_broken_one_is_refused(tmp_path):
    learn(Stream(photos()), checkpoint_dir=tmp_path)
    with pytest.raises(KnownError, match="other settings"):
        learn(Stream(photos()), replace(CHOSEN, k=4), checkpoint_dir=tmp_path)
    file = tmp_path / checkpoints.FILE
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(KnownError, match="cannot be read"):
        learn(Stream(photos()), checkpoint_dir=tmp_path)


def measured(cells=None, chosen=CHOSEN, **options) -> HSAE:
    """Learn from 30 photos, measured on 8 others."""
    held = photos(8, seed=5) if cells is None else cells
    return learn(Stream(photos()), chosen, measure_on=lambda: iter(held), **options)


def test_as_many_concepts_are_active_in_held_back_cells_as_were_asked_for():
    held = photos(8, seed=5)
    learned = measured(held)
    active = learned.encode(held.flatten(0, 1)).indices.size / (8 * CELLS)
    assert active == pytest.approx(CHOSEN.k, abs=0.02)
    ran = learned.provenance
    assert ran["curve"][-1][0] == ran["schedule"]["steps"]
    told = ran["explained_on_held_back"]
    assert told == pytest.approx(explained(learned, held.half().float().flatten(0, 1)), abs=0.01)
    assert told == max(share for _, share in ran["curve"])


def test_a_training_that_gains_nothing_more_cools_down_early_and_keeps_its_best_weights():
    few = photos(2)  # so few that learning them by heart makes others worse
    chosen = replace(CHOSEN, epochs=400, batch=32, learning_rate=3e-2)
    held = photos(8, seed=5)
    learned = train(Stream(few), chosen, tokens=2 * CELLS, measure_on=lambda: iter(held))
    ran = learned.provenance
    assert ran["schedule"]["steps"] < ran["planned_steps"] == 400
    shares = [share for _, share in ran["curve"]]
    assert shares[-1] < max(shares) == ran["explained_on_held_back"]
    found = explained(learned, held.half().float().flatten(0, 1))
    assert found == pytest.approx(max(shares), abs=0.01)


@pytest.mark.parametrize("stop_after", [4, 33])
def test_a_measured_training_that_was_stopped_ends_with_the_same_weights_and_curve(
    tmp_path, stop_after
):
    cancel = CancelToken()

    def stop(done, total, message):
        if message.startswith(LEARNING) and done == stop_after:
            cancel.cancel()

    with pytest.raises(Cancelled):
        measured(checkpoint_dir=tmp_path, cancel=cancel, progress=stop)
    curves = []
    resumed = measured(checkpoint_dir=tmp_path, looked=lambda curve: curves.append(list(curve)))
    whole = measured()
    assert resumed.fingerprint == whole.fingerprint
    assert resumed.provenance == whole.provenance
    assert len(curves[0]) >= 1 and curves[-1][: len(curves[0])] == curves[0]


def test_a_warm_start_takes_from_each_level_what_these_photos_show_most():
    first = learn(Stream(photos()))
    x = photos(10, seed=3).flatten(0, 1)
    energy = first.encode(x)
    strength = np.bincount(energy.indices, energy.values.astype(float) ** 2, minlength=40)
    chosen = warm_start.strongest(first, x, (2, 30, 5))
    assert [len(one) for one in chosen] == [2, 12, 5], "no more than there are"
    for concepts, (start, stop) in zip(chosen, ((0, 4), (4, 16), (16, 40)), strict=True):
        others = set(range(start, stop)) - set(concepts.tolist())
        assert all(strength[one] <= strength[concepts].min() for one in others)
    warm, cold = (
        measured(chosen=replace(CHOSEN, epochs=0.3), start=start) for start in (first, None)
    )
    known = warm.provenance["explained_on_held_back"]
    assert known > cold.provenance["explained_on_held_back"] + 0.1
    assert warm.provenance["started_from"] == first.fingerprint
    whole = explained(first, photos(8, seed=5).half().float().flatten(0, 1))
    assert warm.provenance["explained_by_start"] == pytest.approx(whole, abs=0.05)


def test_an_older_insight_s_checkpoint_is_begun_anew(tmp_path):
    learn(Stream(photos()), checkpoint_dir=tmp_path)
    content = load_file(tmp_path / checkpoints.FILE)
    save_file(content, tmp_path / checkpoints.FILE, {"schema_version": "1", "training": "{}"})
    again = learn(Stream(photos()), checkpoint_dir=tmp_path)
    assert again.fingerprint == learn(Stream(photos())).fingerprint


def trainer(dead_after: int) -> training._Trainer:
    schedule = settings.Schedule(
        steps=200,
        batch=480,
        learning_rate=1e-2,
        warm_up=0,
        cool_down=0,
        dead_after=dead_after,
        threshold_from=5,
    )
    return training._Trainer(
        photos().flatten(0, 1), CHOSEN, schedule, (4, 12, 24), torch.device("cpu").type
    )


def firing(run: training._Trainer, x: torch.Tensor) -> set[int]:
    h = losses.activations(x, run._weights)
    return set(losses.batch_topk(h, CHOSEN.k * len(x)).concepts.tolist())


def test_dead_concepts_come_back_to_life_by_auxk_and_only_by_it():
    x = photos().flatten(0, 1)
    silenced = set(range(8, 40))
    alive = {}
    for dead_after in (480 * 3, 10**9):
        run = trainer(dead_after)
        with torch.no_grad():
            run._weights.b_enc[8:] -= 1.6
        dead = silenced - firing(run, x)
        assert len(dead) == 20, "positive at times, but never among the largest"
        for number in range(120):
            run.step(x, number)
        alive[dead_after] = len(dead & firing(run, x))
    assert alive[480 * 3] >= 3 * max(alive[10**9], 1)


def test_the_threshold_starts_at_its_step_and_then_follows_slowly():
    run = trainer(10**9)
    x = photos().flatten(0, 1)
    expected = -1.0
    for number in range(12):
        smallest = run.step(x, number).smallest
        assert smallest is not None
        if number == 5:
            expected = smallest
        elif number > 5:
            expected = 0.999 * expected + 0.001 * smallest
        assert run.threshold == pytest.approx(expected)


def test_the_schedule_of_a_small_set_and_of_the_published_one():
    small = settings.schedule_for(TrainingSettings(), 98_000)
    assert 900 <= small.steps <= 1100
    assert small.dead_after == 5 * 98_000
    huge = settings.schedule_for(TrainingSettings(), 9_871_685 * 196)
    assert huge.batch == 16_268 and huge.dead_after == 10_000_000
    assert huge.threshold_from == 1001
    assert huge.steps == pytest.approx(356_808, rel=0.01)
    assert huge.learning_rate == 1e-4
    tiny = settings.schedule_for(TrainingSettings(), 196)
    assert tiny.batch == 196 and tiny.steps >= 1
    rates = [small.rate(step) for step in range(small.steps)]
    assert max(rates) == small.learning_rate and 0 < rates[-1] < rates[0] and rates[0] < max(rates)
