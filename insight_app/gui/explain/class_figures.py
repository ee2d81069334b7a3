"""The figures of a classification in words: of every class, of all, and how they were tested.

Knows no widget but what lines of figures are.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.figures import counted, percent, percentage, signed
from insight_app.gui.explain.accuracy import AccuracyLine
from insight_app.gui.explain.class_list import ShownClass

if TYPE_CHECKING:
    from insight_app.project.explaining.classification import Classification, Judged

NOT_HELD_BACK = "Only learned from: no photo of it could be held back"


def shown_classes(
    found: "Classification", taken_for: "Sequence[NDArray[np.int64]]" = ()
) -> list[ShownClass]:
    """Return each class with its photos and accuracy.

    taken_for: where no photo has a label, the photos that are taken for each class.
    """
    concepts = found.by_class(found.concepts)
    features = None if found.features is None else found.by_class(found.features)
    counts = np.bincount(found.labels, minlength=len(found.classes))
    labelled, first = np.unique(found.labels, return_index=True)
    pictures = dict(zip(labelled.tolist(), found.images[first].tolist(), strict=True))
    for index, images in enumerate(taken_for if not found.images.size else ()):
        counts[index] = images.size
        if images.size:
            pictures[index] = int(images[0])
    shown = []
    for index, name in enumerate(found.classes):
        share, raw = concepts[index], None if features is None else features[index]
        shown.append(
            ShownClass(
                index,
                name,
                int(counts[index]),
                share.value if share.photos else None,
                raw.value if raw is not None and raw.photos else None,
                pictures.get(index),
                "" if share.photos or not found.images.size else NOT_HELD_BACK,
            )
        )
    return shown


def accuracy_lines(found: "Classification") -> list[AccuracyLine]:
    """Return how right both are, each with its interval, and the difference as one number."""
    lines = [_line("by concepts", found, found.concepts)]
    if found.features is not None:
        lines.append(_line("by raw features", found, found.features))
    gap = found.gap
    if gap is not None:
        has = gap.low is not None and gap.high is not None
        interval = f"[{signed(gap.low or 0)}, {signed(gap.high or 0)}]" if has else ""
        tip = (
            "The price of being able to read it: photos told right by concepts less those by raw "
            f"features, in points, of the same {counted(gap.photos, 'photo')}; interval of a "
            "paired bootstrap over photos"
        )
        lines.append(AccuracyLine("difference, points", signed(gap.points), interval, tip=tip))
    return lines


def _line(title: str, found: "Classification", judged: "Judged") -> AccuracyLine:
    share = found.accuracy(judged)
    low, high = share.interval or (None, None)
    interval = ""
    if low is not None and high is not None:
        interval = f"[{percentage(low)}, {percentage(high)}]"
    tip = (
        f"{title}: {share.right:,} of {counted(share.photos, 'photo')} told right, each by a probe "
        "that did not see it; 95 % interval by Wilson"
    )
    value = percent(share.value) if share.photos else "not tested"
    return AccuracyLine(title, value, interval, share.value if share.photos else None,
                        low, high, tip)  # fmt: skip


def how_tested(found: "Classification") -> str:
    """Return on what it was learned and tested, as a sentence."""
    folds, photos = len(found.classifiers), counted(found.held_back.size, "photo")
    if found.classifiers[0].kind == "probe":
        text = f"{photos}, each held back once ({folds} turns)"
    elif found.held_back.size:
        text = f"{photos} with such a label; nothing learned from them"
    else:
        text = "No photo has such a label: how right it is, is not known"
    return f"{text}. {found.no_features}" if found.no_features else text
