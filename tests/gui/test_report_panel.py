"""Findings in the window: pinned from any workspace, gone back to, closed, reported, signed."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from insight_app.figures import figure
from insight_app.gui.explain.pin_dialog import TextDialog
from insight_app.project.judgements.auditing import CLOSED
from tests.gui.conftest import wait_idle

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def answered(qtbot, window, text: str, *, critical: bool = False) -> None:
    """Fill in the dialog that is open and take it with the keyboard."""
    dialogs = window.findChildren(TextDialog)
    dialog = next(one for one in dialogs if one.isVisible())
    dialog.text.setPlainText(text)
    dialog.critical.setChecked(critical)
    with qtbot.waitSignal(dialog.finished):
        dialog.take.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
    wait_idle(qtbot, window)


def test_an_audit_in_the_window(
    qtbot, open_window, project_dir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(project_dir)
    session, audit = window.session, window.session.audit
    wait_idle(qtbot, window)
    qtbot.keyClick(window, Key.Key_2, Modifier.ControlModifier)
    wait_idle(qtbot, window)
    concept, image = session.selection.primary, session.selection.image
    qtbot.keyClick(window, Key.Key_D, Modifier.ControlModifier)
    answered(qtbot, window, "It is <b>always</b> on water.", critical=True)
    [(_key, found)] = audit.findings()
    assert found.view.workspace == "concepts" and found.view.concepts[0] == str(concept)
    assert found.view.told.startswith("Concepts: ")
    assert any(one.what.startswith("Photos with ") for one in found.view.figures)
    assert found.comment == "It is <b>always</b> on water." and found.bars_signing
    assert bool(found.view.image) == (image is not None)

    window.actions_["page.report"].trigger()
    wait_idle(qtbot, window)
    panel = window.docks["report"].panel
    assert panel.list.topLevelItemCount() == 1 and panel.list.currentItem().text(0) == "▲ critical"
    sign = window.actions_["audit.sign"]
    assert not sign.isEnabled() and "1 critical finding is open: close it" in sign.toolTip()
    assert "1 critical finding is open: close it" in panel.said.toPlainText()
    session.selection.select(concepts=())
    panel.go.click()
    wait_idle(qtbot, window)
    assert session.selection.primary == concept and window.actions_["view.concepts"].isChecked()

    window.actions_["page.report"].trigger()
    wait_idle(qtbot, window)
    panel.close_it.click()
    answered(qtbot, window, "Fifty on land are recognized too.")
    assert audit.findings()[0][1].status == CLOSED
    assert window.actions_["audit.sign"].isEnabled() and panel.close_it.text() == "Reopen"
    session.curation.undo()
    wait_idle(qtbot, window)
    assert audit.findings()[0][1].bars_signing and not window.actions_["audit.sign"].isEnabled()
    session.curation.redo()
    wait_idle(qtbot, window)

    for ending, action in (("html", "audit.write"), ("pdf", "audit.pdf")):
        file = tmp_path / f"audit.{ending}"
        monkeypatch.setattr(
            "insight_app.gui.panels.report.choose_new_file", lambda *_a, file=file: file
        )
        window.actions_[action].trigger()
        wait_idle(qtbot, window)
        assert file.read_bytes()[:5] == {"html": b"<!DOC", "pdf": b"%PDF-"}[ending]
        assert file.stat().st_size > 5_000
        assert window.strip.link.text() == "Open" and panel.isAncestorOf(window.focusWidget())
    page = tmp_path / "audit.html"
    monkeypatch.setattr("insight_app.gui.panels.report.choose_file", lambda *_a: page)
    window.actions_["audit.sign"].trigger()
    answered(qtbot, window, "I was there.")
    [signature] = session.state.project.judgements.state.signatures.values()
    assert signature.is_signed and signature.statement == "I was there."
    for written, sign in ((page.read_bytes(), "✓"), (page.read_bytes() + b" ", "✗")):
        page.write_bytes(written)
        window.actions_["audit.check"].trigger()
        wait_idle(qtbot, window)
        assert panel.said.toPlainText().startswith(f"{sign} audit.html: ")


def test_a_finding_says_itself_what_is_to_be_seen(qtbot, open_window, project_dir) -> None:
    window = open_window(project_dir)
    session = window.session
    wait_idle(qtbot, window)
    image, results = session.selection.image, session.state.results
    qtbot.waitUntil(lambda: session.image_codes.get(image) is not None)
    codes = session.image_codes.get(image)
    strengths = dict(session.photo_concepts.active(session.state, codes))
    active = max(strengths, key=strengths.__getitem__)
    absent = next(n for n in range(results.F) if n not in strengths)
    session.selection.select(concepts=session.state.ids_of((active,)))
    view = session.audit.looked_at("images", "")
    assert figure(strengths[active]) in [one.value for one in view.figures]
    session.selection.select(concepts=session.state.ids_of((absent,)))
    view = session.audit.looked_at("images", "")
    assert ", not active in " in view.told and view.figures[0].value == "not active"

    qtbot.keyClick(window, Key.Key_D, Modifier.ControlModifier)
    dialog = next(one for one in window.findChildren(TextDialog) if one.isVisible())
    assert dialog.subject.text() == view.told and dialog.take.isDefault()
    dialog.subject.setText("A boat without water")
    answered(qtbot, window, "")
    assert session.audit.findings()[0][1].view.told == "A boat without water"
