"""The commands that take judgements back, and do them again."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.judging import speaking
from insight_app.cli.judging.speaking import DryRun, PersonName
from insight_app.errors import Refusal

if TYPE_CHECKING:
    from insight_app.project.judgements import Changes
    from insight_app.project.judgements.store import Judgements


def undo(
    project: ProjectPath,
    person: PersonName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take back the newest judgement of a person.

    Refused, with the reason, where something else was said since of the same thing.
    """
    _change(project, person, dry_run, as_json, lambda judgements: judgements.undo())


def redo(
    project: ProjectPath,
    person: PersonName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Do again what a person took back last."""
    _change(project, person, dry_run, as_json, lambda judgements: judgements.redo())


def _change(
    project: Path,
    person: str | None,
    dry_run: bool,
    as_json: bool,
    change: "Callable[[Judgements], Changes]",
) -> None:
    with speaking.judging(project, person, dry_run=dry_run) as (_, judgements):
        try:
            changed = change(judgements)
        except Refusal as error:
            raise Refusal(
                error.what, where=error.where, kept="Nothing was changed.", do=error.do
            ) from error
        who = judgements.person
    if as_json:
        terminal.print_json(
            {
                "text": changed.text,
                "is_written": not dry_run,
                "person": {"uuid": who.uuid, "name": who.name},
                "judgements": len(changed.judgements),
            }
        )
        return
    terminal.say(changed.text)
    if dry_run:
        terminal.complain("Nothing is changed yet.")
