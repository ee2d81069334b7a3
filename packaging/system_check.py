"""Say, before anything is installed, what this machine lacks: Python, venv, Qt's system libraries.

    python3 packaging/system_check.py            what installing and testing needs
    python3 packaging/system_check.py --window   also what a window on this desktop needs
    python3 packaging/system_check.py --install  installs what is missing (Debian and Ubuntu, root)

Standard library only, and readable by Python 3.6 on, so that an old Python can say that it is too
old. The library lists are the NEEDED entries of Qt's own libraries and of its platform plugins
(offscreen, xcb, wayland) in PySide6-Essentials 6.11. Knows nothing of Insight itself.
"""

import ctypes
import importlib.util
import os
import platform
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
OLDEST_GLIBC = (2, 34)  # what the PySide6 wheels are built for

# library, Debian/Ubuntu package, Fedora/RHEL package, openSUSE package
LIBRARIES = (
    ("libEGL.so.1", "libegl1", "libglvnd-egl", "Mesa-libEGL1"),
    ("libGL.so.1", "libgl1", "libglvnd-glx", "Mesa-libGL1"),
    ("libX11.so.6", "libx11-6", "libX11", "libX11-6"),
    ("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon0"),
    ("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "libdbus-1-3"),
    ("libfontconfig.so.1", "libfontconfig1", "fontconfig", "libfontconfig1"),
    ("libfreetype.so.6", "libfreetype6", "freetype", "libfreetype6"),
    ("libglib-2.0.so.0", "libglib2.0-0", "glib2", "libglib-2_0-0"),
    ("libgthread-2.0.so.0", "libglib2.0-0", "glib2", "libgthread-2_0-0"),
    ("libzstd.so.1", "libzstd1", "libzstd", "libzstd1"),
    ("libz.so.1", "zlib1g", "zlib", "libz1"),
)
X11_LIBRARIES = (
    ("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libX11-xcb1"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11-0"),
    ("libxcb.so.1", "libxcb1", "libxcb", "libxcb1"),
    ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "libxcb-icccm4"),
    ("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "libxcb-image0"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "libxcb-keysyms1"),
    ("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb-randr0"),
    ("libxcb-render.so.0", "libxcb-render0", "libxcb", "libxcb-render0"),
    (
        "libxcb-render-util.so.0",
        "libxcb-render-util0",
        "xcb-util-renderutil",
        "libxcb-render-util0",
    ),
    ("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb-shape0"),
    ("libxcb-shm.so.0", "libxcb-shm0", "libxcb", "libxcb-shm0"),
    ("libxcb-sync.so.1", "libxcb-sync1", "libxcb", "libxcb-sync1"),
    ("libxcb-util.so.1", "libxcb-util1", "xcb-util", "libxcb-util1"),
    ("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb", "libxcb-xfixes0"),
    ("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb-xkb1"),
)
WAYLAND_LIBRARIES = (
    ("libwayland-client.so.0", "libwayland-client0", "libwayland-client", "libwayland-client0"),
    ("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor", "libwayland-cursor0"),
)


def is_missing(library):
    """Return whether the system's loader does not find `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def wanted_libraries(window, environment):
    """Return the libraries needed here: the window's only if a desktop session is running."""
    wanted = list(LIBRARIES)
    if window and environment.get("DISPLAY"):
        wanted += X11_LIBRARIES
    elif window and environment.get("WAYLAND_DISPLAY"):
        wanted += WAYLAND_LIBRARIES
    return wanted


def python_problem():
    """Return what is wrong with this Python ("" if nothing), in words."""
    if sys.version_info < OLDEST_PYTHON:
        return (
            f"Insight needs Python {dotted(OLDEST_PYTHON)} or newer; this is "
            f"{platform.python_version()} ({sys.executable}).\n"
            "Install a newer one and say which: make demo PYTHON=python3.12"
        )
    if sys.maxsize < 2**32:
        return f"Insight needs a 64-bit Python; this one ({sys.executable}) has 32 bits."
    name, version = platform.libc_ver()
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if name == "glibc" and len(numbers) == 2 and numbers < OLDEST_GLIBC:
        return (
            f"Qt needs glibc {dotted(OLDEST_GLIBC)} or newer; this system has {version}, which is "
            "too old for Insight (Debian 12, Ubuntu 22.04, Fedora 35 and newer ones work)."
        )
    return ""


def dotted(numbers):
    """Return a version in words: (3, 11) -> 3.11."""
    return ".".join(str(number) for number in numbers)


def lacks_venv():
    """Return whether virtual environments cannot be made (Debian has a package for that)."""
    return any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip"))


def packages_of(missing, column, without_venv=False):
    """Return packages (column 1 Debian, 2 Fedora, 3 openSUSE) of what is missing, each once."""
    names = list(dict.fromkeys(row[column] for row in missing))
    if without_venv and column == 1:
        names.append(f"python{dotted(sys.version_info[:2])}-venv")
    return names


def command_for(missing, without_venv):
    """Return the line that installs what is missing with this system's package manager, or ""."""
    become_root = "" if os.geteuid() == 0 else "sudo "
    for column, tool in enumerate(("apt-get", "dnf", "zypper"), start=1):
        names = packages_of(missing, column, without_venv)
        if shutil.which(tool) and names:
            return f"{become_root}{tool} install {' '.join(names)}"
    return ""


def install(missing, without_venv):
    """Install what is missing through apt-get; True when that went well."""
    names = packages_of(missing, 1, without_venv)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    update = ["apt-get", "update", "-qq"]
    fetch = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]
    print("Installing " + " ".join(names), flush=True)
    return all(subprocess.call(line, env=environment) == 0 for line in (update, fetch))


def main(arguments):
    """Print what is missing and how to get it; return 0 when nothing is."""
    problem = python_problem()
    if problem:
        print(problem, file=sys.stderr)
        return 1
    is_linux = sys.platform.startswith("linux")
    wanted = wanted_libraries("--window" in arguments, os.environ) if is_linux else []
    missing = [row for row in wanted if is_missing(row[0])]
    without_venv = lacks_venv()
    if (missing or without_venv) and "--install" in arguments:
        if not (shutil.which("apt-get") and os.geteuid() == 0):
            print("--install works as root on Debian and Ubuntu only.", file=sys.stderr)
        elif install(missing, without_venv):
            return main([argument for argument in arguments if argument != "--install"])
    if not missing and not without_venv:
        return 0
    if without_venv:
        print("This Python cannot make virtual environments (module venv).", file=sys.stderr)
    if missing:
        names = ", ".join(row[0] for row in missing)
        print("Qt needs system libraries that are not installed: " + names, file=sys.stderr)
    command = command_for(missing, without_venv)
    if command:
        print("Install them with:\n\n    " + command + "\n", file=sys.stderr)
    else:
        print("Install them with your system's package manager.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
