"""A process is told by its number and its start, on Linux from the kernel, elsewhere by psutil."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from insight_app.project.storage import processes

WAITS = "import sys; print(flush=True); sys.stdin.read()"


@pytest.fixture(params=["as here", "as on other systems"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "as here":
        monkeypatch.setattr(processes, "_STAT", "/no such table/{pid}")
    return str(request.param)


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", WAITS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process


def test_a_process_runs_until_it_ends_even_before_it_is_waited_for(
    way: str, other: subprocess.Popen[bytes]
) -> None:
    since = processes.started(other.pid)
    assert since and processes.is_running(other.pid, since)
    assert processes.started(os.getpid()) not in (None, since)
    other.kill()
    if hasattr(os, "waitid"):  # it has ended, and nobody has asked how
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert processes.started(other.pid) is None
    other.wait()
    assert not processes.is_running(other.pid, since)


def test_a_number_that_was_given_out_again_is_another_process(way: str) -> None:
    mine = processes.started(os.getpid())
    assert mine is not None
    kind = mine.split("+")[0] + "+1" if "+" in mine else "created 1000.00"
    assert not processes.is_running(os.getpid(), kind)
    assert not processes.is_running(2**22 + 1, mine)


def test_a_start_that_an_older_version_noted_counts_as_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    linux = processes.started(os.getpid())
    assert linux is not None and processes.is_running(os.getpid(), linux)
    monkeypatch.setattr(processes, "_STAT", "/no such table/{pid}")
    for noted in ("Mon Jan  1 12:00:00 2024", "133500000000000000"):  # by ps, and on Windows
        assert processes.is_running(os.getpid(), noted)
        assert not processes.is_running(2**22 + 1, noted)
