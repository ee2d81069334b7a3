"""What a project says of itself beside its databases: which one it is, and that it has a log.

A log that is missing, emptied or another project's is told by it. Written at the first judgement
and now and then, so that it says how many judgements there are at least; knows no database.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from insight_app import plain_json
from insight_app.files import read_regular, write_whole
from insight_app.project.folder import MANIFEST

_FORMAT, _VERSION = "Insight project", 1
_MOST_BYTES = 1 << 16


class NotAManifest(ValueError):
    """What is there is no manifest that this Insight wrote."""


@dataclass(frozen=True)
class ProjectManifest:
    """project: its uuid.  judgements, lamport: at least so many, up to this time at least.

    head: how the log ended then (`links.Head.text`), "" where an older Insight wrote it.
    """

    project: str
    judgements: int
    lamport: int
    head: str = ""


def read(folder: Path) -> ProjectManifest | None:
    """Return the manifest of a project, None if it has none.

    NotAManifest for one that was changed by anything but Insight; OSError where the disk says no.
    """
    try:
        data = read_regular(folder / MANIFEST, _MOST_BYTES)
    except FileNotFoundError:
        return None
    try:
        found = plain_json.loads(data)
    except ValueError as error:
        raise NotAManifest("it is no JSON") from error
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise NotAManifest("it is of another format")
    checksum = found.pop("checksum", None)
    if checksum != _checksum(found):
        raise NotAManifest("it is not as it was written")
    project, judgements, lamport = (found.get(k) for k in ("project", "judgements", "lamport"))
    head = found.get("head", "")
    if not (isinstance(project, str) and isinstance(judgements, int) and isinstance(lamport, int)):
        raise NotAManifest("it lacks what it should say")
    return ProjectManifest(project, judgements, lamport, head if isinstance(head, str) else "")


def write(folder: Path, manifest: ProjectManifest) -> None:
    """Write a manifest, whole or not at all; OSError where that fails."""
    said: dict[str, object] = {"format": _FORMAT, "version": _VERSION, **vars(manifest)}
    text = json.dumps(said | {"checksum": _checksum(said)}, indent=1)

    def fill(file: BinaryIO) -> None:
        file.write(text.encode())

    write_whole(folder / MANIFEST, fill)


def _checksum(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
