"""`insight-app explain classify`: classes learned from concepts, beside raw features."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.explaining import opening
from insight_app.concepts.progress import CancelToken, Progress
from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError, Refusal
from insight_app.figures import column, counted, figure
from insight_app.files import read_regular

if TYPE_CHECKING:
    from insight_app.concepts.explain.class_words import ClassWords
    from insight_app.concepts.explain.evaluation import Gap, Share
    from insight_app.project.explaining.classification import Classification

NOT_KEPT = "The classification was not kept in the project."
MOST_BYTES = 16 << 20
"""More is no list of classes."""


class ClassifyOptions(TypedDict, total=False):
    """How every way to classify is run."""

    device: str
    progress: Progress
    cancel: CancelToken


def classify(
    project: ProjectPath,
    labels: Annotated[
        str,
        typer.Option(
            metavar="SET|FILE.csv",
            help="Which labels: those of the photos' folders, a set of the project, or a FILE.csv "
            "of lines photo,label, with which nothing is kept.",
        ),
    ] = "folders",
    words: Annotated[
        str,
        typer.Option(
            metavar="CLASSES",
            help="Learn nothing and go by words: “car, bus/coach, tram”, with a stroke between "
            "words for the same; or a file with a class a line.",
        ),
    ] = "",
    probe: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.pt",
            help="Learn nothing and open a released probe: weights of classes by concepts.",
        ),
    ] = None,
    names: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What the classes of --probe are called, one a line, in the order of its weights.",
        ),
    ] = None,
    all_activations: Annotated[
        bool,
        typer.Option(
            "--all-activations",
            help="Say beside how right --probe is by the maximum of all activations, before any "
            "are selected: the photos are encoded again.",
        ),
    ] = False,
    test: Annotated[
        Path | None,
        typer.Option(
            metavar="OTHER",
            help="Judge too on the labelled photos of another project of the same dictionary.",
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    as_json: AsJson = False,
) -> None:
    """Learn classes from the concepts of labelled photos, and say how good that is.

    Every photo is judged by what was learned from others, in five folds; beside it stands the same
    with raw features instead of concepts. With --words and --probe nothing is learned. What was
    found is kept in the project.
    """
    from insight_app.project.explaining import released, store, testing, typed

    if words and probe is not None:
        raise typer.BadParameter("--words and --probe are two ways: choose one.")
    if probe is None and (names is not None or all_activations):
        raise typer.BadParameter("--names and --all-activations belong to --probe.")
    if test is not None and (words or probe is not None):
        raise typer.BadParameter("--test is for what is learned, not for --words or --probe.")
    file = Path(labels) if labels.lower().endswith(".csv") else None
    if file is not None and (words or probe is not None):
        raise typer.BadParameter("Take the labels over first: insight-app labels --import FILE.csv")
    kept = "Nothing was changed."
    tested = None
    if test is not None:
        testing.must_be_alike(project, test)
    with terminal.cancellable(kept) as cancel, terminal.progress() as progress:
        how: ClassifyOptions = {"device": device, "progress": progress, "cancel": cancel}
        if words:
            found = typed.classify(project, _words(words), labels, **how)
        elif probe is not None:
            called = None if names is None else _lines(names)
            found = released.classify(
                project, probe, labels, called, all_activations=all_activations, **how
            )
        else:
            found = _learned(project, labels, file, how)
        if test is not None:
            tested = testing.on_other(found, project, test, labels, file=file, **how)
    if file is None:
        try:
            store.store(project, found)
        except KnownError as error:
            terminal.complain(f"{NOT_KEPT} {error}")
    taken = {} if not words and probe is None else _taken_for(project, found)
    if as_json:
        more = {"taken_for": taken} if taken else {}
        more |= {} if tested is None else {"test": tested.to_json()}
        terminal.print_json(found.to_json() | more)
        return
    for line in table(project.name, found):
        terminal.say(line)
    if test is not None and tested is not None:
        terminal.say("")
        for line in table(f"Learned there, judged on {test.name}", tested):
            terminal.say(line)
    if taken:
        terminal.say("")
        terminal.say("All analyzed photos, by what concepts take them for")
    for name, count in sorted(taken.items(), key=lambda one: -one[1]):
        terminal.say(f"  {name}: {counted(count, 'photo')}")


def _learned(
    project: Path, labels: str, file: Path | None, how: ClassifyOptions
) -> "Classification":
    """Return classes that are learned; where labels are too few, say how to type others."""
    from insight_app.project.explaining import classifying

    try:
        return classifying.classify(project, labels, file=file, **how)
    except classifying.NotEnoughLabels as error:
        if error.others:
            error.do = f"{error.do} Type: {opening.to_classify(project, error.others[0].name)}"
        raise


def _taken_for(project: Path, found: "Classification") -> dict[str, int]:
    """Return class -> how many of all analyzed photos are taken for it; none that has none."""
    from insight_app.project.explaining import fixed
    from insight_app.project.results.snapshot import Results

    results = Results.open(project)
    if results is None:
        return {}
    with results:
        counts = fixed.taken_for(results, found.classifier)
    return {name: int(n) for name, n in zip(found.classes, counts, strict=True) if n}


def _words(text: str) -> "tuple[ClassWords, ...]":
    """Read classes as they are typed, or from a file that they name."""
    from insight_app.concepts.explain.class_words import of_line, of_text

    path = Path(text)
    with suppress(OSError, ValueError):  # a list of words can be too long for a path
        if path.is_file():
            found = map(of_line, _lines(path))
            return tuple(one for one in found if one is not None)
    return of_text(text)


def _lines(path: Path) -> list[str]:
    """Read the lines of a text in UTF-8 that are not empty; KnownError where it is none."""
    with disk_errors("The list cannot be read", where=path):
        data = read_regular(path, MOST_BYTES, follow_links=True)
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except ValueError as error:
        raise Refusal(
            "This list is no text in UTF-8.", where=str(path), do="Save it as UTF-8."
        ) from error
    return [line.strip() for line in lines if line.strip()]


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
    unsettled, fits = found.unsettled
    if unsettled:
        yield (
            f"  weights          {unsettled:,} of {counted(fits, 'fit')} ended after their steps, "
            "before they came to rest:"
        )
        yield "                   how many concepts have no weight at all is as of then"
    if not found.held_back.size:
        yield from ("", *found.notes)
        return
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
