"""The commands that list what there is to judge: concepts, relations, concepts that may be one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from insight_app.cli import terminal
from insight_app.cli.arguments import AsJson, ProjectPath
from insight_app.cli.judging import speaking
from insight_app.figures import counted, figure, percent

if TYPE_CHECKING:
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.results.snapshot import Results
    from insight_app.project.similarity.duplicates import Cluster
    from insight_app.project.similarity.evidence import CellsWhere, EdgeEvidence

Limit = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Only the first so many; --json has all.")
]
SHOWN = 50


def concepts(
    project: ProjectPath,
    query: Annotated[
        str,
        typer.Argument(
            metavar="[SEARCH]",
            help="Words, and filters as in the window: status:unreviewed, min:100, by:person, "
            "doubtful:yes, parent:dog, hidden:yes, level:0-2, merged:yes ...",
        ),
    ] = "",
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List concepts: those found first, else those in most photos.

    Each with its number, name, status, photos and parents.
    """
    from insight_app.project.composites import numbers
    from insight_app.project.project import Project

    with (
        Project.open(project, read_only=True) as opened,
        speaking.machine_results(opened) as results,
        speaking.concepts(opened) as catalogue,
        terminal.progress() as progress,
    ):
        numbers.count(catalogue, results, progress)
        if query.strip():
            rows = catalogue.search(query)
        else:
            rows = (catalogue.is_active & catalogue.is_listed).nonzero()[0].tolist()
            rows.sort(key=lambda row: (-int(catalogue.images[row]), row))
        told = [_concept(catalogue, row, query) for row in rows]
    if as_json:
        terminal.print_json({"concepts": told})
        return
    for one in told[: limit or SHOWN]:
        terminal.say(_line(one))
    terminal.complain(_rest(len(told), limit, "concept"))


def relations(
    project: ProjectPath,
    child: Annotated[
        str | None, typer.Argument(metavar="[CHILD", help="With PARENT: what speaks for this one.")
    ] = None,
    parent: Annotated[str | None, typer.Argument(metavar="PARENT]", help="See CHILD.")] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List the relations that nobody judged, or what speaks for one of any two concepts.

    First those where most is at stake and least is sure, each with the kind that is proposed.
    """
    if (child is None) != (parent is None):
        raise typer.BadParameter("Give CHILD and PARENT, or neither.")
    from insight_app.cli.judging import finding
    from insight_app.project.project import Project

    with (
        Project.open(project, read_only=True) as opened,
        speaking.machine_results(opened) as results,
        speaking.concepts(opened) as catalogue,
        terminal.cancellable("Nothing was changed.") as cancel,
    ):
        if child is not None and parent is not None:
            ends = finding.concept(catalogue, child), finding.concept(catalogue, parent)
            _evidence(results, catalogue, *ends, as_json)
            return
        from insight_app.project.composites import numbers
        from insight_app.project.similarity import queue
        from insight_app.project.similarity.basis import open_basis
        from insight_app.project.similarity.kinds import propose
        from insight_app.project.similarity.listing import listing

        numbers.count(catalogue, results, cancel=cancel)
        basis, offered = open_basis(results), listing(catalogue)
        queued = queue.relation_queue(basis, offered, catalogue.edges(), cancel)
        told: list[dict[str, Any]] = []
        for one in queued if as_json else queued[: limit or SHOWN]:
            edge = catalogue.edge(one.child, one.parent)
            strengths = (edge.strength, edge.reverse_strength) if edge else None
            kind = propose(basis, offered, one.child, one.parent, strengths)
            told.append(
                {
                    "child": catalogue.id_of(one.child),
                    "parent": catalogue.id_of(one.parent),
                    "called": f"{finding.called(catalogue, one.child)} under "
                    f"{finding.called(catalogue, one.parent)}",
                    "numbers": [one.child, one.parent],
                    "strength": edge.strength if edge else None,
                    "doubt": one.doubt,
                    "share": one.share,
                    "worth": one.worth,
                    "kind": kind.kind,
                    "is_reversed": kind.is_reversed,
                    "why": kind.reason,
                }
            )
    if as_json:
        terminal.print_json({"relations": told})
        return
    for each in told:
        kind_said = f"; {each['kind'] or 'no kind'}{' reversed' if each['is_reversed'] else ''}"
        terminal.say(
            f"{each['called']}: strength {figure(each['strength'] or 0)}, doubt "
            f"{figure(each['doubt'])}, {percent(each['share'])} of all activation{kind_said}: "
            f"{each['why']}"
        )
    terminal.complain(_rest(len(queued), limit, "relation"))


def duplicates(project: ProjectPath, limit: Limit = None, as_json: AsJson = False) -> None:
    """List concepts that may be one: of one name, spelled alike, of one meaning, or looking alike.

    Those that are proposed to be merged have a + before them. Nothing is merged: `judge PROJECT
    HOLDER merge MEMBER...` does that, `keep-apart` takes a pair out of this list.
    """
    from insight_app.project.project import Project
    from insight_app.project.similarity.basis import open_basis
    from insight_app.project.similarity.duplicates import duplicates as found_in
    from insight_app.project.similarity.listing import listing

    with (
        Project.open(project, read_only=True) as opened,
        speaking.machine_results(opened) as results,
        speaking.concepts(opened) as catalogue,
        terminal.cancellable("Nothing was changed.") as cancel,
        terminal.progress() as progress,
    ):
        clusters = found_in(open_basis(results), listing(catalogue), progress, cancel)
        told = [_cluster(catalogue, one) for one in clusters]
    if as_json:
        terminal.print_json({"clusters": told})
        return
    for each in told[: limit or SHOWN]:
        terminal.say(f"{each['title']}: {each['holder']['called']} stays")
        for member in each["members"]:
            ticked = "+" if member["is_proposed"] else " "
            terminal.say(f"  {ticked} {member['called']}: {_likeness(member)}")
    terminal.complain(_rest(len(told), limit, "cluster"))


def _concept(catalogue: "Catalogue", row: int, query: str) -> dict[str, Any]:
    from insight_app.cli.judging import finding
    from insight_app.exchange.collecting.concepts import STATUSES

    return {
        "id": catalogue.id_of(row),
        "number": row,
        "name": catalogue.names[row],
        "called": finding.called(catalogue, row),
        "named_by": "person" if catalogue.by_person[row] else "machine",
        "status": STATUSES[int(catalogue.status[row])],
        "is_doubtful": bool(catalogue.doubtful[row]),
        "images": int(catalogue.images[row]),
        "cells": int(catalogue.cells[row]),
        "parents": [catalogue.id_of(edge.parent) for edge in catalogue.parents(row)],
        "under": [finding.called(catalogue, edge.parent) for edge in catalogue.parents(row)],
        "members": [catalogue.id_of(one) for one in catalogue.members(row)],
        "aliases": [list(alias) for alias in catalogue.aliases(row)],
        "found_by": catalogue.why_found(row, query) if query.strip() else "",
    }


def _line(one: dict[str, Any]) -> str:
    name = f"{one['name'] or 'no name'}{' (doubtful)' if one['is_doubtful'] else ''}"
    parts = [f"#{one['number']}", name, one["status"], counted(one["images"], "photo")]
    if one["id"].startswith("own:"):
        parts[0] = one["id"]
    if one["under"]:
        parts.append(f"under {', '.join(one['under'])}")
    if one["members"]:
        parts.append(f"stands for {counted(len(one['members']), 'other')}")
    if one["found_by"]:
        parts.append(one["found_by"])
    return "  ".join(parts)


def _likeness(member: dict[str, Any]) -> str:
    """Return how like it is, in the words of the window's list."""
    values = {"look": member["look"], "together": member["together"]}
    told = [f"{word} {figure(value)}" for word, value in values.items() if value is not None]
    return ", ".join([*told, *([member["names"]] if member["names"] else [])]) or "not compared"


def _cluster(catalogue: "Catalogue", cluster: "Cluster") -> dict[str, Any]:
    def named(row: int) -> dict[str, Any]:
        from insight_app.cli.judging import finding

        return {
            "id": catalogue.id_of(row),
            "number": row,
            "called": finding.called(catalogue, row),
        }

    return {
        "why": cluster.why,
        "title": cluster.title,
        "holder": named(cluster.holder),
        "members": [
            named(one.row)
            | {
                "is_proposed": one.row in cluster.ticked,
                "likeness": one.score,
                "look": one.look,
                "together": one.together,
                "cosine": one.cosine,
                "names": one.names,
            }
            for one in cluster.members
        ],
    }


def _evidence(
    results: "Results", catalogue: "Catalogue", child: int, parent: int, as_json: bool
) -> None:
    from insight_app.cli.judging import finding
    from insight_app.project.composites import numbers
    from insight_app.project.similarity import evidence, kinds
    from insight_app.project.similarity.basis import open_basis
    from insight_app.project.similarity.listing import listing

    numbers.count(catalogue, results)
    basis, offered = open_basis(results), listing(catalogue)
    found = evidence.evidence(basis, offered, child, parent)
    strengths = None if found.reverse_strength is None else (found.strength, found.reverse_strength)
    kind = kinds.propose(basis, offered, child, parent, strengths)
    values = {
        "child": finding.called(catalogue, child),
        "parent": finding.called(catalogue, parent),
        **_numbers(found),
        "kind": kind.kind,
        "is_reversed": kind.is_reversed,
        "why": kind.reason,
        "cells_of_both": _where(results, found.both),
        "cells_of_child_only": _where(results, found.only_child),
        "cells_of_parent_only": _where(results, found.only_parent),
        "how_counted": found.how_counted,
    }
    terminal.print_values(values, as_json)


def _numbers(found: "EdgeEvidence") -> dict[str, Any]:
    low, high = found.interval or (None, None)
    return {
        "strength": found.strength,
        "low": low,
        "high": high,
        "why_no_interval": found.why_no_interval,
        "reverse_strength": found.reverse_strength,
        "asymmetry": found.asymmetry,
        "silent": found.silent,
    }


def _where(results: "Results", found: "CellsWhere") -> dict[str, Any]:
    examples: Sequence[str] = [
        f"{results.image(one.image_id).path}#{one.cell}" for one in found.examples
    ]
    return {
        "cells": found.cells,
        "low": found.low,
        "high": found.high,
        "photos": found.images,
        "examples": list(examples),
    }


def _rest(count: int, limit: int | None, thing: str) -> str:
    more = count - (limit or SHOWN)
    return f"{counted(count, thing)}{f'; {more:,} more: --limit {count}' if more > 0 else ''}."
