"""What Explain saves as tables: accuracy by class with all confusions. Writes nothing."""

from typing import TYPE_CHECKING

from insight_app.exchange.spreadsheet import kept_as_text

if TYPE_CHECKING:
    from insight_app.gui.statistics.saving import Table
    from insight_app.project.explaining.classification import Classification


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
