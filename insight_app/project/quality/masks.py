"""Label masks that a person brings: pictures, or a file of COCO's, and a table of labels.

A mask belongs to the photo whose name it has without the suffix; its numbers are ids of the table,
0 is background. Owns how both are read and what is refused. Knows no concept.
"""

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from insight_app.concepts.quality.concept_maps import LabelledMaps
from insight_app.concepts.quality.label_grids import BACKGROUND, cell_labels, dilated
from insight_app.disk_errors import disk_errors
from insight_app.errors import Refusal, WorldError
from insight_app.files import read_regular
from insight_app.project.photos.photo_file import hash_content, read_bytes
from insight_app.project.quality import coco, mask_colours
from insight_app.project.quality.coco import CocoFile
from insight_app.project.results.records import ImageRecord

Kind = Literal["", "thing", "stuff", "part"]
KINDS: tuple[Kind, ...] = ("", "thing", "stuff", "part")
FORMATS = ("PNG", "TIFF", "BMP", "GIF")
SUFFIXES = (".png", ".tif", ".tiff", ".bmp", ".gif")
NUMBERS = ("1", "L", "P", "I;16", "I;16B", "I;16L", "I")
"""Modes of pictures whose pixels are one number each; of a palette it is the index."""
MOST_TABLE = 2**24
MOST_ID = 2**16 - 1
MOST_UNKNOWN = 5
"""Unknown ids that are named in an error."""
MOST_SHOWN = 40
"""Characters of a wrong entry that are quoted in an error."""
LAST_THING = 90
"""COCO's panoptic labels: things up to here, stuff above."""
COCO = {1: "person", 90: "toothbrush", 184: "tree-merged", 200: "rug-merged"}
"""Names by which a table of COCO's labels is known."""


@dataclass(frozen=True)
class _Label:
    name: str
    kind: Kind = ""
    synonyms: str = ""
    colour: int | None = None


_NOTHING = _Label("")


@dataclass(frozen=True)
class LabelTable:
    """L labels in the order of their ids; kinds: thing, stuff, part, or '' where nobody said.

    synonyms: other words for each, as written; background: what the table calls 0, '' = nothing;
    colours: ids by the colours that stand for them in masks that are pictures in colours.
    """

    ids: tuple[int, ...]
    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    digest: str = ""
    synonyms: tuple[str, ...] = ()
    background: str = ""
    colours: Mapping[int, int] = field(default_factory=dict)

    def of_kind(self, kind: Kind) -> NDArray[np.bool_]:
        """Return (L,) which labels are of a kind."""
        return np.array([one == kind for one in self.kinds], bool)


@dataclass(frozen=True)
class MaskFolder:
    """What a person gave: masks by the names of their photos, and the labels in them.

    folder: of the pictures, or the file of COCO's that `drawn` is of; digest: changes with the
    content of any of it.
    """

    folder: Path
    masks: Mapping[str, Path]
    table: LabelTable
    digest: str
    drawn: CocoFile | None = None

    def ids(self, record: ImageRecord) -> NDArray[np.int64]:
        """Return (height, width) the ids of a photo's mask; KnownError where they cannot be had."""
        stem = record.path.stem
        if self.drawn is None:
            found = _numbers(self.masks[stem], record, self.table)
        else:
            found = _drawn(self.drawn, stem, record)
        known = np.array((BACKGROUND, *self.table.ids))
        present = np.unique(found)
        unknown = present[~np.isin(present, known)]
        if unknown.size:
            some = ", ".join(map(str, unknown[:MOST_UNKNOWN].tolist()))
            more = " and others" if unknown.size > MOST_UNKNOWN else ""
            raise Refusal(
                f"This mask has numbers that are not in the table of labels: {some}{more}.",
                where=str(self.masks[stem]),
                do="Add them to the table, or make them 0 (background) in the mask.",
            )
        return found


def read(folder: Path, classes: Path | None) -> MaskFolder:
    """Read a table of labels and find the masks of a folder; KnownError where they are none.

    A file of COCO's in the place of the folder brings its own table; classes: another one.
    """
    if folder.suffix.casefold() == coco.SUFFIX and not folder.is_dir():
        drawn = coco.read(folder, MOST_ID)
        own = _of_categories(drawn) if classes is None else read_table(classes)
        masks = dict.fromkeys(drawn.images, folder)
        return MaskFolder(folder, masks, own, f"{drawn.digest}{own.digest}"[:32], drawn)
    if classes is None:
        raise Refusal(
            "Masks that are pictures need a table that says what their numbers mean.",
            where=str(folder),
            do="Give a CSV file with the columns id and name.",
        )
    table, masks = read_table(classes), find_masks(folder)
    told = hashlib.sha256(table.digest.encode())
    for stem, path in sorted(masks.items()):
        told.update(stem.encode(errors="surrogatepass") + hash_content(path))
    return MaskFolder(folder, masks, table, told.hexdigest()[:16])


def read_table(path: Path) -> LabelTable:
    """Read a CSV file with the columns id and name, perhaps kind, synonyms, colour; may refuse.

    Without a column kind, the labels of COCO are known by their names.
    """
    with disk_errors("The table of labels cannot be read", where=path):
        data = read_regular(path, MOST_TABLE, follow_links=True)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad_table(path, "it is no text in UTF-8") from None
    try:
        found = _labels(path, text.replace("\r\n", "\n").replace("\r", "\n"))
    except csv.Error as error:
        raise _bad_table(path, f"it is no CSV ({error})") from None
    colours = {one.colour: id for id, one in found.items() if one.colour is not None}
    background = found.pop(BACKGROUND, _NOTHING).name
    if not found:
        raise _bad_table(path, "it has no labels")
    ids = tuple(sorted(found))
    return LabelTable(
        ids,
        tuple(found[i].name for i in ids),
        tuple(found[i].kind for i in ids),
        hashlib.sha256(data).hexdigest()[:16],
        tuple(found[i].synonyms for i in ids),
        background,
        colours,
    )


def _labels(path: Path, text: str) -> dict[int, _Label]:
    """Return every line of the table by its id; csv.Error for what is no CSV."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    columns = [(name or "").strip().casefold() for name in rows.fieldnames or ()]
    if not {"id", "name"} <= set(columns):
        raise _bad_table(path, "its first line does not name the columns id and name")
    rows.fieldnames = columns
    found: dict[int, _Label] = {}
    colours: set[int | None] = set()
    for line, row in enumerate(rows, start=2):
        number, label = _row(path, line, row)
        if number in found:
            raise _bad_table(path, f"line {line}: the id {number} was given before")
        if label.colour is not None and label.colour in colours:
            raise _bad_table(path, f"line {line}: its colour was given before")
        colours.add(label.colour)
        found[number] = label
    is_coco = all(found.get(id, _NOTHING).name == name for id, name in COCO.items())
    if "kind" not in columns and is_coco:
        return {
            id: replace(label, kind="thing" if id <= LAST_THING else "stuff")
            for id, label in found.items()
        }
    return found


def _row(path: Path, line: int, row: Mapping[str, object]) -> tuple[int, _Label]:
    columns = ("id", "name", "kind", "synonyms", *mask_colours.COLUMNS)
    given = {name: str(row.get(name) or "").strip() for name in columns}
    id = given["id"]
    digits = id.lstrip("0") or id[:1]
    is_id = id.isascii() and id.isdigit() and len(digits) <= len(str(MOST_ID))
    if not is_id or int(digits) > MOST_ID:
        raise _bad_table(
            path, f"line {line}: the id {_shown(id)} is no whole number from 0 to {MOST_ID:,}"
        )
    kind = next((one for one in KINDS if one == given["kind"].casefold()), None)
    if kind is None:
        raise _bad_table(
            path, f"line {line}: the kind {_shown(given['kind'])} is none of thing, stuff and part"
        )
    written = next((given[one] for one in mask_colours.COLUMNS if given[one]), "")
    colour = mask_colours.parse(written)
    if written and colour is None:
        raise _bad_table(
            path, f"line {line}: the colour {_shown(written)} is not written as #1f77b4"
        )
    return int(digits), _Label(given["name"], kind, given["synonyms"], colour)


def _shown(text: str) -> str:
    return repr(text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…")


def _bad_table(path: Path, why: str) -> Refusal:
    do = "Write a CSV file with the columns id and name (and, if you like, kind)."
    return Refusal(f"This is no table of labels: {why}.", where=str(path), do=do)


def find_masks(folder: Path) -> dict[str, Path]:
    """Return the pictures at and under a folder by their names without suffix.

    Refusal where two have the same one, or there is none.
    """
    found: dict[str, list[Path]] = defaultdict(list)
    with disk_errors("The folder of masks cannot be read", where=folder):
        if not folder.is_dir():
            raise Refusal("There is no folder of masks here.", where=str(folder))
        for path in sorted(folder.rglob("*")):
            if path.suffix.casefold() in SUFFIXES and path.is_file():
                found[path.stem].append(path)
    if not found:
        kinds = ", ".join(one.removeprefix(".").upper() for one in SUFFIXES)
        raise Refusal("There are no masks in this folder.", where=str(folder), do=f"Give {kinds}.")
    for paths in found.values():
        if len(paths) > 1:
            raise Refusal(
                f"Two masks have the same name, so that neither tells its photo: {paths[1]}.",
                where=str(paths[0]),
                do="Keep one of them in the folder.",
            )
    return {stem: paths[0] for stem, paths in found.items()}


def read_labels(
    given: MaskFolder, record: ImageRecord
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the labels in a photo, (n,) rows of the table, and their cells (n, cells).

    Parts are grown by a cell in all directions. KnownError where the mask is none of this photo's.
    """
    table, g = given.table, record.geometry
    cells = cell_labels(given.ids(record), g)
    here = np.unique(cells[cells != BACKGROUND])
    rows = np.searchsorted(np.array(table.ids), here)
    masks = cells[None] == here[:, None]
    parts = np.array([table.kinds[row] == "part" for row in rows], bool)
    masks[parts] = dilated(masks[parts], g.rows, g.cols)
    return rows.astype(np.int64), masks


def _of_categories(drawn: CocoFile) -> LabelTable:
    ids = tuple(sorted(drawn.categories))
    kinds: list[Kind] = ["" for _ in ids]
    return LabelTable(ids, tuple(drawn.categories[id] for id in ids), tuple(kinds))


def _drawn(drawn: CocoFile, stem: str, record: ImageRecord) -> NDArray[np.int64]:
    image = drawn.images[stem]
    if (image.width, image.height) != (record.width, record.height):
        raise _wrong_size(drawn.path, (image.width, image.height), record, f" of {stem}")
    try:
        return coco.draw(image)
    except ValueError as error:
        raise Refusal(
            f"The mask of {stem} cannot be drawn: {error}.",
            where=str(drawn.path),
            do="Write outlines (x, y, x, y ...) or run lengths, as COCO does.",
        ) from None


def _wrong_size(path: Path, size: tuple[int, int], record: ImageRecord, which: str = "") -> Refusal:
    return Refusal(
        f"This mask{which} has {size[0]} x {size[1]} pixels, its photo "
        f"{record.width} x {record.height}.",
        where=str(path),
        do="Give the mask the size of the photo as it is shown upright.",
    )


def _numbers(path: Path, record: ImageRecord, table: LabelTable) -> NDArray[np.int64]:
    """Return (height, width) the numbers of a mask; KnownError where they cannot be had."""
    data = read_bytes(path)
    try:
        with Image.open(io.BytesIO(data or b""), formats=FORMATS) as picture:
            is_coloured = picture.mode not in NUMBERS
            if is_coloured and not table.colours:
                raise Refusal(
                    "This mask is a picture in colours; a mask has one number a pixel, the id of a "
                    "label.",
                    where=str(path),
                    do="Save it with one channel (grey, or a palette whose indices are the ids), "
                    "or give the table a column colour, as #1f77b4.",
                )
            if picture.size != (record.width, record.height):
                raise _wrong_size(path, picture.size, record)
            if is_coloured:
                pixels = np.array(picture.convert("RGB"))
                return mask_colours.numbers(pixels, table.colours, str(path))
            return np.array(picture).astype(np.int64)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise WorldError("This mask cannot be read.", where=str(path)) from None


def with_maps(
    labels: tuple[NDArray[np.int64], NDArray[np.bool_]],
    maps: tuple[NDArray[np.int64], NDArray[np.float32]],
    record: ImageRecord,
) -> LabelledMaps:
    """Put the labels of a photo, (n,) and (n, cells), beside its maps, (m,) and (m, cells)."""
    return LabelledMaps(*maps, *labels, record.geometry.rows, record.geometry.cols)
