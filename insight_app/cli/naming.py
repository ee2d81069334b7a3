"""The command that names concepts again after a project's photos."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.figures import counted

if TYPE_CHECKING:
    from insight_app.project.analysis.naming.asked import NamedAgain


def name(
    project: ProjectPath,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say which names would change.")
    ] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    as_json: AsJson = False,
) -> None:
    """Name the concepts again after the project's photos.

    An analysis does so by itself when other photos count than before; projects of an older Insight
    keep their names until then, or until this is asked. Names that people gave or accepted stay.
    """
    from insight_app.project.analysis.hooks import Hooks
    from insight_app.project.analysis.naming import asked

    kept = "The concepts keep their names."
    with terminal.cancellable(kept) as cancel, terminal.progress() as progress:
        named = asked.name(
            project, dry_run=dry_run, device=device, hooks=Hooks(progress), cancel=cancel
        )
    found = _found(project, named, dry_run)
    if as_json:
        terminal.print_json(found)
        return
    for one in found["renamed"]:
        own = f" (called {one['yours']} by a person, which stays)" if one["yours"] else ""
        terminal.say(f"#{one['concept']}: {one['before'] or '-'} -> {one['now'] or '-'}{own}")
    would = "would have" if dry_run else "have"
    terminal.say(
        f"After {counted(named.photos, 'photo')}, {len(named.renamed):,} of "
        f"{counted(named.concepts, 'named concept')} {would} another name."
    )


def _found(folder: Path, named: "NamedAgain", dry_run: bool) -> dict[str, Any]:
    """Return what came of naming, as JSON values, with the names that persons gave."""
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.project import Project

    yours = [""] * (max((one.concept for one in named.renamed), default=-1) + 1)
    with Project.open(folder, read_only=True) as project:
        results = project.results()
        if results is not None:
            with results:
                catalogue = Catalogue(results, project.judgements.state)
                yours = [
                    name if is_given else ""
                    for name, is_given in zip(catalogue.names, catalogue.by_person, strict=True)
                ]
    return {
        "photos": named.photos,
        "rule": named.rule,
        "unit": named.unit,
        "named": named.concepts,
        "is_dry_run": dry_run,
        "generation": named.generation,
        "renamed": [asdict(one) | {"yours": yours[one.concept]} for one in named.renamed],
    }
