"""Whether the concepts said to matter do: deletion, insertion, beside random order and reverse.

The concepts active in a photo are taken away one by one, those with the largest |contribution|
first, and the score of the class is worked out anew after each (insertion: added one by one, to
nothing). If the explanation tells what the score rests on, it falls faster than in random order (a
mean of DRAWS), and slower in reverse. All is told as a share of what the concepts make of the
score: 1 with all of them, 0 with none; by the share of the active concepts that are gone. An area
is that under such a curve, by trapezoids, both ends in it.

Of several photos the curves are summed before they are divided, so that a photo with next to no
score does not count most. The gain, area in random order less area by contribution, is above 0
where the order tells something; its interval is a bootstrap over photos. Numpy only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.contributions import PhotoValues, explain
from insight_app.concepts.quality.intervals import Interval, between, bootstrap

DRAWS = 20
POINTS = 101
"""Points at which the curves of several photos are told."""


@dataclass(frozen=True, eq=False)
class Curves:
    """The score of a photo's class while its n concepts go (or come), in several orders.

    by_contribution, in_reverse: (n + 1,) float64; random: (draws, n + 1). full: the score with all
    concepts, empty: with none.
    """

    by_contribution: NDArray[np.float64]
    in_reverse: NDArray[np.float64]
    random: NDArray[np.float64]
    full: float
    empty: float

    @property
    def span(self) -> float:
        """What the concepts make of the score."""
        return self.full - self.empty

    @property
    def insertion(self) -> "Curves":
        """The same concepts added to nothing, in the same orders; of curves of deletion.

        Adding in an order passes through what taking away in the reverse order does.
        """
        return Curves(
            self.in_reverse[::-1],
            self.by_contribution[::-1],
            self.random[:, ::-1],
            self.full,
            self.empty,
        )


def deletion(
    classifier: Classifier,
    values: PhotoValues,
    direction: NDArray[np.float64],
    draws: int = DRAWS,
    seed: int = 0,
) -> Curves:
    """Return the score along a direction (C,) as a photo's concepts are taken away."""
    found = explain(classifier, values)
    given, bias = found.of(direction) * found.length, float(found.bias @ direction) * found.length
    order = np.argsort(-np.abs(given), kind="stable")
    rng = np.random.default_rng(seed)
    orders = [order, order[::-1], *(rng.permutation(order.size) for _ in range(draws))]
    curves = np.stack([_without(classifier, values, given, bias, one) for one in orders])
    full, empty = float(curves[0, 0]), float(curves[0, -1])
    return Curves(curves[0], curves[1], curves[2:], full, empty)


def _without(
    classifier: Classifier,
    values: PhotoValues,
    given: NDArray[np.float64],
    bias: float,
    order: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return (n + 1,) the score as concepts go in an order (n,); given: undivided."""
    back = order[::-1]  # summed from what goes last, so that the end is the bias exactly
    scores = np.concatenate(([0.0], np.cumsum(given[back]))) + bias
    space = classifier.reconstruction
    if space is not None:
        steps = values.means[back, None] * space.directions[values.concepts[back]]
        at = np.cumsum(np.concatenate((space.offset[None].astype(np.float64), steps)), axis=0)
        lengths = np.linalg.norm(at, axis=1)
        scores = scores / np.where(lengths > 0, lengths, 1.0)
    found: NDArray[np.float64] = scores[::-1]
    return found


def area(curves: NDArray[np.float64], empty: float) -> NDArray[np.float64]:
    """Return the area (...) under curves (..., n + 1) over 0 to 1, above the score with nothing."""
    rest = curves - empty
    if rest.shape[-1] < 2:
        return np.zeros(rest.shape[:-1])
    found: NDArray[np.float64] = (rest[..., 1:] + rest[..., :-1]).mean(axis=-1) / 2
    return found


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """Curves of one or several photos, as shares of what the concepts make of the score.

    share: (POINTS,) of the concepts gone, or added; by_contribution, in_reverse, random: (POINTS,);
    random_low, random_high: the middle 95 % of random orders.  area: that by contribution;
    area_random, area_reverse.  gain: area_random - area, with its interval over photos, of one
    photo over random orders.
    """

    photos: int
    share: NDArray[np.float64]
    by_contribution: NDArray[np.float64]
    in_reverse: NDArray[np.float64]
    random: NDArray[np.float64]
    random_low: NDArray[np.float64]
    random_high: NDArray[np.float64]
    area: float
    area_reverse: float
    area_random: float
    area_random_interval: Interval
    gain: float
    gain_interval: Interval


def together(photos: Sequence[Curves]) -> Faithfulness | None:
    """Return the curves of photos as one; None where their concepts make nothing of the score.

    All with as many random orders.
    """
    span = np.array([one.span for one in photos])
    if not photos or not span.sum() > 0:
        return None
    whole = span.sum()
    own, reverse = (
        sum(_at_points(getattr(one, name), one.empty) for one in photos) / whole
        for name in ("by_contribution", "in_reverse")
    )
    draws = sum(_at_points(one.random, one.empty) for one in photos) / whole
    mine, back, areas = (
        np.array([area(getattr(one, name), one.empty) for one in photos])
        for name in ("by_contribution", "in_reverse", "random")
    )
    by_draw = areas.sum(axis=0) / whole
    gain = areas.mean(axis=1) - mine
    if len(photos) == 1:
        interval = between((areas[0] - mine[0]) / whole)
    else:
        interval = bootstrap(lambda weights: (weights @ gain) / (weights @ span), len(photos))
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    return Faithfulness(
        photos=len(photos),
        share=np.linspace(0, 1, POINTS),
        by_contribution=own,
        in_reverse=reverse,
        random=draws.mean(axis=0),
        random_low=low,
        random_high=high,
        area=float(mine.sum() / whole),
        area_reverse=float(back.sum() / whole),
        area_random=float(by_draw.mean()),
        area_random_interval=between(by_draw),
        gain=float(gain.sum() / whole),
        gain_interval=interval,
    )


def _at_points(curves: NDArray[np.float64], empty: float) -> NDArray[np.float64]:
    """Return (..., POINTS) of curves (..., n + 1), above the score with nothing."""
    rest = curves - empty
    place = np.linspace(0, 1, POINTS) * (rest.shape[-1] - 1)
    low = np.minimum(place.astype(np.int64), max(0, rest.shape[-1] - 2))
    high = np.minimum(low + 1, rest.shape[-1] - 1)
    part = place - low
    found: NDArray[np.float64] = rest[..., low] * (1 - part) + rest[..., high] * part
    return found
