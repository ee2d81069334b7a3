"""What is proposed to a person who curates, in seconds, on a project of many concepts.

    python -m tests.benchmarks.similarity [--concepts 8192 16384] [--images 20000] [--project P]

Names, directions and codes are drawn at random; how long an answer takes depends on how many
concepts there are and how many of them share cells: here 12 are active in each cell.
"""

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from safetensors.numpy import save

from insight_app.concepts import hsae
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


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--concepts", type=int, nargs="+", default=[8192, 16_384])
    asked.add_argument("--images", type=int, default=20_000)
    asked.add_argument("--project", type=Path, help="one that is there")
    options = asked.parse_args()
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


def timed(what: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    found = what()
    return found, time.perf_counter() - began


if __name__ == "__main__":
    main()
