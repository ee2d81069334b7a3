"""What if: concepts off or scaled, and what becomes of this photo and of all photos."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from insight_app.concepts.explain.contributions import explain
from insight_app.project.explaining import store, whatif
from insight_app.project.project import Project
from insight_app.project.results.snapshot import Results
from tests.gui.conftest import wait_idle
from tests.gui.test_explain import opened, panel, train


@pytest.fixture(scope="module")
def made_trained(made_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("trained") / "Harbour.insight"
    shutil.copytree(made_project, copy)
    train(copy)
    return copy


@pytest.fixture
def trained(made_trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_trained, tmp_path / made_trained.name))


def look(qtbot, open_window, project: Path):
    window = opened(qtbot, open_window, project)
    qtbot.waitUntil(lambda: window.session.what_if.decided is not None)
    return window, window.session.what_if, panel(window, "what_if")


def test_a_concept_off_is_the_photo_without_it_and_all_photos_follow(
    qtbot, open_window, trained
) -> None:
    window, what_if, shown = look(qtbot, open_window, trained)
    explained = window.session.explaining.explained
    row = shown.rows.rows[0]
    concept = row.shown.concept
    given = dict(zip(explained.values.concepts.tolist(), explained.contributions, strict=True))
    assert abs(given[concept]) == pytest.approx(np.abs(explained.contributions).max())
    row.switch.click()
    without = explained.values.without(np.array([concept]))
    expected = explain(explained.classifier, without).scores
    np.testing.assert_allclose(what_if.scores_of(0), expected, atol=1e-9)
    qtbot.waitUntil(lambda: what_if.draft.done is not None)
    found = store.newest(trained)
    with Results.open(trained) as results:
        decided = whatif.decided(results, found)
        done = whatif.intervene(decided, {concept: 0.0})
    np.testing.assert_array_equal(what_if.draft.done.change.after, done.change.after)
    texts = [one.text() for _title, one in shown.everything[0].lines if not one.isHidden()]
    assert f"{done.change.changed.size:,} of {decided.images.size:,}" in " ".join(texts) or (
        not done.change.changed.size and "none" in texts
    )
    assert row.slider.value() == 0 and shown.strip.isVisible()
    row.slider.setValue(10)
    assert what_if.draft.is_empty and not shown.strip.isVisible()


def test_two_interventions_stand_side_by_side_and_reset_is_taken_back(
    qtbot, open_window, trained
) -> None:
    window, what_if, shown = look(qtbot, open_window, trained)
    said = []
    window.session.messages.offered.connect(lambda text, link, act: said.append((text, act)))
    first, second = (row.shown.concept for row in shown.rows.rows[:2])
    what_if.scale(first, 0.0)
    shown.which.button(1).click()
    assert what_if.current == 1 and what_if.factor(first) == 1.0
    what_if.scale(second, 2.0)
    qtbot.waitUntil(lambda: all(one.done is not None for one in what_if.drafts))
    assert all(not section.isHidden() for section in shown.everything)
    assert shown.everything[1].title.text().startswith("Draft B: all")
    assert "×2" in shown.everything[1].what.text()
    window.session.actions["what_if.reset"].trigger()
    assert what_if.draft.is_empty and not what_if.drafts[0].is_empty
    said[-1][1]()
    assert what_if.factor(second) == 2.0


def test_an_edit_is_kept_with_its_effects_and_found_after_a_restart(
    qtbot, open_window, trained
) -> None:
    window, what_if, shown = look(qtbot, open_window, trained)
    concept = shown.rows.rows[0].shown.concept
    what_if.scale(concept, 0.5)
    qtbot.waitUntil(lambda: what_if.draft.done is not None)
    window.session.actions["what_if.keep"].trigger()
    assert shown.name.isVisible()
    change = what_if.draft.done.change.difference
    shown.name.setText("half of it")
    qtbot.keyClick(shown.name, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    assert "kept as half of it" in shown.state.text()
    window.close()
    with Project.open(trained, read_only=True) as project:
        (edit,) = project.judgements.state.edits.values()
    assert (edit.name, edit.intervention.factors) == ("half of it", {concept: 0.5})
    assert [one.what for one in edit.intervention.effects] == ["accuracy", "decisions changed"]
    accuracy = edit.intervention.effects[0]
    assert (accuracy.low, accuracy.high) == change, "of the change, not of what came out"
    window, what_if, shown = look(qtbot, open_window, trained)
    (key,) = what_if.kept
    what_if.load(key)
    assert what_if.factor(concept) == 0.5 and concept in what_if.listed
    what_if.discard(key)
    wait_idle(qtbot, window)
    assert what_if.kept == {}
    window.session.actions["edit.undo"].trigger()
    wait_idle(qtbot, window)
    assert list(what_if.kept) == [key]


def test_before_training_nothing_can_be_tried(qtbot, open_window, project_dir) -> None:
    window = opened(qtbot, open_window, project_dir)
    assert panel(window, "what_if").empty.isVisible()
    for name in ("what_if.off", "what_if.keep", "what_if.cues", "what_if.reset"):
        assert not window.session.actions[name].isEnabled()
