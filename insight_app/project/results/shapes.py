"""Whether the arrays of a generation can be what they are said to be: kinds, sizes and ranges.

What is cheap enough to be looked at whenever results are opened, so that a damaged file is said to
be one and never asks for memory without bounds. Whether every number is right, only `check` tells.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insight_app.project.results.stored_columns import StoredColumn

if TYPE_CHECKING:
    from insight_app.project.results.generations import Published

_MOST_FOLDERS = 1 << 22
_LAST_STATUS = 5
_CONCEPTS = {"images": "i8", "cells": "i8", "steps": "i8", "maximum": "f2", "levels": "u1"}
_SINCE_3 = {
    "name_probability": "f4",
    "name_photos": "i4",
    "clarity": "f4",
    "near_known": "i8",
}
"""Arrays that results of before version 3 lack."""
_PLACES = {"shard": "u4", "offset": "i8", "bytes": "u4", "folder": "u4", "status": "u1"}
_FOLDERS = {"key": "i8", "images": "i8", "cells": "i8", "steps": "i8", "maximum": "f2"}


def check(published: "Published") -> None:
    """Raise ValueError where an array cannot be right."""
    F = published.header.concepts
    for name, kind in _CONCEPTS.items():
        _expect(name, published.concepts[name], kind, F)
    for name, kind in _SINCE_3.items():
        if name in published.concepts:
            _expect(name, published.concepts[name], kind, F)
    histogram = published.concepts["histogram"]
    if histogram.ndim != 2 or histogram.shape[0] != F or histogram.dtype.kind not in "iu":
        raise ValueError("histogram has a wrong shape")
    _expect_finite("maximum", published.concepts["maximum"])
    published.edges.check(F)
    _check_shares(published, F)
    _check_near(published, F)
    _check_places(published)
    for name, kind in _FOLDERS.items():
        _expect(name, published.folders[name], kind, published.folders["key"].size)
    key = published.folders["key"]
    if key.size and not 0 <= key[0] <= key[-1] < _MOST_FOLDERS * F:
        raise ValueError("the sums of folders are of folders that there are not")


def _check_shares(published: "Published", F: int) -> None:
    indptr, indices, values = vars(published.shares).values()
    _expect("shares", indptr, "i8", F + 1)
    _expect("shares", indices, "u2", int(indptr[-1]))
    _expect("shares", values, "f4", int(indptr[-1]))
    if indptr[0] or (np.diff(indptr) < 0).any():
        raise ValueError("shares are not in order")


def _check_near(published: "Published", F: int) -> None:
    near = published.near
    _expect("near misses", near.indptr, "i8", F + 1)
    _expect("near misses", near.indices, "u2", int(near.indptr[-1]))
    for column in (near.cells, near.images):
        _expect("near misses", column, "u4", int(near.indptr[-1]))
    if near.indptr[0] or (np.diff(near.indptr) < 0).any():
        raise ValueError("near misses are not in order")


def _check_places(published: "Published") -> None:
    places, size = published.places, published.places["status"].size
    for name, kind in _PLACES.items():
        _expect(name, places[name], kind, size)
    order = places["order"]
    _expect("order", order, "i4", published.header.images)
    if order.size and not (order.min() > 0 and order.max() < size):
        raise ValueError("it lists photos that there are not")
    if places["status"].max(initial=0) > _LAST_STATUS:
        raise ValueError("a photo has a state that there is not")
    if places["folder"].max(initial=0) >= _MOST_FOLDERS:
        raise ValueError("a photo is in a folder that there is not")


def _expect(name: str, array: NDArray[Any] | StoredColumn, kind: str, size: int) -> None:
    if array.dtype != np.dtype(f"<{kind}") or array.shape != (size,):
        raise ValueError(f"{name} is no list of {size:,} numbers of its kind")


def _expect_finite(name: str, array: NDArray[Any]) -> None:
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds what is no number")
