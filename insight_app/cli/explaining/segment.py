"""`insight-app explain segment`: which region is what by words alone, against masks."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.errors import KnownError, Refusal
from insight_app.figures import counted

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.explain.class_words import ClassWords
    from insight_app.concepts.explain.overlap import Overlap
    from insight_app.project.explaining.looks import Sliding
    from insight_app.project.explaining.mask_scores import MaskScores
    from insight_app.project.explaining.segmentation import Edges, Source

NOT_KEPT = "The scores were not kept in the project."


def segment(
    project: ProjectPath,
    masks: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Label masks called as their photos, whose pixels are ids of the table; or a JSON "
            "file of COCO's.",
        ),
    ],
    classes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="The table of labels: the columns id and name, perhaps synonyms, and colour for "
            "masks in colours. A file of COCO's brings its own.",
        ),
    ] = None,
    words: Annotated[
        str,
        typer.Option(
            metavar="CLASSES",
            help="Other classes than the table's: “car, automobile; road, street”. Each is judged "
            "by the label that has one of its words.",
        ),
    ] = "",
    background: Annotated[
        bool,
        typer.Option(help="Pixels may belong to no class: by the encoder's own rule, or by --bar."),
    ] = False,
    bar: Annotated[
        float,
        typer.Option(min=0, max=1, help="Less probable than this is background."),
    ] = 0.3,
    short_side: Annotated[
        int, typer.Option(min=0, help="Pixels of a photo's short side; 0: what is usual.")
    ] = 0,
    window: Annotated[
        int, typer.Option(min=0, help="Pixels of a window's side; 0: what is usual.")
    ] = 0,
    stride: Annotated[
        int, typer.Option(min=0, help="Pixels between windows; 0: what is usual.")
    ] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    as_json: AsJson = False,
) -> None:
    """Tell which region of photos is what, by words alone, and how well that fits masks.

    Raw tokens and concepts are compared on the same windows, with smooth and with sharp edges. A
    run that was stopped goes on where it was. The scores are kept in the project.
    """
    from insight_app.project.explaining import looks, mask_store, measuring_masks

    def sliding(encoder: "DenseEncoder") -> "Sliding":
        usual = looks.usual(encoder)
        return looks.Sliding(
            short_side or usual.short_side, window or usual.window, stride or usual.stride
        )

    kept = "What was counted so far is kept: the same command goes on from there."
    with terminal.cancellable(kept) as cancel, terminal.progress() as progress:
        found = measuring_masks.measure(
            project,
            masks,
            classes,
            classes=_classes(words) if words.strip() else None,
            background=background,
            below=bar,
            sliding=sliding,
            device=device,
            progress=progress,
            cancel=cancel,
        )
    try:
        mask_store.store(project, found)
    except KnownError as error:
        terminal.complain(f"{NOT_KEPT} {error}")
    if as_json:
        terminal.print_json(found.to_json())
        return
    for line in table(project.name, found):
        terminal.say(line)


def _classes(words: str) -> "tuple[ClassWords, ...]":
    from insight_app.concepts.explain.class_words import checked, of_line

    found = [of_line(part) for part in words.split(";")]
    if None in found[:-1]:
        raise Refusal("A class has no name.", do="Write each class between semicolons.")
    return checked([one for one in found if one is not None], 2)


def table(project: str, found: "MaskScores") -> Iterator[str]:
    """Yield scores as lines: the mIoU of each way, the gap, sharp edges, and class by class."""
    photos = counted(found.images.size, "photo")
    occurring = int(found.occurs.sum())
    b = found.basis
    yield f"{project} against {found.masks}: {photos}, {occurring:,} classes that masks have"
    yield (
        f"Photos at {b.short_side:,} pixels of the short side, windows of {b.window:,}, "
        f"{b.stride:,} apart"
    )
    yield ""
    yield "mIoU in %: intersection over union of pixels, over all photos; mean over these classes"
    for edges, title in _EDGES:
        raw, ours = found.mean_iou("raw", edges), found.mean_iou("concepts", edges)
        yield (
            f"  {title}  raw tokens {_percent(raw)}, concepts {_percent(ours)}, "
            f"concepts minus raw {_points(found.gap(edges))}"
        )
    effects = (f"{said} {_points(found.effect(source))}" for source, said in _SOURCES)
    yield f"  sharp minus smooth: {', '.join(effects)}"
    yield ""
    yield "IoU in % with smooth edges, by class"
    yield from _by_class(found)
    if found.notes:
        yield ""
    yield from found.notes


_EDGES: "tuple[tuple[Edges, str], ...]" = (("smooth", "smooth edges"), ("sharp", "sharp edges "))
_SOURCES: "tuple[tuple[Source, str], ...]" = (("raw", "raw tokens"), ("concepts", "concepts"))


def _by_class(found: "MaskScores") -> Iterator[str]:
    raw, ours = found.by_class("raw", "smooth"), found.by_class("concepts", "smooth")
    widest = max(map(len, found.names))
    occurring = [n for n, occurs in enumerate(found.occurs.tolist()) if occurs]
    for n in sorted(occurring, key=lambda n: (-ours[n], found.names[n])):
        photos = int((found.counts[0, :, n, 2] > 0).sum())
        yield (
            f"  {found.names[n]:{widest}}  raw {100 * raw[n]:5.1f}  concepts {100 * ours[n]:5.1f}  "
            f"{_tenths(ours[n] - raw[n]):+5.1f}, {counted(photos, 'photo')}"
        )


def _percent(one: "Overlap") -> str:
    return f"{100 * one.value:.1f}{_interval(one, '.1f')}"


def _points(one: "Overlap") -> str:
    return f"{_tenths(one.value):+.1f}{_interval(one, '+.1f')}"


def _interval(one: "Overlap", form: str) -> str:
    if one.low is None or one.high is None:
        return " (too few photos for an interval)"
    return f" ({_tenths(one.low):{form}} to {_tenths(one.high):{form}})"


def _tenths(share: float) -> float:
    """Return a share in %, to one place, never as a zero with a minus."""
    return round(100 * share, 1) + 0.0
