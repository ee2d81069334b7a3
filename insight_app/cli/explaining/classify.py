"""`insight-app explain classify`: classes learned from concepts, beside raw features."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.errors import KnownError
from insight_app.figures import column, counted, figure

if TYPE_CHECKING:
    from insight_app.concepts.explain.evaluation import Gap, Share
    from insight_app.project.explaining.classification import Classification

NOT_KEPT = "The classification was not kept in the project."


def classify(
    project: ProjectPath,
    labels: Annotated[
        str,
        typer.Option(
            metavar="SET",
            help="Which labels: those of the photos' folders, or a set of the project.",
        ),
    ] = "folders",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    as_json: AsJson = False,
) -> None:
    """Learn classes from the concepts of labelled photos, and say how good that is.

    Every photo is judged by what was learned from others, in five folds; beside it stands the same
    with raw features instead of concepts. What was learned is kept in the project.
    """
    from insight_app.project.explaining import classifying, store

    kept = "Nothing was changed."
    with terminal.cancellable(kept) as cancel, terminal.progress() as progress:
        found = classifying.classify(
            project, labels, device=device, progress=progress, cancel=cancel
        )
    try:
        store.store(project, found)
    except KnownError as error:
        terminal.complain(f"{NOT_KEPT} {error}")
    if as_json:
        terminal.print_json(found.to_json())
        return
    for line in table(project.name, found):
        terminal.say(line)


def table(project: str, found: "Classification") -> Iterator[str]:
    """Yield a classification as lines: how good, the gap, the compact set, and class by class."""
    classes = f"{len(found.classes):,} classes of “{found.label_set}”"
    yield f"{project}: {classes}, {counted(found.images.size, 'photo')}"
    yield ""
    yield f"  by concepts      {share(found.accuracy(found.concepts))}"
    if found.features is None:
        yield f"  by raw features  not known. {found.no_features}"
    else:
        yield f"  by raw features  {share(found.accuracy(found.features))}"
    if found.gap is not None:
        yield f"  the gap          {gap(found.gap)}, concepts minus raw features"
    if (compact := found.compact) is not None:
        size = f"{compact.concepts.size:,} of {counted(found.classifier.concepts, 'concept')}"
        if compact.is_enough:
            yield f"  compact set      {size} keep 90 % of the accuracy"
        else:
            yield "  compact set      none: no set that was tried keeps 90 % of the accuracy"
    yield ""
    yield "Photos held back that were taken for what they are; 95 % interval by Wilson"
    yield from _by_class(found)
    if found.notes:
        yield ""
    yield from found.notes


def _by_class(found: "Classification") -> Iterator[str]:
    concepts = found.by_class(found.concepts)
    features = None if found.features is None else found.by_class(found.features)
    matrix = found.confusion(found.concepts)
    widest = max(map(len, found.classes))
    order = sorted(range(len(concepts)), key=lambda n: (concepts[n].value, found.classes[n]))
    judged = [n for n in order if concepts[n].photos]
    said = column([figure(concepts[n].value) for n in judged])
    for n, value in zip(judged, said, strict=True):
        low, high = concepts[n].interval or (0.0, 1.0)
        line = f"  {found.classes[n]:{widest}}  {value} ({figure(low)} to {figure(high)})"
        if features is not None:
            line += f", raw features {figure(features[n].value)}"
        line += f", {counted(concepts[n].photos, 'photo')}"
        others = matrix[n].copy()
        others[n] = 0
        if others.any():
            most = int(others.argmax())
            line += f"; {int(others[most]):,} taken for {found.classes[most]}"
        yield line


def share(one: "Share") -> str:
    """Return a share with its interval and what it is of."""
    if one.interval is None:
        return "not known: no photo could be held back"
    low, high = one.interval
    return (
        f"{figure(one.value)} ({figure(low)} to {figure(high)}), "
        f"{one.right:,} of {counted(one.photos, 'photo')}"
    )


def gap(one: "Gap") -> str:
    """Return a signed difference in points, with its interval where there is one."""
    said = f"{one.points:+.1f} points"
    if one.low is None or one.high is None:
        return f"{said} (too few photos for an interval)"
    return f"{said} ({one.low:+.1f} to {one.high:+.1f})"
