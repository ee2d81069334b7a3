"""Released probes: files of torch's, read without running them, over a project's photos."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from insight_app.concepts.explain import released_probe
from insight_app.errors import KnownError, Refusal
from insight_app.project.explaining import released, store
from insight_app.project.explaining.labels import FOLDERS
from tests.project.test_analysis import results_of
from tests.project.test_typed_classes import load, made

F, NAMES = 64, ("a dog", "rowing boat", "hut")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("released"))


def weights(classes: int = 3, concepts: int = F) -> torch.Tensor:
    return torch.randn(classes, concepts, generator=torch.Generator().manual_seed(1))


def saved(path: Path, content: Any) -> Path:
    torch.save(content, path)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return saved(tmp_path / "example_linear_probe_imagenet.pt", {"model": {"weight": weights()}})


def test_scores_are_weights_times_the_maxima_of_codes(project: Path, path: Path) -> None:
    found = released.classify(project, path, FOLDERS, NAMES, load=load)
    assert found.classifiers[0].kind == "released" and found.features is None
    assert [one.photos for one in found.by_class(found.concepts)] == [2, 3, 0]
    assert found.concepts.scores is not None
    with results_of(project) as results:
        for row, image in enumerate(found.images.tolist()):
            expected = weights().numpy() @ results.codes(image).to_dense().max(0)
            assert np.abs(found.concepts.scores[row] - expected).max() < 1e-4
    assert any("Taken from model" in note for note in found.notes)
    kept = store.store(project, found)
    assert store.read(kept).to_json() == found.to_json()
    assert store.newest(project, FOLDERS) is None
    kept.unlink()


def test_all_activations_are_told_beside(project: Path, path: Path) -> None:
    found = released.classify(project, path, FOLDERS, NAMES, load=load, all_activations=True)
    from insight_app.concepts import hsae

    dictionary = hsae.load(project / "dictionary")
    encoder = load("tiny", device="cpu")
    right = 0
    with results_of(project) as results:
        from insight_app.project.explaining.encoding_again import tokens_of

        for image, tokens in tokens_of(results, encoder, found.images.tolist()):
            h = torch.relu((tokens - dictionary.b_dec) @ dictionary.W_enc + dictionary.b_enc)
            taken = int((weights() @ h.amax(0)).argmax())
            right += taken == found.labels[found.row_of(image)]
    share = f"{right / 5:.2f}".rstrip("0") if right else "0"
    [note] = [one for one in found.notes if "all activations" in one]
    assert "of 5 photos" in note and f"right in {share}" in note


def test_classes_are_called_by_a_list_by_imagenet_or_by_number(tmp_path: Path) -> None:
    ten = saved(tmp_path / "10.pt", {"model": {"weight": weights(10)}})
    probe = released_probe.read(ten, F)
    assert probe.names()[0][0] == "class 01" and probe.names()[0][9] == "class 10"
    assert probe.names(["same"] * 10)[0][:2] == ("same (1)", "same (2)")
    with pytest.raises(Refusal, match="10 classes"):
        probe.names(["one"])
    thousand = saved(tmp_path / "1000.pt", weights_only(weights(1000)))
    names, source = released_probe.read(thousand, F).names()
    assert names[0] == "tench" and len(set(names)) == 1000
    assert source == released_probe.IMAGENET


def weights_only(weight: torch.Tensor) -> dict[str, torch.Tensor]:
    """A state dict of a layer with a bias, as a training program may save it."""
    return {"module.weight": weight.half(), "module.bias": torch.arange(len(weight)).float()}


def test_a_bias_counts(project: Path, tmp_path: Path) -> None:
    path = saved(tmp_path / "biased.pt", weights_only(weights()))
    found = released.classify(project, path, FOLDERS, NAMES, load=load)
    assert found.classifier.bias is not None and found.classifier.bias.tolist() == [0, 1, 2]


class Runs:
    """Would run a program where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.system, ("touch ran",)


BAD: dict[str, Any] = {
    "another size": {"model": {"weight": weights(3, F + 1)}},
    "no matrix": {"model": {"weight": torch.zeros(4)}},
    "nothing": {"model": {}},
    "a larger model": {"weight": weights(), "weight_2": weights(), "running_mean": weights()},
    "not numbers": {"model": {"weight": weights() * torch.nan}},
    "bias of others": {"weight": weights(), "bias": torch.zeros(7)},
    "words": {"model": {"weight": "many"}},
    "a program": {"model": {"weight": Runs()}},
}


@pytest.mark.parametrize("content", BAD.values(), ids=list(BAD))
def test_what_is_no_probe_of_this_dictionary_is_refused(
    tmp_path: Path, content: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path / "bad.pt", content)
    with pytest.raises(KnownError) as told:
        released_probe.read(path, F)
    assert told.value.where.startswith(str(path))
    assert not (tmp_path / "ran").exists()


def test_files_that_are_something_else_are_refused(tmp_path: Path) -> None:
    for name, data in {"text.pt": b"hello", "empty.pt": b"", "cut.pt": b"PK\x03\x04 cut"}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(KnownError):
            released_probe.read(tmp_path / name, F)
    with pytest.raises(KnownError):
        released_probe.read(tmp_path / "missing.pt", F)
