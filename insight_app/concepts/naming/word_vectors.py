"""Vectors of the shipped words for any encoder with a text tower, computed once on a computer.

They take minutes, so they come in chunks, the most common words first. Each chunk is kept in the
user's cache, whole or absent whatever stops the work, for every project whose encoder reads words
with the same text tower. Numpy only; knows nothing of concepts and projects.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
from numpy.typing import NDArray

from insight_app.concepts.encoders import builtin_table
from insight_app.concepts.naming import hypernyms, vocabulary
from insight_app.concepts.naming.vocabulary import Vocabulary
from insight_app.files import write_whole
from insight_app.plain_arrays import read_npy

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 128
"""Terms, of ten prompts each: seconds of work on a processor."""

Terms = tuple[list[str], NDArray[np.uint8], list[str], list[str]]
"""terms, readings, definitions, synsets, as `vocabulary.shipped_terms` gives them."""


def folder() -> Path:
    """Return the folder in which chunks are kept on this computer; losing it loses only time."""
    return platformdirs.user_cache_path("insight-app") / "words"


def common_first() -> Terms:
    """Return the shipped words, the most common first.

    Our adjectives and verbs and the nouns that people write most, then the names of the classes
    that networks are trained on, then the others.
    """
    terms, readings, definitions, synsets = vocabulary.shipped_terms()
    uses = hypernyms.shipped().frequencies(synsets)
    classes = set(builtin_table.load().synsets)
    is_class = np.array([synset in classes for synset in synsets])
    group = np.where(np.asarray(readings) != vocabulary.NOUN, 0, np.where(is_class, 2, 3))
    group = np.where(uses > 0, np.minimum(group, 1), group)
    order = np.lexsort((np.arange(len(terms)), -uses, group)).tolist()
    return (
        [terms[i] for i in order],
        readings[order],
        [definitions[i] for i in order],
        [synsets[i] for i in order],
    )


class WordVectors:
    """The vectors of `terms`, as far as they are computed: the first `done` of them.

    encode_text: texts -> (N, D) unit rows; text_fingerprint: changes when it gives others.
    """

    def __init__(
        self,
        encode_text: "Callable[[Sequence[str]], Tensor]",
        text_fingerprint: str,
        terms: Terms | None = None,
        place: Path | None = None,
    ) -> None:
        self._terms = common_first() if terms is None else terms
        self._encode_text = encode_text
        digest = vocabulary.terms_digest(*self._terms[:2])[:16]
        name = re.sub(r"[^\w.-]", "-", f"{text_fingerprint}-{digest}")
        self._folder = (place or folder()) / name
        self._chunks: list[NDArray[np.float16]] = []
        while self.done < self.total and (kept := self._read()) is not None:
            self._chunks.append(kept)

    @property
    def total(self) -> int:
        return len(self._terms[0])

    @property
    def done(self) -> int:
        return min(len(self._chunks) * CHUNK, self.total)

    def advance(self) -> None:
        """Read the next chunk from the cache, or compute it."""
        chunk = self._read()
        if chunk is None:
            here = slice(self.done, self.done + CHUNK)
            rows = vocabulary.embed(
                self._terms[0][here],
                self._terms[1][here],
                lambda texts: self._encode_text(texts).cpu().numpy(),
            )
            chunk = rows.astype(np.float16)
            with suppress(OSError):  # a full disk: then it is computed again the next time
                self._write(chunk)
        self._chunks.append(chunk)

    def vocabulary(self) -> Vocabulary:
        """Return the first `done` terms with their vectors."""
        terms, readings, definitions, synsets = self._terms
        rows = np.concatenate(self._chunks).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        n = self.done
        return Vocabulary(terms[:n], readings[:n], definitions[:n], synsets[:n], rows)

    def _path(self) -> Path:
        return self._folder / f"{len(self._chunks):04d}.npy"

    def _read(self) -> NDArray[np.float16] | None:
        """Read the next chunk from the cache; None if it is missing or damaged."""
        try:
            chunk = read_npy(self._path())
        except (OSError, ValueError):
            return None
        rows = min(CHUNK, self.total - self.done)
        is_whole = chunk.ndim == 2 and len(chunk) == rows and chunk.dtype == np.float16
        same_width = not self._chunks or chunk.shape[1:] == self._chunks[0].shape[1:]
        if not is_whole or not same_width or not np.isfinite(chunk).all() or not chunk.any(1).all():
            return None
        kept: NDArray[np.float16] = chunk
        return kept

    def _write(self, chunk: NDArray[np.float16]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._path(), lambda file: np.save(file, chunk), sync=False)
