"""What concepts cost in classification, on photos that the dictionary never saw, with controls.

CLASSES holds photos of known classes in folders (three a class). In each split one photo of every
class is judged, the others are learned from, and the penalty is chosen among those. Three ways:

- folds: the photo of one turn is judged, and the dictionary is trained on all others;
- unseen: five random splits, and the dictionary is trained on other photos alone;
- shipped: five random splits with the shipped dictionary, which may have seen some of the photos.

Beside: raw features of the same photos, shuffled labels, an untrained dictionary, and classes by
words alone. Intervals are of a paired bootstrap over photos.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from insight_app import resources
from insight_app.concepts import hsae
from insight_app.concepts.encoders.builtin import BuiltinEncoder
from insight_app.concepts.explain import image_values, learning, zero_shot
from insight_app.concepts.explain.class_words import ClassWords, vectors
from insight_app.concepts.explain.image_values import ImageValues, Pooling
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.quality.intervals import bootstrap, wilson
from insight_app.concepts.quality.untrained import untrained

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "packaging"))

import naming_protocol as protocol
from naming_protocol import PhotoSet, all_of

SPLITS, TURNS = 5, 3
LEAST_GAP, LEAST_OF_RAW = -1.0, 0.97


@dataclass(frozen=True, eq=False)
class Split:
    """One division of the photos: the values of all, which are learned from, which judged."""

    values: ImageValues
    learned: NDArray[np.int64]
    judged: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Way:
    """Right or not, of the photos judged in all splits: photo (M,), concepts, features (M,)."""

    title: str
    photo: NDArray[np.int64]
    concepts: NDArray[np.bool_]
    features: NDArray[np.bool_]
    photos: int

    @property
    def gap(self) -> float:
        """Concepts minus features, in points."""
        return 100 * float(self.concepts.mean() - self.features.mean())

    def interval(self) -> tuple[float | None, float | None]:
        """Return the 95 % interval of the gap, over photos."""
        difference = self.concepts.astype(float) - self.features
        sums = np.bincount(self.photo, difference, self.photos)
        counts = np.bincount(self.photo, minlength=self.photos).astype(float)
        return bootstrap(lambda drawn: 100 * (drawn @ sums) / (drawn @ counts), self.photos)


def values_of(dictionary: HSAE, photos: PhotoSet) -> ImageValues:
    """Return the values of all photos as a dictionary codes their plain view."""
    tokens = (torch.from_numpy(np.array(one[0])).float() for one in photos.tokens)
    return image_values.of_images((dictionary.encode(one).half() for one in tokens), dictionary.F)


def features_of(photos: PhotoSet) -> NDArray[np.float32]:
    """Return (N, D) the mean tokens, as kept in half precision."""
    means = [np.array(one[0]).astype(np.float32).mean(axis=0) for one in photos.tokens]
    return np.array(means).astype(np.float16).astype(np.float32)


def at_random(values: ImageValues, labels: NDArray[np.int64]) -> Iterator[Split]:
    """Yield SPLITS splits in which one photo of every class is judged."""
    for seed in range(SPLITS):
        order = np.random.default_rng(seed).permutation(labels.size)
        first = np.unique(labels[order], return_index=True)[1]
        judged = np.sort(order[first])
        yield Split(values, np.setdiff1d(np.arange(labels.size), judged), judged)


def measure(
    title: str,
    splits: Iterator[Split],
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
) -> Way:
    """Return how right probes of concepts and of raw features are in the splits."""
    classes = int(labels.max()) + 1
    photo, concepts, beside = [], [], []
    for seed, split in enumerate(splits):
        own, known = split.values.take(split.learned), labels[split.learned]
        pooling = Pooling.of(own)
        weights = learning.learn_concepts(pooling.features(own), known, classes, seed=seed)
        scores = pooling.features(split.values.take(split.judged)).times(weights.fitted.weights.T)
        length = np.linalg.norm(features[split.learned], axis=1).mean()
        raw = learning.learn_features(features[split.learned] / length, known, classes, seed=seed)
        raw_scores = features[split.judged] @ raw.fitted.weights.T
        truth = labels[split.judged]
        photo.append(split.judged)
        concepts.append(scores.argmax(axis=1) == truth)
        beside.append(raw_scores.argmax(axis=1) == truth)
        print(
            f"  {title}, split {seed + 1}: concepts {concepts[-1].mean():.3f}, raw features "
            f"{beside[-1].mean():.3f}",
            flush=True,
        )
    photos, ours, theirs = map(np.concatenate, (photo, concepts, beside))
    return Way(title, photos, ours, theirs, labels.size)


def by_words(
    encoder: BuiltinEncoder,
    dictionary: HSAE,
    values: ImageValues,
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    names: Sequence[str],
) -> tuple[float, float]:
    """Return the share of photos that are right by words: through concepts, and by raw tokens."""
    words = vectors(encoder, [ClassWords(name) for name in names])
    space = dictionary.W_dec.numpy(), dictionary.b_dec.numpy()
    typed = zero_shot.classifier(names, words, *space)
    concepts = float((typed.decisions(values) == labels).mean())
    raw = zero_shot.raw_scores(features, words).argmax(axis=1)
    return concepts, float((raw == labels).mean())


def run(encoder: BuiltinEncoder, folder: Path, more: Sequence[Path], build: Path) -> dict[str, Any]:
    """Measure and print all of it; return the figures, with `holds`.

    folder: of the classes; more: of photos that dictionaries are trained on beside.
    """
    classes, *others = (protocol.load(encoder, one, build) for one in (folder, *more))
    called = {one.name[:9]: one.name[10:].replace("_", " ") for one in folder.iterdir()}
    synsets = sorted(set(classes.synset))
    labels = np.array([synsets.index(one) for one in classes.synset])
    features, rest = features_of(classes), [all_of(one) for one in others]

    def folds() -> Iterator[Split]:
        for turn in range(TURNS):
            used, judged = (
                np.flatnonzero(classes.turn != turn),
                np.flatnonzero(classes.turn == turn),
            )
            dictionary = protocol.trained([(classes, used), *rest], build)
            yield Split(values_of(dictionary, classes), used, judged)

    unseen = protocol.trained(rest, build)
    unseen_values = values_of(unseen, classes)
    shipped = hsae.load(resources.path("dictionaries/builtin"))
    shipped_values = values_of(shipped, classes)
    ways = [
        measure("folds", folds(), features, labels),
        measure("unseen", at_random(unseen_values, labels), features, labels),
        measure("shipped", at_random(shipped_values, labels), features, labels),
    ]
    report: dict[str, Any] = {}
    for way in ways:
        low, high = way.interval()
        report[way.title] = {
            "concepts": float(way.concepts.mean()),
            "features": float(way.features.mean()),
            "gap": way.gap,
            "low": low,
            "high": high,
        }
        print(
            f"{way.title}: concepts {way.concepts.mean():.3f}, raw features "
            f"{way.features.mean():.3f}, gap {way.gap:+.1f} points ({low:+.1f} to {high:+.1f})"
        )
    chance = 1 / len(synsets)
    mixed = np.random.default_rng(0).permutation(labels)
    one = [next(at_random(unseen_values, mixed))]
    shuffled = measure("shuffled labels", iter(one), features, mixed)
    right, count = int(shuffled.concepts.sum()), shuffled.concepts.size
    low, high = wilson(right, count)
    tokens = [torch.from_numpy(np.array(photo[0])).float() for photo in classes.tokens[::4]]
    active = float(np.mean([unseen.encode(one).indices.size / len(one) for one in tokens[:50]]))
    bare = values_of(untrained(unseen, tokens, active), classes)
    control = measure("untrained", at_random(bare, labels), features, labels)
    names = [called[synset] for synset in synsets]
    words = {
        "unseen": by_words(encoder, unseen, unseen_values, features, labels, names),
        "shipped": by_words(encoder, shipped, shipped_values, features, labels, names),
    }
    print(f"shuffled labels: {right} of {count} right; chance is {chance:.4f}")
    print(f"untrained dictionary: concepts {control.concepts.mean():.3f}, gap {control.gap:+.1f}")
    if control.concepts.mean() >= ways[1].concepts.mean():
        print("  a probe's accuracy cannot tell this dictionary from one that learned nothing")
    for title, (through, raw) in words.items():
        print(
            f"by words, {title}: through concepts {through:.3f}, raw tokens {raw:.3f}, "
            f"{through / raw:.1%}"
        )
    report |= {
        "shuffled": right / count,
        "chance": chance,
        "untrained": float(control.concepts.mean()),
        "words": {title: {"concepts": c, "raw": raw} for title, (c, raw) in words.items()},
    }
    checks = (
        {
            f"gap of folds >= {LEAST_GAP}": ways[0].gap >= LEAST_GAP,
            f"gap of unseen classes >= {LEAST_GAP}": ways[1].gap >= LEAST_GAP,
        }
        | {
            f"words through concepts, {title} >= {LEAST_OF_RAW:.0%} of raw": c >= LEAST_OF_RAW * raw
            for title, (c, raw) in words.items()
        }
        | {
            "shuffled labels at chance": low is not None and low <= chance,
        }
    )
    for check, holds in checks.items():
        print(f"{'holds' if holds else 'MISSED'}: {check}")
    return report | {"holds": {check: bool(holds) for check, holds in checks.items()}}
