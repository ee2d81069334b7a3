"""`insight-app labels`: what photos show, as people say; taken over from files, written to files.

A single photo, or a table of acts, is labelled with `judge`.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.judging import speaking
from insight_app.cli.judging.speaking import DryRun, PersonName
from insight_app.errors import Refusal
from insight_app.figures import counted
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.explaining.labels import ImageLabels


def labels(
    project: ProjectPath,
    label_set: Annotated[
        str | None,
        typer.Option(
            "--set",
            metavar="NAME",
            help="Which labels: folders (a photo's class is the name of its folder) or a set of "
            "the project. For --import, the set that they go to: by default one called as the "
            "file.",
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="FILE.csv",
            help="Take over the labels of a table: the columns path and label, or two columns "
            "without a header; commas, semicolons or tabs; UTF-8. A photo is named by its path or "
            "the last parts of it. One judgement, taken back by one undo. Lines that cannot be "
            "used are told, all others are taken over.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="FILE.csv",
            help="Write the labels of a set as such a table: path, label and the hash of the "
            "photo's content.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --export.")] = False,
    person: PersonName = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Show the sets of labels of a project, and the classes of one; take labels over, write them.

    Labels say what photos show. The set folders is always there; others come from tables, from the
    window, or from `judge PROJECT PHOTO label CLASS SET`.
    """
    if source is not None and output is not None:
        raise typer.BadParameter("Use --import or --export, not both.")
    if source is None and (dry_run or person is not None):
        raise typer.BadParameter("--dry-run and --person go with --import.")
    if output is None and force:
        raise typer.BadParameter("--force goes with --export.")
    if source is not None:
        _import(project, source, label_set, person, dry_run, as_json)
    elif output is not None:
        _export(project, output, label_set, force, as_json)
    else:
        _show(project, label_set, as_json)


def _import(
    folder: Path, source: Path, name: str | None, person: str | None, dry_run: bool, as_json: bool
) -> None:
    from insight_app.project.explaining import label_files

    file = label_files.load(source)
    with speaking.judging(folder, person, dry_run=dry_run) as (opened, judgements):
        with speaking.machine_results(opened) as results:
            found = label_files.take_over(results, file, source.stem if name is None else name)
        changed = judgements.judge(found.acts, found.text)
        held = len(found.acts) - len(changed.judgements)
    if as_json:
        terminal.print_json(
            {
                "text": found.text,
                "is_written": not dry_run,
                "lines": len(file.lines),
                "judgements": len(changed.judgements),
                "held_already": held,
                "notes": list(found.notes),
            }
        )
        return
    terminal.say(f"{found.text}.")
    for note in found.notes:
        terminal.complain(note)
    rest = f"; {held:,} said before" if held else ""
    terminal.complain(f"{counted(len(changed.judgements), 'judgement')}, one to undo{rest}.")
    if dry_run:
        terminal.complain("Nothing is changed yet.")


def _export(folder: Path, output: Path, name: str | None, force: bool, as_json: bool) -> None:
    from insight_app.project.explaining import label_files
    from insight_app.project.explaining import labels as project_labels
    from insight_app.project.project import Project

    if os.path.lexists(output) and not force:
        raise Refusal(
            "There is something here already.",
            where=str(output),
            kept="Nothing was written.",
            do="Choose another name, or say that it may be replaced (--force).",
        )
    with (
        Project.open(folder, read_only=True) as opened,
        speaking.machine_results(opened) as results,
    ):
        chosen = name or project_labels.FOLDERS
        found = project_labels.read(results, opened.judgements.state, chosen)
        photos = label_files.save(results, found, output)
    if as_json:
        terminal.print_json({"file": str(output), "set": found.name, "photos": photos})
    else:
        terminal.say(str(output))


def _show(folder: Path, name: str | None, as_json: bool) -> None:
    from insight_app.project.explaining import labels as project_labels
    from insight_app.project.project import Project

    with (
        Project.open(folder, read_only=True) as opened,
        speaking.machine_results(opened) as results,
    ):
        state = opened.judgements.state
        if name is None:
            sets = project_labels.label_sets(results, state)
        else:
            found = project_labels.read(results, state, name)
    if name is not None:
        _show_one(found, as_json)
        return
    if as_json:
        terminal.print_json({"sets": [vars(one) for one in sets]})
        return
    for one in sets:
        terminal.say(
            f"{visible(one.name)}: {counted(one.photos, 'photo')}, {counted(one.classes, 'class')}"
        )


def _show_one(found: "ImageLabels", as_json: bool) -> None:
    classes = dict(zip(found.classes, found.counts.tolist(), strict=True))
    if as_json:
        left: list[Any] = [vars(one) for one in found.left_out]
        told = {"set": found.name, "classes": classes, "digest": found.digest, "left_out": left}
        terminal.print_json(told)
        return
    for name, photos in classes.items():
        terminal.say(f"{visible(name)}: {counted(photos, 'photo')}")
    for one in found.left_out:
        terminal.complain(str(one))
