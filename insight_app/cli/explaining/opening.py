"""Opening what a project knows of its classes, and what a person types: a class, factors, photos.

Knows no command.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.judging import finding, speaking
from insight_app.errors import Refusal
from insight_app.figures import figure
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.explaining.classification import Classification
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.judgements.state import CurationState
    from insight_app.project.project import Project
    from insight_app.project.results.snapshot import Results

LabelSet = Annotated[
    str,
    typer.Option(
        "--labels",
        metavar="SET",
        help="Which classes: those of the photos' folders, or of a set of labels; as classified.",
    ),
]
ClassName = Annotated[
    str | None, typer.Option("--class", metavar="CLASS", help="The class; by default the decision.")
]
Against = Annotated[
    str | None,
    typer.Option("--against", metavar="CLASS", help="Why the class and not this other one."),
]
_NAMED = 30


@dataclass(frozen=True)
class OpenedConcepts:
    """A project with its concepts, as it is read now."""

    project: "Project"
    results: "Results"
    catalogue: "Catalogue"

    def concept(self, text: str) -> int:
        """Return the index of a concept of the dictionary that a person means."""
        row = finding.concept(self.catalogue, text)
        if row >= self.results.F:
            raise Refusal(
                f"{finding.called(self.catalogue, row)} is no concept of the dictionary, and only "
                "these decide.",
                do="Name the concepts that it is made of.",
            )
        return row

    def told(self, row: int) -> dict[str, Any]:
        """Return what to say of a concept in JSON."""
        from insight_app.exchange.collecting.concepts import STATUSES

        return {
            "id": self.catalogue.id_of(row),
            "number": row if row < self.results.F else None,
            "called": finding.called(self.catalogue, row),
            "is_doubtful": bool(self.catalogue.doubtful[row]),
            "named_by": "person" if self.catalogue.by_person[row] else "machine",
            "status": STATUSES[int(self.catalogue.status[row])],
            "is_hidden": bool(self.catalogue.hidden[row]),
        }

    def called(self, row: int) -> str:
        """Return a concept's name, and what a person said of it where that matters."""
        said = [self.told(row)["status"]] if self.catalogue.status[row] else []
        if self.catalogue.hidden[row]:
            said.append("junk")
        name = shown(self.told(row))
        return f"{name} [{', '.join(said)}]" if said else name


@dataclass(frozen=True)
class Opened(OpenedConcepts):
    """A project that was classified, as it is read now."""

    found: "Classification"


@contextmanager
def concepts_of(folder: Path) -> Iterator[OpenedConcepts]:
    """Yield a project that was analyzed, classified or not."""
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.project import Project

    with Project.open(folder, read_only=True) as project, speaking.machine_results(project) as read:
        yield OpenedConcepts(project, read, Catalogue(read, project.judgements.state))


@contextmanager
def opened(folder: Path, label_set: str) -> Iterator[Opened]:
    """Yield a project with the newest classification of a set of labels; Refusal without one.

    That it is out of date is said on standard error.
    """
    from insight_app.project.explaining import labels, store
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.project import Project

    with Project.open(folder, read_only=True) as project, speaking.machine_results(project) as read:
        found = store.newest(folder, label_set)
        if found is None:
            raise _not_classified(folder, read, project.judgements.state, label_set)
        state = project.judgements.state
        if found.classifiers[0].kind == "probe":
            now = store.basis_of(read, labels.read(read, state, label_set).digest)
            if stale := store.is_stale(found, now):
                terminal.complain(f"Out of date: {stale} Classify again.")
        if found.classifiers[0].concepts != read.F:
            raise Refusal(
                "These classes were learned from another dictionary's concepts.",
                where=str(folder),
                do="Classify again.",
            )
        yield Opened(project, read, Catalogue(read, state), found)


def _not_classified(
    folder: Path, read: "Results", state: "CurationState", label_set: str
) -> Refusal:
    """Return the refusal to explain what was never classified: by these labels, or by any."""
    from insight_app.project.explaining import labels, store

    there = {one.name for one in labels.label_sets(read, state)}
    if label_set not in there:
        return labels.no_such_set(state, label_set)
    do = f"Do it first: {to_classify(folder, label_set)}"
    other = store.newest(folder)
    if other is not None and other.label_set in there:
        do += f" Or go by what was: --labels {terminal.quoted(other.label_set)}"
    return Refusal(
        f"Nothing was classified by “{visible(label_set)}” yet.", where=str(folder), do=do
    )


def to_classify(folder: Path, label_set: str) -> str:
    """Return what to type to classify a project by a set of labels."""
    by = "" if label_set == "folders" else f" --labels {terminal.quoted(label_set)}"
    return f"insight-app explain classify {terminal.quoted(folder)}{by}"


def shown(told: Mapping[str, Any]) -> str:
    """Return what a concept is called, with ? where the machine's name is probably wrong."""
    return f"{told['called']}{'?' if told['is_doubtful'] else ''}"


def class_named(found: "Classification", text: str) -> int:
    """Return the index of the class that a person means; Refusal where that is none."""
    wanted = text.strip()
    if wanted in found.classes:
        return found.classes.index(wanted)
    folded = [name.casefold() for name in found.classes]
    if folded.count(wanted.casefold()) == 1:
        return folded.index(wanted.casefold())
    near = get_close_matches(wanted.casefold(), folded, 1, 0.5)
    nearest = f"The nearest is {found.classes[folded.index(near[0])]}. " if near else ""
    more = f" and {len(folded) - _NAMED:,} more" if len(folded) > _NAMED else ""
    raise Refusal(
        f"There is no class “{visible(wanted)}”.",
        do=f"{nearest}There are: {', '.join(found.classes[:_NAMED])}{more}.",
    )


def factors(opened: OpenedConcepts, off: Sequence[str], scale: Sequence[str]) -> dict[int, float]:
    """Return by concept what it is multiplied by; Refusal where that is not clear.

    off: lists of concepts, such as "412,7". scale: "412=0.5", several after commas.
    """
    from insight_app.project.explaining.whatif import checked

    found: dict[int, float] = {}
    wanted = [(one, "0") for text in off for one in text.split(",") if one.strip()]
    for text in scale:
        for one in filter(str.strip, text.split(",")):
            name, equals, by = one.rpartition("=")
            if not equals:
                raise Refusal(f"“{visible(one)}” has no factor.", do="Type: --scale 412=0.5")
            wanted.append((name, by))
    for name, said in wanted:
        try:
            factor = float(said)
        except ValueError:
            raise Refusal(
                f"“{visible(said)}” is no factor.", do="Type a number, such as --scale 412=0.5"
            ) from None
        concept = opened.concept(name)
        if concept in found:
            called = finding.called(opened.catalogue, concept)
            raise Refusal(f"{called} is named twice.", do="Give each concept one factor.")
        found[concept] = factor
    return dict(checked(found, opened.results.F))


def signed(value: float) -> str:
    """Return a contribution with its sign, a real minus where it is below zero, ≈ 0 near it."""
    said = figure(abs(value))
    if said == "0":
        return said
    if said.startswith("<"):
        return "≈ 0"
    return f"{'+' if value > 0 else '−'}{said}"
