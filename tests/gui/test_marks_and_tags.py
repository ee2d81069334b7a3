"""What is said of places and photos: "not this" on an example, words on photos."""

from PySide6.QtCore import Qt

from tests.gui.conftest import wait_idle
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
