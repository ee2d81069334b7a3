"""Vectors of words, chunk by chunk: the same however often the work is stopped."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from insight_app.concepts.naming import vocabulary, word_vectors
from insight_app.concepts.naming.word_vectors import CHUNK, Terms, WordVectors

TERMS = 3 * CHUNK + 17
_TABLE = torch.randn(4096, 16, generator=torch.Generator().manual_seed(1))


class Tower:
    """Texts to unit vectors by their letters; remembers how many it read."""

    def __init__(self) -> None:
        self.texts = 0

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        self.texts += len(texts)
        rows = _TABLE[torch.tensor([zlib.crc32(text.encode()) % 4096 for text in texts])]
        return rows / rows.norm(dim=1, keepdim=True)


@pytest.fixture
def terms() -> Terms:
    readings = (np.arange(TERMS) % 3).astype(np.uint8)
    return [f"term {n}" for n in range(TERMS)], readings, [""] * TERMS, [""] * TERMS


def computed(tower: Tower, terms: Terms, place: Path, name: str = "tower-1") -> WordVectors:
    words = WordVectors(tower, name, terms, place)
    while words.done < words.total:
        words.advance()
    return words


def test_each_vector_is_the_mean_over_the_prompts_of_its_reading(
    terms: Terms, tmp_path: Path
) -> None:
    found = computed(Tower(), terms, tmp_path).vocabulary()
    assert found.terms == terms[0] and (found.readings == terms[1]).all()
    for at in (0, 1, 2, CHUNK, TERMS - 1):
        prompts = [prompt.format(terms[0][at]) for prompt in vocabulary.PROMPTS[at % 3]]
        mean = Tower()(prompts).mean(0)
        assert np.allclose(found.embeddings[at], mean / mean.norm(), atol=1e-3)
    assert np.allclose(np.linalg.norm(found.embeddings, axis=1), 1, atol=1e-6)


def test_what_was_computed_is_there_the_next_time(terms: Terms, tmp_path: Path) -> None:
    first = computed(Tower(), terms, tmp_path)
    tower = Tower()
    again = WordVectors(tower, "tower-1", terms, tmp_path)
    assert again.done == again.total == TERMS and tower.texts == 0
    assert (again.vocabulary().embeddings == first.vocabulary().embeddings).all()
    others = [
        WordVectors(tower, "tower-2", terms, tmp_path),
        WordVectors(tower, "tower-1", (terms[0], terms[1][::-1].copy(), *terms[2:]), tmp_path),
    ]
    assert [words.done for words in others] == [0, 0]


def test_stopping_after_any_chunk_gives_the_same_vectors(terms: Terms, tmp_path: Path) -> None:
    whole = computed(Tower(), terms, tmp_path / "whole").vocabulary().embeddings
    towers = []
    while True:
        towers.append(Tower())
        words = WordVectors(towers[-1], "tower-1", terms, tmp_path / "parts")
        if words.done == words.total:
            break
        words.advance()
        assert (words.vocabulary().embeddings == whole[: words.done]).all()
    assert sum(tower.texts for tower in towers) == 10 * TERMS
    assert (words.vocabulary().embeddings == whole).all()


@pytest.mark.parametrize("damage", ["cut", "empty", "nan", "zeros", "short", "wide", "gone"])
def test_a_damaged_chunk_is_computed_again_and_no_other(
    damage: str, terms: Terms, tmp_path: Path
) -> None:
    whole = computed(Tower(), terms, tmp_path).vocabulary().embeddings
    path = sorted(tmp_path.rglob("*.npy"))[1]
    rows = np.load(path)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-7])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "gone":
        path.unlink()
    else:
        wrong = {"nan": rows * np.nan, "zeros": rows * 0, "short": rows[1:]}
        np.save(path, wrong.get(damage, np.hstack([rows, rows])))
    tower = Tower()
    assert WordVectors(tower, "tower-1", terms, tmp_path).done == CHUNK
    again = computed(tower, terms, tmp_path).vocabulary()
    assert tower.texts == 10 * CHUNK
    assert (again.embeddings == whole).all()


def test_without_room_for_a_cache_the_vectors_are_made_all_the_same(
    terms: Terms, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    words = computed(Tower(), terms, tmp_path / "file")
    assert words.done == TERMS


def test_common_words_come_first() -> None:
    terms, readings, definitions, synsets = word_vectors.common_first()
    shipped = vocabulary.shipped_terms()
    rows = zip(terms, readings.tolist(), definitions, synsets, strict=True)
    as_shipped = zip(shipped[0], shipped[1].tolist(), *shipped[2:], strict=True)
    assert sorted(rows) == sorted(as_shipped)
    first = set(terms[:1024])
    assert {"person", "tree", "house", "red", "horse"} <= first
    assert set(readings[:1024].tolist()) == {0, 1, 2}
    assert "tench" in terms[:5000] and "tench" not in first
