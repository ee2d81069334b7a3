"""A few cases of every campaign, by a seed that stays; `make torture` tries thousands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASES = {"inputs": 20, "flips": 18, "kills": 8, "worker": 2, "disk": 8, "together": 4}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, limits on memory and SIGKILL")
def test_nothing_crashes_hangs_is_lost_or_harmed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.torture", "--seed", "16", "--state", str(tmp_path)]
    for name, count in CASES.items():
        command += ["--cases", f"{name}={count}"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for name, count in CASES.items():
        assert f"{name}, seed 16: {count} of {count}, 0 faults" in ran.stdout, ran.stdout
