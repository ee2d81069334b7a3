"""A captioner's caption of a photo, written on what its concepts stand for, with evidence a phrase.

The evidence of a phrase are the concepts without which it would be least likely: each is switched
off alone, and the phrase's probability is compared. Needs torch; knows no files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.explain.captioning.makeup import makeup, place

if TYPE_CHECKING:
    from insight_app.concepts.explain.captioning.captioner import Captioner

TRIED = 48
"""Concepts that are switched off: those with the largest shares of what the photo stands for."""
TOLD = 3
"""Concepts that are told of a phrase."""


@dataclass(frozen=True)
class PhraseEvidence:
    """A concept that speaks for a phrase: by how many nats it is likelier than without; where."""

    concept: int
    nats: float
    place: str


@dataclass(frozen=True)
class EvidencedPhrase:
    """A phrase with the concepts that speak for it most, the strongest first."""

    text: str
    evidence: tuple[PhraseEvidence, ...]


@dataclass(frozen=True)
class ModelCaption:
    """A captioner's caption; tried: how many concepts were switched off for its evidence."""

    text: str
    phrases: tuple[EvidencedPhrase, ...]
    tried: int


def model_caption(
    captioner: Captioner,
    codes: Codes,
    grid: tuple[int, int],
    directions: NDArray[np.floating],
    offset: NDArray[np.floating],
    factors: Mapping[int, float] | None = None,
    check: Callable[[], None] = lambda: None,
) -> ModelCaption:
    """Return the caption of a photo from its codes, with some concepts scaled or off.

    grid: rows, columns of cells; directions (F, D), offset (D,), factors: see `makeup`. check: may
    raise Cancelled.
    """
    made = makeup(codes, directions, offset, factors)
    check()
    written = captioner.write(made.vector)
    check()
    order = np.argsort(-np.abs(made.shares), kind="stable")[:TRIED]
    concepts = made.concepts[order]
    without = made.vector - made.means[order, None] * directions[concepts]
    support = captioner.support(written, made.vector, without)
    phrases = []
    for number, phrase in enumerate(written.phrases):
        best = np.argsort(-support[:, number], kind="stable")[:TOLD]
        told = [n for n in best.tolist() if support[n, number] > 0]
        evidence = tuple(
            PhraseEvidence(
                int(concepts[n]), float(support[n, number]), place(codes, concepts[n : n + 1], grid)
            )
            for n in told
        )
        phrases.append(EvidencedPhrase(phrase.text, evidence))
    return ModelCaption(written.text, tuple(phrases), len(order))
