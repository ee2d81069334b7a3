"""A caption put together from concepts: what there is, what kind of thing that is, and where.

No model writes it: a sentence of a fixed form over what the photo stands for most. Plain values;
knows no dictionary.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 4
"""Phrases of a sentence."""
LEAST = 0.05
"""Of what a photo stands for: with a smaller share a thing is not told."""
_LINKS = {"is-a": "a kind of", "part-of": "part of"}


@dataclass(frozen=True)
class Thing:
    """What a photo shows: a concept with its share of what the photo stands for, and its place.

    concepts: the dictionary's that count in the share. above: the concept that it stands under, ''
    for none; relation: is-a | part-of | '' = nobody said which.
    """

    name: str
    share: float
    place: str
    concepts: tuple[int, ...]
    above: str = ""
    relation: str = ""


@dataclass(frozen=True)
class Phrase:
    """A part of a caption, and the thing that it is about."""

    text: str
    thing: Thing


def written(things: Sequence[Thing]) -> tuple[Phrase, ...]:
    """Return the phrases of a caption, of the things with the largest shares; () if there is none.

    What several things are under is told once.
    """
    told = sorted(things, key=lambda one: (-one.share, one.name))
    told = [one for one in told if one.name and one.share >= LEAST][:MOST]
    said: set[str] = set()
    phrases = []
    for one in told:
        kind = ""
        if one.above and one.above not in (*said, one.name):
            said.add(one.above)
            kind = f" ({_LINKS.get(one.relation, 'under')} {one.above})"
        phrases.append(Phrase(f"{one.name}{kind}{one.place and ' '}{one.place}", one))
    return tuple(phrases)


def sentence(phrases: Sequence[Phrase]) -> str:
    """Return the phrases as one sentence; '' without any."""
    texts = [one.text for one in phrases]
    if not texts:
        return ""
    joined = texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
    return f"{joined[0].upper()}{joined[1:]}."
