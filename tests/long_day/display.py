"""A display of its own for the days: Xvfb with the window manager openbox, where both are there."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

PROGRAMS = ("Xvfb", "openbox")
SCREEN = "1920x1200x24"


def missing() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextmanager
def display() -> Iterator[dict[str, str]]:
    """The environment of a process that shows its windows there; both programs end afterwards."""
    there, here = os.pipe()
    command = ["Xvfb", "-displayfd", str(here), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[here], stderr=subprocess.DEVNULL)
    os.close(here)
    try:
        with os.fdopen(there) as told:
            number = told.readline().strip()
        environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
        try:
            yield environment
        finally:
            manager.terminate()
            manager.wait()
    finally:
        server.terminate()
        server.wait()
