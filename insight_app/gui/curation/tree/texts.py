"""What the hierarchy says of a concept: its number, the length of its bar, its tooltips."""

from insight_app.figures import DECIMALS, aligned, counted, figure, percent
from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.curation.tree.order import STRENGTH

NOT_COUNTED = "…"
"""Stands for a number of a composite that is still being counted."""


def number(concept: PresentConcept, by: str) -> str:
    """Return the number that the hierarchy is ordered by; '' before there are photos."""
    if concept.state.awaits_photos:
        return ""
    is_known = concept.knows_cells if by == STRENGTH else concept.is_counted
    if concept.is_composite and not is_known:
        return NOT_COUNTED
    if by == STRENGTH:
        return aligned(figure(float(concept.catalogue.mean[concept.row])), DECIMALS)
    return f"{int(concept.catalogue.images[concept.row]):,}"


def share(concept: PresentConcept, by: str) -> float:
    """Return the length of the bar, 0 to 1."""
    catalogue, row = concept.catalogue, concept.row
    if by == STRENGTH:
        return float(catalogue.mean[row]) / max(1e-9, float(catalogue.mean.max()))
    return float(catalogue.images[row] / max(1, concept.results.coded_images))


def tip_of_name(concept: PresentConcept) -> str:
    """Return who named a concept, where it stands in the dictionary, and its note."""
    catalogue, row = concept.catalogue, concept.row
    level = f"level {catalogue.level[row]}, " if concept.is_machine else ""
    first = f"{concept.introduction}, {level}{catalogue.reference(row)}"
    note = catalogue.notes.get(row, "")
    return f"{first}\n{note}" if note else first


def tip_of_numbers(concept: PresentConcept) -> str:
    """Return how a concept was counted."""
    if concept.state.awaits_photos:
        return "Not counted yet: there are no photos in this project."
    if concept.state.awaits_first_codes:
        return "Not counted yet: no photo is analyzed."
    catalogue, row = concept.catalogue, concept.row
    images, coded = int(catalogue.images[row]), concept.results.coded_images
    if not concept.knows_cells:
        return f"{concept.what_it_is} Its cells are not counted yet.".strip()
    mean, total = (figure(float(values[row])) for values in (catalogue.mean, catalogue.total))
    return (
        f"Images with at least one active cell: {images:,} of {concept.images_counted} "
        f"({percent(images / max(1, coded))})\nMean strength of its active cells: "
        f"{mean} = {total} / {counted(int(catalogue.cells[row]), 'cell')}\n{concept.what_it_is}"
    ).rstrip()
