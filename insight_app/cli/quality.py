"""The command that measures a project: figures with their controls as a table, or as JSON."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, TypedDict

import typer

from insight_app import figures
from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError, Refusal
from insight_app.figures import column, counted
from insight_app.files import read_regular
from insight_app.project.quality.comparing import Difference, differences
from insight_app.project.quality.report import (
    GROUPS,
    MOST,
    NO_BETTER,
    USUAL,
    Control,
    Figure,
    QualityReport,
    SelfTest,
)

NOT_KEPT = "The report was not kept in the project."
MOST_LABELS = 64 << 20


class Options(TypedDict, total=False):
    """What of the command's options goes to `measure` as it is."""

    photos: int
    device: str
    masks: Path | None
    classes: Path | None
    labels: Mapping[str, str] | None


def quality(
    project: ProjectPath,
    other: Annotated[
        Path | None,
        typer.Argument(metavar="[OTHER]", help="A second project, to compare with the first."),
    ] = None,
    as_json: AsJson = False,
    photos: Annotated[
        int,
        typer.Option(min=1, max=MOST, help="Measure on at most this many photos, at random."),
    ] = USUAL,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Lines of photo,label by which names are judged: a label is a WordNet id or a "
            "word. By default the names of the photos' folders, where these are such.",
        ),
    ] = None,
    second: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Another dictionary of the same encoder, or a project with one: how many concepts "
            "it finds again. By default that of OTHER.",
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    masks: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Measure too whether concepts lie where things are, by label masks: pictures "
            "called as their photos, whose pixels are ids of the table; 0 is background. Or a JSON "
            "file of COCO's, which brings its own table.",
        ),
    ] = None,
    classes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The table of labels: CSV with the columns id and name and, if you like, kind "
            "(thing, stuff or part).",
        ),
    ] = None,
) -> None:
    """Measure how good the dictionary is, its names, its hierarchy, and its places.

    Every figure is measured on the project's photos, with its interval and with controls beside it.
    The report is kept in the project. Of two projects it is said which differences are beyond the
    intervals.
    """
    if masks is None and classes is not None:
        raise typer.BadParameter("--classes FILE is the table of the labels in --masks FOLDER.")
    how: Options = {"photos": photos, "device": device, "masks": masks, "classes": classes}
    how["labels"] = _labels(labels) if labels is not None else None
    one = _measured(project, second or other, how)
    if other is None:
        if as_json:
            terminal.print_json(one.to_json())
        else:
            _say(table(one))
        return
    found = _measured(other, second or project, how)
    compared = differences(one, found)
    if as_json:
        both = [report.to_json() for report in (one, found)]
        beyond = {one.id: {"change": one.change, "is_beyond": one.is_beyond} for one in compared}
        terminal.print_json({"reports": both, "differences": beyond})
    else:
        _say(side_by_side(one, found, compared))


def _measured(project: Path, second: Path | None, how: Options) -> QualityReport:
    """Measure a project and keep the report in it, if anything can be written there."""
    from insight_app.project.quality.measuring import measure
    from insight_app.project.quality.store import store

    with terminal.cancellable("Nothing was changed.") as cancel, terminal.progress() as progress:
        report = measure(project, second=second, progress=progress, cancel=cancel, **how)
    try:
        store(project, report)
    except KnownError as error:
        terminal.complain(f"{NOT_KEPT} {error}")
    return report


def _labels(path: Path) -> Mapping[str, str]:
    """Read a person's list of labels; Refusal if it holds none."""
    from insight_app.concepts.quality.labels import read_csv

    with disk_errors("The list of labels cannot be read", where=path):
        data = read_regular(path, MOST_LABELS, follow_links=True)
    try:
        found = read_csv(data.decode("utf-8-sig"))
    except ValueError:
        found = {}
    if not found:
        raise Refusal(
            "There are no labels in this file.",
            where=str(path),
            do="Write a line photo,label for each photo, in UTF-8.",
        )
    return found


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        terminal.say(line)


def side_by_side(
    one: QualityReport, other: QualityReport, compared: Sequence[Difference]
) -> Iterator[str]:
    """Yield two reports as lines: a figure with both values, and whether they differ."""
    yield f"1: {one.project}, measured on {counted(one.photos, 'photo')}"
    yield f"2: {other.project}, measured on {counted(other.photos, 'photo')}"
    group = ""
    for each in compared:
        if each.group != group:
            group = each.group
            yield ""
            yield group
        if each.change is None:
            yield f"  {each.title}: not known of both"
            continue
        yield f"  {each.title}: {_value(each.one)} and {_value(each.other)}{_verdict(each)}"
    yield ""
    yield "Self-tests"
    for number, report in enumerate((one, other), 1):
        for test in report.self_tests:
            yield f"  {number}:{_of_test(test)[1:]}"


def _value(one: Figure | None) -> str:
    if one is None:
        return ""
    weak = " [a control does as well]" if one.is_no_better else ""
    return f"{figure(one.value)}{_interval(one.low, one.high)}{weak}"


def _verdict(each: Difference) -> str:
    if each.is_beyond is None:
        return "; no intervals to tell"
    return "; DIFFERENT beyond their intervals" if each.is_beyond else "; within their intervals"


def table(report: QualityReport) -> Iterator[str]:
    """Yield a report as lines: a figure with its interval and count, its controls beneath it."""
    photos = counted(report.photos, "photo")
    yield f"{report.project}, measured on {photos} ({report.cells:,} cells)"
    for group in GROUPS:
        found = report.in_group(group)
        if found:
            yield ""
            yield group
        for one in found:
            yield from _lines(one)
    yield ""
    yield "Self-tests"
    for test in report.self_tests:
        yield _of_test(test)


def _lines(one: Figure) -> Iterator[str]:
    if one.value is None:
        yield f"  {one.title}: not known. {one.note}"
        return
    unit = "" if one.unit in ("share", "cosine", "") else f" {one.unit}"
    said = f"{figure(one.value)}{unit}{_interval(one.low, one.high)}"
    yield f"  {one.title}: {said}, {one.count:,} {one.count_of}"
    controls = list(one.controls.values())
    values = column([figure(control.value) for control in controls])
    widest = max((len(control.title) for control in controls), default=0)
    for control, value in zip(controls, values, strict=True):
        yield f"      {control.title:{widest}}  {value}{_of_control(one, control)}"
    if one.is_no_better:
        yield f"      {NO_BETTER}"


def _of_control(one: Figure, control: Control) -> str:
    ceiling = "  (ceiling)" if one.is_under(control) else "  (knows more)"
    return _interval(control.low, control.high) + (ceiling if control.is_ceiling else "")


def figure(value: float | None) -> str:
    """Return a value in digits, in words if there is none."""
    return figures.figure(math.nan if value is None else value)


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({figure(low)} to {figure(high)})"


def _of_test(test: SelfTest) -> str:
    verdict = "passed" if test.passed else "FAILED"
    return f"  {verdict}: {test.title} ({figure(test.value)}; must be {test.expected})"
