"""The command that writes curated concepts to files for other tools."""

from pathlib import Path
from typing import Annotated

import typer

from insight_app.cli import plain_streams, terminal
from insight_app.cli.arguments import ProjectPath

STANDARD_OUTPUT = ("-", "/dev/stdout")


def export(
    project: ProjectPath,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="The file or folder to write; the format's ending is added to a name without one. "
            "- is standard output.",
        ),
    ],
    kind: Annotated[
        str,
        typer.Option("-f", "--format", help="One of the formats above."),
    ] = "json",
    language: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="The language of the names and notes that persons wrote, such as en, de or pt-BR; "
            "kept in the project. Machine names are English.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Write the corrected concepts to a file or a folder.

    Formats: json (everything), skos (Turtle), skos-json (JSON-LD), csv (tables),
    csv-spreadsheet (as this computer's spreadsheets expect it), graphml, release (a folder with the
    dictionary, names and co-occurrence, for the published code). What a format leaves out is
    listed.
    """
    from insight_app.exchange import registry
    from insight_app.project import judgements as j
    from insight_app.project.project import Project

    chosen = registry.named(kind)
    with Project.open(project, read_only=language is None) as opened:
        if language is not None:
            opened.judgements.judge([j.language(language)], f"Names and notes are in {language}")
        kept = "Nothing was written. The same command goes on with it."
        with terminal.cancellable(kept) as cancel, terminal.progress() as progress:
            if str(output) in STANDARD_OUTPUT:
                data = registry.as_bytes(opened, chosen, terminal.complain, progress, cancel)
            else:
                written = registry.export(
                    opened,
                    chosen,
                    output,
                    overwrite=force,
                    notice=terminal.complain,
                    progress=progress,
                    cancel=cancel,
                )
    if str(output) in STANDARD_OUTPUT:
        plain_streams.write_data(data)
        return
    for path in written:
        terminal.say(str(path))
