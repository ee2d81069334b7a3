"""What is said of places and photos: "not this" on an example, words on photos."""

from PySide6.QtCore import Qt

from insight_app.gui.photo.tag_dialog import TagDialog
from tests.gui.conftest import wait_idle, wait_saved
from tests.gui.hands import CTRL, Key, press, show


def choose_example(qtbot, window, place: int):
    grid = window.docks["exemplars"].panel.grid
    qtbot.waitUntil(lambda: len(grid.examples) > place)
    at = grid.rect_of(place).center()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=at)
    wait_idle(qtbot, window)
    return grid.examples[place]


def marks(window) -> dict[tuple[int, int], bool]:
    return dict(window.session.marking.places(window.session.selection.primary))


def test_delete_says_not_this_of_an_example_and_again_takes_it_back(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    example = choose_example(qtbot, window, 1)
    press(qtbot, window, Key.Key_Delete)
    wait_idle(qtbot, window)
    assert marks(window) == {(example.image_id, example.cell): False}
    session = window.session
    (mark,) = session.state.catalogue.marks(session.selection.row)
    assert mark.image == session.state.results.image(example.image_id).content_hash.hex()
    press(qtbot, window, Key.Key_Delete)
    assert marks(window) == {}
    press(qtbot, window, Key.Key_Z, CTRL)
    assert marks(window) == {(example.image_id, example.cell): False}


def test_nothing_is_said_of_a_cell_that_is_no_example_of_the_concept(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    choose_example(qtbot, window, 0)
    window.session.lists.step(1)
    wait_idle(qtbot, window)
    press(qtbot, window, Key.Key_Delete)
    assert window.session.state.project.judgements.count == 0
    assert window.strip.label.text().startswith("Choose an example first")


def test_photos_are_tagged_listed_by_a_tag_and_untagged(qtbot, window) -> None:
    show(qtbot, window, "images")
    session, panel = window.session, window.docks["thumbnails"].panel
    panel.show_all()
    wait_idle(qtbot, window)
    every = len(panel.model.order)
    panel.view.setFocus()
    panel.view.setCurrentIndex(panel.model.index(0, 0))
    qtbot.keyClick(panel.view, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    wait_idle(qtbot, window)
    chosen = panel.chosen_images
    assert len(chosen) == 2
    press(qtbot, window, Key.Key_T)
    dialog = window.findChild(TagDialog)
    qtbot.keyClicks(dialog.line, "blurry & <b>")
    qtbot.keyClick(dialog.line, Key.Key_Return)
    wait_saved(qtbot, window)
    wait_idle(qtbot, window)
    (item,) = [dialog.list.item(row) for row in range(dialog.list.count())]
    assert item.checkState() == Qt.CheckState.Checked
    dialog.close()
    panel.show_tag("blurry & <b>")
    wait_idle(qtbot, window)
    assert sorted(panel.model.order.ids.tolist()) == sorted(chosen)
    assert panel.header.info.text().startswith("2 tagged blurry & <b>")
    tip = panel.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "tagged blurry & <b>" in tip
    session.tagging.put(chosen[:1], off=("blurry & <b>",))
    wait_idle(qtbot, window)
    wait_saved(qtbot, window)
    assert panel.model.order.ids.tolist() == chosen[1:]
    session.curation.undo()
    wait_saved(qtbot, window)
    assert len(panel.model.order) == 2
    panel.show_all()
    wait_idle(qtbot, window)
    assert len(panel.model.order) == every
