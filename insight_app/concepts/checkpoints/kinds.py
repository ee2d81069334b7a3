"""What a file is, told by its first bytes: weights that are read, or something else by its name."""

import re
from dataclasses import dataclass
from typing import Literal

Format = Literal["zip", "safetensors", "pickle", "json", "other"]


@dataclass(frozen=True)
class FileKind:
    """How a file is read; what: what it is, if it holds no weights that are read here."""

    format: Format
    what: str = ""
    do: str = ""


_EXPORT = (
    "Save the weights from the program that trained them: torch.save(model.state_dict(), FILE)"
)
_UNPACK = "Unpack it first."
_DOWNLOAD = "Download the file itself (`git lfs pull`, or the download button of the page)."

_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"GGUF", "a GGUF file (llama.cpp)", _EXPORT),
    (b"ggml", "a GGML file (llama.cpp)", _EXPORT),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file (Keras, .h5)", _EXPORT),
    (b"\x93NUMPY", "a single array of numpy (.npy)", _EXPORT),
    (b"\x1f\x8b", "packed with gzip", _UNPACK),
    (b"BZh", "packed with bzip2", _UNPACK),
    (b"\xfd7zXZ\x00", "packed with xz", _UNPACK),
    (b"(\xb5/\xfd", "packed with zstd", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"version https://git-lfs", "a placeholder of Git LFS, not the file itself", _DOWNLOAD),
    (b"%PDF", "a PDF document", ""),
    (b"\x89PNG", "a picture (PNG)", ""),
    (b"\xff\xd8\xff", "a picture (JPEG)", ""),
    (b"SQLite format 3", "a database (SQLite)", ""),
    (b"PAR1", "a table (Parquet)", ""),
    (b"\x7fELF", "a program", ""),
    (b"MZ", "a program", ""),
)
_NPZ = FileKind("other", "an archive of numpy's arrays (.npz)", _EXPORT)
_TAR = FileKind("other", "a tar archive", _UNPACK)
_ONNX = FileKind("other", "an ONNX model", _EXPORT)
_TEXT_PICKLE = re.compile(r"\(?(c[\w.]+\n[\w.]+\n|\(?[dlt]p?\d*\n|\(?[dl])")
_FLATBUFFERS = {b"TFL3": "a TensorFlow Lite model"}


def kind_of(start: bytes) -> FileKind:
    """Return what a file is whose first bytes (up to 4,096) are `start`."""
    if not start:
        return FileKind("pickle")
    for magic, what, do in _OTHERS:
        if start.startswith(magic):
            return FileKind("other", what, do)
    if start.startswith(b"PK"):
        name = start[30 : 30 + int.from_bytes(start[26:28], "little")]
        return _NPZ if name.endswith(b".npy") else FileKind("zip")
    # First the length of the header, which may begin as a pickle does.
    is_length = not any(start[5:8])
    if start[8:9] == b"{" and (is_length or start[:1] != b"\x80"):
        return FileKind("safetensors")
    if start[8:9] == b"[" and is_length:
        return FileKind("safetensors")  # damaged, and no pickle
    if start[4:8] in _FLATBUFFERS:
        return FileKind("other", _FLATBUFFERS[start[4:8]], _EXPORT)
    if start[257:262] == b"ustar":
        return _TAR
    if start[:1] == b"\x80" and 2 <= start[1] <= 5:
        return FileKind("pickle")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        return FileKind("json", "JSON, settings or text")
    lower = text[:400].lower()
    if text[:1] == b"<" and (b"<html" in lower or b"<!doctype" in lower or b"<?xml" in lower):
        page = "a web page (HTML or XML), perhaps an error or a page to sign in"
        return FileKind("other", page, "Download the file itself.")
    if start[:1] == b"\x08" and (b"onnx" in lower or b"pytorch" in lower or start[2:3] == b"\x12"):
        return _ONNX
    if _is_text(start):
        return FileKind("other", "a text", "Choose the file with the weights.")
    return FileKind("pickle")


def _is_text(start: bytes) -> bool:
    """Return whether it reads like words; the oldest pickles are text too."""
    try:
        text = start[:1024].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < 1000:
            return False
        text = start[: error.start].decode("utf-8")
    return not _TEXT_PICKLE.match(text) and all(c.isprintable() or c in "\r\n\t" for c in text)
