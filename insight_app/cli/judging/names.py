"""The command for many names at once: replaced, normalized by a file, written to one."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.judging import speaking
from insight_app.cli.judging.speaking import DryRun, PersonName
from insight_app.errors import Refusal
from insight_app.figures import counted

if TYPE_CHECKING:
    from insight_app.project.judgements import Act
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.judgements.names.spelling import Renaming


def names(
    project: ProjectPath,
    replace: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="FIND PUT",
            help="Put PUT in the place of FIND in every name; capitals do not matter.",
        ),
    ] = None,
    match_case: Annotated[
        bool, typer.Option("--match-case", help="With --replace: capitals matter.")
    ] = False,
    whole_words: Annotated[
        bool, typer.Option("--whole-words", help="With --replace: only whole words.")
    ] = False,
    normalize: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Rename what a normalization file calls a variant: a line for each name, "
            "'canonical: variant, variant'. The old names are kept as aliases.",
        ),
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the names that persons gave, with their aliases, to one."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --write.")] = False,
    person: PersonName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """List the names in use, or change many at once.

    Without options: every name with the numbers of the concepts that have it, those of several
    first. All changes are one judgement, which one undo takes back.
    """
    if sum(one is not None for one in (replace, normalize, write)) > 1:
        raise typer.BadParameter("Use one of --replace, --normalize and --write at a time.")
    if (match_case or whole_words) and replace is None:
        raise typer.BadParameter("--match-case and --whole-words go with --replace.")
    if force and write is None:
        raise typer.BadParameter("--force goes with --write.")
    if (dry_run or person is not None) and replace is None and normalize is None:
        raise typer.BadParameter("--dry-run and --person go with --replace and --normalize.")
    if write is not None:
        _write(project, write, force)
    elif replace is None and normalize is None:
        _list(project, as_json)
    else:
        _rename(project, replace, normalize, match_case, whole_words, person, dry_run, as_json)


def _rename(
    folder: Path,
    replace: tuple[str, str] | None,
    normalize: Path | None,
    match_case: bool,
    whole_words: bool,
    person: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    from insight_app.cli.judging import finding
    from insight_app.project.judgements.names import normalizing
    from insight_app.project.judgements.names.replacing import find_and_replace

    lines = [] if normalize is None else normalizing.read(normalize)
    if replace is not None and not replace[0]:
        raise typer.BadParameter("--replace '': there is nothing to be found.")
    with speaking.judging(folder, person, dry_run=dry_run) as (opened, judgements):
        with speaking.concepts(opened) as catalogue:
            shown = [(row, name) for row, name in _in_use(catalogue)]
            if replace is not None:
                found = find_and_replace(
                    shown, *replace, match_case=match_case, whole_words=whole_words
                )
                text = f"Replaced “{replace[0]}” by “{replace[1]}” in {_names(found)}"
            else:
                found = normalizing.renamings(lines, shown)
                assert normalize is not None
                text = f"Renamed {counted(len(found), 'concept')} as {normalize.name} has it"
            acts = _acts(catalogue, found, keeps_old=normalize is not None)
            told = [
                {"concept": catalogue.id_of(one.key), "number": one.key, "before": one.before,
                 "after": one.after, "called": finding.called(catalogue, one.key)}
                for one in found
            ]  # fmt: skip
        if acts:
            judgements.judge(acts, text)
    if as_json:
        terminal.print_json({"text": text, "is_written": not dry_run, "renamed": told})
        return
    for each in told:
        terminal.say(f"{each['called']} -> {each['after']}")
    if not told:
        terminal.complain("No name would change." if dry_run else "No name changed.")
        return
    terminal.complain(f"{text}.")
    if dry_run:
        terminal.complain("Nothing is changed yet.")


def _acts(
    catalogue: "Catalogue", renamings: "Sequence[Renaming[int]]", *, keeps_old: bool
) -> "list[Act]":
    from insight_app.project import judgements as j

    acts = [j.rename(catalogue.id_of(one.key), one.after) for one in renamings]
    if keeps_old:
        acts += [j.alias(catalogue.id_of(one.key), one.before) for one in renamings]
    return acts


def _names(found: "Sequence[Renaming[int]]") -> str:
    return counted(len(found), "name")


def _in_use(catalogue: "Catalogue") -> list[tuple[int, str]]:
    """Return (row, name) of the concepts that lists show, if they have one."""
    shown = (catalogue.is_active & catalogue.is_listed).nonzero()[0].tolist()
    return [(row, catalogue.names[row]) for row in shown if catalogue.names[row]]


def _list(folder: Path, as_json: bool) -> None:
    from insight_app.project.judgements import reference
    from insight_app.project.project import Project

    with Project.open(folder, read_only=True) as project, speaking.concepts(project) as catalogue:
        by_name: dict[str, list[int]] = {}
        for row, name in _in_use(catalogue):
            by_name.setdefault(name, []).append(row)
        found = sorted(by_name.items(), key=lambda one: (-len(one[1]), one[0].casefold()))
        told: list[dict[str, Any]] = [
            {
                "name": name,
                "concepts": [catalogue.id_of(row) for row in rows],
                "numbers": rows,
                "by_person": any(bool(catalogue.by_person[row]) for row in rows),
            }
            for name, rows in found
        ]
    if as_json:
        terminal.print_json({"names": told})
        return
    for one in told:
        terminal.say(f"{one['name']}: {', '.join(map(reference, one['concepts']))}")


def _write(folder: Path, path: Path, force: bool) -> None:
    from insight_app.project.judgements.names import normalizing
    from insight_app.project.project import Project

    if os.path.lexists(path) and not force:
        raise Refusal(
            "There is something here already.",
            where=str(path),
            kept="Nothing was written.",
            do="Choose another name, or say that it may be replaced (--force).",
        )
    with Project.open(folder, read_only=True) as project, speaking.concepts(project) as catalogue:
        given = [
            (name, catalogue.aliases(row))
            for row, name in _in_use(catalogue)
            if catalogue.by_person[row]
        ]
        count = normalizing.save(given, path)
    terminal.say(str(path))
    terminal.complain(f"{counted(count, 'name')} written.")
