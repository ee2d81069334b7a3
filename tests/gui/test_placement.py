"""The window opens inside a screen that is there, with its frame."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMargins, QRect

from insight_app.gui.window.placement import SMALLEST, fitted

FRAME = QMargins(2, 24, 2, 6)
SCREEN = QRect(0, 30, 1366, 738)
"""Without the 30 pixels of a panel at the top."""
ROOT = Path(__file__).parents[2]
LARGE = {"x": 0, "y": 0, "width": 2560, "height": 1440}
SECOND = {"x": 2560, "y": 0, "width": 1920, "height": 1080}
LAPTOP = {"x": 0, "y": 0, "width": 1366, "height": 768}
TINY = {"x": 0, "y": 0, "width": 800, "height": 480}


@pytest.mark.parametrize(
    "asked",
    [
        QRect(0, 0, 1366, 768),
        QRect(-500, -500, 900, 600),
        QRect(3000, 200, 900, 600),
        QRect(1200, 700, 900, 600),
        QRect(100, 100, 4000, 3000),
    ],
)
def test_a_window_is_moved_and_shrunk_until_its_frame_is_on_the_screen(asked) -> None:
    outside = fitted(asked, FRAME, SCREEN).marginsAdded(FRAME)
    assert SCREEN.contains(outside)
    asked_outside = asked.marginsAdded(FRAME).size()
    assert outside.size() == asked_outside.boundedTo(SCREEN.size()), "no smaller than it must be"


def test_a_window_that_is_inside_stays_where_it_is() -> None:
    place = QRect(50, 80, 1000, 600)
    assert fitted(place, FRAME, SCREEN) == place


def shown(tmp_path: Path, screens: list[dict[str, int]], move_to: QRect | None = None) -> QRect:
    """Where the window with its frame stands in a process with these screens; closed afterwards,
    so that its place is remembered. move_to: where a person drags it first."""
    described = tmp_path / "screens.json"
    common = {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    named = [{"name": f"screen {number}", **common, **one} for number, one in enumerate(screens)]
    described.write_text(json.dumps({"screens": named, "windowFrameMargins": True}))
    code = f"""
from PySide6.QtCore import QRect
from PySide6.QtTest import QTest
from insight_app.gui.app import application
from insight_app.gui.settings import Settings
from insight_app.gui.window.main_window import MainWindow
app = application()
window = MainWindow(Settings())
window.show()
assert QTest.qWaitForWindowExposed(window, 300_000)
QTest.qWait(1)
if {move_to is not None}:
    window.setGeometry(QRect{move_to.getRect() if move_to is not None else ()})
    QTest.qWait(1)
frame = window.windowHandle().frameMargins()
print(*window.geometry().marginsAdded(frame).getRect())
window.close()
"""
    environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={described}"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, check=True, text=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    return QRect(*map(int, done.stdout.split()))


def inside(screen: dict[str, int], place: QRect) -> bool:
    return QRect(screen["x"], screen["y"], screen["width"], screen["height"]).contains(place)


def test_the_first_start_fits_a_laptop(tmp_path, home) -> None:
    assert inside(LAPTOP, shown(tmp_path, [LAPTOP]))


def test_a_place_on_a_screen_that_is_gone_or_smaller_is_fitted(tmp_path, home) -> None:
    there = shown(tmp_path, [LARGE, SECOND], move_to=QRect(2700, 100, 1500, 900))
    assert inside(SECOND, there)
    assert shown(tmp_path, [LARGE, SECOND]) == there, "found again where it was left"
    assert inside(LARGE, shown(tmp_path, [LARGE])), "the second screen is gone"
    assert inside(LARGE, shown(tmp_path, [LARGE], move_to=QRect(700, 200, 1800, 1200)))
    assert inside(LAPTOP, shown(tmp_path, [LAPTOP])), "the screen is smaller now"


def test_a_screen_smaller_than_the_smallest_window_is_enough(tmp_path, home) -> None:
    assert TINY["width"] < SMALLEST.width()
    place = shown(tmp_path, [TINY])
    assert place.width() <= TINY["width"]
    assert place.x() >= 0
    assert place.y() >= 0
