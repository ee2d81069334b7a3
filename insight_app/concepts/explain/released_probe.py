"""Linear probes as others publish them: `example_linear_probe_*.pt`, weights (C, F) and no bias.

Such a file is a torch pickle: it is read without running anything of it. Which of its classes is
called what it does not say: names come from a list, or from ImageNet's 1,000 classes where there
are as many.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.checkpoints import reading, unwrapping
from insight_app.concepts.encoders import builtin_table
from insight_app.concepts.explain.classifier import Classifier
from insight_app.errors import Refusal

_LAYOUT = {"probe": ("weight",)}
_BIAS = "bias"
DO = "Choose a file with the weights of one linear layer, classes by concepts."
IMAGENET = "ImageNet's classes, in their usual order"
NUMBERS = "numbers: no names are known"


@dataclass(frozen=True, eq=False)
class ReleasedProbe:
    """The weights of a linear layer, classes by concepts.

    weight: (C, F) float32; bias: (C,) float64, None for none; note: where in the file they lay, in
    words, '' where it holds nothing around them.
    """

    path: Path
    weight: NDArray[np.float32]
    bias: NDArray[np.float64] | None
    note: str

    def names(self, given: Sequence[str] | None = None) -> tuple[tuple[str, ...], str]:
        """Return C names, each once, and where they come from in words.

        given: a person's list, Refusal where it has another length.
        """
        number = self.weight.shape[0]
        if given is not None:
            if len(given) != number:
                raise Refusal(
                    f"There are {len(given):,} names for the {number:,} classes of the probe.",
                    where=str(self.path),
                    do="Give a list with a line for each class, in the order of its weights.",
                )
            return _each_once(given), "a list that was given"
        table = builtin_table.load()
        if number == len(table.names):
            return _each_once(table.names), IMAGENET
        width = len(str(number))
        return tuple(f"class {n + 1:0{width}}" for n in range(number)), NUMBERS

    def classifier(self, names: Sequence[str]) -> Classifier:
        """Return it as a classifier of concepts by their maxima, its classes with these C names."""
        return Classifier("released", tuple(names), self.weight, None, self.bias)


def read(path: Path, concepts: int) -> ReleasedProbe:
    """Return the probe in a file, for a dictionary of so many concepts.

    Refusal where there is none, or it is over another number of concepts; WorldError where the file
    cannot be read.
    """
    checkpoint = reading.open_checkpoint(path)
    pair = unwrapping.find(checkpoint, _LAYOUT)
    if pair is None:
        raise unwrapping.nothing_found(checkpoint, "is no linear probe")
    found = pair[1]
    weights = {name: found[name].float() for name in ("weight", _BIAS) if name in found}
    weight, bias = weights["weight"], weights.get(_BIAS)
    if weight.ndim != 2 or not weight.numel() or len(found) > len(weights):
        shape = " x ".join(f"{side:,}" for side in weight.shape)
        others = ", ".join(name for name in list(found)[:4] if name not in weights)
        what = f"beside it are {others}" if others else f"its weights have the shape {shape}"
        raise Refusal(f"This file holds no linear probe: {what}.", where=str(path), do=DO)
    if bias is not None and bias.shape != weight.shape[:1]:
        raise Refusal(
            "This file holds no linear probe: its bias does not fit its weights.",
            where=str(path),
            do=DO,
        )
    if weight.shape[1] != concepts:
        raise Refusal(
            f"This probe reads {weight.shape[1]:,} concepts; the dictionary of this project has "
            f"{concepts:,}.",
            where=str(path),
            do="Open it in a project with the dictionary that it was trained on.",
        )
    reading.finite(weights, path)
    return ReleasedProbe(
        path,
        np.ascontiguousarray(weight.numpy()),
        None if bias is None else bias.double().numpy(),
        found.note,
    )


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, numbered where several are the same."""
    times = Counter(name.casefold() for name in names)
    met: Counter[str] = Counter()
    found = []
    for name in names:
        key = name.casefold()
        met[key] += 1
        found.append(f"{name} ({met[key]})" if times[key] > 1 else name)
    return tuple(found)
