"""One image's codes as a compressed record, with what is kept beside them.

Record = header (magic, image, checksum, cells, size of pooled, sizes of both parts), codes (zlib;
byte planes of counts, steps between indices, values), notes (zlib; see Notes: three runs of numbers
in half precision, which every Insight reads, then sections). Little-endian. Knows nothing of where
records lie.
"""

import struct
import zlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts import near_misses
from insight_app.concepts.codes import Codes
from insight_app.concepts.near_misses import NearMisses
from insight_app.errors import WorldError

_RECORD = struct.Struct("<4sIIIIII")
_MAGIC = b"CODE"
HEADER_SIZE = _RECORD.size
MOST_BYTES = 64 << 20
"""A record has less, packed and unpacked; its sizes are of a file that may be anybody's."""
_SECTION = struct.Struct("<BI")
"""Kind and size of what follows the numbers in half precision; unknown kinds are skipped."""
_NEAR, _FEATURES, _CONTROLS, _CLASSES, _MEASURES = 1, 2, 3, 4, 5


@dataclass(frozen=True, eq=False)
class Notes:
    """Hold what is kept of an image beside its codes.

    unexplained: (cells,) share of each token's energy that its codes leave unexplained;
    norms: (cells,) length of each token; pooled: (D,) mean token, empty where not kept.

    All else is empty in records of an older Insight, and where the encoder tells nothing of it.
    near: the concepts that are nearly active in each cell; features: (256,) the direction of its
    features of another layer; controls: (64,) its strongest cell along random directions of token
    space (both see `random_directions`); classes (n,), logits (n,): the strongest classes of its
    mean cell, the mean of all classes taken off; measures: (4,) those of `photo_measures`.
    """

    unexplained: NDArray[np.float16]
    norms: NDArray[np.float16]
    pooled: NDArray[np.float16]
    near: NearMisses = field(default_factory=near_misses.unknown)
    features: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))
    controls: NDArray[np.float16] = field(default_factory=lambda: np.zeros(0, np.float16))
    classes: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, np.uint16))
    logits: NDArray[np.float16] = field(default_factory=lambda: np.zeros(0, np.float16))
    measures: NDArray[np.float16] = field(default_factory=lambda: np.zeros(0, np.float16))


def _planes(values: NDArray[np.uint16]) -> bytes:
    """Return low bytes, then high bytes: equal bytes side by side compress better."""
    little = np.ascontiguousarray(values, dtype="<u2").view(np.uint8).reshape(-1, 2)
    return little.T.tobytes()


def _from_planes(data: memoryview, size: int) -> NDArray[np.uint16]:
    pairs = np.frombuffer(data, np.uint8, 2 * size).reshape(2, size).T
    return np.ascontiguousarray(pairs).view("<u2").reshape(size).astype(np.uint16, copy=False)


def _steps(indices: NDArray[np.uint16], indptr: NDArray[np.int64]) -> NDArray[np.uint16]:
    """Return the steps from one index to the next: indices ascend in a row, so these are small."""
    steps = np.diff(indices, prepend=np.uint16(0))
    first = indptr[:-1][np.diff(indptr) > 0]
    steps[first] = indices[first]
    return steps


def _from_steps(steps: NDArray[np.uint16], indptr: NDArray[np.int64]) -> NDArray[np.uint16]:
    summed = np.cumsum(steps, dtype=np.int64)
    before = np.concatenate(([0], summed))[indptr[:-1]]
    indices: NDArray[np.int64] = summed - np.repeat(before, np.diff(indptr))
    return indices.astype(np.uint16)


def _sections(notes: Notes) -> bytes:
    """Return all that came later than the first three of the notes, as far as it is there."""
    near = notes.near
    found = {
        _NEAR: _planes(np.diff(near.indptr).astype(np.uint16))
        + _planes(_steps(near.indices, near.indptr)),
        _FEATURES: notes.features.tobytes(),
        _CONTROLS: _planes(notes.controls.view(np.uint16)),
        _CLASSES: _planes(np.concatenate([notes.classes, notes.logits.view(np.uint16)])),
        _MEASURES: _planes(notes.measures.view(np.uint16)),
    }
    return b"".join(_SECTION.pack(kind, len(data)) + data for kind, data in found.items() if data)


def _split(data: memoryview) -> dict[int, memoryview]:
    """Return the sections in what follows the first three of the notes; ValueError if it is cut."""
    found: dict[int, memoryview] = {}
    while data:
        if len(data) < _SECTION.size:
            raise ValueError("a section of notes is cut off")
        kind, size = _SECTION.unpack_from(data)
        end = _SECTION.size + size
        if len(data) < end:
            raise ValueError("a section of notes is cut off")
        found[kind], data = data[_SECTION.size : end], data[end:]
    return found


def _all_planes(data: memoryview) -> NDArray[np.uint16]:
    return _from_planes(data, len(data) // 2)


def pack(image: int, codes: Codes, notes: Notes) -> bytes:
    """Return the record of one image as bytes."""
    counts = np.diff(codes.indptr).astype(np.uint16)
    steps = _steps(codes.indices, codes.indptr)
    raw = _planes(counts) + _planes(steps) + _planes(codes.stored.view(np.uint16))
    body = zlib.compress(raw, 6)
    half = np.concatenate([notes.unexplained, notes.norms, notes.pooled]).astype(np.float16)
    extra = zlib.compress(_planes(half.view(np.uint16)) + _sections(notes), 6)
    sizes = (codes.cells, notes.pooled.size, len(body), len(extra))
    check = zlib.crc32(extra, zlib.crc32(body, zlib.crc32(struct.pack("<5I", image, *sizes))))
    return _RECORD.pack(_MAGIC, image, check, *sizes) + body + extra


@dataclass(frozen=True, eq=False)
class Record:
    """Hold a record as read: checked already, decompressed when asked."""

    image: int
    cells: int
    concepts: int
    _pooled: int
    _body: bytes
    _extra: bytes

    def codes(self) -> Codes:
        """Return the codes of the image."""
        raw = self._unpacked(self._body, least=2 * self.cells)
        counts = _from_planes(raw, self.cells)
        indptr = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        entries = int(indptr[-1])
        if len(raw) != 2 * self.cells + 4 * entries:
            raise self._wrong()
        start = 2 * self.cells
        indices = _from_steps(_from_planes(raw[start:], entries), indptr)
        values = _from_planes(raw[start + 2 * entries :], entries).view(np.float16)
        return Codes(indptr, indices, values, self.concepts)

    def notes(self) -> Notes:
        """Return what is kept beside the codes."""
        size = 2 * self.cells + self._pooled
        raw = self._unpacked(self._extra, least=2 * size)
        half = _from_planes(raw, size).view(np.float16)
        first = half[: self.cells], half[self.cells : 2 * self.cells], half[2 * self.cells :]
        try:
            found, nothing = _split(raw[2 * size :]), memoryview(b"")
            of_classes = _all_planes(found.get(_CLASSES, nothing)).reshape(2, -1)
            return Notes(
                *first,
                near=self._near(found[_NEAR]) if _NEAR in found else near_misses.unknown(),
                features=np.frombuffer(found.get(_FEATURES, nothing), np.int8),
                controls=_all_planes(found.get(_CONTROLS, nothing)).view(np.float16),
                classes=of_classes[0],
                logits=of_classes[1].view(np.float16),
                measures=_all_planes(found.get(_MEASURES, nothing)).view(np.float16),
            )
        except ValueError as error:
            raise self._wrong() from error

    def _near(self, data: memoryview) -> NearMisses:
        counts = _from_planes(data, self.cells)
        indptr = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        steps = _all_planes(data[2 * self.cells :])
        if steps.size != indptr[-1]:
            raise ValueError("near misses have the wrong length")
        return NearMisses(indptr, _from_steps(steps, indptr))

    def _unpacked(self, packed: bytes, least: int) -> memoryview:
        """Return what was packed; WorldError for less than `least` or more than a record has."""
        try:
            raw = zlib.decompressobj().decompress(packed, MOST_BYTES)
        except zlib.error as error:
            raise self._wrong() from error
        if not least <= len(raw) < MOST_BYTES:
            raise self._wrong()
        return memoryview(raw)

    def _wrong(self) -> WorldError:
        return WorldError(f"The codes of image {self.image} have the wrong length.")


def size_after(header: bytes) -> int:
    """Return how many bytes follow the header of a record."""
    *_, body_size, extra_size = _RECORD.unpack(header)
    return int(body_size + extra_size)


def unpack(data: bytes, concepts: int, where: str = "", owner: int | None = None) -> Record:
    """Return the record in `data`; WorldError where its checksum does not fit.

    owner: the image that it must be of, None = any.
    """
    damaged = WorldError(
        "A record of codes is damaged.",
        where=where,
        do="Run `insight-app check PROJECT --repair`, then analyze again.",
    )
    if not HEADER_SIZE <= len(data) <= MOST_BYTES:
        raise damaged
    magic, image, check, cells, pooled, body_size, extra_size = _RECORD.unpack_from(data)
    if magic != _MAGIC or len(data) != HEADER_SIZE + body_size + extra_size:
        raise damaged
    sizes = struct.pack("<5I", image, cells, pooled, body_size, extra_size)
    if zlib.crc32(data[HEADER_SIZE:], zlib.crc32(sizes)) != check:
        raise damaged
    if owner not in (None, image):
        raise damaged
    body = data[HEADER_SIZE : HEADER_SIZE + body_size]
    return Record(image, cells, concepts, pooled, body, data[HEADER_SIZE + body_size :])
