"""Analyzing, judging and coding again are killed at random moments: it ends as if they were not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize(("program", "kills"), [("killing", 50), ("killing_read_again", 25)])
def test_killed_at_random_moments_everything_equals_an_uninterrupted_run(
    tmp_path: Path, program: str, kills: int
) -> None:
    command = [sys.executable, "-m", f"tests.project.{program}", str(tmp_path), str(kills), "11"]
    root = Path(__file__).resolve().parent.parent.parent
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stderr.split()[-5]) >= kills, ran.stderr
