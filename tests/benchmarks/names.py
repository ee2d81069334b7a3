"""Names on photos that nobody tuned on: ours, those found before, the published ones, and chance.

    python -m tests.benchmarks.names --classes FOLDER --photos FOLDER [--also FOLDER ...]
        [--foreign FOLDER ...] [--wordnet DIR] [--json FILE] [--curve FILE.png]

CLASSES holds three photos of each class, PHOTOS others of known classes (WordNet ids in file or
folder names). Every dictionary is trained as the shipped one is, without photos that are judged:

- same classes: two photos of each class are learned from and named after, the third is judged;
  three folds, pooled;
- unseen classes: five folds over classes, everything trained without them, and without those of
  PHOTOS that are of CLASSES too; names of the dictionary's own photos;
- halves: the probability fitted on half of the classes, tested on the other half; ten halves;
- foreign: pictures far from the encoder's world; how many names are doubtful.

*Right*, *top*, specialness and sharing as in concepts/quality/names.py. Intervals are of a paired
bootstrap over concepts.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from insight_app.concepts import encoders
from insight_app.concepts.encoders.builtin import BuiltinEncoder
from insight_app.concepts.naming import likelihood, likely, published, shared
from insight_app.concepts.naming.candidates import CANDIDATES, Candidate
from insight_app.concepts.naming.doubt import DOUBTFUL
from insight_app.concepts.naming.evidence import unit_rows
from insight_app.concepts.naming.likelihood import Likelihood
from insight_app.concepts.naming.shown import Shown
from insight_app.concepts.quality import taxonomy
from insight_app.concepts.quality.names import Calibration, calibration, right, sharing

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))

import fit_names  # noqa: E402
import naming_protocol as protocol  # noqa: E402
from naming_protocol import Coded, Naming, PhotoSet, all_of  # noqa: E402

SIZES = (10, 30, 100)
CHOICES = 5
"""Random choices of so few photos."""
FOLDS, CLASS_FOLDS, HALVES = 3, 5, 10
DRAWS = 2000


@dataclass(frozen=True, eq=False)
class Names:
    """Names of concepts by one rule, and which are right; probability: NaN where it gives none."""

    names: list[str]
    right: NDArray[np.float64]
    probability: NDArray[np.float64]


def figures(naming: Naming, parts: Sequence[Names]) -> dict[str, float]:
    """Return the figures of names, pooled over the folds."""
    special = dict(zip(naming.words.terms, naming.special.tolist(), strict=True))
    is_right = np.concatenate([part.right for part in parts])
    claimed = np.concatenate([part.probability for part in parts])
    known = [name for part in parts for name in part.names if name]
    doubtful = claimed < DOUBTFUL
    found = {
        "concepts": int((~np.isnan(is_right)).sum()),
        "right": float(np.nanmean(is_right)),
        "specialness": float(np.mean([special[name] for name in known if name in special])),
        "different": float(
            np.mean([len({*part.names} - {""}) / len(part.names) for part in parts])
        ),
        "sharing": float(np.mean([sharing(part.names) for part in parts])),
    }
    if not np.isnan(claimed).all():
        found["doubtful"] = float(doubtful[~np.isnan(claimed)].mean())
        wrongly = is_right[doubtful & ~np.isnan(is_right)]
        found["right of doubtful"] = float(wrongly.mean()) if wrongly.size else 0.0
        found["calibration error"] = calibration(claimed, is_right).error
    return found


def gain(ours: Sequence[Names], theirs: Sequence[Names]) -> tuple[float, float, float]:
    """Return how much more of ours is right, and its interval of 95 %, over the same concepts."""
    a, b = (np.concatenate([part.right for part in parts]) for parts in (ours, theirs))
    both = ~(np.isnan(a) | np.isnan(b))
    difference = a[both] - b[both]
    rng = np.random.default_rng(0)
    draws = rng.integers(0, difference.size, (DRAWS, difference.size))
    low, high = np.percentile(difference[draws].mean(axis=1), [2.5, 97.5])
    return float(difference.mean()), float(low), float(high)


class Fold(fit_names.Split):
    """A dictionary, photos that it is named after, and others that judge."""

    encoder: BuiltinEncoder

    def judge(self, coded: Coded) -> Callable[[list[list[Candidate]]], Names]:
        counts, classes = coded.counts(self.wordnet)

        def names(rows: list[list[Candidate]]) -> Names:
            found = [row[0].term if row else "" for row in rows]
            known = right(counts, classes, found, self.naming.synsets(found))
            claimed = [row[0].probability if row else None for row in rows]
            probability = [np.nan if one is None else one for one in claimed]
            return Names(found, known, np.array(probability, np.float64))

        return names

    def likely(self, own: Shown | None, chance: Likelihood) -> list[list[Candidate]]:
        words, nouns = self.naming.words, self.naming.hypernyms
        return likely.named(own, self.prior, words, nouns, chance, CANDIDATES)


def same_classes(
    naming: Naming, split: Callable[..., Fold], classes: PhotoSet, chance: Likelihood
) -> dict[str, list[Names]]:
    """Return the names of each rule, fold by fold."""
    found: dict[str, list[Names]] = {}

    def add(title: str, names: Names) -> None:
        found.setdefault(title, []).append(names)

    for fold in range(FOLDS):
        used = np.flatnonzero(classes.turn != fold)
        judged = Coded(
            (here := split((classes, used))).dictionary,
            [(classes, np.flatnonzero(classes.turn == fold))],
        )
        names = here.judge(judged)
        add("ours, of the dictionary's photos", names(here.likely(None, chance)))
        for size in SIZES:
            for seed in range(CHOICES):
                own = here.after((classes, used), size, seed)
                add(f"ours, after {size}", names(here.likely(own, chance)))
        ours = here.likely(here.after((classes, used), used.size), chance)
        add("ours, after all", names(ours))
        coded = Coded(here.dictionary, [(classes, used)])
        words, nouns = naming.words, naming.hypernyms
        add("shared (before)", names(shared.candidates(coded.evidence, words, nouns, CANDIDATES)))
        add("published", names(published.candidates(coded.evidence, words, nouns, CANDIDATES)))
        add("nearest class vector", names(_nearest_class(here)))
        rng = np.random.default_rng(fold)
        dealt = [ours[n] for n in rng.permutation(len(ours))]
        add("ours, dealt out at random", names(dealt))
        drawn = rng.integers(0, len(words.terms), len(ours))
        add("drawn at random", names([[Candidate(words.terms[n], 0, None)] for n in drawn]))
        add("always 'artifact'", names([[Candidate("artifact", 0, None)] for _ in ours]))
        itself = here.judge(coded)
        add("ours, judged on the same photos", itself(ours))
    return found


def _nearest_class(fold: Fold) -> list[list[Candidate]]:
    encoder = fold.encoder
    decoder = fold.dictionary.W_dec.numpy()
    nearest = (unit_rows(decoder) @ encoder.class_vectors.numpy().T).argmax(axis=1)
    return [[Candidate(encoder.class_names[n], 0, None)] for n in nearest]


def unseen_classes(
    split: Callable[..., Fold], classes: PhotoSet, photos: PhotoSet, chance: Likelihood
) -> list[Names]:
    """Return the names that a dictionary brings, judged on classes that it never saw."""
    of_both = np.array([synset not in {*classes.synset} for synset in photos.synset])
    synsets = sorted(set(classes.synset))
    order = np.random.default_rng(5).permutation(len(synsets)) % CLASS_FOLDS
    fold_of = np.array([order[synsets.index(synset)] for synset in classes.synset])
    found = []
    for fold in range(CLASS_FOLDS):
        seen = [(classes, np.flatnonzero(fold_of != fold)), (photos, np.flatnonzero(of_both))]
        here = split(*seen, without=photos)
        judged = Coded(here.dictionary, [(classes, np.flatnonzero(fold_of == fold))])
        found.append(here.judge(judged)(here.likely(None, chance)))
    return found


def halves(
    split: Callable[..., Fold], classes: PhotoSet, foreign: Sequence[PhotoSet]
) -> list[Calibration]:
    """Return how calibrated probabilities are that other classes were fitted on."""
    synsets = sorted(set(classes.synset))
    found: list[Calibration] = []
    folds = [split((classes, np.flatnonzero(classes.turn != fold))) for fold in range(FOLDS)]
    far = [
        case for other in foreign for case in folds[0].cases(other.title, 0, all_of(other), None)
    ]
    for half in range(HALVES):
        chosen = np.random.default_rng(half).permutation(len(synsets)) < len(synsets) // 2
        fits = np.array([chosen[synsets.index(synset)] for synset in classes.synset])
        cases = list(far)
        claimed, is_right = [], []
        for fold, here in enumerate(folds):
            used, judged = classes.turn != fold, classes.turn == fold
            both = [(classes, np.flatnonzero(one & fits)) for one in (used, judged)]
            cases.extend(here.cases("half", fold, both[0], both[1]))
        chance = fit_names.fit(cases)
        for fold, here in enumerate(folds):
            used, judged = classes.turn != fold, classes.turn == fold
            own = here.after((classes, np.flatnonzero(used & ~fits)), len(classes))
            coded = Coded(here.dictionary, [(classes, np.flatnonzero(judged & ~fits))])
            names = here.judge(coded)(here.likely(own, chance))
            claimed.append(names.probability)
            is_right.append(names.right)
        found.append(calibration(np.concatenate(claimed), np.concatenate(is_right)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--classes", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="only learned from")
    parser.add_argument("--foreign", type=Path, nargs="*", default=[])
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--build", type=Path, default=ROOT / "build/naming")
    parser.add_argument("--json", type=Path, default=None)
    parser.add_argument("--curve", type=Path, default=None, help="draw how calibrated names are")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    encoder = encoders.load("builtin", device="cpu")

    def load(folder: Path) -> PhotoSet:
        return protocol.load(encoder, folder, options.build)

    classes, photos = load(options.classes), load(options.photos)
    also = [load(one) for one in options.also]
    foreign = [load(one) for one in options.foreign]
    naming, wordnet = Naming(encoder), taxonomy.read(options.wordnet)
    others = [all_of(photos), *map(all_of, also)]

    def split(*used: protocol.Part, without: PhotoSet | None = None) -> Fold:
        more = [part for part in others if part[0] is not without]
        fold = Fold(naming, wordnet, options.build, [*used, *more])
        fold.encoder = encoder
        return fold

    chance = likelihood.shipped()
    found = same_classes(naming, split, classes, chance)
    report: dict[str, Any] = {"same classes": {t: figures(naming, n) for t, n in found.items()}}
    ours = found["ours, after all"]
    report["gains"] = {
        f"ours, after all, over {title}": gain(ours, found[title])
        for title in ("shared (before)", "published", "ours, of the dictionary's photos")
    }
    show("same classes, judged on the third photo", report["same classes"])
    for title, (mean, low, high) in report["gains"].items():
        print(f"{title}: {mean:+.3f} ({low:+.3f} .. {high:+.3f})")
    unseen = unseen_classes(split, classes, photos, chance)
    report["unseen classes"] = {"ours, of the dictionary's photos": figures(naming, unseen)}
    show("classes that the dictionary never saw", report["unseen classes"])
    curves = halves(split, classes, foreign)
    errors = [one.error for one in curves]
    report["calibration error of ten halves"] = [float(np.mean(errors)), min(errors), max(errors)]
    print(
        "calibration error, mean of ten halves: {:.3f} ({:.3f} .. {:.3f})".format(
            *report["calibration error of ten halves"]
        )
    )
    report["foreign"] = {}
    for other in foreign:
        fold = split((classes, np.flatnonzero(classes.turn != 0)))
        own = fold.after(all_of(other), len(other))
        assert own is not None
        rows = fold.likely(own, chance)
        shown = [
            row[0].probability or 0.0
            for row, worth in zip(rows, own.worth, strict=True)
            if worth and row
        ]
        report["foreign"][other.title] = float(np.mean(np.array(shown) < DOUBTFUL))
        print(f"{other.title}: {report['foreign'][other.title]:.1%} of {len(shown)} names doubtful")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))
    if options.curve:
        draw(curves, options.curve)


def show(title: str, rows: dict[str, dict[str, float]]) -> None:
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    print(f"\n{title}\n{'names':34}" + "".join(f"{name:>19}" for name in columns))
    for name, row in rows.items():
        cells = (row.get(column) for column in columns)
        texts = ("" if c is None else f"{c:.0f}" if c > 1 else f"{c:.3f}" for c in cells)
        print(f"{name:34}" + "".join(f"{text:>19}" for text in texts))


def draw(curves: Sequence[Calibration], path: Path) -> None:
    """Draw what is claimed against what is right, a thin line for each half and their mean."""
    from PIL import Image, ImageDraw

    side, edge, scale = 440, 60, 3
    picture = Image.new("RGB", ((side + 2 * edge) * scale,) * 2, "white")
    pen = ImageDraw.Draw(picture)

    def at(x: float, y: float) -> tuple[float, float]:
        return (edge + x * side) * scale, (edge + (1 - y) * side) * scale

    pen.line([at(0, 0), at(1, 1)], fill="#999999", width=scale)
    pen.rectangle([at(0, 1), at(1, 0)], outline="#333333", width=scale)
    for curve in curves:
        pen.line([at(*p) for p in zip(curve.claimed, curve.right, strict=True)], "#9ecae1", scale)
    claimed = np.mean([curve.claimed for curve in curves], axis=0)
    was = np.mean([curve.right for curve in curves], axis=0)
    pen.line([at(*point) for point in zip(claimed, was, strict=True)], "#08519c", 3 * scale)
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x, y = at(tick, 0)
        pen.text((x, y + 8 * scale), f"{tick:g}", "#333333", anchor="ma", font_size=14 * scale)
        x, y = at(0, tick)
        pen.text((x - 8 * scale, y), f"{tick:g}", "#333333", anchor="rm", font_size=14 * scale)
    x, y = at(0.5, 0)
    pen.text((x, y + 32 * scale), "probability shown", "#333333", anchor="ma", font_size=15 * scale)
    x, y = at(0, 1)
    pen.text(
        (x, y - 12 * scale),
        "share of names that are right",
        "#333333",
        anchor="ls",
        font_size=15 * scale,
    )
    picture.resize((side + 2 * edge,) * 2, Image.Resampling.LANCZOS).save(path)


if __name__ == "__main__":
    main()
