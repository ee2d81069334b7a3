"""What is kept beside the codes and counted of it: in older projects, in newer ones, and mended."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from insight_app.concepts.statistics import clarity
from insight_app.project.analysis import recording
from insight_app.project.analysis.counting import saved
from insight_app.project.analysis.run import analyze
from insight_app.project.check import check
from insight_app.project.check.repair import repair
from insight_app.project.results.snapshot import Results
from tests import older, older_records, tiny
from tests.project.test_analysis import content, draw, results_of

PHOTOS = 34


@pytest.fixture(autouse=True)
def few_photos_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let so few photos have a bound of clarity."""
    monkeypatch.setattr(clarity, "FEWEST_IMAGES", 30)


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_dictionary(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return draw(tmp_path / "photos", PHOTOS)


@pytest.fixture
def project(photos: Path, dictionary: Path, tmp_path: Path) -> Path:
    return made(tmp_path / "P.insight", photos, dictionary)


def made(project: Path, photos: Path, dictionary: Path) -> Path:
    analyze(project, [photos], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    return project


def near_by_hand(results: Results) -> dict[tuple[int, int], tuple[int, int]]:
    """(i, j) -> cells, images; record by record, cell by cell."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for image in results.image_ids(status="coded").tolist():
        codes, near = results.codes(image), results.notes(image).near
        seen = set()
        for cell in range(codes.cells):
            for i in codes.cell(cell)[0].tolist():
                for j in near[cell : cell + 1].indices.tolist():
                    cells, images = found.get((i, j), (0, 0))
                    found[i, j] = cells + 1, images + ((i, j) not in seen)
                    seen.add((i, j))
    return found


def test_near_misses_and_clarity_are_published_as_the_records_have_them(project: Path) -> None:
    results = results_of(project)
    assert results.near_images == results.clarity_images == PHOTOS and not results.lacks_notes
    assert np.array_equal(results.near_known, results.cells)
    expected = near_by_hand(results)
    assert len(expected) > 100
    found = {
        (i, int(j)): (int(cells), int(images))
        for i in range(results.F)
        for j, cells, images in zip(*results.nearly_active(i), strict=True)
    }
    assert found == expected
    concept = int(results.images.argmax())
    ids, _ = results.strongest_images(concept, 10)
    every = results.image_ids(status="coded").tolist()
    unit = np.array([results.notes(image).features for image in every], float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    unit -= unit.mean(0)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    best = unit[[every.index(int(image)) for image in ids]]
    pairs = (best @ best.T)[np.triu_indices(10, 1)]
    assert results.clarity[concept] == pytest.approx(pairs.mean(), abs=1e-5)
    assert -1 < results.clarity_bound < 1


def test_photos_taken_out_are_counted_nowhere(
    photos: Path, dictionary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealed shards are counted again, of which some photos are gone."""
    monkeypatch.setattr(recording, "SHARD_IMAGES", 10)
    project = made(tmp_path / "P.insight", photos, dictionary)
    gone = sorted(photos.rglob("*.png"))[::5]
    kept = [path.read_bytes() for path in gone]
    for path in gone:
        path.unlink()
    analyze(project, encoder=tiny.TinyEncoder())
    few = made(tmp_path / "few.insight", photos, dictionary)
    names = "near", "near known", "clarity", "counts"
    assert all(content(project)[name] == content(few)[name] for name in names)
    assert results_of(project).near_images == PHOTOS - len(gone)
    assert check(project) == []
    for path, data in zip(gone, kept, strict=True):
        path.write_bytes(data)
    analyze(project, encoder=tiny.TinyEncoder())
    whole = made(tmp_path / "whole.insight", photos, dictionary)
    assert all(content(project)[name] == content(whole)[name] for name in names)


def test_an_older_project_knows_nothing_until_it_is_read_again(
    project: Path, photos: Path, dictionary: Path, tmp_path: Path
) -> None:
    older_records.with_records_of_before(project)
    options: dict[str, Any] = {"encoder": tiny.TinyEncoder()}
    for _ in "as it was left", "as it is published today":
        results = results_of(project)
        assert results.near_images == results.clarity_images == 0 and results.lacks_notes
        assert np.isnan(results.clarity).all() and np.isnan(results.clarity_bound)
        assert not results.nearly_active(0)[0].size and results.coded_images == PHOTOS
        assert not [finding for finding in check(project) if finding.is_damage]
        assert analyze(project, **options).coded == 0
    draw(photos, 4, seed=1)
    assert analyze(project, **options).coded == 4
    results = results_of(project)
    assert results.near_images == results.clarity_images == 4 and results.lacks_notes
    assert (results.near_known <= results.cells).all()
    assert check(project) == []
    assert analyze(project, read_again=True, **options).coded == results.coded_images
    assert content(project) == content(made(tmp_path / "new.insight", photos, dictionary))
    assert analyze(project, read_again=True, **options).coded == 0, "there is nothing more to know"


def test_counts_that_an_older_insight_saved_of_newer_records_are_made_again(
    photos: Path, dictionary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "SHARD_IMAGES", 10)
    project = made(tmp_path / "P.insight", photos, dictionary)
    before = content(project)
    for path in (project / "statistics").glob("*.npz"):
        arrays = saved.read(path)
        assert arrays is not None
        kept = {n: a for n, a in arrays.items() if not n.startswith(("near_", "strongest_"))}
        assert len(kept) < len(arrays)
        saved.write(path, kept)
    draw(photos / "more", 2, seed=1)
    analyze(project, encoder=tiny.TinyEncoder())
    whole = made(tmp_path / "whole.insight", photos, dictionary)
    assert content(project) == content(whole) and content(project) != before


def test_what_is_damaged_is_said_and_made_again_from_the_codes(project: Path) -> None:
    before = content(project)
    newest = max((project / "statistics").glob("generation-*"))
    path = newest / "near_cells.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    (found,) = check(project)
    assert "near_cells" in found.where
    assert repair(project).is_whole and content(project) == before
    newest = max((project / "statistics").glob("generation-*"))
    (newest / "near_indices.npy").unlink()
    assert any("missing" in finding.what for finding in check(project))
    assert repair(project).is_whole and content(project) == before


@pytest.mark.parametrize("what", ["clarity", "bound"])
def test_clarity_that_is_not_that_of_the_codes_is_said(project: Path, what: str) -> None:
    before = content(project)
    older.without_manifests(project)
    newest = max((project / "statistics").glob("generation-*"))
    if what == "bound":
        header = json.loads((newest / "generation.json").read_text())
        header["clarity_bound"] += 0.01
        (newest / "generation.json").write_text(json.dumps(header))
    else:
        with np.load(newest / "concepts.npz") as file:
            arrays = {name: file[name] for name in file.files}
        arrays["clarity"][:1] += 0.01
        np.savez(newest / "concepts.npz", **arrays)
    (found,) = [finding for finding in check(project) if finding.is_damage]
    assert "in common" in found.what
    assert repair(project).is_whole and content(project) == before
