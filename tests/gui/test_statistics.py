"""The Statistics workspace: one set of rows, one selection, numbers that leave the window whole."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from insight_app.errors import WorldError
from insight_app.gui.statistics.columns import KEYS
from insight_app.gui.statistics.saving import save_picture, save_table
from insight_app.gui.statistics.selecting import How
from tests.gui.conftest import wait_idle, wait_saved


@pytest.fixture
def statistics(qtbot, window):
    """The window showing Statistics, counted."""
    window.show_workspace("statistics")
    wait_idle(qtbot, window)
    return window


def panel(window, name: str):
    return window.docks[name].panel


def table(window):
    return panel(window, "concept_table")


def shown_names(window) -> list[str]:
    model = table(window).model
    column = KEYS.index("name")
    return [model.index(place, column).data() for place in range(model.rowCount())]


def click_row(window, place: int, modifiers=Qt.KeyboardModifier.NoModifier) -> int:
    view, model = table(window).view, table(window).model
    at = view.visualRect(model.index(place, KEYS.index("name"))).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, at)
    return int(model.order[place])


def on_screen(plot, x: float, y: float) -> QPoint:
    scene = plot.plotItem.vb.mapViewToScene(QPointF(x, y))
    return plot.mapFromScene(scene)


def test_the_table_shows_what_was_counted(statistics) -> None:
    results, model = statistics.session.state.results, table(statistics).model
    assert model.rowCount() == int((results.images >= 1).sum())
    catalogue, rows = statistics.session.state.catalogue, table(statistics).rows
    for key, relatives in (("parents", catalogue.parents), ("children", catalogue.children)):
        assert rows.values[key].tolist() == [len(relatives(n)) for n in range(catalogue.size)]
    place = shown_names(statistics).index("boat")
    row = int(model.order[place])
    texts = model.texts([place], [KEYS.index(key) for key in ("images", "cells", "mean")])[0]
    assert texts[:2] == [str(results.images[row]), str(results.cells[row])]
    assert float(texts[2]) == pytest.approx(
        float(results.total[row] / results.cells[row]), rel=1e-5
    )


@pytest.mark.parametrize("key", ["images", "maximum", "name"])
def test_a_click_on_a_header_sorts(statistics, key: str) -> None:
    view, model = table(statistics).view, table(statistics).model
    header = view.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(KEYS.index(key)) + 12, header.height() // 2)
    for _ in range(2):
        QTest.mouseClick(
            header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
        )
        if key == "name":
            values = [name.casefold() for name in shown_names(statistics)]
        else:
            values = list(np.asarray(table(statistics).rows.values[key])[model.order])
        down = header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        assert values == sorted(values, reverse=down)


def test_selecting_in_the_table_selects_everywhere_and_back(qtbot, statistics) -> None:
    first = click_row(statistics, 2)
    second = click_row(statistics, 5, Qt.KeyboardModifier.ControlModifier)
    assert set(statistics.session.selection.rows) == {first, second}
    wait_idle(qtbot, statistics)
    chosen = panel(statistics, "frequency_plot")._chosen
    assert len(chosen.getData()[0]) == 2
    other = int(table(statistics).model.order[8])
    statistics.session.selection.select_rows(rows=(other,))
    places = {index.row() for index in table(statistics).view.selectionModel().selectedRows()}
    assert places == {8}


def test_a_rectangle_replaces_shift_adds_alt_removes(qtbot, statistics) -> None:
    plot = panel(statistics, "frequency_plot")
    points, drawn = plot._points, plot._drawn
    middle = float(np.median(points[:, 1]))
    low, high = float(points[:, 0].min()) - 1, float(points[:, 0].max()) + 1
    upper = QRectF(low, middle, high - low, 100)
    everything = QRectF(low, -1, high - low, 102)
    plot.box.dragged.emit(upper, How.REPLACE)
    above = set(drawn[points[:, 1] >= middle].tolist())
    assert set(statistics.session.selection.rows) == above
    plot.box.dragged.emit(everything, How.ADD)
    assert set(statistics.session.selection.rows) == set(drawn.tolist())
    plot.box.dragged.emit(upper, How.REMOVE)
    assert set(statistics.session.selection.rows) == set(drawn.tolist()) - above


def test_dragging_the_mouse_draws_that_rectangle(qtbot, statistics) -> None:
    shown = panel(statistics, "frequency_plot")
    points, plot = shown._points, shown.plot
    left, right = shown.box.viewRange()[0]
    bottom, top = shown.box.viewRange()[1]
    start = on_screen(plot, left + 0.02 * (right - left), bottom + 0.02 * (top - bottom))
    end = on_screen(plot, right - 0.02 * (right - left), top - 0.02 * (top - bottom))
    port = plot.viewport()
    none = Qt.KeyboardModifier.NoModifier
    QTest.mousePress(port, Qt.MouseButton.LeftButton, none, start)
    for share in (0.3, 0.6, 1.0):
        QTest.mouseMove(port, start + (end - start) * share)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, none, end)
    wait_idle(qtbot, statistics)
    assert set(statistics.session.selection.rows) == set(shown._drawn[: len(points)].tolist())
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert statistics.session.selection.rows == ()


def test_filters_hold_for_table_and_plots(qtbot, statistics) -> None:
    shown = table(statistics)
    shown.search.setFocus()
    QTest.keyClicks(shown.search, "boat")
    wait_idle(qtbot, statistics)
    found = set(statistics.session.state.catalogue.search("boat"))
    assert {"boat"} <= set(shown_names(statistics))
    assert set(shown.model.order) == found & set(
        np.flatnonzero(statistics.session.state.results.images)
    )
    assert set(panel(statistics, "frequency_plot")._drawn) == set(shown.model.order)
    shown.search.clear()
    results = statistics.session.state.results
    shown.minimum.setValue(12)
    wait_idle(qtbot, statistics)
    assert set(shown.model.order) == set(np.flatnonzero(results.images >= 12))


def test_counting_some_folders_only(qtbot, statistics) -> None:
    results, shown = statistics.session.state.results, table(statistics)
    harbour = next(folder for folder in results.folders if folder.path == "harbour")
    actions = {action.text(): action for action in shown.folders.menu().actions()}
    actions[f"harbour  ({harbour.images})"].trigger()
    wait_idle(qtbot, statistics)
    expected = results.subset([harbour.id])
    images = np.asarray(shown.rows.values["images"])
    assert np.array_equal(images, expected.images)
    assert "dog" not in shown_names(statistics) and "sail" in shown_names(statistics)
    assert shown.rows.of_images == harbour.coded


def test_judgements_are_followed_when_seen_and_only_in_their_rows(qtbot, statistics) -> None:
    session, model = statistics.session, table(statistics).model
    emitted: list[object] = []
    model.dataChanged.connect(lambda first, last, *_: emitted.append((first.row(), last.row())))
    model.modelReset.connect(lambda: emitted.append("reset"))
    model.layoutChanged.connect(lambda: emitted.append("layout"))
    table(statistics).rows.changed.connect(lambda: emitted.append("changed"))
    rows = [int(row) for row in model.order[:3]]
    statistics.show_workspace("review")
    wait_idle(qtbot, statistics)
    for row in rows:
        session.curation.rename(session.state.id_of(row), f"quay {row}")
    wait_saved(qtbot, statistics)
    assert emitted == [], "nobody sees the table"
    statistics.show_workspace("statistics")
    wait_idle(qtbot, statistics)
    assert sorted(emitted) == [(0, 0), (1, 1), (2, 2)]
    assert shown_names(statistics)[:3] == [f"quay {row}" for row in rows]
    emitted.clear()
    session.selection.select_rows(rows=(rows[0],))
    session.curation.unsure()
    wait_saved(qtbot, statistics)
    assert emitted == [(0, 0)]
    session.selection.select_rows(rows=(rows[2],))
    session.curation.hide()
    wait_saved(qtbot, statistics)
    assert emitted.count("changed") == 1 and rows[2] not in model.order and rows[1] in model.order


def test_a_judgement_changes_its_row_and_nothing_else(qtbot, statistics) -> None:
    shown = table(statistics)
    shown.view.verticalScrollBar().setValue(40)
    row = click_row(statistics, 6)
    before, scroll = list(shown.model.order), shown.view.verticalScrollBar().value()
    statistics.session.curation.rename(statistics.session.state.id_of(row), "renamed by hand")
    wait_saved(qtbot, statistics)
    place = shown.model.place_of(row)
    assert shown.model.index(place, KEYS.index("name")).data() == "renamed by hand"
    assert list(shown.model.order) == before
    assert shown.view.verticalScrollBar().value() == scroll
    assert statistics.session.selection.rows == (row,)


def test_the_folder_plot_shows_shares_and_honest_intervals(qtbot, statistics) -> None:
    sail = statistics.session.state.catalogue.names.index("sail")
    statistics.session.selection.select_rows(rows=(sail,))
    wait_idle(qtbot, statistics)
    _titles, rows = panel(statistics, "folder_plot").table()
    by_name = {row[0]: row for row in rows}
    assert by_name["harbour"][3] == 1.0 and by_name["park"][3] == 0.0
    assert by_name["harbour"][4] is None, "six images are too few for an interval"
    name, images, hits, share, low, high = rows[-1]
    assert name == "all" and images == statistics.session.state.results.coded_images
    assert low < share < high and hits == statistics.session.state.results.images[sail]


def test_co_occurrence_of_the_selected(qtbot, statistics) -> None:
    names = statistics.session.state.catalogue.names
    statistics.docks["cooccurrence_plot"].raise_()
    pair = (names.index("sail"), names.index("boat"))
    statistics.session.selection.select_rows(rows=pair)
    wait_idle(qtbot, statistics)
    shown = panel(statistics, "cooccurrence_plot")
    titles, rows = shown.table()
    assert list(titles) == ["concept", "sail", "boat"]
    assert rows[0][2] == pytest.approx(1.0), "a sail is always on a boat"
    assert rows[1][1] < 1.0


def test_copying_pastes_into_a_spreadsheet(statistics) -> None:
    click_row(statistics, 0)
    click_row(statistics, 1, Qt.KeyboardModifier.ShiftModifier)
    view = table(statistics).view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 3
    assert lines[0].split("\t")[:3] == ["status", "name", "images"]
    assert [line.split("\t")[1] for line in lines[1:]] == shown_names(statistics)[:2]


def test_the_csv_reads_back(statistics, tmp_path: Path) -> None:
    path = tmp_path / "concepts.csv"
    table(statistics).save_csv(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "spreadsheets need the byte-order mark"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == shown_names(statistics)
    images = statistics.session.state.results.images[table(statistics).model.order]
    assert [int(row["images"]) for row in rows] == images.tolist()


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
@pytest.mark.parametrize("name", ["frequency_plot", "level_plot", "folder_plot"])
def test_plots_export(qtbot, statistics, tmp_path: Path, name: str, kind: str) -> None:
    statistics.session.selection.select_rows(rows=(2,))
    wait_idle(qtbot, statistics)
    shown = panel(statistics, name)
    path = tmp_path / f"{name}.{kind}"
    if kind == "csv":
        save_table(shown.table(), path)
    else:
        save_picture(shown.plot, path)
    head = path.read_bytes()[:400]
    assert {"png": b"\x89PNG", "svg": b"<svg", "csv": b"\xef\xbb\xbf"}[kind] in head


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_what_the_disk_refuses_is_said_in_words(statistics, tmp_path: Path, kind: str) -> None:
    shown = panel(statistics, "frequency_plot")
    path = tmp_path / "nowhere" / f"plot.{kind}"
    with pytest.raises(WorldError, match="could not be written") as refused:
        save_table(shown.table(), path) if kind == "csv" else save_picture(shown.plot, path)
    assert refused.value.where == str(path) and refused.value.do


def test_keys_of_the_filter_and_the_order_that_one_left(
    qtbot, statistics, open_window, project_dir: Path
) -> None:
    shown = table(statistics)
    shown.search.setFocus()
    QTest.keyClicks(shown.search, "xylophone")
    assert shown.header.info.text().startswith("0 of 0")
    levels = panel(statistics, "level_plot").plot.plotItem.vb.viewRange()[1]
    assert levels[0] > -1 and levels[1] < 3, "nothing has no axis from -20 to 20"
    QTest.keyClick(shown.search, Qt.Key.Key_Escape)
    assert not shown.search.text() and shown.model.rowCount()
    QTest.keyClick(shown.search, Qt.Key.Key_Down)
    assert shown.view.hasFocus()

    place = shown.model.rowCount() - 1
    statistics.session.selection.select_rows(rows=(int(shown.model.order[place]),))
    wait_idle(qtbot, statistics)
    header = shown.view.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(KEYS.index("name")) + 12, header.height() // 2)
    QTest.mouseClick(
        header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
    )
    current = shown.view.visualRect(shown.view.currentIndex())
    assert shown.view.viewport().rect().contains(current.center())
    order = shown_names(statistics)
    statistics.close()
    again = open_window(project_dir)
    again.show_workspace("statistics")
    wait_idle(qtbot, again)
    assert shown_names(again) == order
