"""What interventions do, in words and links: this photo, all photos. Knows no widget."""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.figures import counted, percent, percentage, signed
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.gui.state.what_if import FoundCue
    from insight_app.project.explaining.whatif import Decided, Intervened

CLASSES = 3
CHANGED = "changed"
"""Target of the link to the photos that are decided otherwise."""


@dataclass(frozen=True)
class TitledLine:
    """What it is of, what stands at the right as rich text, and what it means."""

    title: str
    text: str
    tip: str = ""


def of_photo(
    classes: tuple[str, ...], before: NDArray[np.float64], after: NDArray[np.float64]
) -> list[TitledLine]:
    """Return scores before and after, (C,) each, of the first classes, and the decision."""
    first = int(before.argmax())
    order = list(dict.fromkeys([*np.argsort(-before, kind="stable")[:CLASSES].tolist(),
                                int(after.argmax())]))  # fmt: skip
    tip = "Score as trained, and with the concepts so multiplied"
    lines = [
        TitledLine(visible(classes[n]), f"{signed(before[n])} → <b>{signed(after[n])}</b>", tip)
        for n in order
    ]
    second = int(after.argmax())
    text = escape(visible(classes[first]))
    if second != first:
        text = f"{text} → <b>{escape(visible(classes[second]))}</b>"
    leads = f"lead {signed(_lead(before))} → {signed(_lead(after))}"
    lines.append(TitledLine("decision", text, f"The class with the highest score; {leads}"))
    lines.append(TitledLine("its lead", f"{signed(_lead(before))} → <b>{signed(_lead(after))}</b>"))
    return lines


def _lead(scores: NDArray[np.float64]) -> float:
    """Return how far the highest score is above the next."""
    if scores.size < 2:
        return float(scores.max())
    second, first = np.sort(scores)[-2:]
    return float(first - second)


def of_all(decided: "Decided", done: "Intervened") -> list[TitledLine]:
    """Return accuracy, decisions and the classes most changed, before and after."""
    change, lines = done.change, []
    if change.labelled:
        before, after = change.accuracy
        low, high = change.intervals[1]
        interval = ""
        if low is not None and high is not None:
            interval = f" [{percentage(low)}, {percentage(high)}]"
        lines.append(
            TitledLine(
                "accuracy",
                f"{percentage(before)} → <b>{percent(after)}</b>{interval}",
                f"Of {counted(change.labelled, 'photo')}, each judged by what was learned without "
                "it; 95 % interval by Wilson of the accuracy after",
            )
        )
        low, high = change.difference
        points = f"{signed(100 * (after - before))} points"
        if low is not None and high is not None:
            points += f" [{signed(100 * low)}, {signed(100 * high)}]"
        tip = "The same photos before and after; 95 % interval of a bootstrap over photos"
        lines.append(TitledLine("change", points, tip))
    moved = change.changed.size
    link = f'<a href="{CHANGED}">{moved:,} of {done.rows.size:,}</a>' if moved else "none"
    tip = "The link goes through these photos, one by one"
    lines.append(TitledLine("decisions changed", link, tip))
    if moved and change.labelled:
        told = f"{change.now_wrong:,} now wrong, {change.now_right:,} now right"
        lines.append(TitledLine("of these", told, tip))
    by_class = change.by_class()
    difference = (by_class[:, 2] - by_class[:, 1]) / np.maximum(by_class[:, 0], 1)
    for n in np.argsort(-np.abs(difference), kind="stable")[:CLASSES].tolist():
        photos, was, now = by_class[n].tolist()
        if was != now:
            text = f"{percentage(was / photos)} → <b>{percentage(now / photos)}</b> %"
            tip = f"Accuracy of the class, {counted(photos, 'photo')}"
            lines.append(TitledLine(visible(decided.classes[n]), text, tip))
    return lines


def of_cue(name: str, cue: "FoundCue") -> TitledLine:
    """Return a cue: what its removal does to the subset that it goes with."""
    return TitledLine(
        f"{name} in {visible(cue.subset)}",
        f"{signed(100 * cue.difference)} points "
        f"[{signed(100 * cue.low)}, {signed(100 * cue.high)}]",
        f"With “{name}” off, {cue.made_wrong:,} of the {counted(cue.photos, 'photo')} of "
        f"“{visible(cue.subset)}” become wrong and {cue.made_right:,} right: "
        f"{signed(100 * cue.difference)} points more than in the rest "
        f"[{signed(100 * cue.low)}, {signed(100 * cue.high)}]; false discovery rate "
        f"{percent(cue.corrected)}",
    )
