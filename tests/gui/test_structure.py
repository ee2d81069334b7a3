"""Merging, grouping, keeping apart: laid out first, cancelled without a trace, done, undone."""

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from insight_app.gui.curation.structure.alike_model import AlikeField
from insight_app.gui.curation.structure.keys import NOT_LOOKED_AT
from insight_app.gui.curation.structure.union_bar import BarLabel, BarPart, labels
from insight_app.gui.state import staging as staging_module
from insight_app.gui.state.staging import Staged, StagePlan
from tests.gui.conftest import wait_idle, wait_saved
from tests.gui.hands import CTRL, Key, press, seen_from_top, show

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def concepts(qtbot, window):
    """The window in Concepts; names of rows by `row`."""
    show(qtbot, window, "concepts")
    return window


def row(window, name: str) -> int:
    return window.session.state.catalogue.names.index(name)


def state_id(window, name: str) -> str:
    return window.session.state.id_of(row(window, name))


def choose(qtbot, window, *names: str) -> list[int]:
    rows = [row(window, name) for name in names]
    window.session.selection.select_rows(rows)
    wait_idle(qtbot, window)
    return rows


def listed(panel) -> list[int]:
    state = panel.session.state
    return [state.row_of(one.concept) for one in panel.table.rows.rows]


def test_a_merge_is_laid_out_and_cancelled_without_a_trace(qtbot, concepts) -> None:
    window, session = concepts, concepts.session
    tree = window.docks["hierarchy"].panel
    tree.set_levels((1, 3))
    tree.search.setText("o")
    wait_idle(qtbot, window)
    boat, car, dog = choose(qtbot, window, "boat", "car", "dog")
    tree.view.verticalScrollBar().setValue(7)
    tree.view.setFocus()
    before = (
        session.selection.current,
        tree.view.verticalScrollBar().value(),
        seen_from_top(tree.view),
    )
    entries = session.state.project.judgements.count

    press(qtbot, window, Key.Key_Return, CTRL)
    panel = window.docks["alike"].panel
    assert panel.isVisible() and panel.table.hasFocus()
    assert session.staging.stage.ticked == session.state.ids_of((boat, car, dog))
    assert listed(panel)[:3] == [boat, car, dog], "the one that stays first"
    wait_idle(qtbot, window)
    assert len(listed(panel)) > 3, "and what is like it, not ticked"
    assert panel.foot_of_stage.title.text() == "Merge 3 concepts into boat"
    assert panel.table.rows.text(panel.table.rows.rows[0], AlikeField.LOOK) == "stays"

    one = window.docks["card"].panel.several.one
    assert (one.place.text(), one.name.text()) == ("1 of 3, the one that stays", "boat")
    one.back.click()
    wait_idle(qtbot, window)
    assert (one.place.text(), one.name.text()) == ("3 of 3", "dog")
    strongest = session.state.reader(dog).examples("strongest", 1)
    assert one.cutouts.examples[:1] == strongest and session.selection.rows == (boat, car, dog)

    panel.table.make_current(2)
    press(qtbot, window, Key.Key_Space)
    assert session.selection.rows == (boat, car), "what is ticked is selected"
    assert one.name.text() == "boat"
    assert panel.foot_of_stage.title.text() == "Merge 2 concepts into boat"
    panel.table.make_current(0)
    press(qtbot, window, Key.Key_Space)
    assert session.selection.rows == (boat, car), "the one that stays cannot be dropped"
    panel.table.make_current(1)
    press(qtbot, window, Key.Key_R)
    assert session.staging.stage.reference == session.state.id_of(car)
    wait_idle(qtbot, window)

    tree.search.setText("wheel")
    tree.set_levels(None)
    tree.view.collapseAll()
    wait_idle(qtbot, window)
    panel.table.setFocus()
    press(qtbot, window, Key.Key_Escape)
    assert session.staging.stage is None and tree.view.hasFocus()
    assert not panel.isVisible() and window.docks["exemplars"].panel.isVisible()
    assert tree.search.text() == "o" and tree.view.tree.order.levels == (1, 3)
    after = (
        session.selection.current,
        tree.view.verticalScrollBar().value(),
        seen_from_top(tree.view),
    )
    assert after == before
    assert session.state.project.judgements.count == entries


def test_a_merge_is_done_and_taken_apart_at_any_later_time(qtbot, concepts, open_window) -> None:
    window, session = concepts, concepts.session
    state = session.state
    session.curation.rename(state.id_of(row(window, "dog")), "hound")
    wait_saved(qtbot, window)
    boat, car, hound = choose(qtbot, window, "boat", "car", "hound")
    images = int(state.catalogue.images[car])
    press(qtbot, window, Key.Key_Return, CTRL)
    panel = window.docks["alike"].panel
    wait_idle(qtbot, window)
    results = state.results
    union: set[int] = set()
    for one in (boat, car, hound):
        union |= set(results.strongest_images(one, 1000)[0].tolist())
    parts = panel.foot_of_stage.bar.parts
    assert sum(one.images for one in parts) == len(union) and len(parts) == 3
    assert f"{len(union)} images together" in panel.foot_of_stage.numbers.text()
    assert "1 alias more" in panel.foot_of_stage.note.text()
    press(qtbot, window, Key.Key_Return, CTRL)
    assert window.strip.label.text() == "Merged car and hound into boat"
    assert session.staging.stage is None and session.selection.rows == (boat,)
    catalogue = session.state.catalogue
    assert catalogue.images[boat] == len(union), "counted anew, and told wherever it stands"
    assert set(catalogue.members(boat)) == {car, hound}
    assert car not in seen_from_top(window.docks["hierarchy"].panel.view)
    assert [one.text for one in catalogue.aliases(boat)] == ["hound"]
    made_of = window.docks["card"].panel.made_of
    merged = made_of.parts["Merged here"]
    assert set(state.rows_of(merged.concepts)) == {car, hound} and merged.isVisible()

    session.curation.accept()  # later judgements stay when it is taken apart
    wait_saved(qtbot, window)
    session.structure.unmerge(state.id_of(boat), (state.id_of(car),))
    wait_saved(qtbot, window)
    assert catalogue.members(boat) == [hound] and catalogue.merged_into[car] == -1
    assert catalogue.names[car] == "car" and catalogue.images[car] == images
    choose(qtbot, window, "boat")
    assert window.actions_["concept.take_apart"].text() == "Take out 1 merged concept"
    window.actions_["concept.take_apart"].trigger()
    wait_saved(qtbot, window)
    assert not catalogue.members(boat) and catalogue.names[hound] == "hound"
    assert not catalogue.aliases(boat), "its name goes with it"
    press(qtbot, window, Key.Key_Z, CTRL)
    assert set(catalogue.members(boat)) == {hound}
    assert [one.text for one in catalogue.aliases(boat)] == ["hound"]
    window.close()
    again = open_window(state.path).session.state.catalogue
    assert set(again.members(boat)) == {hound} and again.status[boat] == 1


def test_after_a_redo_keys_act_on_what_stands_for_the_others(qtbot, concepts) -> None:
    window, session = concepts, concepts.session
    boat, car, dog = choose(qtbot, window, "boat", "car", "dog")
    for _ in range(2):
        press(qtbot, window, Key.Key_Return, CTRL)
        wait_idle(qtbot, window)
    session.selection.select_rows((0,))
    press(qtbot, window, Key.Key_Z, CTRL)
    assert set(session.selection.rows) == {boat, car, dog} and session.selection.row == boat
    press(qtbot, window, Key.Key_Y, CTRL)
    assert session.state.catalogue.members(boat) == [car, dog]
    assert session.selection.rows == (boat,)


def test_what_was_made_elsewhere_stays_selected_in_the_table(qtbot, concepts) -> None:
    window, session = concepts, concepts.session
    show(qtbot, window, "statistics")
    show(qtbot, window, "concepts")
    choose(qtbot, window, "boat", "dog")
    press(qtbot, window, Key.Key_G, CTRL)
    qtbot.keyClicks(window.docks["alike"].panel.foot_of_stage.name, "moving thing")
    press(qtbot, window, Key.Key_Return)
    made = row(window, "moving thing")
    assert session.selection.rows == (made,)
    show(qtbot, window, "statistics")
    assert session.selection.rows == (made,)
    assert window.docks["concept_table"].panel.model.place_of(made) is not None


def test_a_group_stands_above_its_concepts_and_has_a_name(qtbot, concepts) -> None:
    window, session = concepts, concepts.session
    boat, dog = choose(qtbot, window, "boat", "dog")
    press(qtbot, window, Key.Key_G, CTRL)
    panel = window.docks["alike"].panel
    assert panel.foot_of_stage.name.hasFocus()
    press(qtbot, window, Key.Key_Return)
    assert session.staging.stage is not None, "it needs a name"
    qtbot.keyClicks(panel.foot_of_stage.name, "moving thing")
    press(qtbot, window, Key.Key_Return)
    catalogue, made = session.state.catalogue, row(window, "moving thing")
    assert session.selection.rows == (made,)
    assert {edge.child for edge in catalogue.children(made)} == {boat, dog}
    press(qtbot, window, Key.Key_Z, CTRL)
    assert catalogue.hidden[made] and not catalogue.children(made)
    press(qtbot, window, Key.Key_Y, CTRL)
    assert not catalogue.hidden[made]
    session.structure.merge(state_id(window, "moving thing"), (state_id(window, "car"),))
    wait_saved(qtbot, window)
    choose(qtbot, window, "moving thing")
    session.structure.ungroup(state_id(window, "moving thing"), session.state.ids_of((boat, dog)))
    wait_saved(qtbot, window)
    assert catalogue.hidden[made] and catalogue.is_listed[row(window, "car")]
    press(qtbot, window, Key.Key_Z, CTRL)
    session.structure.unmerge(state_id(window, "moving thing"), (state_id(window, "car"),))
    wait_saved(qtbot, window)
    choose(qtbot, window, "moving thing")
    press(qtbot, window, Key.Key_G, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert catalogue.hidden[made] and not catalogue.children(made)
    assert window.strip.label.text() == "Unmade moving thing"
    choose(qtbot, window, "boat", "dog")
    press(qtbot, window, Key.Key_G, CTRL)
    assert not panel.foot_of_stage.name.text(), "not the name of the last one"


def test_duplicates_come_one_after_the_other(qtbot, concepts, monkeypatch) -> None:
    monkeypatch.setattr(staging_module, "LOOK_SECONDS", 0.0)
    window, session = concepts, concepts.session
    state, catalogue = session.state, session.state.catalogue
    boat, car = row(window, "boat"), row(window, "car")
    session.curation.rename(state.id_of(car), "boat")
    wait_saved(qtbot, window)
    here = session.selection.current
    press(qtbot, window, Key.Key_D)
    wait_idle(qtbot, window)
    panel, staging = window.docks["alike"].panel, session.staging
    seen = []
    while set(state.rows_of(staging.stage.offered)) != {boat, car}:
        assert staging.stage.offered not in seen and panel.table.hasFocus()
        seen.append(staging.stage.offered)
        assert session.duplicates.following.title in panel.next.toolTip()
        press(qtbot, window, Key.Key_D)
    assert panel.header.title.text() == "Same name: boat"
    for one in staging.stage.offered:
        if one not in staging.stage.ticked:
            staging.turn(one)
    qtbot.waitUntil(lambda: staging.was_looked_at)
    press(qtbot, window, Key.Key_K)
    assert catalogue.is_apart(boat, car)
    after = staging.stage
    assert after is None or set(state.rows_of(after.offered)) != {boat, car}, "the next one"
    if after is not None:
        press(qtbot, window, Key.Key_Escape)
        assert session.selection.current == here
    session.duplicates.forget()
    press(qtbot, window, Key.Key_D)
    wait_idle(qtbot, window)
    while staging.stage is not None:
        assert set(state.rows_of(staging.stage.offered)) != {boat, car}, "not offered again"
        press(qtbot, window, Key.Key_D)


@pytest.mark.parametrize(("key", "modifiers"), [(Key.Key_K, NONE), (Key.Key_Return, CTRL)])
def test_what_nobody_looked_at_is_not_done(qtbot, concepts, monkeypatch, key, modifiers) -> None:
    """A key that is pressed twice acts on the cluster that was seen, not on the next one."""
    monkeypatch.setattr(staging_module, "LOOK_SECONDS", 1e9)
    window, session = concepts, concepts.session
    staging, judgements = session.staging, session.state.project.judgements
    ids = session.state.ids_of([row(window, name) for name in ("boat", "car", "dog")])
    proposed = Staged(StagePlan.MERGE, ids, ids, "Same name: boat")
    staging.begin(proposed)
    wait_idle(qtbot, window)
    press(qtbot, window, key, modifiers)
    assert (judgements.count, staging.stage) == (0, proposed)
    assert window.strip.label.text() == NOT_LOOKED_AT
    staging.turn(ids[2])  # who changes something has looked at it
    press(qtbot, window, key, modifiers)
    assert judgements.count == 1
    staging.begin(proposed)
    monkeypatch.setattr(staging_module, "LOOK_SECONDS", 0.0)
    qtbot.waitUntil(lambda: staging.was_looked_at)


def test_duplicates_found_late_disturb_nobody(qtbot, concepts) -> None:
    window, session = concepts, concepts.session
    state = session.state
    session.curation.rename(state.id_of(row(window, "car")), "boat")
    wait_saved(qtbot, window)
    session.duplicates.go()
    show(qtbot, window, "review")
    before = session.selection.current
    wait_idle(qtbot, window)
    assert not session.duplicates.is_looking and session.staging.stage is None
    assert session.selection.current == before
    assert "D lays the first one out" in window.strip.label.text()
    press(qtbot, window, Key.Key_D)
    assert session.staging.stage is not None, "asked again, it need not look again"


def test_what_is_laid_out_follows_what_is_chosen_and_judged(qtbot, concepts) -> None:
    window, session = concepts, concepts.session
    boat, car, dog, bird = choose(qtbot, window, "boat", "car", "dog", "bird")
    ids = session.state.ids_of((boat, car, dog))
    session.staging.begin(Staged(StagePlan.MERGE, ids, ids))
    session.selection.select_rows((bird, boat, car, dog))
    assert session.staging.stage.ticked == session.state.ids_of((boat, car, dog, bird))
    session.selection.select_rows((dog,))
    assert len(session.staging.stage.ticked) == 4, "looking at one alone changes nothing"
    session.curation.hide()
    wait_saved(qtbot, window)
    assert session.staging.stage.ticked == session.state.ids_of((boat, car, bird))
    session.selection.select_rows((boat,))
    session.curation.hide()
    wait_saved(qtbot, window)
    assert session.staging.stage is None, "the one that stays is gone"


def test_a_box_is_ticked_with_the_mouse_and_begins_a_merge(qtbot, concepts) -> None:
    window, session = concepts, concepts.session
    (boat,) = choose(qtbot, window, "boat")
    window.dock_area.open_panel("alike")
    wait_idle(qtbot, window)
    table = window.docks["alike"].panel.table
    assert table.rows.rowCount() > 2
    box = table.visualRect(table.rows.index(1, AlikeField.TICK))
    at = box.topLeft() + QPoint(18, box.height() // 2)
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
    )
    other = table.rows.rows[1].concept
    assert session.staging.stage.ticked == (session.state.id_of(boat), other)
    press(qtbot, window, Key.Key_Escape)
    assert session.selection.rows == (boat,)


def test_a_concept_is_split_by_moving_its_examples(qtbot, concepts) -> None:
    window, session = concepts, concepts.session
    state, catalogue = session.state, session.state.catalogue
    (sky,) = choose(qtbot, window, "sky")
    entries = state.project.judgements.count
    press(qtbot, window, Key.Key_T, CTRL)
    wait_idle(qtbot, window)
    panel, draft = window.docks["split"].panel, session.splitting
    assert panel.isVisible() and draft.proposal is not None, draft.error
    counts = [len(part.examples) for part in draft.proposal.parts]
    assert panel.parts[0].marked.hasFocus()
    moved = panel.parts[0].marked.current_example
    press(qtbot, window, Key.Key_2)
    first, second, *_ = draft.proposal.parts
    assert moved in second.examples and moved not in first.examples
    assert len(first.examples) == counts[0] - 1 and len(second.examples) == counts[1] + 1
    assert catalogue.names[sky] == "sky", "no candidate name was taken"
    press(qtbot, window, Key.Key_Delete)
    assert len(draft.proposal.parts[0].examples) == counts[0] - 2
    panel.counts[2].click()
    wait_idle(qtbot, window)
    field = panel.parts[1].name
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "evening sky")
    assert state.project.judgements.count == entries, "nothing is done yet"
    press(qtbot, window, Key.Key_Return, CTRL)
    wait_idle(qtbot, window)
    wait_saved(qtbot, window)
    parts = catalogue.parts(sky)
    assert {catalogue.names[part] for part in parts} == {"sky 1", "evening sky"}
    assert {edge.parent for part in parts for edge in catalogue.parents(part)} == {sky}
    assert all(catalogue.marks(part) for part in parts)
    assert session.selection.row in parts and draft.concept is None
    press(qtbot, window, Key.Key_Z, CTRL)
    assert not catalogue.parts(sky) and session.selection.rows == (sky,)
    press(qtbot, window, Key.Key_T, CTRL)
    wait_idle(qtbot, window)
    press(qtbot, window, Key.Key_Escape)
    assert draft.concept is None and session.selection.rows == (sky,)
    assert window.docks["exemplars"].panel.isVisible()


def test_a_split_is_adjusted_at_any_later_time(qtbot, concepts, open_window) -> None:
    window, session = concepts, concepts.session
    state, catalogue, draft = session.state, session.state.catalogue, session.splitting
    (sky,) = choose(qtbot, window, "sky")
    press(qtbot, window, Key.Key_T, CTRL)
    wait_idle(qtbot, window)
    panel = window.docks["split"].panel
    panel.counts[2].click()
    wait_idle(qtbot, window)
    press(qtbot, window, Key.Key_Return, CTRL)
    wait_idle(qtbot, window)
    wait_saved(qtbot, window)
    one, two = row(window, "sky 1"), row(window, "sky 2")
    before = {part: examples_of(catalogue, part) for part in (one, two)}
    counted = {part: catalogue.composition(part).digest for part in (one, two)}
    judgements = state.project.judgements
    entries = judgements.count

    session.selection.select_rows((two,))
    assert window.actions_["concept.split"].text() == "Adjust the &split…"
    press(qtbot, window, Key.Key_T, CTRL)
    wait_idle(qtbot, window)
    names = [field.name.text() for field in panel.parts[:2]]
    assert panel.isVisible() and names == ["sky 1", "sky 2"]
    assert [len(part.examples) for part in draft.proposal.parts] == list(map(len, before.values()))
    press(qtbot, window, Key.Key_2)
    press(qtbot, window, Key.Key_Escape)
    assert judgements.count == entries and session.selection.rows == (two,)

    session.selection.select_rows((sky,))
    wait_idle(qtbot, window)
    parts = window.docks["card"].panel.made_of.parts["Split into"]
    parts.adjust.click()
    wait_idle(qtbot, window)
    panel.parts[0].marked.setFocus()
    press(qtbot, window, Key.Key_2)
    press(qtbot, window, Key.Key_Delete)
    panel.counts[3].click()
    assert [len(part.examples) for part in draft.proposal.parts][2] == 0
    press(qtbot, window, Key.Key_Return, CTRL)
    assert draft.concept is not None, "a part without an example cannot be"
    panel.parts[1].marked.setFocus()
    press(qtbot, window, Key.Key_3)
    panel.parts[0].name.setFocus()
    panel.parts[0].name.selectAll()
    qtbot.keyClicks(panel.parts[0].name, "clear sky")
    press(qtbot, window, Key.Key_Return, CTRL)
    wait_idle(qtbot, window)
    wait_saved(qtbot, window)
    wait_idle(qtbot, window)
    assert window.strip.label.text().startswith("Adjusted the split of sky")
    assert len(catalogue.parts(sky)) == 3 and {one, two} < set(catalogue.parts(sky))
    (third,) = set(catalogue.parts(sky)) - {one, two}
    assert catalogue.names[one] == "clear sky" and catalogue.names[third] == "sky 3"
    after = {part: examples_of(catalogue, part) for part in (one, two, third)}
    assert len(after[one]) == len(before[one]) - 2 and len(after[third]) == 1
    assert len(after[one] & before[two]) == 0 and len(after[two] & before[one]) == 1
    digests = {part: catalogue.composition(part).digest for part in (one, two)}
    assert not set(digests.values()) & set(counted.values()), "counted anew"

    press(qtbot, window, Key.Key_Z, CTRL)
    assert {part: examples_of(catalogue, part) for part in (one, two)} == before
    assert set(catalogue.parts(sky)) == {one, two} and catalogue.names[one] == "sky 1"
    press(qtbot, window, Key.Key_Y, CTRL)
    window.close()
    again = open_window(state.path).session.state.catalogue
    assert {again.names[part] for part in again.parts(sky)} == {"clear sky", "sky 2", "sky 3"}


def examples_of(catalogue, row: int) -> set:
    return {mark for mark, is_one in catalogue.marks(row).items() if is_one}


def test_labels_of_a_preview_add_up_and_the_largest_have_theirs() -> None:
    parts = [BarPart(f"#{n}", images) for n, images in enumerate((13, 2, 23, 4, 11, 0))]
    for width in (120, 200, 330, 800):
        shown = labels(parts, width, lambda number, words: 7 * max(len(number), len(words)))
        assert sum(int(one.number) for one in shown) == 53
        for left, right in itertools.pairwise([*shown, BarLabel(width + 8, 0, "", "")]):
            assert left.left >= 0 and left.left + left.width <= right.left - 8 + 1e-6
        named = {int(one.words[1:]) for one in shown if one.words.startswith("#")}
        rest = {parts[n].images for n in range(6) if n not in named}
        assert not rest or not named or max(rest) <= min(parts[n].images for n in named)
    assert len(shown) == 6, "where there is room, each has its own"


def test_a_key_that_cannot_act_says_why(qtbot, concepts) -> None:
    window = concepts
    choose(qtbot, window, "boat")
    window.docks["hierarchy"].panel.view.setFocus()
    for key, modifiers, why in (
        (Key.Key_K, NONE, "Select two concepts or more first"),
        (Key.Key_V, NONE, "Select a relation first"),
        (Key.Key_G, CTRL | Qt.KeyboardModifier.ShiftModifier, "Nothing to take apart"),
    ):
        press(qtbot, window, key, modifiers)
        assert window.strip.label.text().startswith(why)
    search = window.docks["hierarchy"].panel.search
    search.setFocus()
    press(qtbot, window, Key.Key_K)
    assert search.text() == "k", "where one types, it is a letter"


def test_no_name_is_given_to_all_of_a_merge_that_is_laid_out(qtbot, concepts) -> None:
    window, session = concepts, concepts.session
    session.own_names.put(1, "craft")
    boat, _car = choose(qtbot, window, "boat", "car")
    press(qtbot, window, Key.Key_Return, CTRL)
    press(qtbot, window, Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert session.state.project.judgements.count == 0
    assert window.strip.label.text().startswith("Not named")
    press(qtbot, window, Key.Key_Escape)
    session.selection.select_rows((boat,))
    press(qtbot, window, Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert session.state.catalogue.names[boat] == "craft"


def test_ctrl_a_in_the_tree_selects_what_was_sought(qtbot, concepts) -> None:
    window, session = concepts, concepts.session
    panel = window.docks["hierarchy"].panel
    panel.search.setFocus()
    qtbot.keyClicks(panel.search, "level:1")
    press(qtbot, window, Key.Key_Return)
    catalogue = session.state.catalogue
    press(qtbot, window, Key.Key_A, CTRL)
    found = set(catalogue.search("level:1"))
    assert set(session.selection.rows) == found and 1 < len(found) < catalogue.size
