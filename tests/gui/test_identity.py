"""While newer results are being read, a click means what is seen: a concept of the older ones.

The newer results are of another dictionary: the same rows, but other concepts.
"""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.jobs import THREADS
from insight_app.gui.statistics.columns import KEYS
from insight_app.gui.statistics.selecting import How
from tests.gui.conftest import WAIT, wait_idle
from tests.synthetic import DICTIONARY, publish_again

OTHER = "5e17be71c0000002"
LEFT, NO = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opened at the latest when the test ends."""
    event = threading.Event()
    yield event
    event.set()


def hold_back(window, gate: threading.Event) -> None:
    """Let nothing that panels ask for in the background be answered before the gate opens."""
    for _ in range(THREADS):
        window.session.jobs.run(lambda: gate.wait(WAIT / 1000), scope=Scope.PROGRAM)


def show_newer(qtbot, window, project_dir, gate) -> None:
    """Results of another dictionary are there, and panels wait for what they asked of them."""
    hold_back(window, gate)
    publish_again(project_dir, dictionary=OTHER)
    old = window.session.state
    window.session.projects.published(str(project_dir))
    qtbot.waitUntil(lambda: window.session.state is not old)
    assert window.session.state.id_of(0).startswith(OTHER)


def is_older(concept: str | None) -> bool:
    return concept is not None and concept.startswith(DICTIONARY)


def settle(qtbot, window, gate) -> None:
    gate.set()
    wait_idle(qtbot, window)


def click(view, index) -> None:
    view.scrollTo(index)
    QTest.mouseClick(view.viewport(), LEFT, NO, view.visualRect(index).center())


def test_the_table_and_its_plots(qtbot, window, project_dir, gate) -> None:
    window.show_workspace("statistics")
    wait_idle(qtbot, window)
    table, points = window.docks["concept_table"].panel, window.docks["frequency_plot"].panel
    selection = window.session.selection
    show_newer(qtbot, window, project_dir, gate)
    place = 3
    row = int(table.model.order[place])
    click(table.view, table.model.index(place, KEYS.index("name")))
    assert selection.concepts == (f"{DICTIONARY}:{row}",)
    assert [i.row() for i in table.view.selectionModel().selectedRows()] == [place]
    points.box.dragged.emit(QRectF(-1, -1, 100, 100), How.REPLACE)
    assert len(selection.concepts) == len(points.table()[1])
    assert all(map(is_older, selection.concepts))
    window.docks["level_plot"].panel.box.clicked.emit(QPointF(1, 1), How.REPLACE)
    assert selection.concepts and all(map(is_older, selection.concepts))
    assert window.docks["level_plot"].panel.table()[1]
    settle(qtbot, window, gate)
    (first,) = table.view.selectionModel().selectedRows()
    assert first.row() == 0, "the selected are no concepts of the newer results: the first is"
    assert not any(map(is_older, selection.concepts))
    click(table.view, table.model.index(place, KEYS.index("name")))
    assert selection.concepts == (f"{OTHER}:{row}",)


def test_what_fires_together(qtbot, window, project_dir, gate) -> None:
    window.show_workspace("concepts")
    window.session.selection.select_rows((2,))
    wait_idle(qtbot, window)
    together = window.docks["card"].panel.relatives.together
    hold_back(window, gate)
    window.session.selection.select_rows((0,))
    assert all(map(is_older, together.concepts))
    first = together.concepts[0]
    show_newer(qtbot, window, project_dir, gate)
    together.clicked.emit(together.model().index(0, 0))
    assert window.session.selection.primary == first
    settle(qtbot, window, gate)


def test_the_photo_and_the_list_beside_it(qtbot, window, project_dir, gate) -> None:
    wait_idle(qtbot, window)
    photo, listed = window.docks["photo"].panel, window.docks["in_photo"].panel.list
    selection = window.session.selection
    first = listed.concepts[0]
    selection.select((first,))
    show_newer(qtbot, window, project_dir, gate)
    assert photo.layers() == [], "its colours belong to what is selected of the newer results"
    click(listed, listed.model().index(1, 0))
    assert selection.primary == listed.concepts[1] and is_older(selection.primary)
    codes = photo.shown.codes
    cell = int(codes.rows[codes.values.argmax()])
    place = photo.stage.cell_rect(cell).center().toPoint()
    qtbot.mouseMove(photo.stage, place + QPoint(1, 1))
    assert photo.tip.lines and all(is_older(concept) for concept, _value in photo.tip.lines)
    QTest.mouseClick(photo.stage, LEFT, NO, place)
    assert is_older(selection.primary)
    settle(qtbot, window, gate)
    assert {concept.partition(":")[0] for concept in listed.concepts} == {OTHER}


def test_the_hierarchy_and_the_queue_follow_at_once(qtbot, window, project_dir, gate) -> None:
    for workspace in ("concepts", "review"):
        window.show_workspace(workspace)
        wait_idle(qtbot, window)
    assert is_older(window.session.selection.primary)
    show_newer(qtbot, window, project_dir, gate)
    queue = window.docks["queue"].panel
    assert {concept.partition(":")[0] for concept in queue.list.concepts} == {OTHER}
    assert window.session.selection.primary == queue.list.concepts[0], "something is selected"
    window.show_workspace("concepts")
    tree = window.docks["hierarchy"].panel.view.tree
    assert tree.concept_at(tree.index(0, 0)).startswith(OTHER)
    settle(qtbot, window, gate)
