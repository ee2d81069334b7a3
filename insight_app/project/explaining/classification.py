"""A classification of a project's photos as everybody reads it: what was learned, and how good.

Plain values and their bytes. Numpy only, so that a window reads and uses it; nothing here needs
torch or scipy. Knows nothing of how it is learned (`classifying`) and where it is kept (`store`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app import plain_json
from insight_app.concepts.explain import evaluation
from insight_app.concepts.explain.classifier import Classifier, mean_of
from insight_app.concepts.explain.evaluation import Compact, Gap, Share
from insight_app.plain_arrays import npz_of

SCHEMA = 1
MOST_BYTES = 4 << 30
KEPT_ACCURACY = 0.9
"""The share of the accuracy that a compact set keeps."""
_DESCRIBED = "described"


@dataclass(frozen=True)
class ClassificationBasis:
    """What a classification was computed from; rules: the version of how it is learned.

    labels: digest of the labels.
    """

    generation: int
    photos: int
    encoder: str
    dictionary: str
    reading_rule: int
    labels: str
    rules: int


@dataclass(frozen=True)
class PathStep:
    """One value of a penalty: how right the probe is on validation photos, and how large.

    weight: of the L1 penalty, for raw features of the L2. accuracy: share of the validation photos;
    used: concepts (features) with a weight; is_settled: the optimizer came to rest.
    """

    weight: float
    accuracy: float
    used: int
    is_settled: bool = True


@dataclass(frozen=True)
class Choice:
    """Which penalty one fold chose on its validation photos, of those on its path."""

    l1: float
    l2: float
    path: tuple[PathStep, ...]


@dataclass(frozen=True, eq=False)
class Judged:
    """What held-back photos were taken for, each by the fold that did not see it.

    decisions: (N,) int32, -1 for photos that are not judged: never held back, or of unknown
    features; scores: (N, C) float32, nan for these, None where they are not kept; choices: of each
    fold. weights: (C, D) float32 mean of the folds' weights of raw features, None of concepts.
    """

    decisions: NDArray[np.int32]
    scores: NDArray[np.float32] | None
    choices: tuple[Choice, ...]
    weights: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Classification:
    """Probes on the concepts of labelled photos, beside ones on their raw features.

    label_set: which labels; classes (C); images (N,) int64 ids of labelled photos; labels (N,)
    int32 index of each one's class; fold (N,) int8: which of `classifiers` did not see it, -1 = all
    saw it. concepts, features: what held-back photos were taken for by concepts, by raw features
    (None where those could not be had: `no_features` says why). notes: what was left out, and what
    the figures do not say. made: UTC; seconds it took.
    """

    label_set: str
    classes: tuple[str, ...]
    images: NDArray[np.int64]
    labels: NDArray[np.int32]
    fold: NDArray[np.int8]
    classifiers: tuple[Classifier, ...]
    concepts: Judged
    features: Judged | None
    no_features: str
    compact: Compact | None
    notes: tuple[str, ...]
    made: str
    seconds: float
    basis: ClassificationBasis

    # ---- which classifier

    @cached_property
    def classifier(self) -> Classifier:
        """The mean of the folds' classifiers: for photos without a label."""
        return mean_of(self.classifiers)

    def classifier_of(self, image: int) -> Classifier:
        """Return the classifier that did not see a photo; the mean of all where there is none."""
        row = self.row_of(image)
        fold = evaluation.NEVER if row is None else int(self.fold[row])
        return self.classifier if fold < 0 else self.classifiers[fold]

    def row_of(self, image: int) -> int | None:
        """Return the row of a photo among the labelled ones, None if it is not."""
        row = int(np.searchsorted(self.images, image))
        return row if row < self.images.size and self.images[row] == image else None

    # ---- how good

    @cached_property
    def held_back(self) -> NDArray[np.int64]:
        """The rows of all photos that were held back once; figures are of these."""
        return np.flatnonzero(self.fold >= 0)

    def right(self, judged: Judged) -> NDArray[np.bool_]:
        """Return (N,) which photos were held back and taken for what they are."""
        found: NDArray[np.bool_] = judged.decisions == self.labels
        return found

    def accuracy(self, judged: Judged) -> Share:
        """Return the share of held-back photos that were taken for what they are."""
        return Share(int(self.right(judged).sum()), _rows(judged).size)

    def by_class(self, judged: Judged) -> list[Share]:
        """Return for each class the share of its held-back photos that were taken for it."""
        matrix = self.confusion(judged)
        return [Share(int(matrix[n, n]), int(matrix[n].sum())) for n in range(len(self.classes))]

    def confusion(self, judged: Judged) -> NDArray[np.int64]:
        """Return (C, C): held-back photos of a class (row) that were taken for each (column)."""
        rows = _rows(judged)
        return evaluation.confusion(self.labels[rows], judged.decisions[rows], len(self.classes))

    def confused(self, judged: Judged, row: int, column: int) -> NDArray[np.int64]:
        """Return (n,) the images of a class that were taken for another: a cell's photos."""
        rows = _rows(judged)
        are = (self.labels[rows] == row) & (judged.decisions[rows] == column)
        found: NDArray[np.int64] = self.images[rows[are]]
        return found

    @cached_property
    def gap(self) -> Gap | None:
        """Concepts minus features in points, the price of interpretability; None without features.

        A negative gap: concepts are right less often.
        """
        if self.features is None:
            return None
        both = _rows(self.features)  # concepts judge every photo that features do
        if not both.size:
            return None
        return evaluation.gap(self.right(self.concepts)[both], self.right(self.features)[both])

    @property
    def unsettled(self) -> tuple[int, int]:
        """How many fits on the folds' paths of concepts ended before they came to rest, of all."""
        steps = [step.is_settled for one in self.concepts.choices for step in one.path]
        return steps.count(False), len(steps)

    # ---- bytes

    def to_json(self) -> dict[str, Any]:
        """Return all but arrays of weights and scores, with the figures computed from them."""
        described = self._described()
        for name, judged in (("concepts", self.concepts), ("features", self.features)):
            if judged is not None:
                described[name] |= self._figures(judged)
        described["gap"] = None if self.gap is None else asdict(self.gap)
        if self.compact is not None:
            described["compact"] = {
                "concepts": self.compact.concepts.tolist(),
                "curve": [
                    {"concepts": size, "right": right, "photos": self.compact.photos}
                    for size, right in zip(
                        self.compact.sizes.tolist(), self.compact.right.tolist(), strict=True
                    )
                ],
                "is_enough": self.compact.is_enough,
                "keeps": KEPT_ACCURACY,
            }
        return described | {"photos": int(self.images.size), "held_back": self.held_back.size}

    def _figures(self, judged: Judged) -> dict[str, Any]:
        shares = self.by_class(judged)
        return {
            "accuracy": _told(self.accuracy(judged)),
            "by_class": [
                {"class": name} | _told(share)
                for name, share in zip(self.classes, shares, strict=True)
            ],
            "confusion": self.confusion(judged).tolist(),
        }

    def _described(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "label_set": self.label_set,
            "classes": list(self.classes),
            "kind": self.classifiers[0].kind,
            "folds": len(self.classifiers),
            "concepts": {"choices": [asdict(one) for one in self.concepts.choices]},
            "features": None
            if self.features is None
            else {"choices": [asdict(one) for one in self.features.choices]},
            "no_features": self.no_features,
            "compact": self.compact
            and {"photos": self.compact.photos, "is_enough": self.compact.is_enough},
            "notes": list(self.notes),
            "made": self.made,
            "seconds": self.seconds,
            "basis": asdict(self.basis),
        }

    def to_bytes(self) -> bytes:
        """Return all of it as an .npz file."""
        text = json.dumps(self._described(), ensure_ascii=False, allow_nan=False)
        encoded = text.encode("utf-8", "surrogatepass")
        arrays: dict[str, NDArray[Any]] = {
            _DESCRIBED: np.frombuffer(encoded, np.uint8),
            "images": self.images,
            "labels": self.labels,
            "fold": self.fold,
        }
        for number, classifier in enumerate(self.classifiers):
            arrays |= {f"{number}_{name}": array for name, array in classifier.to_arrays().items()}
        for name, judged in (("concepts", self.concepts), ("features", self.features)):
            if judged is not None:
                arrays[f"{name}_decisions"] = judged.decisions
                if judged.scores is not None:
                    arrays[f"{name}_scores"] = judged.scores
                if judged.weights is not None:
                    arrays[f"{name}_weights"] = judged.weights
        if self.compact is not None:
            for name in ("concepts", "sizes", "right"):
                arrays[f"compact_{name}"] = getattr(self.compact, name)
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        return file.getvalue()


def from_bytes(data: bytes) -> Classification:
    """Return the classification in an .npz file; ValueError where it is damaged."""
    try:
        arrays = npz_of(data, MOST_BYTES)
        described = plain_json.loads(arrays[_DESCRIBED].tobytes())
        if not isinstance(described, dict) or described.get("schema") != SCHEMA:
            raise ValueError("a newer Insight wrote it")
        found = _made(described, arrays)
        _must_fit(found)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"it is no classification ({error})") from error
    return found


def _made(described: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Classification:
    classes = _texts(described["classes"])
    kind = str(described["kind"])
    classifiers = []
    for number in range(int(described["folds"])):
        start = f"{number}_"
        own = {name.removeprefix(start): a for name, a in arrays.items() if name.startswith(start)}
        classifiers.append(Classifier.from_arrays(kind, classes, own))
    compact = None
    if described["compact"] is not None:
        compact = Compact(
            concepts=_whole(arrays["compact_concepts"]),
            sizes=_whole(arrays["compact_sizes"]),
            right=_whole(arrays["compact_right"]),
            photos=int(described["compact"]["photos"]),
            is_enough=bool(described["compact"]["is_enough"]),
        )
    basis = described["basis"]
    return Classification(
        label_set=str(described["label_set"]),
        classes=classes,
        images=_whole(arrays["images"]),
        labels=_whole(arrays["labels"]).astype(np.int32),
        fold=_whole(arrays["fold"]).astype(np.int8),
        classifiers=tuple(classifiers),
        concepts=_judged("concepts", described, arrays),
        features=None if described["features"] is None else _judged("features", described, arrays),
        no_features=str(described["no_features"]),
        compact=compact,
        notes=_texts(described["notes"]),
        made=str(described["made"]),
        seconds=float(described["seconds"]),
        basis=ClassificationBasis(
            generation=int(basis["generation"]),
            photos=int(basis["photos"]),
            encoder=str(basis["encoder"]),
            dictionary=str(basis["dictionary"]),
            reading_rule=int(basis["reading_rule"]),
            labels=str(basis["labels"]),
            rules=int(basis["rules"]),
        ),
    )


def _judged(name: str, described: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Judged:
    scores, weights = arrays.get(f"{name}_scores"), arrays.get(f"{name}_weights")
    if any(one is not None and one.dtype != np.float32 for one in (scores, weights)):
        raise ValueError("scores or weights are not of numbers")
    choices = tuple(
        Choice(
            float(one["l1"]),
            float(one["l2"]),
            tuple(
                PathStep(
                    float(step["weight"]),
                    float(step["accuracy"]),
                    int(step["used"]),
                    bool(step["is_settled"]),
                )
                for step in one["path"]
            ),
        )
        for one in described[name]["choices"]
    )
    decisions = _whole(arrays[f"{name}_decisions"]).astype(np.int32)
    return Judged(decisions, scores, choices, weights)


def _must_fit(found: Classification) -> None:
    """Raise ValueError where arrays do not fit each other."""
    photos, classes = found.images.size, len(found.classes)
    sizes = {found.labels.shape, found.fold.shape}
    for judged in (found.concepts, found.features):
        if judged is not None:
            sizes.add(judged.decisions.shape)
            if judged.scores is not None and judged.scores.shape != (photos, classes):
                raise ValueError("scores do not fit the photos")
            if judged.weights is not None and judged.weights.shape[:-1] != (classes,):
                raise ValueError("weights do not fit the classes")
            _within(judged.decisions, -1, classes)
    if sizes != {(photos,)} or (np.diff(found.images) <= 0).any():
        raise ValueError("its photos do not fit each other")
    _within(found.labels, 0, classes)
    _within(found.fold, evaluation.NEVER, len(found.classifiers))
    concepts = {one.concepts for one in found.classifiers}
    if len(concepts) != 1:
        raise ValueError("its classifiers do not fit each other")
    if found.compact is not None:
        _within(found.compact.concepts, 0, concepts.pop())
        if found.compact.sizes.shape != found.compact.right.shape:
            raise ValueError("its curve does not fit")


def _within(values: NDArray[np.integer], low: int, high: int) -> None:
    if values.size and not (low <= int(values.min()) and int(values.max()) < high):
        raise ValueError("a number lies outside of what there is")


def _rows(judged: Judged) -> NDArray[np.int64]:
    """Return the rows of the photos that were judged."""
    return np.flatnonzero(judged.decisions >= 0)


def _whole(array: NDArray[Any]) -> NDArray[np.int64]:
    if array.ndim != 1 or array.dtype.kind != "i":
        raise ValueError("an array is not of whole numbers")
    return array.astype(np.int64)


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError("a list is not of texts")
    return tuple(values)


def _told(share: Share) -> dict[str, Any]:
    low, high = share.interval or (None, None)
    return {
        "value": share.value if share.photos else None,
        "right": share.right,
        "photos": share.photos,
        "low": low,
        "high": high,
    }
