"""Typed classes over a project: what is judged, by which labels, and what is kept of it."""

from pathlib import Path

import numpy as np
import pytest

from insight_app.concepts.explain.class_words import ClassWords
from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import Refusal
from insight_app.project.analysis.run import analyze
from insight_app.project.explaining import store, typed
from insight_app.project.explaining.classification import Classification
from insight_app.worker.requests import Request, Requests
from tests import older_records, tiny
from tests.project.test_analysis import draw, results_of

WORDS = (ClassWords("a dog"), ClassWords("boats", ("Ship", "rowing-boat")), ClassWords("hut"))


def load(name: str, *, device: str, **options: str) -> tiny.TinyEncoder:
    return tiny.TinyEncoder()


def made(folder: Path) -> Path:
    """Six photos in folders a_dog (2), ROWING boat (3) and person (1), one in none."""
    photos = draw(folder / "photos", 7)
    files = sorted(path for path in photos.rglob("*") if path.is_file())
    for number, name in enumerate(["a_dog"] * 2 + ["ROWING boat"] * 3 + ["person"]):
        (folder / "sorted" / name).mkdir(parents=True, exist_ok=True)
        files[number].rename(folder / "sorted" / name / files[number].name)
    files[6].rename(folder / "sorted" / files[6].name)
    project, dictionary = folder / "P.insight", tiny.write_dictionary(folder / "tiny")
    analyze(project, [folder / "sorted"], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("typed"))


@pytest.fixture(scope="module")
def found(project: Path) -> Classification:
    return typed.classify(project, WORDS, load=load)


def test_labels_are_classes_by_any_of_their_words(project: Path, found: Classification) -> None:
    assert found.classes == ("a dog", "boats", "hut")
    with results_of(project) as results:
        folders = [results.image(image).path.parent.name for image in found.images.tolist()]
    expected = {"a_dog": 0, "ROWING boat": 1}
    assert [expected[name] for name in folders] == found.labels.tolist()
    assert sorted(folders) == ["ROWING boat"] * 3 + ["a_dog"] * 2
    assert any("none of these classes: person" in note for note in found.notes)
    assert any("boats / Ship / rowing-boat" in note for note in found.notes)
    assert [one.photos for one in found.by_class(found.concepts)] == [2, 3, 0]


def test_both_sides_are_cosines_with_the_words(project: Path, found: Classification) -> None:
    encoder = tiny.TinyEncoder()
    words = [encoder.encode_text(list(one.words)).numpy().mean(0) for one in WORDS]
    vectors = np.array([one / np.linalg.norm(one) for one in words])
    dictionary = tiny_dictionary(project)
    assert found.concepts.scores is not None
    assert found.features is not None and found.features.scores is not None
    with results_of(project) as results:
        for row, image in enumerate(found.images.tolist()):
            codes = results.codes(image).to_dense()
            decoded = (codes @ dictionary[0] + dictionary[1]).mean(0)
            expected = vectors @ decoded / np.linalg.norm(decoded)
            assert np.abs(found.concepts.scores[row] - expected).max() < 1e-4
            raw = results.notes(image).pooled.astype(float)
            expected = vectors @ raw / np.linalg.norm(raw)
            assert np.abs(found.features.scores[row] - expected).max() < 1e-3
    assert found.gap is not None and found.gap.photos == 5


def tiny_dictionary(project: Path) -> tuple[np.ndarray, np.ndarray]:
    from insight_app.concepts import hsae

    loaded = hsae.load(project / "dictionary")
    return loaded.W_dec.numpy(), loaded.b_dec.numpy()


def test_without_labels_there_is_a_classifier_and_nothing_is_judged(project: Path) -> None:
    found = typed.classify(project, WORDS, "", load=load)
    assert found.images.size == 0 and found.accuracy(found.concepts).photos == 0
    assert found.classifier_of(1).classes == ("a dog", "boats", "hut")


def test_it_is_kept_beside_what_was_learned_from_the_same_labels(
    project: Path, found: Classification
) -> None:
    path = store.store(project, found)
    assert store.newest(project, "folders") is None  # nothing was learned
    again = store.newest(project, "folders", "zero-shot")
    assert again is not None and again.to_json() == found.to_json()
    space = again.classifier.reconstruction
    assert space is not None and np.array_equal(space.directions, tiny_dictionary(project)[0])
    with results_of(project) as results:
        assert not store.is_stale(again, store.basis_of(results, found.basis.labels))
    path.unlink()


def test_photos_whose_raw_token_is_not_known_are_judged_by_neither(tmp_path: Path) -> None:
    project = made(tmp_path)
    older_records.with_records_of_before(project)
    [gone, *_others] = (tmp_path / "sorted" / "a_dog").iterdir()
    gone.unlink()
    found = typed.classify(project, WORDS, load=load)
    assert found.images.size == 4
    assert any("1 photo is not judged" in note for note in found.notes)


@pytest.mark.parametrize(
    "words",
    [
        [],
        [ClassWords("one")],
        [ClassWords("a"), ClassWords("A")],
        [ClassWords("a"), ClassWords(" ")],
    ],
)
def test_classes_that_cannot_be_told_apart_are_refused(
    project: Path, words: list[ClassWords]
) -> None:
    with pytest.raises(Refusal):
        typed.classify(project, words, load=load)


def test_it_can_be_stopped(project: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        typed.classify(project, WORDS, load=load, cancel=token)


class Client:
    """Takes the worker's messages."""

    def send(self, **message: object) -> None: ...
    def answer_short_requests(self) -> None: ...
    def cancel_token(self, request: Request) -> CancelToken:
        return CancelToken()


def test_the_worker_answers_with_the_file(
    project: Path, tmp_path: Path, found: Classification, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = Requests(Client(), tmp_path)
    monkeypatch.setattr(requests._loaded, "encoder", load)
    words = [{"name": one.name, "synonyms": list(one.synonyms)} for one in WORDS]
    asked = {"id": 1, "project": str(project), "words": words, "labels": "folders"}
    told = requests.by_name["zero_shot"](asked)
    kept = store.read(Path(told["file"]))
    assert told["why"] == "" and np.array_equal(kept.images, found.images)
    Path(told["file"]).unlink()
    with pytest.raises(Refusal):
        requests.by_name["zero_shot"](asked | {"words": words[:1]})
