"""The values of a project's photos: those of its codes, from the file that was kept or not."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from insight_app.concepts.explain.image_values import ImageValues, of_images
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import Refusal
from insight_app.project.analysis import recording
from insight_app.project.explaining import matrix
from insight_app.project.folder import EXPLAIN
from insight_app.project.results import analysis_database, code_store
from insight_app.project.results.snapshot import Results
from tests.synthetic import make_project

F = 40


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 24 photos in shards of 10."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "SHARD_IMAGES", 10)
        folder = tmp_path_factory.mktemp("values") / "P.insight"
        return make_project(folder, concepts=F, photo_size=(64, 48))


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "P.insight"))


def opened(project: Path) -> Results:
    results = Results.open(project)
    assert results is not None
    return results


def slowly(results: Results, images: list[int]) -> ImageValues:
    return of_images([results.codes(image) for image in images], results.F)


def same(one: ImageValues, other: ImageValues) -> bool:
    return all(
        np.array_equal(getattr(getattr(one, block), part), getattr(getattr(other, block), part))
        for block in ("maxima", "means")
        for part in ("indptr", "indices", "values", "columns")
    )


def record_reads(patch: pytest.MonkeyPatch) -> list[int]:
    """The images whose codes are read from now on."""
    read: list[int] = []
    real = matrix.read_places

    def noted(*arguments: object) -> object:
        for image, record in real(*arguments):  # type: ignore[arg-type]
            read.append(image)
            yield image, record

    patch.setattr(matrix, "read_places", noted)
    return read


def test_the_second_time_no_codes_are_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(project) as results:
        coded = results.image_ids(status="coded").tolist()
        expected = slowly(results, coded)
        read = record_reads(monkeypatch)
        told: list[tuple[int, int]] = []
        first = matrix.read(results, progress=lambda done, total, _: told.append((done, total)))
        assert same(first, expected) and sorted(read) == sorted(coded)
        assert told[-1] == (len(coded), len(coded)) and told == sorted(told)
        assert len(list((project / EXPLAIN).iterdir())) == 3
        read.clear()
        assert same(matrix.read(results), expected) and not read


def test_rows_are_the_photos_asked_for_in_that_order(project: Path) -> None:
    with opened(project) as results:
        coded = results.image_ids(status="coded").tolist()
        for images in (coded[::-1], coded[3:9] + coded[:2] + coded[3:4], coded[-1:], []):
            assert same(matrix.read(results, np.array(images, int)), slowly(results, images))
        for images in ([coded[0], 10_000], [0], [-1]):
            with pytest.raises(Refusal, match="not been analyzed"):
                matrix.read(results, np.array(images))


def test_only_photos_that_came_since_are_read(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(project) as results:
        coded = results.image_ids(status="coded").tolist()
        matrix.read(results, np.array(coded[:11]))  # the rest of their shards is not kept
        read = record_reads(monkeypatch)
        assert same(matrix.read(results), slowly(results, coded))
        assert sorted(read) == sorted(coded[11:])


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b"no file of arrays"),
        lambda path: path.write_bytes(path.read_bytes()[:-200]),
        lambda path: np.savez(path, **dict(np.load(path)) | {"concept": np.zeros(3, np.uint16)}),
        lambda path: np.savez(path, **dict(np.load(path)) | {"of": np.array([9, 9, 9, F])}),
    ],
)
def test_a_file_that_is_not_what_was_kept_is_read_from_the_codes_again(
    project: Path, harm: object
) -> None:
    with opened(project) as results:
        expected = matrix.read(results)
        for path in (project / EXPLAIN).iterdir():
            harm(path)  # type: ignore[operator]
        assert same(matrix.read(results), expected)


def test_values_are_never_those_of_other_codes(project: Path) -> None:
    """A shard that was restored to a shorter one and written on has others at the same places."""
    with opened(project) as results:
        expected = matrix.read(results)
    shard = code_store.last_shard(project / "codes")
    kept = project / EXPLAIN / f"values-{shard:06d}.npz"
    arrays = dict(np.load(kept))
    for change in ("checksum = checksum + 1", "bytes = bytes - 1"):
        np.savez(kept, **arrays | {"mean": arrays["mean"] + 1})
        with closing(sqlite3.connect(project / analysis_database.NAME)) as database:
            database.execute(f"update shard set {change} where id = {shard}")
            database.commit()
        with opened(project) as results:
            assert same(matrix.read(results), expected)


def test_where_nothing_can_be_kept_the_values_are_read_all_the_same(project: Path) -> None:
    shutil.rmtree(project / EXPLAIN)
    (project / EXPLAIN).write_bytes(b"a file")
    with opened(project) as results:
        coded = results.image_ids(status="coded").tolist()
        assert same(matrix.read(results), slowly(results, coded))


def test_it_can_be_stopped_and_goes_on_with_what_was_kept(project: Path) -> None:
    token = CancelToken()

    def stop(done: int, total: int, message: str) -> None:
        if done >= 10:
            token.cancel()

    with opened(project) as results:
        with pytest.raises(Cancelled):
            matrix.read(results, progress=stop, cancel=token)
        assert len(list((project / EXPLAIN).iterdir())) == 1


def test_what_is_kept_of_shards_that_are_gone_goes_too(project: Path) -> None:
    (project / EXPLAIN / "values-000077.npz").write_bytes(b"old")
    with opened(project) as results:
        matrix.read(results)
    assert not (project / EXPLAIN / "values-000077.npz").exists()
