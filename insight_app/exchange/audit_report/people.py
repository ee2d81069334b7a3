"""Who judged what, and how far people agree beyond chance."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from insight_app.concepts.statistics import agreement
from insight_app.exchange.audit_report.blocks import (
    Block,
    Cell,
    FiguresTable,
    Heading,
    NamedText,
    Paragraph,
    ReportSection,
)
from insight_app.exchange.audit_report.source import Audited
from insight_app.figures import counted, figure, percent

MOST_PEOPLE, MOST_CONFLICTS = 50, 20
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "names": ("rename", "accept", "unsure", "reject", "create"),
    "hidden as junk": ("hide",),
    "relations": (
        "add-parent",
        "remove-parent",
        "accept-relation",
        "unsure-relation",
        "reject-relation",
        "relation-kind",
    ),
    "merged or split": ("merge", "split"),
    "examples": ("mark",),
    "labels and tags": ("label", "tag"),
    "notes": ("note", "define", "alias"),
    "findings": ("pin", "comment-finding", "critical-finding", "close-finding", "reopen-finding"),
}
_LIKE_CHANCE = (
    "1 is full agreement, 0 is as much as chance gives, below 0 is less than chance. Only what two "
    "or more people spoke of by themselves counts. Where everybody always says the same, there is "
    "no chance to compare with, and no figure."
)


def section(source: Audited) -> ReportSection:
    """Return the section."""
    return ReportSection("people", "Who judged what", tuple(_blocks(source)))


def _blocks(source: Audited) -> Iterator[Block]:
    people = source.opinions.people
    if not people:
        yield Paragraph("Nobody has judged anything yet: every name is the machine's.", "warning")
        return
    shown = list(people.values())[:MOST_PEOPLE]
    columns = {
        title: kinds
        for title, kinds in _COLUMNS.items()
        if any(told.said[kind] for told in shown for kind in kinds)
    }
    heads = [
        Heading("Person"),
        *(Heading(title, True) for title in columns),
        Heading("From"),
        Heading("To"),
    ]
    rows: list[list[Cell]] = []
    for told in shown:
        counts = [sum(told.said[kind] for kind in kinds) for kinds in columns.values()]
        days = [f"{when:%d %b %Y}" for when in (told.first, told.last)]
        rows.append([told.name or "nameless", *(f"{one:,}" for one in counts), *days])
    more = len(people) - MOST_PEOPLE
    yield FiguresTable(
        "How many judgements of each person stand: what was taken back is not counted.",
        heads,
        rows,
        f"and {counted(more, 'person')} more" if more > 0 else "",
    )
    yield Paragraph(
        f"Share of all activation that lies on concepts somebody judged: {source.reviewed_share()}."
    )
    yield from _agreement(source)
    yield from _conflicts(source)


def _agreement(source: Audited) -> Iterator[Block]:
    rows: list[list[Cell]] = []
    for subject, things in source.opinions.words.items():
        shared = {thing: said for thing, said in things.items() if len(said) > 1}
        people = sorted({person for said in shared.values() for person in said})
        if not shared:
            continue
        categories = {
            word: n
            for n, word in enumerate(sorted({w for said in shared.values() for w in said.values()}))
        }
        sayings = np.full((len(people), len(shared)), agreement.NOBODY, np.int64)
        place = {person: n for n, person in enumerate(people)}
        for column, said in enumerate(shared.values()):
            for person, word in said.items():
                sayings[place[person], column] = categories[word]
        same, several = agreement.agreeing(sayings)
        names = [source.opinions.people[one].name for one in people]
        if len(people) == 2:
            measure, value = "Cohen's kappa", agreement.kappa(sayings[0], sayings[1])
        else:
            measure, value = "Krippendorff's alpha", agreement.alpha(sayings)
        known = figure(value) if np.isfinite(value) else "not defined"
        rows.append(
            [subject, ", ".join(names[:6]), f"{several:,}", percent(same / several), known, measure]
        )
        if len(people) > 2:
            rows += _pairs(subject, sayings, names)
    if not rows:
        yield Paragraph(
            "How far people agree cannot be told: no two people judged the same thing by "
            "themselves.",
            "note",
        )
        return
    heads = [
        Heading("Of"),
        Heading("People"),
        Heading("Judged by two or more", True),
        Heading("All say the same", True),
        Heading("Beyond chance", True),
        Heading("Measure"),
    ]
    yield FiguresTable("Agreement of people.", heads, rows, _LIKE_CHANCE)


def _pairs(subject: str, sayings: np.ndarray, names: list[str]) -> Iterator[list[Cell]]:
    for a, b in list(combinations(range(len(names)), 2))[:10]:
        same, several = agreement.agreeing(sayings[[a, b]])
        if several:
            value = agreement.kappa(sayings[a], sayings[b])
            known = figure(value) if np.isfinite(value) else "not defined"
            yield [
                f"{subject}, these two",
                f"{names[a]}, {names[b]}",
                f"{several:,}",
                percent(same / several),
                known,
                "Cohen's kappa",
            ]


def _conflicts(source: Audited) -> Iterator[Block]:
    found = source.project.judgements.conflicts()
    if not found:
        return
    rows: list[list[Cell]] = []
    for one in found[:MOST_CONFLICTS]:
        said = "; ".join(f"{entry.person.name}: {entry.text}" for entry in one.in_force)
        rows.append([_about(source, one.target), said])
    more = len(found) - MOST_CONFLICTS
    yield FiguresTable(
        "Contradictions: two people said different things, and neither had seen the other's.",
        [Heading("Of"), Heading("Who said what")],
        rows,
        f"and {more:,} more" if more > 0 else "",
    )
    source.doubts.append(f"{counted(len(found), 'contradiction')} between people are not solved.")


def _about(source: Audited, target: str) -> Cell:
    words = source.named(target)
    return words if isinstance(words, NamedText) else target
