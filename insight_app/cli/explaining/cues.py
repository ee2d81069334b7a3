"""`insight-app explain cues`: concepts that one subset of the photos hangs on, and the rest not."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.explaining import opening
from insight_app.cli.explaining.opening import LabelSet, Opened
from insight_app.figures import counted, figure

if TYPE_CHECKING:
    from insight_app.project.explaining.cues import Cues

SHOWN = 15


def cues(
    project: ProjectPath,
    by: Annotated[
        str,
        typer.Option(
            metavar="DIVISION",
            help="How photos are divided: classes, tags, folders, or a set of labels. Unless by "
            "classes, a part of a class is compared with the rest of that class.",
        ),
    ] = "classes",
    labels: LabelSet = "folders",
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="Only so many.")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """List concepts whose removal changes the accuracy of one subset much more than of the rest.

    Each concept is switched off in turn. What goes with a class without being of it (snow behind
    the wolves) stands here; so does what a class is rightly known by: the list is to be looked at.
    """
    from insight_app.project.explaining import cues as finding
    from insight_app.project.explaining.whatif import decided

    with (
        opening.opened(project, labels) as opened,
        terminal.cancellable("Nothing was changed.") as cancel,
        terminal.progress() as progress,
    ):
        start = decided(opened.results, opened.found, progress=progress, cancel=cancel)
        division = finding.divided(opened.results, opened.project.judgements.state, start, by)
        told = found(opened, finding.find(start, division, limit, progress, cancel))
    if as_json:
        terminal.print_json(told)
        return
    for line in table(told):
        terminal.say(line)


def found(opened: Opened, listed: "Cues") -> dict[str, Any]:
    """Return cues as JSON has them."""
    return {
        "by": listed.by,
        "concepts_looked_at": listed.looked_at,
        "cues": [
            opened.told(one.concept)
            | {
                "subset": listed.subsets[one.subset],
                "photos": one.photos,
                "active": one.active,
                "made_wrong": one.made_wrong,
                "made_right": one.made_right,
                "change": one.change,
                "change_elsewhere": one.change_elsewhere,
                "difference": one.difference,
                "low": one.low,
                "high": one.high,
                "p": one.p,
                "p_corrected": one.corrected,
                "lead_change": one.lead,
                "lead_change_elsewhere": one.lead_elsewhere,
            }
            for one in listed.cues
        ],
    }


def table(told: dict[str, Any]) -> Iterator[str]:
    """Yield cues as lines, the surest first."""
    yield f"{counted(told['concepts_looked_at'], 'concept')} switched off one by one"
    yield (
        "Points of accuracy in the subset, then in the rest of the photos, and how far apart the "
        "two are"
    )
    yield "(up to 200 points, where one falls and the other rises; 95 % interval; q: share of false"
    yield "alarms among cues at least as sure)"
    for one in told["cues"]:
        yield (
            f"  {_points(one['change'])}, rest {_points(one['change_elsewhere'])}, apart "
            f"{_points(one['difference'])} ({_points(one['low'])} to {_points(one['high'])}; "
            f"q {figure(one['p_corrected'])})  {opening.shown(one)} in {one['subset']}: active in "
            f"{one['active']:,} of {counted(one['photos'], 'photo')}, {one['made_wrong']:,} made "
            f"wrong, {one['made_right']:,} right"
        )
    if not told["cues"]:
        yield "  none: no concept goes with one subset more than with the rest"


def _points(share: float) -> str:
    """Return a share as signed percentage points, never as a zero with a sign."""
    points = round(100 * share, 1)
    return f"{'+' if points > 0 else '−'}{abs(points):.1f}" if points else "0.0"
