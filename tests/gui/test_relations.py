"""Relations in the window: above which share they are, how sure each is, and what others imply."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from insight_app.gui.curation.facts.relations import IMPLIED, PARENTS
from insight_app.gui.relations.columns import KEYS
from tests.gui.conftest import wait_idle
from tests.gui.hands import click
from tests.synthetic import NAMES

WHEEL, VEHICLE, CAR = (NAMES.index(name) for name in ("wheel", "vehicle", "car"))


def panel(window, name: str):
    return window.docks[name].panel


@pytest.fixture
def table(qtbot, window):
    """The table of relations, in front."""
    window.show_workspace("statistics")
    wait_idle(qtbot, window)
    window.docks["relation_table"].raise_()
    wait_idle(qtbot, window)
    return panel(window, "relation_table")


def column(table, key: str) -> list[float]:
    return [float(table.model._values[key][at]) for at in table.model.order]


def test_the_table_sorts_filters_selects_and_copies(qtbot, table, window, tmp_path: Path) -> None:
    edges, model = window.session.state.results.edges, table.model
    assert model.rowCount() == edges.size and edges.implied.any()
    for key in ("strength", "asymmetry", "silent", "images"):
        for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
            table.view.sortByColumn(KEYS.index(key), order)
            found = column(table, key)
            assert found == sorted(found, reverse=order == Qt.SortOrder.DescendingOrder)
    table.view.sortByColumn(KEYS.index("child"), Qt.SortOrder.AscendingOrder)
    names = [model.index(n, 0).data() for n in range(model.rowCount())]
    assert names == sorted(names, key=str.casefold)

    table.search.setText("wheel")
    shown = {(model.edges[at].child, model.edges[at].parent) for at in model.order}
    assert shown and all(WHEEL in pair for pair in shown)
    click(table.view, model.index(model.places_of(WHEEL)[0], 1))
    assert window.session.selection.rows == (WHEEL,)

    table.save_csv(tmp_path / "relations.csv")
    with (tmp_path / "relations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    at = np.flatnonzero((edges.child == WHEEL) & (edges.parent == CAR))[0]
    row = next(row for row in rows if (row["child"], row["parent"]) == ("wheel", "car"))
    assert float(row["asymmetry"]) == pytest.approx(float(edges.asymmetry[at]), rel=1e-5)
    assert int(row["cells"]) == edges.cells[at] and row["interval low"] == ""
    table.copy()
    head, line = QGuiApplication.clipboard().text().split("\n")
    assert head.split("\t")[:4] == ["child", "parent", "R", "R back"]
    assert line.split("\t")[0] == "wheel" and len(line.split("\t")) == len(head.split("\t"))

    table.search.clear()
    table.sure.setChecked(True)
    assert model.rowCount() == 0, "no photo was counted a second time"
    table.trouble.button.click()
    assert model.rowCount() == edges.size
    window.session.selection.select_rows(rows=(CAR,))
    (chosen,) = {index.row() for index in table.view.selectionModel().selectedRows()}
    assert model.edges[model.order[chosen]].child == CAR
    assert "analyze again" in model.index(chosen, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_the_card_tells_implied_parents_apart_and_the_tree_its_threshold(qtbot, window) -> None:
    window.show_workspace("concepts")
    window.session.selection.select_rows(rows=(WHEEL,))
    wait_idle(qtbot, window)
    lists = panel(window, "card").relatives.lists

    def listed(part: str) -> list[int]:
        return [window.session.state.row_of(parent) for _child, parent in lists[part].relations]

    assert CAR in listed(PARENTS) and VEHICLE in listed(IMPLIED)
    assert not set(listed(PARENTS)) & set(listed(IMPLIED))
    above = window.session.state.results.relations_above[0]
    shown = panel(window, "hierarchy").threshold.text()
    assert shown == f"Relations above {above} (published: 0.75)"
