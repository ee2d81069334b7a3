"""Commands that make and check projects, and say what is in one."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from insight_app.cli import photo_report, terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.terminal import Exit
from insight_app.disk_errors import must_be_possible
from insight_app.errors import KnownError
from insight_app.figures import counted

if TYPE_CHECKING:
    from insight_app.concepts.hsae.description import UnsetThreshold


def analyze(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="FOLDER...", help="Folders of photos; subfolders are included."),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="PROJECT",
            help="The project folder: created if missing, else extended.",
        ),
    ],
    encoder: Annotated[
        str | None,
        typer.Option(
            help="builtin, builtin-views (five views averaged: more exact places, five times the "
            "time), maskclip or clip-dinoiser; by default the project's own, in a new "
            "project builtin."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="The CLIP model of maskclip or clip-dinoiser; by default ViT-B-16."),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Its weights, a file or the folder of a training run; by default those in your "
            "model library (insight-app models list).",
        ),
    ] = None,
    dinoiser_weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The heads of clip-dinoiser; by default those in your model library.",
        ),
    ] = None,
    dictionary: Annotated[
        str | None,
        typer.Option(
            help="builtin (shipped), train (on these photos) or the folder of a dictionary, of "
            "released files or of a training run; by default the project's own, in a new project "
            "the shipped one."
        ),
    ] = None,
    unset_threshold: Annotated[
        str | None,
        typer.Option(
            metavar="topk|all",
            help="What is active where the threshold of a released dictionary was never set: topk, "
            "the k strongest concepts of a cell, or all above zero. Default: topk.",
        ),
    ] = None,
    concepts: Annotated[
        int | None,
        typer.Option(
            min=125,
            help="Number of concepts to learn, in six levels, with --dictionary train; by default "
            "what suits the number of photos: few photos want few concepts.",
        ),
    ] = None,
    k: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Average number of concepts active in a cell, with --dictionary train; 8 by "
            "default.",
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    include: Annotated[
        list[str] | None,
        typer.Option(
            "--include",
            metavar="PATTERN",
            help="Take only photos like this: '*.jpg'. Compared with the name, the path in the "
            "folder and the folders it lies in; capitals do not matter. Can be given several "
            "times. Kept in the project; '' takes all again.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude",
            metavar="PATTERN",
            help="Leave out photos like this: '*_mask.png', or all in folders of a name: thumbs. "
            "Can be given several times. Kept in the project; '' leaves out none.",
        ),
    ] = None,
    page: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Which picture to read of files that hold several (TIFF, DICOM, GIF, ...); by "
            "default the first. Kept in the project, and settled with its first photos.",
        ),
    ] = None,
    channels: Annotated[
        str | None,
        typer.Option(
            metavar="N[,N,N]",
            help="Which channels to read of files with more than three: one (shown grey) or three "
            "(red, green, blue), counted from 1. Kept likewise.",
        ),
    ] = None,
    read_again: Annotated[
        bool,
        typer.Option(
            "--read-again",
            help="Code all photos of an older project again, read by the newest rule and with all "
            "that is kept of a photo today; judgements stay.",
        ),
    ] = False,
) -> None:
    """Analyze photos into a project.

    Run the same command again to go on where it stopped, or to add new photos.
    """
    if (concepts or k) and dictionary != "train":
        raise typer.BadParameter("--concepts and --k need --dictionary train.")
    if unset_threshold not in (None, "topk", "all"):
        raise typer.BadParameter(f"{unset_threshold!r} is not one of topk, all.")
    if device not in ("auto", "cpu", "cuda", "mps"):
        raise typer.BadParameter(f"{device!r} is not one of auto, cpu, cuda, mps.")
    from insight_app.project.analysis.run import analyze
    from insight_app.project.summary import coded_in, summarise

    must_be_possible(output, "The project cannot be made here")
    project = output if output.suffix == ".insight" else output.with_name(f"{output.name}.insight")
    must_be_possible(project, "The project cannot be made here")
    again = "What is done is kept. The same command goes on with it."
    with terminal.cancellable(again) as cancel, terminal.progress() as progress:
        analyze(
            project,
            folders,
            encoder=encoder,
            encoder_options=_encoder_options(
                encoder or _encoder_of(project), model, weights, dinoiser_weights
            ),
            dictionary=dictionary,
            concepts=concepts,
            k=k,
            unset_threshold=cast("UnsetThreshold | None", unset_threshold),
            device=device,
            include=include,
            exclude=exclude,
            page=page,
            channels=_numbers(channels),
            read_again=read_again,
            progress=progress,
            cancel=cancel,
            notice=terminal.complain,
        )
        cancel.check()  # who stopped the naming, which comes last, stopped this command
    found = summarise(project)
    terminal.print_values(found, as_json=False)
    photo_report.report(project, terminal.complain)
    rule, newest = found["reading_rule"]["photos"], found["reading_rule"]["newest"]
    if rule < newest:
        terminal.complain(
            f"The photos of this project are read as an older Insight did it (rule {rule} of "
            f"{newest}), so that their codes agree. Add --read-again to code all of them anew."
        )
    elif without := found["images_without_notes"]:
        terminal.complain(
            f"Of {counted(without, 'photo')} an older Insight kept less: which concepts show "
            "nothing in common and which swallow their parents is not known. Add --read-again to "
            "code all photos anew."
        )
    if not coded_in(project, folders):
        left_out = found["patterns"]["left_out"]
        if left_out and not found["images"]["all"]:
            photos = counted(left_out, "photo")
            terminal.complain(f"All photos ({photos}) are left out by --include/--exclude.")
        else:
            terminal.complain("No photo in these folders could be read.")
        raise typer.Exit(Exit.NOTHING_READ)


def info(project: ProjectPath, as_json: AsJson = False) -> None:
    """Show what a project holds.

    Its counts, encoder and dictionary, how far the analysis is, and which photos are not in it and
    why (--json: every one, with its path).
    """
    from insight_app.project.summary import summarise

    found = summarise(project)
    if as_json:
        photo_report.print_with_problems(found, project)
    else:
        terminal.print_values(found, as_json=False)
        photo_report.report(project, terminal.say)


def check(
    project: ProjectPath,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Make damaged results again from the codes; judgements are never changed.",
        ),
    ] = False,
    log_head: Annotated[
        str,
        typer.Option(
            help="How the log of judgements ended once, as info said and somebody noted; what was "
            "judged until then must be the same.",
        ),
    ] = "",
) -> None:
    """Check that a project is undamaged.

    Every file of its results must be what was written, databases, backups and the log of judgements
    whole; exit code 3 if not, or if something is left that could not be repaired.
    """
    from insight_app.project.check import check as findings_of
    from insight_app.project.check import judgements
    from insight_app.project.check.repair import Repaired
    from insight_app.project.check.repair import repair as mend

    kept = "The same command goes on with it." if repair else "Nothing was changed."
    with terminal.cancellable(kept) as cancel, terminal.progress() as progress:
        if repair:
            repaired = mend(project, progress, cancel)
        else:
            repaired = Repaired([], findings_of(project, progress, cancel))
    if log_head:
        repaired = replace(repaired, left=[*repaired.left, *judgements.since(project, log_head)])
    for said in (*repaired.done, *repaired.left):
        terminal.complain(str(said))
    if not repaired.is_whole:
        raise typer.Exit(Exit.DAMAGED)
    terminal.say(f"{project}: everything is in order.")


def _numbers(text: str | None) -> list[int] | None:
    """Return numbers between commas; BadParameter for what is none."""
    try:
        return None if text is None else [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise typer.BadParameter(f"--channels {text!r}: give numbers like 4,3,2.") from None


def _encoder_of(project: Path) -> str:
    """Return the name of a project's own encoder; the built-in one if it has none yet."""
    from insight_app.project.analysis import encoder as encoder_of

    try:
        return encoder_of.of_project(project).name
    except KnownError:
        return encoder_of.DEFAULT


def _encoder_options(
    encoder: str, model: str | None, weights: Path | None, dinoiser_weights: Path | None
) -> dict[str, str]:
    """Return the encoder's options, as far as they are given.

    Raises BadParameter for what the encoder does not take.
    """
    from insight_app.concepts import encoders

    files = encoders.info(encoder).files
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
