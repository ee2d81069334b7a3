"""Freed memory stays with the process that analyzes: counted in pages that had to be given anew."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
import numpy as np
from insight_app.project.analysis.coding.memory import keep_freed
if sys.argv[1] == "kept":
    keep_freed()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def work():
    [np.ones(3_000_000) for _ in range(4)]
work()
before = faults()
for _ in range(20):
    work()
print(faults() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="does nothing elsewhere")
def test_large_blocks_are_used_again() -> None:
    given = {
        how: int(subprocess.check_output([sys.executable, "-c", PROGRAM, how]))
        for how in ("as it comes", "kept")
    }
    assert given["kept"] < given["as it comes"] / 3, given
