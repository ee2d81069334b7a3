"""The shipped table of the built-in encoder: embeddings of its classes' names.

Owns the file's layout. Numpy only, so that a window can ask which classes there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insight_app import resources
from insight_app.concepts.encoders.files import verified
from insight_app.errors import Refusal

RESOURCE = "encoders/builtin.npz"
SHA256 = "bfb9cebebc4f1574675ac126cd31c9870d65eac20cccbe79caf39a16e9a4f3f1"


@dataclass(frozen=True, eq=False)
class ClassTable:
    """C classes over D dimensions; vectors are unit rows after `mean` was taken off.

    mean: (D,) float32, the mean of the uncentred unit vectors of all class names; vectors: (C, D)
    float32; synsets, names: C texts, in the network's order.
    """

    mean: NDArray[np.float32]
    vectors: NDArray[np.float32]
    synsets: tuple[str, ...]
    names: tuple[str, ...]

    def centred(self, raw: NDArray[np.float32]) -> NDArray[np.float32]:
        """Centre and normalise raw text vectors (N, D): unit rows in the tokens' space."""
        shifted = raw - self.mean
        norm = np.linalg.norm(shifted, axis=1, keepdims=True)
        centred: NDArray[np.float32] = (shifted / np.maximum(norm, 1e-12)).astype(np.float32)
        return centred

    def indices_without(self, leave_out: Sequence[str]) -> NDArray[np.int64]:
        """Return (K,) int64 the classes not in `leave_out`, ascending.

        leave_out: synsets; KnownError for an unknown one.
        """
        unknown = sorted(set(leave_out) - set(self.synsets))
        if unknown:
            raise Refusal(f"The built-in encoder has no class {unknown[0]!r} to leave out.")
        left_out = set(leave_out)
        kept = [i for i, synset in enumerate(self.synsets) if synset not in left_out]
        if len(kept) < 2:
            raise Refusal("At least two classes have to stay in the built-in encoder's table.")
        return np.array(kept, np.int64)


def load() -> ClassTable:
    """Load the shipped table and compare it with its hash."""
    with np.load(verified(resources.path(RESOURCE), SHA256), allow_pickle=False) as file:
        return ClassTable(
            file["mean"],
            file["vectors"],
            tuple(file["synsets"].tolist()),
            tuple(file["names"].tolist()),
        )


def save(table: ClassTable, path: Path) -> None:
    """Write the table; the same numbers give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        mean=table.mean,
        vectors=table.vectors,
        synsets=np.array(table.synsets),
        names=np.array(table.names),
    )
