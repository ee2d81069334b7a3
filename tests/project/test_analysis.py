"""Analyzing photos: what is done, what is skipped, what is done again, and what stays."""

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from insight_app.concepts.hsae.proposal import propose
from insight_app.concepts.naming.vocabulary import Vocabulary
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import KnownError, WorldError
from insight_app.project.analysis.coding import crashes, pipeline
from insight_app.project.analysis.run import Summary, analyze
from insight_app.project.check import check
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.project import Project
from insight_app.project.results import analysis_database, run_state
from insight_app.project.results.schema import Image as Row
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.project.test_decoding import damaged_files

PHOTOS = 12


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_dictionary(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return draw(tmp_path / "photos", PHOTOS)


def draw(folder: Path, number: int, seed: int = 0) -> Path:
    """Small photos in two folders, no two alike."""
    rng = np.random.default_rng(seed)
    for at in range(number):
        path = folder / "ab"[at % 2] / f"{at:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = rng.integers(0, 255, (6, 8, 3), np.uint8)
        Image.fromarray(coarse).resize((40, 32), Image.Resampling.BICUBIC).save(path)
    return folder


@pytest.fixture
def run(dictionary: Path, tmp_path: Path) -> Any:
    """analyze() into tmp_path / "P.insight" with the tiny encoder."""

    def call(*folders: Path, **options: Any) -> Summary:
        options = {"encoder": tiny.TinyEncoder(), "dictionary": dictionary} | options
        return analyze(tmp_path / "P.insight", folders, **options)

    return call


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "P.insight"


def results_of(project: Path) -> Results:
    results = Results.open(project)
    assert results is not None
    return results


def content(project: Path) -> dict[str, Any]:
    """Everything an analysis is for, by path: codes, counts, relations, lists of images."""
    results = results_of(project)
    paths = {int(i): str(results.image(int(i)).path) for i in results.image_ids()}
    codes = {
        paths[int(i)]: (c.indptr.tolist(), c.indices.tolist(), c.values.tobytes())
        for i in results.image_ids(status="coded")
        for c in [results.codes(int(i))]
    }
    edges = results.edges
    return {
        "codes": codes,
        "counts": [
            a.tolist()
            for a in (results.images, results.cells, results.total, results.maximum, results.levels)
        ],
        "histograms": [results.histogram(c)[1].tolist() for c in range(results.F)],
        "edges": [getattr(edges, n).tolist() for n in edges.__dataclass_fields__],
        "shares": results.co_occurrence(range(results.F)).tolist(),
        "strongest": [
            sorted(
                (e.value, paths[e.image_id], e.cell) for e in results.examples(c, "strongest", 99)
            )
            for c in range(results.F)
        ],
        "folders": [a.tolist() for a in results.by_folder()],
        "near": [[a.tolist() for a in results.nearly_active(c)] for c in range(results.F)],
        "near known": [results.near_images, results.near_known.tolist()],
        "clarity": [results.clarity_images, np.nan_to_num(results.clarity, nan=9).tolist()],
        "problems": sorted((str(p.path), p.what) for p in results.problems()),
    }


def test_photos_become_codes_counts_and_relations(run: Any, photos: Path, project: Path) -> None:
    published: list[int] = []
    told: list[tuple[int, int, str]] = []
    summary = run(photos, published=published.append, progress=lambda *step: told.append(step))
    assert (summary.coded, summary.unreadable, summary.found.new) == (PHOTOS, 0, PHOTOS)
    assert published == list(range(1, summary.generation + 1))
    assert (PHOTOS, PHOTOS, "Analyzing photos") in told
    assert told[-1] == (PHOTOS, PHOTOS, "Measuring how sure relations are")
    results = results_of(project)
    assert results.run_state == "finished" and results.encoder == ("tiny", "tiny-1")
    assert results.edges.child.size and check(project) == []
    assert (results.edges.low >= 0).any() and (results.edges.near >= 0).any()
    encoder, weights = tiny.TinyEncoder(), weights_of(project)
    for image_id in results.image_ids():
        record = results.image(int(image_id))
        read = pipeline.read_photo(pipeline.Photo(1, 1, record.path), encoder, NEWEST_RULE)
        assert isinstance(read, pipeline.Read)
        tokens = encoder.encode(read.pixels[None])[0].reshape(-1, tiny.D)
        expected = weights.encode(tokens).half()
        found = results.codes(record.id)
        assert np.array_equal(found.values, expected.values)
        assert np.array_equal(found.indices, expected.indices)
        left = (tokens - weights.decode(expected)).square().sum(1) / tokens.square().sum(1)
        shown = results.unexplained(record.id)
        assert np.allclose(shown, np.minimum(left.numpy(), 1), atol=1e-3)


def weights_of(project: Path) -> Any:
    from insight_app.concepts import hsae

    return hsae.load(project / "dictionary")


def test_photos_show_before_the_first_code(run: Any, photos: Path, project: Path) -> None:
    states: list[tuple[int, int]] = []

    def look(generation: int) -> None:
        results = results_of(project)
        assert results.generation == generation and results.run_state == "running"
        states.append((results.image_count, results.coded_images))

    run(photos, published=look)
    assert states[0] == (PHOTOS, 0) and states[-1] == (PHOTOS, PHOTOS)


def test_unreadable_photos_are_skipped_and_listed(run: Any, photos: Path, project: Path) -> None:
    for name, data in damaged_files(photos).items():
        (photos / name).write_bytes(data)
    (photos / "layers.jpg").write_bytes(b"8BPS\0\1" + bytes(99))
    (photos / "whole.jpg").unlink()
    (photos / "whole.png").unlink()
    names = {*damaged_files(photos.parent), "layers.jpg"}
    summary = run(photos)
    assert (summary.coded, summary.unreadable) == (PHOTOS, len(names))
    problems = results_of(project).problems()
    assert {p.path.name for p in problems} == names and all(p.what and p.do for p in problems)
    [layers] = [p for p in problems if p.path.name == "layers.jpg"]
    assert "Photoshop" in layers.what and layers.do == "Export them as JPEG, PNG or TIFF."
    assert {p.path.stem: p.do.split()[0] for p in problems} == {
        "bomb": "Save", "cut": "Copy", "truncated": "Copy", "empty": "Copy", "layers": "Export",
        "text": "If", "head only": "Mend",
    }, "by the cause"  # fmt: skip
    assert run().unreadable == 0  # not tried again while the file stays as it is
    Image.new("RGB", (40, 40), "olive").save(photos / "cut.png")
    assert run().coded == 1
    assert check(project) == []


def test_analyzing_in_steps_equals_analyzing_at_once(
    run: Any, photos: Path, dictionary: Path, project: Path, tmp_path: Path
) -> None:
    aside = tmp_path / "aside"
    shutil.move(photos / "b", aside)
    run(photos)
    shutil.move(aside, photos / "b")
    assert run().coded == PHOTOS // 2
    analyze(tmp_path / "Q.insight", [photos], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    assert content(project) == content(tmp_path / "Q.insight")


def test_shards_that_fill_up_change_nothing(
    run: Any, photos: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(photos)
    whole = content(project)
    shutil.rmtree(project)
    monkeypatch.setattr("insight_app.project.analysis.recording.SHARD_IMAGES", 1)
    monkeypatch.setattr("insight_app.project.analysis.counting.running_counts.PART_SHARDS", 2)
    monkeypatch.setattr("insight_app.project.analysis.coding.commit_policy.COMMIT_IMAGES", 1)
    monkeypatch.setattr("insight_app.project.analysis.coding.batches.BATCH", {"cpu": 2})
    run(photos)
    assert len(list((project / "codes").iterdir())) > 3
    assert content(project) == whole and check(project) == []
    (photos / "a" / "000.png").unlink()
    (photos / "b").rename(photos / "c")
    run()
    assert check(project) == []
    for saved in (project / "statistics").glob("*.npz"):
        saved.write_bytes(b"no longer a file of numbers")
    run()
    assert check(project) == []


def test_analyzing_again_mends_a_flipped_byte_and_codes_one_photo_at_most(
    run: Any, photos: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insight_app.project.analysis.recording.SHARD_IMAGES", 8)
    monkeypatch.setattr("insight_app.project.analysis.coding.commit_policy.COMMIT_IMAGES", 1)
    monkeypatch.setattr("insight_app.project.analysis.coding.batches.BATCH", {"cpu": 2})
    run(photos)
    whole = content(project)
    for name, coded in (
        ("statistics/shard-000001.postings", 0),
        ("statistics/generation-*/open.postings", 0),
        ("codes/000001.codes", 1),
        ("codes/000002.codes", 1),
    ):
        path = max(project.glob(name))
        data = bytearray(path.read_bytes())
        data[-20] ^= 1
        path.write_bytes(data)
        assert check(project), name
        assert run().coded == coded, name
        assert check(project) == [] and content(project) == whole, name


def test_cancelling_keeps_what_is_done_and_the_next_call_goes_on(
    run: Any, photos: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insight_app.project.analysis.coding.batches.BATCH", {"cpu": 2})
    run(photos)
    whole = content(project)
    shutil.rmtree(project)
    cancel, done = CancelToken(), []

    def stop(at: int, total: int, message: str) -> None:
        if message == "Analyzing photos":
            done.append(at)
            if at == 4:
                cancel.cancel()

    with pytest.raises(Cancelled):
        run(photos, progress=stop, cancel=cancel)
    results = results_of(project)
    assert (results.run_state, results.coded_images) == ("cancelled", 4)
    assert check(project) == []
    assert run().coded == PHOTOS - 4
    assert content(project) == whole


@pytest.mark.parametrize("size", [1_000, 20_000, 60_000, 150_000])
def test_a_disk_that_is_full_is_said_and_the_next_call_goes_on(
    run: Any, photos: Path, project: Path, size: int
) -> None:
    resource = pytest.importorskip("resource")  # a limit on the size of files stands for the disk
    run(photos)
    whole = content(project)
    shutil.rmtree(project)
    Project.create(project).close()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        with pytest.raises(WorldError) as caught:
            run(photos)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.where and caught.value.do
    assert run(photos).found.total == PHOTOS
    assert content(project) == whole and check(project) == []


def test_cancelling_before_anything_began(run: Any, photos: Path, project: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        run(photos, cancel=cancel)
    assert run(photos).coded == PHOTOS and check(project) == []


def test_a_moved_photo_keeps_its_codes_and_a_missing_one_is_recounted(
    run: Any, photos: Path, project: Path, dictionary: Path, tmp_path: Path
) -> None:
    run(photos)
    ids = {results_of(project).image(int(i)).path.name: int(i) for i in range(1, PHOTOS + 1)}
    (photos / "new place").mkdir()
    (photos / "a" / "000.png").rename(photos / "new place" / "renamed.png")
    (photos / "b" / "001.png").unlink()
    summary = run()
    assert (summary.found.moved, summary.coded) == (1, 0)
    results = results_of(project)
    moved = results.image(ids["000.png"])
    assert moved.path == photos / "new place" / "renamed.png" and moved.status == "coded"
    missing = results.image(ids["001.png"])
    assert missing.status == "missing" and results.coded_images == PHOTOS - 1
    assert [p.path for p in results.problems()] == [missing.path]
    analyze(tmp_path / "Q.insight", [photos], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    fresh, found = content(tmp_path / "Q.insight"), content(project)
    fresh.pop("problems"), found.pop("problems")
    assert fresh == found and check(project) == []


def test_a_photo_that_comes_back_counts_again_without_being_coded(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    whole = content(project)
    shutil.move(photos / "a", tmp_path / "unplugged")
    run()
    assert results_of(project).coded_images == PHOTOS // 2
    shutil.move(tmp_path / "unplugged", photos / "a")
    assert run().coded == 0
    assert content(project) == whole and check(project) == []


def test_a_changed_photo_is_coded_anew_under_a_new_number(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    path = photos / "a" / "000.png"
    before = results_of(project)
    old = next(int(i) for i in before.image_ids() if before.image(int(i)).path == path)
    old_codes = before.codes(old).values.tobytes()
    Image.new("RGB", (40, 32), "tomato").save(path)
    assert run().coded == 1
    after = results_of(project)
    new = next(int(i) for i in after.image_ids() if after.image(int(i)).path == path)
    assert new == PHOTOS + 1 and after.image(old).status == "changed"
    assert after.coded_images == after.image_count == PHOTOS
    assert after.is_listed(new) and not after.is_listed(old) and before.is_listed(old)
    assert before.codes(old).values.tobytes() == old_codes
    assert check(project) == []


def test_a_touched_photo_is_not_coded_again(run: Any, photos: Path, project: Path) -> None:
    run(photos)
    os.utime(photos / "a" / "000.png", (1, 1))
    assert run().coded == 0
    assert results_of(project).coded_images == PHOTOS


def test_a_source_that_is_not_there_loses_nothing(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    photos.rename(tmp_path / "elsewhere")
    run()
    results = results_of(project)
    assert results.coded_images == PHOTOS
    assert [p.path for p in results.problems()] == [photos]
    with pytest.raises(KnownError):
        run(photos)


def test_a_project_moved_with_its_photos_finds_them(
    run: Any, photos: Path, project: Path, dictionary: Path, tmp_path: Path
) -> None:
    run(photos)
    away = tmp_path / "away"
    away.mkdir()
    project.rename(away / project.name)
    photos.rename(away / photos.name)
    results = results_of(away / project.name)
    assert results.image(1).path.is_file() and not results.problems()
    again = analyze(away / project.name, encoder=tiny.TinyEncoder())
    assert again.coded == 0 and results_of(away / project.name).coded_images == PHOTOS


def test_another_encoder_or_dictionary_is_refused(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    whole = content(project)
    other = tiny.TinyEncoder()
    other.fingerprint = "tiny-2"
    draw(photos, PHOTOS + 2)
    with pytest.raises(KnownError, match="another encoder"):
        run(encoder=other)
    with pytest.raises(KnownError, match="another dictionary"):
        run(dictionary=tiny.write_dictionary(tmp_path / "other", concepts=48))
    assert results_of(project).run_state == "failed"
    assert content(project)["codes"] == whole["codes"]
    assert run().coded == 2


def test_two_cannot_analyze_one_project_at_once(run: Any, photos: Path, project: Path) -> None:
    refused: list[str] = []

    def again(generation: int) -> None:
        if not refused:
            with pytest.raises(KnownError) as caught:
                run(photos)
            refused.append(caught.value.what)

    run(photos, published=again)
    assert len(refused) == 1 and "already" in refused[0]
    assert not run_state.is_at_work(project)


def test_a_failing_encoder_is_told_and_what_was_coded_is_kept(
    run: Any, photos: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insight_app.project.analysis.coding.batches.BATCH", {"cpu": 3})

    class Failing(tiny.TinyEncoder):
        batches = 0

        def encode(self, pixels: Any) -> Any:
            self.batches += 1
            if self.batches == 3:
                raise RuntimeError("out of order")
            return super().encode(pixels)

    before = set(threading.enumerate())
    with pytest.raises(RuntimeError, match="out of order"):
        run(photos, encoder=Failing())
    assert results_of(project).run_state == "failed"
    assert run().coded == PHOTOS - 6 and check(project) == []
    assert set(threading.enumerate()) <= before, "a thread of the analysis outlives it"


def test_a_photo_in_flight_at_two_crashes_is_left_out(
    run: Any, photos: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies with the third photo in hand; whoever started it says so."""
    monkeypatch.setattr("insight_app.project.analysis.coding.batches.BATCH", {"cpu": 4})
    poison = photos / "a" / "004.png"
    read = pipeline.read_photo

    class Died(BaseException):
        pass

    def deadly(photo: pipeline.Photo, *how: Any, **more: Any) -> Any:
        if photo.path == poison:
            raise Died
        return read(photo, *how, **more)

    monkeypatch.setattr("insight_app.project.analysis.coding.pipeline.read_photo", deadly)
    for crashed_before in (False, True):
        with pytest.raises(Died):
            run(photos, after_crash=crashed_before)
    assert run(photos, after_crash=True).generation
    results = results_of(project)
    (problem,) = results.problems()
    assert problem.path == poison and problem.what == crashes.MESSAGE
    assert results.coded_images == PHOTOS - 1 and check(project) == []


def test_without_being_told_of_a_crash_nothing_is_held_against_a_photo(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    engine = analysis_database.open_writer(project)
    for _ in range(3):
        crashes.remember(project, [1, 2])
        run()
    with analysis_database.reading(engine) as connection:
        assert set(connection.execute(select(Row.crashes)).scalars()) == {0}
    engine.dispose()


def test_short_work_runs_between_batches(
    run: Any, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insight_app.project.analysis.coding.batches.BATCH", {"cpu": 2})
    calls: list[str] = []
    run(photos, between=lambda: calls.append(threading.current_thread().name))
    assert calls == [threading.current_thread().name] * (PHOTOS // 2)


def test_training_on_the_photos_and_naming_what_was_learned(
    run: Any, photos: Path, project: Path
) -> None:
    encoder = tiny.TinyEncoder()
    terms = ["stone", "leaf", "water", "sand"]
    vectors = encoder.encode_text([term * n for n, term in enumerate(terms, 1)]).numpy()
    words = Vocabulary(
        terms, np.zeros(4, np.uint8), ["a kind of " + t for t in terms], [""] * 4, vectors
    )
    run(photos, dictionary="train", concepts=140, k=4, vocabulary=words)
    results = results_of(project)
    assert results.F == 140 and results.dictionary.encoder_fingerprint == encoder.fingerprint
    assert results.cells.sum() > 0
    named = [c for c in range(results.F) if results.machine_names[c]]
    assert named and {results.machine_names[c] for c in named} <= set(terms)
    best = results.candidates(named[0])[0]
    assert (best.term, best.reading) == (results.machine_names[named[0]], "noun")
    assert best.definition == f"a kind of {best.term}"
    draw(photos, PHOTOS + 2)
    assert not (project / "dictionary" / "training").exists()
    umask = os.umask(0o027)
    os.umask(umask)
    files = [path for path in project.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o666 & ~umask}, "as all files are"
    fingerprint = results.dictionary.fingerprint
    with pytest.raises(KnownError, match="another dictionary"):
        run(dictionary="builtin", vocabulary=words)
    with pytest.raises(KnownError, match="another dictionary"):
        run(dictionary="train", concepts=64, vocabulary=words)
    assert run(dictionary=None, vocabulary=words).coded == 2
    assert results_of(project).dictionary.fingerprint == fingerprint


def test_a_training_that_was_stopped_is_gone_on_with_as_it_was_asked_for(
    run: Any, photos: Path, project: Path
) -> None:
    stop = CancelToken()

    def progress(done: int, total: int, message: str) -> None:
        if message.startswith("Learning concepts"):
            stop.cancel()

    with pytest.raises(Cancelled):
        run(photos, dictionary="train", concepts=140, k=4, progress=progress, cancel=stop)
    run(dictionary=None)
    results = results_of(project)
    assert (results.F, results.dictionary.k) == (140, 4)


def test_a_training_whose_photos_have_become_more_begins_anew(
    run: Any, photos: Path, project: Path
) -> None:
    stop, said = CancelToken(), []

    def progress(done: int, total: int, message: str) -> None:
        if message.startswith("Learning concepts"):
            stop.cancel()

    with pytest.raises(Cancelled):
        run(photos, dictionary="train", progress=progress, cancel=stop)
    draw(photos, PHOTOS + 6)
    run(dictionary="train", notice=said.append)
    proposed, learned = propose(PHOTOS), results_of(project).dictionary
    assert (learned.concepts, learned.k) == (proposed.concepts, proposed.k), "as first proposed"
    assert learned.provenance["photos"] + learned.provenance["photos_held_back"] == PHOTOS + 6
    assert any("begins anew" in one for one in said)
    assert any("held back" in one and "explained" in one for one in said)


def test_codes_are_never_read_with_a_dictionary_they_were_not_made_with(
    run: Any, photos: Path, project: Path, dictionary: Path, tmp_path: Path
) -> None:
    run(photos)
    whole = content(project)
    own, kept = project / "dictionary", tmp_path / "kept"
    own.rename(kept)
    (finding,) = check(project)
    assert "missing" in finding.what
    other = tiny.write_dictionary(tmp_path / "another", concepts=48)
    for wanted in (None, other, "train"):
        with pytest.raises(KnownError, match="missing"):
            run(dictionary=wanted)
    shutil.copytree(other, own)
    (finding,) = check(project)
    assert "not the dictionary" in finding.what
    with pytest.raises(KnownError, match="not the one"):
        run(dictionary=None)
    shutil.rmtree(own)
    run(dictionary=dictionary)  # the same one again mends it
    assert content(project) == whole and check(project) == []


def test_results_lost_or_damaged_are_made_anew_from_the_photos(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    whole = content(project)
    path = project / analysis_database.NAME
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert check(project)
    run(photos)
    assert content(project) == whole and check(project) == []
    path.unlink()
    (finding,) = check(project)
    assert "gone" in finding.what
    run(photos)
    assert content(project) == whole and check(project) == []


def test_damaged_codes_are_found_and_coded_again(run: Any, photos: Path, project: Path) -> None:
    run(photos)
    whole = content(project)
    (shard,) = (project / "codes").iterdir()
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    assert [finding.where for finding in check(project)] == [str(shard)]
    assert run().coded == 1
    assert content(project) == whole and check(project) == []
