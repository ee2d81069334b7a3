"""The command that brings damaged judgements back."""

from pathlib import Path
from typing import Annotated

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import ProjectPath


def restore(
    project: ProjectPath,
    backup: Annotated[
        Path | None,
        typer.Argument(
            metavar="[BACKUP]",
            help="One more backup to look into (.sqlite or .jsonl); those of the project's own "
            "folder are all looked into.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done; change nothing.")
    ] = False,
) -> None:
    """Bring damaged or lost judgements back.

    Every judgement that can still be read, in the project's database or in any of its backups, is
    put together again; what is lost is said by number. What was there is kept beside the backups.
    """
    from insight_app.errors import Refusal
    from insight_app.project.folder import is_project
    from insight_app.project.project import restore as restored

    if not is_project(project):
        raise Refusal("This is not a project of Insight.", where=str(project))
    found = restored(project, beside=backup, dry_run=dry_run)
    before = "Nothing is changed yet. Restoring would come to this: " if dry_run else ""
    terminal.say(before + found.describe())
