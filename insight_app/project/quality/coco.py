"""Label masks from a file of COCO's: one JSON with images, categories and the shapes of things.

An image belongs to the photo whose name it has without the suffix. Where shapes lie over each
other the smaller one counts, and crowds lie below all. Owns how the file is read and what is
refused. Knows no concept.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from insight_app import plain_json
from insight_app.concepts.quality import outlines
from insight_app.disk_errors import disk_errors
from insight_app.errors import Refusal
from insight_app.files import read_regular

T = TypeVar("T")
SUFFIX = ".json"
MOST_SIDE = 1 << 16


@dataclass(frozen=True)
class DrawnImage:
    """An image of the file: its size, and shapes with their category, in the order of drawing."""

    width: int
    height: int
    shapes: tuple[tuple[int, Any], ...]


@dataclass(frozen=True)
class CocoFile:
    """images: by their name without suffix; categories: names by id; digest: of the content."""

    path: Path
    images: Mapping[str, DrawnImage]
    categories: Mapping[int, str]
    digest: str


def read(path: Path, most_id: int) -> CocoFile:
    """Read a file of COCO's; Refusal for anything else. Ids of categories are 1 to `most_id`."""
    with disk_errors("The file of masks cannot be read", where=path):
        data = read_regular(path, plain_json.MOST_BYTES, follow_links=True)
    try:
        return _parsed(path, data, plain_json.loads(data), most_id)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        said = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise Refusal(
            f"This is no file of masks in COCO's format: {said}.",
            where=str(path),
            do="Give a JSON with images (id, file_name, width, height), annotations (image_id, "
            "category_id, segmentation) and categories (id, name).",
        ) from None


def _parsed(path: Path, data: bytes, content: Any, most_id: int) -> CocoFile:
    if not isinstance(content, dict):
        raise ValueError("it is no object with images, annotations and categories")
    categories = _unique(
        "categories",
        ((_whole(one["id"], most_id), str(one["name"])) for one in content["categories"]),
    )
    numbers = _unique("images", ((int(one["id"]), one) for one in content["images"]))
    drawn: dict[int, list[tuple[bool, float, int, Any]]] = defaultdict(list)
    for one in content["annotations"]:
        category = _whole(one["category_id"], most_id)
        if category not in categories:
            raise ValueError(f"an annotation has the category {category}, which is not listed")
        if int(one["image_id"]) not in numbers:
            raise ValueError(
                f"an annotation is of the image {one['image_id']}, which is not listed"
            )
        size = float(one.get("area") or _area(one.get("bbox")))
        drawn[int(one["image_id"])].append(
            (not one.get("iscrowd"), -size, category, one["segmentation"])
        )
    images: dict[str, DrawnImage] = {}
    for number, one in numbers.items():
        stem = PurePosixPath(str(one["file_name"]).replace("\\", "/")).stem
        if stem in images:
            raise ValueError(f"two images have the name {stem}, so that neither tells its photo")
        width, height = (_whole(one[side], MOST_SIDE) for side in ("width", "height"))
        shapes = sorted(drawn.get(number, ()), key=lambda shape: shape[:2])
        images[stem] = DrawnImage(width, height, tuple(shape[2:] for shape in shapes))
    if not images or not categories:
        raise ValueError("it lists no images or no categories")
    return CocoFile(path, images, categories, hashlib.sha256(data).hexdigest()[:16])


def _unique(what: str, found: Iterable[tuple[int, T]]) -> dict[int, T]:
    """Return what is listed by its id; ValueError where two have the same."""
    by_id: dict[int, T] = {}
    for number, one in found:
        if number in by_id:
            raise ValueError(f"two {what} have the id {number}")
        by_id[number] = one
    return by_id


def draw(image: DrawnImage) -> NDArray[np.int64]:
    """Return (height, width) the categories of an image's pixels, 0 = none; ValueError as below."""
    found = np.zeros((image.height, image.width), np.int64)
    for category, shape in image.shapes:
        found[_mask(shape, image.height, image.width)] = category
    return found


def _mask(shape: Any, height: int, width: int) -> NDArray[np.bool_]:
    if isinstance(shape, Sequence) and not isinstance(shape, str):
        return outlines.from_outlines(shape, height, width)
    if not isinstance(shape, Mapping) or list(shape.get("size", ())) != [height, width]:
        raise ValueError("a shape is neither outlines nor run lengths of its image's size")
    counts = shape.get("counts")
    if isinstance(counts, str):
        counts = outlines.unpacked(counts)
    if not isinstance(counts, list) or not all(type(one) is int for one in counts):
        raise ValueError("a shape has no run lengths")
    return outlines.from_runs(counts, height, width)


def _whole(value: Any, most: int) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError(f"{str(value)[:20]!r} where a whole number from 1 to {most:,} belongs")
    return value


def _area(box: Any) -> float:
    return float(box[2]) * float(box[3]) if isinstance(box, list) and len(box) == 4 else 0.0
