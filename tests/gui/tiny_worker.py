"""A window whose worker knows the tiny encoder: real processes, and an analysis of milliseconds."""

import sys
from pathlib import Path

from tests import tiny

PROGRAM = """
import sys
from insight_app.concepts import encoders
encoders.REGISTRY["tiny"] = ("tests.tiny", encoders.EncoderInfo("tiny", "Tiny", "", token_dim=16))
from insight_app.worker.loop import main
sys.exit(main())
"""


def use(window) -> None:
    """Give the window's worker the tiny encoder; before it is started."""
    window.session.worker.command = [sys.executable, "-c", PROGRAM]


def how(folder: Path) -> dict[str, str]:
    """What a new project is analyzed with."""
    return {"encoder": "tiny", "dictionary": str(tiny.write_dictionary(folder / "tiny"))}
