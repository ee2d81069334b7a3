"""Several concepts: many at once, several selected, two of one name told apart."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from insight_app.gui.statistics.columns import KEYS
from tests.gui.conftest import wait_idle, wait_saved
from tests.gui.hands import CTRL, Key, click, press, selected, show


def test_many_are_asked_for_and_enter_is_no(qtbot, window, monkeypatch) -> None:
    monkeypatch.setattr("insight_app.gui.state.curation.ASKS_ABOVE", 5)
    view, session = show(qtbot, window, "concepts").view, window.session
    press(qtbot, window, Key.Key_A, CTRL)
    rows = list(session.selection.rows)
    assert len(rows) > 5
    catalogue = session.state.catalogue

    def answer(key: Key | None) -> list[str]:
        """Press X, and in the box that asks a key, or the button that does it; what it said."""
        said = []

        def in_box() -> None:
            box = QApplication.activeModalWidget()
            if not isinstance(box, QMessageBox) or not box.isVisible():
                QTimer.singleShot(20, in_box)
                return
            said.extend([box.text(), box.informativeText()])
            do = next(one for one in box.buttons() if one.text() == f"Reject {len(rows)}")
            qtbot.keyClick(box.defaultButton() if key else do, key or Key.Key_Space)

        QTimer.singleShot(20, in_box)
        qtbot.keyClick(view, Key.Key_X)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        wait_saved(qtbot, window)
        return said

    for key in (Key.Key_Return, Key.Key_Escape):
        question, details = answer(key)
        assert question == f"Reject all {len(rows)} selected concepts?"
        assert f"{len(rows)} not reviewed" in details
        assert not catalogue.status.any(), "Enter and Escape leave them"
    answer(None)
    assert (catalogue.status[rows] == 3).all()
    assert list(session.selection.rows) == rows, "a set stays selected"
    press(qtbot, window, Key.Key_Z, CTRL)
    assert not catalogue.status.any(), "one undo takes all of it back"


def rename(qtbot, window, row: int, name: str) -> None:
    window.session.curation.rename(window.session.state.id_of(row), name)
    wait_saved(qtbot, window)


def test_two_of_a_name_are_told_apart_wherever_they_stand(qtbot, window) -> None:
    session, state = window.session, window.session.state
    dog, boat, car = (state.catalogue.names.index(name) for name in ("dog", "boat", "car"))
    assert state.distinctions(dog) == () and state.name_told_apart(dog) == "dog"
    rename(qtbot, window, boat, "dog")
    candidates = [one.term for one in state.results.candidates(boat)]
    other = next(term for term in candidates if term != "dog")
    images = f"{state.catalogue.images[boat]} images"
    assert state.distinctions(boat) == (f"#{boat} {other} · {images}", f"#{boat}")
    assert state.name_told_apart(dog) == f"dog #{dog}"

    panel = show(qtbot, window, "concepts")
    tree, said = panel.view.tree, Qt.ItemDataRole.AccessibleTextRole
    for row in (dog, boat):
        session.selection.select_rows((row,))
        wait_idle(qtbot, window)
        assert panel.view.currentIndex().data(said).startswith(f"dog #{row}, ")
    assert tree.index(0, 0).data(said).split(", ")[0].count("#") == 0, "one of its name alone"
    table = show(qtbot, window, "statistics")
    at = table.model.index(table.model.place_of(boat), KEYS.index("name"))
    assert at.data(said) == f"name: dog #{boat}" and at.data() == "dog", "copied as it is"
    press(qtbot, window, Key.Key_F, CTRL)
    qtbot.keyClicks(window.search.line, "dog")
    hits = {hit.detail for hit in window.search.popup.hits() if hit.text == "dog"}
    assert hits == {state.distinctions(dog)[0], state.distinctions(boat)[0]}
    qtbot.keyClick(window.search.line, Key.Key_Escape)
    queue = show(qtbot, window, "review")
    session.selection.select_rows((dog,))
    wait_idle(qtbot, window)
    assert queue.list.currentIndex().data(said).startswith(f"dog #{dog}, ")
    press(qtbot, window, Key.Key_X)
    assert window.strip.label.text() == f"Rejected dog #{dog}"

    # as soon as one of them has another name there is nothing to tell apart
    rename(qtbot, window, boat, "car")
    assert state.distinctions(dog) == () and state.distinctions(car)
    press(qtbot, window, Key.Key_Z, CTRL)
    assert state.distinctions(dog) and not state.distinctions(car)


def test_what_tells_a_name_apart_is_painted_beside_it(qtbot, window) -> None:
    names = window.session.state.catalogue.names
    listed = window.docks["in_photo"].panel.list
    first, second = window.session.state.rows_of(listed.distinct_concepts()[:2])

    def ink() -> int:
        box = listed.visualRect(listed.model().index(1, 0))
        pixels = listed.viewport().grab(box).toImage()
        middle = range(box.width() // 4, box.width() // 2)
        ground = pixels.pixel(box.width() // 2, 1)
        rows = range(pixels.height())
        return sum(pixels.pixel(x, y) != ground for x in middle for y in rows)

    short = min((names[first], names[second]), key=len)
    for row, name in ((first, "aa"), (second, "bb")):
        rename(qtbot, window, row, name)
    alone = ink()
    rename(qtbot, window, second, "aa")
    assert ink() > alone + 20, f"number and candidate stand behind the name ({short})"


@pytest.mark.parametrize("workspace", ["concepts", "review"])
def test_several_selected_say_so_and_what_each_key_would_do(qtbot, window, workspace) -> None:
    session, state = window.session, window.session.state
    show(qtbot, window, workspace)
    one, *_rest = rows = session.lists.rows[:4]
    session.selection.select_rows((one,))
    session.curation.accept()
    wait_saved(qtbot, window)
    session.selection.select_rows(rows)
    wait_idle(qtbot, window)
    panel = window.docks["card" if workspace == "concepts" else "review"].panel
    card = panel.several
    assert panel.several_area.isVisible() and not panel.area.isVisible()
    assert card.title.text() == "4 selected" and card.said.text() == "3 not reviewed, 1 accepted"
    assert card.effects["accept"].text() == "changes 3 concepts, 1 is accepted already"
    assert card.effects["hide"].text() == "changes 4 concepts"
    texts = [window.actions_[f"concept.{verb}"].text().replace("&", "") for verb in card.effects]
    assert texts == [
        *("Accept all 4", "Unsure all 4", "Reject all 4", "Hide all 4 from lists"),
        *("Merge 4…", "Group 4…", "Keep apart"),
    ]
    assert card.effects["keep_apart"].text() == "6 pairs not to be merged"
    assert not window.actions_["concept.rename"].isEnabled(), "nothing acts on one unseen"
    press(qtbot, window, Key.Key_X)
    assert window.strip.label.text() == "Rejected 4 concepts"
    assert (state.catalogue.status[list(rows)] == 3).all()
    assert card.effects["reject"].text() == "changes 0 concepts, 4 are rejected already"
    press(qtbot, window, Key.Key_Z, CTRL)
    assert card.said.text() == "3 not reviewed, 1 accepted" and session.selection.rows == rows
    press(qtbot, window, Key.Key_H)
    assert state.catalogue.hidden[list(rows)].all()
    assert selected(window) not in rows, "the next that stays"
    press(qtbot, window, Key.Key_Z, CTRL)
    assert set(session.selection.rows) == set(rows), "undo returns to all of them"
    click(card.list, card.list.model().index(1, 0))
    assert session.selection.rows == (session.selection.row,) and panel.area.isVisible()


def test_eight_colours_and_what_is_beyond_them(qtbot, window) -> None:
    session, state = window.session, window.session.state
    show(qtbot, window, "statistics")
    wait_idle(qtbot, window)
    rows = session.lists.rows[:11]
    session.selection.select_rows(rows[:8])
    wait_idle(qtbot, window)
    colours = [session.selection.colour(row).name() for row in rows[:8]]
    assert len(set(colours)) == 8
    points = window.docks["frequency_plot"].panel
    drawn = {brush.color().name() for brush in points._chosen.data["brush"]}
    assert drawn == set(colours), "each point in the colour of its concept"
    session.selection.select_rows(rows)
    wait_idle(qtbot, window)
    assert [session.selection.colour(row).name() for row in rows[:8]] == colours, "they are kept"
    assert not any(session.selection.colour(row) for row in rows[8:])
    assert points.header.info.text().endswith("8 in colours of their own")
    session.selection.select_rows((rows[9], *rows))
    assert session.selection.colour(rows[9]) is not None, "the first always has one"
    photo = show(qtbot, window, "images")
    assert len(photo.layers()) == 8 and photo.legend.note.startswith("8 of 11 drawn")
    assert state.row_of(photo.layers()[0].concept) == rows[9]
