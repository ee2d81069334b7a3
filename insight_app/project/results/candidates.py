"""The names that a machine proposes for each concept, as lines of a file: one concept a line.

A line is read when its concept is looked at: opening thousands of concepts costs no parsing, and
nothing holds up the threads beside it. Knows nothing of generations.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, overload

import numpy as np

from insight_app import plain_json
from insight_app.errors import WorldError


class CandidateName(NamedTuple):
    """Hold a name that the machine proposes.

    reading: noun, adjective or verb, '' if not known.  score: in the unit of the rule that found
    it, None if not known.  probability: that it is right, calibrated, None if not known.
    """

    term: str
    reading: str
    score: float | None
    definition: str
    probability: float | None = None


def as_shown(candidates: Iterable[CandidateName]) -> list[CandidateName]:
    """Return names in the order of what is shown beside them, the highest first.

    By probability where it is known of all, else by score; what has neither stays as published.
    """
    found = list(candidates)
    if has_probabilities(found):
        return sorted(found, key=lambda one: -(one.probability or 0.0))
    return sorted(found, key=lambda one: 0.0 if one.score is None else -one.score)


def has_probabilities(candidates: Sequence[CandidateName]) -> bool:
    """Return whether it is known of each name how probably it is right."""
    return bool(candidates) and all(one.probability is not None for one in candidates)


class CandidateLines(Sequence[list[CandidateName]]):
    """Hold the candidates of each concept, best first.

    text: lines of JSON in UTF-8, each an array of [term, reading, score, definition,
    probability]; those of before there were probabilities end with the definition.
    WorldError where a line cannot be read.
    """

    def __init__(self, text: bytes) -> None:
        self.text = text
        ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
        self._starts = np.concatenate(([0], ends + 1))

    @classmethod
    def of(cls, rows: Iterable[Sequence[CandidateName]]) -> "CandidateLines":
        """Return the lines of candidates in memory."""
        lines = [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows]
        return cls(b"".join(lines))

    def __len__(self) -> int:
        return self._starts.size - 1

    @overload
    def __getitem__(self, concept: int) -> list[CandidateName]: ...
    @overload
    def __getitem__(self, concept: slice) -> list[list[CandidateName]]: ...
    def __getitem__(self, concept: int | slice) -> list[CandidateName] | list[list[CandidateName]]:
        if isinstance(concept, slice):
            return [self[at] for at in range(*concept.indices(len(self)))]
        at = range(len(self))[concept]
        line = self.text[self._starts[at] : self._starts[at + 1]]
        try:
            rows: Any = plain_json.loads(line)
            return [CandidateName(*one) for one in rows]
        except (ValueError, TypeError) as error:
            raise WorldError(
                f"The candidate names of concept {at} are damaged ({error}).",
                kept="Codes and judgements are kept in other files.",
                do="Analyze again to rebuild the results.",
            ) from error
