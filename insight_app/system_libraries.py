"""Which system libraries Qt needs on Linux, and the packages that bring them.

The NEEDED entries of Qt's own libraries and of its platform plugins (offscreen, xcb, wayland) in
PySide6-Essentials 6.11. Standard library only, and readable by Python 3.6 on: what is looked into
before anything is installed (packaging/system_check.py) loads this file alone.
"""

import ctypes
import os
import shutil
from typing import NamedTuple


class Library(NamedTuple):
    """A library and the packages that bring it."""

    file: str
    debian: str
    fedora: str
    opensuse: str


LIBRARIES = (
    Library("libEGL.so.1", "libegl1", "libglvnd-egl", "Mesa-libEGL1"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx", "Mesa-libGL1"),
    Library("libX11.so.6", "libx11-6", "libX11", "libX11-6"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon0"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "libdbus-1-3"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig", "libfontconfig1"),
    Library("libfreetype.so.6", "libfreetype6", "freetype", "libfreetype6"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2", "libglib-2_0-0"),
    Library("libgthread-2.0.so.0", "libglib2.0-0", "glib2", "libgthread-2_0-0"),
    Library("libzstd.so.1", "libzstd1", "libzstd", "libzstd1"),
    Library("libz.so.1", "zlib1g", "zlib", "libz1"),
)
X11_LIBRARIES = (
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libX11-xcb1"),
    Library(
        "libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11-0"
    ),
    Library("libxcb.so.1", "libxcb1", "libxcb", "libxcb1"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "libxcb-cursor0"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "libxcb-icccm4"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "libxcb-image0"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "libxcb-keysyms1"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb-randr0"),
    Library("libxcb-render.so.0", "libxcb-render0", "libxcb", "libxcb-render0"),
    Library(
        "libxcb-render-util.so.0",
        "libxcb-render-util0",
        "xcb-util-renderutil",
        "libxcb-render-util0",
    ),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb-shape0"),
    Library("libxcb-shm.so.0", "libxcb-shm0", "libxcb", "libxcb-shm0"),
    Library("libxcb-sync.so.1", "libxcb-sync1", "libxcb", "libxcb-sync1"),
    Library("libxcb-util.so.1", "libxcb-util1", "xcb-util", "libxcb-util1"),
    Library("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb", "libxcb-xfixes0"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb-xkb1"),
)
WAYLAND_LIBRARIES = (
    Library(
        "libwayland-client.so.0", "libwayland-client0", "libwayland-client", "libwayland-client0"
    ),
    Library(
        "libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor", "libwayland-cursor0"
    ),
)
TOOLS = (("apt-get", "debian"), ("dnf", "fedora"), ("zypper", "opensuse"))
"""What installs packages, and which of their names it knows."""


def is_missing(library: str) -> bool:
    """Return whether the system's loader does not find `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def packages_of(missing: "list[Library]", system: str) -> "list[str]":
    """Return the packages of what is missing, each once, as `system` (a column) calls them."""
    return list(dict.fromkeys(getattr(library, system) for library in missing))


def how_to_install(missing: "list[Library]", further: "dict[str, list[str]] | None" = None) -> str:
    """Return the command that brings what is missing here, else the names of the packages.

    further: packages by system that are wanted too.  "" where nothing brings them.
    """
    wanted = {
        system: packages_of(missing, system) + (further or {}).get(system, [])
        for _tool, system in TOOLS
    }
    become_root = "" if os.geteuid() == 0 else "sudo "
    for tool, system in TOOLS:
        if shutil.which(tool) and wanted[system]:
            return f"{become_root}{tool} install {' '.join(wanted[system])}"
    if not missing:
        return ""
    debian, fedora = " ".join(wanted["debian"]), " ".join(wanted["fedora"])
    return f"{debian} (Debian, Ubuntu) or {fedora} (Fedora)"
