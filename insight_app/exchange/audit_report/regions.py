"""Regions explained by words: the newest scores against masks, raw tokens beside concepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from insight_app.errors import KnownError
from insight_app.exchange.audit_report.blocks import (
    Bar,
    Bars,
    Block,
    Cell,
    Facts,
    FiguresTable,
    Heading,
    Paragraph,
    ReportSection,
)
from insight_app.exchange.audit_report.source import Audited, moment
from insight_app.figures import counted, percent
from insight_app.project.explaining import mask_store

if TYPE_CHECKING:
    from insight_app.concepts.explain.overlap import Overlap
    from insight_app.project.explaining.mask_scores import MaskScores

MOST_CLASSES = 200


def section(source: Audited) -> ReportSection:
    """Return the section."""
    return ReportSection("segmentation", "Regions explained by words", tuple(_blocks(source)))


def _blocks(source: Audited) -> Iterator[Block]:
    try:
        found = mask_store.newest(source.project.path)
    except KnownError as error:
        yield Paragraph(str(error), "warning")
        return
    if found is None:
        yield Paragraph(
            "Regions were not judged against masks: insight-app explain segment PROJECT does it.",
            "note",
        )
        return
    yield Paragraph(
        "Each pixel of a photo is given the word that its features are nearest to: once through "
        "the encoder's raw features, once through concepts alone. Masks that people drew say "
        "what is right. IoU is the share of the pixels of both areas that they have in common."
    )
    if source.results is not None and (why := mask_store.is_stale(found, source.results)):
        source.doubts.append(f"The scores against masks are out of date. {why}")
        yield Paragraph(f"Out of date: {why}", "warning")
    occurring = int(found.occurs.sum())
    of = f"{counted(found.images.size, 'photo')}, {occurring:,} classes that masks have"
    bars = [
        _bar("By concepts", found.mean_iou("concepts", "smooth")),
        _bar("By raw features", found.mean_iou("raw", "smooth")),
    ]
    yield Bars(f"Mean IoU over classes: {of}; smooth edges. 95 % interval over photos.", bars)
    rows: list[tuple[str, Cell]] = [
        ("Price", f"{_points(found.gap('smooth'))}, concepts minus raw features"),
        ("Sharp edges", f"{_points(found.effect('concepts'))}, where edges follow the photo"),
        ("Masks", found.masks),
        ("Measured", moment(found.made)),
    ]
    yield Facts(rows)
    yield _by_class(found)
    for note in found.notes:
        yield Paragraph(note, "note")


def _by_class(found: MaskScores) -> FiguresTable:
    concepts, raw = found.by_class("concepts", "smooth"), found.by_class("raw", "smooth")
    there = [n for n, occurs in enumerate(found.occurs.tolist()) if occurs]
    there.sort(key=lambda n: (float(concepts[n]), found.names[n]))
    rows: list[list[Cell]] = []
    for n in there[:MOST_CLASSES]:
        photos = int((found.counts[0, :, n, 2] > 0).sum())
        said = ", ".join(found.words[n])
        rows.append(
            [
                found.names[n],
                said if said != found.names[n] else "",
                f"{photos:,}",
                percent(float(concepts[n])),
                percent(float(raw[n])),
            ]
        )
    heads = [
        Heading("Class"),
        Heading("Words for it"),
        Heading("Photos", True),
        Heading("By concepts", True),
        Heading("By raw features", True),
    ]
    more = len(there) - len(rows)
    note = f"Not shown because they are better than these: {more:,}" if more > 0 else ""
    return FiguresTable("IoU class by class, the worst first.", heads, rows, note)


def _bar(title: str, one: Overlap) -> Bar:
    known = one.low is not None and one.high is not None
    between = f" ({percent(one.low or 0)} to {percent(one.high or 0)})" if known else ""
    return Bar(title, one.value, f"{percent(one.value)}{between}", one.low, one.high)


def _points(one: Overlap) -> str:
    said = f"{100 * one.value:+.1f} points"
    if one.low is None or one.high is None:
        return f"{said} (too few photos for an interval)"
    return f"{said} ({100 * one.low:+.1f} to {100 * one.high:+.1f})"
