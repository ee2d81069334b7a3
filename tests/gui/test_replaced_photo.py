"""A photo whose file is another than the one that was analyzed, and what could not be analyzed."""

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from insight_app.gui.key_filter import STILL_HELD_MS
from tests.gui.conftest import wait_idle
from tests.gui.hands import press
from tests.gui.test_photo import photo_ids, show


@pytest.fixture
def own_file(window, tmp_path: Path):
    """(id, path) of a photo that the test may replace: it is put back as it was."""
    image = photo_ids(window)["landscape"]
    path = window.session.state.results.image(image).path
    kept, times = tmp_path / "kept", path.stat()
    shutil.copyfile(path, kept)
    yield image, path
    shutil.copyfile(kept, path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def replace(path: Path, size: tuple[int, int] = (333, 222)) -> None:
    new = path.with_suffix(".new")
    Image.new("RGB", size, "magenta").save(new, "PNG")
    new.replace(path)


def test_a_photo_replaced_while_the_window_is_open_is_shown_without_what_was_found_in_the_old_one(
    qtbot, window, own_file
) -> None:
    image, path = own_file
    photo = show(qtbot, window, image)
    session, stage = window.session, photo.stage
    concept = int(photo.shown.concepts[0])
    session.selection.select(concepts=session.state.ids_of((concept,)), cell=3)
    wait_idle(qtbot, window)
    assert photo.layers() and photo.changed.isHidden()
    side = (
        window.docks["thumbnails"]
        .panel.view.visualRect(window.docks["thumbnails"].panel.model.index(0))
        .width()
    )

    # the same content with another time is the same photo
    os.utime(path, ns=(1, 1))
    photo._look_at_file()
    wait_idle(qtbot, window)
    assert photo.layers() and photo.changed.isHidden()

    replace(path)
    following = session.lists.images.neighbour(image, 1)
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: photo.shown.image_id == following)
    press(qtbot, window, Qt.Key.Key_Left)  # both are in memory: the disk is asked all the same
    qtbot.waitUntil(photo.changed.isVisible)
    wait_idle(qtbot, window)
    assert (
        "changed after it was analyzed" in photo.changed.text() and "Resume" in photo.changed.text()
    )
    assert photo.shown.image_id == image and not photo.layers()
    assert (stage._pixmap.width(), stage._pixmap.height()) == (333, 222)
    assert (stage.geometry_of_photo.width, stage.geometry_of_photo.height) == (333, 222)
    assert "explained" not in window.docks["in_photo"].panel.header.info.text()
    assert photo.grid.text() == "changed" and not session.actions["photo.finer"].isEnabled()

    # no picture of the old file is left, and none of its cells is cut out of the new one
    assert session.pictures.thumbnail(image, side) is None
    assert session.pictures.cutout(image, 3, 60, 3) is None
    wait_idle(qtbot, window)
    shown = session.pictures.thumbnail(image, side).toImage().pixelColor(20, 20)
    assert shown.red() > 240 and shown.green() < 20, shown.name()
    assert session.pictures.cutout(image, 3, 60, 3) is None and session.pictures.is_changed(image)

    photo.changed.linkActivated.emit("resume")
    assert session.analysis.is_running
    session.analysis.stop()


def test_the_status_bar_leads_to_what_could_not_be_read_while_there_is_any(qtbot, window) -> None:
    session, link = window.session, window.statusBar().unread
    (bad,) = session.state.results.image_ids(status="unreadable").tolist()
    qtbot.waitUntil(lambda: "1 unreadable" in link.text())
    assert link.isVisible() and bad
    total = session.state.results.image_count
    assert f"{total - 1} of {total} photos were analyzed; 1 could not be read" in link.toolTip()
    assert not window.docks["problems"].isVisible()
    window.resize(900, 600)
    assert link.isVisible(), "nothing else in its place"
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.docks["problems"].isVisible)
    session.projects.close()
    assert link.text() == ""


def test_space_that_the_system_repeats_keeps_the_photo_bare_until_it_is_let_go(
    qtbot, window
) -> None:
    """Under X a held key comes as pairs of one moment, of which not all are marked as repeats."""
    photo, said = show(qtbot, window, photo_ids(window)["landscape"]), []
    window.session.bare_photo.connect(said.append)
    photo.stage.setFocus()

    def send(kind: QEvent.Type, moment: int, repeated: bool = False) -> None:
        event = QKeyEvent(kind, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", repeated)
        event.setTimestamp(moment)
        QApplication.sendEvent(photo.stage, event)

    send(QEvent.Type.KeyPress, 1000)
    for moment, repeated in ((1500, False), (1530, True), (1560, False), (1590, False)):
        send(QEvent.Type.KeyRelease, moment, repeated)
        send(QEvent.Type.KeyPress, moment, repeated)
        assert photo.stage.bare and said == [True]
    QTest.qWait(2 * STILL_HELD_MS)
    assert photo.stage.bare and said == [True]
    send(QEvent.Type.KeyRelease, 1600)
    qtbot.waitUntil(lambda: said == [True, False])
    assert not photo.stage.bare
