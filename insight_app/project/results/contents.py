"""Photos by the hash of their content, as judgements name them: wherever a file lies or moves to.

Hashes are written in hexadecimal digits. Knows no judgement.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from insight_app.project.results.analysis_database import reading
from insight_app.project.results.schema import Image, Status
from insight_app.project.results.snapshot import Results
from insight_app.project.results.sources import read_places

T = TypeVar("T")
AT_ONCE = 500
"""Photos that one query asks for."""
_MANY = 4_000
"""Contents from which on reading those of all photos is faster: 0.8 s for a million."""


def contents_of(results: Results, images: Collection[int]) -> dict[int, str]:
    """Return the content of each of these photos; one that was never read has none."""
    found: dict[int, str] = {}
    with results.reading() as files, reading(files.engine) as connection:
        for some in _in_parts(sorted(images)):
            query = select(Image.id, Image.content_hash).where(Image.id.in_(some))
            for number, content in connection.execute(query):
                if content is not None:
                    found[number] = content.hex()
    return found


def photos_of(results: Results, contents: Collection[str]) -> dict[str, tuple[int, ...]]:
    """Return all listed photos of each content, in order; () where there is none any more."""
    found: dict[str, list[int]] = {content: [] for content in contents}
    with results.reading() as files, reading(files.engine) as connection:
        if len(found) > _MANY:
            for number, content in connection.execute(select(Image.id, Image.content_hash)):
                of_content = found.get(content.hex()) if content is not None else None
                if of_content is not None and results.is_listed(number):
                    of_content.append(number)
            return {content: tuple(sorted(numbers)) for content, numbers in found.items()}
        for some in _in_parts(sorted(found)):
            hashes = [bytes.fromhex(one) for one in some]
            # The index over sizes and contents is walked through: 0.1 s for a million photos.
            query = select(Image.id, Image.content_hash).where(Image.content_hash.in_(hashes))
            for number, content in connection.execute(query):
                if content is not None and results.is_listed(number):
                    found[content.hex()].append(number)
    return {content: tuple(sorted(numbers)) for content, numbers in found.items()}


def paths_of(results: Results, contents: Collection[str]) -> dict[str, Path]:
    """Return where the first listed photo of each content lies; one that has none is missing."""
    first = {content: ids[0] for content, ids in photos_of(results, contents).items() if ids}
    found: dict[int, Path] = {}
    with results.reading() as files, reading(files.engine) as connection:
        folders = read_places(connection, results.project).folders
        for some in _in_parts(sorted(first.values())):
            query = select(Image.id, Image.folder_id, Image.name).where(Image.id.in_(some))
            for row in connection.execute(query):
                found[row.id] = folders[row.folder_id].path / row.name
    return {content: found[id] for content, id in first.items()}


def fingerprint(results: Results) -> str:
    """Return the SHA-256 of the contents of all analyzed photos, in the order of their hashes.

    Two projects have the same exactly where the same files were analyzed, wherever they lie.
    """
    digest = hashlib.sha256()
    with results.reading() as files, reading(files.engine) as connection:
        coded = select(Image.content_hash).where(Image.status == int(Status.CODED))
        query = coded.order_by(Image.content_hash).execution_options(yield_per=10_000)
        for (content,) in connection.execute(query):
            digest.update(content or b"")
    return digest.hexdigest()


def _in_parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
