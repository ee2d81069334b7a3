"""Photos in a report: small, with the cells that are spoken of outlined. A report has so many."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from insight_app.errors import KnownError
from insight_app.exchange.audit_report.blocks import EmbeddedPicture
from insight_app.exchange.audit_report.source import Audited
from insight_app.project.judgements import parse_concept
from insight_app.project.judgements.payloads import View
from insight_app.project.photos import thumbnails
from insight_app.project.results.records import ImageRecord

SMALL, LARGE, QUALITY = 200, 400, 82
"""Pixels of the longer side, of examples and of what a finding is about; of JPEG."""
PLACES, EXAMPLES = 3, 4
"""Strongest places that are outlined on a photo, strongest photos of a concept."""
_OUTER, _INNER = (0, 0, 0), (255, 214, 0)


def of_view(source: Audited, record: ImageRecord, view: View) -> list[EmbeddedPicture]:
    """Return the photo that a finding is about, with the cell or the first concept outlined."""
    caption = f"{record.path.parent.name}/{record.path.name}"
    if view.cell is not None:
        caption += "; outlined: the place that was pinned"
        return _photo(source, record, caption, (view.cell,), LARGE)
    index = next((n for n in map(source.index_of, view.concepts) if n is not None), None)
    cells = () if index is None else _strongest(source, record, index)
    if cells and index is not None:
        caption += f"; outlined: where {source.concept(index).text} is strongest"
    return _photo(source, record, caption, cells, LARGE)


def examples(source: Audited, concept: str) -> list[EmbeddedPicture]:
    """Return the photos that show a dictionary's concept most, its strongest cell outlined."""
    index, results = source.index_of(concept), source.results
    if index is None or results is None or parse_concept(concept) is None:
        return []
    found: list[EmbeddedPicture] = []
    for number, one in enumerate(results.examples(index, "strongest", EXAMPLES), 1):
        record = results.image(one.image_id)
        caption = f"Example {number} of {source.concept(index).text}"
        found += _photo(source, record, caption, (one.cell,), SMALL)
    return found


def _strongest(source: Audited, record: ImageRecord, index: int) -> tuple[int, ...]:
    """Return the cells of a photo where a concept is strongest, none where it is nowhere."""
    assert source.results is not None
    try:
        values = source.results.codes(record.id).map_of(index).ravel()
    except KnownError:
        return ()
    order = np.argsort(-values, kind="stable")[:PLACES]
    return tuple(int(cell) for cell in order if values[cell] > 0)


def _photo(
    source: Audited, record: ImageRecord, caption: str, cells: Sequence[int], side: int
) -> list[EmbeddedPicture]:
    """Return one picture; none where it cannot be read, or where the report has enough."""
    if source.results is None or source.pictures_left <= 0:
        return []
    try:
        small = thumbnails.get(source.project.path, record, side, source.results.part).copy()
    except KnownError:
        return []
    small.thumbnail((side, side))
    _outline(small, record, [cell for cell in cells if 0 <= cell < record.geometry.cells])
    source.pictures_left -= 1
    file = io.BytesIO()
    small.save(file, "JPEG", quality=QUALITY)
    where = f", {len(cells)} of its places outlined" if cells else ""
    alt = f"Photo {record.path.name}{where}"
    return [EmbeddedPicture(file.getvalue(), alt, caption, small.width, small.height)]


def _outline(picture: Image.Image, record: ImageRecord, cells: Sequence[int]) -> None:
    drawn = ImageDraw.Draw(picture)
    across = picture.width / max(record.geometry.width, 1)
    down = picture.height / max(record.geometry.height, 1)
    for cell in cells:
        x, y, width, height = record.geometry.cell_rect(cell)
        left, top, right, bottom = x * across, y * down, (x + width) * across, (y + height) * down
        drawn.rectangle((left, top, right, bottom), outline=_OUTER, width=4)
        inside = (left + 1, top + 1, right - 1, bottom - 1)
        drawn.rectangle(inside, outline=_INNER, width=2)
