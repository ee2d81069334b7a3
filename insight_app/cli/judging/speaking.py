"""Opening a project for somebody who judges, really or only to see what would come of it.

Knows no act. A dry run does the same to a copy in a temporary folder, so that it is refused what
would be refused; the project itself is then only read.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import NAMESPACE_URL, uuid5

import typer

from insight_app.errors import Refusal, WorldError
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.judgements import Person
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.judgements.store import Judgements
    from insight_app.project.project import Project
    from insight_app.project.results.snapshot import Results

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEPT = "Nothing was changed."
PersonName = Annotated[
    str | None,
    typer.Option(
        "--person",
        metavar="NAME",
        help="Who says so: a name or a uuid of the history, or a new name. By default you, as the "
        "window has it in its preferences.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be done; change nothing.")
]


@contextmanager
def judging(
    folder: Path, name: str | None, *, dry_run: bool
) -> "Iterator[tuple[Project, Judgements]]":
    """Yield the project and the judgements to be changed, those of a copy in a dry run."""
    from insight_app.project.judgements.rehearsal import rehearsal
    from insight_app.project.project import Project

    with Project.open(folder, read_only=dry_run) as project:
        if project.damage is not None:
            raise project.damage
        if project.read_only and not dry_run:
            do = "Judge there, or close it first." if project.holder is not None else ""
            raise WorldError(project.why_read_only, where=str(folder), kept=_KEPT, do=do)
        judgements = project.judgements
        if dry_run:
            with rehearsal(judgements) as copy:
                copy.judge_as(who(copy, name))
                yield project, copy
        else:
            judgements.judge_as(who(judgements, name))
            yield project, judgements


@contextmanager
def concepts(project: "Project") -> "Iterator[Catalogue]":
    """Yield all concepts as a project shows them; Refusal before there are any."""
    from insight_app.project.judgements.catalogue import Catalogue

    with machine_results(project) as results:
        yield Catalogue(results, project.judgements.state)


@contextmanager
def machine_results(project: "Project") -> "Iterator[Results]":
    """Yield what the machine found in the photos of a project; Refusal before it found anything."""
    if project.damage is not None:
        raise project.damage
    results = project.results()
    if results is None:
        raise Refusal(
            "There is nothing to judge yet: no image of this project has been analyzed.",
            where=str(project.path),
            do="Analyze it first: insight-app analyze FOLDER -o PROJECT",
        )
    with results:
        yield results


def who(judgements: "Judgements", name: str | None) -> "Person":
    """Return who a person means: oneself, somebody in the history, or somebody new.

    A name that nobody had yet is the same person in every project.
    """
    from insight_app.project.judgements import Person

    present = judgements.person
    if name is None:
        return present
    wanted = " ".join(name.split())
    if not wanted:
        raise Refusal("A person needs a name.", kept=_KEPT, do="Type: --person NAME")
    if present.name.casefold() == wanted.casefold():
        return present
    found = _known(judgements, wanted)
    if found is None and _UUID.fullmatch(wanted):
        raise _nobody(wanted)
    return found or Person(str(uuid5(NAMESPACE_URL, f"urn:insight:person:{wanted}")), wanted)


def known(judgements: "Judgements", name: str) -> "Person":
    """Return who in the history is meant by a name or uuid; Refusal for nobody."""
    wanted = " ".join(name.split())
    found = _known(judgements, wanted)
    if found is None:
        raise _nobody(wanted)
    return found


def _known(judgements: "Judgements", wanted: str) -> "Person | None":
    """Return who is in the history, by uuid or name, whatever the capitals if that is clear."""
    persons = judgements.persons()
    same = [one for one in persons if one.uuid == wanted]
    same = same or [one for one in persons if one.name == wanted]
    same = same or [one for one in persons if one.name.casefold() == wanted.casefold()]
    if len(same) > 1:
        uuids = ", ".join(one.uuid for one in same)
        raise Refusal(
            f"{len(same)} persons of this history are called {visible(wanted)}.",
            kept=_KEPT,
            do=f"Say which by uuid: {uuids}",
        )
    return same[0] if same else None


def _nobody(wanted: str) -> Refusal:
    what = "uuid" if _UUID.fullmatch(wanted) else "name"
    return Refusal(f"Nobody in this history has the {what} {visible(wanted)}.", kept=_KEPT)
