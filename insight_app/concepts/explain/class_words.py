"""Classes as people write them: a name and other words for the same thing, and their vectors.

Owns how one line becomes a class and how a class gets its vector from an encoder's words. Importing
this brings no torch. Knows no photo.
"""

from collections.abc import Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.progress import Progress, silent
from insight_app.errors import Refusal
from insight_app.figures import agreeing

MOST_CLASSES = 1000
"""Every cell has a number for each of them."""
MOST_CHARACTERS = 200
"""Of one word or phrase: text towers read no more."""
READING = "Reading the words for the classes"
_WORDS_AT_ONCE = 16
SEPARATORS = ",/;"
"""Between the words for one class."""

Template = Callable[[str], str]


@dataclass(frozen=True)
class ClassWords:
    """A class: what it is called, and other words that stand for it."""

    name: str
    synonyms: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Return the name and the other words, each once."""
        return tuple(dict.fromkeys((self.name, *self.synonyms)))


def of_line(line: str) -> ClassWords | None:
    """Read "car, motor car/automobile": the name first; None for a line without words."""
    for separator in SEPARATORS[1:]:
        line = line.replace(separator, SEPARATORS[0])
    words = [" ".join(word.split()) for word in line.split(SEPARATORS[0])]
    known = [word for word in words if word]
    return ClassWords(known[0], tuple(known[1:])) if known else None


def of_text(text: str) -> tuple[ClassWords, ...]:
    """Read several classes, one a line or between semicolons; lines without words are none.

    Text without either has commas between classes: "car, bus/coach, tram".
    """
    lines = text.replace(";", "\n").splitlines()
    if len(lines) == 1:
        lines = text.split(SEPARATORS[0])
    return tuple(one for line in lines if (one := of_line(line)) is not None)


def checked(classes: Iterable[ClassWords], fewest: int = 1) -> tuple[ClassWords, ...]:
    """Return the classes; Refusal for too few or too many, an empty or long word, a name twice."""
    found = tuple(classes)
    if not fewest <= len(found) <= MOST_CLASSES:
        raise Refusal(
            f"{len(found):,} {agreeing(len(found), 'class', 'classes')}: {fewest} to "
            f"{MOST_CLASSES:,} can be told apart.",
            do="Write the classes' names, one a line, other words for the same after commas.",
        )
    met: set[str] = set()
    for one in found:
        for word in one.words:
            if not word.strip():
                raise Refusal("A class has no name.", do="Give each class a word.")
            if len(word) > MOST_CHARACTERS:
                raise Refusal(
                    f"This word of a class is longer than {MOST_CHARACTERS} characters: "
                    f"{word[:40]!r}…",
                    do="Write a word or a short phrase.",
                )
        if one.name.casefold() in met:
            raise Refusal(
                f"Two classes are called {one.name!r}.",
                do="Give each a name of its own; other words for one class go after a comma.",
            )
        met.add(one.name.casefold())
    return found


def vectors(
    encoder: DenseEncoder,
    classes: Sequence[ClassWords],
    known: MutableMapping[str, NDArray[np.float32]] | None = None,
    progress: Progress = silent,
) -> NDArray[np.float32]:
    """Return (C, D) unit rows: the mean over a class's words, each the mean of its prompts.

    A CLIP reads each word in open_clip's 80 prompts, as the paper does for segmentation; any other
    encoder the bare word. known: (D,) of words read before with this encoder, which gets the new
    ones too. progress may raise Cancelled.
    """
    of_word = {} if known is None else known
    templates = templates_of(encoder)
    new = [w for w in dict.fromkeys(w for one in classes for w in one.words) if w not in of_word]
    for first in range(0, len(new), _WORDS_AT_ONCE):
        progress(first, len(new), READING)
        words = new[first : first + _WORDS_AT_ONCE]
        prompts = [template(word) for word in words for template in templates]
        rows = encoder.encode_text(prompts).numpy().reshape(len(words), len(templates), -1)
        of_word.update(zip(words, unit(rows.mean(1)), strict=True))
    return unit(np.stack([np.mean([of_word[w] for w in one.words], axis=0) for one in classes]))


def templates_of(encoder: DenseEncoder) -> Sequence[Template]:
    """Return the prompts in which an encoder reads the name of a class."""
    from insight_app.concepts.encoders.clip.encoder import ClipEncoder
    from insight_app.concepts.encoders.clip.prompts import imagenet_templates

    return imagenet_templates() if isinstance(encoder, ClipEncoder) else (str,)


def unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return rows (..., D) of length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    found: NDArray[np.float32] = (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
    return found
