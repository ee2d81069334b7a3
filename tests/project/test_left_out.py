"""Photos left out by pattern, or as second names: counted once, kept, and back at once."""

import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from sqlalchemy import select

from insight_app.errors import Refusal
from insight_app.project.analysis.folders import changing, membership
from insight_app.project.analysis.folders.scanning import update_images
from insight_app.project.analysis.run import analyze
from insight_app.project.check import check
from insight_app.project.photos.parts import tiff_contents
from insight_app.project.results import analysis_database
from insight_app.project.results.schema import Skipped
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.children import in_a_child
from tests.project.test_analysis import draw, results_of
from tests.project.test_folders import PHOTOS, dictionary, numbers, photos, project, run

__all__ = ["dictionary", "photos", "project", "run"]


def names(results: Results, status: str | None = None) -> list[str]:
    return sorted(results.image(int(one)).path.name for one in results.image_ids(status=status))


def kinds(results: Results) -> dict[str, int]:
    return {one.kind: one.count for one in results.problems()}


def test_patterns_take_out_and_put_back_without_coding_again(
    run: Any, photos: Path, project: Path, tmp_path: Path
) -> None:
    run(photos)
    with results_of(project) as before:
        everything = names(before)
    whole = numbers(project, photos)
    out = run(exclude=["a", "000*"])
    with results_of(project) as results:
        left = names(results)
        assert 0 < len(left) < PHOTOS and out.found.left_out == PHOTOS - len(left)
        assert results.coded_images == len(left) == results.image_count
        assert results.photo_choice().patterns.exclude == ("a", "000*")
        assert kinds(results) == {"pattern": PHOTOS - len(left)}
        assert all("/a/" not in str(results.image(int(i)).path) for i in results.image_ids())
    assert not [finding for finding in check(project) if finding.is_damage]
    fresh = tmp_path / "Fresh.insight"
    analyze(fresh, [photos], encoder=tiny.TinyEncoder(), dictionary=project / "dictionary",
            exclude=["a", "000*"])  # fmt: skip
    assert numbers(fresh, photos)["header"] == numbers(project, photos)["header"]
    assert run().coded == 0  # kept in the project
    photos.rename(tmp_path / "away")  # what is not there is taken in and left out too
    run(include=["*.none"])
    with results_of(project) as results:
        assert names(results) == []
    run(exclude=[], include=[])
    with results_of(project) as results:
        assert names(results) == everything
    (tmp_path / "away").rename(photos)
    again = run()
    assert again.coded == 0
    assert numbers(project, photos) == whole


def test_a_pattern_follows_folders_that_move(run: Any, photos: Path, project: Path) -> None:
    run(photos, exclude=["a/*"])
    (photos / "a").rename(photos / "c")
    run()
    with results_of(project) as results:
        assert len(names(results)) == PHOTOS
    (photos / "b").rename(photos / "a")
    run()
    with results_of(project) as results:
        assert {one.path.parent.name for one in map(results.image, results.image_ids())} == {"c"}
    changing.remove(project, [photos / "c"])
    changing.put_back(project, [photos / "c"])
    assert run(exclude=[""]).coded == 0
    with results_of(project) as results:
        assert results.coded_images == PHOTOS


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_photo_with_several_names_is_one(run: Any, photos: Path, project: Path) -> None:
    first = sorted(photos.rglob("*.png"))[0]
    os.link(first, photos / "b" / "zz hard.png")
    (photos / "b" / "zz link.png").symlink_to(first)
    (photos / "zz folder").symlink_to(photos / "a")
    (photos / "gone.png").symlink_to("nowhere")
    run(photos)
    run()
    with results_of(project) as results:
        assert results.coded_images == len(names(results)) == PHOTOS
        told = {one.kind: one.count for one in results.problems()}
        assert told == {"left out": 1, "passed over": 3}
        assert results.problem_count == 1
    first.unlink()
    run()  # the other name is the photo now
    with results_of(project) as results:
        assert results.coded_images == PHOTOS and "zz hard.png" in names(results)


@pytest.mark.skipif(not hasattr(os, "link"), reason="there are no hard links")
def test_a_project_that_counted_a_photo_twice_counts_it_once(
    run: Any, photos: Path, project: Path
) -> None:
    copy = photos / "b" / "zz copy.png"
    first = sorted(photos.rglob("*.png"))[0]
    shutil.copy2(first, copy)
    run(photos)
    with results_of(project) as results:
        assert results.coded_images == PHOTOS + 1
    copy.unlink()
    os.link(first, copy)
    assert run().coded == 0
    with results_of(project) as results:
        assert results.coded_images == PHOTOS
    copy.unlink()
    shutil.copy2(first, copy)
    assert run().coded == 0
    with results_of(project) as results:
        assert results.coded_images == PHOTOS + 1


def test_an_older_project_opens_with_everything_taken(
    run: Any, photos: Path, project: Path
) -> None:
    run(photos)
    with closing(sqlite3.connect(project / "analysis.sqlite")) as connection:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (trigger,) in connection.execute(triggers).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("DROP TABLE row_digest")
        for index in ("image_note", "image_left_out", "skipped_kind"):
            connection.execute(f"DROP INDEX {index}")
        for table, column in (
            ("image", "do"), ("image", "note"), ("image", "left_out"),
            ("skipped", "do"), ("skipped", "kind"), ("skipped", "grade"),
        ):  # fmt: skip
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("INSERT INTO skipped (source_id, path, message) VALUES (1, '/x', 'Old')")
        connection.execute("PRAGMA user_version = 1002")
        connection.commit()
    with results_of(project) as results:
        assert results.coded_images == PHOTOS
        (old,) = results.problems()
        assert (old.path, old.what, old.kind) == (photos / "x", "Old", "left out")


@pytest.mark.skipif(sys.platform != "linux", reason="there is no other user to become")
def test_a_folder_that_may_be_listed_but_not_entered_is_told_once() -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's own may be entered by nobody else
        Path(place).chmod(0o755)
        _must_be_told_once(Path(place))


def _must_be_told_once(above: Path) -> None:
    base, place = above / "photos", above / "P.insight"
    draw(base, PHOTOS)
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    (base / "a").chmod(0o444)

    def find_twice() -> list[tuple[int, int, list[tuple[str, str]]]]:
        engine = analysis_database.open_writer(place)
        membership.add(place, engine, [base])
        found = []
        for _ in range(2):
            one = update_images(place, engine)
            with engine.connect() as connection:
                rows = [(row.path, row.message) for row in connection.execute(select(Skipped))]
            found.append((one.new, one.missing, rows))
        return found

    _, said = in_a_child(find_twice, as_nobody=os.geteuid() == 0)
    (base / "a").chmod(0o755)
    inside = PHOTOS - sum(1 for _ in (base / "a").iterdir())
    told = [("a", "You may not read the files in this folder.")]
    assert said == repr([(inside, 0, told), (0, 0, told)])


def test_every_file_is_told_once_however_many(run: Any, photos: Path, project: Path) -> None:
    for number in range(3):
        (photos / f"{number}.psd").touch()
        (photos / f"{number}.jpg").write_bytes(b"no picture")
    (photos / ".hidden.jpg").touch()
    run(photos)
    with closing(sqlite3.connect(project / "analysis.sqlite")) as connection:
        notes = f"First {'n' * 60_000}.\nSecond note."
        connection.execute("UPDATE image SET note = ? WHERE status = 1 AND id % 2", (notes,))
        connection.execute("UPDATE image SET note = 'Second note.' WHERE status = 1 AND id % 2 = 0")
        connection.execute(
            "UPDATE image SET note = note || '\nOnly here.' "
            "WHERE id = (SELECT min(id) FROM image WHERE status = 1)"
        )
        connection.commit()
    with results_of(project) as results:
        lines = results.problems()
        assert [(one.kind, one.count) for one in lines if one.kind != "unreadable"] == [
            ("not taken", 3),
            ("note", PHOTOS),
            ("note", PHOTOS // 2),
            ("note", 1),
            ("passed over", 1),
        ]
        second, _, single = (one for one in lines if one.kind == "note")
        assert second.what == f"{PHOTOS} photos: Second note."
        assert single.what == f"{single.path.name}: Only here."
        assert results.problem_count == 4, "one kind and three photos"
        each = [one.kind for one in results.each_problem()]
        assert {kind: each.count(kind) for kind in each} == {
            "unreadable": 3, "not taken": 3, "passed over": 1, "note": 1 + PHOTOS + PHOTOS // 2,
        }  # fmt: skip


def test_a_project_keeps_which_picture_and_channels_it_reads(
    run: Any, project: Path, tmp_path: Path, dictionary: Path
) -> None:
    stacks, plain = tmp_path / "stacks", tmp_path / "plain"
    stacks.mkdir()
    plain.mkdir()
    colours = [(200, 30, 30), (30, 200, 30), (30, 30, 200)]
    pictures = [Image.new("RGB", (60, 60), colour) for colour in colours]
    pictures[0].save(stacks / "1.tif", save_all=True, append_images=pictures[1:])
    pictures[0].save(stacks / "2.png")
    bands = np.zeros((60, 60, 5), np.uint8) + np.array([0, 0, 200, 30, 30], np.uint8)
    tifffile.imwrite(stacks / "3.tif", bands, photometric="rgb", extrasamples=[0, 0])
    assert [tiff_contents(stacks / name) for name in ("1.tif", "2.png", "3.tif")] == [
        (3, 3), (0, 0), (1, 5),
    ]  # fmt: skip
    for name, picture in (("1.png", pictures[2]), ("2.png", pictures[0]), ("3.png", pictures[0])):
        picture.save(plain / name)
    run(stacks, page=3)
    with pytest.raises(Refusal, match="were read by picture 3"):
        run(stacks, page=1)
    assert run(stacks, page=3).coded == run().coded == 0
    other, third = tmp_path / "Other.insight", tmp_path / "Third.insight"
    how = {"encoder": tiny.TinyEncoder(), "dictionary": dictionary}
    analyze(other, [plain], **how)
    analyze(third, [stacks], channels=[3, 4, 5], **how)
    codes = {}
    for name in (project, other, third):
        with results_of(name) as results:
            for one in map(int, results.image_ids(status="coded")):
                found = results.codes(one)
                codes[name.stem, results.image(one).path.stem] = (
                    found.indices.tolist(), found.values.tolist(),
                )  # fmt: skip
            if name == project:
                notes = results.photo_choice().notes
    assert codes["P", "1"] == codes["Other", "1"], "the third picture"
    assert codes["P", "2"] == codes["Other", "2"], "a file with one picture is read as usual"
    assert codes["Third", "3"] == codes["Other", "3"], "the channels that were chosen"
    assert codes["Third", "3"] != codes["P", "3"]
    assert any("number 3 is used" in note for note in notes), notes
