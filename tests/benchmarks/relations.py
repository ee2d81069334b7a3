"""Relations and exemplars: ours over non-zeros beside the dense computation as published.

Codes over F = 8192 concepts, about 12 of them active in a cell. Both get the same codes; the dense
one multiplies whole F x F products and keeps the full code vectors of the 30 strongest cells of
each concept, so it is given fewer cells and compared by cells a second. On those cells both must
agree. Peak memory is that of a process of its own.

    python -m tests.benchmarks.relations [--images 2000]
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from insight_app.concepts.codes import Codes
from insight_app.concepts.statistics import CoOccurrence, Exemplars
from tests.benchmarks.report import note

F, ACTIVE, CELLS, KEPT = 8192, 12, 196, 30
TAU = 0.001
BATCH_IMAGES = 128


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--images", type=int, default=2000)
    asked.add_argument("--dense-images", type=int, default=83, help="as many as are published")
    asked.add_argument("--alone", action="store_true", help="ours only: figures as JSON")
    options = asked.parse_args()
    if options.alone:
        print(json.dumps(ours_alone(options.images)))
        return
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.relations",
        "--alone",
        "--images",
        str(options.images),
    ]
    alone = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    codes = make(options.dense_images, np.random.default_rng(0))
    began = time.perf_counter()
    c, d, best = dense(codes)
    dense_rate = codes.cells / (time.perf_counter() - began)
    compare(codes, c, d, best)
    note(
        "relations_ratio",
        alone["rate"] / dense_rate,
        ours_tokens_a_second=alone["rate"],
        dense_tokens_a_second=dense_rate,
        ours_peak_megabytes=alone["megabytes"],
        dense_exemplar_megabytes=F * KEPT * F * 4 / 1e6,
        tokens=options.images * CELLS,
        pairs=alone["pairs"],
    )


def make(images: int, rng: np.random.Generator) -> Codes:
    """Popular and rare concepts; those of neighbouring numbers like to meet."""
    share = 1 / np.arange(1, F + 1) ** 0.7
    drawn = np.searchsorted(
        np.cumsum(share / share.sum()), rng.random((images * CELLS, ACTIVE // 2))
    )
    both = np.minimum(np.concatenate([drawn, drawn + 1], 1), F - 1)
    both.sort(1)
    first = np.diff(both, axis=1, prepend=-1) > 0
    indptr = np.concatenate(([0], np.cumsum(first.sum(1)))).astype(np.int64)
    values = rng.gamma(2.0, 0.5, int(indptr[-1])).astype(np.float16) + np.float16(0.002)
    return Codes(indptr, both[first].astype(np.uint16), values, F)


def ours(number: int, codes: Codes) -> tuple[CoOccurrence, Exemplars]:
    """Of one batch; `number`: which one it is."""
    pairs, exemplars = CoOccurrence(F), Exemplars(F, KEPT)
    count = codes.cells // CELLS
    image = np.repeat(number * BATCH_IMAGES + np.arange(count), CELLS)
    pairs.add(codes, image)
    exemplars.add(codes, image, np.tile(np.arange(CELLS), count))
    return pairs, exemplars


def ours_on(threads: int, batches: list[Codes]) -> tuple[CoOccurrence, Exemplars]:
    """Threads count batches; everything counted can be merged."""
    pairs, exemplars = CoOccurrence(F), Exemplars(F, KEPT)
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(batches), threads):
            part = batches[start : start + threads]
            for more, others in pool.map(ours, range(start, start + len(part)), part):
                pairs.merge(more)
                exemplars.merge(others)
    pairs.upper()
    return pairs, exemplars


def ours_alone(images: int) -> dict[str, float]:
    rng = np.random.default_rng(0)
    batches = [make(min(BATCH_IMAGES, images - at), rng) for at in range(0, images, BATCH_IMAGES)]
    began = time.perf_counter()
    counted = ours_on(2, batches)[0].upper()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return {"rate": images * CELLS / seconds, "megabytes": peak, "pairs": 2 * counted.key.size}


def dense(codes: Codes) -> tuple[Any, Any, Any]:
    """C, D and, for each concept, the strengths of its strongest cells with their whole codes."""
    import torch  # not in the process whose memory is measured

    c, d = torch.zeros(F, F), torch.zeros(F, F)
    strengths, vectors = torch.zeros(F, KEPT), torch.zeros(F, KEPT, F)
    a = torch.from_numpy(codes.to_dense())
    active = (a > TAU).float()
    c += active.T @ active
    d += a.T @ active
    top = torch.topk(torch.cat([strengths, a.T], 1), KEPT, 1)
    for part in torch.arange(F).split(256):  # 8 GB at once are enough
        chosen = top.indices[part]
        old = vectors[part].gather(1, chosen.clamp(max=KEPT - 1)[:, :, None].expand(-1, -1, F))
        is_new = (chosen >= KEPT)[:, :, None]
        vectors[part] = torch.where(is_new, a[(chosen - KEPT).clamp(min=0)], old)
    return c, d, top.values


def compare(codes: Codes, c: Any, d: Any, best: Any) -> None:
    pairs, exemplars = ours(0, codes)
    mine_c, mine_d, _ = pairs.matrices()
    assert np.array_equal(mine_c.toarray(), c.numpy())
    assert np.allclose(mine_d.toarray(), d.numpy(), rtol=1e-4)
    kept = exemplars.cells()
    strengths = np.zeros((F, KEPT), np.float32)
    place = np.arange(kept.concept.size) - np.searchsorted(kept.concept, kept.concept)
    strengths[kept.concept, place] = kept.value
    assert np.allclose(np.sort(strengths, 1), np.sort(best.numpy(), 1))


if __name__ == "__main__":
    main()
