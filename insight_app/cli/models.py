"""`insight-app models`: weights of encoders on this computer.

What `encoders.models.library` does, on the command line. Only `fetch` goes to the network.
"""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from insight_app.cli import terminal
from insight_app.cli.terminal import Exit
from insight_app.concepts.progress import Progress

if TYPE_CHECKING:
    from insight_app.concepts.encoders.models.library import LibraryEntry
    from insight_app.concepts.encoders.models.open_clip_models import ClipModel

app = typer.Typer(
    name="models",
    help="Weights of the encoders maskclip and clip-dinoiser.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
KINDS = {"clip": "CLIP weights", "dinoiser": "CLIP-DINOiser heads"}


@app.command("list")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    every: Annotated[
        bool,
        typer.Option("--all", help="List every open_clip model too, and why some cannot be used."),
    ] = False,
) -> None:
    """Show the weights on this computer.

    These are in your model library or in the caches of open_clip and Hugging Face.
    """
    from insight_app.concepts.encoders.models import library, open_clip_models

    own, cached = library.entries(), library.cached()
    models = open_clip_models.models() if every else []
    if as_json:
        found = {"library": [asdict(one) for one in own], "cached": [asdict(one) for one in cached]}
        if every:
            found["models"] = [asdict(one) for one in models]
        terminal.print_json(found)
        return
    for line in _lines(own, cached, models):
        terminal.say(line)
    if not own and not cached:
        terminal.say("No weights yet.")
        terminal.say("Get some: insight-app models fetch ViT-B-16/laion2b_s34b_b88k")
        terminal.say("or bring a file: insight-app models import FILE")
    terminal.say(f"The library is {library.folder()}")


@app.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Weights: .pt, .pth, .ckpt, .bin, .safetensors or the index of sharded ones; or "
            "the folder of a training run with one such file.",
        ),
    ],
    model: Annotated[
        str, typer.Option(help="open_clip's name of the model, if the content fits several.")
    ] = "",
    kind: Annotated[
        str, typer.Option(help="clip or dinoiser; by default told from the content.")
    ] = "",
    tag: Annotated[str, typer.Option(help="Your name for these weights of the model.")] = "",
) -> None:
    """Take a file of weights into your model library.

    It is looked into, copied, and kept with its SHA-256. Nothing in it is run.
    """
    if kind not in ("", *KINDS):
        raise typer.BadParameter(f"{kind!r} is not one of clip, dinoiser.")
    from insight_app.concepts.encoders.models import library

    with terminal.cancellable("Nothing was taken in.") as cancel, terminal.progress() as progress:
        entry = library.import_file(
            file,
            kind,
            model,
            tag,
            progress=_megabytes(progress),
            cancel=cancel,
            notice=terminal.complain,
        )
    _print_entry(entry)


@app.command()
def fetch(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="MODEL/TAG, such as ViT-B-16/laion2b_s34b_b88k, or clip-dinoiser."
        ),
    ],
) -> None:
    """Download published weights into your model library.

    No other command goes to the network. HF_ENDPOINT names another hub than huggingface.co.
    """
    from insight_app.concepts.encoders.models.fetching import fetch as fetch_weights

    again = "Nothing was taken in. The same command goes on or begins anew."
    with terminal.cancellable(again) as cancel, terminal.progress() as progress:
        entry = fetch_weights(name, _megabytes(progress), cancel)
    _print_entry(entry)


@app.command()
def verify() -> None:
    """Read all weights in your model library again.

    Their SHA-256 must be what it was when they were taken in; exit code 3 if not.
    """
    from insight_app.concepts.encoders.models import library

    with terminal.cancellable("Nothing was changed.") as cancel, terminal.progress() as progress:
        checked = library.verify(_megabytes(progress), cancel)
    if not checked:
        terminal.say("There are no weights in the model library.")
    damaged = [(entry, problem) for entry, problem in checked if problem]
    for entry, problem in checked:
        tell = terminal.complain if problem else terminal.say
        tell(f"{entry.name}: {problem or 'in order'}")
    if damaged:
        raise typer.Exit(Exit.DAMAGED)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name that `models list` shows.")],
) -> None:
    """Move weights from your model library to the trash."""
    from insight_app.concepts.encoders.models import library

    entry = library.remove(name)
    terminal.say(f"{entry.name} is in the trash.")


def _megabytes(progress: Progress) -> Progress:
    """Turn progress in bytes into progress in megabytes."""

    def show(done: int, total: int, message: str) -> None:
        if total:
            progress(round(done / 1e6), max(1, round(total / 1e6)), f"{message}, MB:")
        else:
            progress(0, 0, message)

    return show


def _print_entry(entry: "LibraryEntry") -> None:
    terminal.say(f"{entry.name}: {KINDS[entry.kind]}, {_size(entry.bytes)}")
    terminal.say(f"SHA-256 {entry.sha256}")
    terminal.say(entry.file)


def _lines(
    own: "Iterable[LibraryEntry]", cached: "Iterable[LibraryEntry]", models: "Iterable[ClipModel]"
) -> Iterable[str]:
    for entry in own:
        yield (
            f"{entry.name}: {KINDS[entry.kind]}, {_size(entry.bytes)}, SHA-256 "
            f"{entry.sha256[:16]}…, from {entry.source}"
        )
    for entry in cached:
        yield f"{entry.name}: {KINDS[entry.kind]}, {_size(entry.bytes)}, in a cache: {entry.file}"
    for model in models:
        if model.refusal:
            yield f"model {model.name}: cannot be made dense: {model.refusal}"
        else:
            cells = f"{model.token_dim} numbers a cell of {model.patch} pixels"
            words = f"; no names: {model.text_refusal}" if model.text_refusal else ""
            yield f"model {model.name}: {cells}{words}"


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
