"""The program `insight-app`: which commands there are, in the order of its help."""

import sys
from typing import Annotated

import typer

from insight_app import __version__
from insight_app.cli import export, folders, models, projects, terminal, window

app = typer.Typer(
    name="insight-app",
    help="See what a vision-language model sees: named concepts in a hierarchy you can correct.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    rich_markup_mode=None,
)
for command in (
    projects.analyze,
    projects.info,
    folders.folders,
    projects.quality,
    export.export,
    projects.check,
):
    app.command()(command)
app.command("open")(window.open_window)
app.command()(window.demo)
app.command()(window.licences)
app.add_typer(models.app)


def main() -> None:
    """Run the program `insight-app`."""
    terminal.escape_unprintable()
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
