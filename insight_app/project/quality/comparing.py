"""Two reports side by side: which figures differ by more than their intervals.

No torch: a window compares reports, too. Knows nothing of how figures are measured.
"""

from dataclasses import dataclass

from insight_app.project.quality.report import Figure, QualityReport


@dataclass(frozen=True)
class Difference:
    """One figure in two reports, None where a report lacks it.

    is_beyond: whether the two intervals have nothing in common; None where there are not two.
    """

    id: str
    group: str
    title: str
    one: Figure | None
    other: Figure | None
    is_beyond: bool | None

    @property
    def change(self) -> float | None:
        """What the other has more than the one, None where that cannot be told."""
        if self.one is None or self.other is None:
            return None
        if self.one.value is None or self.other.value is None:
            return None
        return self.other.value - self.one.value


def differences(one: QualityReport, other: QualityReport) -> list[Difference]:
    """Return all figures of two reports, in the order of the first, then what it lacks."""
    ids = [figure.id for figure in one.figures]
    ids += [figure.id for figure in other.figures if figure.id not in ids]
    found = []
    for id in ids:
        first, second = one.figure(id), other.figure(id)
        shown = first or second
        if shown is not None:
            is_beyond = _is_beyond(first, second)
            found.append(Difference(id, shown.group, shown.title, first, second, is_beyond))
    return found


def _is_beyond(one: Figure | None, other: Figure | None) -> bool | None:
    if one is None or other is None:
        return None
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return None
    return one.high < other.low or other.high < one.low
