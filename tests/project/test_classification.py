"""Classifications of a small project: learned, kept, read again, and when they are out of date."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from insight_app.concepts.explain.image_values import ImageValues
from insight_app.concepts.explain.sparse import from_dense
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import Refusal, WorldError
from insight_app.project.explaining import classification, classifying, store
from insight_app.project.explaining import labels as label_sets
from insight_app.project.explaining.classification import Classification, ClassificationBasis
from insight_app.project.explaining.labels import ImageLabels
from insight_app.project.project import Project
from insight_app.project.results.snapshot import Results
from insight_app.worker.requests import Request, Requests
from tests.synthetic import make_project

BASIS = ClassificationBasis(1, 61, "e", "d", 1, "digest", store.RULES)


def labels_of(index: np.ndarray, classes: int = 4) -> ImageLabels:
    names = tuple("abcdefgh"[:classes])
    return ImageLabels("folders", names, np.arange(1, index.size + 1), index, "digest")


def drawn(
    shuffled: bool = False, noise: float = 0.0
) -> tuple[ImageLabels, ImageValues, np.ndarray]:
    """Sixty photos of four classes, told apart by the first four of twelve concepts, and one of a
    class of its own; features are the first two dimensions, which tell less.
    """
    rng = np.random.default_rng(0)
    index = np.append(np.arange(60) % 4, 4)
    dense = rng.random((61, 12)) * (rng.random((61, 12)) < 0.3)
    dense[np.arange(61), index] += 1 + noise * rng.normal(size=61)
    if shuffled:
        index[:60] = rng.permutation(index[:60])
    values = ImageValues(from_dense(dense), from_dense(dense / 4))
    return labels_of(index, 5), values, dense[:, :2].astype(np.float32)


@pytest.fixture(scope="module")
def found() -> Classification:
    labels, values, features = drawn()
    return classifying.of_values(labels, values, features, BASIS, lambda *_told: None)


def test_each_photo_is_judged_by_what_did_not_see_it(found: Classification) -> None:
    _labels, values, _features = drawn()
    for image in (1, 17, 60):
        fold = int(found.fold[image - 1])
        classifier = found.classifier_of(image)
        assert classifier is found.classifiers[fold]
        scores = classifier.scores(values.take(np.array([image - 1])))[0]
        assert found.concepts.scores is not None
        assert np.abs(scores - found.concepts.scores[image - 1]).max() < 1e-5
        assert int(scores.argmax()) == found.concepts.decisions[image - 1]
    assert found.classifier_of(61) is found.classifier  # the one of its class: all saw it
    assert found.classifier_of(1000) is found.classifier
    assert found.concepts.decisions[60] == -1 and found.held_back.size == 60
    assert found.notes == (
        "1 class has one photo only, which is learned from and never held back: e.",
    )


def test_figures_are_of_photos_held_back_and_the_gap_is_signed(found: Classification) -> None:
    concepts, features = found.accuracy(found.concepts), found.features
    assert features is not None and found.gap is not None
    beside = found.accuracy(features)
    assert concepts.photos == beside.photos == 60
    assert concepts.right > 55 > beside.right  # two of the four dimensions are not enough
    assert found.gap.points == pytest.approx(100 * (concepts.value - beside.value))
    assert found.gap.low is not None and 0 < found.gap.low < found.gap.points
    matrix = found.confusion(found.concepts)
    assert matrix.sum() == 60 and np.trace(matrix) == concepts.right
    assert [one.photos for one in found.by_class(found.concepts)] == [15, 15, 15, 15, 0]
    for row, column in np.argwhere(matrix):
        images = found.confused(found.concepts, row, column)
        assert images.size == matrix[row, column]
        assert set(found.labels[images - 1].tolist()) == {row}


def test_shuffled_labels_are_learned_no_better_than_by_chance() -> None:
    labels, values, features = drawn(shuffled=True)
    found = classifying.of_values(labels, values, features, BASIS, lambda *_told: None)
    low, high = found.accuracy(found.concepts).interval or (1, 0)
    assert low < 0.25 < high
    assert found.notes[-1].startswith("No better than chance, as far as 60 photos can tell")


def test_few_concepts_that_keep_most_of_the_accuracy_come_first(found: Classification) -> None:
    compact = found.compact
    assert compact is not None and compact.is_enough
    assert set(compact.concepts.tolist()) <= set(range(5)) and 3 <= compact.concepts.size <= 4
    at = compact.sizes.tolist().index(compact.concepts.size)
    enough = classification.KEPT_ACCURACY * found.accuracy(found.concepts).value
    assert compact.right[at] / compact.photos >= enough > compact.right[at - 1] / compact.photos


def test_what_is_kept_is_read_again_as_it_was_and_the_newest_few_stay(
    found: Classification, tmp_path: Path
) -> None:
    project = tmp_path / "P.insight"
    project.mkdir()
    for second in range(5):
        store.store(project, replace(found, made=f"2026-01-01T00:00:0{second}+00:00"))
    store.store(project, replace(found, label_set="given", made="2025-01-01T00:00:00+00:00"))
    assert len(store.files(project, "folders")) == store.KEPT
    assert len(store.files(project)) == store.KEPT + 1
    newest = store.newest(project, "folders")
    assert newest is not None and newest.made == "2026-01-01T00:00:04+00:00"
    assert json.dumps(newest.to_json()) == json.dumps(replace(found, made=newest.made).to_json())
    for ours, theirs in zip(found.classifiers, newest.classifiers, strict=True):
        assert np.array_equal(ours.of_maxima, theirs.of_maxima)
        assert np.array_equal(ours.of_means, theirs.of_means)
    assert np.array_equal(found.concepts.scores, newest.concepts.scores, equal_nan=True)
    assert store.newest(project, "nobody's") is None


def test_of_two_of_one_second_the_one_that_was_written_last_is_the_newest(
    found: Classification, tmp_path: Path
) -> None:
    (tmp_path / "P.insight").mkdir()
    for number in range(6):
        path = store.store(tmp_path / "P.insight", replace(found, notes=(str(number),)))
        os.utime(path, ns=(number, number))
    newest = store.newest(tmp_path / "P.insight")
    assert newest is not None and newest.notes == ("5",)


def test_a_damaged_file_is_told_and_loses_nothing_else(
    found: Classification, tmp_path: Path
) -> None:
    (tmp_path / "P.insight").mkdir()
    path = store.store(tmp_path / "P.insight", found)
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole.replace(b"described", b"prescribed")):
        path.write_bytes(damaged)
        with pytest.raises(WorldError, match="damaged"):
            store.read(path)


@pytest.mark.parametrize(
    ("name", "values", "out_of"),
    [("labels", [9] * 61, "labels"), ("fold", [7] * 61, "folds"), ("images", [1] * 61, "images")],
)
def test_numbers_that_mean_nothing_are_refused(
    found: Classification, name: str, values: list[int], out_of: str
) -> None:
    array = np.array(values, getattr(found, name).dtype)
    wrong = replace(found, **{name: array}).to_bytes()
    with pytest.raises(ValueError):
        classification.from_bytes(wrong)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"dictionary": "x"}, "another dictionary"),
        ({"encoder": "x"}, "coded again"),
        ({"labels": "x"}, "Labels changed"),
        ({"photos": 99}, "It is of 61 photos; now 99"),
        ({"rules": 99}, "by other rules"),
        ({"generation": 99}, ""),
    ],
)
def test_why_a_classification_is_out_of_date(
    found: Classification, change: dict[str, object], why: str
) -> None:
    said = store.is_stale(found, replace(BASIS, **change))  # type: ignore[arg-type]
    assert why in said and bool(why) == bool(said)


@pytest.mark.parametrize(
    ("index", "why"), [([], "no class"), ([0] * 9, "“a”"), ([0] * 9 + [1], "second photo")]
)
def test_too_few_labels_are_one_clear_reason(index: list[int], why: str) -> None:
    labels = labels_of(np.array(index, np.int64), len(set(index)))
    assert why in classifying.not_enough(labels)


# ---- a project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes") / "P.insight"
    return make_project(folder, images=40, concepts=20, photo_size=(32, 24))


@pytest.fixture(scope="module")
def results(project: Path) -> Iterator[Results]:
    opened = Results.open(project)
    assert opened is not None
    with opened:
        yield opened


class Asking:
    """Who asks the worker's requests, and hears what they tell."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.token = CancelToken()

    def send(self, **message: Any) -> None:
        self.heard.append(message)

    def cancel_token(self, _request: Request) -> CancelToken:
        return self.token

    def answer_short_requests(self) -> None:
        pass


def test_the_worker_classifies_a_project_by_its_folders(project: Path, tmp_path: Path) -> None:
    asking = Asking()
    classify = Requests(asking, tmp_path).by_name["classify"]
    told = classify({"id": 1, "project": str(project)})
    assert told["why"] == ""
    assert {one["message"] for one in asking.heard} >= {classifying.LEARNING}
    found = store.read(Path(told["file"]))
    assert found.classes == ("harbour", "mixed", "park", "street")
    assert found.accuracy(found.concepts).value > 0.8
    with pytest.raises(Refusal, match="no set of labels"):
        classify({"id": 2, "project": str(project), "labels": "nobody's"})


def test_who_is_stopped_goes_on_where_that_was(project: Path) -> None:
    before, whole = store.files(project), classifying.classify(project)
    token, folds = CancelToken(), project / "explain"

    def stop(done: int, total: int, message: str) -> None:
        if message == classifying.LEARNING and done > total / 2:
            token.cancel()

    with pytest.raises(Cancelled):
        classifying.classify(project, progress=stop, cancel=token)
    assert store.files(project) == before
    learned = sorted(folds.glob("learned-*-concepts-*.npz"))
    assert len(learned) == 2
    learned[1].write_bytes(b"cut off")  # what is damaged is learned again
    told: list[tuple[int, int, str]] = []
    again = classifying.classify(project, progress=lambda *one: told.append(one))
    first = next(one for one in told if one[2] == classifying.LEARNING)
    assert first[0] == first[1] / 5
    assert not list(folds.glob("learned-*"))
    assert np.array_equal(again.concepts.decisions, whole.concepts.decisions)
    for ours, theirs in zip(again.classifiers, whole.classifiers, strict=True):
        assert np.array_equal(ours.of_maxima, theirs.of_maxima)


def test_what_it_rests_on_is_what_the_project_has(project: Path, results: Results) -> None:
    found = store.newest(project)
    assert found is not None and found.features is not None and found.no_features == ""
    with Project.open(project, read_only=True) as opened:
        labels = label_sets.read(results, opened.judgements.state, label_sets.FOLDERS)
    assert store.is_stale(found, store.basis_of(results, labels.digest)) == ""
