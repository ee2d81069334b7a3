"""How long a probe of 100,000 photos, 8,192 concepts and 100 classes takes, and how much memory.

Photos are drawn: each has 150 concepts, some of which its class prefers. One fit is made to its end
in a process of its own, whose memory is its own; the path is the same work with fewer steps a
value, and is told from the seconds of a step. CPU seconds are told beside those of the clock: on a
busy computer only these can be compared.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from dataclasses import dataclass

import numpy as np

from insight_app.concepts.explain import probe
from insight_app.concepts.explain.image_values import ImageValues, Pooling
from insight_app.concepts.explain.sparse import SparseRows

PHOTOS, CONCEPTS, CLASSES, EACH = 100_000, 8_192, 100, 150


@dataclass(frozen=True)
class Took:
    """Seconds and bytes of one fit. path_seconds: told from those of a step."""

    photos: int
    non_zeros: int
    steps: int
    clock_seconds: float
    cpu_seconds: float
    build_seconds: float
    path_clock_seconds: float
    path_cpu_seconds: float
    peak_bytes: int
    accuracy: float


def drawn(photos: int, seed: int = 0) -> tuple[ImageValues, np.ndarray]:
    """Return the values of photos (N, F) and the class of each; means are a tenth of the maxima."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, photos)
    popular = rng.permutation(CONCEPTS)
    indices = np.empty((photos, EACH), np.int32)
    for start in range(0, photos, 5_000):
        some = slice(start, min(start + 5_000, photos))
        many = some.stop - some.start
        # Concepts are as unequal as those of photos: a few are in most, most in few.
        found = popular[(CONCEPTS * rng.random((many, EACH * 2)) ** 3).astype(np.int64)]
        found[:, :12] = (labels[some, None] * 37 + rng.integers(0, 60, (many, 12))) % CONCEPTS
        for row in range(many):
            unique = np.unique(found[row])
            own = rng.permutation(unique)[:EACH] if unique.size > EACH else unique
            filled = np.resize(own, EACH)
            indices[some.start + row] = np.sort(filled)
    rows = [np.unique(row) for row in indices]
    indptr = np.concatenate(([0], np.cumsum([row.size for row in rows]))).astype(np.int64)
    joined = np.concatenate(rows).astype(np.int32)
    values = rng.gamma(2.0, 1.0, joined.size).astype(np.float32)
    maxima = SparseRows(indptr, joined, values, CONCEPTS)
    means = SparseRows(indptr, joined, values * np.float32(0.1), CONCEPTS)
    return ImageValues(maxima, means), labels


def measure(photos: int = PHOTOS) -> Took:
    """Return what one fit takes, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (photos,))


def _measured(photos: int) -> Took:
    values, labels = drawn(photos)
    features = Pooling.of(values).features(values)
    test, test_labels = drawn(photos // 20, seed=1)
    clock = time.monotonic()
    problem = probe.LearningProblem(features, labels, CLASSES)
    build = time.monotonic() - clock
    l1 = probe.l1_path(problem.most_l1())[4]
    clock, cpu = time.monotonic(), time.process_time()
    fitted = problem.fit(l1, 1e-5)
    clock, cpu = time.monotonic() - clock, time.process_time() - cpu
    steps_of_path = probe.PATH * probe.PATH_ITERATIONS / fitted.iterations
    scores = Pooling.of(values).features(test).times(fitted.weights.T)
    return Took(
        photos=photos,
        non_zeros=int(features.values.size),
        steps=fitted.iterations,
        clock_seconds=clock,
        cpu_seconds=cpu,
        build_seconds=build,
        path_clock_seconds=clock * steps_of_path,
        path_cpu_seconds=cpu * steps_of_path,
        peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        accuracy=float((scores.argmax(axis=1) == test_labels).mean()),
    )
