"""What a disk refuses, said in words: every OSError that a person sees goes through here.

Knows the numbers of errors and what they mean to somebody who did not ask for them; knows no file.
"""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from insight_app.errors import WorldError
from insight_app.files import NotRegular, TooBig

UNCHANGED = "What was there before is unchanged."
ELSEWHERE = "Choose a folder that exists, has room and may be written to."


def disk_error(
    error: OSError, what: str, *, where: Path | str = "", kept: str = "", do: str = ""
) -> WorldError:
    """Return a WorldError that says why `what` (a sentence without its full stop) happened.

    where: the file, if it is not the one that the error names.  do: better advice than the usual.
    """
    told = error.strerror or str(error) or type(error).__name__
    meaning, usual = _meaning(error)
    why = f": {meaning} ({told})" if meaning else f" ({told})"
    place = str(where) or str(error.filename or "")
    return WorldError(f"{what}{why}.", where=place, kept=kept, do=do or usual)


@contextmanager
def disk_errors(
    what: str, *, where: Path | str = "", kept: str = "", do: str = ""
) -> Iterator[None]:
    """Turn every OSError inside into a `disk_error`."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, what, where=where, kept=kept, do=do) from error


def must_be_possible(path: Path, what: str) -> None:
    """Raise WorldError if nothing can have this name here, `what` being a sentence without stop.

    It is empty or too long, or a part of its place is none. Whether it is taken is not asked.
    """
    if path.name in ("", ".."):
        raise WorldError(f"{what}: it needs a name.", where=str(path), do="Give it a name.")
    try:
        path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise disk_error(error, what, where=path) from error
    except ValueError as error:  # NUL, or half a character
        why = "a sign in its name cannot be in one"
        raise WorldError(f"{what}: {why}.", where=str(path), do="Choose another name.") from error


def must_be_the_worlds(error: Exception) -> WorldError | None:
    """Return an error that can be nobody's mistake (a full disk, a drive that is gone) in words.

    For the last place that an error comes to; None for one that may be our bug.
    """
    if isinstance(error, OSError) and errno.errorcode.get(error.errno or 0) in _NEVER_A_BUG:
        return disk_error(error, "A file cannot be read or written")
    return None


_NEVER_A_BUG = {
    "ENOSPC", "EDQUOT", "EROFS", "EIO", "ENXIO", "ENODEV", "ESTALE", "ETIMEDOUT", "EMFILE",
    "ENFILE", "EFBIG",
}  # fmt: skip
_FULL = "Free some space, then try again."
_IN_USE = ("another program has it open", "Close that program, then try again.")
_GONE = ("the drive does not answer", "Check that it is still connected, then try again.")
_FORBIDDEN = ("you may not use it", "Check the permissions of the file and of its folder.")
_WRONG = "Check that it is the right file."
_TOO_MANY = ("too many files are open", "Close other programs, then try again.")
_MEANINGS: Mapping[str, tuple[str, str]] = {
    "ENOSPC": ("the disk is full", _FULL),
    "EDQUOT": ("your share of the disk (quota) is full", "Delete files of yours, then try again."),
    "EACCES": _FORBIDDEN,
    "EPERM": _FORBIDDEN,
    "EROFS": ("the disk is write-protected", "Choose a place that may be written to."),
    "ENOENT": (
        "the file or its folder is not there",
        "Check the place, and that its drive is connected.",
    ),
    "ENAMETOOLONG": ("the name is too long", "Choose a shorter name."),
    "EISDIR": ("a folder has this name", "Choose another name."),
    "ENOTDIR": ("a part of its place is no folder", "Choose another place."),
    "EEXIST": ("something has this name", "Choose another name."),
    "ELOOP": ("its links lead in a circle", "Choose another place."),
    "EFBIG": (
        "it would be larger than a file may be here",
        "Choose another disk, or have the limit raised (`ulimit -f` shows it), then try again.",
    ),
    "EBUSY": _IN_USE,
    "ETXTBSY": _IN_USE,
    "EMFILE": _TOO_MANY,
    "ENFILE": _TOO_MANY,
    "EIO": _GONE,
    "ENXIO": _GONE,
    "ENODEV": _GONE,
    "ESTALE": _GONE,
    "ETIMEDOUT": _GONE,
}
_SHARING, _LOCKED = 32, 33
"""What Windows says of a file that another program has open."""


def _meaning(error: OSError) -> tuple[str, str]:
    """Return what an error means and what is usually done about it; ("", "") if unknown."""
    if isinstance(error, NotRegular):
        return f"it is {error.kind}", "Put the file itself in its place."
    if isinstance(error, TooBig):
        size, most = error.size / 1e6, error.most / 1e6
        return f"it has {size:,.0f} MB, more than the {most:,.0f} MB that are read of it", _WRONG
    if getattr(error, "winerror", None) in (_SHARING, _LOCKED):
        return _IN_USE
    return _MEANINGS.get(errno.errorcode.get(error.errno or 0, ""), ("", ""))
