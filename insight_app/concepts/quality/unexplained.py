"""Where a dictionary fails: each photo's share that no concept explains, and its worst cells.

The worst cells of all photos are put into clusters by what is active in and around them. Arrays in,
arrays out; memory is bounded by MOST whatever the number of photos. Knows no files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes

MOST = 4000
"""Cells that are kept as the worst at most."""
WORST_SHARE = 0.1
"""And of all cells, at most this share."""
CLUSTERS, CELLS_A_CLUSTER = 12, 25
"""So many clusters at most, and so many cells in each on average at least."""
NUMBERS, SEED = 256, 17
"""Numbers that describe a cell, and what their random signs are drawn with."""
AROUND = 0.5
"""Weight of the eight cells around it beside its own."""
BESIDE = 3
"""Concepts that a cluster is described by."""
ROUNDS = 25


@dataclass(frozen=True, eq=False)
class Unexplained:
    """What no concept explains in coded photos, n of them, and m worst cells in k clusters.

    images (n,): ids, the least explained first; shares (n,): mean over the photo's cells.
    cells: how many cells there are; share: mean over all of them.
    image, cell, value, cluster (m,): the worst cells, cluster by cluster, the largest first, in
    each the most typical first, one a photo before a second; value: the share that is not
    explained.  beside (k, BESIDE): the concepts most active in a cluster's cells, -1 = none.
    """

    images: NDArray[np.int32]
    shares: NDArray[np.float32]
    cells: int
    share: float
    image: NDArray[np.int32]
    cell: NDArray[np.int32]
    value: NDArray[np.float32]
    cluster: NDArray[np.int32]
    beside: NDArray[np.int32]

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return len(self.beside)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return it as arrays by name."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Unexplained":
        """Return what `to_arrays` gave."""
        return cls(
            images=arrays["images"],
            shares=arrays["shares"],
            cells=int(arrays["cells"]),
            share=float(arrays["share"]),
            image=arrays["image"],
            cell=arrays["cell"],
            value=arrays["value"],
            cluster=arrays["cluster"],
            beside=arrays["beside"],
        )


class WorstCells:
    """Finds the worst cells of many photos: `add` each photo, then ask `found`.

    cells: how many cells the photos have together, about.
    """

    def __init__(self, cells: int) -> None:
        self._most = max(1, min(MOST, round(WORST_SHARE * cells)))
        self._image: list[NDArray[np.int32]] = []
        self._cell: list[NDArray[np.int32]] = []
        self._value: list[NDArray[np.float32]] = []
        self._least, self._waiting = 0.0, 0
        self._ids: list[int] = []
        self._means: list[float] = []
        self._sum, self._cells = 0.0, 0

    def add(self, image: int, unexplained: NDArray[np.float32]) -> None:
        """Take a photo's shares (cells,)."""
        shares = np.clip(unexplained, 0, 1)
        self._ids.append(image)
        self._means.append(float(shares.mean()) if shares.size else 0.0)
        self._sum += float(shares.sum(dtype=np.float64))
        self._cells += shares.size
        cells = np.flatnonzero(shares > self._least)
        if cells.size:
            self._image.append(np.full(cells.size, image, np.int32))
            self._cell.append(cells.astype(np.int32))
            self._value.append(shares[cells].astype(np.float32))
            self._waiting += cells.size
        if self._waiting > 4 * self._most:
            self._keep_worst()

    def _keep_worst(self) -> None:
        if not self._value:
            return
        image, cell = np.concatenate(self._image), np.concatenate(self._cell)
        value = np.concatenate(self._value)
        worst = np.lexsort((cell, image, -value))[: self._most]
        self._image, self._cell, self._value = [image[worst]], [cell[worst]], [value[worst]]
        self._waiting = worst.size
        if worst.size == self._most:
            self._least = float(value[worst].min())

    def found(self) -> Unexplained:
        """Return the photos in order, and the worst cells in one cluster, by photo and cell."""
        self._keep_worst()
        ids, means = np.array(self._ids, np.int32), np.array(self._means, np.float32)
        order = np.lexsort((ids, -means))
        image, cell = np.zeros(0, np.int32), np.zeros(0, np.int32)
        value = np.zeros(0, np.float32)
        if self._value:
            by_photo = np.lexsort((self._cell[0], self._image[0]))
            image, cell = self._image[0][by_photo], self._cell[0][by_photo]
            value = self._value[0][by_photo]
        return Unexplained(
            images=ids[order],
            shares=means[order],
            cells=self._cells,
            share=self._sum / self._cells if self._cells else 0.0,
            image=image,
            cell=cell,
            value=value,
            cluster=np.zeros(image.size, np.int32),
            beside=np.full((1 if image.size else 0, BESIDE), -1, np.int32),
        )


def signs(concepts: int) -> NDArray[np.float32]:
    """Return (concepts, NUMBERS) of +1 and -1, the same each time."""
    drawn = np.random.default_rng(SEED).integers(0, 2, (concepts, NUMBERS), np.int8)
    return (2 * drawn - 1).astype(np.float32)


def describe(
    codes: Codes, grid: tuple[int, int], cells: NDArray[np.integer], signs: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return (n, NUMBERS) of cells (n,): what is active in and around each, as one direction.

    grid: rows and columns of the photo's cells; signs: of `signs`. All 0 where nothing is active.
    """
    rows, cols = grid
    whole = np.zeros((codes.cells, NUMBERS), np.float32)
    values = codes.values.astype(np.float32)
    np.add.at(whole, codes.rows, values[:, None] * signs[codes.indices])
    lengths = np.linalg.norm(whole, axis=1, keepdims=True)
    whole /= np.where(lengths > 0, lengths, 1)
    padded = np.pad(whole.reshape(rows, cols, NUMBERS), ((1, 1), (1, 1), (0, 0)))
    y, x = np.divmod(np.asarray(cells), cols)
    steps = [(dy, dx) for dy in (0, 1, 2) for dx in (0, 1, 2) if (dy, dx) != (1, 1)]
    near = sum(padded[y + dy, x + dx] for dy, dx in steps) / len(steps)
    return unit(whole[cells] + AROUND * np.asarray(near))


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors (n, D) at length 1; those of length 0 stay so."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def clustered(
    found: Unexplained, described: NDArray[np.float32], active: Sequence[NDArray[np.integer]]
) -> Unexplained:
    """Return the worst cells (m,) in clusters.

    described (m, NUMBERS): of `describe`; active: for each cell the concepts active in it.
    """
    if not found.image.size:
        return found
    wanted = max(1, min(CLUSTERS, found.image.size // CELLS_A_CLUSTER))
    of, centres = k_means(described, wanted, SEED)
    sizes = np.bincount(of, minlength=len(centres))
    by_size = np.argsort(-sizes, kind="stable")
    place = np.empty(len(centres), np.int32)
    place[by_size] = np.arange(len(centres))
    ranked = place[of]
    alike = np.einsum("ij,ij->i", described, centres[by_size][ranked])
    turn = _turns(ranked, found.image, alike)
    order = np.lexsort((-alike, turn, ranked))
    kept = int((sizes > 0).sum())
    beside = [
        _most_active([active[int(i)] for i in np.flatnonzero(ranked == c)]) for c in range(kept)
    ]
    return Unexplained(
        images=found.images,
        shares=found.shares,
        cells=found.cells,
        share=found.share,
        image=found.image[order],
        cell=found.cell[order],
        value=found.value[order],
        cluster=ranked[order].astype(np.int32),
        beside=np.array(beside, np.int32),
    )


def _turns(
    of: NDArray[np.integer], image: NDArray[np.int32], alike: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Return (m,) the how many-th of its cluster and photo a cell is, the most typical first."""
    order = np.lexsort((-alike, image, of))
    first = np.ones(order.size, bool)
    first[1:] = (of[order][1:] != of[order][:-1]) | (image[order][1:] != image[order][:-1])
    starts = np.maximum.accumulate(np.where(first, np.arange(order.size), 0))
    turns = np.empty(order.size, np.int64)
    turns[order] = np.arange(order.size) - starts
    return turns


def _most_active(cells: Sequence[NDArray[np.integer]]) -> list[int]:
    """Return the concepts active in most cells, BESIDE of them; -1 where there are fewer."""
    all_of = np.concatenate(cells) if cells else np.zeros(0, int)
    counts = np.bincount(all_of.astype(int)) if all_of.size else np.zeros(0, int)
    first = np.argsort(-counts, kind="stable")[:BESIDE]
    found = [int(concept) for concept in first if counts[concept] > 0]
    return [*found, *[-1] * (BESIDE - len(found))]


def k_means(
    vectors: NDArray[np.float32], k: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return (cluster (n,), centres (k, D)) of vectors (n, D); the same each time.

    Starts by k-means++; a cluster that loses all its vectors stays empty, its centre where it was.
    """
    rng = np.random.default_rng(seed)
    centres = vectors[[int(rng.integers(len(vectors)))]]
    while len(centres) < k:
        far = _distances(vectors, centres).min(1)
        if far.sum() <= 0:  # fewer different vectors than clusters
            break
        chosen = int(rng.choice(len(vectors), p=far / far.sum()))
        centres = np.concatenate([centres, vectors[[chosen]]])
    of = _distances(vectors, centres).argmin(1)
    for _round in range(ROUNDS):
        sums = np.zeros_like(centres)
        np.add.at(sums, of, vectors)
        sizes = np.bincount(of, minlength=len(centres))
        centres = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres)
        centres = centres.astype(np.float32)
        before, of = of, _distances(vectors, centres).argmin(1)
        if np.array_equal(before, of):
            break
    return of, centres


def _distances(vectors: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (n, k) squared distances between vectors (n, D) and centres (k, D)."""
    squares = (vectors**2).sum(1, dtype=np.float64)[:, None] + (centres**2).sum(1)[None]
    found: NDArray[np.float64] = np.maximum(squares - 2 * (vectors @ centres.T), 0)
    return found
