"""How the command line talks: exit codes, progress, Ctrl+C, errors in one clear line."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from insight_app.cli import terminal
from insight_app.cli.program import app
from insight_app.cli.terminal import Exit
from insight_app.concepts.progress import Cancelled
from insight_app.errors import KnownError
from insight_app.plain_text import ACTS
from tests.hostile import MARK, hostile, hostile_file
from tests.synthetic import make_project


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


def test_how_long_the_rest_takes_is_told_once_the_pace_is_known() -> None:
    assert terminal.time_left(50, 1, 99) == ", about 82 min left"
    assert terminal.time_left(10, 5, 30) == ", about 60 s left"
    assert terminal.time_left(10, 0, 30) == terminal.time_left(10, 5, 0) == ""
    assert terminal.time_left(0.01, 5, 30) == ""


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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes such names for files")
def test_no_text_of_others_commands_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / f"{hostile_file('project')}.insight"
    make_project(project, images=6, concepts=20, spell=hostile, spell_file=hostile_file)
    nowhere = tmp_path / hostile_file("nowhere")
    commands = [
        ("info", project), ("folders", project), ("check", project), ("info", nowhere),
        ("folders", project, "--remove", nowhere), (hostile("command"),),
        ("info", f"--{hostile('option')}"), ("info", project, hostile("more")),
        ("analyze", nowhere, "-o", project, "--device", hostile("device")),
        ("export", project, "-o", nowhere / "x.json"),
        ("export", project, "-o", nowhere, "-f", hostile("x")),
        ("export", project, "-o", tmp_path / hostile_file("export")), ("models", "remove", nowhere),
    ]  # fmt: skip
    for command in commands:
        capfd.readouterr()
        arguments = [str(one) for one in command]
        terminal.run(lambda these=arguments: app(these, prog_name="insight-app"))
        told = "".join(capfd.readouterr())
        assert MARK in told, command
        assert not re.search(f"(?!\n)[{ACTS}]", told), command
        assert not any(line.startswith("second") for line in told.splitlines()), command
    capfd.readouterr()
    terminal.run(lambda: app(["folders", str(project), "--json"], prog_name="insight-app"))
    listed = json.loads(capfd.readouterr().out)["sources"][0]
    assert Path(listed["path"]).name == f"{hostile_file('project')} photos"


TALKS = """
import sys
from insight_app.cli import terminal
evil = sys.argv[1]
def work():
    with terminal.progress() as progress:
        progress(1, 2, evil)
        print(evil, file=sys.stderr)
        terminal.complain(evil)
    raise ValueError(evil)
sys.exit(terminal.run(work))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of one's own needs Unix")
def test_nothing_reaches_a_terminal_beside_the_bar(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    evil = "[red]\x1b]0;stolen\x07\x1b[2Jname"
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", TALKS, evil]
    with subprocess.Popen(command, stderr=theirs, env=environment | {"TERM": "xterm"}) as process:
        os.close(theirs)
        told = b""
        while data := _read(ours):
            told += data
    os.close(ours)
    assert process.returncode == Exit.BUG
    assert told.count(rb"[red]\x1b]0;stolen\x07\x1b[2Jname") >= 4
    assert b"\x1b]0;stolen" not in told and b"\x1b[2J" not in told and b"\x07" not in told
    (report,) = tmp_path.rglob("bug-*.txt")
    assert b"\x1b" not in report.read_bytes()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 4096)
    except OSError:  # a terminal whose other side is closed
        return b""


def test_who_reads_no_more_ends_it_without_a_word() -> None:
    for command in (["licences"], ["models", "list", "--all"]):
        program = [sys.executable, "-m", "insight_app", *command]
        with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == Exit.OK
