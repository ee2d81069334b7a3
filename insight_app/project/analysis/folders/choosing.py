"""Which photos a project takes by their names: patterns kept, and rows of images marked by them.

A photo that is left out keeps its row and its codes, so that it counts again at once when it is
taken again. Looks at no file: photos that are not there are marked like others.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine, select, update

from insight_app.concepts.progress import CancelToken
from insight_app.errors import Refusal
from insight_app.project.analysis.folders import folder_rows
from insight_app.project.photos.parts import FilePart
from insight_app.project.photos.patterns import Patterns
from insight_app.project.results import photo_choice, settings
from insight_app.project.results.analysis_database import reading, writing
from insight_app.project.results.schema import Folder, Image, LeftOut


def settle(
    engine: Engine, include: Sequence[str] | None = None, exclude: Sequence[str] | None = None
) -> Patterns:
    """Return the project's patterns: those that are given from now on, else those that it has."""
    with reading(engine) as connection:
        kept = photo_choice.patterns_of(connection)
    wanted = Patterns.of(
        kept.include if include is None else include, kept.exclude if exclude is None else exclude
    )
    if wanted != kept:
        settings.write(engine, photo_choice.PATTERNS, asdict(wanted))
    return wanted


def settle_part(engine: Engine, page: int | None, channels: Sequence[int] | None) -> FilePart:
    """Return what is read of files with several pictures or channels, which a project keeps.

    page, channels: counted from 1, None = the project's own. Refusal for others than photos were
    read by: their codes would be of something else.
    """
    with reading(engine) as connection:
        kept = photo_choice.part_of(connection)
        is_begun = select(Image.id).where(Image.shard.is_not(None)).limit(1)
        has_codes = connection.execute(is_begun).first() is not None
    wanted = FilePart.of(
        kept.page + 1 if page is None else page,
        [channel + 1 for channel in kept.channels] if channels is None else channels,
    )
    if wanted == kept:
        return kept
    if has_codes:
        raise Refusal(
            f"Photos of this project were read by {kept.said or 'the first picture and channels'}.",
            kept="Nothing was changed.",
            do="Make a new project to read other pictures or channels of the files.",
        )
    settings.write(engine, photo_choice.PART, asdict(wanted))
    return wanted


def mark(engine: Engine, patterns: Patterns, cancel: CancelToken) -> None:
    """Mark the images that the patterns leave out, and no others, unless that is done already."""
    with reading(engine) as connection:
        if photo_choice.patterns_of(connection, photo_choice.APPLIED) == patterns:
            return
        folders = list(connection.execute(select(Folder.id, Folder.path)))
    for folder in folders:
        inside = f"{folder.path}/" if folder.path else ""
        for rows in folder_rows.images(engine, folder.id, cancel):
            left_out = [not patterns.take(inside + row.name) for row in rows]
            _write(engine, rows, left_out)
    settings.write(engine, photo_choice.APPLIED, asdict(patterns))


def mark_again(engine: Engine) -> None:
    """Mark all images anew by the project's patterns: some lie in other folders now."""
    settings.write(engine, photo_choice.APPLIED, None)
    mark(engine, settle(engine), CancelToken())


def _write(engine: Engine, rows: Sequence[Any], left_out: Sequence[bool]) -> None:
    """Mark rows; one that is left out as a second name of a photo stays so."""
    by_pattern = int(LeftOut.PATTERN)
    changes = {
        by_pattern: [r.id for r, out in zip(rows, left_out, strict=True) if out],
        int(LeftOut.NO): [
            r.id
            for r, out in zip(rows, left_out, strict=True)
            if not out and r.left_out == by_pattern
        ],
    }
    with writing(engine) as connection:
        for value, ids in changes.items():
            if ids:
                some = Image.id.in_(ids), Image.left_out != value
                connection.execute(update(Image).where(*some).values(left_out=value))
