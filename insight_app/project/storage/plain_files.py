"""A project is made of plain files and folders, or it is refused: it may come from a stranger.

A link in the place of one of its files would have us read or overwrite any file of the person who
opens it; a pipe or a device would hold us up for ever. Standard library only. Knows the names of a
project and nothing of what the files hold.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from insight_app.disk_errors import disk_errors
from insight_app.errors import Refusal
from insight_app.files import kind_of_file
from insight_app.project.folder import FILES, FOLDERS

DATABASE_ENDS = ("", "-journal", "-wal", "-shm")
"""What SQLite opens beside a database."""
_DEEPEST = 4
"""Folders inside each other: nothing of ours lies deeper."""
_JUNCTION: int = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)
"""How Windows marks a folder that leads elsewhere."""
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")


class NotPlain(Refusal):
    """Refuse what stands in the place of a project's file or folder."""

    def __init__(self, path: Path, kind: str) -> None:
        leads = "Insight follows no link in a project, as it could lead to any file of yours. "
        why = leads if "link" in kind else ""
        super().__init__(
            f"This is {kind} where a project may only have files and folders of its own.",
            where=str(path),
            kept="Nothing was changed.",
            do=f"{why}Put the file or folder itself in its place; if you did not make this, delete "
            "it.",
        )


def must_be_plain(folder: Path) -> None:
    """Raise NotPlain for the first thing of a project that is no file and no folder.

    The project's folder itself may be reached through links.
    """
    with disk_errors("This folder cannot be read", where=folder):
        for path, kind in odd_ones(folder):
            raise NotPlain(path, kind)


def odd_ones(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield what of a project is no file and no folder, with what it is: "a link", "a pipe", ..."""
    todo = []
    with os.scandir(folder) as found:
        for entry in found:
            name = entry.name.casefold()
            if name in FOLDERS or name.startswith(FILES):
                todo.append((Path(entry.path), _kind(entry), 1))
    while todo:
        path, kind, depth = todo.pop()
        if kind not in ("a file", "a folder"):
            yield path, kind
        elif kind == "a folder" and depth < _DEEPEST:
            with suppress(OSError), os.scandir(path) as found:  # who opens it is told the reason
                todo += [(Path(entry.path), _kind(entry), depth + 1) for entry in found]


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_file(follow_symlinks=False):
        return "a file"
    if os.name == "posix" and entry.is_dir(follow_symlinks=False):
        return "a folder"
    return _kind_of(entry.stat(follow_symlinks=False))


def _kind_of(status: os.stat_result) -> str:
    is_junction = getattr(status, "st_reparse_tag", 0) == _JUNCTION
    return "a link" if is_junction else kind_of_file(status.st_mode)


def must_be_a_plain_database(path: Path, *, to_write: bool) -> None:
    """Raise Refusal unless SQLite may open `path`, which need not be there.

    It follows links, waits for pipes, writes into what has other names, and deletes the file that
    a journal names as the one of several databases.
    """
    for end in DATABASE_ENDS:
        beside = path.with_name(path.name + end)
        try:
            status = beside.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return  # SQLite says why
        if not stat.S_ISREG(status.st_mode):
            raise NotPlain(beside, _kind_of(status))
        if status.st_nlink > 1 and (to_write or end == "-shm"):  # readers write there too
            raise shared(beside)
        if end == "-journal" and _names_another(beside, status.st_size):
            raise Refusal(
                "This unfinished write is not of Insight: it names another file.",
                where=str(beside),
                kept="Nothing was changed.",
                do="If you did not make this, delete it.",
            )


def _names_another(journal: Path, size: int) -> bool:
    """Return whether a journal ends in the name of a super-journal, which SQLite would delete."""
    if size < len(_JOURNAL_MAGIC) + 8:
        return False
    try:
        with journal.open("rb") as file:  # SQLite locks databases, not journals
            file.seek(-16, os.SEEK_END)
            length, end = file.read(4), file.read(12)[4:]
    except OSError:
        return False  # SQLite cannot read it either
    return end == _JOURNAL_MAGIC and any(length)


def is_shared(path: Path) -> bool:
    """Return whether a file has other names too, as hard links are."""
    with suppress(OSError):
        return path.lstat().st_nlink > 1 and path.is_file()
    return False


def shared(path: Path) -> Refusal:
    """Return the refusal to write into a file that has other names too."""
    return Refusal(
        "This file has a second name elsewhere (a hard link): what is written here would change "
        "the other one too.",
        where=str(path),
        kept="Nothing was changed.",
        do="Copy the project's folder, file by file, and work with the copy.",
    )
