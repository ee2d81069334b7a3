"""The one kind of error that a person is shown in plain words.

A KnownError is the world's fault (a full disk, a broken photo, a wrong file) and carries what a
person needs; every other exception is a bug of ours and is reported with its trace.
"""


class KnownError(Exception):
    """Something that can happen to anybody, said so that they can act on it.

    what: one sentence, what happened.  where: the file or concept it concerns ("" if none).
    kept: what is safe ("" if nothing was at risk).  do: what to do next ("" if nothing).
    """

    def __init__(self, what: str, *, where: str = "", kept: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.kept = kept
        self.do = do

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return " ".join(part for part in (head, self.kept, self.do) if part)
