"""Errors that a person is shown in plain words, in two kinds; every other exception is our bug.

WorldError: the world's fault (a full disk, a file in use, a drive that is gone, damaged bytes). The
same thing may succeed later, so that who asked may keep it and try again.
Refusal: what was asked cannot be done as things stand (a circle in the hierarchy, a folder that is
no project, a file of a newer version). Asking again changes nothing.
"""

from typing import ClassVar


class KnownError(Exception):
    """Something that can happen to anybody, said so that they can act on it.

    Catch it to treat both kinds alike; raise one of the two below.

    what: one sentence, what happened.  where: the file or concept it concerns ("" if none).
    kept: what is safe ("" if nothing was at risk).  do: what to do next ("" if nothing).
    """

    fault: ClassVar[str] = ""
    """A word for the kind: a key of FAULTS."""

    def __init__(self, what: str, *, where: str = "", kept: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.kept = kept
        self.do = do

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return " ".join(part for part in (head, self.kept, self.do) if part)


class WorldError(KnownError):
    """The world's fault: the same thing may succeed once the world has changed."""

    fault = "world"


class Refusal(KnownError):
    """What was asked cannot be done: something else must be asked."""

    fault = "refusal"


FAULTS: dict[str, type[KnownError]] = {kind.fault: kind for kind in (WorldError, Refusal)}
"""The kind of an error by its word, as it travels from the worker to the window."""
