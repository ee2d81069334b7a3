"""Sets of labels: the one of the folders, given ones, and what of them is used."""

from collections.abc import Iterator

import numpy as np
import pytest

from insight_app.errors import Refusal
from insight_app.project import judgements as j
from insight_app.project.explaining import labels
from insight_app.project.explaining.labels import FOLDERS, LabelSet, folder_classes
from insight_app.project.judgements import CurationState
from insight_app.project.results import contents
from insight_app.project.results.records import FolderRecord
from insight_app.project.results.snapshot import Results
from tests.small_results import state_of
from tests.synthetic import make_project


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    folder = tmp_path_factory.mktemp("labels")
    project = make_project(folder / "P.insight", images=8, concepts=32, photo_size=(32, 24))
    opened = Results.open(project)
    assert opened is not None
    with opened:
        yield opened


def by_folder(results: Results) -> dict[int, str]:
    """Return the folder of each analyzed photo, the slow way."""
    coded = [int(one) for one in results.image_ids(status="coded")]
    return {one: results.image(one).path.parent.name for one in coded}


def said(found: labels.ImageLabels) -> dict[int, str]:
    return {
        int(image): found.classes[label]
        for image, label in zip(found.images, found.labels, strict=True)
    }


def content(results: Results, image: int) -> str:
    return contents.contents_of(results, [image])[image]


def test_folders_label_their_photos_without_any_judgement(results: Results) -> None:
    found = labels.read(results, CurationState(), FOLDERS)
    assert said(found) == by_folder(results)
    assert found.classes == tuple(sorted(set(by_folder(results).values())))
    assert list(found.images) == sorted(found.images) and found.images.dtype == np.int64
    assert found.counts.sum() == found.images.size == results.coded_images
    [left] = found.left_out
    assert (left.count, str(left)) == (1, "1 photo with a class is not analyzed.")


def test_what_a_person_says_stands_over_the_folder_until_it_is_taken_back(
    results: Results,
) -> None:
    plain = labels.read(results, CurationState(), FOLDERS)
    first, second = (int(one) for one in plain.images[:2])
    hashes = content(results, first), content(results, second)
    state = state_of(j.label(FOLDERS, hashes[0], "wreck"), j.label(FOLDERS, hashes[1], "pier"))
    now = labels.read(results, state, FOLDERS)
    assert said(now) == by_folder(results) | {first: "wreck", second: "pier"}
    assert now.digest != plain.digest
    for one in hashes:
        state.set(j.unlabel(FOLDERS, one).target, {"class": None})
    assert labels.read(results, state, FOLDERS).digest == plain.digest


def test_a_given_set_holds_what_was_said_and_tells_what_is_not_used(results: Results) -> None:
    ids = [int(one) for one in results.image_ids(status="coded")]
    some = {ids[4]: "b", ids[2]: "a", ids[3]: "B"}
    acts = [j.label("mine", content(results, one), name) for one, name in some.items()]
    state = state_of(*acts, j.label("mine", "0123456789abcdef", "gone"))
    found = labels.read(results, state, "mine")
    assert (found.name, found.classes) == ("mine", ("a", "B", "b"))
    assert said(found) == some
    assert [str(one) for one in found.left_out] == [
        f"{len(ids) - 3} analyzed photos have no label.",
        "1 label is of a photo that this project does not list.",
    ]
    assert labels.label_sets(results, state) == [
        LabelSet(FOLDERS, "folders", len(ids), len(set(by_folder(results).values()))),
        LabelSet("mine", "given", 3, 3),
    ]
    with pytest.raises(Refusal, match=r"no set of labels “yours”.*one of: folders, mine\."):
        labels.read(results, state, "yours")


def test_many_labels_find_their_photos_as_a_few_do(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [int(one) for one in results.image_ids(status="coded")]
    wanted = {content(results, one): one for one in ids} | {"00" * 16: 0}
    few = contents.photos_of(results, wanted)
    monkeypatch.setattr(contents, "_MANY", 1)
    assert contents.photos_of(results, wanted) == few
    assert all(number in few[one] for one, number in wanted.items() if number)


class Folders:
    """Results of which only the folders are asked."""

    def __init__(self, *paths: str) -> None:
        self.folders = [FolderRecord(id, path, 1, 1) for id, path in enumerate(paths, 1)]


def test_a_class_is_called_by_its_folder_without_the_number_of_wordnet() -> None:
    def classes(*paths: str) -> list[str]:
        return list(folder_classes(Folders(*paths)).values())  # type: ignore[arg-type]

    assert classes("n02084071_dog", "n01503061-bird", "a/n02118333 fox", "n02510455") == [
        "dog", "bird", "fox", "n02510455",
    ]  # fmt: skip
    assert classes("", "train/cat", "test/cat") == ["cat", "cat"]
    both = ["n02012849_crane", "n03126707_crane"]
    assert classes(*both, "dog") == [*both, "dog"]
    assert classes("n02084071_dog", "dog") == ["n02084071_dog", "dog"]
    assert classes("n02084071_", "n020840711_dog") == ["n02084071_", "n020840711_dog"]
    assert folder_classes(Folders("", "cat")) == {2: "cat"}  # type: ignore[arg-type]
