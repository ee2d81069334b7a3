"""Any damage to any file of a project is found or harmless, and results are mended."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from insight_app.concepts import hsae
from insight_app.errors import KnownError, WorldError
from insight_app.project.analysis import dictionary
from insight_app.project.analysis.dictionary import DictionaryChoice
from insight_app.project.check import check
from insight_app.project.check.repair import repair
from insight_app.project.results import analysis_database
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.older import without_manifests
from tests.project import flips
from tests.project.flips import HARMS, Harm, answers, attempt, flip

OF_RESULTS = ("statistics/", "codes/", "dictionary/", "analysis.sqlite")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return flips.make(tmp_path_factory.mktemp("check"))


@pytest.fixture(scope="module")
def before(whole: Path) -> str:
    return answers(whole)


@pytest.fixture
def project(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / whole.name))


def newest(project: Path) -> Path:
    return max((project / "statistics").glob("generation-*"))


def damage_of(project: Path) -> list[str]:
    return [str(finding) for finding in check(project) if finding.is_damage]


def test_a_whole_project_has_nothing_to_be_found(whole: Path, before: str) -> None:
    assert check(whole) == []
    names = flips.files(whole)
    assert len(names) > 30, "every kind of file is there"
    assert attempt(whole, names["codes/.codes"][0], flips.nothing, 0, before) == "harmless"


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_no_harm_to_results_is_silent(whole: Path, before: str, harm: Harm) -> None:
    """One file of each kind, some for each harm; `tests.torture flips` tries many."""
    step = 1 if harm is flip else 6
    kinds = list(flips.files(whole).values())[HARMS.index(harm) :: step]
    outcomes = {
        name: attempt(whole, name, harm, seed=1, before=before)
        for names in kinds
        for name in names[-1:]
        if name.startswith(OF_RESULTS)
    }
    assert [name for name, outcome in outcomes.items() if outcome == "silent"] == []
    if harm is flip:
        published = [n for n in outcomes if "generation-" in n or n.endswith(".postings")]
        assert len(published) > 15 and {outcomes[n] for n in published} == {"found"}


HARMED_ROWS = {
    "image": "UPDATE image SET width = width + 1 WHERE id = 3",
    "source": "UPDATE source SET path = '/elsewhere'",
    "setting": "UPDATE setting SET value = '2' WHERE name = 'reading_rule'",
    "shard": "UPDATE shard SET images = images + 1 WHERE id = 1",
    "generation": "UPDATE generation SET coded = 0",
}


@pytest.mark.parametrize("table", HARMED_ROWS)
def test_a_value_that_was_changed_in_the_database_is_found_and_mended(
    project: Path, table: str
) -> None:
    sources = [source.path for source in shown(project)["sources"]]
    flips.change_rows(project, HARMED_ROWS[table])
    assert any("Rows of the database" in what for what in damage_of(project))
    repaired = repair(project)
    assert repaired.is_whole and repaired.done, repaired
    assert [source.path for source in shown(project)["sources"]] == sources
    coded = shown(project)["codes"]
    if table == "image":  # codes of others of its block are proven; one photo never had any
        assert coded == 18 and "2 photos must be analyzed again" in repaired.done[-1]
    else:
        assert coded == 19


@pytest.mark.parametrize(
    ("statement", "is_shown"),
    [
        ("UPDATE image SET name = CAST(name AS BLOB) WHERE id = 1", False),
        ("UPDATE image SET status = 99 WHERE id = 1", False),
        ("UPDATE image SET name = '../../decoy/' || name WHERE id = 1", False),
        ("UPDATE image SET name = '/tmp/decoy.jpg' WHERE id = 1", False),
        ("UPDATE folder SET path = '../decoy' WHERE id = 1", False),
        ("UPDATE generation SET id = 9223372036854775807 WHERE id = 2", True),
    ],
)
def test_rows_that_insight_cannot_have_written_are_damage_also_with_digests_that_fit(
    project: Path, statement: str, is_shown: bool
) -> None:
    with closing(sqlite3.connect(project / analysis_database.NAME)) as connection:
        connection.execute(statement)  # marked as written
        connection.commit()
    assert any("cannot hold" in what for what in damage_of(project))
    if not is_shown:
        with pytest.raises(WorldError, match="cannot hold"), Results.open(project) as results:  # type: ignore[union-attr]
            results.image(1)
    assert "made anew" in repair(project).done[0]


@pytest.mark.parametrize(
    "name",
    ["names.json", "concepts.npz", "edges.npz", "shares_values.npy", "places_offset.npy",
     "manifest.json", "../shard-000001.postings", "../shard-000001.npz",
     "../cooccurrence-000001.npz"],
)  # fmt: skip
def test_what_was_counted_is_made_again(project: Path, name: str) -> None:
    was = shown(project)
    flip(newest(project) / name, random.Random(5))
    assert damage_of(project)
    assert repair(project).is_whole
    assert check(project) == [] and shown(project) == was


def shown(project: Path) -> dict[str, Any]:
    """What is shown of results, however often they were published."""
    with Results.open(project) as results:  # type: ignore[union-attr]
        return {
            "counts": results.images.tolist(),
            "names": results.machine_names,
            "candidates": results.candidates(1),
            "edges": [array.tolist() for array in vars(results.edges).values()],
            "shares": results.co_occurrence(range(results.F)).tolist(),
            "examples": results.examples(1, "strongest", 50),
            "codes": len(results.image_ids(status="coded")),
            "sources": results.sources(),
        }


@pytest.mark.parametrize(
    ("shard", "at", "lost"),
    [(2, (2000,), 1), (1, (40, -1), 2), (1, (3,), 0), (3, (-40,), 1)],
    ids=["record", "two records", "header", "open shard"],
)
def test_only_photos_whose_own_codes_are_harmed_must_be_analyzed_again(
    project: Path, shard: int, at: tuple[int, ...], lost: int
) -> None:
    path = project / "codes" / f"{shard:06d}.codes"
    before, data = codes_of(project), bytearray(path.read_bytes())
    for place in at:
        data[place] ^= 4
    path.write_bytes(data)
    said = " ".join(damage_of(project))
    assert (f"codes of {lost} photo" in said) if lost else ("all codes in it are" in said)
    first = repair(project)
    assert first.is_whole and damage_of(project) == []
    kept = codes_of(project)
    assert len(kept) == len(before) - lost and kept.items() <= before.items()
    wanted = [line for line in first.done if "must be analyzed again" in line]
    assert len(wanted) == bool(lost) and all(f"{lost} photo" in line for line in wanted)
    assert path.with_suffix(".damaged").exists()
    assert repair(project).done == []


def codes_of(project: Path) -> dict[int, bytes]:
    with Results.open(project) as results:  # type: ignore[union-attr]
        ids = results.image_ids(status="coded").tolist()
        return {image: results.codes(image).values.tobytes() for image in ids}


def test_a_shipped_dictionary_is_copied_again(tmp_path: Path) -> None:
    folder = tmp_path / "P.insight"
    folder.mkdir()
    used = DictionaryChoice("builtin", dictionary.install(folder, "builtin").fingerprint)
    weights = folder / "dictionary" / "dictionary.safetensors"
    was = weights.read_bytes()
    flip(weights, random.Random(1))
    assert dictionary.restore(folder, used, "") == "what comes with Insight"
    assert weights.read_bytes() == was


def test_the_description_of_a_dictionary_is_made_again_from_its_weights(tmp_path: Path) -> None:
    folder = tmp_path / "P.insight"
    tiny.write_dictionary(folder / "dictionary")
    was = hsae.info(folder / "dictionary")
    used = DictionaryChoice("train", was.fingerprint)
    (folder / "dictionary" / "dictionary.json").write_bytes(b"{")
    assert dictionary.restore(folder, used, was.encoder_fingerprint) == "its weights"
    again = hsae.info(folder / "dictionary")
    assert (again.fingerprint, again.k, again.group_sizes) == (
        was.fingerprint, was.k, was.group_sizes
    )  # fmt: skip
    flip(folder / "dictionary" / "dictionary.safetensors", random.Random(1))
    (folder / "dictionary" / "dictionary.json").write_bytes(b"{")
    with pytest.raises(KnownError):
        dictionary.restore(folder, used, was.encoder_fingerprint)


def test_the_file_of_another_project_or_generation_is_found(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = flips.make(tmp_path_factory.mktemp("other"), seed=1)
    for name in ("edges.npz", "manifest.json"):
        kept = (newest(project) / name).read_bytes()
        for source in (min((project / "statistics").glob("generation-*")), newest(other)):
            shutil.copyfile(source / name, newest(project) / name)
            assert damage_of(project), name
        (newest(project) / name).write_bytes(kept)
    assert check(project) == []
    kept = (project / "codes" / "000001.codes").read_bytes()
    shutil.copyfile(other / "codes" / "000001.codes", project / "codes" / "000001.codes")
    assert damage_of(project)
    (project / "codes" / "000001.codes").write_bytes(kept)
    for name in ("codes", "statistics", "dictionary"):
        shutil.rmtree(project / name)
        shutil.copytree(other / name, project / name)
    shutil.copyfile(other / analysis_database.NAME, project / analysis_database.NAME)
    assert any("of another project" in what for what in damage_of(project))


def test_results_of_an_older_insight_open_and_get_their_checksums_by_the_next_publication(
    project: Path,
) -> None:
    without_manifests(project)
    [finding] = check(project)
    assert not finding.is_damage and "carry no checksums" in finding.what
    was = shown(project)
    flip(newest(project) / "concepts.npz", random.Random(2))
    assert repair(project).is_whole
    assert check(project) == [] and shown(project) == was


def headed(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def harm(path: Path) -> None:
        path.write_bytes(change(path.read_bytes()))

    return harm


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("shares_indices.npy", headed(lambda d: d.replace(b"<u2", b">u2"))),
        ("shares_indptr.npy", headed(lambda d: d[:-8] + b"\xff" * 8)),
        ("places_order.npy", headed(lambda d: d[:-4] + b"\xff\xff\xff\x7f")),
        ("places_folder.npy", headed(lambda d: d[:-4] + b"\xff" * 4)),
        ("folders_key.npy", headed(lambda d: d + b"\0")),
        ("names.json", headed(lambda d: b"[" * 100_000)),
        ("generation.json", headed(lambda d: d.replace(b"shard-000001", b"../../../etc"))),
    ],
)
@pytest.mark.parametrize("is_covered", [True, False])
def test_what_reads_damaged_results_says_so(
    project: Path, name: str, harm: Callable[[Path], None], is_covered: bool
) -> None:
    """Also where an older Insight wrote no checksums: sizes, kinds and ranges are looked at."""
    if not is_covered:
        without_manifests(project)
    harm(newest(project) / name)
    with pytest.raises(WorldError, match="damaged"):
        Results.open(project)


def test_a_list_of_images_that_there_are_not_is_said_to_be_damaged(project: Path) -> None:
    path = project / "statistics" / "shard-000001.postings"
    data = bytearray(path.read_bytes())
    entries = int.from_bytes(data[24:32], "little")
    start = 64 + 8 * (flips.CONCEPTS + 1)
    data[start : start + 4 * entries] = b"\xff\xff\xff\x00" * entries
    path.write_bytes(data)
    with Results.open(project) as results:  # type: ignore[union-attr]
        shown = next(c for c in range(results.F) if results.images[c])
        with pytest.raises(WorldError, match="damaged"):
            results.examples(shown, "strongest", 5)


def test_a_check_stops_when_it_is_asked_to(whole: Path) -> None:
    from insight_app.concepts.progress import Cancelled, CancelToken

    stop, told = CancelToken(), []

    def progress(done: int, total: int, message: str) -> None:
        told.append(message)
        stop.cancel()

    with pytest.raises(Cancelled):
        check(whole, progress, stop)
    assert told == ["Checking (MB)"]
