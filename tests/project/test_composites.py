"""Composites against a slow, straightforward version: the largest of the pieces at every cell."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from insight_app.concepts.composition import Composition, Division, Mark, Piece, composition
from insight_app.concepts.hsae import directions
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.project.analysis.folders import changing
from insight_app.project.composites import basis, by_folder, counting, shares, store, wire
from insight_app.project.composites.counted import CountedComposite
from insight_app.project.composites.preview import together
from insight_app.project.composites.reader import ConceptReader
from insight_app.project.composites.store import CountedStore
from insight_app.project.results.examples import BANDS
from insight_app.project.results.snapshot import Results
from tests.synthetic import DICTIONARY, make_project, publish_again

TAU = np.float32(0.001)
Dense = dict[int, np.ndarray]
AllCounted = dict[Composition, CountedComposite]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("composites") / "P.insight"
    return make_project(folder, images=24, concepts=40, photo_size=(64, 48))


@pytest.fixture(scope="module")
def results(project: Path) -> Iterator[Results]:
    with _opened(project) as opened:
        yield opened


@pytest.fixture(scope="module")
def dense(results: Results) -> Dense:
    """Image -> its codes (cells, F) as stored, float64."""
    coded = results.image_ids(status="coded").tolist()
    return {image: results.codes(image).to_dense().astype(np.float64) for image in coded}


@pytest.fixture(scope="module")
def marks(results: Results, dense: Dense) -> list[Mark]:
    """Cells where concept 0 is active, of photos one after the other."""
    found = []
    for image, codes in dense.items():
        content = results.image(image).content_hash
        assert content is not None
        cells = np.flatnonzero(codes[:, 0])
        found += [Mark(content.hex(), int(cell)) for cell in cells[:: max(1, cells.size // 3)]]
    assert len(found) > 20
    return found


@pytest.fixture(scope="module")
def compositions(marks: list[Mark]) -> list[Composition]:
    """Merged ones, the three parts of a split one, a part of a part, a group, an empty one."""
    three = tuple(tuple(marks[at::3][:4]) for at in range(3))
    two = (tuple(marks[:2]), tuple(marks[-3:]))
    thing = (0, 5)
    parts = [Piece(thing, (Division(three, which),)) for which in range(3)]
    return [
        composition({Piece((2, 3))}),
        composition({Piece((7,))}),
        composition({Piece((1, 2, 4, 9, 39))}),
        *(composition({part}) for part in parts),
        composition({Piece(thing, (Division(three, 0), Division(two, 1)))}),
        composition({Piece((12,)), parts[1]}),
        composition({Piece((39,)), Piece((38,))}),
    ]


@pytest.fixture(scope="module")
def counted(results: Results, compositions: list[Composition]) -> AllCounted:
    return dict(counting.count(results, compositions))


@pytest.fixture(scope="module")
def slow(
    results: Results, dense: Dense, compositions: list[Composition]
) -> dict[Composition, Dense]:
    return {one: slowly(results, dense, one) for one in compositions}


def _opened(project: Path) -> Results:
    opened = Results.open(project)
    assert opened is not None
    return opened


def slowly(results: Results, dense: Dense, composed: Composition) -> Dense:
    """Image -> the composite's strength in each cell, cell by cell."""
    rows = directions.read(results.project / "dictionary").astype(np.float64)
    image_of = {}
    for image in dense:
        content = results.image(image).content_hash
        assert content is not None
        image_of.setdefault(content.hex(), image)

    def belongs(codes: np.ndarray, division: Division) -> bool:
        for number, part in enumerate(division.examples):
            for one in part:
                if one.image in image_of and (dense[image_of[one.image]][one.cell] == codes).all():
                    return number == division.which
        nearness = []
        for part in division.examples:
            places = [(image_of[one.image], one.cell) for one in part if one.image in image_of]
            mean = np.mean([dense[image][cell] @ rows for image, cell in places], axis=0)
            look = codes @ rows
            nearness.append(look @ mean / (np.linalg.norm(look) or 1.0) / np.linalg.norm(mean))
        return int(np.argmax(nearness)) == division.which

    found = {}
    for image, codes in dense.items():
        strength = np.zeros(len(codes))
        for cell, of_cell in enumerate(codes):
            for piece in composed.pieces:
                value = max(of_cell[concept] for concept in piece.concepts)
                if value > strength[cell] and all(belongs(of_cell, one) for one in piece.divisions):
                    strength[cell] = value
        found[image] = strength
    return found


def strongest(slow: Dense) -> list[tuple[int, int, float]]:
    """(image, cell, value): each image's strongest cell, strongest first, ties by image."""
    found = [(i, int(s.argmax()), float(s.max())) for i, s in slow.items() if s.any()]
    return sorted(found, key=lambda entry: (-entry[2], entry[0]))


def test_counts_maps_and_examples_are_those_of_the_largest_piece_at_every_cell(
    results: Results,
    compositions: list[Composition],
    counted: AllCounted,
    slow: dict[Composition, Dense],
    tmp_path: Path,
) -> None:
    assert set(counted) == set(compositions)
    kept = CountedStore(tmp_path, basis.of(results))
    sizes = []
    for composed in compositions:
        of_cells = slow[composed]
        cells = np.concatenate(list(of_cells.values()))
        found = counted[composed]
        store.write(tmp_path, kept.basis, composed, found)
        reader = ConceptReader(results, composition=composed, store=kept)
        numbers = reader.numbers()
        assert numbers.is_counted and not reader.needs_counting
        assert (numbers.images, numbers.cells) == (len(strongest(of_cells)), (cells > 0).sum())
        assert (numbers.total, numbers.maximum) == (cells.sum(), cells.max())
        sizes.append(numbers.cells)
        for image, strength in of_cells.items():
            assert np.array_equal(reader.map_of(results.codes(image)), strength)
        edges, bars = reader.histogram()
        assert bars.sum() == numbers.cells
        assert np.array_equal(np.histogram(cells[cells > 0], edges)[0], bars)
        wanted = strongest(of_cells)
        shown = reader.examples("strongest", 100)
        assert [(one.image_id, one.cell, one.value) for one in shown] == wanted
        for few in range(1, 6):
            assert reader.examples("strongest", few) == shown[:few]
            assert reader.examples("strongest", 2, few) == shown[few : few + 2]
        for band in BANDS:
            assert sorted(shown, key=_place) == sorted(reader.examples(band, 100), key=_place)
        ids, values = reader.strongest_images(4, 1)
        assert list(zip(ids, values, strict=True)) == [(i, v) for i, _c, v in wanted[1:5]]
        folder = results.folders[0].id
        here, _values = reader.strongest_images(100, folders=[folder])
        inside = set(results.image_ids([folder]).tolist())
        assert here.tolist() == [image for image, _cell, _value in wanted if image in inside]
    # The parts of a concept share out its cells.
    whole = [results.codes(image).to_dense()[:, [0, 5]].max(axis=1) for image in slow[composed]]
    assert sum(sizes[3:6]) == np.count_nonzero(np.concatenate(whole))
    assert min(sizes[3:7]) > 0 and sizes[6] < sizes[3]


def _place(example: object) -> tuple[int, int]:
    return example.image_id, example.cell  # type: ignore[attr-defined]


def test_what_occurs_together_and_folder_sums_are_those_of_the_method(
    results: Results,
    dense: Dense,
    counted: AllCounted,
    slow: dict[Composition, Dense],
) -> None:
    codes = np.concatenate(list(dense.values()))
    image = np.repeat(list(dense), [len(one) for one in dense.values()])
    strength = {one.digest: np.concatenate(list(cells.values())) for one, cells in slow.items()}
    folder_of = {i: f.id for f in results.folders for i in results.image_ids([f.id]).tolist()}
    folders = np.array([folder_of[one] for one in image.tolist()])
    for composed, found in counted.items():
        own = strength[composed.digest]
        is_present = own.astype(np.float32) > TAU
        whole = own[is_present].sum()
        others, values = found.shares()
        assert others.size
        for other in range(results.F):
            beside = codes[:, other]
            at = is_present & (beside.astype(np.float32) > TAU)
            place = np.flatnonzero(others == other)
            if not at.any():
                assert place.size == 0
                continue
            row = int(place[0])
            assert found.together[row] == at.sum()
            assert found.together_images[row] == len(set(image[at].tolist()))
            assert values[row] == own[beside.astype(np.float32) > TAU].sum() / whole
            assert found.other[row] / 2**24 == beside[is_present].sum()
        for digest, units in zip(found.beside.tolist(), found.beside_own.tolist(), strict=True):
            at = strength[digest.decode()].astype(np.float32) > TAU
            assert units / 2**24 == own[at].sum()
        others = {digest.encode() for digest in strength if digest != composed.digest}
        assert set(found.beside.tolist()) == others
        by_folder = zip(
            found.folder.tolist(), found.folder_images.tolist(), found.folder_cells.tolist(),
            found.folder_steps.tolist(), found.folder_maximum.tolist(), strict=True,
        )  # fmt: skip
        wanted = []
        for folder in sorted(set(folders[own > 0].tolist())):
            here = (folders == folder) & (own > 0)
            wanted.append(
                (folder, len(set(image[here].tolist())), int(here.sum()),
                 int(own[here].sum() * 2**24), float(own[here].max()))
            )  # fmt: skip
        assert list(by_folder) == wanted


def test_shares_between_concepts_of_any_kind_are_those_of_the_method(
    results: Results,
    dense: Dense,
    compositions: list[Composition],
    counted: AllCounted,
    slow: dict[Composition, Dense],
    tmp_path: Path,
) -> None:
    kept = CountedStore(tmp_path, "0" * 32)
    kept.put({one: counted[one] for one in compositions[:3]})
    ((alone, later),) = counting.count(results, [compositions[3]], beside=compositions[:1])
    kept.put({alone: later})
    composed = [compositions[place] for place in (0, 2, 3, 4)]
    readers = [ConceptReader(results, concept) for concept in (5, 9)]
    readers += [ConceptReader(results, composition=one, store=kept) for one in composed]
    found = shares.among(readers)
    codes = np.concatenate(list(dense.values()))
    maps = [codes[:, 5], codes[:, 9]]
    maps += [np.concatenate(list(slow[one].values())) for one in composed]
    for row, own in enumerate(maps):
        for column, other in enumerate(maps):
            both = (own.astype(np.float32) > TAU) & (other.astype(np.float32) > TAU)
            wanted = own[both].sum() / own.sum()
            # The last one was not counted; 2 and 3 were counted beside it, 4 was not.
            is_unknown = row != column and (row == 5 or (column == 5 and row in (0, 1, 4)))
            assert np.isnan(found[row, column]) == is_unknown, (row, column)
            assert is_unknown or found[row, column] == pytest.approx(wanted, rel=1e-6)
    # What is merged is one of those that a concept fires together with, its members are none.
    merged, holders = {2, 4, 9, 39}, {1: readers[3]}
    beside = dict(shares.together(readers[0], merged, holders, 100))
    assert beside[1] == found[0, 3] > 0 and not merged & set(beside)
    plain = dict(results.co_occurring(5, 100))
    assert plain.keys() & merged and set(beside) == (set(plain) - merged) | {1}
    assert list(beside) == sorted(beside, key=lambda row: (-beside[row], row))
    assert 1 not in dict(shares.together(readers[3], merged, holders, 100))


def test_folders_are_counted_before_and_after_the_cells_are(
    results: Results, compositions: list[Composition], counted: AllCounted, tmp_path: Path
) -> None:
    kept = CountedStore(tmp_path, "0" * 32)
    kept.put(counted)
    composed, folders = compositions[2], [folder.id for folder in results.folders]
    before = ConceptReader(results, composition=composed)
    after = ConceptReader(results, composition=composed, store=kept)
    for chosen in ([], folders[:1], folders[1:]):
        one, other = by_folder.numbers(before, chosen), by_folder.numbers(after, chosen)
        assert (one.images, one.maximum) == (other.images, other.maximum)
        assert np.array_equal(one.by_folder, other.by_folder)
        wanted = sum(other.by_folder[[f in (chosen or folders) for f in folders]].tolist())
        assert one.images == wanted > 0 and (one.cells, one.total) == (0, 0)
        ids, _values = after.strongest_images(100, folders=chosen or None)
        assert len(ids) == wanted
    everything = by_folder.numbers(after, [])
    assert (everything.cells, everything.total) == (after.numbers().cells, after.numbers().total)


def test_a_merge_is_previewed_without_counting(results: Results, dense: Dense) -> None:
    chosen = (2, 5, 9)
    has = [{i for i, codes in dense.items() if codes[:, c].any()} for c in chosen]
    found = together(results, [ConceptReader(results, concept) for concept in chosen])
    assert found.own == tuple(len(one) for one in has)
    assert found.added == (len(has[0]), len(has[1] - has[0]), len(has[2] - has[0] - has[1]))
    assert found.images == len(set().union(*has)) and found.singly == sum(found.own)
    reader = ConceptReader(results, composition=composition({Piece(chosen)}))
    numbers = reader.numbers()
    assert not numbers.is_counted and reader.needs_counting
    assert numbers.images == found.images
    assert numbers.maximum == max(codes[:, list(chosen)].max() for codes in dense.values())
    assert reader.examples("strongest", 3) and not reader.co_occurring()


def test_parts_that_nobody_counted_yet_are_said_to_be_unknown(
    results: Results, compositions: list[Composition]
) -> None:
    readers = [ConceptReader(results, 2), ConceptReader(results, composition=compositions[3])]
    found = together(results, readers)
    assert found.unknown == (1,) and found.added[1] == 0
    assert readers[1].needs_counting and not readers[1].is_readable
    assert readers[1].examples("strongest", 5) == []


def test_marks_of_photos_that_are_gone_count_nothing(
    results: Results, dense: Dense, marks: list[Mark]
) -> None:
    gone = Mark("ab" * 16, 3)
    divided = ((marks[0], gone), (marks[-1],))
    without = ((marks[0],), (marks[-1],))
    one, other = (
        composition({Piece((0,), (Division(examples, 0),))}) for examples in (divided, without)
    )
    slow = slowly(results, dense, other)
    for each in (one, other):
        (found,) = dict(counting.count(results, [each])).values()
        assert found.cells == sum((strength > 0).sum() for strength in slow.values())
    # A part all of whose examples are gone gets nothing, and leaves all to the others.
    nothing, everything = (
        composition({Piece((0,), (Division(((gone,), (marks[-1],)), which),))}) for which in (0, 1)
    )
    found = dict(counting.count(results, [nothing, everything]))
    assert found[nothing].cells == 0 and found[everything].cells == int(results.cells[0])


def test_examples_in_a_folder_that_was_taken_out_still_tell_parts_apart(
    project: Path, results: Results, dense: Dense, tmp_path: Path
) -> None:
    out = results.folders[0]
    inside: dict[bool, list[Mark]] = {True: [], False: []}
    for image, codes in dense.items():
        record = results.image(image)
        cells = np.flatnonzero(codes[:, 0])
        if record.content_hash is not None and cells.size:
            is_out = record.folder == out.id
            inside[is_out].append(Mark(record.content_hash.hex(), int(cells[0])))
    examples = (tuple(sorted(inside[True][:3])), tuple(sorted(inside[False][:3])))
    part = composition({Piece((0,), (Division(examples, 0),))})
    slow = slowly(results, dense, part)
    copy = Path(shutil.copytree(project, tmp_path / "P.insight"))
    changing.remove(copy, [Path(out.path)])
    with _opened(copy) as left:
        ids = left.image_ids(status="coded").tolist()
        assert 0 < len(ids) < len(dense)
        found = dict(counting.count(left, [part]))[part]
    assert found.cells == sum(int((slow[image] > 0).sum()) for image in ids) > 0


def test_what_was_counted_is_kept_as_long_as_codes_are_the_same(
    compositions: list[Composition], tmp_path: Path
) -> None:
    project = make_project(tmp_path / "Q.insight", images=6, concepts=40, photo_size=(64, 48))
    with _opened(project) as before:
        rests_on = basis.of(before)
        found = dict(counting.count(before, compositions[:2]))
    for one, counted in found.items():
        store.write(project, rests_on, one, counted)
    publish_again(project, 40)
    with _opened(project) as after:
        assert after.generation > before.generation and basis.of(after) == rests_on
    again = store.read(project, rests_on, compositions[0])
    assert again is not None
    for name, array in found[compositions[0]].to_arrays().items():
        assert np.array_equal(array, again.to_arrays()[name]), name
    # Other concepts that fire alike are others.
    publish_again(project, 40, DICTIONARY.replace("5", "6"))
    with _opened(project) as other:
        assert basis.of(other) != rests_on
        assert store.read(project, basis.of(other), compositions[0]) is None
        store.tidy(project, basis.of(other), compositions)
    assert list((project / "composites").iterdir()) == []


def test_compositions_reach_the_worker_as_they_are(compositions: list[Composition]) -> None:
    for one in compositions:
        assert wire.from_json(json.loads(json.dumps(wire.to_json(one)))) == one


def test_a_damaged_file_is_none(counted: AllCounted, tmp_path: Path) -> None:
    one, found = next(iter(counted.items()))
    store.write(tmp_path, "0" * 32, one, found)
    path = store.path_of(tmp_path, "0" * 32, one)
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole.replace(b"images", b"imagez")):
        path.write_bytes(damaged)
        assert store.read(tmp_path, "0" * 32, one) is None
    arrays = found.to_arrays()
    for name, wrong in (("histogram", arrays["histogram"] + 1), ("own", arrays["own"][1:])):
        with pytest.raises(ValueError):
            CountedComposite.from_arrays(arrays | {name: wrong})


def test_counting_stops_between_two_batches(
    results: Results, compositions: list[Composition]
) -> None:
    token, told = CancelToken(), list[tuple[int, int]]()

    def progress(done: int, total: int, message: str) -> None:
        told.append((done, total))
        token.cancel()

    with pytest.raises(Cancelled):
        list(counting.count(results, compositions, progress, token))
    assert told[0][1] == 23


def test_the_strongest_of_several_are_found_without_reading_all(
    results: Results, dense: Dense
) -> None:
    every = tuple(range(results.F))
    reader = ConceptReader(results, composition=composition({Piece(every)}))
    slow = {image: codes.max(axis=1) for image, codes in dense.items()}
    for limit in range(1, 24):
        found = reader.examples("strongest", limit)
        assert [(one.image_id, one.cell, one.value) for one in found] == strongest(slow)[:limit]
