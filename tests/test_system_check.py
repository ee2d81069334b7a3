"""What is asked of a machine before anything is installed."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[1] / "packaging" / "system_check.py"


@pytest.fixture
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("system_check", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_machine_that_runs_these_tests_lacks_nothing() -> None:
    assert subprocess.run([sys.executable, str(SCRIPT)], check=False).returncode == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux packages")
def test_a_missing_library_is_named_with_the_command_that_brings_it(
    check: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = check.system_libraries
    monkeypatch.setattr(lists, "is_missing", lambda name: name.startswith(("libEGL", "libg")))
    monkeypatch.setattr(
        lists.shutil, "which", lambda tool: "/usr/bin/dnf" if tool == "dnf" else None
    )
    assert check.main([]) == 1
    told = capsys.readouterr().err
    assert "libEGL.so.1, libglib-2.0.so.0, libgthread-2.0.so.0" in told
    assert "dnf install libglvnd-egl glib2\n" in told


def test_window_libraries_are_asked_for_only_where_a_window_can_be(check: ModuleType) -> None:
    def names(window: bool, **environment: str) -> set[str]:
        return {row[0] for row in check.wanted_libraries(window, environment)}

    assert "libxcb-cursor.so.0" in names(True, DISPLAY=":0")
    assert "libwayland-client.so.0" in names(True, WAYLAND_DISPLAY="wayland-0")
    always = {row.file for row in check.system_libraries.LIBRARIES}
    assert names(True) == names(False, DISPLAY=":0") == always


def test_an_old_python_says_so(check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check.sys, "version_info", (3, 9, 2))
    assert "3.11 or newer" in check.python_problem()
