"""Say, before anything is installed, what this machine lacks: Python, venv, Qt's system libraries.

    python3 packaging/system_check.py            what installing and testing needs
    python3 packaging/system_check.py --window   also what a window on this desktop needs
    python3 packaging/system_check.py --install  installs what is missing (Debian and Ubuntu, root)

Standard library only, and readable by Python 3.6 on, so that an old Python can say that it is too
old. Of Insight it loads the lists of libraries alone.
"""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
OLDEST_GLIBC = (2, 34)  # what the PySide6 wheels are built for

_TABLES = Path(__file__).parents[1] / "insight_app" / "system_libraries.py"
_spec = importlib.util.spec_from_file_location("system_libraries", str(_TABLES))
system_libraries = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(system_libraries)  # alone: the package around it wants a newer Python


def wanted_libraries(window, environment):
    """Return the libraries needed here: the window's only if a desktop session is running."""
    wanted = list(system_libraries.LIBRARIES)
    if window and environment.get("DISPLAY"):
        wanted += system_libraries.X11_LIBRARIES
    elif window and environment.get("WAYLAND_DISPLAY"):
        wanted += system_libraries.WAYLAND_LIBRARIES
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


def further_packages(without_venv):
    """Return packages by system beside those of libraries: Debian has one for venv."""
    name = f"python{dotted(sys.version_info[:2])}-venv"
    return {"debian": [name]} if without_venv else {}


def install(missing, without_venv):
    """Install what is missing through apt-get; True when that went well."""
    names = system_libraries.packages_of(missing, "debian")
    names += further_packages(without_venv).get("debian", [])
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
    missing = [row for row in wanted if system_libraries.is_missing(row.file)]
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
        names = ", ".join(row.file for row in missing)
        print("Qt needs system libraries that are not installed: " + names, file=sys.stderr)
    command = system_libraries.how_to_install(missing, further_packages(without_venv))
    if command:
        print("Install them with:\n\n    " + command + "\n", file=sys.stderr)
    else:
        print("Install them with your system's package manager.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
