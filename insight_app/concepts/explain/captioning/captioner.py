"""A prefix captioner as others publish it, read from a folder, and what its phrases rest on.

The folder holds the weights of the prefix, those of GPT-2 (in the same file or another), and its
vocabulary, vocab.json. Weights are read without running anything of their files. Knows no project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from insight_app import plain_json
from insight_app.concepts.checkpoints import reading, unwrapping
from insight_app.concepts.checkpoints.unwrapping import FoundWeights
from insight_app.concepts.explain.captioning import prefix
from insight_app.concepts.explain.captioning.gpt2 import NEEDED, Gpt2
from insight_app.concepts.explain.captioning.prefix import MlpPrefix, Prefix, TransformerPrefix
from insight_app.disk_errors import disk_errors
from insight_app.errors import Refusal
from insight_app.files import read_regular

VOCABULARY = "vocab.json"
LONGEST = 40
"""Tokens of a caption."""
AT_ONCE = 16
"""Captions that are gone through together."""
_WEIGHTS = (".pt", ".pth", ".bin", ".ckpt", ".safetensors")
_ENDS = (".", "<|endoftext|>")
_SMALL = frozenset(
    ("a", "an", "the", "of", "on", "in", "at", "by", "to", "for", "from", "with", "and", "or", "is",
     "are", "that", "as", "into", "over", "under", "near")
)  # fmt: skip
"""Words that begin a phrase and are none by themselves."""


@dataclass(frozen=True)
class WrittenPhrase:
    """A part of a caption, and which of its tokens are of it, first up to last."""

    text: str
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class WrittenCaption:
    """A caption with its T tokens and its phrases."""

    text: str
    tokens: tuple[int, ...]
    phrases: tuple[WrittenPhrase, ...]


class Captioner:
    """Writes a caption of a vector (D,) of the encoder's space; the likeliest token each time."""

    def __init__(self, before: Prefix, network: Gpt2, words: Sequence[str]) -> None:
        self._before, self._network, self._words = before, network, tuple(words)
        self._stop = {words.index(end) for end in _ENDS if end in words}
        self.reads = before.reads

    def write(self, vector: NDArray[np.floating]) -> WrittenCaption:
        """Return the caption of a photo that stands for a vector (D,)."""
        given = self._before.of(torch.from_numpy(vector.astype(np.float32))[None])
        tokens: list[int] = []
        longest = min(LONGEST, self._network.places - given.shape[1])
        while len(tokens) < longest:
            known = self._network.table[tokens][None]
            following = self._network.log_probabilities(torch.cat([given, known], dim=1))
            token = int(following[0, -1, : len(self._words)].argmax())
            tokens.append(token)
            if token in self._stop:
                break
        return WrittenCaption(self._text(tokens), tuple(tokens), self._phrases(tokens))

    def support(
        self, caption: WrittenCaption, vector: NDArray[np.floating], without: NDArray[np.floating]
    ) -> NDArray[np.float64]:
        """Return (n, phrases) how much likelier each phrase is with something than without it.

        without: (n, D) what the photo stands for then. In nats: the phrase's log-probability, given
        all before it, for vector (D,) less that for each of these.
        """
        every = np.concatenate([vector[None], without]).astype(np.float32)
        sums = np.concatenate(
            [self._sums(caption, every[at : at + AT_ONCE]) for at in range(0, len(every), AT_ONCE)]
        )
        found: NDArray[np.float64] = sums[:1] - sums[1:]
        return found

    def _sums(self, caption: WrittenCaption, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        given = self._before.of(torch.from_numpy(vectors))
        tokens = torch.tensor(caption.tokens)
        known = self._network.table[tokens[:-1]].expand(len(vectors), -1, -1)
        found = self._network.log_probabilities(torch.cat([given, known], dim=1))
        of_tokens = found[:, given.shape[1] - 1 :].gather(
            2, tokens[None, :, None].expand(len(vectors), -1, 1)
        )[..., 0]
        each = of_tokens.double().numpy()
        sums = [each[:, one.first : one.last].sum(1) for one in caption.phrases]
        return np.stack(sums, axis=1) if sums else np.zeros((len(vectors), 0))

    def _text(self, tokens: Sequence[int]) -> str:
        spelled = "".join(self._words[token] for token in tokens).removesuffix(_ENDS[1])
        return _decoded(spelled).strip()

    def _phrases(self, tokens: Sequence[int]) -> tuple[WrittenPhrase, ...]:
        """Return the phrases: small words and what follows them, up to the next small word."""
        if not tokens:
            return ()
        starts = [n for n, token in enumerate(tokens) if n == 0 or self._words[token][:1] == "Ġ"]
        found: list[WrittenPhrase] = []
        first, was_small = 0, True
        for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
            is_small = self._text(tokens[start:end]).casefold() in _SMALL
            if is_small and not was_small:
                found.append(WrittenPhrase(self._text(tokens[first:start]), first, start))
                first = start
            was_small = is_small
        found.append(WrittenPhrase(self._text(tokens[first:]), first, len(tokens)))
        return tuple(found)


def read(folder: Path, token_dim: int) -> Captioner:
    """Return the captioner in a folder, for an encoder whose tokens have D = token_dim numbers.

    KnownError where there is none, something of it is missing or damaged, or it reads others.
    """
    words = _vocabulary(folder / VOCABULARY)
    with disk_errors("The captioner's folder cannot be read", where=folder):
        files = sorted(path for path in folder.iterdir() if path.suffix in _WEIGHTS)
    layouts = {"mlp": prefix.MLP, "transformer": prefix.TRANSFORMER}
    before: tuple[str, FoundWeights] | None = None
    network: FoundWeights | None = None
    for path in files:
        checkpoint = reading.open_checkpoint(path)
        before = before or unwrapping.find(checkpoint, layouts)
        found = unwrapping.find(checkpoint, {"gpt2": NEEDED})
        network = network or (found and found[1])
    if before is None or network is None:
        lacks = "prefix (ClipCap's clip_project)" if before is None else "language model (GPT-2)"
        raise _refused(folder, f"there are no weights of its {lacks}")
    try:
        gpt2 = Gpt2({name: network[name] for name in network if "attn.masked" not in name})
        weights = {name: before[1][name] for name in before[1]}
        kind = MlpPrefix if before[0] == "mlp" else TransformerPrefix
        made = kind(weights, gpt2.width)
    except (ValueError, KeyError) as error:
        raise _refused(folder, f"{error}") from error
    if len(words) > gpt2.table.shape[0]:
        raise _refused(folder, f"it has {len(words):,} words, GPT-2 {gpt2.table.shape[0]:,} tokens")
    if made.reads != token_dim:
        raise _refused(
            folder,
            f"it reads vectors of {made.reads:,} numbers, the encoder's have {token_dim:,}",
        )
    return Captioner(made, gpt2, words)


def _refused(folder: Path, why: str) -> Refusal:
    return Refusal(
        f"This is no captioner for this project: {why}.",
        where=str(folder),
        do="Choose a folder with the weights of a ClipCap for this encoder, and vocab.json.",
    )


def _vocabulary(path: Path) -> tuple[str, ...]:
    """Return the tokens in the order of their numbers, spelled as GPT-2's files do."""
    with disk_errors("The captioner's vocabulary cannot be read", where=path):
        data = read_regular(path, plain_json.MOST_BYTES, follow_links=True)
    try:
        found = plain_json.loads(data)
        if not isinstance(found, dict) or sorted(map(int, found.values())) != [  # type: ignore[arg-type]
            *range(len(found))
        ]:
            raise ValueError("its numbers are not 0, 1, 2, ...")
        return tuple(sorted(found, key=lambda word: int(found[word])))  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise _refused(path, f"its vocabulary cannot be read ({error})") from error


def _bytes_by_letter() -> dict[str, int]:
    """Return GPT-2's spelling: a letter for each byte, those that show as they are."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    letters = {chr(byte): byte for byte in shown}
    return letters | {chr(256 + n): byte for n, byte in enumerate(hidden)}


_BYTES = _bytes_by_letter()


def _decoded(spelled: str) -> str:
    known = bytes(_BYTES[letter] for letter in spelled if letter in _BYTES)
    return known.decode("utf-8", "replace")
