"""The export dialog: endings, the language of names, and what a format leaves out."""

from pathlib import Path

import pytest
from rdflib import SKOS, Graph, Literal

from insight_app.exchange import json_format
from insight_app.gui.dialogs.export import ExportDialog
from tests.gui.conftest import wait_idle, wait_saved

FORMATS = ("json", "skos", "skos-json", "csv", "csv-spreadsheet", "graphml")


def choose(dialog: ExportDialog, name: str) -> None:
    dialog.format.setCurrentIndex(dialog.format.findData(name))


def test_every_format_is_written_under_its_own_ending_and_says_what_it_leaves_out(
    qtbot, window, tmp_path: Path
) -> None:
    session = window.session
    session.curation.rename(session.state.id_of(2), "Kahn")
    wait_saved(qtbot, window)
    session.selection.select((session.state.id_of(7),))
    window.show_workspace("concepts")
    session.curation.hide()
    wait_saved(qtbot, window)
    dialog = ExportDialog(session, window)
    dialog.language.setText("de")
    for name in FORMATS:
        choose(dialog, name)
        dialog.path.setText(str(tmp_path / f"v1.{FORMATS.index(name)}"))
        dialog._write()
        qtbot.waitUntil(dialog.write.isEnabled)
        wait_saved(qtbot, window)
        written = tmp_path / f"v1.{FORMATS.index(name)}{dialog.kind.suffix}"
        assert written.is_file() and str(written) == dialog.path.text()
        leaves_out = name in ("skos", "skos-json", "graphml")
        assert ("Hidden concepts are left out (1)" in dialog.message.text()) == leaves_out
    assert session.state.project.judgements.state.language == "de"
    told = json_format.parse((tmp_path / "v1.0.json").read_text("utf-8"))
    assert any(one.places for one in told.concepts), "the window writes what the command writes"
    labels = set(Graph().parse(tmp_path / "v1.1.ttl").objects(None, SKOS.prefLabel))
    assert Literal("Kahn", lang="de") in labels
    session.curation.undo()
    wait_saved(qtbot, window)
    assert session.state.project.judgements.state.language == ""


@pytest.mark.parametrize(("path", "language"), [("", "de"), ("/", "de"), ("x.ttl", "no such!")])
def test_nothing_is_written_where_a_name_or_a_language_is_none(
    qtbot, window, tmp_path: Path, monkeypatch, path: str, language: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    dialog = ExportDialog(window.session, window)
    choose(dialog, "skos")
    dialog.path.setText(path)
    choose(dialog, "csv")
    dialog.language.setText(language)
    dialog._write()
    wait_idle(qtbot, window)
    assert "needs a name" in dialog.message.text() or "no code" in dialog.message.text()
    assert set(tmp_path.iterdir()) == before
