"""The command that judges: one act, or a table of them, written whole or not at all."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.judging import speaking
from insight_app.cli.judging.acts_file import STANDARD_INPUT, Line
from insight_app.cli.judging.speaking import DryRun, PersonName
from insight_app.errors import KnownError, Refusal
from insight_app.figures import agreeing, counted

if TYPE_CHECKING:
    from insight_app.cli.judging.said import Said
    from insight_app.project.project import Project

SHOWN = 20
"""Lines of a table that are told one by one: what is wrong, what was done."""


def judge(
    project: ProjectPath,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="CONCEPT",
            help="412, #412, a name that no other concept has, 'bird #412', or an id; for a "
            "relation 'CHILD > PARENT'; the name of a new concept, or project, for acts that say "
            "so.",
        ),
    ] = None,
    act: Annotated[
        str | None, typer.Argument(metavar="ACT", help="One of the acts listed below.")
    ] = None,
    values: Annotated[
        list[str] | None, typer.Argument(metavar="[VALUE...]", help="What the act takes.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="TABLE",
            help="A table of acts instead, one a line: concept, act, values; commas, semicolons or "
            "tabs, with a header (concept,act,value) or without. One judgement, taken back by one "
            "undo: all of it is done, or nothing. - is standard input.",
        ),
    ] = None,
    person: PersonName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Judge a concept or a relation, or many at once.

    The acts are those of the window; each can be undone there or with `undo`.
    """
    lines = _lines(target, act, values or [], file)
    with speaking.judging(project, person, dry_run=dry_run) as (opened, judgements):
        said = _drafted(opened, lines, file)
        acts = [one for each in said for one in each.acts]
        text = said[0].text if len(said) == 1 else _of_many(said, file)
        changed = judgements.judge(acts, text)
        found = {
            "text": text,
            "is_written": not dry_run,
            "person": {"uuid": judgements.person.uuid, "name": judgements.person.name},
            "acts": [_told(line, one) for line, one in zip(lines, said, strict=True)],
            "judgements": len(changed.judgements),
            "held_already": len(acts) - len(changed.judgements),
        }
    if as_json:
        terminal.print_json(found)
    else:
        _report(found, dry_run)


def _lines(
    target: str | None, act: str | None, values: Sequence[str], file: Path | None
) -> list[Line]:
    from insight_app.cli.judging import acts_file

    if file is not None:
        if target is not None:
            raise typer.BadParameter("Use --file or CONCEPT ACT, not both.")
        return acts_file.read(file)
    if target is None or act is None:
        raise typer.BadParameter("CONCEPT and ACT are missing, or --file TABLE.")
    return [Line(1, target, act, tuple(values))]


def _drafted(project: "Project", lines: Sequence[Line], file: Path | None) -> "list[Said]":
    """Return what the lines say; Refusal that names each that cannot be done."""
    from insight_app.cli.judging.drafting import Draft

    said, wrong = [], []
    with speaking.machine_results(project) as results:
        draft = Draft(results, project.judgements.state, project.judgements.came_with_merge)
        for line in lines:
            try:
                said.append(draft.say(line.target, line.act, line.values))
            except KnownError as error:
                if file is None:
                    raise _nothing_changed(error) from error
                wrong.append(f"Line {line.number} ({line.target}, {line.act}): {error}")
    if wrong and file is not None:
        shown = "\n".join(f"  {one}" for one in wrong[:SHOWN])
        more = f"\n  and {len(wrong) - SHOWN:,} more" if len(wrong) > SHOWN else ""
        many = f"{len(wrong):,} of {counted(len(lines), 'act')} cannot be done"
        for one in (*shown.splitlines(), *more.splitlines()):
            terminal.complain(one)
        raise Refusal(f"{many}.", where=_named(file), kept="Nothing was changed.")
    return said


def _nothing_changed(error: KnownError) -> Refusal:
    return Refusal(
        error.what, where=error.where, kept=error.kept or "Nothing was changed.", do=error.do
    )


def _of_many(said: "Sequence[Said]", file: Path | None) -> str:
    return f"{counted(len(said), 'act')} from {_named(file)}"


def _named(file: Path | None) -> str:
    return "standard input" if file is None or file == STANDARD_INPUT else file.name


def _told(line: Line, said: "Said") -> dict[str, Any]:
    """Return one act as JSON values."""
    return {
        "line": line.number,
        "text": said.text,
        "made": dict(said.made),
        "notes": list(said.notes),
        "judgements": [
            {"kind": act.kind, "target": act.target, "after": dict(act.after)} for act in said.acts
        ],
    }


def _report(found: dict[str, Any], dry_run: bool) -> None:
    """Say what was done, a line an act, those of a long table only in a dry run."""
    acts = found["acts"]
    if not found["judgements"]:
        terminal.complain("Nothing to change: all of it was said before, and holds.")
        return
    for one in acts if dry_run or len(acts) <= SHOWN else []:
        terminal.say(one["text"])
        for name, concept in one["made"].items():
            terminal.say(f"  {name}: {concept}")
        for note in one["notes"]:
            terminal.say(f"  {note}")
    if len(acts) > 1:
        held = found["held_already"]
        rest = f"; {held:,} {agreeing(held, 'was', 'were')} said before" if held else ""
        terminal.complain(f"{counted(found['judgements'], 'judgement')}, one to undo{rest}.")
    if dry_run:
        terminal.complain("Nothing is changed yet.")
