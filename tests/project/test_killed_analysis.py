"""Analyzing and judging are killed at random moments: in the end all is as if they had not been."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_killed_at_fifty_random_moments_everything_equals_an_uninterrupted_run(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "tests.project.killing", str(tmp_path), str(KILLS), "11"]
    root = Path(__file__).resolve().parent.parent.parent
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stderr.split()[-5]) >= KILLS, ran.stderr
