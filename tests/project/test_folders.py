"""Folders that moved, were taken out or added: nothing is coded again or counted twice."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select
from sqlalchemy.dialects import sqlite

from insight_app.concepts.naming.vocabulary import Vocabulary
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import KnownError, Refusal
from insight_app.project.analysis import places
from insight_app.project.analysis.counting import running_counts
from insight_app.project.analysis.folders import changing
from insight_app.project.analysis.run import Summary, analyze
from insight_app.project.check import check
from insight_app.project.results import generations
from insight_app.project.results.schema import Image
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.project.test_analysis import content, draw, results_of

PHOTOS = 12


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_dictionary(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return draw(tmp_path / "photos", PHOTOS)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "P.insight"


@pytest.fixture
def run(dictionary: Path, project: Path) -> Callable[..., Summary]:
    """analyze() into the project with the tiny encoder."""

    def call(*folders: Path, **options: Any) -> Summary:
        given = {"encoder": tiny.TinyEncoder(), "dictionary": dictionary} | options
        return analyze(project, folders, **given)

    return call


def numbers(project: Path, base: Path, *, by_folder: bool = True) -> dict[str, Any]:
    """Everything that is published, array by array, images and folders by their path."""
    found = content(project)
    with results_of(project) as results:
        path = {int(i): results.image(int(i)).path for i in results.image_ids()}
        name = {i: p.relative_to(base).as_posix() for i, p in path.items()}
        found["codes"] = {
            Path(p).relative_to(base).as_posix(): codes for p, codes in found["codes"].items()
        }
        found["strongest"] = [
            sorted((value, Path(p).relative_to(base).as_posix(), cell) for value, p, cell in rows)
            for rows in found["strongest"]
        ]
        found["postings"] = [
            sorted(
                (-v, name[int(i)]) for i, v in zip(*results.strongest_images(c, 99), strict=True)
            )
            for c in range(results.F)
        ]
        found["header"] = (results.image_count, results.coded_images, results.tokens)
        found["statuses"] = sorted((name[i], results.image(i).status) for i in name)
        if not by_folder:
            found.pop("folders")
    found.pop("problems")
    return found


def kinds(project: Path) -> list[tuple[str, Path]]:
    with results_of(project) as results:
        found = [(problem.kind, problem.path) for problem in results.problems()]
        assert results.problem_count == sum(kind != "removed" for kind, _ in found)
        return found


def states(project: Path) -> dict[str, tuple[str, int, int]]:
    """Source -> state, photos, removed."""
    with results_of(project) as results:
        return {
            s.path.name: (s.state, s.counts.photos, s.counts.removed) for s in results.sources()
        }


# ---- moved


def test_a_renamed_folder_is_missing_at_once_and_pointed_to(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    before = numbers(project, photos)
    opened = results_of(project)
    new = photos.rename(tmp_path / "renamed")
    (source,) = opened.sources()
    assert (source.state, source.path, source.counts.photos) == ("not there", photos, PHOTOS)
    assert not opened.image(1).is_here
    assert kinds(project) == [("folder missing", photos)]
    run()
    assert results_of(project).coded_images == PHOTOS
    assert kinds(project) == [("folder missing", photos)]
    published: list[int] = []
    moved = changing.move(project, photos, new, published=published.append)
    assert (moved.photos, moved.missing) == (PHOTOS, 0) and published == [moved.generation]
    assert states(project) == {"renamed": ("here", PHOTOS, 0)}
    assert numbers(project, new) == before and kinds(project) == [] and check(project) == []
    assert run().coded == 0 and results_of(project).image_count == PHOTOS


def test_the_new_place_may_have_other_names_and_times(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    new = tmp_path / "new"
    files = sorted(photos.rglob("*.png"))
    for at, file in enumerate(files):
        place = new / f"{at % 3}" / f"photo {at}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
        os.utime(place, (at, at))
    ids = {results_of(project).image(i).path.read_bytes(): i for i in range(1, PHOTOS + 1)}
    shutil.rmtree(photos)
    moved = changing.move(project, photos, new)
    assert (moved.photos, moved.missing) == (PHOTOS, 0)
    with results_of(project) as results:
        assert results.coded_images == results.image_count == PHOTOS
        for image in results.image_ids().tolist():
            assert ids[results.image(image).path.read_bytes()] == image
    assert check(project) == [] and run().coded == 0


def test_photos_that_the_new_place_does_not_have_are_missing(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    new = photos.rename(tmp_path / "new")
    (new / "a" / "000.png").unlink()
    moved = changing.move(project, photos, new)
    assert (moved.photos, moved.missing) == (PHOTOS, 1)
    assert kinds(project) == [("missing", new / "a" / "000.png")]
    assert results_of(project).coded_images == PHOTOS - 1 and check(project) == []


@pytest.mark.parametrize("place", ["photos/c", "elsewhere", "photos/b/a"])
def test_a_part_of_a_folder_can_move(
    run: Any, photos: Path, project: Path, tmp_path: Path, place: str
) -> None:
    run(photos)
    before = numbers(project, tmp_path, by_folder=False)
    new = tmp_path / place
    (photos / "a").rename(new)
    moved = changing.move(project, photos / "a", new)
    assert (moved.photos, moved.missing) == (PHOTOS // 2, 0)
    after = numbers(project, tmp_path, by_folder=False)
    assert after["counts"] == before["counts"] and after["header"] == before["header"]
    assert after["shares"] == before["shares"] and after["edges"] == before["edges"]
    assert results_of(project).image(1).path.parent == new
    assert kinds(project) == [] and check(project) == []
    assert run().coded == 0 and numbers(project, tmp_path) == numbers(project, tmp_path)
    assert results_of(project).image_count == PHOTOS


def test_old_and_new_may_both_be_there(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    before = numbers(project, photos)
    new = tmp_path / "copy"
    shutil.copytree(photos, new)
    changing.move(project, photos, new)
    assert states(project) == {"copy": ("here", PHOTOS, 0)}
    assert run().coded == 0 and numbers(project, new) == before


def test_of_a_folder_that_is_still_there_those_photos_move_that_are_gone(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    new = tmp_path / "new"
    new.mkdir()
    for name in ("000.png", "002.png"):
        (photos / "a" / name).rename(new / f"moved {name}")
    moved = changing.move(project, photos, new)
    assert (moved.photos, moved.missing) == (2, 0)
    assert states(project) == {"new": ("here", 2, 0), "photos": ("here", PHOTOS - 2, 0)}
    assert check(project) == [] and run().coded == 0
    assert results_of(project).coded_images == results_of(project).image_count == PHOTOS
    with pytest.raises(Refusal, match="still there"):
        changing.move(project, photos, draw(tmp_path / "other", 2, seed=4))


def test_a_folder_with_none_of_the_photos_is_refused_with_the_number(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    other = draw(tmp_path / "other", 4, seed=5)
    photos.rename(tmp_path / "gone")
    generation = results_of(project).generation
    with pytest.raises(Refusal, match="0 of 12"):
        changing.move(project, photos, other)
    with pytest.raises(KnownError, match="no such folder"):
        changing.move(project, photos, tmp_path / "nowhere")
    with pytest.raises(Refusal, match="no photos in this folder"):
        changing.move(project, other, tmp_path / "gone")
    assert results_of(project).generation == generation
    assert states(project) == {"photos": ("not there", PHOTOS, 0)}


def test_the_folder_above_can_be_pointed_from(run: Any, project: Path, tmp_path: Path) -> None:
    for name in ("x", "y"):
        run(draw(tmp_path / "disk" / name, 4, seed=ord(name)))
    before = numbers(project, tmp_path / "disk")
    (tmp_path / "disk").rename(tmp_path / "new disk")
    moved = changing.move(project, tmp_path / "disk", tmp_path / "new disk")
    assert (moved.photos, moved.missing) == (8, 0)
    assert numbers(project, tmp_path / "new disk") == before and run().coded == 0


# ---- added at another place


def test_a_moved_folder_that_is_added_is_recognized(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    before = numbers(project, photos)
    new = photos.rename(tmp_path / "new")
    summary = run(new)
    assert (summary.coded, summary.found.moved, summary.found.new) == (0, PHOTOS, 0)
    assert numbers(project, new) == before and check(project) == [] and kinds(project) == []
    assert states(project) == {"new": ("here", PHOTOS, 0)}
    new.rename(photos)
    shutil.copytree(photos, new)
    run()
    assert results_of(project).image_count == PHOTOS, "the old place was left behind"


def test_a_photo_that_was_changed_before_its_folder_moved_counts_once(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    shutil.copyfile(draw(tmp_path / "other", 1, seed=6) / "a" / "000.png", photos / "a" / "000.png")
    new = photos.rename(tmp_path / "new")
    summary = run(new)
    assert (summary.coded, summary.found.moved) == (1, PHOTOS - 1)
    assert results_of(project).coded_images == results_of(project).image_count == PHOTOS
    assert states(project) == {"new": ("here", PHOTOS, 0)} and check(project) == []


def test_a_moved_folder_is_recognized_before_all_of_it_was_analyzed(
    run: Any, photos: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insight_app.project.analysis.coding.batches.BATCH", {"cpu": 2})
    (photos / "b" / "broken.jpg").write_bytes(b"no photo")
    cancel = CancelToken()

    def stop(done: int, total: int, message: str) -> None:
        if message == "Analyzing photos" and done == 4:
            cancel.cancel()

    with pytest.raises(Cancelled):
        run(photos, progress=stop, cancel=cancel)
    new = photos.rename(tmp_path / "new")
    assert run().coded == 0, "photos that are not there wait"
    assert results_of(project).image_count == PHOTOS + 1
    assert run(new).coded == PHOTOS - 4
    with results_of(project) as results:
        assert (results.image_count, results.coded_images) == (PHOTOS + 1, PHOTOS)
    assert kinds(project) == [("unreadable", new / "b" / "broken.jpg")] and check(project) == []


def test_a_copy_of_what_is_still_there_is_other_images(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    shutil.copytree(photos, tmp_path / "copy")
    assert run(tmp_path / "copy").coded == PHOTOS
    assert results_of(project).coded_images == 2 * PHOTOS and check(project) == []


def test_folders_inside_each_other_are_never_counted_twice(
    run: Any, photos: Path, project: Path
) -> None:
    added: list[Path] = []
    run(photos / "a", added=added.extend)
    run(photos, added=added.extend)
    run(photos / "b", added=added.extend)
    assert added == [photos / "a", photos]
    assert results_of(project).image_count == results_of(project).coded_images == PHOTOS
    assert check(project) == []
    changing.remove(project, [photos])  # with all that lies in it
    assert results_of(project).image_count == 0


def test_a_photo_that_took_the_name_of_another_keeps_its_codes(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    names = sorted((photos / "a").iterdir())
    names[0].unlink()
    for before, after in zip(names[1:], names, strict=False):
        before.rename(after)
    summary = run()
    assert summary.coded == 0 and results_of(project).coded_images == PHOTOS - 1
    assert check(project) == []


def test_what_was_never_coded_and_is_deleted_is_forgotten(
    run: Any, photos: Path, project: Path
) -> None:
    broken = photos / "b" / "broken.jpg"
    broken.write_bytes(b"no photo")
    run(photos)
    assert kinds(project) == [("unreadable", broken)]
    broken.unlink()
    run()
    assert kinds(project) == [] and results_of(project).image_count == PHOTOS
    broken.write_bytes(b"no photo either")
    run()
    assert kinds(project) == [("unreadable", broken)] and check(project) == []


def test_a_scan_can_be_stopped_between_two_files(run: Any, photos: Path, project: Path) -> None:
    run(photos)
    for photo in photos.rglob("*.png"):
        os.utime(photo, (1, 1))  # each must be read to be known again
    cancel, steps = CancelToken(), []

    def stop(done: int, total: int, message: str) -> None:
        steps.append(message)
        if done == 3:
            cancel.cancel()

    with pytest.raises(Cancelled):
        run(progress=stop, cancel=cancel)
    assert steps == ["Comparing with the folders"] * 3
    assert run().coded == 0 and results_of(project).coded_images == PHOTOS


def test_photos_gone_in_the_middle_of_an_analysis_wait(
    run: Any, photos: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insight_app.project.analysis.coding.batches.BATCH", {"cpu": 1})
    told: list[str] = []

    def unplug(done: int, total: int, message: str) -> None:
        if message == "Analyzing photos" and done == 2:
            photos.rename(tmp_path / "unplugged")

    summary = run(photos, progress=unplug, notice=told.append)
    gone = PHOTOS - summary.coded  # how many were read ahead by then, the machine decides
    assert summary.unreadable == 0 and 2 <= summary.coded < PHOTOS
    assert told[0].startswith(f"Gone when their turn came: {gone} photos.")
    (tmp_path / "unplugged").rename(photos)
    assert run().coded == PHOTOS - summary.coded
    assert results_of(project).coded_images == PHOTOS and kinds(project) == []


# ---- taken out and put back


def test_taking_a_folder_out_equals_never_having_had_it(
    run: Any, photos: Path, project: Path, dictionary: Path, tmp_path: Path
) -> None:
    other = draw(tmp_path / "other", 6, seed=3)
    run(photos)
    run(other)
    whole = numbers(project, tmp_path)
    analyze(tmp_path / "Q.insight", [photos], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    done = changing.remove(project, [other])
    assert (done.photos, done.generation) == (6, results_of(project).generation)
    assert numbers(project, tmp_path) == numbers(tmp_path / "Q.insight", tmp_path)
    assert states(project) == {"other": ("removed", 0, 6), "photos": ("here", PHOTOS, 0)}
    assert kinds(project) == [("removed", other)] and check(project) == []
    removed = next(i for i in range(1, 19) if results_of(project).image(i).status == "removed")
    assert not results_of(project).is_listed(removed)
    draw(other, 8, seed=3)
    assert run().coded == 0, "scanning leaves it out"
    shutil.rmtree(other / "b")
    changing.put_back(project, [other])
    assert numbers(project, tmp_path) == whole and check(project) == []


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_folders_taken_out_and_put_back_in_any_order(
    data: st.DataObject,
    dictionary: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The published arrays are those of a project that only ever had the folders that are in."""
    monkeypatch.setattr("insight_app.project.analysis.recording.SHARD_IMAGES", 3)
    monkeypatch.setattr("insight_app.project.analysis.counting.running_counts.PART_SHARDS", 2)
    monkeypatch.setattr("insight_app.project.analysis.coding.commit_policy.COMMIT_IMAGES", 1)
    tmp_path = tmp_path_factory.mktemp("any")
    base = tmp_path / "photos"
    folders = ["x/a", "x/b", "y/a", "y/b", "z/a", "z/b"]
    for name in "xyz":
        draw(base / name, 4, seed=ord(name))
    options: dict[str, Any] = {"encoder": tiny.TinyEncoder(), "dictionary": dictionary}
    analyze(tmp_path / "P.insight", [base / name for name in "xyz"], **options)
    kept = set(folders)
    steps = data.draw(
        st.lists(
            st.tuples(st.booleans(), st.sampled_from([*folders, *"xyz"])), min_size=1, max_size=6
        )
    )
    for takes_out, name in steps:
        named = {f for f in folders if f == name or f.startswith(f"{name}/")}
        act = changing.remove if takes_out else changing.put_back
        act(tmp_path / "P.insight", [base / name])
        kept = kept - named if takes_out else kept | named
    assert check(tmp_path / "P.insight") == []
    only = tmp_path / "only"
    for name in sorted(kept):
        shutil.copytree(base / name, only / name)
    if kept:
        given_folders = [only / name for name in "xyz" if (only / name).is_dir()]
        analyze(tmp_path / "Q.insight", given_folders, **options)
        assert numbers(tmp_path / "P.insight", base, by_folder=True) == numbers(
            tmp_path / "Q.insight", only
        )
    else:
        assert results_of(tmp_path / "P.insight").cells.sum() == 0


def test_it_works_while_the_photos_are_not_there(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    whole = content(project)
    photos.rename(tmp_path / "unplugged")
    changing.remove(project, [Path("b")])  # as it is listed
    assert results_of(project).coded_images == PHOTOS // 2
    changing.put_back(project, [photos / "b"])
    (tmp_path / "unplugged").rename(photos)
    assert content(project) == whole and run().coded == 0


def test_what_comes_into_a_folder_that_was_taken_out_stays_out(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    changing.remove(project, [photos])
    draw(photos / "a" / "deep", 2, seed=9)
    draw(photos / "new", 2, seed=10)
    assert run().coded == 0 and results_of(project).image_count == 0
    changing.put_back(project, [photos / "a"])
    assert run().coded == 2, "deep came while a was out"
    assert results_of(project).coded_images == PHOTOS // 2 + 2
    added: list[Path] = []
    run(photos, added=added.extend)
    assert added == [photos] and results_of(project).coded_images == PHOTOS + 4
    assert check(project) == []


def test_a_folder_that_was_taken_out_stays_out_under_another_name(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    whole = numbers(project, photos, by_folder=False)
    changing.remove(project, [photos / "a"])
    (photos / "a").rename(photos / "c")
    assert run().coded == 0 and results_of(project).image_count == PHOTOS // 2
    assert kinds(project) == [("removed", photos / "c")]
    changing.put_back(project, [photos / "c"])
    assert numbers(project, photos, by_folder=False)["counts"] == whole["counts"]
    assert check(project) == []


def test_adding_is_undone_and_redone(run: Any, photos: Path, project: Path, tmp_path: Path) -> None:
    run(photos)
    before = numbers(project, tmp_path)
    other = draw(tmp_path / "other", 4, seed=2)
    added: list[Path] = []
    run(photos, other, added=added.extend)
    both = numbers(project, tmp_path)
    assert added == [other]
    changing.remove(project, added)
    assert numbers(project, tmp_path) == before
    changing.put_back(project, added)
    assert numbers(project, tmp_path) == both


def test_a_removed_folder_that_moved_and_is_added_is_not_coded_again(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    before = numbers(project, photos)
    changing.remove(project, [photos])
    new = photos.rename(tmp_path / "new")
    assert run(new).coded == 0 and numbers(project, new) == before
    assert states(project) == {"new": ("here", PHOTOS, 0)}


def test_pointing_from_a_doubled_folder_halves_it(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    """A project in which an older version took a moved folder for a new one."""
    run(photos)
    before = numbers(project, photos)
    new = tmp_path / "new"
    shutil.copytree(photos, new)
    run(new)
    shutil.rmtree(photos)
    assert results_of(project).coded_images == 2 * PHOTOS
    changing.move(project, photos, new)
    assert numbers(project, new) == before and check(project) == []
    assert states(project) == {"new": ("here", PHOTOS, 0)} and run().coded == 0


def test_cancelled_or_failed_it_never_happened(
    run: Any, photos: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(photos)
    before = content(project)
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        changing.remove(project, [photos / "a"], progress=lambda *_: cancel.cancel(), cancel=cancel)
    assert content(project) == before and check(project) == []

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("insight_app.project.results.generations.write", full)
        with pytest.raises(KnownError, match="disk is full"):
            changing.remove(project, [photos / "a"])
    assert run().generation and content(project) == before
    assert results_of(project).run_state == "finished" and check(project) == []


def test_problems_are_in_order_and_as_few_as_wanted(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    (photos / "b" / "broken.jpg").write_bytes(b"no photo")
    gone = draw(tmp_path / "gone", 2, seed=8)
    run(photos, gone)
    (photos / "a" / "000.png").unlink()
    (photos / "b" / "001.png").unlink()
    gone.rename(tmp_path / "away")
    run()
    changing.remove(project, [photos / "c"] if (photos / "c").exists() else [gone / "a"])
    assert kinds(project) == [
        ("folder missing", gone),
        ("removed", gone / "a"),
        ("missing", photos / "a" / "000.png"),
        ("missing", photos / "b" / "001.png"),
        ("unreadable", photos / "b" / "broken.jpg"),
    ]
    with results_of(project) as results:
        assert [p.path.name for p in results.problems(3)] == ["gone", "a", "000.png"]
        assert [f.images for f in results.folders] == [1, PHOTOS // 2, PHOTOS // 2 + 1]
        total = np.sum([f.coded for f in results.folders])
        assert total == results.coded_images == PHOTOS - 1


def test_names_made_from_photos_are_due_again(run: Any, photos: Path, project: Path) -> None:
    terms = ["stone", "leaf", "water", "sand"]
    vectors = tiny.TinyEncoder().encode_text([t * n for n, t in enumerate(terms, 1)]).numpy()
    words = Vocabulary(terms, np.zeros(4, np.uint8), [""] * 4, [""] * 4, vectors)
    run(photos, vocabulary=words)
    changing.remove(project, [photos / "a"])
    without = run(vocabulary=words, notice=lambda text: None)
    with results_of(project) as results:
        assert results.generation == without.generation and results.names_run == "photos"
        names = list(results.machine_names)
    shutil.rmtree(project)
    shutil.rmtree(photos / "a")
    run(photos, vocabulary=words)
    with results_of(project) as results:
        assert list(results.machine_names) == names


def test_a_snapshot_finds_an_image_that_moved_since(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    old = Results.open(project)
    assert old is not None
    photos.rename(tmp_path / "new")
    run(tmp_path / "new")
    assert old.image(1).is_here


def test_a_project_that_moved_with_its_photos_knows_both_places(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    before = numbers(project, photos)
    away = tmp_path / "away"
    away.mkdir()
    project, photos = project.rename(away / project.name), photos.rename(away / photos.name)
    new = photos.rename(away / "renamed")
    moved = changing.move(project, photos, new)
    assert (moved.photos, moved.missing) == (PHOTOS, 0) and numbers(project, new) == before


# ---- a million photos


def test_a_folder_that_is_pointed_to_is_not_counted_again(
    run: Any, photos: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(photos)
    before = numbers(project, photos)
    new = photos.rename(tmp_path / "new")

    def count(*_: Any) -> None:
        raise AssertionError("everything is counted already")

    with monkeypatch.context() as patched:
        patched.setattr(running_counts.Counting, "load", count)
        changing.move(project, photos, new)
    assert numbers(project, new) == before and check(project) == []
    changing.move(project, new, new.rename(photos))
    assert numbers(project, photos) == before and check(project) == []
    with pytest.raises(FileNotFoundError):  # the first of them is removed, the newest is whole
        generations.read(project / "statistics", results_of(project).generation - 2)


def test_no_query_reads_the_whole_table_of_images(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    """But for publishing, which lists all of them."""
    run(photos)
    told: list[tuple[str, Any]] = []

    def note(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            told.append((statement, parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        (photos / "b" / "001.png").unlink()
        (photos / "a").rename(photos / "c")
        (photos / "b" / "broken.jpg").write_bytes(b"no photo")
        run()
        new = photos.rename(tmp_path / "new")
        with results_of(project) as results:
            assert results.problems() and results.problem_count and results.sources()
        changing.move(project, photos, new)
        changing.remove(project, [new / "b"])
        changing.put_back(project, [new / "b"])
        run(shutil.copytree(new, tmp_path / "copy"))
        with results_of(project) as results:
            assert results.problems() and results.problem_count
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    publishing = {
        str(statement.compile(dialect=sqlite.dialect()))
        for statement in (places.ALL_IMAGES, places.IN_ORDER, select(Image.id).limit(1))
    }
    scanned = set()
    with closing(sqlite3.connect(project / "analysis.sqlite")) as connection:
        for statement, parameters in told:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            # Before results are written, all rows are looked at once, as by PRAGMA quick_check.
            is_check = "typeof(" in statement
            if not is_check and any(step[3].startswith("SCAN image") for step in plan):
                scanned.add(statement)
    assert len({statement for statement, _ in told}) > 30
    assert scanned <= publishing, "\n".join(scanned - publishing)
