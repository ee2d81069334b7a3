"""The words that concepts are named with: the shipped ones, and people's own lists."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from insight_app import resources
from insight_app.concepts import encoders
from insight_app.concepts.encoders import DenseEncoder, builtin_table, text_tower
from insight_app.concepts.naming import vocabulary
from insight_app.concepts.naming.vocabulary import (
    ADJECTIVE,
    NOUN,
    PROMPTS,
    READINGS,
    VERB,
    Vocabulary,
)
from insight_app.errors import KnownError


@pytest.fixture(scope="module")
def shipped() -> Vocabulary:
    return vocabulary.default()


@pytest.fixture(scope="module")
def encoder() -> DenseEncoder:
    return encoders.load("builtin", device="cpu")


def by_hash(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors that only the text decides, without a model."""
    rows = [np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8) for text in texts]
    vectors = np.array(rows, np.float32).reshape(len(texts), 32) - 127.5
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def test_shipped_words_are_all_there(shipped: Vocabulary) -> None:
    nouns = [i for i, synset in enumerate(shipped.synsets) if synset]
    assert len(nouns) == 20_102 == len({shipped.terms[i] for i in nouns})
    assert (shipped.readings[nouns] == NOUN).all()
    assert all(shipped.definitions[i] for i in nouns)
    assert 300 <= len(shipped) - len(nouns) <= 700
    assert {ADJECTIVE, VERB} == set(shipped.readings[len(nouns) :].tolist())
    place = shipped.terms.index("tench")
    assert shipped.synsets[place] == "n01440764"
    assert shipped.definitions[place].startswith("freshwater dace-like game fish")
    pairs = list(zip(shipped.terms, shipped.readings.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert all(term == " ".join(term.split()) for term in shipped.terms)


def test_every_class_of_the_encoder_has_its_name(shipped: Vocabulary) -> None:
    assert set(builtin_table.load().names) <= set(shipped.terms)


def test_shipped_vectors_are_unit_rows_near_the_text_towers(shipped: Vocabulary) -> None:
    assert shipped.embeddings.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(shipped.embeddings, axis=1), 1, atol=1e-5)
    places = [*range(0, len(shipped), 1500), len(shipped) - 1, len(shipped) - 400]
    computed = vocabulary.embed(
        [shipped.terms[i] for i in places],
        shipped.readings[places],
        lambda texts: text_tower.embed(texts).numpy(),
        builtin_table.load().centred,
    )
    cosines = (computed * shipped.embeddings[places]).sum(1)
    assert cosines.min() > 0.9995


def test_words_lie_beside_their_like(shipped: Vocabulary) -> None:
    def cosine(one: str, other: str) -> float:
        rows = shipped.embeddings[[shipped.terms.index(one), shipped.terms.index(other)]]
        return float(rows[0] @ rows[1])

    assert cosine("tench", "fish") > cosine("tench", "vehicle")
    assert cosine("striped", "spotted") > cosine("striped", "sleeping")
    assert cosine("swimming", "diving") > cosine("swimming", "wooden")


def test_words_of_left_out_classes_can_be_left_out(shipped: Vocabulary) -> None:
    partial = shipped.without(["n01440764", "n01443537"])
    assert len(partial) == len(shipped) - 2
    assert "tench" not in partial.terms and "striped" in partial.terms
    place = partial.terms.index("striped")
    original = shipped.embeddings[shipped.terms.index("striped")]
    np.testing.assert_array_equal(partial.embeddings[place], original)


def test_no_vectors_are_invented_for_other_encoders() -> None:
    assert len(vocabulary.default("builtin:0123456789abcdef")) > 20_000
    with pytest.raises(KnownError, match="No word vectors"):
        vocabulary.default("maskclip:0123456789abcdef")


def test_the_vocabulary_is_small_enough_to_ship() -> None:
    files = [vocabulary.NOUNS, vocabulary.WORDS, vocabulary.EMBEDDINGS, builtin_table.RESOURCE]
    assert sum(resources.path(name).stat().st_size for name in files) < 10e6


def test_a_term_is_the_mean_over_the_prompts_of_its_reading() -> None:
    assert [len(prompts) for prompts in PROMPTS] == [10, 10, 10]
    assert all(prompt.count("{}") == 1 for prompts in PROMPTS for prompt in prompts)
    terms = ["cat", "a long word", "red", "run"]
    readings = np.array([NOUN, VERB, ADJECTIVE, VERB], np.uint8)
    vectors = vocabulary.embed(terms, readings, by_hash, batch=3)
    for term, reading, vector in zip(terms, readings, vectors, strict=True):
        mean = np.mean([by_hash([prompt.format(term)])[0] for prompt in PROMPTS[reading]], 0)
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-6)


@given(st.integers(1, 40), st.integers(1, 64), st.integers(0, 2**32 - 1))
def test_eight_bits_a_number_suffice(count: int, size: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    back = vocabulary.dequantised(*vocabulary.quantised(rows))
    np.testing.assert_allclose(np.linalg.norm(back, axis=1), 1, atol=1e-5)
    assert (rows * back).sum(1).min() > 0.999


def test_own_word_lists(tmp_path: Path, encoder: DenseEncoder) -> None:
    path = tmp_path / "Wörter.txt"
    path.write_bytes(
        "\ufeff# birds of our lake\r\n\r\ngreat  crested grebe\r\n"
        "möwe\tnoun\teine Möwe\r\nswimming\tVerb\r\nmöwe\r\n".encode()
    )
    words = vocabulary.from_text_file(path, encoder)
    assert words.terms == ["great crested grebe", "möwe", "swimming"]
    assert words.readings.tolist() == [NOUN, NOUN, VERB]
    assert words.definitions == ["", "eine Möwe", ""]
    assert words.embeddings.shape == (3, encoder.token_dim)
    shipped = vocabulary.default()
    twin = shipped.embeddings[
        [i for i, term in enumerate(shipped.terms) if term == "swimming" and shipped.readings[i]]
    ]
    assert float((twin @ words.embeddings[2]).max()) > 0.98


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no words"),
        (b"# nothing\n\n", "holds no words"),
        (b"cat\nd\xff\xfeg\n", r"not UTF-8 text \(line 2\)"),
        (b"cat\n\tnoun\n", "no word that can be read"),
        (b"cat\ndog\tpronoun\n", "'pronoun' is no reading"),
        (b"ca\x00t\n", "no word that can be read"),
        (b"x" * 201, "no word that can be read"),
        ("\n".join(str(i) for i in range(vocabulary.MAX_TERMS + 1)).encode(), "at most 200,000"),
    ],
)
def test_broken_word_lists_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(KnownError, match=message) as refusal:
        vocabulary.read_terms(path)
    assert "words.txt" in str(refusal.value)


def test_a_word_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="cannot be read"):
        vocabulary.read_terms(tmp_path / "gone.txt")


def test_readings_and_prompts_go_together() -> None:
    assert len(READINGS) == len(PROMPTS)
    assert (READINGS[NOUN], READINGS[ADJECTIVE], READINGS[VERB]) == ("noun", "adjective", "verb")
