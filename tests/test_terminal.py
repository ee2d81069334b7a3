"""How the command line talks: exit codes, progress, Ctrl+C, errors in one clear line."""

import os
import signal
from pathlib import Path

import pytest

from insight_app.cli import terminal
from insight_app.cli.terminal import Exit
from insight_app.concepts.progress import Cancelled
from insight_app.errors import KnownError


def test_a_known_error_is_one_line_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise KnownError(
            "The disk is full.", where="/x/[b]y.insight", kept="All is kept.", do="Make room."
        )

    assert terminal.run(fails) == Exit.ERROR
    told = capsys.readouterr()
    assert told.err == "Error: /x/[b]y.insight: The disk is full. All is kept. Make room.\n"
    assert told.out == ""


def test_a_bug_leaves_its_trace_in_a_file_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal.platformdirs, "user_log_path", lambda name: tmp_path / "log")
    assert terminal.run(lambda: 1 / 0) == Exit.BUG
    (report,) = (tmp_path / "log").iterdir()
    assert "ZeroDivisionError" in report.read_text(encoding="utf-8")
    assert str(report) in capsys.readouterr().err


def test_ctrl_c_stops_between_two_batches_and_says_how_to_go_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = signal.getsignal(signal.SIGINT)

    def works() -> None:
        with terminal.cancellable("The same command goes on with it.") as cancel:
            os.kill(os.getpid(), signal.SIGINT)
            assert cancel.is_cancelled
            cancel.check()

    assert terminal.run(works) == Exit.CANCELLED
    assert capsys.readouterr().err.endswith("The same command goes on with it.\n")
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_stops_at_once() -> None:
    with pytest.raises(Cancelled), terminal.cancellable(""):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("still running")


def test_elsewhere_than_on_a_terminal_progress_is_plain_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with terminal.progress() as progress:
        for done in range(1000):
            progress(done, 1000, "Looking at [photos]")
        progress(1000, 1000, "Looking at [photos]")
        progress(0, 0, "Finding names")
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "Looking at [photos] 0 of 1000"
    assert told[-2:] == ["Looking at [photos] 1000 of 1000", "Finding names"]
    assert len(told) < 10


def test_values_are_lines_with_groups_indented() -> None:
    values = {"run_state": "finished", "images": {"all": 3, "bad": []}, "share": 0.25, "k": None}
    assert list(terminal.lines(values)) == [
        "run state: finished",
        "images:",
        "  all: 3",
        "  bad: none",
        "share: 0.250",
        "k: none",
    ]
