"""Small photos, codes and classifiers for the tests of what explains a score."""

import numpy as np

from insight_app.concepts.codes import Codes, from_dense
from insight_app.concepts.explain.classifier import Classifier, Reconstruction
from insight_app.concepts.explain.image_values import ImageValues, of_images

CLASSES = ("bird", "boat", "car")


def codes(rng: np.random.Generator, concepts: int = 30, cells: int = 12) -> Codes:
    """Return codes of a photo with a tenth of the concepts active in each cell, some ties."""
    dense = rng.integers(0, 9, (cells, concepts)) / 4.0
    return from_dense(np.where(rng.random(dense.shape) < 0.1, dense, 0.0))


def photos(rng: np.random.Generator, number: int, concepts: int = 30) -> ImageValues:
    return of_images((codes(rng, concepts) for _ in range(number)), concepts)


def classifier(rng: np.random.Generator, kind: str, concepts: int = 30) -> Classifier:
    """Return a "probe" on maxima and means, or a "zero-shot" with bias and lengths."""
    shape = (len(CLASSES), concepts)
    of_means = rng.normal(size=shape).astype(np.float32)
    if kind == "probe":
        of_maxima = rng.normal(size=shape) * (rng.random(shape) < 0.5)
        return Classifier("probe", CLASSES, of_maxima.astype(np.float32), of_means)
    decoder = rng.normal(size=(concepts, 8)).astype(np.float32)
    offset = rng.normal(size=8).astype(np.float32)
    texts = rng.normal(size=(len(CLASSES), 8))
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    return Classifier(
        "zero-shot",
        CLASSES,
        None,
        (texts @ decoder.T).astype(np.float32),
        texts @ offset,
        Reconstruction(decoder, offset),
    )
