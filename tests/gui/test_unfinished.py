"""What a window says of a project whose photos are not all analyzed, with a real worker."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.gui.state.analysis_control import Plan
from insight_app.gui.state.curation import COMING
from insight_app.gui.window.unfinished import UNFINISHED
from insight_app.project.analysis.run import analyze
from tests import tiny
from tests.gui import tiny_worker
from tests.gui.conftest import wait_idle
from tests.project.test_analysis import draw

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="steps through a FIFO")


def begin(window, tmp_path: Path, photos: Path) -> Path:
    """Start a new project as the wizard does; return where it is."""
    how = tiny_worker.how(tmp_path)
    place = tmp_path / "P.insight"
    plan = Plan((photos,), place, how["encoder"], how["dictionary"])
    window.session.analysis.begin_project(plan)
    return place


def coded(window) -> int | None:
    results = window.session.state.results
    return None if results is None else results.coded_images


def finish(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.session.analysis.is_running)
    wait_idle(qtbot, window)


def said(window) -> str:
    """The line of trouble, '' where there is none."""
    return window.trouble.text if window.trouble.isVisible() else ""


def test_a_window_closed_in_the_middle_says_so_until_the_rest_is_done(
    qtbot, open_window, tmp_path
) -> None:
    photos = draw(tmp_path / "photos", 11)
    (photos / "broken.png").write_bytes(b"no picture")
    window = open_window()
    window.settings.set("workspace", "review")
    let_through = tiny_worker.use_in_steps(window, tmp_path / "steps")
    place = begin(window, tmp_path, photos)
    qtbot.waitUntil(lambda: coded(window) == 0)
    wait_idle(qtbot, window)
    assert window.workspace == "images", "a new project shows its photos"
    counts = window.statusBar().counts
    assert counts.isVisible() and counts.text() == "0 of 12 images analyzed"

    # nobody has seen a concept yet: there is nothing to judge
    window.show_workspace("review")
    wait_idle(qtbot, window)
    review, queue = window.docks["review"].panel, window.docks["queue"].panel
    assert review.empty.isVisible() and COMING in review.empty.label.text()
    assert queue.list.items == [] and queue.empty.isVisible()
    for key in (Qt.Key.Key_A, Qt.Key.Key_U, Qt.Key.Key_X, Qt.Key.Key_H):
        window.strip.clear()
        qtbot.keyClick(queue, key)
        assert window.strip.label.text() == COMING
    assert window.session.state.project.judgements.count == 0
    assert said(window) == ""

    # the first ones: figures say of how many they are
    let_through()
    qtbot.waitUntil(lambda: (coded(window) or 0) > 0)
    wait_idle(qtbot, window)
    some = coded(window)
    assert window.session.analysis.is_running and some < 11
    assert counts.text().startswith(f"{some} of 12 images analyzed")
    assert queue.list.items and review.head.isVisible()
    facts = review.head.facts
    assert f"of {some} analyzed image" in facts.text()
    assert f"of {some} analyzed image" in facts.toolTip()
    assert said(window) == ""
    window.close()

    again = open_window(place)
    tiny_worker.use(again)
    qtbot.waitUntil(lambda: said(again) != "")
    waiting = again.session.state.results.uncoded_images
    assert said(again) == f"{waiting} of 12 photos are not analyzed yet."
    qtbot.mouseClick(again.trouble.button, Qt.MouseButton.LeftButton)
    assert again.session.analysis.is_running
    assert said(again) == ""
    finish(qtbot, again)
    assert coded(again) == 11
    assert said(again) == "", "what cannot be read does not wait"
    assert again.statusBar().counts.text().startswith("12 images, ")
    assert "analyzed" not in again.docks["review"].panel.head.facts.text()
    again.close()
    assert said(open_window(place)) == ""


def test_killed_before_its_first_photo(qtbot, open_window, tmp_path) -> None:
    window = open_window()
    tiny_worker.use_in_steps(window, tmp_path / "steps")
    photos = draw(tmp_path / "photos", 5)
    place = begin(window, tmp_path, photos)
    qtbot.waitUntil(lambda: coded(window) == 0)
    wait_idle(qtbot, window)
    window.close()  # its worker cannot end by itself while it waits

    again = open_window()
    tiny_worker.use(again)
    again.session.projects.open(place, read_only=True)
    qtbot.waitUntil(lambda: said(again) == "5 of 5 photos are not analyzed yet.")
    assert again.trouble.button.isHidden(), "there is nothing that one may do"
    assert again.session.projects.close()

    # what is not where it was cannot be gone on with
    photos.rename(tmp_path / "elsewhere")
    again.session.projects.open(place)
    qtbot.waitUntil(lambda: said(again) != "")
    wait_idle(qtbot, again)
    assert "is not there" in said(again)
    assert UNFINISHED not in dict(again.session.troubles.present)
    (tmp_path / "elsewhere").rename(photos)
    again.session.folders.look()
    qtbot.waitUntil(lambda: said(again) == "5 of 5 photos are not analyzed yet.")
    again.show_workspace("review")
    qtbot.mouseClick(again.trouble.button, Qt.MouseButton.LeftButton)
    finish(qtbot, again)
    assert coded(again) == 5
    assert said(again) == ""
    assert again.docks["queue"].panel.list.items


def test_stopped_before_it_knew_its_photos(qtbot, open_window, tmp_path) -> None:
    stopped, place = CancelToken(), tmp_path / "P.insight"
    stopped.cancel()
    how = {"encoder": tiny.TinyEncoder(), "dictionary": tiny_worker.how(tmp_path)["dictionary"]}
    with pytest.raises(Cancelled):
        analyze(place, [draw(tmp_path / "photos", 3)], **how, cancel=stopped)
    window = open_window(place)
    tiny_worker.use(window)
    qtbot.waitUntil(lambda: said(window) != "")
    assert said(window) == "The analysis stopped before its first photo."
    qtbot.mouseClick(window.trouble.button, Qt.MouseButton.LeftButton)
    finish(qtbot, window)
    assert coded(window) == 3
    assert said(window) == ""
