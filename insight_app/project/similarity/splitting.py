"""How a concept may be split: the two or three kinds of cells that its examples fall into.

Its strongest cells in many photos are grouped by what they look like. Each part is then told by a
few marked examples alone, as a split in force is (`concepts.likeness.prototypes`), so that what is
shown before is what comes of it. A person may move examples from part to part, of a split in force
too.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.composition import Mark
from insight_app.concepts.hsae.directions import unit
from insight_app.concepts.likeness import clusters, prototypes
from insight_app.concepts.likeness.clusters import FEWEST
from insight_app.concepts.progress import CancelToken
from insight_app.errors import Refusal
from insight_app.figures import counted, figure
from insight_app.project.composites.divisions import images_of
from insight_app.project.results.records import Example
from insight_app.project.results.snapshot import Results
from insight_app.project.similarity.basis import LikenessBasis
from insight_app.project.similarity.listing import ConceptListing

MOST_CELLS = 300
"""Examples that are grouped, each of another photo."""
_MOST_LISTED = 20_000
_STRONGER, _ENOUGH = 0.5, 60
"""Share of the photos whose cells are grouped, those where it is strongest; so many at least."""
STABLE = 0.4
"""Stability from which parts are proposed without a warning."""
MARKED = 8
"""Examples that are proposed for each part."""
_FIRST, _POOL = 3, 32
"""Of these the most typical ones, and of how many typical ones the others are chosen."""
_WORDS = 3


@dataclass(frozen=True)
class Distinction:
    """Name a concept that tells a part from the others: in which share of the cells it is active.

    concept: of the dictionary; here: in the part's cells; elsewhere: in those of the others.
    """

    concept: int
    here: float
    elsewhere: float


@dataclass(frozen=True)
class SplitPart:
    """Describe a part of a proposed split.

    examples: those that are marked for it, the most typical first.  members: all grouped cells that
    then belong to it, the most typical first.  share: of all grouped cells.  words: what else fires
    there and not in the other parts.
    """

    examples: tuple[Example, ...]
    members: tuple[Example, ...]
    share: float
    words: tuple[Distinction, ...]


@dataclass(frozen=True, eq=False)
class SplitProposal:
    """Hold a proposed split of a concept.

    cells: what was grouped.  stability: how alike the groups are that two halves of the photos fall
    into, 1 = the same, 0 = as by chance; of those found, before a person moved examples; NaN where
    persons alone made the parts.  looks:
    (n, D) float32 of the cells; active: (n, F) bool, what is active there.
    """

    row: int
    parts: tuple[SplitPart, ...]
    stability: float
    cells: tuple[Example, ...]
    looks: NDArray[np.float32]
    active: NDArray[np.bool_]
    _results: Results
    _directions: NDArray[np.float32]

    @property
    def is_stable(self) -> bool:
        """Whether other photos of the concept would fall into the same parts."""
        return self.stability >= STABLE

    @property
    def in_words(self) -> str:
        """How sure the parts are, '' where nothing was found by the machine."""
        if math.isnan(self.stability):
            return ""
        found = f"{figure(self.stability)} over {counted(len(self.cells), 'photo')}"
        scale = "1 = the same parts in either half of the photos, 0 = as by chance"
        if self.is_stable:
            return f"The parts are found again in other photos: {found} ({scale})."
        return f"The parts are unsure, other photos would fall into others: {found} ({scale})."

    def with_examples(self, examples: Sequence[Sequence[Example]]) -> "SplitProposal":
        """Return the same cells divided by other examples, one list for each part."""
        place = {(cell.image_id, cell.cell): n for n, cell in enumerate(self.cells)}
        marked = []
        for of_part in examples:
            rows = [self._look(one, place) for one in of_part]
            marked.append(np.array(rows, np.float32).reshape(-1, self.looks.shape[1]))
        means = prototypes.prototypes(marked)
        which = prototypes.nearest(self.looks, means)
        for number, of_part in enumerate(examples):  # what a person says of a cell holds
            said = (place.get((one.image_id, one.cell)) for one in of_part)
            which[[at for at in said if at is not None]] = number
        typical = unit(self.looks) @ means.T
        parts = []
        for number, of_part in enumerate(examples):
            is_here = (which == number) & bool(len(of_part))
            inside = np.flatnonzero(is_here)
            order = inside[np.argsort(-typical[inside, number], kind="stable")]
            members = tuple(self.cells[at] for at in order.tolist())
            share = inside.size / max(1, len(self.cells))
            parts.append(SplitPart(tuple(of_part), members, share, self._words(is_here)))
        return replace(self, parts=tuple(parts))

    def _look(self, example: Example, place: dict[tuple[int, int], int]) -> NDArray[np.float32]:
        at = place.get((example.image_id, example.cell))
        if at is None:
            return _look(self._results, self._directions, example)
        found: NDArray[np.float32] = self.looks[at]
        return found

    def _words(self, is_here: NDArray[np.bool_]) -> tuple[Distinction, ...]:
        if not is_here.any() or is_here.all():
            return ()
        here, elsewhere = self.active[is_here].mean(axis=0), self.active[~is_here].mean(axis=0)
        order = np.argsort(elsewhere - here, kind="stable")[:_WORDS].tolist()
        return tuple(
            Distinction(concept, float(here[concept]), float(elsewhere[concept]))
            for concept in order
            if here[concept] > elsewhere[concept]
        )


def propose(
    basis: LikenessBasis,
    listing: ConceptListing,
    row: int,
    parts: int | None = None,
    cancel: CancelToken | None = None,
) -> SplitProposal:
    """Return how a concept may be split into 2 or 3 parts; None: what separates better.

    Refusal where it is in too few photos or where the dictionary cannot be read.
    """
    token = cancel or CancelToken()
    plain = _strongest(basis, listing, row, token)
    if len(plain.cells) < FEWEST:
        raise Refusal(
            f"“{listing.name(row)}” is in {counted(len(plain.cells), 'photo')}; to see kinds of it"
            f" at least {FEWEST} are needed.",
            kept="Nothing was changed.",
        )
    sizes = (2, 3) if parts is None else (parts,)
    stability, k = max((clusters.stability(plain.looks, size), size) for size in sizes)
    token.check()
    found = _marked(plain.cells, plain.looks, clusters.groups(plain.looks, k))
    return replace(plain, stability=stability).with_examples(found)


def divided(
    basis: LikenessBasis,
    listing: ConceptListing,
    row: int,
    marked: Sequence[Sequence[Example]],
) -> SplitProposal:
    """Return the strongest cells of a concept as examples divide them that persons marked.

    Refusal where the dictionary cannot be read or where the concept is active is not known yet.
    """
    return _strongest(basis, listing, row, CancelToken()).with_examples(marked)


def _strongest(
    basis: LikenessBasis, listing: ConceptListing, row: int, token: CancelToken
) -> SplitProposal:
    """Return the cells of a concept that are grouped, in no part yet."""
    if basis.directions is None:
        raise Refusal(basis.trouble, kept="Nothing was changed.")
    reader = listing.reader(basis.results, basis.counted, row)
    if reader.can_fire and not reader.is_readable:
        raise Refusal(
            f"Where “{listing.name(row)}” is active has not been counted yet.",
            kept="Nothing was changed.",
            do="Try again when its numbers are there.",
        )
    found = reader.examples("strongest", _MOST_LISTED)
    cells = _spread(found[: max(_ENOUGH, round(len(found) * _STRONGER))])
    looks = np.zeros((len(cells), basis.directions.shape[1]), np.float32)
    active = np.zeros((len(cells), basis.results.F), bool)
    for at, cell in enumerate(cells):
        token.check()
        looks[at] = _look(basis.results, basis.directions, cell)
        active[at, basis.results.codes(cell.image_id).cell(cell.cell)[0]] = True
    active[:, list(listing.concepts(row))] = False
    return SplitProposal(
        row, (), math.nan, tuple(cells), looks, active, basis.results, basis.directions
    )


def places(
    results: Results, listing: ConceptListing, row: int, marks: Collection[Mark]
) -> list[Example]:
    """Return where marks lie in the photos of these results, with the strength of a concept there.

    Marks on photos that are not among them are left out; for a worker's thread.
    """
    photos = images_of(results, {mark.image for mark in marks})
    concepts, found = list(listing.concepts(row)), []
    for mark in sorted(marks):
        codes = results.codes(photos[mark.image]) if mark.image in photos else None
        if codes is not None and mark.cell < codes.cells:
            here, values = codes.cell(mark.cell)
            value = values[np.isin(here, concepts)].max(initial=0)
            found.append(Example(photos[mark.image], mark.cell, float(value)))
    return found


def marks(results: Results, examples: Sequence[Example]) -> list[Mark]:
    """Return examples as marks, which name photos by their content; for a worker's thread."""
    found = []
    for one in examples:
        content = results.image(one.image_id).content_hash
        if content is not None:
            found.append(Mark(content.hex(), one.cell))
    return found


def _look(
    results: Results, directions: NDArray[np.float32], example: Example
) -> NDArray[np.float32]:
    codes = results.codes(example.image_id)
    found: NDArray[np.float32] = prototypes.looks(codes, np.array([example.cell]), directions)[0]
    return found


def _spread(found: Sequence[Example]) -> list[Example]:
    """Return at most MOST_CELLS examples, evenly over their strengths."""
    count = min(MOST_CELLS, len(found))
    places = np.unique(np.linspace(0, max(len(found) - 1, 0), count).round().astype(np.int64))
    return [found[at] for at in places.tolist()]


def _marked(
    cells: Sequence[Example], looks: NDArray[np.float32], groups: NDArray[np.int64]
) -> list[list[Example]]:
    """Return for each group the examples that are to stand for it.

    Of its most typical cells those by which the rule for parts comes nearest to the groups, chosen
    one by one; what is most typical alone can draw the border elsewhere.
    """
    rows = unit(looks)
    typical = clusters.typical(looks, groups)
    pools = [np.flatnonzero(groups == part).tolist() for part in range(int(groups.max()) + 1)]
    pools = [sorted(pool, key=lambda at: -float(typical[at]))[:_POOL] for pool in pools]
    chosen = [pool[:_FIRST] for pool in pools]
    for _ in range(MARKED - _FIRST):
        for part, pool in enumerate(pools):
            rest = [at for at in pool if at not in chosen[part]]
            if not rest:
                continue
            means = prototypes.prototypes([looks[list(of)] for of in chosen])
            others = rows @ means.T
            others[:, part] = -np.inf
            sums = looks[list(chosen[part])].sum(axis=0)
            own = rows @ unit(sums + looks[rest]).T
            is_here = own > others.max(axis=1)[:, None]
            right = (is_here == (groups == part)[:, None]).mean(axis=0)
            chosen[part].append(rest[int(right.argmax())])
    return [[cells[at] for at in of] for of in chosen]
