"""What was read of each photo of a project, kept in one file a shard of its codes.

Kept in the project's folder `explain/`, it only saves time: a file counts while the shard is what
it was made from, and nothing is lost with it. Knows nothing of what is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from insight_app.errors import KnownError, Refusal
from insight_app.files import write_whole
from insight_app.plain_arrays import read_npz
from insight_app.project.folder import CODES, EXPLAIN
from insight_app.project.results import code_store
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.code_store import Place
from insight_app.project.results.open_files import Files
from insight_app.project.results.schema import Shard
from insight_app.project.results.snapshot import Results
from insight_app.project.storage.plain_files import must_be_plain

_OF = "of"
"""The array that says what a file was made from."""


@dataclass(frozen=True, eq=False)
class ShardPart:
    """Photos (n,) of one shard, in the order of their places: ids, offsets and sizes of records.

    state: (bytes, checksum) of all that is committed of the shard, None if it is of no use any
    more, so that nothing is kept of it.
    """

    project: Path
    shard: int
    state: tuple[int, int] | None
    image: NDArray[np.int64]
    offset: NDArray[np.int64]
    size: NDArray[np.int64]

    def places(self, rows: NDArray[np.integer]) -> Iterator[tuple[int, Place]]:
        """Yield (image, place) of some of them, (n,)."""
        for row in rows.tolist():
            yield (
                int(self.image[row]),
                Place(self.shard, int(self.offset[row]), int(self.size[row])),
            )

    def kept_in(self, name: str) -> Path:
        """Return the file that keeps `name` of this shard."""
        return self.project / EXPLAIN / f"{name}-{self.shard:06d}.npz"

    def load(self, name: str, rules: Sequence[int]) -> dict[str, NDArray[Any]]:
        """Return the arrays that were kept by the same rules; {} if they are of other codes."""
        if self.state is None:
            return {}
        try:
            arrays = read_npz(self.kept_in(name))
            size, checksum, *made_by = (int(number) for number in arrays.pop(_OF))
            if made_by != list(rules):
                return {}
            is_same = (size, checksum) == self.state or (
                size < self.state[0]
                and checksum
                == code_store.checksum_of(self.project / CODES, self.shard, size)  # it has grown
            )
        except (OSError, ValueError, KeyError, KnownError):
            return {}  # it is read from the codes again
        return arrays if is_same else {}

    def save(self, name: str, rules: Sequence[int], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays for the next time, if the disk lets us."""
        if self.state is None:
            return
        whole = dict(arrays) | {_OF: np.array([*self.state, *rules], np.int64)}
        path = self.kept_in(name)
        with suppress(OSError, KnownError):
            must_be_plain(self.project)
            path.parent.mkdir(exist_ok=True)
            write_whole(path, lambda file: np.savez(file, **whole), sync=False)  # type: ignore[arg-type]

    def rows_in(self, image: NDArray[np.integer], offset: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return (n,) where each photo is among kept ones, by their (m,) ids and offsets; or -1."""
        found = np.full(self.image.size, -1, np.int64)
        if image.size:
            by_offset = np.argsort(offset)
            at = np.searchsorted(offset[by_offset], self.offset).clip(max=by_offset.size - 1)
            place = by_offset[at]
            is_there = (offset[place] == self.offset) & (image[place] == self.image)
            found[is_there] = place[is_there]
        return found


def parts(results: Results, files: Files, images: NDArray[np.integer]) -> list[ShardPart]:
    """Return the shards of photos (n,), each photo once; Refusal if one has no codes."""
    places = files.places
    ids = np.unique(images).astype(np.int64)
    inside = (ids > 0) & (ids < files.is_coded.size)
    if not inside.all() or not places["shard"][ids].all():
        raise Refusal(
            "Some of these photos have not been analyzed yet.",
            where=str(results.project),
            do="Continue or repeat the analysis.",
        )
    shards = places["shard"][ids].astype(np.int64)
    order = np.lexsort((places["offset"][ids], shards))
    ids, shards = ids[order], shards[order]
    states = _states(files)
    found = []
    for shard in np.unique(shards).tolist():
        own = ids[shards == shard]
        offset, size = (places[name][own].astype(np.int64) for name in ("offset", "bytes"))
        found.append(ShardPart(results.project, shard, states.get(shard), own, offset, size))
    return found


def tidy(files: Files, project: Path, name: str) -> None:
    """Remove what is kept as `name` of shards that the project no longer has."""
    shards = _states(files)
    with suppress(OSError):
        for path in (project / EXPLAIN).glob(f"{name}-*.npz"):
            number = path.stem.removeprefix(f"{name}-")
            if number.isdecimal() and int(number) not in shards:
                path.unlink(missing_ok=True)


def _states(files: Files) -> dict[int, tuple[int, int]]:
    with reading(files.engine) as connection:
        rows = connection.execute(select(Shard.id, Shard.bytes, Shard.checksum))
        return {int(row.id): (int(row.bytes), int(row.checksum)) for row in rows}
