"""How probable it is that a name is right: a logistic regression on what speaks for it.

Owns what it looks at, and the file of its weights (`resources/naming.json`), which
packaging/fit_names.py writes: fitted on photos whose classes are known, and on photos far from the
encoder's world, where no name is right. "Right" means that the name, or a kind of it, is what more
than half of the concept's strongest cells show on photos that had no part in the naming
(METRICS.md). Knows nothing of how evidence is gathered and what is done with probabilities.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app import plain_json, resources
from insight_app.disk_errors import disk_error
from insight_app.errors import WorldError

RESOURCE = "naming.json"
FEATURES = (
    "words",
    "photos",
    "words x photos",
    "specialness",
    "specialness squared",
    "specialness x photos",
    "agreement",
    "evidence",
    "kurtosis",
    "contrast",
    "length",
)
_EDGE = 0.02
"""Shares nearer to 0 or 1 say no more than this."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """N words that concepts might be called, with what speaks for each; all arrays (N,).

    concept, term int64; words, photos: shares of the votes of cells and of photos that the term
    covers; specialness: 1 for a word with none below it, 0 for one above all; agreement: the share
    of the concept's words that its photos' classes say too; evidence: exemplar photos' worth;
    kurtosis, contrast, length: how usual its photos are (`PhotoClasses.measures`).
    """

    concept: NDArray[np.int64]
    term: NDArray[np.int64]
    words: NDArray[np.float64]
    photos: NDArray[np.float64]
    specialness: NDArray[np.float64]
    agreement: NDArray[np.float64]
    evidence: NDArray[np.float64]
    kurtosis: NDArray[np.float64]
    contrast: NDArray[np.float64]
    length: NDArray[np.float64]

    def features(self) -> NDArray[np.float64]:
        """Return (N, 11), in the order of FEATURES."""
        words, photos = _log_odds(self.words), _log_odds(self.photos)
        columns = (
            words,
            photos,
            words * photos,
            self.specialness,
            self.specialness**2,
            self.specialness * photos,
            self.agreement,
            np.log1p(self.evidence),
            self.kurtosis,
            self.contrast,
            self.length,
        )
        return np.stack(columns, axis=1)


@dataclass(frozen=True)
class Likelihood:
    """The fitted weights: probability = 1 / (1 + exp(-(intercept + sum w (x - mean) / scale)))."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    def probability(self, candidates: Candidates) -> NDArray[np.float64]:
        """Return (N,) the probability that each candidate is right as a name of its concept."""
        scaled = (candidates.features() - self.means) / self.scales
        odds: NDArray[np.float64] = scaled @ np.asarray(self.weights) + self.intercept
        return 1 / (1 + np.exp(-np.clip(odds, -30, 30)))


def fitted(
    features: NDArray[np.float64],
    right: NDArray[np.bool_],
    weights: NDArray[np.float64],
    ridge: float = 1e-3,
) -> Likelihood:
    """Fit to N candidates by Newton's method.

    features (N, n); right (N,); weights (N,): how much each counts; ridge: on scaled weights.
    """
    share = weights / weights.sum()
    means = share @ features
    scales = np.sqrt(share @ (features - means) ** 2)
    scales[scales < 1e-9] = 1.0
    rows = np.column_stack([(features - means) / scales, np.ones(len(features))])
    found = np.zeros(rows.shape[1])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (share * (probability - right)) + ridge * found
        curve = (rows * (share * probability * (1 - probability))[:, None]).T @ rows
        step = np.linalg.solve(curve + ridge * np.eye(found.size), slope)
        found -= step
        if np.abs(step).max() < 1e-9:
            break
    return Likelihood(_numbers(means), _numbers(scales), _numbers(found[:-1]), float(found[-1]))


def shipped() -> Likelihood:
    """Load the weights that come with Insight."""
    return load(resources.path(RESOURCE))


def load(path: Path) -> Likelihood:
    """Load weights that `save` wrote; WorldError if they are missing or damaged."""
    try:
        content: Any = plain_json.loads(path.read_bytes())
        if content["features"] != list(FEATURES):
            raise ValueError("it weighs other features")
        found = Likelihood(
            _numbers(content["means"]),
            _numbers(content["scales"]),
            _numbers(content["weights"]),
            float(content["intercept"]),
        )
        if {len(found.means), len(found.scales), len(found.weights)} != {len(FEATURES)}:
            raise ValueError("it is cut off")
        return found
    except OSError as error:
        what, do = "What weighs names cannot be read", "Install Insight again."
        raise disk_error(error, what, where=path, do=do) from error
    except (ValueError, KeyError, TypeError) as error:
        raise WorldError(
            f"What weighs names cannot be read ({error}).",
            where=str(path),
            do="Install Insight again.",
        ) from error


def save(likelihood: Likelihood, path: Path, provenance: Mapping[str, Any]) -> None:
    """Write weights, with what they were fitted on."""
    content = {"features": list(FEATURES), **asdict(likelihood), "provenance": dict(provenance)}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _numbers(column: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(float, column))


def _log_odds(share: NDArray[np.float64]) -> NDArray[np.float64]:
    inner = np.clip(share, _EDGE, 1 - _EDGE)
    odds: NDArray[np.float64] = np.log(inner / (1 - inner))
    return odds
