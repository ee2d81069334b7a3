"""Whether a folder lies where SQLite's locks hold: not on a network drive nor in a synced folder.

Only looks at paths and the table of mounts; a guess, to be told to a person, never to act upon.
"""

import sys
from pathlib import Path

_NETWORK = {
    "afpfs", "afs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.gvfsd-fuse", "fuse.rclone",
    "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "webdav",
}  # fmt: skip
_SYNCED = ("dropbox", "google drive", "googledrive", "icloud", "mobile documents", "nextcloud",
           "onedrive", "owncloud", "syncthing", "pcloud")  # fmt: skip
_DRIVE_REMOTE = 4


def warning(folder: Path) -> str:
    """What is risky about where `folder` lies, in words; '' where nothing is known to be."""
    place = folder.resolve()
    for part in place.parts:
        if part.casefold().startswith(_SYNCED):
            return (
                f"This project lies in a synced folder ({part}). A second computer that opens it "
                "at the same time can damage it; work on a copy outside that folder."
            )
    if _is_on_network(place):
        return (
            "This project lies on a network drive, where files cannot be locked reliably. Nobody "
            "else should open it meanwhile; better, work on a copy on this computer."
        )
    return ""


def _is_on_network(place: Path) -> bool:
    if sys.platform == "win32":
        import ctypes

        if place.drive.startswith("\\\\"):
            return True
        kind: int = ctypes.windll.kernel32.GetDriveTypeW(place.anchor)  # type: ignore[attr-defined,unused-ignore]
        return kind == _DRIVE_REMOTE
    return mounted_as(place, _mounts()) in _NETWORK


def mounted_as(place: Path, mounts: str) -> str:
    """The kind of file system that holds `place`, from a table as in /proc/mounts."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " "))
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind


def _mounts() -> str:
    try:
        return Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
