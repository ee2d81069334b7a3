"""Warning of folders where SQLite's locks do not hold: network drives and synced folders.

Only looks at names and at what is mounted; a guess, to be told to a person, never to act upon.
"""

import sys
from collections.abc import Iterable
from pathlib import Path, PurePath

import psutil

_NETWORK = {
    "afpfs", "afs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.gvfsd-fuse", "fuse.rclone",
    "fuse.sshfs", "glusterfs", "lustre", "macfuse", "ncpfs", "nfs", "nfs4", "osxfuse", "smb2",
    "smb3", "smbfs", "vboxsf", "webdav",
}  # fmt: skip
"""Kinds of file systems on Linux and macOS."""
_SYNCED = (
    "dropbox", "google drive", "googledrive", "icloud", "nextcloud", "onedrive", "owncloud",
    "pcloud", "syncthing",
)  # fmt: skip
"""How the names of synced folders begin."""
_SYNCED_BY_MACOS = {"cloudstorage", "mobile documents"}
"""Folders of ~/Library that macOS keeps in step with a server, whoever runs it."""

Mount = tuple[str, str]
"""Where something is mounted, and its kind of file system ("remote" for a drive of Windows)."""


def warning(folder: Path) -> str:
    """Say what is risky about where `folder` lies; '' if nothing is known to be."""
    place = folder.resolve()
    if name := synced_folder(place):
        return (
            f"This project lies in a synced folder ({name}). A second computer that opens it "
            "at the same time can damage it; work on a copy outside that folder."
        )
    if is_on_network(place, _mounts()):
        return (
            "This project lies on a network drive, where files cannot be locked reliably. Nobody "
            "else should open it meanwhile; better, work on a copy on this computer."
        )
    return ""


def synced_folder(place: PurePath) -> str:
    """Return the name of the synced folder that `place` lies in; '' if it lies in none known."""
    names = [part.casefold() for part in place.parts]
    for above, name, shown in zip(["", *names], names, place.parts, strict=False):
        if name.startswith(_SYNCED) or (above == "library" and name in _SYNCED_BY_MACOS):
            return shown
    return ""


def is_on_network(place: PurePath, mounts: Iterable[Mount]) -> bool:
    """Return whether the innermost of `mounts` that holds `place` is another computer's drive."""
    if place.drive.startswith("\\\\"):
        return True
    kinds = {PurePath(point): kind for point, kind in mounts if place.is_relative_to(point)}
    innermost = max(kinds, key=lambda point: len(point.parts), default=None)
    return innermost is not None and kinds[innermost] in {*_NETWORK, "remote"}


def _mounts() -> list[Mount]:
    try:
        found = psutil.disk_partitions(all=True)
    except (OSError, psutil.Error):  # some containers hide them
        return []
    windows = sys.platform == "win32"
    return [
        (one.mountpoint, "remote" if windows and "remote" in one.opts else one.fstype)
        for one in found
    ]
