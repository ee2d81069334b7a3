"""Whether relations are true: by WordNet, and by measures that know nothing of the naming rule.

    python -m tests.benchmarks.relations_truth PROJECT [--wordnet /usr/share/wordnet]
        [--masks FOLDER] [--json FILE]

PROJECT is analyzed; its photos are halved by their content. Relations are counted on one half and
judged on the other, then the other way round. Each measure is a mean over relations:

- wordnet:     the parent's name is a hypernym or holonym of the child's (of those with both named);
- lift:        log2 of P(parent in photo | child in photo) / P(parent in photo), on unseen photos;
- containment: share of the child's activation on cells where the parent is active (R), on unseen;
- holds:       R exceeds the threshold on unseen photos too (share of relations);
- places:      with --masks (id images named as the photos): share of the child's activation on the
               labels that hold 80 % of the parent's; child on unseen photos, parent on the others.

Beside it the same of shuffled relations (mean of 20): every concept keeps its number of parents and
of children, so coverage is equal. Intervals are 95 %, by a bootstrap over children. "sure" are
those whose interval of R over images lies above the threshold. Shown by threshold, too. For a
dictionary that was trained on these photos nothing of this is unseen: use another.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from insight_app.concepts import near_misses
from insight_app.concepts.codes import Codes, concatenate
from insight_app.concepts.quality import taxonomy
from insight_app.concepts.quality.label_grids import cell_labels
from insight_app.concepts.relations import Edges, relations, shuffled
from insight_app.concepts.statistics import CoOccurrence
from insight_app.concepts.statistics.edge_sums import EdgeSums
from insight_app.project.results.records import ImageRecord
from insight_app.project.results.snapshot import Results

THRESHOLDS = (0.75, 0.65, 0.55, 0.45, 0.4)
SHUFFLES, DRAWS, HELD = 20, 1000, 0.8
Judge = Callable[[Edges], np.ndarray]
"""Edges -> (n,) a value for each, NaN where nothing can be said."""


@dataclass(frozen=True)
class Half:
    """Photos of one half: codes, content hashes, (photos, F) which concepts are in them, pairs."""

    codes: list[Codes]
    hashes: list[bytes]
    labels: list[np.ndarray] | None
    present: np.ndarray
    pairs: CoOccurrence

    @classmethod
    def of(cls, photos: Sequence[tuple[ImageRecord, Codes]], masks: Path | None) -> "Half":
        concepts = photos[0][1].concepts
        present, pairs = np.zeros((len(photos), concepts), bool), CoOccurrence(concepts)
        for n, (_, codes) in enumerate(photos):
            present[n, codes.indices] = True
            pairs.add(codes, np.full(codes.cells, n))
        return cls(
            [codes for _, codes in photos],
            [record.content_hash for record, _ in photos],
            None if masks is None else [labels_of(record, masks) for record, _ in photos],
            present,
            pairs,
        )

    def by_label(self) -> np.ndarray:
        """(F, labels) the activation of each concept on cells of each label."""
        assert self.labels is not None
        size = 1 + max(int(one.max()) for one in self.labels)
        found = np.zeros((self.pairs.concepts, size))
        for codes, labels in zip(self.codes, self.labels, strict=True):
            np.add.at(found, (codes.indices, labels[codes.rows]), codes.values.astype(float))
        return found

    def are_sure(self, edges: Edges) -> np.ndarray:
        """(n,) bool: edges whose interval over these photos lies above their threshold."""
        sums = EdgeSums(edges.child, edges.parent, self.pairs.concepts)
        row = np.repeat(np.arange(len(self.codes)), [one.cells for one in self.codes])
        sums.add(concatenate(self.codes), near_misses.unknown(), row, self.hashes)
        return sums.intervals().low > edges.threshold


def labels_of(record: ImageRecord, masks: Path) -> np.ndarray:
    """(cells,) the label of every cell."""
    with Image.open(masks / f"{record.path.stem}.png") as mask:
        return cell_labels(np.asarray(mask).astype(np.int64), record.geometry)


def halves(results: Results, masks: Path | None) -> tuple[Half, Half]:
    photos = []
    for image in results.image_ids(status="coded"):
        photos.append((results.image(int(image)), results.codes(int(image))))
    photos.sort(key=lambda photo: photo[0].content_hash)
    return Half.of(photos[::2], masks), Half.of(photos[1::2], masks)


def wordnet_judge(names: Sequence[str], wordnet: taxonomy.Taxonomy) -> Judge:
    senses = {name: set(wordnet.synsets(name)) for name in set(names)}

    def judge(edges: Edges) -> np.ndarray:
        found = np.full(edges.size, np.nan)
        for n, (child, parent) in enumerate(zip(edges.child, edges.parent, strict=True)):
            if names[child] and names[parent]:
                ends = senses[names[child]], senses[names[parent]]
                found[n] = wordnet.is_kind_or_part(*ends)
        return found

    return judge


def unseen_judges(seen: Half, unseen: Half) -> dict[str, Judge]:
    often = unseen.present.sum(0)
    together = unseen.present.T.astype(np.float32) @ unseen.present.astype(np.float32)
    _, mass, _ = unseen.pairs.matrices()
    whole = unseen.pairs.diagonal

    def lift(edges: Edges) -> np.ndarray:
        """A pair that never meets counts as if it met in half a photo."""
        child, parent = edges.child, edges.parent
        met = np.maximum(together[child, parent], 0.5)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.log2(met * len(unseen.present) / (often[child] * often[parent]))
        return np.where((often[child] >= 3) & (often[parent] > 0), value, np.nan)

    def containment(edges: Edges) -> np.ndarray:
        inside = np.asarray(mass[edges.child, edges.parent]).ravel()
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(whole[edges.child] > 0, inside / whole[edges.child], np.nan)

    def holds(edges: Edges) -> np.ndarray:
        inside = containment(edges)
        return np.where(np.isnan(inside), np.nan, inside > edges.threshold)

    judges: dict[str, Judge] = {"lift": lift, "containment": containment, "holds": holds}
    if seen.labels is not None:
        of_parent, of_child = seen.by_label(), unseen.by_label()
        size = max(of_parent.shape[1], of_child.shape[1])
        of_parent, of_child = (
            np.pad(one, ((0, 0), (0, size - one.shape[1]))) for one in (of_parent, of_child)
        )
        order = np.argsort(-of_parent, 1)
        ranked = np.take_along_axis(of_parent, order, 1)
        before = ranked.cumsum(1) - ranked
        is_held = np.zeros_like(of_parent, bool)
        kept = before < HELD * ranked.sum(1, keepdims=True)
        np.put_along_axis(is_held, order, kept, 1)

        def places(edges: Edges) -> np.ndarray:
            child = of_child[edges.child]
            inside, all_of_it = (child * is_held[edges.parent]).sum(1), child.sum(1)
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.where(all_of_it > 0, inside / all_of_it, np.nan)

        judges["places"] = places
    return judges


def interval(values: np.ndarray, child: np.ndarray) -> list[float]:
    """95 % interval of the mean, children drawn with replacement."""
    known = ~np.isnan(values)
    _, of = np.unique(child[known], return_inverse=True)
    if not of.size:
        return [float("nan")] * 2
    total, count = np.bincount(of, values[known]), np.bincount(of)
    times = np.random.default_rng(0).multinomial(count.size, [1 / count.size] * count.size, DRAWS)
    ends: list[float] = np.percentile((times @ total) / (times @ count), [2.5, 97.5]).tolist()
    return ends


def figures(parts: Sequence[tuple[Edges, dict[str, Judge]]]) -> dict[str, Any]:
    """Every measure of the edges of both halves, with interval, beside shuffled ones."""
    found: dict[str, Any] = {"edges": sum(edges.size for edges, _ in parts)}
    found["children"] = sum(np.unique(edges.child).size for edges, _ in parts)
    if not found["edges"]:
        return found
    for name in parts[0][1]:
        values = np.concatenate([judges[name](edges) for edges, judges in parts])
        # A child of one half is not that of the other.
        child = np.concatenate([edges.child + n * 65_536 for n, (edges, _) in enumerate(parts)])
        by_chance = [
            np.concatenate([judges[name](shuffled(edges, seed)) for edges, judges in parts])
            for seed in range(SHUFFLES)
        ]
        found[name] = {
            "value": float(np.nanmean(values)),
            "interval": interval(values, child),
            "known": int((~np.isnan(values)).sum()),
            "shuffled": float(np.nanmean(by_chance)),
        }
    return found


def measure(results: Results, wordnet: taxonomy.Taxonomy, masks: Path | None) -> dict[str, Any]:
    both = halves(results, masks)
    of_names = wordnet_judge(results.machine_names, wordnet)
    sides = [
        (seen, {"wordnet": of_names, **unseen_judges(seen, unseen)})
        for seen, unseen in (both, both[::-1])
    ]

    def rows(choose: Callable[[Half], Edges]) -> dict[str, Any]:
        return figures([(choose(seen), judges) for seen, judges in sides])

    def every(seen: Half, threshold: float | None = None) -> Edges:
        return relations(seen.pairs, threshold=threshold, keep_implied=True)

    def direct(seen: Half, threshold: float | None = None) -> Edges:
        edges = every(seen, threshold)
        return edges[~edges.implied]

    def sure(seen: Half) -> Edges:
        edges = direct(seen)
        return edges[seen.are_sure(edges)]

    found = {
        "direct": rows(direct),
        "implied": rows(lambda seen: (edges := every(seen))[edges.implied]),
        "sure": rows(sure),
    }
    for threshold in THRESHOLDS:
        found[f"R > {threshold}"] = rows(lambda seen, above=threshold: direct(seen, above))  # type: ignore[misc]
    return {
        "photos": [len(half.codes) for half in both],
        "thresholds": [every(half).threshold for half in both],
        "dictionary": results.dictionary.fingerprint,
        "relations": found,
    }


def show(figures: dict[str, Any]) -> None:
    photos, above = figures["photos"], figures["thresholds"]
    print(f"halves of {photos[0]} and {photos[1]} photos, thresholds {above[0]} and {above[1]}")
    print(f"{'relations':10}{'edges':>7}{'measure':>13}{'value':>8}  95 % interval  shuffled   of")
    for kind, row in figures["relations"].items():
        for name, one in row.items():
            if isinstance(one, dict):
                low, high = one["interval"]
                head = f"{kind:10}{row['edges']:7}{name:>13}{one['value']:8.3f}"
                print(f"{head}  {low:6.3f} {high:6.3f}  {one['shuffled']:8.3f}{one['known']:6}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("project", type=Path)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--masks", type=Path, default=None)
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    results = Results.open(options.project)
    if results is None:
        raise SystemExit(f"{options.project} was not analyzed")
    with results:
        found = measure(results, taxonomy.read(options.wordnet), options.masks)
    show(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
