"""What Explain saves as tables: accuracy, confusions, overlap with masks. Writes nothing."""

from typing import TYPE_CHECKING

import numpy as np

from insight_app.exchange.spreadsheet import kept_as_text
from insight_app.project.explaining.segmentation import EDGES, SOURCES

if TYPE_CHECKING:
    from insight_app.gui.statistics.saving import Table
    from insight_app.project.explaining.classification import Classification
    from insight_app.project.explaining.mask_scores import MaskScores


def class_table(found: "Classification") -> "Table":
    """Return a row a class: photos, how many were told right, and what they were taken for."""
    matrix = found.confusion(found.concepts)
    raw = None if found.features is None else found.confusion(found.features)
    names = [kept_as_text(name) for name in found.classes]
    head = ["class", "photos held back", "right by concepts", "right by raw features"]
    rows = [
        [
            name,
            int(matrix[n].sum()),
            int(matrix[n, n]),
            "" if raw is None else int(raw[n, n]),
            *matrix[n].tolist(),
        ]
        for n, name in enumerate(names)
    ]
    return [*head, *(f"taken for {name}" for name in found.classes)], rows


def overlap_table(found: "MaskScores") -> "Table":
    """Return a row a class: its words, masks that have it, and its IoU in percent of each way."""
    ways = [(source, edges) for edges in EDGES for source in SOURCES]
    said = {"raw": "raw tokens", "concepts": "concepts"}
    each = [found.by_class(source, edges) for source, edges in ways]
    rows = [
        [
            kept_as_text(name),
            kept_as_text(", ".join(words)),
            int((found.counts[0, :, n, 2] > 0).sum()),
            *("" if np.isnan(one[n]) else round(100 * float(one[n]), 2) for one in each),
        ]
        for n, (name, words) in enumerate(zip(found.names, found.words, strict=True))
    ]
    heads = [f"IoU in %, {said[source]}, {edges} edges" for source, edges in ways]
    return ["class", "words", "masks", *heads], rows
