"""Things that nothing may touch: what a hostile file would like to have written, read or run."""

import hashlib
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

RAN = "ran"
"""A file of this name means that somebody else's code ran."""

MOST = 1 << 26
"""Larger files are told by size and time alone."""


class Decoys:
    """A tree beside the cases; `programs` comes first in PATH."""

    def __init__(self, root: Path) -> None:
        self.root = root / "decoys"
        self.programs = root / "programs"
        self._make()

    def _make(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        (self.root / "folder").mkdir(parents=True)
        (self.root / "letter.txt").write_text("Dear Ada,\nnobody may change this.\n" * 20, "utf-8")
        (self.root / "empty").touch()
        (self.root / "settings.json").write_text('{"theme": "dark"}', "utf-8")
        (self.root / "folder" / "notes.jsonl").write_text('{"note": 1}\n', "utf-8")
        with closing(sqlite3.connect(self.root / "other.sqlite")) as other, other:
            other.execute("CREATE TABLE t(x)")
        self.programs.mkdir(exist_ok=True)
        for name in ("gs", "convert", "dcraw", "xdg-open", "sh-decoy"):
            program = self.programs / name
            program.write_text(f"#!/bin/sh\n: > '{self.root / RAN}'\n", "utf-8")
            program.chmod(0o755)
        self._digest = digest(self.root)

    def harm(self) -> str:
        """What was done to them, '' where nothing; they are made anew then."""
        now = digest(self.root)
        if now == self._digest:
            return ""
        changed = sorted(
            name for name in now.keys() | self._digest.keys()
            if now.get(name) != self._digest.get(name)
        )  # fmt: skip
        self._make()
        return "somebody else's code ran" if RAN in changed else f"changed outside: {changed}"


def digest(folder: Path) -> dict[str, str]:
    """Every name below a folder with its kind, mode and content; links and pipes are not opened."""
    found = {}
    for where, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(where) / name
            about = path.lstat()
            text = f"{stat.S_IFMT(about.st_mode):o} {stat.S_IMODE(about.st_mode):o} "
            if path.is_symlink():
                text += str(path.readlink())
            elif stat.S_ISREG(about.st_mode):
                text += f"{about.st_mtime_ns} {about.st_size} "
                if about.st_size < MOST:
                    text += hashlib.blake2b(path.read_bytes()).hexdigest()
            relative = os.fsencode(path.relative_to(folder))
            found[relative.decode("utf-8", "backslashreplace")] = text
    return found
