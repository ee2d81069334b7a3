"""`insight-app explain whatif`: what becomes of decisions when concepts are off or scaled."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.explaining import opening
from insight_app.cli.explaining.opening import LabelSet, Opened
from insight_app.cli.explaining.photo import record_of
from insight_app.errors import Refusal
from insight_app.figures import counted, figure, percent
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.concepts.quality.intervals import Interval
    from insight_app.project.explaining.whatif import Decided, Intervened

SHOWN = 12
PHOTOS = 20


def whatif(
    project: ProjectPath,
    off: Annotated[
        list[str] | None,
        typer.Option(metavar="CONCEPTS", help="Switch concepts off: numbers or names, as 412,7."),
    ] = None,
    scale: Annotated[
        list[str] | None,
        typer.Option(metavar="CONCEPT=FACTOR", help="Scale a concept by 0 to 2, as 412=0.5."),
    ] = None,
    images: Annotated[
        list[str] | None,
        typer.Option(metavar="IMAGE", help="Only in this photo; can be given several times."),
    ] = None,
    labels: LabelSet = "folders",
    as_json: AsJson = False,
) -> None:
    """Say what becomes of decisions and accuracy when concepts are switched off or scaled.

    Nothing is changed in the project. Each labelled photo is judged by what was learned without it.
    """
    from insight_app.project.explaining.whatif import decided, intervene

    with opening.opened(project, labels) as opened, terminal.progress() as progress:
        factors = opening.factors(opened, off or [], scale or [])
        if not factors:
            raise Refusal("No concept is named.", do="Type --off 412,7 or --scale 412=0.5")
        start = decided(opened.results, opened.found, progress=progress)
        rows = None
        if images:
            rows = start.rows_of([record_of(opened.results, one).id for one in images])
            if not rows.size:
                raise Refusal("None of these photos is classified.", do="Choose labelled ones.")
        told = changed(opened, start, intervene(start, factors, rows))
    if as_json:
        terminal.print_json(told)
        return
    for line in table(told):
        terminal.say(line)


def changed(opened: Opened, start: "Decided", done: "Intervened") -> dict[str, Any]:
    """Return what an intervention did, as JSON has it."""
    change, classes = done.change, start.classes
    before, after = change.accuracy
    intervals = change.intervals
    moved = [
        {
            "photo": str(opened.results.image(int(start.images[done.rows[n]])).path),
            "label": None if change.labels[n] < 0 else classes[int(change.labels[n])],
            "before": classes[int(change.before[n])],
            "after": classes[int(change.after[n])],
        }
        for n in change.changed.tolist()
    ]
    by_class = change.by_class()
    return {
        "factors": [
            opened.told(concept) | {"factor": factor} for concept, factor in done.factors.items()
        ],
        "photos": int(done.rows.size),
        "of": start.of,
        "labelled": change.labelled,
        "touched": int(done.rescored.rows.size),
        "accuracy": None
        if not change.labelled
        else {
            "before": _share(before, intervals[0]),
            "after": _share(after, intervals[1]),
            "change": _share(after - before, change.difference),
        },
        "decisions_changed": int(change.changed.size),
        "now_wrong": change.now_wrong,
        "now_right": change.now_right,
        "still_wrong": change.still_wrong,
        "by_class": [
            {"class": name, "photos": photos, "right_before": was, "right_after": now}
            for name, (photos, was, now) in zip(classes, by_class.tolist(), strict=True)
            if photos
        ],
        "changed": moved,
    }


def _share(value: float, interval: "Interval") -> dict[str, float | None]:
    return {"value": value, "low": interval[0], "high": interval[1]}


def table(told: dict[str, Any]) -> Iterator[str]:
    """Yield what an intervention did as lines."""
    yield "What if " + ", ".join(
        f"{opening.shown(one)} {'off' if not one['factor'] else '×' + figure(one['factor'])}"
        for one in told["factors"]
    )
    some = f" of {told['of']:,}" if told["of"] > told["photos"] else ""
    yield f"  photos            {told['photos']:,}{some}; concepts active in {told['touched']:,}"
    if (accuracy := told["accuracy"]) is not None:
        held_back = counted(told["labelled"], "held-back photo")
        yield f"  accuracy before   {_of(accuracy['before'])}, {held_back}"
        yield f"  accuracy after    {_of(accuracy['after'])}"
        change = accuracy["change"]
        low, high = change["low"], change["high"]
        spread = "" if low is None else f" ({100 * low:+.1f} to {100 * high:+.1f})"
        yield f"  change            {100 * change['value']:+.1f} points{spread}"
    yield (
        f"  decisions changed {told['decisions_changed']:,}: {told['now_wrong']:,} now wrong, "
        f"{told['now_right']:,} now right, {told['still_wrong']:,} still wrong"
    )
    moved = [one for one in told["by_class"] if one["right_before"] != one["right_after"]]
    moved.sort(key=lambda one: (one["right_after"] - one["right_before"]) / one["photos"])
    yield from _by_class(moved)
    for one in told["changed"][:PHOTOS]:
        label = f" (labelled {one['label']})" if one["label"] else ""
        yield f"  {visible(one['photo'])}: {one['before']} -> {one['after']}{label}"
    if len(told["changed"]) > PHOTOS:
        yield f"  ... {len(told['changed']) - PHOTOS:,} more: --json has all"


def _by_class(moved: Sequence[dict[str, Any]]) -> Iterator[str]:
    for one in moved[:SHOWN]:
        photos = one["photos"]
        yield (
            f"  {one['class']}: {percent(one['right_before'] / photos)} -> "
            f"{percent(one['right_after'] / photos)} of {counted(photos, 'photo')}"
        )
    if len(moved) > SHOWN:
        yield f"  ... {len(moved) - SHOWN:,} more classes: --json has all"


def _of(share: dict[str, float | None]) -> str:
    value, low, high = share["value"], share["low"], share["high"]
    spread = "" if low is None or high is None else f" ({figure(low)} to {figure(high)})"
    return f"{figure(value or 0.0)}{spread}"
