"""What a generation says of every image: where its codes lie, its folder, its status, its order.

The only place that reads all rows of the image table, a page at a time. Knows nothing of counts.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select, text

from insight_app.project.results.schema import Folder, Image, Status

_PAGE = 10_000
ALL_IMAGES = select(Image.id, Image.folder_id, Image.status, Image.shard, Image.offset, Image.bytes)
IN_ORDER = select(Image.id).where(Image.status != 4).order_by(Image.folder_id, Image.name)

LEFT_OUT = select(Image.id).where(text("left_out > 0"))


def published_places(connection: Connection) -> dict[str, NDArray[Any]]:
    """Return arrays by image_id (row 0 is nobody): shard, offset, bytes, folder, status (size,);
    and order (listed,), the ids of the images that are listed, by path.
    """
    size = int(connection.execute(select(func.max(Image.id))).scalar() or 0) + 1
    places: dict[str, NDArray[Any]] = {
        "shard": np.zeros(size, np.uint32),
        "offset": np.zeros(size, np.int64),
        "bytes": np.zeros(size, np.uint32),
        "folder": np.zeros(size, np.uint32),
        "status": np.full(size, int(Status.CHANGED), np.uint8),
    }
    for rows in connection.execute(ALL_IMAGES.execution_options(yield_per=_PAGE)).partitions():
        ids = [row[0] for row in rows]
        for at, name in enumerate(("folder", "status", "shard", "offset", "bytes"), 1):
            places[name][ids] = [row[at] or 0 for row in rows]
    is_out = _are_removed(connection, places)
    places["status"][is_out] = int(Status.REMOVED)
    left_out = list(connection.execute(LEFT_OUT).scalars())
    places["status"][left_out] = int(Status.CHANGED)  # as if they were not there
    is_out[left_out] = True
    places["order"] = _in_path_order(connection, places["folder"], is_out)
    return places


def _are_removed(connection: Connection, places: dict[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Return (size,) whether an image lies in a folder that was taken out."""
    removed = list(connection.execute(select(Folder.id).where(Folder.is_removed)).scalars())
    is_out: NDArray[np.bool_] = np.isin(places["folder"], removed)
    is_out &= places["status"] != int(Status.CHANGED)
    return is_out


def _in_path_order(
    connection: Connection, folder_of: NDArray[np.uint32], is_out: NDArray[np.bool_]
) -> NDArray[np.int32]:
    by_name = np.fromiter(connection.execute(IN_ORDER).scalars(), np.int64)
    by_name = by_name[~is_out[by_name]]
    folders = connection.execute(select(Folder.id).order_by(Folder.source_id, Folder.path))
    rank = np.zeros(int(folder_of.max(initial=0)) + 1, np.int64)
    for position, folder in enumerate(folders.scalars()):
        if folder < rank.size:
            rank[folder] = position
    return by_name[np.argsort(rank[folder_of[by_name]], kind="stable")].astype(np.int32)
