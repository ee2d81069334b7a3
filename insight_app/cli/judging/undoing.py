"""The commands that take judgements back, and do them again."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.judging import speaking
from insight_app.cli.judging.speaking import DryRun, PersonName
from insight_app.errors import Refusal
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.judgements import Changes
    from insight_app.project.judgements.store import Judgements

SHORTEST = 4
"""Letters of an id that are enough, where only one begins so."""


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


def take_back(
    project: ProjectPath,
    judgement: Annotated[
        str,
        typer.Argument(metavar="ID", help="As `history` shows it; its first letters are enough."),
    ],
    person: PersonName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take back one old judgement alone; what was said since stays.

    Only a person's own (--person); refused where it no longer stands as it was.
    """
    _change(
        project,
        person,
        dry_run,
        as_json,
        lambda judgements: judgements.take_back(_group(judgements, judgement)),
    )


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


def _group(judgements: "Judgements", text: str) -> str:
    """Return the act that a person means by the beginning of its id, or of one of its entries'."""
    wanted = text.strip().casefold()
    if len(wanted) < SHORTEST:
        raise Refusal(f"An id has {SHORTEST} letters at least.", do="`history` shows them.")
    entries = judgements.entries()
    found = {one.group for one in entries if one.group.startswith(wanted)}
    found = found or {one.group for one in entries if one.uuid == wanted}
    if len(found) == 1:
        return found.pop()
    if found:
        raise Refusal(f"{len(found)} judgements begin with {visible(text)}.", do="Type more of it.")
    raise Refusal(f"No judgement has the id {visible(text)}.", do="`history` shows them.")
