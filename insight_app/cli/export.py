"""The command that writes curated concepts to files for other tools."""

from pathlib import Path
from typing import Annotated

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import ProjectPath


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
        terminal.say(str(path))
