"""A project's released files: the same dictionary, the curated names, its photos' co-occurrence."""

from pathlib import Path

import numpy as np
import pytest
import torch

from insight_app.concepts import hsae
from insight_app.concepts.hsae import released
from insight_app.errors import KnownError
from insight_app.exchange import registry
from insight_app.project import judgements as j
from insight_app.project.analysis.run import analyze
from insight_app.project.project import Project
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.project.test_analysis import draw

F = 64
RELEASE = registry.named("release")


@pytest.fixture(scope="module")
def analyzed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of eight photos, whose dictionary came with names; some of them were judged."""
    place = tmp_path_factory.mktemp("release")
    dictionary = tiny.write_dictionary(place / "tiny", F)
    names = [f"name {n}" for n in range(F)]
    hsae.write_release(hsae.load(dictionary), place / "given", names)
    project = place / "P.insight"
    photos = draw(place / "photos", 8)
    analyze(project, [photos], encoder=tiny.TinyEncoder(), dictionary=place / "given")
    with Project.open(project) as opened:
        catalogue = opened.catalogue()
        assert catalogue is not None
        ids = [catalogue.id_of(row) for row in range(F)]
        acts = [j.rename(ids[3], "kingfisher"), j.reject(ids[4], names[4]), j.hide(ids[5])]
        opened.judgements.judge(acts, "Judge a few")
    return project


def export(project: Path, folder: Path, *, overwrite: bool = False) -> list[Path]:
    with Project.open(project, read_only=True) as opened:
        return registry.export(opened, RELEASE, folder, overwrite=overwrite)


def files_of(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file): file.read_bytes() for file in files if "-shm" not in file.name}


def test_a_project_goes_out_with_its_curated_names(analyzed: Path, tmp_path: Path) -> None:
    before = files_of(analyzed)
    written = export(analyzed, tmp_path / "out")
    assert files_of(analyzed) == before, "an export writes nothing into the project"
    assert set(written) == set((tmp_path / "out").iterdir())
    own = hsae.load(analyzed / "dictionary")
    release = released.read(tmp_path / "out")
    assert release.hsae.fingerprint == own.fingerprint
    assert release.hsae.encoder_fingerprint == tiny.TinyEncoder.fingerprint
    names = [f"name {n}" for n in range(F)]
    names[3], names[4], names[5] = "kingfisher", "", ""
    assert release.names == names


def test_the_matrices_are_counted_from_the_projects_codes(analyzed: Path, tmp_path: Path) -> None:
    export(analyzed, tmp_path / "out")
    results = Results.open(analyzed)
    assert results is not None
    codes = np.concatenate([results.codes(int(i)).to_dense() for i in results.image_ids()])
    active = (codes > 0.001).astype(np.float64)
    counted = torch.load(tmp_path / "out" / "C.pth").numpy()
    assert np.array_equal(counted, active.T @ active)
    mass = torch.load(tmp_path / "out" / "D.pth").numpy()
    np.testing.assert_allclose(mass, codes.T.astype(np.float64) @ active, rtol=1e-6)


def test_a_release_that_is_opened_as_a_project_brings_its_names(
    analyzed: Path, tmp_path: Path
) -> None:
    export(analyzed, tmp_path / "out")
    photos = draw(tmp_path / "photos", 2, seed=1)
    again = tmp_path / "Q.insight"
    analyze(again, [photos], encoder=tiny.TinyEncoder(), dictionary=tmp_path / "out")
    results = Results.open(again)
    assert results is not None and results.names_run == "release"
    assert results.machine_names[3] == "kingfisher" and results.machine_names[4] == ""
    first = results.candidates(3)[0]
    assert (first.term, first.reading, first.score) == ("kingfisher", "", None)
    assert (results.edges.source == 1).any(), "two photos have few relations of their own"
    with Project.open(again, read_only=True) as opened:
        file = registry.export(opened, registry.named("json"), tmp_path / "q.json")
    assert file == [tmp_path / "q.json"]


def test_a_folder_with_something_in_it_is_kept_unless_told_otherwise(
    analyzed: Path, tmp_path: Path
) -> None:
    place = tmp_path / "out"
    place.mkdir()
    export(analyzed, place)  # an empty folder is as good as none
    (place / "mine.txt").write_text("mine")
    (place / "ae.pt").write_bytes(b"old")
    with pytest.raises(KnownError, match="already"):
        export(analyzed, place)
    assert (place / "ae.pt").read_bytes() == b"old"
    export(analyzed, place, overwrite=True)
    export(analyzed, tmp_path / "again")
    for file in (tmp_path / "again").iterdir():
        assert (place / file.name).read_bytes() == file.read_bytes()
    assert released.read(place).names and (place / "mine.txt").read_text() == "mine"
    with pytest.raises(KnownError, match="already"):
        export(analyzed, place / "mine.txt", overwrite=True)
