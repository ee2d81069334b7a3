"""Results against slow, straightforward counts over the stored codes themselves."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from insight_app.concepts.codes import Codes
from insight_app.errors import WorldError
from insight_app.project.analysis import recording
from insight_app.project.analysis.coding import pending_images
from insight_app.project.check import check
from insight_app.project.results import analysis_database
from insight_app.project.results.examples import ALL, BANDS, FEW, shared_out
from insight_app.project.results.snapshot import Results
from tests.children import in_a_child
from tests.synthetic import make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(
        tmp_path_factory.mktemp("results") / "P.insight",
        images=24,
        concepts=40,
        photo_size=(64, 48),
    )


@pytest.fixture(scope="module")
def results(project: Path) -> Results:
    opened = Results.open(project)
    assert opened is not None
    return opened


@pytest.fixture(scope="module")
def dense(results: Results) -> dict[int, np.ndarray]:
    """Image -> its codes (cells, F) as stored, float64."""
    coded = results.image_ids(status="coded")
    return {int(i): results.codes(int(i)).to_dense().astype(np.float64) for i in coded}


def test_counts_are_those_of_the_codes(
    results: Results, dense: dict[int, np.ndarray], project: Path
) -> None:
    cells = np.concatenate(list(dense.values()))
    assert np.array_equal(results.cells, (cells > 0).sum(0))
    assert np.array_equal(results.total, cells.sum(0))
    assert np.array_equal(results.maximum, cells.max(0).astype(np.float16))
    assert np.array_equal(results.images, sum((d > 0).any(0).astype(int) for d in dense.values()))
    assert results.tokens == len(cells) and results.coded_images == len(dense) == 23
    for concept in (0, 5, results.F - 1):
        edges, counts = results.histogram(concept)
        values = cells[:, concept][cells[:, concept] > 0]
        assert counts.sum() == values.size
        if values.size:
            assert np.array_equal(np.histogram(values, edges)[0], counts)
            assert edges[-1] == values.max()
    assert check(project) == []


def by_strength(dense: dict[int, np.ndarray], concept: int) -> list[tuple[int, int, float]]:
    """(image, cell, value): each image's strongest cell, strongest first, ties by image."""
    found = []
    for image, codes in dense.items():
        column = codes[:, concept]
        if column.max() > 0:
            found.append((image, int(column.argmax()), float(column.max())))
    return sorted(found, key=lambda entry: (-entry[2], entry[0]))


@pytest.mark.parametrize("concept", range(0, 40, 3))
def test_bands_hold_every_image_once_in_their_order(
    results: Results, dense: dict[int, np.ndarray], concept: int
) -> None:
    expected = by_strength(dense, concept)
    bands = {
        band: [(e.image_id, e.cell, e.value) for e in results.examples(concept, band, 1000)]
        for band in BANDS
    }
    assert bands["strongest"] == expected
    assert bands["threshold"] == expected[::-1]
    assert sorted(bands["middle"]) == sorted(bands["random"]) == sorted(expected)

    def pages(band: str) -> list[list[tuple[int, int, float]]]:
        starts = range(0, len(expected), 4)
        read = [results.examples(concept, band, 4, start) for start in starts]
        return [[(e.image_id, e.cell, e.value) for e in page] for page in read]

    assert [entry for page in pages("random") for entry in page] == bands["random"]
    ranks = [[expected.index(entry) for entry in page] for page in pages("middle")]
    assert all(page == sorted(page) for page in ranks), "the strongest first"
    nearest_first = [sorted(abs(r - (len(expected) - 1) / 2) for r in page) for page in ranks]
    far = [distance for page in nearest_first for distance in page]
    assert far == sorted(far), "page by page further from the median"


@given(n=st.integers(0, 200), concept=st.integers(0, 9), wanted=st.integers(1, 80))
def test_no_place_stands_in_two_bands(n: int, concept: int, wanted: int) -> None:
    found = shared_out(n, concept, dict.fromkeys(BANDS, wanted))
    shown = np.concatenate(list(found.values()))
    assert np.unique(shown).size == shown.size and np.isin(shown, np.arange(n)).all()
    strongest, middle, weakest = (found[band] for band in BANDS[:3])
    assert (np.diff(strongest) > 0).all() and (np.diff(weakest) < 0).all()
    if n > FEW:
        assert strongest[0] == 0 and weakest[0] == n - 1
        assert strongest.max() < middle.min() and middle.max() < weakest.min()


def test_few_places_are_one_band(results: Results, dense: dict[int, np.ndarray]) -> None:
    wanted = dict.fromkeys(BANDS, 6)
    for concept in range(results.F):
        expected = by_strength(dense, concept)
        bands = results.bands(concept, wanted)
        shown = [(e.image_id, e.cell, e.value) for found in bands.values() for e in found]
        assert len(set(shown)) == len(shown) and set(shown) <= set(expected)
        if len(expected) <= FEW:
            assert list(bands) == [ALL] and shown == expected
        else:
            assert list(bands) == list(BANDS)


def test_strongest_images_of_some_folders(results: Results, dense: dict[int, np.ndarray]) -> None:
    folder = results.folders[1]
    inside = {int(i) for i in results.image_ids([folder.id])}
    images, values = results.strongest_images(0, 3, offset=1, folders=[folder.id])
    expected = [entry for entry in by_strength(dense, 0) if entry[0] in inside][1:4]
    assert [(int(i), float(v)) for i, v in zip(images, values, strict=True)] == [
        (image, value) for image, _, value in expected
    ]


def test_sums_of_folders_are_sums_over_their_images(
    results: Results, dense: dict[int, np.ndarray]
) -> None:
    images, cells = results.by_folder()
    for row, folder in enumerate(results.folders):
        inside = [dense[int(i)] for i in results.image_ids([folder.id], "coded")]
        assert np.array_equal(images[row], sum((d > 0).any(0).astype(int) for d in inside))
        assert np.array_equal(cells[row], sum((d > 0).sum(0) for d in inside))
    chosen = [folder.id for folder in results.folders[:2]]
    joined = np.concatenate([dense[int(i)] for i in results.image_ids(chosen, "coded")])
    sums = results.subset(chosen)
    assert np.array_equal(sums.cells, (joined > 0).sum(0))
    assert np.array_equal(sums.total, joined.sum(0))
    assert np.array_equal(sums.maximum, joined.max(0).astype(np.float16))
    everything = results.subset([folder.id for folder in results.folders])
    assert np.array_equal(everything.images, results.images)
    assert np.array_equal(everything.total, results.total)


def test_shares_are_those_of_the_method(results: Results, dense: dict[int, np.ndarray]) -> None:
    a = np.concatenate(list(dense.values()))
    active = a > np.float32(0.001)
    with np.errstate(invalid="ignore", divide="ignore"):
        D = a.T @ active
        R = np.nan_to_num(D / np.diag(D)[:, None])
    chosen = list(range(0, 40, 2))
    found = results.co_occurrence(chosen)
    assert np.allclose(found, R[np.ix_(chosen, chosen)], rtol=1e-6)
    for concept in chosen:
        others = results.co_occurring(concept, 5)
        expected = np.sort(np.delete(R[concept], concept))[::-1][:5]
        assert np.allclose([share for _, share in others], expected[expected > 0], rtol=1e-6)
        assert concept not in [other for other, _ in others]


def test_images_are_listed_in_path_order_with_what_the_model_saw(results: Results) -> None:
    records = [results.image(int(i)) for i in results.image_ids()]
    assert [r.path for r in records] == sorted(r.path for r in records)
    assert results.first_image == records[0].id
    ids = results.image_ids().tolist()
    around = range(-1, max(ids) + 3)
    assert [id for id in around if results.is_listed(id)] == sorted(ids)
    assert len({r.path for r in records}) == 24 == results.image_count
    (unreadable,) = (r for r in records if r.status == "unreadable")
    assert [p.path for p in results.problems()] == [unreadable.path] and unreadable.message
    for record in records:
        if record.status == "coded":
            x, y, w, h = record.geometry.crop
            assert w == h == min(record.width, record.height)
            assert (2 * x + w, 2 * y + h) in {
                (record.width + dx, record.height + dy) for dx in (0, -1) for dy in (0, -1)
            }
            assert results.codes(record.id).cells == record.geometry.cells
            assert results.unexplained(record.id).shape == (record.geometry.cells,)


def test_a_snapshot_stays_while_the_next_ones_are_published(project: Path, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "Q.insight", images=12, concepts=30, photo_size=(48, 48))
    before = Results.open(folder)
    assert before is not None
    counts, examples = before.images.copy(), before.examples(0, "strongest", 5)
    engine = analysis_database.open_writer(folder)
    setup = recording.Setup("builtin", "synthetic-encoder", (14, 14), "x", before.levels)
    recorder = recording.Recorder(folder, engine, setup)
    seen: list[tuple[int, bool]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            now = Results.open(folder)
            assert now is not None
            seen.append((now.generation, bool(np.array_equal(now.images, counts))))

    thread = threading.Thread(target=read)
    thread.start()
    numbers = [recorder.publish() for _ in range(30)]
    done.set()
    thread.join()
    recorder.close()
    assert numbers == list(range(3, 33))
    assert seen == sorted(seen) and all(same for _, same in seen)
    assert before.generation == 2
    assert before.examples(0, "strongest", 5) == examples
    assert isinstance(before.codes(1), Codes)


def test_reading_results_imports_neither_torch_nor_scipy(project: Path) -> None:
    program = (
        "import sys; from insight_app.project.results.snapshot import Results\n"
        "from insight_app.project import check; from insight_app.project.photos import thumbnails\n"
        f"r = Results.open({str(project)!r}); i = int(r.image_ids(status='coded')[0])\n"
        "r.examples(0, 'middle', 5); r.co_occurring(0); r.concepts_of(i); r.unexplained(i)\n"
        "r.by_folder(); r.subset([1]); r.problems(); r.dictionary; r.candidates(0); r.run_state\n"
        "heavy = {'torch', 'scipy', 'transformers', 'alembic'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT * FROM image WHERE id = 5", "INTEGER PRIMARY KEY"),
        (str(pending_images.new_in_folder(1, "").compile()), "image_status"),
        (
            "SELECT id FROM image WHERE status != 4 ORDER BY folder_id, name",
            "image_path",
        ),
        ("SELECT id FROM image WHERE folder_id = 1 AND name > 'x' AND status != 4", "image_path"),
        ("SELECT name FROM image WHERE status IN (2, 3) ORDER BY folder_id, name", "image_status"),
        ("SELECT id FROM folder WHERE source_id = 1 AND path = 'x'", "folder_path"),
        ("SELECT id FROM image WHERE shard = 1", "image_shard"),
        ("SELECT state FROM run ORDER BY id DESC LIMIT 1", ""),
    ],
)
def test_queries_use_an_index(project: Path, query: str, index: str) -> None:
    engine = analysis_database.open_reader(project)
    values = dict.fromkeys(("status_1", "folder_id_1", "name_1", "left_out_1", "param_1"), 1)
    with engine.connect() as connection:
        plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}"), values)]
    engine.dispose()
    assert any(index in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan) or "IN (2, 3)" in query, plan


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="this person may write everywhere"
)
def test_results_are_read_where_nothing_can_be_written(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "shared" / "P.insight"
    shutil.copytree(project, copy)
    folders = [copy, *(path for path in copy.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        results = Results.open(copy)
        assert results is not None and results.image(1).id == 1
        assert results.examples(0, "strongest", 1)
    finally:
        for folder in folders:
            folder.chmod(0o755)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_files_that_become_shorter_while_they_are_open_end_no_process(
    project: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "b.insight"
    shutil.copytree(project, copy)

    def ask() -> list[str]:
        opened = Results.open(copy)
        assert opened is not None
        with opened:
            for pattern in ("*.postings", "*/*.postings", "*/*.npy"):
                for path in (copy / "statistics").glob(pattern):
                    os.truncate(path, 0)
            opened.by_folder(), opened.sources(), opened.image_ids([1])
            opened.subset([1, 2])
            said = []
            for look in (opened.strongest_images, opened.co_occurring):
                with pytest.raises(WorldError) as error:
                    look(3, 5)
                said.append(error.value.what)
            return said

    ended, said = in_a_child(ask)
    assert (ended, said) == (
        0,
        "['The file of strongest images is damaged.', 'What concept 3 occurs with is damaged.']",
    )
