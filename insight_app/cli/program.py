"""The program `insight-app`: which commands there are, in the order of its help."""

import sys
from typing import Annotated, NoReturn

import typer
from typer.core import TyperGroup

from insight_app import __version__
from insight_app.cli import (
    export,
    folders,
    models,
    naming,
    projects,
    quality,
    restoring,
    terminal,
    window,
)
from insight_app.cli.explaining import commands as explaining
from insight_app.cli.explaining import findings, labels, report
from insight_app.cli.judging import commands as judging
from insight_app.cli.judging import history, lists, names, undoing, words
from insight_app.cli.plain_streams import plain

_Misused: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)
"""What typer raises where a command line cannot be understood; it has no public name for it."""


class _Commands(TyperGroup):
    """All commands; what is wrong with a command line is said in one line."""

    def main(self, *args: object, **how: object) -> NoReturn:
        """Run the command that is named; end with its exit code."""
        how["standalone_mode"] = False
        try:
            code = super().main(*args, **how)  # type: ignore[arg-type]
        except _Misused as error:
            said = plain(error.format_message())  # type: ignore[attr-defined]
            error.format_message = lambda: said  # type: ignore[attr-defined]
            error.show()  # type: ignore[attr-defined]
            code = error.exit_code  # type: ignore[attr-defined]
        sys.exit(code or 0)


app = typer.Typer(
    cls=_Commands,
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
    naming.name,
    quality.quality,
):
    app.command()(command)
app.command()(lists.concepts)
app.command()(lists.relations)
app.command()(lists.duplicates)
app.command(epilog=words.epilog())(judging.judge)
app.command()(names.names)
app.command()(labels.labels)
app.command()(history.history)
app.command()(undoing.undo)
app.command()(undoing.redo)
app.command()(undoing.take_back)
app.command()(history.conflicts)
app.command()(export.export)
app.command()(findings.findings)
app.command()(report.report)
app.command()(projects.check)
app.command()(restoring.restore)
app.command("open")(window.open_window)
app.command()(window.demo)
app.command()(window.licences)
app.add_typer(explaining.app)
app.add_typer(models.app)


def main() -> None:
    """Run the program `insight-app`."""
    sys.exit(terminal.run(app))


def _version(wanted: bool) -> None:
    if wanted:
        terminal.say(f"insight-app {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """See what a vision-language model sees: named concepts in a hierarchy you can correct."""
