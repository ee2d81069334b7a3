"""The command that measures a project: figures with their controls as a table, or as JSON."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from insight_app import figures
from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.errors import KnownError
from insight_app.figures import column, counted
from insight_app.project.quality.report import (
    GROUPS,
    NO_BETTER,
    Control,
    Figure,
    QualityReport,
    SelfTest,
)
from insight_app.project.quality.sample import MOST, USUAL

NOT_KEPT = "The report was not kept in the project."


def quality(
    project: ProjectPath,
    as_json: AsJson = False,
    photos: Annotated[
        int,
        typer.Option(min=1, max=MOST, help="Measure on at most this many photos, evenly spread."),
    ] = USUAL,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    masks: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Measure too whether concepts lie where things are, by label masks: pictures "
            "called as their photos, whose pixels are ids of the table; 0 is background.",
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
    """Measure how good the dictionary is.

    It is measured on the project's photos, with controls beside every figure. The report is kept in
    the project.
    """
    if (masks is None) != (classes is None):
        raise typer.BadParameter("--masks FOLDER and --classes FILE belong together.")
    report = _measured(project, photos, device, masks, classes)
    if as_json:
        terminal.print_json(report.to_json())
    else:
        for line in table(report):
            terminal.say(line)


def _measured(
    project: Path, photos: int, device: str, masks: Path | None, classes: Path | None
) -> QualityReport:
    """Measure a project and keep the report in it, if anything can be written there."""
    from insight_app.project.quality.measuring import measure
    from insight_app.project.quality.store import store

    with terminal.cancellable("Nothing was changed.") as cancel, terminal.progress() as progress:
        report = measure(
            project,
            photos=photos,
            device=device,
            progress=progress,
            cancel=cancel,
            masks=masks,
            classes=classes,
        )
    try:
        store(project, report)
    except KnownError as error:
        terminal.complain(f"{NOT_KEPT} {error}")
    return report


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
        yield f"      {control.title:{widest}}  {value}{_of_control(control)}"
    if one.is_no_better:
        yield f"      {NO_BETTER}"


def _of_control(control: Control) -> str:
    return _interval(control.low, control.high) + ("  (ceiling)" if control.is_ceiling else "")


def figure(value: float | None) -> str:
    """Return a value in digits, in words if there is none."""
    return figures.figure(math.nan if value is None else value)


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({figure(low)} to {figure(high)})"


def _of_test(test: SelfTest) -> str:
    verdict = "passed" if test.passed else "FAILED"
    return f"  {verdict}: {test.title} ({figure(test.value)}; must be {test.expected})"
