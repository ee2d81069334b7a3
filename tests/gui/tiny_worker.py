"""A window whose worker knows the tiny encoder: real processes, and an analysis of milliseconds."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests import tiny

PROGRAM = """
import sys
from insight_app.concepts import encoders
encoders.REGISTRY["tiny"] = ("tests.tiny", encoders.EncoderInfo("tiny", "Tiny", "", token_dim=16))
from insight_app.worker.loop import main
sys.exit(main())
"""

STEPS = """
import os
from tests import tiny

class Stepping(tiny.TinyEncoder):
    def encode(self, pixels):
        os.read(FIFO, 1)
        return super().encode(pixels)

FIFO = os.open({fifo!r}, os.O_RDWR)
tiny.load = lambda device, **options: Stepping()
"""


def use(window) -> None:
    """Give the window's worker the tiny encoder; before it is started."""
    window.session.worker.command = [sys.executable, "-c", PROGRAM]


def how(folder: Path) -> dict[str, str]:
    """What a new project is analyzed with."""
    return {"encoder": "tiny", "dictionary": str(tiny.write_dictionary(folder / "tiny"))}


def use_in_steps(window, fifo: Path) -> Callable[[], object]:
    """Give it one that waits before each batch of photos; return what lets one batch through."""
    os.mkfifo(fifo)
    window.session.worker.command = [sys.executable, "-c", STEPS.format(fifo=str(fifo)) + PROGRAM]
    gate = os.open(fifo, os.O_RDWR)
    return lambda: os.write(gate, b"1")
