"""Writing a report's file: whole or not at all, and over nothing unless somebody says so."""

from pathlib import Path

from insight_app.disk_errors import ELSEWHERE, UNCHANGED, disk_errors
from insight_app.errors import Refusal
from insight_app.exchange.registry import must_be_free
from insight_app.files import write_whole

ENDINGS = (".html", ".htm")


def named_file(path: Path) -> Path:
    """Return the file that is written: an ending is added to a name without one."""
    return path if path.suffix.lower() in ENDINGS else path.with_name(f"{path.name}.html")


def must_be_writable(path: Path, *, overwrite: bool = False) -> Path:
    """Return the file that `write` would write; Refusal where something is there already."""
    if not path.name:
        raise Refusal("A file needs a name.", where=str(path), kept="Nothing was written.")
    must_be_free(named_file(path), overwrite=overwrite)
    return named_file(path)


def write(data: bytes, path: Path, *, overwrite: bool = False) -> Path:
    """Write a page; return its file. Refusal where something is there already."""
    target = must_be_writable(path, overwrite=overwrite)
    with disk_errors("The report cannot be written", where=target, kept=UNCHANGED, do=ELSEWHERE):
        write_whole(target, lambda file: file.write(data))
    return target
