"""Concepts whose images show nothing in common: the sentence that stands for them, and its measure.

They start folded away in the hierarchy, the table and the queue, and are never left out of a
search; what a person judged, named or noted is not among them.
"""

from typing import TYPE_CHECKING

from insight_app.figures import agreeing, counted, figure

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results

NOTHING_IN_COMMON = "nothing in common"
"""What is said of one of them where there is little room."""
NO_PARENT = "What shows nothing in common is found by the machine; nothing can be put there."


def sentence(count: int) -> str:
    """Return how many concepts are folded away, and why."""
    return f"{counted(count, 'concept')} {agreeing(count, 'shows', 'show')} {NOTHING_IN_COMMON}"


def shorter(count: int) -> tuple[str, ...]:
    """Return the sentence, and how it is said where there is less and less room."""
    verb = agreeing(count, "shows", "show")
    return (
        sentence(count),
        f"{count:,} {verb} {NOTHING_IN_COMMON}",
        f"{count:,}: {NOTHING_IN_COMMON}",
    )


def explanation(results: "Results") -> str:
    """Return by which measure concepts are folded away, and how they come out again."""
    return (
        "Clarity: how alike the ten photos are where a concept is strongest, the mean cosine of "
        "their features in another layer than the one that concepts are found in, less what all "
        "photos have in common. In 95 % of "
        f"random directions it is under {figure(results.clarity_bound)}, and so it is here: the "
        "photos have no more in common than chance, and no name that is not doubtful. Judging, "
        "naming or noting one takes it out."
    )
