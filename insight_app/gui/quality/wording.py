"""A figure of a quality report in words: its numbers, its strongest control, all about it.

Knows reports; nothing of widgets.
"""

from collections.abc import Iterator

from insight_app.figures import figure
from insight_app.project.quality.report import NO_BETTER, Control, Figure, SelfTest

PLAIN_UNITS = ("", "share", "cosine")
"""Numbers between 0 and 1, or -1 and 1, that need no unit beside them."""
NOT_KNOWN = "not known"


def number(value: float | None) -> str:
    """Return a value as it is shown."""
    return NOT_KNOWN if value is None else figure(value)


def interval_text(low: float | None, high: float | None) -> str:
    """Return an interval, '' where there is none."""
    return "" if low is None or high is None else f"{figure(low)} to {figure(high)}"


def count_text(one: Figure) -> str:
    """Return how many it was taken over."""
    return f"{one.count:,} {one.count_of}" if one.count_of else ""


def opponent(one: Figure) -> Control | None:
    """Return the control that comes nearest to the figure or beats it; None without one."""
    sign = -1.0 if one.is_higher_better is False else 1.0
    known = [
        (sign * control.value, control)
        for control in one.controls.values()
        if not control.is_ceiling and control.value is not None
    ]
    return max(known, key=lambda pair: pair[0])[1] if known else None


def control_text(one: Figure) -> str:
    """Return the strongest control, or why there is no value."""
    if one.value is None:
        return one.note
    control = opponent(one)
    if control is None:
        return "no control"
    prefix = "as good: " if one.is_no_better else ""
    return f"{prefix}{number(control.value)} {control.title}"


def details(one: Figure) -> Iterator[str]:
    """Yield all about a figure, line by line."""
    unit = "" if one.unit in PLAIN_UNITS else f" {one.unit}"
    interval = interval_text(one.low, one.high)
    head = f"{one.title}: {number(one.value)}{unit if one.value is not None else ''}"
    if interval:
        head += f", 95 % interval {interval}"
    if count := count_text(one):
        head += f", over {count}"
    yield head
    yield f"Formula: {one.formula}"
    for control in one.controls.values():
        between = interval_text(control.low, control.high)
        said = f" ({between})" if between else ""
        more = ", a ceiling" if one.is_under(control) else ", no opponent"
        knows = f"{more}: it knows more than a dictionary may" if control.is_ceiling else ""
        yield f"Control: {control.title} {number(control.value)}{said}{knows}"
    if one.is_higher_better is not None and one.value is not None:
        yield f"{'Higher' if one.is_higher_better else 'Lower'} is better."
    if one.is_no_better:
        yield NO_BETTER
    if one.note:
        yield one.note


def test_details(test: SelfTest) -> Iterator[str]:
    """Yield all about a self-test, line by line."""
    verdict = "passed" if test.passed else "failed: the figures above cannot be trusted"
    yield f"{test.title}: {verdict}"
    yield f"It came to {number(test.value)}; it must be {test.expected}."
