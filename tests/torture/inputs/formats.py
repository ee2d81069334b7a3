"""PNG and TIFF byte by byte: what no library would write, too."""

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ImageCms


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    pixels: NDArray[Any],
    colour: int,
    depth: int,
    *before: bytes,
    end: bool = True,
    more: bytes = b"",
) -> bytes:
    """colour: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA; before: chunks before IDAT."""
    rows = pixels.astype(">u2" if depth == 16 else np.uint8)
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], depth, colour, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head), *before,
             chunk(b"IDAT", zlib.compress(lines)), more]  # fmt: skip
    return b"".join(parts) + (chunk(b"IEND", b"") if end else b"")


def exchanged_profile() -> bytes:
    """sRGB with the colours of red and blue exchanged: who manages colours sees it."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    names = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}
    for at in range(132, 132 + 12 * struct.unpack(">I", data[128:132])[0], 12):
        name = bytes(data[at : at + 4])
        data[at : at + 4] = names.get(name, name)
    return bytes(data)


# ---- TIFF, tag by tag


def tiff(
    planes: list[NDArray[Any]], photometric: int, *, planar: bool = False, big: bool = False,
    extra: tuple[int, ...] = (), pages: int = 1, deflate: bool = False, **tags: int,
) -> bytes:  # fmt: skip
    """A TIFF of one strip a plane; planes: channels (h, w) of one dtype."""
    order = ">" if big else "<"
    h, w = planes[0].shape
    kind = planes[0].dtype.newbyteorder(order)
    bits = planes[0].dtype.itemsize * 8
    sample_format = 3 if planes[0].dtype.kind == "f" else 1
    body = b""
    strips = [p.astype(kind).tobytes() for p in planes] if planar else [
        np.stack(planes, -1).astype(kind).tobytes()
    ]  # fmt: skip
    if deflate:
        strips = [zlib.compress(strip) for strip in strips]
    places = []
    for strip in strips:
        places.append(8 + len(body))
        body += strip
    n = len(planes)
    entries: list[tuple[int, str, tuple[int, ...]]] = [
        (256, "I", (w,)), (257, "I", (h,)), (258, "H", (bits,) * n),
        (259, "H", (8 if deflate else 1,)),
        (262, "H", (photometric,)), (273, "I", tuple(places)), (277, "H", (n,)), (278, "I", (h,)),
        (279, "I", tuple(map(len, strips))), (284, "H", (2 if planar else 1,)),
        (339, "H", (sample_format,) * n),
    ]  # fmt: skip
    if extra:
        entries.append((338, "H", extra))
    entries += [(int(name[1:]), "I", (value,)) for name, value in tags.items()]
    start = 8 + len(body)
    found = b""
    for page in range(pages):
        found += _directory(order, sorted(entries), start + len(found), is_last=page == pages - 1)
    return struct.pack(f"{order}2sHI", b"MM" if big else b"II", 42, start) + body + found


def _directory(
    order: str, entries: list[tuple[int, str, tuple[int, ...]]], at: int, *, is_last: bool
) -> bytes:
    room = at + 2 + 12 * len(entries) + 4
    head, tail = struct.pack(f"{order}H", len(entries)), b""
    for tag, kind, values in entries:
        packed = struct.pack(f"{order}{len(values)}{kind}", *values)
        head += struct.pack(f"{order}HHI", tag, 3 if kind == "H" else 4, len(values))
        if len(packed) <= 4:
            head += packed.ljust(4, b"\0")
        else:
            head += struct.pack(f"{order}I", room + len(tail))
            tail += packed
    return head + struct.pack(f"{order}I", 0 if is_last else room + len(tail)) + tail
