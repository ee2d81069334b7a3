"""Folds that were learned before somebody stopped it: kept until a classification is whole.

One file a fold in the project's folder `explain`, named by what it rests on, so that none can be
taken for another's. Nothing rests on them: where they cannot be written or read, a fold is learned
again. Knows nothing of how a fold is learned.
"""

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.learning import Learned, Tried
from insight_app.concepts.explain.probe import Fitted
from insight_app.errors import KnownError
from insight_app.files import write_whole
from insight_app.plain_arrays import read_npz
from insight_app.project.explaining.classification import ClassificationBasis
from insight_app.project.folder import EXPLAIN
from insight_app.project.storage.plain_files import must_be_plain

_NAME = re.compile(r"learned-[0-9a-f]{16}-(concepts|features)-\d\.npz")


class KeptFolds:
    """The folds kept in a project of a classification that rests on `basis`."""

    def __init__(self, project: Path, basis: ClassificationBasis) -> None:
        # A generation that only names concepts anew changes nothing of this.
        text = repr(sorted(asdict(replace(basis, generation=0)).items()))
        self._project = project
        self._key = hashlib.sha256(text.encode()).hexdigest()[:16]

    def learned(self, name: str, fold: int, learn: Callable[[], Learned]) -> Learned:
        """Return a fold as kept, else as `learn` gives it, which is then kept."""
        path = self._project / EXPLAIN / f"learned-{self._key}-{name}-{fold}.npz"
        with suppress(OSError, ValueError, KeyError):
            return _from_arrays(read_npz(path))
        found = learn()
        with suppress(OSError, KnownError):
            must_be_plain(self._project)
            path.parent.mkdir(exist_ok=True)
            arrays = _arrays_of(found)
            write_whole(path, lambda file: np.savez_compressed(file, **arrays), sync=False)  # type: ignore[arg-type]
        return found

    def clear(self) -> None:
        """Remove what is kept of this classification, and of others that were never ended."""
        with suppress(OSError):
            for path in (self._project / EXPLAIN).iterdir():
                if _NAME.fullmatch(path.name):
                    path.unlink(missing_ok=True)


def _arrays_of(learned: Learned) -> dict[str, NDArray[Any]]:
    fitted = learned.fitted
    rows = [
        (one.l1, one.l2, one.accuracy, one.loss, one.used, one.is_settled) for one in learned.tried
    ]
    return {
        "weights": fitted.weights,
        "penalties": np.array([fitted.l1, fitted.l2]),
        "steps": np.array([fitted.iterations, fitted.is_settled], np.int64),
        "tried": np.array(rows, np.float64),
    }


def _from_arrays(arrays: dict[str, NDArray[Any]]) -> Learned:
    weights = arrays["weights"]
    l1, l2 = (float(one) for one in arrays["penalties"])
    steps, is_settled = (int(one) for one in arrays["steps"])
    if weights.ndim != 2 or weights.dtype != np.float32 or not np.isfinite(weights).all():
        raise ValueError("the weights of a fold are damaged")
    tried = tuple(
        Tried(a, b, share, loss, int(used), bool(settled))
        for a, b, share, loss, used, settled in arrays["tried"].tolist()
    )
    return Learned(Fitted(weights, l1, l2, steps, bool(is_settled)), tried)
