"""What the log tells: all that concerns one concept, and the acts of a project, the newest first.

Reads pages, by index; knows nothing of what the entries add up to.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.orm import aliased

from insight_app.project.judgements.log import chain, database
from insight_app.project.judgements.schema import LogEntry
from insight_app.project.judgements.state import Judgement
from insight_app.project.judgements.targets import ConceptId, parse


@dataclass(frozen=True)
class ToldAct:
    """Tell one act by its first entry; entries: how many it has.

    targets: of its first MOST_TARGETS entries, where it has several.
    """

    first: Judgement
    entries: int
    targets: tuple[str, ...] = ()


MOST_TARGETS = 12
"""Of one act, that are told one by one."""


def concerning(connection: Connection, concept: ConceptId) -> list[Judgement]:
    """Return all that was ever said with a concept in it, oldest first.

    That is of itself, of its relations at either end, its aliases, members, parts and marks.
    """
    target, end = LogEntry.target, f" {concept}"
    # Every target that begins with the concept, or ends with it, has a space there.
    begins = select(LogEntry.seq).where(
        or_(target == concept, (target >= f"{concept} ") & (target < f"{concept}!"))
    )
    ends = select(LogEntry.seq).where(func.substr(target, -len(end)) == end)
    numbers = {*connection.execute(begins).scalars(), *connection.execute(ends).scalars()}
    found = sorted(database.numbered(connection, sorted(numbers)), key=chain.order)
    said = chain.checked(found, database.lost(connection))
    return [one for one in said if (about := parse(one.target)) and concept in about.concepts]


def acts(
    connection: Connection,
    most: int,
    *,
    earlier_than: int | None = None,
    person: str = "",
    words: str = "",
) -> list[ToldAct]:
    """Return at most `most` acts, the newest first, undoing and redoing among them.

    earlier_than: only those that begin before this Lamport time.  person: only of this uuid.
    words: only those that are told with it.
    """
    same = aliased(LogEntry)
    first = select(func.min(same.lamport)).where(same.group_uuid == LogEntry.group_uuid)
    count = select(func.count()).where(same.group_uuid == LogEntry.group_uuid)
    query = select(LogEntry.seq, count.scalar_subquery().label("entries")).where(
        LogEntry.lamport == first.scalar_subquery()
    )
    if earlier_than is not None:
        query = query.where(LogEntry.lamport < earlier_than)
    if person:
        query = query.where(LogEntry.person_uuid == person)
    if words:
        query = query.where(LogEntry.text.contains(words, autoescape=True))
    query = query.order_by(LogEntry.lamport.desc(), LogEntry.person_uuid.desc()).limit(most)
    counts = {row.seq: row.entries for row in connection.execute(query)}
    found = database.numbered(connection, list(counts))
    in_order = dict(zip(sorted(counts), found, strict=True))
    return [
        ToldAct(in_order[seq], entries, _targets(connection, in_order[seq].group, entries))
        for seq, entries in counts.items()
    ]


def _targets(connection: Connection, group: str, entries: int) -> tuple[str, ...]:
    if entries == 1:
        return ()
    query = select(LogEntry.target).where(LogEntry.group_uuid == group)
    return tuple(connection.execute(query.order_by(LogEntry.lamport).limit(MOST_TARGETS)).scalars())


def sizes(connection: Connection, groups: Collection[str]) -> dict[str, int]:
    """Return how many entries each of these acts has."""
    query = (
        select(LogEntry.group_uuid, func.count())
        .where(LogEntry.group_uuid.in_(database.every(groups)))
        .group_by(LogEntry.group_uuid)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def came_with(connection: Connection, target: str, kind: str) -> bool:
    """Return whether what is said of a target was said in acts with entries of a kind alone.

    That is what stands: since somebody took it away last.
    """
    groups: list[str] = []
    for entry in database.of_target(connection, target):
        if entry.kind not in ("undo", "redo") and any(entry.after.values()):
            groups.append(entry.group)
        elif not any(entry.after.values()):
            groups = []
    found = select(LogEntry.group_uuid).where(
        LogEntry.group_uuid.in_(database.every(groups)), LogEntry.kind == kind
    )
    return bool(groups) and set(groups) <= set(connection.execute(found).scalars())
