"""What the scores of the selected photo are made of, and where in it: one photo, all classes.

A value, worked out from codes and weights that are at hand. Knows no panel, no file, no worker.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.contributions import (
    Explanation,
    PhotoValues,
    cell_map,
    explain,
    photo_values,
    toward,
)
from insight_app.gui.state.image_codes import PhotoCodes


@dataclass(frozen=True, eq=False)
class ExplainedPhoto:
    """A photo with codes, and the classifier that decides on it.

    wanted, against: indices of the class that is explained, and of the one it is compared with.
    """

    photo: PhotoCodes
    codes: Codes
    classifier: Classifier
    wanted: int
    against: int | None = None

    def toward(self, wanted: int, against: int | None) -> "ExplainedPhoto":
        """Return the same photo explained for another class, or for another one to compare with."""
        if (wanted, against) == (self.wanted, self.against):
            return self
        made = replace(self, wanted=wanted, against=against)
        # What is the same for all classes is not worked out again.
        for name in ("values", "explanation"):
            if name in self.__dict__:
                made.__dict__[name] = self.__dict__[name]
        return made

    @cached_property
    def values(self) -> PhotoValues:
        """What is active in it."""
        return photo_values(self.codes)

    @cached_property
    def explanation(self) -> Explanation:
        """What each active concept gives to the score of every class."""
        return explain(self.classifier, self.values)

    @property
    def scores(self) -> NDArray[np.float64]:
        """(C,) the scores."""
        return self.explanation.scores

    @property
    def decision(self) -> int:
        """The index of the class with the highest score; of equal ones the first."""
        return int(self.scores.argmax())

    @cached_property
    def direction(self) -> NDArray[np.float64]:
        """(C,) the class's score, or its lead over the other one."""
        return toward(len(self.classifier.classes), self.wanted, self.against)

    @cached_property
    def contributions(self) -> NDArray[np.float64]:
        """(n,) what each of `values.concepts` gives to it."""
        return self.explanation.of(self.direction)

    @property
    def bias(self) -> float:
        """What is the same for every photo, of that."""
        return float(self.explanation.bias @ self.direction)

    @property
    def score(self) -> float:
        """The score, or the lead: contributions and bias together."""
        return float(self.scores @ self.direction)

    def map_of(self, concepts: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return (T,) what concepts (m,) give at each cell; it sums to what they contribute."""
        length = self.explanation.length
        return cell_map(self.classifier, self.codes, concepts, self.direction, length)

    def weights_of(self, concept: int) -> tuple[float, float]:
        """Return what a concept's maximum and mean are multiplied with, toward the class."""
        one, scale = self.classifier, self.explanation.length

        def weight(block: NDArray[np.float32] | None) -> float:
            return 0.0 if block is None else float(self.direction @ block[:, concept]) / scale

        return weight(one.of_maxima), weight(one.of_means)
