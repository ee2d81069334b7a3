"""A relation in words: its figures with their formulas and counts, and above which share it counts.

The same in the card, the tree and the table of relations. Knows no widget.
"""

from typing import TYPE_CHECKING

from insight_app.concepts.relations import PUBLISHED_THRESHOLD
from insight_app.figures import counted, figure, percent

if TYPE_CHECKING:
    from insight_app.project.judgements.hierarchy import Edge
    from insight_app.project.results.edge_table import Measured
    from insight_app.project.results.snapshot import Results

WHAT_IS_R = "R = share of the child's activation on cells where the parent is active too"
WHAT_IS_IMPLIED = (
    "Measured like the others, and left out of the tree because its relations lead there anyway"
)


def threshold(results: "Results") -> tuple[str, str]:
    """Return above which R relations are, in a few words, and in whole sentences; '' if unknown."""
    here, dictionary = results.relations_above
    published = f"published: {PUBLISHED_THRESHOLD}"
    if here and dictionary and here != dictionary:
        text = f"relations above {here} here, {dictionary} in the dictionary ({published})"
    elif here or dictionary:
        text = f"relations above {here or dictionary} ({published})"
    else:
        return "", ""
    return text, (
        f"{WHAT_IS_R}. It must be above the published {PUBLISHED_THRESHOLD} where that gives 30 % "
        "of the concepts a parent; else the value sinks in steps of 0.05 until it does, to 0.4 at "
        "the least."
    )


def explanation(found: "Measured") -> str:
    """Return every figure of a relation with its formula and count, a line each."""
    lines = [
        f"{WHAT_IS_R}: {figure(found.strength)}",
        f"back, from the parent to the child: {figure(found.reverse_strength)}",
        f"asymmetry = R - back: {figure(found.asymmetry)}",
        interval(found),
        silent(found),
        absorption(found),
        support(found),
    ]
    return "\n".join([*lines, f"{WHAT_IS_IMPLIED}."] if found.implied else lines)


def told(results: "Results", edge: "Edge") -> str:
    """Return every figure of a relation as `explanation` does, and of whom they are."""
    if edge.index is None:
        return "added by a person"
    measured = results.edges.measured(edge.index)
    if edge.is_of_member:
        head = f"Measured {of_whom(edge)} alone, not of all that is merged:"
        return f"{head}\n{explanation(measured)}"
    if not edge.is_counted:
        return explanation(measured)
    lines = [
        f"{WHAT_IS_R}: {figure(edge.strength)}",
        f"back, from the parent to the child: {figure(edge.reverse_strength)}",
        f"asymmetry = R - back: {figure(edge.strength - edge.reverse_strength)}",
        "counted of all that is merged; no interval is known of it",
    ]
    if edge.cells is not None and edge.images is not None:
        where = f"{counted(edge.cells, 'cell')} in {counted(edge.images, 'image')}"
        lines.append(f"both active in {where}")
    lines.append(f"The machine proposed it by R {figure(measured.strength)} {of_whom(edge)} alone.")
    return "\n".join([*lines, f"{WHAT_IS_IMPLIED}."] if measured.implied else lines)


def of_whom(edge: "Edge") -> str:
    """Return by their numbers whose cells the machine measured, where an end is merged."""
    child, parent = edge.measured
    return f"of #{child} under #{parent}"


def interval(found: "Measured") -> str:
    """Return the interval of R, or why there is none."""
    if found.interval is None:
        return f"no interval: {found.why_no_interval}"
    low, high = map(figure, found.interval)
    return (
        f"95 % interval of R over {counted(found.child_images, 'image')} with the child: {low} to "
        f"{high} (bootstrap, 1,000 draws)"
    )


def silent(found: "Measured") -> str:
    """Return the silent share, or that it is not known."""
    what = "silent share = child's active cells where the parent is not active"
    if found.silent is None:
        return f"{what}: not known"
    return f"{what}: {percent(found.silent)} of {counted(found.child_cells, 'cell')}"


def absorption(found: "Measured") -> str:
    """Return the absorption gap with its interval, or why it is not known."""
    what = "absorption = child's active cells where the parent is within 10 % under its threshold"
    if found.absorption is None:
        return f"{what}: not known ({found.why_no_absorption})"
    text = f"{what}: {percent(found.absorption)} of {counted(found.child_cells, 'cell')}"
    if found.absorption_interval is None:
        return f"{text}; no interval: {found.why_no_interval}"
    low, high = map(percent, found.absorption_interval)
    return f"{text}, 95 % interval {low} to {high}"


def support(found: "Measured") -> str:
    """Return where both are active."""
    if not found.cells:
        return "not counted here: as the dictionary brings it along"
    where = f"both active in {counted(found.cells, 'cell')} in {counted(found.images, 'image')}"
    return where if found.source == "data" else f"{where}, of the dictionary's photos"
