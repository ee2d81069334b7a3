"""The parts of split concepts as prototypes: what the examples that persons marked look like.

Marks name photos by their content. Photos that were taken out of the project still count as long as
their codes are kept: what a part is does not change with the photos that are counted. Of photos
without codes nothing counts.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from insight_app.concepts.composition import Composition
from insight_app.concepts.hsae import directions
from insight_app.concepts.likeness import prototypes
from insight_app.concepts.statistics.composite_codes import CompositeCodes, Examples, signatures
from insight_app.project.composites.walking import codes_of
from insight_app.project.folder import DICTIONARY
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.schema import Image
from insight_app.project.results.snapshot import Results

_AT_ONCE = 500
"""Hashes asked for in one query."""


def coder(results: Results, compositions: Sequence[Composition]) -> CompositeCodes:
    """Return what turns codes of these results into codes of composites.

    Reads the decoder and the codes of marked photos where something is split.
    """
    divided = {
        one.examples for each in compositions for piece in each.pieces for one in piece.divisions
    }
    if not divided:
        return CompositeCodes(results.F, compositions)
    rows = directions.read(results.project / DICTIONARY)
    marks = {mark for examples in divided for part in examples for mark in part}
    found = images_of(results, {mark.image for mark in marks}, are_left_out=True)
    codes = dict(codes_of(results, np.array(sorted(set(found.values())), np.int64)))
    parts: dict[Examples, NDArray[np.float32]] = {}
    pinned: dict[Examples, tuple[NDArray[np.uint64], NDArray[np.int64]]] = {}
    for examples in divided:
        looks, of_cells = [], dict[int, int]()
        for number, part in enumerate(examples):
            seen = [np.zeros((0, rows.shape[1]), np.float32)]
            for mark in part:
                photo = codes.get(found.get(mark.image, -1))
                if photo is not None and mark.cell < photo.cells:
                    seen.append(prototypes.looks(photo, np.array([mark.cell]), rows))
                    of_cells.setdefault(int(signatures(photo)[mark.cell]), number)
            looks.append(np.concatenate(seen))
        parts[examples] = prototypes.prototypes(looks)
        in_order = sorted(of_cells.items())
        pinned[examples] = (
            np.array([cell for cell, _part in in_order], np.uint64),
            np.array([part for _cell, part in in_order], np.int64),
        )
    return CompositeCodes(results.F, compositions, parts, rows, pinned)


def images_of(
    results: Results, contents: Iterable[str], *, are_left_out: bool = False
) -> Mapping[str, int]:
    """Return the coded photos that have some contents (hex of their hash); of equal ones the first.

    A content that no coded photo has is missing. are_left_out: also those that were taken out and
    whose codes are kept, where no other has the content.
    """
    hashes = [bytes.fromhex(one) for one in sorted(set(contents))]
    found: dict[str, int] = {}
    left_out: dict[str, int] = {}
    with results.reading() as files, reading(files.engine) as connection:
        for start in range(0, len(hashes), _AT_ONCE):
            some = hashes[start : start + _AT_ONCE]
            # The index over sizes and contents is walked through whole: 0.1 s for a million photos.
            query = select(Image.id, Image.content_hash).where(Image.content_hash.in_(some))
            for row in connection.execute(query):
                if row.content_hash is None or row.id >= files.is_coded.size:
                    continue
                name = row.content_hash.hex()
                if files.is_coded[row.id]:
                    found[name] = min(row.id, found.get(name, row.id))
                elif are_left_out and files.places["shard"][row.id]:
                    left_out[name] = min(row.id, left_out.get(name, row.id))
    return left_out | found
