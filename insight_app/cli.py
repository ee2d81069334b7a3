"""The command line: the same functions as the window, in the same words.

Each command imports what it needs when it runs, so that --help is quick. Exit codes are those of
`terminal.Exit`.
"""

import json
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from insight_app import __version__, cli_models, terminal
from insight_app.errors import KnownError
from insight_app.terminal import Exit

app = typer.Typer(
    name="insight-app",
    help="See what a vision-language model sees: named concepts in a hierarchy you can correct.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    rich_markup_mode=None,
)
app.add_typer(cli_models.app)

ProjectPath = Annotated[
    Path, typer.Argument(metavar="PROJECT", help="The project folder, NAME.insight.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def main() -> None:
    """The program `insight-app`."""
    terminal.write_what_can_be_written()
    sys.exit(terminal.run(app))


def _version(wanted: bool) -> None:
    if wanted:
        terminal.out().print(f"insight-app {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """See what a vision-language model sees: named concepts in a hierarchy you can correct."""


@app.command()
def analyze(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="FOLDER...", help="Folders of photos, with all folders in them."),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="PROJECT",
            help="The project: made where it is missing, else added to.",
        ),
    ],
    encoder: Annotated[
        str | None,
        typer.Option(
            help="builtin, maskclip or clip-dinoiser; without it the project's own, in a new "
            "project builtin."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="The CLIP model of maskclip or clip-dinoiser; in a new project ViT-B-16."
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Its weights; without it those in your model library (insight-app models list).",
        ),
    ] = None,
    dinoiser_weights: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The heads of clip-dinoiser, likewise."),
    ] = None,
    dictionary: Annotated[
        str | None,
        typer.Option(
            help="builtin (shipped), train (on these photos) or the folder of a dictionary or of "
            "released files; without it the project's own, in a new project the shipped one."
        ),
    ] = None,
    concepts: Annotated[
        int | None,
        typer.Option(min=125, help="Concepts to learn, with --dictionary train, in six levels."),
    ] = None,
    k: Annotated[
        int | None,
        typer.Option(min=1, help="Concepts active in a cell on average, with --dictionary train."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Analyse photos into a project.

    The same call again goes on where it was stopped, or adds new photos.
    """
    if (concepts or k) and dictionary != "train":
        raise typer.BadParameter("--concepts and --k need --dictionary train.")
    if device not in ("auto", "cpu", "cuda", "mps"):
        raise typer.BadParameter(f"{device!r} is not one of auto, cpu, cuda, mps.")
    from insight_app.project.analysis.run import analyse
    from insight_app.project.summary import summarise

    project = output if output.suffix == ".insight" else output.with_name(f"{output.name}.insight")
    again = "What is done is kept. The same command goes on with it."
    with terminal.cancellable(again) as cancel, terminal.progress() as progress:
        analyse(
            project,
            folders,
            encoder=encoder,
            encoder_options=_encoder_options(
                encoder or _encoder_of(project), model, weights, dinoiser_weights
            ),
            dictionary=dictionary,
            concepts=concepts,
            k=k,
            device=device,
            progress=progress,
            cancel=cancel,
            notice=lambda text: terminal.err().print(text, markup=False),
        )
        cancel.check()  # who stopped the naming, which comes last, stopped this command
    _print(summarise(project), as_json=False)


@app.command()
def info(project: ProjectPath, as_json: AsJson = False) -> None:
    """Show what a project holds.

    Counts, encoder, dictionary, and how far the analysis is.
    """
    from insight_app.project.summary import summarise

    _print(summarise(project), as_json)


@app.command()
def quality(
    project: ProjectPath,
    as_json: AsJson = False,
    photos: Annotated[
        int, typer.Option(min=1, help="Measure on at most so many photos, evenly chosen.")
    ] = 100,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Measure how good the dictionary is.

    On the project's photos, with a baseline beside every figure.
    """
    from insight_app.project.quality import measure

    with terminal.cancellable("Nothing was changed.") as cancel, terminal.progress() as progress:
        report = measure(project, photos=photos, device=device, progress=progress, cancel=cancel)
    _print(report, as_json)


@app.command()
def export(
    project: ProjectPath,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The file or folder to write.")
    ],
    kind: Annotated[
        str,
        typer.Option("-f", "--format", help="One of the formats above."),
    ] = "json",
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Write the corrected concepts to a file or a folder.

    Formats: json (everything), skos (Turtle), skos-json (JSON-LD), csv (two tables),
    csv-spreadsheet (as this computer's spreadsheets expect it), graphml, release (a folder with the
    dictionary, names and co-occurrence, for the published code).
    """
    from insight_app.exchange import registry
    from insight_app.project.project import Project

    chosen = registry.named(kind)
    with Project.open(project, read_only=True) as opened:
        written = registry.export(opened, chosen, output, overwrite=force)
    for path in written:
        terminal.out().print(str(path), markup=False)


@app.command()
def check(project: ProjectPath) -> None:
    """Check that a project is undamaged.

    Databases, codes and the log of judgements must be whole and agree; exit code 3 if not.
    """
    from insight_app.project.check import check as findings_of

    findings = findings_of(project)
    if not findings:
        terminal.out().print(f"{project}: everything is in order.", markup=False)
        return
    for finding in findings:
        terminal.err().print(str(finding), markup=False)
    raise typer.Exit(Exit.DAMAGED)


@app.command("open")
def open_window(
    project: Annotated[
        Path | None,
        typer.Argument(metavar="[PROJECT]", help="The project folder; none: the start page."),
    ] = None,
) -> None:
    """Open the window on a project."""
    terminal.need_display("the other commands work without one: insight-app --help")
    if project is not None and not project.exists():
        raise KnownError("There is no such project.", where=str(project))
    _show(project)


@app.command()
def demo(
    window: Annotated[
        bool, typer.Option("--window/--no-window", help="Open the window, or only prepare.")
    ] = True,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where the demo is kept (default: your user data folder)."),
    ] = None,
) -> None:
    """Look at Insight with its own photos.

    The demo project is made once, in your user data folder, and kept.
    """
    from insight_app import demo as demo_project

    if window:
        terminal.need_display("without one: insight-app demo --no-window")
        project, photos = demo_project.set_up(folder)
        _show(project, analyse=() if demo_project.is_finished(project) else [photos])
    again = "What is done is kept. The same command goes on with it."
    with terminal.cancellable(again) as cancel, terminal.progress() as progress:
        project = demo_project.prepare(folder, progress=progress, cancel=cancel)
    terminal.out().print(f"The demo project is at {project}", markup=False)
    command = f"insight-app open {terminal.quoted(project)}"
    terminal.out().print(f"Open it on a desktop with: {command}", markup=False)


@app.command()
def licences() -> None:
    """Show who made what, and its licence.

    Weights, words, libraries and the demo's photos.
    """
    from insight_app import licences as shipped
    from insight_app import resources

    console = terminal.out()
    for part in shipped.components():
        console.print(f"{part.name} ({part.what}): {part.author}; {part.licence}", markup=False)
    console.print(f"\nTexts: {resources.path('licences')}", markup=False)
    console.print(f"Demo photos (texts: {resources.path('photos/licences')}):", markup=False)
    for photo in shipped.photos():
        console.print(
            f"{photo.file}: {photo.author}; {photo.licence}; {photo.source}", markup=False
        )


def _encoder_of(project: Path) -> str:
    """The name of a project's own encoder; the built-in one where it has none yet."""
    from insight_app.project.analysis import encoder as encoder_of

    try:
        return encoder_of.of_project(project).name
    except KnownError:
        return encoder_of.DEFAULT


def _encoder_options(
    encoder: str, model: str | None, weights: Path | None, dinoiser_weights: Path | None
) -> dict[str, str]:
    """What an encoder is loaded with, as far as it is said; refuses what it does not take."""
    from insight_app.concepts import encoders

    files = encoders.named(encoder).files
    given = {
        kind: str(path.resolve())
        for kind, path in (("clip", weights), ("dinoiser", dinoiser_weights))
        if path is not None
    }
    options = {file.option: given.pop(file.kind) for file in files if file.kind in given}
    refused = ["--weights"] * ("clip" in given) + ["--dinoiser-weights"] * ("dinoiser" in given)
    if model and not files:
        refused.append("--model")
    if refused:
        raise typer.BadParameter(f"{' and '.join(refused)}: the encoder {encoder} takes none.")
    return ({"model": model} if model else {}) | options


def _show(project: Path | None, analyse: Sequence[Path] = ()) -> NoReturn:
    """The window, until it is closed."""
    from insight_app.gui.app import run

    # Qt's loop would not let Python see Ctrl+C; all that was judged is on the disk already.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise typer.Exit(run(project, analyse=analyse))


def _print(values: Mapping[str, Any], as_json: bool) -> None:
    """Nested values as JSON, or as one plain line each."""
    console = terminal.out()
    if as_json:
        console.print(json.dumps(values, indent=1), markup=False)
    else:
        for line in terminal.lines(values):
            console.print(line, markup=False)
