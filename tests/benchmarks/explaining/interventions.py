"""Whether concepts said to matter do, and how fast interventions are.

    python -m tests.benchmarks.explaining.interventions PROJECT.insight   (a classified project)
    python -m tests.benchmarks.explaining.interventions --photos 100000   (synthetic, for speed)

Prints the area between random order and order by contribution when concepts are taken away, class
by class, with its bootstrap interval over photos; the surrogate error by number of concepts, beside
random ones; and seconds for switching concepts off in all photos.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from insight_app.concepts.explain import faithfulness, surrogate
from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.contributions import explain, of_row, toward
from insight_app.concepts.explain.image_values import ImageValues
from insight_app.concepts.explain.interventions import ScoredPhotos, in_photo, in_photos
from insight_app.concepts.explain.sparse import SparseRows
from insight_app.project.explaining import store
from insight_app.project.explaining.whatif import decided
from insight_app.project.results.snapshot import Results

CONCEPTS, CLASSES, ACTIVE, FOLDS = 8192, 100, 200, 5


def faithful(project: Path) -> None:
    """Print the gains of deletion by class of a classified project, and surrogate errors."""
    found = store.newest(project)
    with Results.open(project) as results:
        start = decided(results, found)
    scored, classes = start.scored, start.classes
    curves: dict[int, list[faithfulness.Curves]] = {}
    photos = []
    for row in range(start.images.size):
        judge = scored.classifiers[int(scored.fold[row])]
        values, decision = of_row(scored.values, row), int(scored.decisions[row])
        photos.append((judge, values))
        one = faithfulness.deletion(judge, values, toward(len(classes), decision), seed=row)
        curves.setdefault(decision, []).append(one)
    gains = {c: one for c, own in curves.items() if (one := faithfulness.together(own))}
    above = sum(one.gain > 0 for one in gains.values())
    print(f"deletion: gain above 0 for {above} of {len(gains)} classes")
    for name in ("deletion", "insertion"):
        own = [one if name == "deletion" else one.insertion for c in curves.values() for one in c]
        one = faithfulness.together(own)
        low, high = one.gain_interval
        print(
            f"{name}: area {one.area:.3f}, random {one.area_random:.3f}, reverse "
            f"{one.area_reverse:.3f}; random less own {one.gain:+.3f} [{low:.3f}, {high:.3f}], "
            f"{one.photos} photos"
        )
    told = surrogate.over_photos(photos)
    print(f"surrogate error, {told.photos} photos of {told.concepts:.0f} concepts each:")
    for n, kept, (low, high), random in zip(
        told.numbers, told.kept, told.intervals, told.random, strict=True
    ):
        print(f"  {n:4} kept: {kept:.4f} [{low:.4f}, {high:.4f}], at random {random:.4f}")


def speed(photos: int) -> None:
    """Print seconds for interventions in synthetic photos."""
    rng = np.random.default_rng(0)
    often = rng.power(0.3, CONCEPTS)
    often *= ACTIVE / often.sum()
    parts = [np.flatnonzero(rng.random(CONCEPTS) < often) for _ in range(2000)]
    rows = [parts[n % len(parts)] for n in range(photos)]
    indptr = np.concatenate(([0], np.cumsum([one.size for one in rows]))).astype(np.int64)
    indices = np.concatenate(rows).astype(np.int32)
    values = rng.random(indices.size, np.float32)
    pooled = ImageValues(
        SparseRows(indptr, indices, values, CONCEPTS), SparseRows(indptr, indices, values, CONCEPTS)
    )
    shape = CLASSES, CONCEPTS
    judges = [
        Classifier(
            "probe",
            tuple(map(str, range(CLASSES))),
            rng.normal(size=shape).astype(np.float32),
            rng.normal(size=shape).astype(np.float32),
        )
        for _ in range(FOLDS)
    ]
    scores = rng.normal(size=(photos, CLASSES)).astype(np.float32)
    scored = ScoredPhotos(pooled, judges, np.arange(photos) % FOLDS, scores)
    began = time.monotonic()
    _ = pooled.columns_first, scored.decisions
    print(
        f"{photos:,} photos, {indices.size:,} values: by concept {time.monotonic() - began:.2f} s"
    )
    common = np.argsort(-often)
    for number in (1, 10, 100):
        factors = {int(one): 0.0 for one in common[:number]}
        began = time.monotonic()
        found = in_photos(scored, factors)
        found.decisions(scored.decisions)
        took = time.monotonic() - began
        print(f"  {number} most common concepts off: {took:.2f} s, {found.rows.size:,} touched")
    one = of_row(pooled, 0)
    began = time.monotonic()
    explain(judges[0], in_photo(one, {int(one.concepts[0]): 0.0}))
    print(f"  one photo: {1000 * (time.monotonic() - began):.1f} ms")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("project", nargs="?", type=Path)
    asked.add_argument("--photos", type=int, default=100_000)
    chosen = asked.parse_args()
    if chosen.project is None:
        speed(chosen.photos)
    else:
        faithful(chosen.project)
