"""Why something in a folder of photos is not taken, in words, and how much it matters.

Knows no files: `walking` finds out which reason holds.
"""

import errno
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from insight_app.disk_errors import disk_error
from insight_app.files import kind_of_file
from insight_app.project.photos.formats import ImageKind


class Grade(IntEnum):
    """How much it matters that something is not taken; the values are stored."""

    TROUBLE = 0
    """Listed by itself: there is something to be mended."""
    NOT_TAKEN = 1
    """Counted by kind: pictures that Insight does not read."""
    PASSED_OVER = 2
    """Counted by kind, and nobody need care."""


@dataclass(frozen=True)
class Reason:
    """Why a file or folder is not taken: what is the matter, what to do.

    kind: what one of them is called where they are counted together; '' = each is listed by itself.
    """

    what: str
    do: str = ""
    kind: str = ""
    grade: Grade = Grade.TROUBLE


def _passed_over(what: str, kind: str, do: str = "") -> Reason:
    return Reason(what, do, kind, Grade.PASSED_OVER)


HIDDEN_FOLDER = _passed_over("Nothing hidden is taken.", "hidden folder")
HIDDEN_FILE = _passed_over("Nothing hidden is taken.", "hidden file")
APPLE_DOUBLE = _passed_over(
    "macOS keeps notes of other files in them (._NAME).", "AppleDouble file"
)
SYSTEM_FOLDER = _passed_over(
    "Photo servers and macOS keep thumbnails and notes in @eaDir and __MACOSX.", "system folder"
)
PROJECT = _passed_over("A project holds no photos.", "Insight project")
SAME = _passed_over(
    "The same photo or folder is met elsewhere, by another name or without a link.", "second name"
)
LINK_ABOVE = _passed_over("It leads to a folder that it lies in itself.", "circular link")
LINK_TO_SYSTEM = Reason(
    "The link leads to files of the system, not to photos.", "Remove the link, or let it be."
)
BROKEN_LINK = Reason(
    "The link leads to nothing.", "Bring back what it leads to, or remove the link."
)
LINK_CIRCLE = Reason("The link leads in a circle.", "Remove the link.")
FORBIDDEN = Reason("You may not read it.", "Check the permissions of the file and of its folder.")
NO_ENTRY = Reason(
    "You may not read the files in this folder.", "Check the permissions of the folder."
)
TOO_LONG = Reason(
    "Its path is too long to be opened.", "Shorten the names of the folders that it lies in."
)
NOT_TEXT = Reason("The file's name is not valid text.", "Rename the file, then analyze again.")
FOLDER_NOT_TEXT = Reason(
    "The folder's name is not valid text: nothing in it is taken.",
    "Rename the folder, then analyze again.",
)
SET_ASIDE = Reason(
    "Their names say that they are backups, thumbnails or unfinished downloads.",
    "Give them a picture's suffix to have them read.",
    "set-aside picture",
    Grade.NOT_TAKEN,
)
NO_PICTURE_INSIDE = Reason(
    "Their names are like a picture's, but no kind of picture is recognized in them.",
    "Convert them to JPEG or PNG if they are pictures.",
    "oddly named file",
    Grade.NOT_TAKEN,
)
ARCHIVE = Reason(
    "Photos in archives are not read.", "Unpack them if they hold photos.", "archive",
    Grade.NOT_TAKEN,
)  # fmt: skip


@cache
def not_read(kind: ImageKind) -> Reason:
    """Return why files of a kind that is not read are not taken."""
    what = "Files of this kind are not read."
    return Reason(what, kind.help, f"{kind.name} file", Grade.NOT_TAKEN)


def no_file(mode: int) -> Reason:
    """Return why something that is no file is not taken; mode: of its `os.stat_result`."""
    return Reason(f"This is {kind_of_file(mode)}, not a file.")


def of_error(error: OSError, *, is_link: bool) -> Reason | None:
    """Return why a file cannot be looked at; None for one that is gone meanwhile."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return BROKEN_LINK if is_link else None
    known = {errno.ELOOP: LINK_CIRCLE, errno.EACCES: FORBIDDEN, errno.ENAMETOOLONG: TOO_LONG}
    return known.get(error.errno or 0) or Reason(disk_error(error, "It cannot be read").what)
