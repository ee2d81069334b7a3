"""Labelling photos in Images: with keys, many at once, in several sets, from a table."""

import csv
from pathlib import Path

from PySide6.QtCore import Qt

from tests.gui.conftest import wait_idle, wait_saved
from tests.gui.hands import CTRL, SHIFT, Key, press, show


def open_bar(qtbot, window):
    """Show all photos and the bar for labelling, as a person does; return the panel."""
    show(qtbot, window, "images")
    panel = window.docks["thumbnails"].panel
    panel.show_all()
    wait_idle(qtbot, window)
    press(qtbot, window, Key.Key_T, SHIFT)
    wait_idle(qtbot, window)
    panel.view.setCurrentIndex(panel.model.index(0, 0))
    wait_idle(qtbot, window)
    return panel


def settle(qtbot, window) -> None:
    wait_idle(qtbot, window)
    wait_saved(qtbot, window)
    wait_idle(qtbot, window)


def said(window, label_set: str) -> list[str]:
    return sorted(window.session.state.project.judgements.state.labels.get(label_set, {}).values())


def test_keys_label_photos_go_on_and_are_undone(qtbot, window) -> None:
    panel = open_bar(qtbot, window)
    labelling, judgements = window.session.labelling, window.session.state.project.judgements
    assert labelling.label_set == "folders" and labelling.keyed == (
        "harbour", "mixed", "park", "street",
    )  # fmt: skip
    assert panel.labels.progress.text() == "23 of 23 photos labelled"
    first = panel.model.order[0]
    assert labelling.label_of(first) == "harbour"
    press(qtbot, window, Key.Key_3)
    assert labelling.label_of(first) == "park", "seen before it is on the disk"
    settle(qtbot, window)
    assert (said(window, "folders"), labelling.label_of(first)) == (["park"], "park")
    assert window.session.selection.image == panel.model.order[1], "the next one"
    tip = panel.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "labelled park" in tip
    qtbot.keyClick(panel.view, Key.Key_Down, SHIFT)
    press(qtbot, window, Key.Key_4)
    settle(qtbot, window)
    assert said(window, "folders") == ["park", "street", "street"]
    assert len({one.group for one in judgements.entries()}) == 2, "many are one act"
    press(qtbot, window, Key.Key_Z, CTRL)
    settle(qtbot, window)
    assert said(window, "folders") == ["park"]
    panel.view.setCurrentIndex(panel.model.index(0, 0))
    press(qtbot, window, Key.Key_0)
    settle(qtbot, window)
    assert said(window, "folders") == [] and labelling.label_of(first) == "harbour"
    press(qtbot, window, Key.Key_9)
    assert window.strip.label.text().startswith("No class has this key yet")
    assert window.session.state.catalogue is not None and judgements.state.concepts == {}


def test_a_new_set_gets_its_classes_as_they_are_typed_and_lists_what_is_left(qtbot, window) -> None:
    panel = open_bar(qtbot, window)
    session, labelling = window.session, window.session.labelling
    labelling.choose_set("mine")
    settle(qtbot, window)
    assert labelling.keyed == () and panel.labels.progress.text() == "0 of 23 photos labelled"
    panel.labels.field.setFocus()
    qtbot.keyClicks(panel.labels.field, "sea & <b>")
    qtbot.keyClick(panel.labels.field, Key.Key_Return)
    settle(qtbot, window)
    assert said(window, "mine") == ["sea & <b>"] and labelling.keyed == ("sea & <b>",)
    assert panel.labels.buttons[0].text() == "1  sea && <b>"
    assert panel.view.hasFocus()
    panel.labels.unlabelled.click()
    settle(qtbot, window)
    every = len(session.state.results.image_ids())
    assert len(panel.model.order) == every - 1
    assert "without a label" in panel.header.info.text()
    panel.view.setCurrentIndex(panel.model.index(0, 0))
    wait_idle(qtbot, window)
    press(qtbot, window, Key.Key_1)
    settle(qtbot, window)
    assert len(panel.model.order) == every - 2, "it leaves the list"
    panel.show_label("sea & <b>")
    settle(qtbot, window)
    assert len(panel.model.order) == 2 and "labelled sea & <b>" in panel.header.info.text()
    panel.show_all()
    settle(qtbot, window)
    assert len(panel.model.order) == every and not panel.labels.unlabelled.isChecked()


def test_without_the_bar_digits_are_what_they_were(qtbot, window) -> None:
    panel = open_bar(qtbot, window)
    press(qtbot, window, Key.Key_T, SHIFT)
    settle(qtbot, window)
    assert not panel.labels.isVisible()
    panel.view.setFocus()
    press(qtbot, window, Key.Key_1)
    settle(qtbot, window)
    assert window.session.state.project.judgements.state.labels == {}


def test_tables_come_and_go(qtbot, window, tmp_path: Path) -> None:
    open_bar(qtbot, window)
    labelling, asked = window.session.labelling, []
    table = tmp_path / "given.csv"
    photos = zip(("003", "007", "011", "015"), "abab", strict=True)
    lines = [f"mixed_{number}.jpg,{name}" for number, name in photos]
    table.write_text("\n".join(["path,label", *lines]))
    labelling.take_over(table)
    settle(qtbot, window)
    assert labelling.label_set == "given" and said(window, "given") == ["a", "a", "b", "b"]
    window.session.curation.asked.disconnect()
    window.session.curation.asked.connect(asked.append)
    table.write_text("path,label\nmixed_003.jpg,b\ngone.jpg,b\n")
    labelling.take_over(table)
    settle(qtbot, window)
    [question] = asked
    assert question.asks == "Label 1 photo as given.csv says?" and "gone.jpg" in question.details
    assert said(window, "given") == ["a", "a", "b", "b"], "not before it is asked"
    question.do()
    settle(qtbot, window)
    assert said(window, "given") == ["a", "b", "b", "b"]
    labelling.write(tmp_path / "out.csv")
    settle(qtbot, window)
    rows = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8", newline="")))
    assert sorted(row["label"] for row in rows) == ["a", "b", "b", "b"]
    table.write_bytes(b"path,label\nmixed_003.jpg,\xff\n")
    labelling.take_over(table)
    settle(qtbot, window)
    assert said(window, "given") == ["a", "b", "b", "b"]
