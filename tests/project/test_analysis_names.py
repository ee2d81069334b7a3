"""Names for concepts whose encoder's words have no vectors yet: they come after the photos."""

import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from insight_app import resources
from insight_app.concepts.naming import vocabulary, word_vectors
from insight_app.concepts.progress import CancelToken
from insight_app.errors import KnownError
from insight_app.project.analysis.run import Summary, analyze
from insight_app.project.project import Project
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.project.test_analysis import draw

PHOTOS = 6


class WordyEncoder(tiny.TinyEncoder):
    """The tiny encoder with a text tower that is quick at twenty thousand words."""

    text_fingerprint = "wordy-1"

    def __init__(self) -> None:
        super().__init__()
        self._table = torch.randn(4096, tiny.D, generator=torch.Generator().manual_seed(5))
        self._table /= self._table.norm(dim=1, keepdim=True)
        self.texts = 0

    def encode_text(self, texts: Sequence[str]) -> torch.Tensor:
        self.texts += len(texts)
        return self._table[torch.tensor([zlib.crc32(text.encode()) % 4096 for text in texts])]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """analyze() into tmp_path / NAME with photos, a dictionary, and a tenth of the nouns."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with gzip.open(resources.path(vocabulary.NOUNS), "rb") as file:
        nouns = file.readlines()[::10]
    (tmp_path / "nouns.tsv.gz").write_bytes(gzip.compress(b"".join(nouns)))
    monkeypatch.setattr(vocabulary, "NOUNS", str(tmp_path / "nouns.tsv.gz"))
    photos = draw(tmp_path / "photos", PHOTOS)
    dictionary = tiny.write_dictionary(tmp_path / "tiny")

    def call(name: str = "P", **options: Any) -> Summary:
        options = {"encoder": WordyEncoder(), "dictionary": dictionary} | options
        return analyze(tmp_path / f"{name}.insight", [photos], **options)

    return call


def results_of(tmp_path: Path, name: str = "P") -> Results:
    results = Results.open(tmp_path / f"{name}.insight")
    assert results is not None
    return results


def names_of(tmp_path: Path, name: str = "P") -> list[str]:
    return list(results_of(tmp_path, name).machine_names)


class Stop:
    """Cancels when naming has read so many words; remembers what was published by then."""

    def __init__(self, tmp_path: Path, words: int) -> None:
        self.cancel = CancelToken()
        self.published: list[tuple[int, bool]] = []
        self.notices: list[str] = []
        self._tmp_path, self._words = tmp_path, words
        self._read = 0

    def options(self) -> dict[str, Any]:
        return {
            "cancel": self.cancel,
            "progress": self._progress,
            "published": self._published,
            "notice": self.notices.append,
        }

    def _progress(self, done: int, total: int, message: str) -> None:
        if message == "Naming concepts: reading words":
            self._read = done
            if done >= self._words:
                self.cancel.cancel()

    def _published(self, generation: int) -> None:
        self.published.append((self._read, any(names_of(self._tmp_path))))


def test_photos_are_published_first_and_names_come_with_the_words(run: Any, tmp_path: Path) -> None:
    watched = Stop(tmp_path, 10**9)
    summary = run(**watched.options())
    assert summary.coded == PHOTOS and watched.notices == []
    words = [read for read, named in watched.published if named]
    assert (0, False) in watched.published  # coded, and no word was read
    assert len(words) >= 3 and words == sorted(words)
    assert words[0] == 1024 and words[-1] == len(word_vectors.common_first()[0])
    results = results_of(tmp_path)
    assert results.names_run == "photos"
    named = [c for c in range(results.F) if results.machine_names[c]]
    assert set(named) == {c for c in range(results.F) if results.cells[c]}
    assert results.candidates(named[0])[0].score <= 1


def test_naming_that_was_stopped_goes_on_in_the_next_analysis(run: Any, tmp_path: Path) -> None:
    run("whole")
    expected = names_of(tmp_path, "whole")
    encoder = WordyEncoder()
    encoder.text_fingerprint = "wordy-2"
    stopped = Stop(tmp_path, 1200)
    summary = run(encoder=encoder, **stopped.options())
    assert summary.coded == PHOTOS  # the analysis of the photos itself was not stopped
    assert len(stopped.notices) == 1 and "naming" in stopped.notices[0]
    first = names_of(tmp_path)
    assert any(first) and first != expected
    read = encoder.texts
    again = Stop(tmp_path, 10**9)
    assert run(encoder=encoder, **again.options()).coded == 0
    assert names_of(tmp_path) == expected
    assert encoder.texts == 10 * len(word_vectors.common_first()[0]) and read < encoder.texts
    run(encoder=encoder)
    assert encoder.texts == 10 * len(word_vectors.common_first()[0])  # nothing is left to do


def test_another_project_with_the_same_text_tower_reads_no_word_again(
    run: Any, tmp_path: Path
) -> None:
    run()
    encoder = WordyEncoder()
    watched = Stop(tmp_path, 10**9)
    run("Q", encoder=encoder, **watched.options())
    assert encoder.texts == 0
    assert names_of(tmp_path, "Q") == names_of(tmp_path)


def test_photos_that_are_added_name_anew_without_reading_words(run: Any, tmp_path: Path) -> None:
    run()
    draw(tmp_path / "photos", PHOTOS + 3, seed=1)
    encoder = WordyEncoder()
    assert run(encoder=encoder).coded > 0
    assert encoder.texts == 0 and any(names_of(tmp_path))


def test_an_encoder_that_reads_no_words_leaves_concepts_without_names(
    run: Any, tmp_path: Path
) -> None:
    encoder = WordyEncoder()
    encoder.text_fingerprint = ""
    run(encoder=encoder)
    assert not any(names_of(tmp_path)) and encoder.texts == 0


def test_what_keeps_the_encoder_from_loading_stops_only_the_names(run: Any, tmp_path: Path) -> None:
    def missing(name: str, **options: Any) -> WordyEncoder:
        raise KnownError("The weights are on another disk.")

    run(**Stop(tmp_path, 0).options())
    told = Stop(tmp_path, 10**9)
    summary = run(encoder=None, load=missing, **told.options())
    assert summary.coded == 0 and "weights are on another disk" in told.notices[0]
    Project.open(tmp_path / "P.insight").close()
    run()
    assert any(names_of(tmp_path))
