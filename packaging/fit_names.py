"""Fit how probable it is that a name is right (resources/naming.json).

    python packaging/fit_names.py --classes FOLDER --photos FOLDER [--also FOLDER ...]
        --foreign FOLDER ... [--wordnet /usr/share/wordnet]

CLASSES holds several photos of each class, PHOTOS others of known classes (WordNet ids in file or
folder names), FOREIGN pictures far from the encoder's world, where no name is right. Dictionaries
are trained as the shipped one is, each without the photos that names are judged on: two photos of
each class are named after and the third is judged, and the other way round; half of PHOTOS is named
after and the other half judged. Names are found from none to all of the photos, so that the
probability knows what few photos are worth. Half an hour on two cores; kept in the build folder.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import naming_protocol as protocol
import numpy as np
import torch
from naming_protocol import Coded, Naming, Part, PhotoSet, all_of, trained
from numpy.typing import NDArray

from insight_app.concepts import encoders
from insight_app.concepts.naming import likelihood, likely
from insight_app.concepts.naming.likelihood import Candidates, Likelihood
from insight_app.concepts.naming.shown import Shown
from insight_app.concepts.quality import taxonomy
from insight_app.concepts.quality.taxonomy import Taxonomy

ROOT = Path(__file__).resolve().parent.parent
SIZES = (0, 10, 30, 100, 10_000)
"""Photos that names are found from; the last: all."""
FOREIGN_SIZES = (60, 10_000)
FOREIGN_COUNTS = 0.3
"""What a name of a foreign picture counts beside one whose class is known."""
FOLDS = 3


@dataclass(frozen=True, eq=False)
class Case:
    """Names after some photos; right (N,): which candidates are, on others; counts (N,): how much.

    title: of what; fold: which photos it must not be compared with.
    """

    title: str
    fold: int
    photos: int
    candidates: Candidates
    right: NDArray[np.bool_]
    counts: NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--classes", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="only learned from")
    parser.add_argument("--foreign", type=Path, nargs="+", required=True)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--build", type=Path, default=ROOT / "build/naming")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "resources/naming.json")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    encoder = encoders.load("builtin", device="cpu")
    build: Path = options.build

    def load(folder: Path) -> PhotoSet:
        return protocol.load(encoder, folder, build)

    classes, photos = load(options.classes), load(options.photos)
    also, foreign = [load(one) for one in options.also], [load(one) for one in options.foreign]
    wordnet = taxonomy.read(options.wordnet)
    naming = Naming(encoder)
    found: list[Case] = []
    for case in cases(naming, wordnet, classes, photos, also, foreign, build):
        print(f"{case.title}, fold {case.fold}, {case.photos} photos: {case.right.size} candidates")
        found.append(case)
    fitted = fit(found)
    likelihood.save(
        fitted,
        options.output,
        {
            "script": "packaging/fit_names.py",
            "classes": f"{len(classes)} photos of {len(set(classes.synset))} classes",
            "photos": len(photos),
            "foreign": {one.title: len(one) for one in foreign},
            "candidates": sum(case.right.size for case in found),
        },
    )
    print(dict(zip(likelihood.FEATURES, np.round(fitted.weights, 2).tolist(), strict=True)))


def fit(cases: Sequence[Case]) -> Likelihood:
    """Fit to all candidates of the cases."""
    return likelihood.fitted(
        np.concatenate([case.candidates.features() for case in cases]),
        np.concatenate([case.right for case in cases]),
        np.concatenate([case.counts for case in cases]),
    )


def cases(
    naming: Naming,
    wordnet: Taxonomy,
    classes: PhotoSet,
    photos: PhotoSet,
    also: Sequence[PhotoSet],
    foreign: Sequence[PhotoSet],
    build: Path,
) -> Iterator[Case]:
    """Yield the names of all splits, as candidates that are right or not."""
    others = [all_of(photos), *map(all_of, also)]
    for fold in range(FOLDS):
        third = np.flatnonzero(classes.turn == fold)
        rest = np.flatnonzero(classes.turn != fold)
        for title, used, judged, far in (
            ("two thirds", rest, third, foreign),
            ("one third", third, rest, ()),
        ):
            split = Split(naming, wordnet, build, [(classes, used), *others])
            yield from split.cases(title, fold, (classes, used), (classes, judged))
            for other in far:
                yield from split.cases(other.title, fold, all_of(other), None)
    order = np.random.default_rng(0).permutation(len(photos))
    half, other_half = order[: order.size // 2], order[order.size // 2 :]
    split = Split(naming, wordnet, build, [all_of(classes), *map(all_of, also)])
    yield from split.cases("photos", FOLDS, (photos, half), (photos, other_half))


class Split:
    """A dictionary of some photos, with what it brings along."""

    def __init__(
        self, naming: Naming, wordnet: Taxonomy, build: Path, learned_from: Sequence[Part]
    ) -> None:
        self.naming, self.wordnet = naming, wordnet
        self.dictionary = trained(learned_from, build)
        self.prior = naming.shown(Coded(self.dictionary, learned_from))

    def gathered(self, own: Shown | None) -> Candidates:
        naming = self.naming
        return likely.gathered(own, self.prior, naming.ancestors, naming.special, naming.usable)

    def after(self, named: Part, size: int, seed: int = 0) -> Shown | None:
        """Return what so many of the photos show, chosen at random."""
        photos, ids = named
        chosen = np.random.default_rng((seed, size)).permutation(ids)[:size]
        if not chosen.size:
            return None
        return self.naming.shown(Coded(self.dictionary, [(photos, chosen)]), self.prior.strength)

    def cases(self, title: str, fold: int, named: Part, judged: Part | None) -> Iterator[Case]:
        """Yield names after more and more photos; judged: None where no name is right."""
        alive, truth = np.ones(self.dictionary.F, np.bool_), None
        if judged is not None:
            counts, known = Coded(self.dictionary, [judged]).counts(self.wordnet)
            cells = counts.sum(axis=1)
            alive = cells > 0
            words = self.naming.words
            truth = counts @ known.coverage(words.terms, words.synsets) * 2 > cells[:, None]
        for size in SIZES if judged is not None else FOREIGN_SIZES:
            own = self.after(named, size)
            found = self.gathered(own)
            kept = alive[found.concept]
            if truth is None:
                assert own is not None
                kept &= own.worth[found.concept] > 0
                right = np.zeros(found.term.size, np.bool_)
            else:
                right = truth[found.concept, found.term]
            # A concept counts by the square root of its candidates, not by their number.
            each = np.bincount(found.concept, minlength=alive.size)[found.concept] ** -0.5
            each = np.where(kept, each * (1.0 if judged is not None else FOREIGN_COUNTS), 0.0)
            yield Case(title, fold, min(size, named[1].size), found, right, each)


if __name__ == "__main__":
    main()
