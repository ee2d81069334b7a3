"""The workspace Explain: classes, what a score is made of, and where in the photo it comes from."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from insight_app.gui.explain.score_rows import ScorePart, score_parts
from insight_app.gui.photo import overlay
from insight_app.gui.window import dock_area
from insight_app.gui.window.workspaces import EARLIER, PANELS, arrangement_version
from insight_app.project.explaining import classifying, labels, matrix, store
from insight_app.project.explaining.classification import Classification
from insight_app.project.project import Project
from insight_app.project.results.snapshot import Results
from tests.gui.conftest import wait_idle


def train(project: Path) -> Classification:
    """Learn the folders of a project by concepts and keep that, as the worker does."""
    with Project.open(project, read_only=True) as opened, Results.open(project) as results:
        known = labels.read(results, opened.judgements.state, labels.FOLDERS)
        values = matrix.read(results, known.images)
        basis = store.basis_of(results, known.digest)
        found = classifying.of_values(known, values, None, basis, lambda *_told: None, "")
    store.store(project, found)
    return found


@pytest.fixture(scope="module")
def trained(made_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a kept classification; tests that change nothing share it."""
    import shutil

    copy = tmp_path_factory.mktemp("trained") / "Harbour.insight"
    shutil.copytree(made_project, copy)
    train(copy)
    return copy


def opened(qtbot, open_window, project: Path):
    window = open_window(project)
    qtbot.keyClick(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    explaining = window.session.explaining
    qtbot.waitUntil(lambda: explaining.is_read)
    qtbot.waitUntil(lambda: explaining.classification is None or explaining.explained is not None)
    wait_idle(qtbot, window)
    return window


def panel(window, name: str):
    return window.docks[name].panel


def test_bars_sum_to_the_score_whatever_is_chosen_and_so_does_the_map(
    qtbot, open_window, trained, grab
) -> None:
    window = opened(qtbot, open_window, trained)
    explaining, score = window.session.explaining, panel(window, "score")
    assert window.workspace == "explain" and panel(window, "classes").list.hasFocus()
    for against in (None, 0, 2):
        explaining.choose_class(1)
        explaining.choose_against(against)
        shown = explaining.explained
        classifier = shown.classifier
        with Results.open(trained) as results:
            values = matrix.read(results, np.array([shown.photo.image_id]))
        scores = classifier.scores(values)[0]
        wanted = scores[1] - (0 if against is None else scores[against])
        assert score.sum.value == pytest.approx(wanted, abs=1e-6)
        assert sum(row.total for row in score.parts.rows) == pytest.approx(wanted, abs=1e-6)
        given = panel(window, "photo").contribution()
        assert given is not None and given.all_cells.sum() == pytest.approx(wanted, abs=1e-6)
    grab(window, "explain")


def test_going_to_a_row_selects_its_concept_and_draws_what_it_gives(
    qtbot, open_window, trained
) -> None:
    window = opened(qtbot, open_window, trained)
    score, photo = panel(window, "score"), panel(window, "photo")
    row = next(one for one in score.parts.rows if one.part is ScorePart.CONCEPT and one.total)
    item = next(one for one in score.tree.items() if one.data(0, Qt.ItemDataRole.UserRole) == row)
    score.tree.setFocus()
    score.tree.setCurrentItem(item)
    assert window.session.selection.row == row.row
    given = photo.contribution()
    assert given.total == pytest.approx(row.total, abs=1e-6)
    layer = photo.layers()[0]
    assert layer.negative is not None and f"{layer.values.sum():.3f}" == f"{row.total:.3f}"
    window.session.actions["photo.contribution"].trigger()
    assert photo.layers()[0].negative is None, "the concept itself"
    window.session.actions["photo.contribution"].trigger()


def test_photos_of_a_class_and_of_a_confusion_are_gone_through(qtbot, open_window, trained) -> None:
    window = opened(qtbot, open_window, trained)
    explaining, session = window.session.explaining, window.session
    classes = panel(window, "classes")
    classes.list.setFocus()
    qtbot.keyClick(classes.list, Qt.Key.Key_Home)
    qtbot.keyClick(classes.list, Qt.Key.Key_Down)
    found = explaining.classification
    chosen = explaining.wanted
    own = found.images[found.labels == chosen].tolist()
    assert session.lists.images.ids.tolist() == own and session.selection.image == own[0]
    qtbot.keyClick(classes.list, Qt.Key.Key_Right)
    assert session.selection.image == own[1], "Left and Right turn the photos"
    confusions = panel(window, "confusions")
    row = int(found.labels[found.held_back[0]])
    confusions._open(row, row)
    told = found.confused(found.concepts, row, row).tolist()
    assert session.lists.images.ids.tolist() == told
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    wait_idle(qtbot, window)
    assert len(session.lists.images) != len(told), "Images goes through its own photos again"


def test_before_training_and_without_classes_it_says_what_to_do(
    qtbot, open_window, project_dir
) -> None:
    window = opened(qtbot, open_window, project_dir)
    classes = panel(window, "classes")
    assert "4 classes" in classes.empty.label.text().replace("\u200b", "")
    assert window.session.actions["explain.train"].isEnabled()
    assert panel(window, "score").empty.isVisible()
    assert panel(window, "photo").contribution() is None


def test_it_is_stale_once_a_label_is_given_and_holds_again_after_undo(
    qtbot, open_window, project_dir
) -> None:
    from insight_app.project.judgements import label
    from insight_app.project.results.contents import contents_of

    found = train(project_dir)
    image = int(found.images[0])
    with Results.open(project_dir) as results:
        content = contents_of(results, [image])[image]
    window = opened(qtbot, open_window, project_dir)
    classes, curation = panel(window, "classes"), window.session.curation
    assert not classes.trouble.isVisible()
    curation.judge([label("folders", content, "boats")], "labelled", "nothing")
    qtbot.waitUntil(classes.trouble.isVisible)
    assert "Labels changed" in classes.trouble.text
    assert classes.trouble.button.text() == "Train again"
    wait_idle(qtbot, window)
    curation.undo()
    qtbot.waitUntil(lambda: not classes.trouble.isVisible())


def test_rows_count_each_concept_once_and_keep_the_rest_together(qtbot, window) -> None:
    catalogue = window.session.state.catalogue
    rows = np.arange(16)
    values = np.linspace(-1, 2, 16)
    parts = score_parts(catalogue, rows, values, 0.5, shown=2)
    assert sum(row.total for row in parts.rows) == pytest.approx(values.sum() + 0.5)
    assert parts.rows[0].part is ScorePart.BIAS
    counted = [one for row in parts.rows for one in row.concepts()]
    assert sorted(set(counted)) == sorted(rows.tolist())
    above = next(row for row in parts.rows if row.part is ScorePart.CONCEPT and row.below)
    values[above.row] = 0.0  # without a weight it stands in the tree all the same
    parts = score_parts(catalogue, rows, values, 0.0)
    silent = [row for row in parts.rows if row.part is ScorePart.SILENT]
    assert not any(above.row in row.concepts() for row in silent)
    assert parts.places[above.row].below


def test_blue_speaks_for_and_orange_against() -> None:
    from insight_app.gui.photo.contribution import AGAINST, FOR

    values = np.array([[-2.0, 0.0, 1.0]], np.float32)
    layer = overlay.Layer(None, FOR, values, 2.0, negative=AGAINST)
    image = overlay.picture([layer], 1.0, 0.0, overlay.CELLS)
    assert image.pixelColor(0, 0).name() == AGAINST.name() and image.pixelColor(0, 0).alpha() == 255
    assert image.pixelColor(1, 0).alpha() == 0
    assert image.pixelColor(2, 0).alpha() == 180
    blue, red = image.pixelColor(2, 0).blue(), image.pixelColor(2, 0).red()
    assert blue > red


def test_arrangements_of_the_version_without_it_are_kept(
    qtbot, open_window, project_dir, monkeypatch
) -> None:
    """Four workspaces then: what was closed stays so, and no newer panel piles up."""
    older = arrangement_version(PANELS[: EARLIER[0]])
    window = open_window(project_dir)
    area = window.dock_area
    for spec in PANELS[EARLIER[0] :]:
        area.removeDockWidget(area.docks[spec.name])
    with monkeypatch.context() as then:
        then.setattr(dock_area, "STATE_VERSION", older)
        area.close_panel("card")
        window.close()
    again = open_window(project_dir)
    seen = {name for name, dock in again.docks.items() if not dock.isHidden()}
    assert seen == {"thumbnails", "photo", "in_photo"}
    qtbot.keyClick(again, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    seen = {name for name, dock in again.docks.items() if not dock.isHidden()}
    assert {"classes", "confusions", "score", "photo"} <= seen


def test_class_views_and_enough_concepts_list_what_was_learned(
    qtbot, open_window, trained, grab
) -> None:
    window = opened(qtbot, open_window, trained)
    session, found = window.session, window.session.explaining.classification
    window.dock_area.open_panel("class_concepts")
    qtbot.waitUntil(lambda: session.labelled.known is not None)
    views = panel(window, "class_concepts")
    known, wanted = session.labelled.known, session.explaining.wanted
    assert known.images.tolist() == found.images.tolist()
    weights = [row.weight for row in views.tree._rows]
    assert weights == sorted(weights, reverse=True) and weights[0] > 0
    scores = found.classifier.scores(known.values)[known.labels == wanted][:, wanted]
    means = sum(row.mean for row in views.tree._rows)
    assert means == pytest.approx(scores.mean(), abs=1e-6), "they sum to the mean score"
    concept = views.tree.concepts[0]
    session.selection.select(concepts=(concept,))
    views.ways.buttons()[1].click()
    assert next(row.index for row in views.tree._rows) in range(4), "classes of the concept"
    grab(window, "explain_class_views")
    window.dock_area.open_panel("alike_photos")
    qtbot.waitUntil(lambda: session.labelled.alike is not None)
    alike = panel(window, "alike_photos")
    assert session.selection.image not in [
        alike.model.image(place) for place in range(alike.model.rowCount())
    ]
    window.dock_area.open_panel("compact_set")
    enough = panel(window, "compact_set")
    rows = session.state.rows_of(enough.list.distinct_concepts())
    assert rows[0] == found.compact.concepts[0] and len(rows) == found.compact.concepts.size
    enough.every.click()
    assert set(session.selection.rows) == set(rows)


def test_typed_classes_are_kept_and_asked_of_the_worker(qtbot, open_window, project_dir) -> None:
    window = opened(qtbot, open_window, project_dir)
    explaining, classes = window.session.explaining, panel(window, "classes")
    asked = []
    window.session.worker.request = lambda do, **rest: asked.append((do, rest)) or 1
    explaining.choose_set("folders", "zero-shot")
    wait_idle(qtbot, window)
    assert classes.typed.isVisible()
    assert classes.typed.edit.toPlainText().split("\n") == ["harbour", "mixed", "park", "street"]
    classes.typed.edit.setPlainText("boat, ship/vessel\n\ncar")
    qtbot.mouseClick(classes.start, Qt.MouseButton.LeftButton)
    do, rest = asked[-1]
    assert do == "zero_shot" and rest["labels"] == "folders"
    assert rest["words"] == [
        {"name": "boat", "synonyms": ["ship", "vessel"]},
        {"name": "car", "synonyms": []},
    ]
    del window.session.worker.request
    window.close()
    again = opened(qtbot, open_window, project_dir)
    assert again.session.explaining.kind == "zero-shot"
    assert panel(again, "classes").typed.edit.toPlainText().startswith("boat, ship/vessel")


def test_turning_to_another_photo_selects_what_speaks_there_but_keeps_what_was_chosen(
    qtbot, open_window, trained
) -> None:
    window = opened(qtbot, open_window, trained)
    session, score = window.session, panel(window, "score")
    explaining = session.explaining
    silent = next(row for row in score.parts.rows if row.part is ScorePart.SILENT).below[0]
    session.selection.select_rows([silent.row])
    assert session.selection.row == silent.row, "chosen: it stays, though it gives nothing"
    explaining.go_to_class((explaining.wanted + 1) % 4)
    qtbot.waitUntil(lambda: explaining.explained is not None)
    wait_idle(qtbot, window)
    place = score.parts.places[session.selection.row]
    assert place.total and session.selection.is_given
    chosen = next(row for row in reversed(score.parts.rows) if row.part is ScorePart.CONCEPT)
    session.selection.select_rows([chosen.row])
    session.lists.step(1)
    wait_idle(qtbot, window)
    if chosen.row in score.parts.places and abs(score.parts.places[chosen.row].total) > 0.1:
        assert session.selection.row == chosen.row
