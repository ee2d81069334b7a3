"""Names, notes and file names that look like HTML are shown letter by letter, also in tooltips."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6 import QtGui
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

from insight_app.gui.wording import tooltip
from tests.gui.conftest import wait_idle, wait_saved
from tests.synthetic import make_project

HOSTILE = "<b>big</b> <img src=x>"
PANELS = {
    "images": ("thumbnails", "photo", "in_photo", "card"),
    "concepts": ("hierarchy", "exemplars", "card"),
    "review": ("queue", "review", "evidence"),
    "statistics": ("concept_table", "frequency_plot", "folder_plot", "level_plot"),
}


def is_rich(text: str) -> bool:
    return QtGui.Qt.mightBeRichText(text)


def shown(panel: QWidget) -> Iterator[tuple[str, str, bool]]:
    """(where, text, whether it is shown as rich text) of all that a panel says."""
    for widget in (panel, *panel.findChildren(QWidget)):
        name = type(widget).__name__
        yield f"tooltip of {name}", widget.toolTip(), is_rich(widget.toolTip())
        if isinstance(widget, QLabel):
            format = widget.textFormat()
            is_auto = format == Qt.TextFormat.AutoText and is_rich(widget.text())
            yield name, widget.text(), format == Qt.TextFormat.RichText or is_auto
        if isinstance(widget, QAbstractItemView):
            for text in tips(widget):
                yield f"tooltip in {name}", text, is_rich(text)


def tips(view: QAbstractItemView) -> Iterator[str]:
    for row in range(view.model().rowCount(QModelIndex())):
        index = view.model().index(row, 0)
        while index.isValid():
            yield index.data(Qt.ItemDataRole.ToolTipRole) or ""
            index = index.siblingAtColumn(index.column() + 1)


@pytest.fixture
def hostile_project(tmp_path: Path) -> Path:
    """Its photos lie in a folder with such a name."""
    return make_project(tmp_path / "<b>big<>b>" / "Harbour.insight", images=8, concepts=20)


def test_a_name_is_shown_as_it_is(qtbot, open_window, hostile_project) -> None:
    window = open_window(hostile_project)
    session = window.session
    concept = session.state.id_of(0)
    session.curation.rename(concept, HOSTILE)
    session.curation.note(concept, HOSTILE)
    wait_saved(qtbot, window)
    session.selection.select((concept,))
    for workspace, names in PANELS.items():
        window.show_workspace(workspace)
        session.selection.select((concept,))
        wait_idle(qtbot, window)
        seen = [text for name in names for text in shown(window.docks[name].panel)]
        assert any("big" in text for _where, text, _rich in seen), workspace
        assert [one for one in seen if one[2] and HOSTILE in one[1]] == []
        assert [one for one in seen if one[2] and "<b>big<>" in one[1]] == []


def test_a_tooltip_shows_what_it_is_given() -> None:
    assert tooltip("plain & simple") == "plain & simple"
    document = QtGui.QTextDocument()
    document.setHtml(tooltip(HOSTILE))
    assert document.toPlainText() == HOSTILE
