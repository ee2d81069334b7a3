"""Telling what a file in a folder of photos is: a photo, a picture that is not taken, or neither.

The name tells it; only where it does not, the first bytes do. Opens no picture.
"""

import os
import re
from typing import Literal

from insight_app.project.photos import formats, reasons
from insight_app.project.photos.reasons import Reason

Verdict = Reason | Literal["photo", "no picture"]


def _suffixes(names: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in names.split())


_ARCHIVES = _suffixes("zip rar 7z tar tgz gz bz2 xz zst cbz cbr iso dmg")
_SET_ASIDE = _suffixes(
    "bak backup old orig original tmp temp part partial crdownload download swp thm thumb"
)
_NO_PICTURE = _suffixes(
    "txt md rst log csv tsv json jsonl geojson xml xmp html htm css js yaml yml toml ini cfg conf "
    "py pyc ipynb r m sh bat ps1 c h cpp java ts doc docx odt rtf xls xlsx ods ppt pptx odp pages "
    "numbers key tex bib eml msg db sqlite sqlite3 mdb dbf shp shx prj cpg kml kmz gpx tfw jgw pgw "
    "wld aae pp3 dop lrcat cos mp3 wav flac m4a aac ogg opus wma mid srt vtt exe dll so dylib msi "
    "app deb rpm pt pth ckpt safetensors onnx pkl pickle joblib ttf otf woff woff2 url lnk desktop "
    "webloc md5 sha1 sha256 sfv torrent lock icc icm cube plist parquet feather arrow tfrecord"
)
"""Suffixes of files that nobody takes for a picture: they are not looked into."""
_INNER_SUFFIX = re.compile(r"\.[0-9a-z]+")
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def tell(place: str, name: str) -> Verdict:
    """Return what a regular file is; place: where it is, name: what it is called there."""
    suffix = suffix_of(name)
    kind = formats.of_suffix(suffix)
    if name.startswith("."):
        if kind is None or suffix == name:
            return "no picture"
        return reasons.APPLE_DOUBLE if name.startswith("._") else reasons.HIDDEN_FILE
    if kind is None:
        if suffix in _NO_PICTURE:
            return "no picture"
        if suffix in _ARCHIVES:
            packed = formats.of_suffix(suffix_of(name.removesuffix(suffix)))  # scan.nii.gz
            return reasons.ARCHIVE if packed is None else reasons.not_read(packed)
        return _by_content(place, name, suffix)
    if kind is formats.DICOM:  # so are reports called too
        document = reasons.not_read(formats.DICOM_DOCUMENT)
        return document if _by_content(place, name, suffix) == document else _taken(name)
    return _taken(name) if kind.is_read else reasons.not_read(kind)


def may_be_picture(name: str) -> bool:
    """Return whether a file of this name may be a picture, for all that its name says."""
    return suffix_of(name) not in _NO_PICTURE and not name.startswith(".")


def is_like_picture(name: str) -> bool:
    """Return whether a picture's suffix is part of a name: a.jpg, a.JPG_large, a.jpg.bak."""
    inner = (formats.of_suffix(suffix) for suffix in _INNER_SUFFIX.findall(name.lower()))
    return any(kind is not None and kind.is_read for kind in inner)


def suffix_of(name: str) -> str:
    """Return what follows the last dot, with it, in small letters; '' without a dot."""
    _, dot, suffix = name.rpartition(".")
    return (dot + suffix).lower() if dot else ""


def is_text(name: str) -> bool:
    """Return whether a file name is valid text; on some systems names are mere bytes."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def escaped(name: str) -> str:
    r"""Return a name as text, whatever bytes it is made of: those that are none as \\xff."""
    return name if is_text(name) else os.fsencode(name).decode("utf-8", "backslashreplace")


def _taken(name: str) -> Verdict:
    return "photo" if is_text(name) else reasons.NOT_TEXT


def _by_content(place: str, name: str, suffix: str) -> Verdict:
    """Tell by the first bytes what a file is whose suffix says nothing."""
    try:
        head = _head(place)
    except OSError as error:
        why = reasons.of_error(error, is_link=False)
        return why if why is not None and is_like_picture(name) else "no picture"
    kind = formats.of_content(head)
    if kind is None:
        return reasons.NO_PICTURE_INSIDE if is_like_picture(name) else "no picture"
    if not kind.is_read:
        return reasons.not_read(kind)
    if suffix in _SET_ASIDE or name.endswith("~"):
        return reasons.SET_ASIDE
    return _taken(name)


def _head(place: str) -> bytes:
    """Return the first bytes of a file; it is not waited for if a pipe took its place."""
    file = os.open(place, os.O_RDONLY | _AT_ONCE)
    try:
        return os.read(file, formats.HEAD)
    finally:
        os.close(file)
