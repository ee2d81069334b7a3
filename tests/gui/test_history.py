"""The history in the window: read, taken back alone, written to a file and replayed."""

import shutil

from insight_app.gui.curation.facts import history
from insight_app.gui.curation.history.lines import HistoryLine
from insight_app.gui.dialogs import history as dialogs
from insight_app.gui.dialogs.history import HistoryDialog
from insight_app.project.judgements import Person, alias, hide, rename
from insight_app.project.judgements.store import Judgements
from tests.gui.conftest import wait_idle, wait_saved
from tests.gui.hands import CTRL, SHIFT, Key, press, show


def lines(view) -> list[HistoryLine]:
    return [item for item in view.items if isinstance(item, HistoryLine)]


def told(view) -> list[str]:
    return [line.words for line in lines(view)]


def take_back(qtbot, window, view, words: str) -> None:
    """Enter on the line that says this."""
    place = next(at for at, item in enumerate(view.items) if getattr(item, "words", "") == words)
    view.setFocus()
    view.setCurrentIndex(view.model_.index(place))
    qtbot.keyClick(view, Key.Key_Return)
    wait_saved(qtbot, window)


def name_it(qtbot, window, name: str) -> None:
    window.session.curation.rename(window.session.selection.primary, name)
    wait_saved(qtbot, window)


def test_an_old_act_is_taken_back_alone_and_why_another_is_not(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    card, session = window.docks["card"].panel, window.session
    concept, row = session.selection.primary, session.selection.row
    name_it(qtbot, window, "mast")
    session.curation.note(concept, "of wood")
    wait_saved(qtbot, window)
    name_it(qtbot, window, "boom")
    view = card.history.list
    assert told(view) == ["renamed to boom", "note: of wood", "renamed to mast"]
    take_back(qtbot, window, view, "note: of wood")
    assert session.state.catalogue.notes == {} and session.state.catalogue.names[row] == "boom"
    assert told(view)[0].startswith("Taken back: Noted on")
    assert [line.is_taken_back for line in lines(view)] == [False, False, True, False]
    take_back(qtbot, window, view, "renamed to mast")
    assert session.state.catalogue.names[row] == "boom"
    assert "cannot be taken back" in card.history.refusal.text()
    assert "Renamed mast to boom" in card.history.refusal.text()
    assert card.history.refusal.isVisible()
    window.docks["hierarchy"].panel.view.setFocus()
    press(qtbot, window, Key.Key_Z, CTRL | SHIFT)
    assert session.state.catalogue.notes == {row: "of wood"}
    assert not card.history.refusal.isVisible()


def test_the_history_of_another_copy_is_replayed_and_can_be_arranged_by_person(
    qtbot, window, project_dir, tmp_path, monkeypatch
) -> None:
    show(qtbot, window, "concepts")
    session = window.session
    concept, row = session.selection.primary, session.selection.row
    name_it(qtbot, window, "mast")
    press(qtbot, window, Key.Key_H, CTRL | SHIFT)
    dialog = window.findChild(HistoryDialog)
    wait_idle(qtbot, window)
    path = tmp_path / "history.jsonl"
    monkeypatch.setattr(dialogs, "choose_new_file", lambda *_: path)
    dialog.export.click()
    wait_idle(qtbot, window)
    assert dialog.count.text() == "history.jsonl: 1 judgement written"
    shutil.copyfile(project_dir / "judgements.sqlite", tmp_path / "judgements.sqlite")
    with Judgements.open(tmp_path / "judgements.sqlite", Person("b", "Ben <b>")) as other:
        other.judge([rename(concept, "boom"), hide(concept)], "Renamed and hidden")
        other.export_log(path)
    monkeypatch.setattr(dialogs, "choose_file", lambda *_: path)
    asked: list[str] = []
    monkeypatch.setattr(
        dialogs, "confirm", lambda _parent, _title, text, **_: not asked.append(text)
    )
    dialog.replay.click()
    wait_idle(qtbot, window)
    wait_saved(qtbot, window)
    assert asked == ["Take over 2 judgements from history.jsonl?"]
    assert session.state.catalogue.names[row] == "boom" and session.state.catalogue.hidden[row]
    assert told(dialog.list)[0] == "Renamed and hidden"
    assert [line.can_take_back for line in lines(dialog.list)] == [False, True]
    dialog.persons.setCurrentIndex(dialog.persons.findData("b"))
    wait_idle(qtbot, window)
    assert told(dialog.list) == ["Renamed and hidden"]
    dialog.replay.click()
    wait_idle(qtbot, window)
    assert dialog.count.text() == "history.jsonl has nothing that is not known here."
    session.selection.select(concepts=(concept,))
    wait_idle(qtbot, window)
    card = window.docks["card"].panel.history
    assert card.list.items[0] == lines(card.list)[0].day
    card.arrange.click()
    assert card.list.items[0] == "Ben <b>"
    assert set(told(card.list)[:2]) == {"hidden", "renamed to boom"}


def test_a_file_that_is_no_history_changes_nothing_and_blocks_nothing(
    qtbot, window, tmp_path, monkeypatch
) -> None:
    show(qtbot, window, "concepts")
    path = tmp_path / "history.jsonl"
    path.write_text("{}\n", encoding="utf-8")
    window.session.curation.replay(path)
    window.session.curation.replay(tmp_path / "nowhere.jsonl")
    name_it(qtbot, window, "mast")
    row = window.session.selection.row
    assert window.session.state.catalogue.names[row] == "mast"
    assert window.session.state.project.judgements.count == 1


def test_a_long_history_comes_in_pages(qtbot, window) -> None:
    show(qtbot, window, "concepts")
    session, card = window.session, window.docks["card"].panel
    concept, many = session.selection.primary, history.PAGE + 5
    acts = [alias(concept, f"name {number}") for number in range(many)]
    session.curation.judge(acts, "Called so")
    wait_saved(qtbot, window)
    shown = lines(card.history.list)
    assert len(shown) == history.PAGE and not card.history.earlier.isHidden()
    card.history.earlier.click()
    shown = lines(card.history.list)
    assert {line.words for line in shown} == {f"also called name {n}" for n in range(many)}
    assert card.history.earlier.isHidden()
