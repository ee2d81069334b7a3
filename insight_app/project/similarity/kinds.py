"""Which kind of relation the machine proposes between two concepts, and why, in words.

What the names mean decides first (WordNet: a sail is part of a sailing vessel). Else the strengths
tell which of the two is below; whether as a kind or as a part, cells do not tell: measured on
relations that WordNet knows, the share of the parent's cells that the child covers is the same for
both (median 0.17 and 0.18). A proposal is no more than that; the person decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from insight_app.concepts.likeness.lexicon import Lexicon
from insight_app.figures import percent
from insight_app.project.judgements.acts import IS_A, PART_OF, RELATED
from insight_app.project.similarity.basis import LikenessBasis
from insight_app.project.similarity.listing import ConceptListing

WORDNET, CELLS = "wordnet", "cells"
DIRECTED = (IS_A, PART_OF)
"""Kinds that say which of two concepts is below the other."""
_STEPS_TO_WHOLE = 3
"""Kinds that may lie between a name and what WordNet says is a part, or a whole, of something."""
_STEPS_TO_COMMON = 2
"""Kinds that may lie between two names and what both are kinds of, to call them related."""
_SPECIAL = 7
"""Steps from the top of WordNet down to what says something: animal, container, device."""
_ONE_SIDED = 0.5
"""Asymmetry from which one concept is below the other, whatever the names mean."""


@dataclass(frozen=True)
class KindProposal:
    """Propose a kind of relation; None where nothing speaks for one.

    is_reversed: whether it holds the other way round: the parent is the more special one.
    reason: in words, always.  source: WORDNET, CELLS or "".
    """

    kind: str | None
    is_reversed: bool
    reason: str
    source: str


@dataclass(frozen=True)
class _Ends:
    """The names of child and parent, with what they can mean."""

    child: str
    parent: str
    of_child: Sequence[int]
    of_parent: Sequence[int]

    @property
    def turned(self) -> "_Ends":
        return _Ends(self.parent, self.child, self.of_parent, self.of_child)


def propose(
    basis: LikenessBasis,
    listing: ConceptListing,
    child: int,
    parent: int,
    strengths: tuple[float, float] | None = None,
) -> KindProposal:
    """Return what kind of relation child -> parent may be.

    strengths: forward and back, where names alone need not decide.
    """
    ends = _ends(basis, listing, child, parent)
    lexicon = basis.senses.lexicon
    if ends.of_child and ends.of_child[0] in ends.of_parent[:1]:
        return KindProposal(None, False, "Both names mean the same: they may be one concept.", "")
    reason = _is_kind(lexicon, ends)
    if reason:
        return KindProposal(IS_A, False, reason, WORDNET)
    reason = _is_kind(lexicon, ends.turned)
    if reason:
        return KindProposal(IS_A, True, reason, WORDNET)
    reason = _is_part(lexicon, ends, _STEPS_TO_WHOLE)
    if reason:
        return KindProposal(PART_OF, False, reason, WORDNET)
    reason = _is_part(lexicon, ends.turned, 0)
    if reason:
        return KindProposal(PART_OF, True, reason, WORDNET)
    reason = _have_in_common(lexicon, ends)
    if reason:
        return KindProposal(RELATED, False, reason, WORDNET)
    if strengths is None:
        return KindProposal(None, False, "WordNet does not relate these names.", "")
    return _by_strengths(lexicon, ends, *strengths)


def _ends(basis: LikenessBasis, listing: ConceptListing, child: int, parent: int) -> _Ends:
    names = listing.names[child], listing.names[parent]
    of_child, of_parent = (
        basis.senses.of(row, name) for row, name in zip((child, parent), names, strict=True)
    )
    return _Ends(listing.name(child), listing.name(parent), of_child, of_parent)


def _is_kind(lexicon: Lexicon, ends: _Ends) -> str:
    """Return why the child is a kind of the parent, "" if WordNet does not say so."""
    steps = [
        found
        for sense in ends.of_child
        for above in {*ends.of_parent, *lexicon.senses(ends.parent)}
        if (found := lexicon.kinds(sense).get(above, 0))
    ]
    return f"WordNet: “{ends.child}” is a kind of “{ends.parent}”." if steps else ""


def _is_part(lexicon: Lexicon, ends: _Ends, steps: int) -> str:
    """Return why the child is a part of the parent, "" if WordNet does not say so.

    steps: by how many kinds the parent may be more general than the whole; 0: nor may it only be
    near to it.
    """
    for part, whole in _wholes(lexicon, ends.of_child):
        said = f"“{lexicon.word(part)}” is part of “{lexicon.word(whole)}”"
        if part not in ends.of_child:
            said = f"“{ends.child}” is a kind of “{lexicon.word(part)}”, {said}"
        said = f"WordNet: {said}"
        for sense in ends.of_parent:
            if sense == whole:
                return f"{said}."
            if 0 < lexicon.kinds(sense).get(whole, 0) <= _STEPS_TO_WHOLE:
                return f"{said}, and “{ends.parent}” is a kind of it."
            if 0 < lexicon.kinds(whole).get(sense, 0) <= steps:
                return f"{said}, and that is a kind of “{ends.parent}”."
            near = _common(lexicon, [whole], [sense], 1) if steps else None
            if near is not None:
                word = lexicon.word(near)
                return f"{said}; that and “{ends.parent}” are kinds of “{word}”."
    return ""


def _wholes(lexicon: Lexicon, senses: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (part, whole) of all that senses, or what they are kinds of, are parts of."""
    for sense in senses:
        for kind, steps in lexicon.kinds(sense).items():
            if steps <= _STEPS_TO_WHOLE:
                wholes = lexicon.wholes(kind)
                yield from ((kind, w) for w in wholes if lexicon.word(w) != lexicon.word(kind))


def _have_in_common(lexicon: Lexicon, ends: _Ends) -> str:
    """Return what both are kinds of, "" if nothing that is near."""
    kind = _common(lexicon, ends.of_child, ends.of_parent, _STEPS_TO_COMMON)
    if kind is None:
        return ""
    word = lexicon.word(kind)
    return f"WordNet: both “{ends.child}” and “{ends.parent}” are kinds of “{word}”."


def _common(
    lexicon: Lexicon, senses: Sequence[int], of_other: Sequence[int], steps: int
) -> int | None:
    """Return the nearest that both are kinds of in so many steps, None if that says nothing."""
    found = [
        (up + others[kind], kind)
        for one in senses
        for other in of_other
        for others in (lexicon.kinds(other),)
        for kind, up in lexicon.kinds(one).items()
        if max(up, others.get(kind, steps + 1)) <= steps and _depth(lexicon, kind) >= _SPECIAL
    ]
    return min(found)[1] if found else None


def _depth(lexicon: Lexicon, sense: int) -> int:
    return 1 + max(lexicon.kinds(sense).values())


def _by_strengths(lexicon: Lexicon, ends: _Ends, forward: float, back: float) -> KindProposal:
    """Return a proposal from how much of each concept's activation lies on the other.

    Where the names have nothing near in common, related is all that can be.
    """
    said = f"{percent(forward)} of its activation lies on the parent, {percent(back)} the other way"
    if abs(forward - back) < _ONE_SIDED:
        return KindProposal(None, False, f"{said}: neither is clearly below the other.", "")
    is_reversed = back > forward
    if (
        ends.of_child
        and ends.of_parent
        and _common(lexicon, ends.of_child, ends.of_parent, 99) is None
    ):
        reason = f"{said}, but the names have nothing near in common."
        return KindProposal(RELATED, is_reversed, reason, CELLS)
    reason = f"{said}: one is below the other; as a kind or a part, cells do not tell."
    return KindProposal(IS_A, is_reversed, reason, CELLS)
