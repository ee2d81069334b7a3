"""The commands that tell who said what, and hand it on: history and conflicts."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.judging import speaking
from insight_app.errors import Refusal
from insight_app.figures import counted
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.judgements import Judgement
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.judgements.store import Judgements
    from insight_app.project.judgements.union import Conflict

ID_LETTERS = 8
"""Letters of a judgement's id that are shown; enough to tell thousands apart."""


def history(
    project: ProjectPath,
    concept: Annotated[
        str | None,
        typer.Option(
            metavar="CONCEPT", help="Only what concerns this concept, its relations among it."
        ),
    ] = None,
    person: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what this person said.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="Only what was said from then on: 2026-11-27 or with 14:30."
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="FILE", help="Write the whole history, for another copy to replay."
        ),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay",
            metavar="FILE",
            help="Take over the history of another copy of this project. What both know counts "
            "once; where two differ, `conflicts` tells.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --export.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what --replay would do; change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show who said what and when, oldest first.

    A line is one judgement, on one thing or many: what one undo takes back. Its id is what
    `take-back` wants.
    """
    chosen = [option for option in (concept, person, since) if option is not None]
    if (export is not None) + (replay is not None) + bool(chosen) > 1:
        raise typer.BadParameter(
            "--export and --replay are of the whole history: use one, and no other filter."
        )
    if (dry_run and replay is None) or (force and export is None):
        raise typer.BadParameter("--dry-run goes with --replay, --force with --export.")
    if replay is not None:
        _replay(project, replay, dry_run, as_json)
    elif export is not None:
        _export(project, export, force, as_json)
    else:
        _show(project, concept, person, since, as_json)


def conflicts(project: ProjectPath, as_json: AsJson = False) -> None:
    """Show where two people said different things and neither knew of the other.

    That happens when copies of a project are brought together. What counts until somebody decides
    is said; judging the thing again decides.
    """
    with _opened(project) as (judgements, catalogue):
        found = [_contradiction(one, catalogue) for one in judgements.conflicts()]
    if as_json:
        terminal.print_json({"conflicts": found})
        return
    for one in found:
        said = "; ".join(f"{each['person']['name']} said {_value(each['value'])} "
                         f"({_when(each['utc'])})" for each in one["said"])  # fmt: skip
        terminal.say(f"{one['field'].replace('_', ' ')} of {one['about']}: {said}")
    none = "Nobody contradicts another."
    many = f"{counted(len(found), 'conflict')}. What is named first counts until it is judged anew."
    terminal.complain(many if found else none)


@contextmanager
def _opened(folder: Path) -> "Iterator[tuple[Judgements, Catalogue | None]]":
    """Yield the judgements to be read, and the concepts if there are results."""
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.project import Project

    with Project.open(folder, read_only=True) as project:
        if project.damage is not None:
            raise project.damage
        results = project.results()
        if results is None:
            yield project.judgements, None
            return
        with results:
            yield project.judgements, Catalogue(results, project.judgements.state)


def _replay(folder: Path, path: Path, dry_run: bool, as_json: bool) -> None:
    with speaking.judging(folder, None, dry_run=dry_run) as (_, judgements):
        changed = judgements.import_log(path)
        differing = len(judgements.conflicts())
    if as_json:
        new = len(changed.judgements)
        terminal.print_json({"new": new, "conflicts": differing, "is_written": not dry_run})
        return
    terminal.say(f"{changed.text}.")
    if differing:
        terminal.complain(f"{counted(differing, 'conflict')}: insight-app conflicts PROJECT")
    if dry_run:
        terminal.complain("Nothing is changed yet.")


def _export(folder: Path, path: Path, force: bool, as_json: bool) -> None:
    from insight_app.project.project import Project

    if os.path.lexists(path) and not force:
        raise Refusal(
            "There is something here already.",
            where=str(path),
            kept="Nothing was written.",
            do="Choose another name, or say that it may be replaced (--force).",
        )
    if not path.parent.is_dir():
        raise Refusal(
            "There is no such folder.", where=str(path.parent), kept="Nothing was written."
        )
    with Project.open(folder, read_only=True) as project:
        if project.damage is not None:
            raise project.damage
        count = project.judgements.export_log(path)
    if as_json:
        terminal.print_json({"file": str(path), "entries": count})
    else:
        terminal.say(str(path))


def _show(
    folder: Path, concept: str | None, person: str | None, since: str | None, as_json: bool
) -> None:
    from insight_app.project.judgements.projection import fold

    first = None if since is None else _day(since)
    with _opened(folder) as (judgements, catalogue):
        entries = _of_concept(judgements, catalogue, concept) if concept else judgements.entries()
        shown = _filtered(entries, judgements, person, first)
        groups = fold(entries).groups
        found = [
            _told(acts, groups[group].standing.name.lower() if group in groups else "", catalogue)
            for group, acts in _together(shown).items()
        ]
    if as_json:
        terminal.print_json({"judgements": found})
        return
    for one in found:
        count = len(one["entries"])
        many = f" ({count:,} entries)" if count > 1 else ""
        taken = " - taken back" if one["standing"] in ("undone", "dropped") else ""
        newer = "" if one["is_understood"] else " - of a newer Insight, not applied"
        terminal.say(
            f"{one['group'][:ID_LETTERS]}  {_when(one['utc'])}  {one['person']['name']}: "
            f"{one['text']}{many}{taken}{newer}"
        )
    if not found:
        terminal.complain("Nothing like this was judged." if entries else "Nothing was judged yet.")


def _of_concept(
    judgements: "Judgements", catalogue: "Catalogue | None", typed: str
) -> "list[Judgement]":
    """Return what was said with a concept in it; Refusal for one that is not there."""
    from insight_app.cli.judging import finding
    from insight_app.project.judgements.targets import parse_concept

    wanted = parse_concept(typed)
    if catalogue is not None:
        wanted = catalogue.id_of(finding.concept(catalogue, typed))
    return [] if wanted is None else judgements.history_of(wanted)


def _filtered(
    entries: "Sequence[Judgement]",
    judgements: "Judgements",
    person: str | None,
    since: datetime | None,
) -> "list[Judgement]":
    """Return the entries that are wanted; Refusal for a person that is not there."""
    shown = list(entries)
    if person is not None:
        uuid = speaking.known(judgements, person).uuid
        shown = [one for one in shown if one.person.uuid == uuid]
    return [one for one in shown if since is None or one.utc >= since]


def _together(entries: "Iterable[Judgement]") -> "dict[str, list[Judgement]]":
    """Return the entries of each judgement, in their order."""
    found: dict[str, list[Judgement]] = {}
    for entry in entries:
        found.setdefault(entry.group, []).append(entry)
    return found


def _told(
    entries: "Sequence[Judgement]", standing: str, catalogue: "Catalogue | None"
) -> dict[str, Any]:
    """Return one judgement as JSON values."""
    from insight_app.cli.judging import told

    first = entries[0]
    return {
        "group": first.group,
        "utc": first.utc.isoformat(),
        "person": asdict(first.person),
        "text": first.text,
        "standing": standing,
        "is_understood": all(one.is_understood for one in entries),
        "entries": [
            {
                "uuid": one.uuid,
                "lamport": one.lamport,
                "kind": one.kind,
                "version": one.version,
                "target": one.target,
                "about": told.target(catalogue, one.target),
                "before": dict(one.before),
                "after": dict(one.after),
                "undoes": one.undoes,
            }
            for one in entries
        ],
    }


def _contradiction(conflict: "Conflict", catalogue: "Catalogue | None") -> dict[str, Any]:
    """Return a conflict as JSON values."""
    from insight_app.cli.judging import told

    return {
        "target": conflict.target,
        "about": told.target(catalogue, conflict.target),
        "field": conflict.field,
        "said": [
            {
                "person": asdict(one.person),
                "utc": one.utc.isoformat(),
                "value": one.after[conflict.field],
                "group": one.group,
            }
            for one in conflict.in_force
        ],
    }


def _day(text: str) -> datetime:
    """Return a time that a person typed; a day begins where they are."""
    try:
        return datetime.fromisoformat(text.strip()).astimezone()
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"--since {visible(text)!r}: type a day such as 2026-11-27, or 2026-11-27T14:30."
        ) from None


def _when(utc: str) -> str:
    return datetime.fromisoformat(utc).astimezone().strftime("%Y-%m-%d %H:%M")


def _value(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{visible(str(value))}”"
