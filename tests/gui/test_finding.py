"""Searching says how many hits there are and why each is one; where there is none, what to type."""

import pytest
from PySide6.QtCore import Qt

from insight_app.gui.finding.hits import NOTHING_FOUND
from tests.gui.conftest import wait_idle


def typed(qtbot, line, text: str) -> None:
    line.window().activateWindow()
    line.setFocus()
    line.clear()
    qtbot.keyClicks(line, text)


@pytest.mark.parametrize("place", ["search", "photos"])
def test_a_search_says_why_and_how_many(qtbot, window, place: str) -> None:
    window.show_workspace("images")
    wait_idle(qtbot, window)
    catalogue = window.session.state.catalogue
    field = window.search if place == "search" else window.docks["thumbnails"].panel.filter
    typed(qtbot, field.line, "a")
    popup, rows = field.popup, catalogue.search("a")
    concepts = [hit for hit in popup.hits() if hit.status >= 0]
    reasons = [catalogue.why_found(row, "a") for row in rows]
    assert [hit.detail.startswith("via ") for hit in concepts] == [
        why.startswith("via ") for why in reasons
    ]
    assert any(reasons) and not all(reasons)
    assert popup.isVisible() and popup.note.text().endswith(f"{len(rows)} concepts")
    typed(qtbot, field.line, "qqq")
    assert popup.isVisible() and popup.hits() == [] and popup.note.text() == NOTHING_FOUND
    assert popup.note.isVisible() and popup.rect().contains(popup.note.geometry())
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    qtbot.keyClick(field.line, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_a_table_without_rows_says_so_and_clears_its_filter(qtbot, window) -> None:
    window.show_workspace("statistics")
    wait_idle(qtbot, window)
    panel = window.docks["concept_table"].panel
    count = panel.model.rowCount()
    typed(qtbot, panel.search, "qqq")
    wait_idle(qtbot, window)
    assert panel.model.rowCount() == 0 and panel.trouble.isVisible()
    assert panel.trouble.text == NOTHING_FOUND
    qtbot.mouseClick(panel.trouble.button, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    assert panel.model.rowCount() == count and not panel.trouble.isVisible()


def test_the_hierarchy_keeps_saying_which_hit_it_is_at(qtbot, window) -> None:
    window.show_workspace("concepts")
    wait_idle(qtbot, window)
    panel = window.docks["hierarchy"].panel
    typed(qtbot, panel.search, "boat")
    count = len(window.session.state.catalogue.search("boat"))
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    assert panel.header.info.text().startswith(f"1 of {count} hit")
    typed(qtbot, panel.search, "qqq")
    assert panel.header.info.text() == "nothing found"
    panel.search.clear()
    assert "of" in panel.header.info.text() and "hit" not in panel.header.info.text()
