"""The words that concepts can be named with, each read as a noun, an adjective or a verb.

Owns the shipped vocabulary, the prompts of each reading (METHOD.md, section 4) and people's own
word lists. A term is embedded as the mean over its reading's ten prompts, moved by the encoder's
own mean, at unit length. The shipped nouns (first lemmas of ImageNet-22k's synsets) have the noun
reading alone, our adjectives and verbs theirs: reading 20,000 nouns as verbs too would triple the
file for names like "someone who is tench". Numpy only; torch comes with an encoder that is given.
"""

import gzip
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app import resources
from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal, WorldError
from insight_app.files import read_regular

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder

NOUN, ADJECTIVE, VERB = range(3)
READINGS = ("noun", "adjective", "verb")
PROMPTS = (
    (
        "{}",
        "a {}",
        "the {}",
        "one {}",
        "a photo of a {}",
        "a picture of a {}",
        "a close view of a {}",
        "an example of a {}",
        "something called {}",
        "a type of {}",
    ),
    (
        "{}",
        "something that is {}",
        "object that is {}",
        "appearance that is {}",
        "person that is {}",
        "something that looks {}",
        "someone that looks {}",
        "a {} object",
        "a {} thing",
        "a {} person",
    ),
    (
        "{}",
        "to {}",
        "someone who is {}",
        "something that is {}",
        "a person {}",
        "a thing {}",
        "a photo of someone {}",
        "a photo of something {}",
        "a picture of someone {}",
        "a picture of something {}",
    ),
)
"""The ten prompts of each reading, in the order of READINGS."""

NOUNS = "vocabulary/nouns.tsv.gz"
WORDS = "vocabulary/words.tsv"
EMBEDDINGS = "vocabulary/builtin.npz"
MAX_TERMS = 200_000
MAX_LENGTH = 200
MAX_BYTES = 64 << 20

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts -> (N, D) float32 unit rows."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """V terms, each with a reading and an embedding.

    readings: (V,) uint8, places in READINGS; embeddings: (V, D) float32 unit rows; definitions and
    synsets are "" where a term has none.
    """

    terms: list[str]
    readings: NDArray[np.uint8]
    definitions: list[str]
    synsets: list[str]
    embeddings: NDArray[np.float32]

    def __post_init__(self) -> None:
        sizes = {len(self.terms), len(self.readings), len(self.definitions), len(self.synsets)}
        if sizes != {len(self.embeddings)}:
            raise ValueError("the columns of a vocabulary differ in length")

    def __len__(self) -> int:
        return len(self.terms)

    def without(self, synsets: Iterable[str]) -> "Vocabulary":
        """Return the vocabulary without the terms of these synsets, to measure names without."""
        unwanted = set(synsets)
        kept = [i for i, synset in enumerate(self.synsets) if not synset or synset not in unwanted]
        return Vocabulary(
            [self.terms[i] for i in kept],
            self.readings[kept],
            [self.definitions[i] for i in kept],
            [self.synsets[i] for i in kept],
            self.embeddings[kept],
        )


def default(encoder: str = "builtin") -> Vocabulary:
    """Return the shipped vocabulary with an encoder's embeddings of it.

    encoder: its name or fingerprint; KnownError if none are shipped for it.
    """
    from insight_app.concepts.encoders import builtin_table

    if encoder.partition(":")[0] != "builtin":
        raise Refusal(
            f"No word vectors are shipped for the encoder {encoder!r}.",
            do="Name its concepts with a word list of your own.",
        )
    terms, readings, definitions, synsets = shipped_terms()
    with np.load(resources.path(EMBEDDINGS), allow_pickle=False) as file:
        if str(file["terms_sha256"]) != terms_digest(terms, readings) or (
            str(file["table_sha256"]) != builtin_table.SHA256
        ):
            raise WorldError(
                "The shipped word vectors do not belong to the shipped words.",
                where=str(resources.path(EMBEDDINGS)),
                do="Reinstall Insight.",
            )
        embeddings = dequantised(file["vectors"], file["scales"])
    return Vocabulary(terms, readings, definitions, synsets, embeddings)


def from_text_file(path: Path, encoder: "DenseEncoder") -> Vocabulary:
    """Read a person's word list: UTF-8, one `term<TAB>reading<TAB>definition` a line.

    Reading and definition may be left out; the reading is noun then. Empty lines and lines that
    start with # are skipped, repeated terms kept once. KnownError names file and line of what
    cannot be read.
    """
    rows = read_terms(path)
    terms = [term for term, _reading, _definition in rows]
    readings = np.array([reading for _term, reading, _definition in rows], np.uint8)

    def embed_texts(texts: Sequence[str]) -> NDArray[np.float32]:
        return encoder.encode_text(texts).cpu().numpy()

    return Vocabulary(
        terms,
        readings,
        [definition for _term, _reading, definition in rows],
        [""] * len(terms),
        embed(terms, readings, embed_texts),
    )


def embed(
    terms: Sequence[str],
    readings: NDArray[np.uint8],
    embed_texts: Embed,
    centre: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    batch: int = 512,
) -> NDArray[np.float32]:
    """Return (V, D) float32 unit rows: the mean over each term's ten prompts, then `centre`d.

    readings: (V,) uint8. Without `centre`, `embed_texts` is to return centred vectors. Terms of
    similar length go together.
    """
    order = sorted(range(len(terms)), key=lambda i: (len(terms[i]), i))
    means: NDArray[np.float32] | None = None
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        texts = [prompt.format(terms[i]) for i in places for prompt in PROMPTS[readings[i]]]
        vectors = embed_texts(texts)
        part = vectors.reshape(len(places), -1, vectors.shape[1]).mean(1)
        if means is None:
            means = np.empty((len(terms), vectors.shape[1]), np.float32)
        means[places] = part
        progress(start + len(places), len(order))
    if means is None:
        raise Refusal("The word list holds no words.")
    if centre is not None:
        return centre(means)
    norm = np.linalg.norm(means, axis=1, keepdims=True)
    unit: NDArray[np.float32] = means / np.maximum(norm, 1e-12)
    return unit


def shipped_terms() -> tuple[list[str], NDArray[np.uint8], list[str], list[str]]:
    """Return (terms, readings, definitions, synsets) of the shipped vocabulary.

    The nouns come first, then our words; readings (V,) uint8.
    """
    with gzip.open(resources.path(NOUNS), "rt", encoding="utf-8") as file:
        nouns = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    words = read_terms(resources.path(WORDS))
    terms = [term for _synset, term, _definition in nouns] + [term for term, _, _ in words]
    readings = np.array([NOUN] * len(nouns) + [reading for _, reading, _ in words], np.uint8)
    definitions = [definition for _, _, definition in nouns] + [text for _, _, text in words]
    return terms, readings, definitions, [synset for synset, _, _ in nouns] + [""] * len(words)


def read_terms(path: Path) -> list[tuple[str, int, str]]:
    """Read (term, reading, definition) of each line of a word list, as `from_text_file` says."""
    try:
        text = read_regular(path, MAX_BYTES, follow_links=True).decode("utf-8-sig")
    except OSError as error:
        raise disk_error(error, "The word list cannot be read", where=path) from error
    except UnicodeDecodeError as error:
        broken = error.object[: error.start].count(b"\n") + 1
        raise Refusal(
            f"The word list is not UTF-8 text (line {broken}).",
            where=str(path),
            do="Save it as UTF-8 and try again.",
        ) from error
    rows: dict[tuple[str, int], str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        term, reading, definition = _fields(line, f"{path}, line {number}")
        rows.setdefault((term, reading), definition)
    if not rows:
        raise Refusal("The word list holds no words.", where=str(path))
    if len(rows) > MAX_TERMS:
        raise Refusal(
            f"The word list holds {len(rows):,} words; at most {MAX_TERMS:,} are read.",
            where=str(path),
        )
    return [(term, reading, definition) for (term, reading), definition in rows.items()]


def _fields(line: str, where: str) -> tuple[str, int, str]:
    term, _, rest = line.partition("\t")
    reading, _, definition = (part.strip() for part in rest.partition("\t"))
    term = " ".join(term.split())
    if not term or len(term) > MAX_LENGTH or not term.isprintable():
        raise Refusal(
            f"There is no word that can be read (1 to {MAX_LENGTH} printable letters).", where=where
        )
    if reading and reading.lower() not in READINGS:
        raise Refusal(
            f"{reading!r} is no reading of a word.", where=where, do=f"Use {', '.join(READINGS)}."
        )
    return term, READINGS.index(reading.lower() or "noun"), definition


def terms_digest(terms: Sequence[str], readings: NDArray[np.uint8]) -> str:
    """Return the hash that ties shipped embeddings to their words; readings (V,)."""
    import hashlib

    digest = hashlib.sha256("\n".join(terms).encode())
    digest.update(readings.tobytes())
    return digest.hexdigest()


def quantised(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return (V, D) int8 and (V,) scales, so that vectors (V, D) are about scale * int8."""
    scales = np.abs(vectors).max(1) / 127
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def dequantised(vectors: NDArray[np.int8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the unit rows (V, D) that `quantised` was given.

    They are right to about 1 part in 250 of the largest entry.
    """
    rows = vectors.astype(np.float32) * scales[:, None]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
