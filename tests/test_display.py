"""Starting where no window can be shown: one line that says what to do, never Qt's abort."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from insight_app import system_libraries

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere there always is a display"
)


def start(home: Path, *command: str, **environment: str) -> str:
    """Start the program as somebody whose only variables are these; return its one line."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    program = subprocess.run(
        [sys.executable, "-m", "insight_app", *command],
        env={**kept, "HOME": str(home), **environment},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (program.returncode, program.stdout) == (1, "")
    (line,) = program.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "no display to show a window on"),
        ({"DISPLAY": ":29999"}, "DISPLAY=:29999 cannot be reached"),
        ({"DISPLAY": "localhost:17.0"}, "ssh -X"),
        ({"WAYLAND_DISPLAY": "wayland-9"}, "WAYLAND_DISPLAY=wayland-9 cannot be reached"),
        ({"QT_QPA_PLATFORM": "xbc"}, "Choose one of eglfs, linuxfb"),
        ({"QT_QPA_PLATFORM": "xcb:x=1", "DISPLAY": ":29999"}, "DISPLAY=:29999"),
    ],
)
def test_a_display_that_is_not_there_is_said_in_one_line(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    assert said in start(tmp_path, "open", **environment)


def test_the_demo_says_how_it_goes_without_a_window_and_prepares_nothing(tmp_path: Path) -> None:
    assert "insight-app demo --no-window" in start(tmp_path, "demo", DISPLAY=":29999")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("library", "environment"),
    [
        ("libxcb-cursor.so.0", {"DISPLAY": ":29999"}),
        ("libxkbcommon-x11.so.0", {"QT_QPA_PLATFORM": "xcb"}),
        ("libEGL.so.1", {"QT_QPA_PLATFORM": "offscreen"}),
    ],
)
def test_a_missing_library_is_named_with_its_package(
    tmp_path: Path, library: str, environment: dict[str, str]
) -> None:
    """An empty file of its name lies before the system's: the loader refuses it."""
    (decoys := tmp_path / "decoys").mkdir()
    (decoys / library).touch()
    line = start(tmp_path, "open", LD_LIBRARY_PATH=str(decoys), **environment)
    lists = (
        *system_libraries.LIBRARIES,
        *system_libraries.X11_LIBRARIES,
        *system_libraries.WAYLAND_LIBRARIES,
    )
    (one,) = (found for found in lists if found.file == library)
    assert library in line
    assert any(f" {name}" in line for name in (one.debian, one.fedora, one.opensuse))


def test_without_a_known_package_manager_both_names_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    cursor = [one for one in system_libraries.X11_LIBRARIES if "cursor" in one.file]
    told = system_libraries.how_to_install(cursor)
    assert told == "libxcb-cursor0 (Debian, Ubuntu) or xcb-util-cursor (Fedora)"
