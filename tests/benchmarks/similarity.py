"""What is proposed to a person who curates, in seconds, on a project of many concepts.

    python -m tests.benchmarks.similarity [--concepts 8192 16384] [--images 20000] [--project P]
    python -m tests.benchmarks.similarity --truth PROJECT [--wordnet /usr/share/wordnet]

Names, directions and codes are drawn at random; how long an answer takes depends on how many
concepts there are and how many of them share cells: here 12 are active in each cell. --truth asks
instead whether concepts that are called alike are: of a project whose photos' names begin with, or
lie in a folder that begins with, a synset of WordNet.
"""

import argparse
import itertools
import json
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from safetensors.numpy import save

from insight_app.concepts import hsae
from insight_app.concepts.quality import taxonomy
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.state import CurationState
from insight_app.project.results.snapshot import Results
from insight_app.project.similarity import duplicates, evidence, queue, similar, splitting
from insight_app.project.similarity.basis import open_basis
from insight_app.project.similarity.listing import listing
from tests.benchmarks import big_project
from tests.benchmarks.report import note

T = TypeVar("T")
TOKEN_DIM, ASKED = 512, 30
FEWEST, STRONGEST = 12, 20
"""Photos that a concept is in, and those of it that are looked at, where truth is asked."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--concepts", type=int, nargs="+", default=[8192, 16_384])
    asked.add_argument("--images", type=int, default=20_000)
    asked.add_argument("--project", type=Path, help="one that is there")
    asked.add_argument("--truth", type=Path, help="a project of photos with synsets in their names")
    asked.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    options = asked.parse_args()
    if options.truth:
        compare_with_truth(options.truth, options.wordnet)
        return
    if options.project:
        measure(options.project)
        return
    for concepts in options.concepts:
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "P.insight"
            big_project.write(project, options.images, concepts)
            write_dictionary(project, concepts)
            measure(project)


def write_dictionary(project: Path, concepts: int) -> None:
    """Directions drawn at random, of the fingerprint that the project's results name."""
    rows = np.random.default_rng(0).normal(size=(concepts, TOKEN_DIM)).astype(np.float32)
    shapes = {"W_enc": (TOKEN_DIM, concepts), "b_enc": concepts, "b_dec": TOKEN_DIM}
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    place = project / "dictionary"
    place.mkdir(exist_ok=True)
    (place / "dictionary.safetensors").write_bytes(save(weights | {"W_dec": rows}))
    described = {
        "schema_version": 1,
        "fingerprint": "5e17be71c0000002",
        "concepts": concepts,
        "token_dim": TOKEN_DIM,
        "k": 12,
        "group_sizes": hsae.group_sizes(concepts),
        "threshold": 0.1,
        "encoder_fingerprint": "synthetic",
        "title": "Drawn",
        "provenance": {},
    }
    (place / "dictionary.json").write_text(json.dumps(described), "utf-8")


def measure(project: Path) -> None:
    results = Results.open(project)
    assert results is not None
    with results:
        about = f"{results.F:,} concepts, {results.coded_images:,} images"
        basis, opening = timed(lambda: open_basis(results))
        _, looking = timed(basis.looks)
        catalogue = Catalogue(results, CurationState())
        shown, listing_ = timed(lambda: listing(catalogue))
        often = np.argsort(-results.images)[: results.F // 4]
        rows = np.random.default_rng(0).choice(often, ASKED, replace=False).tolist()
        lists = [timed(lambda row=row: similar.similar(basis, shown, row))[1] for row in rows]
        found, all_of_them = timed(lambda: duplicates.duplicates(basis, shown))
        edges, telling = timed(catalogue.edges)
        _, ordering = timed(lambda: queue.relation_queue(basis, shown, edges))
        pairs = list(itertools.pairwise(rows))
        seen = [
            timed(lambda pair=pair: evidence.evidence(basis, shown, *pair))[1] for pair in pairs
        ]
        parts = [timed(lambda row=row: splitting.propose(basis, shown, row))[1] for row in rows[:9]]
    for name, value in {
        "open_basis": opening,
        "looks": looking,
        "listing": listing_,
        "similar_median": statistics.median(lists),
        "similar_slowest": max(lists),
        "duplicates": all_of_them,
        "edges": telling,
        "relation_queue": ordering,
        "evidence_median": statistics.median(seen),
        "evidence_slowest": max(seen),
        "split_median": statistics.median(parts),
    }.items():
        note(f"similarity_{name}_seconds", value, of=about)
    note("similarity_clusters", len(found), of=about, relations=len(edges))


def compare_with_truth(project: Path, wordnet: Path) -> None:
    """Compare how alike concepts are said to be with how alike the things on their photos are.

    The truth of two concepts: the mean similarity (Wu and Palmer) of the synsets of their strongest
    photos, of pairs of two different photos.
    """
    words = taxonomy.read(wordnet)
    results = Results.open(project)
    assert results is not None
    with results:
        basis, shown = open_basis(results), listing(Catalogue(results, CurationState()))
        rows = np.flatnonzero(shown.is_offered & (shown.images >= FEWEST)).tolist()
        photos = [results.strongest_images(row, STRONGEST)[0] for row in rows]
        synset = {
            int(image): re.findall(r"n\d{8}(?=_)", str(results.image(int(image)).path))[-1]
            for image in np.unique(np.concatenate(photos))
        }
        kinds = sorted(set(synset.values()))
        near = np.array([[words.similarity(one, other) for other in kinds] for one in kinds])
        labels = [np.array([kinds.index(synset[int(one)]) for one in seen]) for seen in photos]
        truth, said = [], []
        for at, row in enumerate(rows):
            said += similar.compare(basis, shown, row, rows[at + 1 :])
            for other in range(at + 1, len(rows)):
                differ = photos[at][:, None] != photos[other]
                truth.append(near[np.ix_(labels[at], labels[other])][differ].mean())
    about = f"{len(rows)} concepts, {len(truth):,} pairs, true similarity {np.mean(truth):.3f}"
    for name in ("cosine", "look", "together", "score"):
        values = np.array([getattr(one, name) for one in said])
        first = np.argsort(-values)[:500]
        rank = np.corrcoef(ranks(values), ranks(np.array(truth)))[0, 1]
        note(f"likeness_{name}_rank_correlation", rank, of=about)
        note(f"likeness_{name}_first_500", float(np.array(truth)[first].mean()), of=about)


def ranks(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values))


def timed(what: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    found = what()
    return found, time.perf_counter() - began


if __name__ == "__main__":
    main()
