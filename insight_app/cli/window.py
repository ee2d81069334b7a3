"""Commands that open the window, on a project or the demo, and the one that shows licences."""

import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from insight_app.cli import display, terminal
from insight_app.errors import WorldError


def open_window(
    project: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PROJECT]",
            help="The project folder; without it the one that was open last, or the start page.",
        ),
    ] = None,
) -> None:
    """Open the window on a project."""
    display.need_display("the other commands work without one: insight-app --help")
    if project is not None and not project.exists():
        raise WorldError("There is no such project.", where=str(project))
    _show(project)


def demo(
    window: Annotated[
        bool,
        typer.Option("--window/--no-window", help="Open the window, or only prepare the project."),
    ] = True,
    folder: Annotated[
        Path | None,
        typer.Option(help="The demo's folder (default: your user data folder)."),
    ] = None,
) -> None:
    """Try Insight on its own photos.

    The demo project is made once, in your user data folder, and kept.
    """
    from insight_app import demo as demo_project

    if window:
        display.need_display("without one: insight-app demo --no-window")
        project, photos = demo_project.set_up(folder)
        _show(project, analyze=() if demo_project.is_finished(project) else [photos])
    again = "What is done is kept. The same command goes on with it."
    with terminal.cancellable(again) as cancel, terminal.progress() as progress:
        project = demo_project.prepare(folder, progress=progress, cancel=cancel)
    terminal.say(f"The demo project is at {project}")
    command = f"insight-app open {terminal.quoted(project)}"
    terminal.say(f"Open it on a desktop with: {command}")


def licences() -> None:
    """Show who made what, and its licence.

    Weights, words, libraries and the demo's photos.
    """
    from insight_app import licences as shipped
    from insight_app import resources

    for part in shipped.components():
        terminal.say(f"{part.name} ({part.what}): {part.author}; {part.licence}")
    terminal.say("")
    terminal.say(f"Texts: {resources.path('licences')}")
    terminal.say(f"Demo photos (texts: {resources.path('photos/licences')}):")
    for photo in shipped.photos():
        terminal.say(f"{photo.file}: {photo.author}; {photo.licence}; {photo.source}")


def _show(project: Path | None, analyze: Sequence[Path] = ()) -> NoReturn:
    """Show the window until it is closed."""
    from insight_app.gui.app import run

    # Qt's loop would not let Python see Ctrl+C; all that was judged is on the disk already.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise typer.Exit(run(project, analyze=analyze))
