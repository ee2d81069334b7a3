"""The page Quality: figures beside controls, what is out of date, another report beside it."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from insight_app.exchange import quality_report
from insight_app.gui.quality import figure_tree
from insight_app.gui.quality.axis import ROLE
from insight_app.project.project import Project
from insight_app.project.quality import store
from insight_app.project.quality.report import (
    CONCEPTS,
    NO_BETTER,
    RECONSTRUCTION,
    Control,
    Figure,
    QualityReport,
    SelfTest,
)
from insight_app.project.results.snapshot import Results
from tests.gui import tiny_worker
from tests.gui.conftest import wait_idle, wait_saved
from tests.project.test_analysis import draw

BETTER = Figure(
    "explained_variance", RECONSTRUCTION, "Explained variance", "1 - sum |x - y|²", 0.67, 0.64,
    0.7, 11760, "cells", "share",
    {"untrained": Control("untrained dictionary", 0.31), "pca": Control("components", 0.9,
    is_ceiling=True)}, True,
)  # fmt: skip
EQUAL = replace(BETTER, id="coherence", group=CONCEPTS, title="Coherence", value=0.32, low=0.3,
    high=0.34)  # fmt: skip
UNKNOWN = Figure("locality", "Places", "Locality", "best IoU", note="No masks were given.")


def keep(project: Path, *figures: Figure, photos_more: int = 0) -> QualityReport:
    """Keep a report in a project as measuring does."""
    with Results.open(project) as results:
        basis = store.basis_of(results)
    report = QualityReport(
        project=project.name,
        made="2026-11-27T02:00:00+00:00",
        seconds=12.5,
        photos=60,
        cells=11760,
        basis=replace(basis, photos=basis.photos + photos_more),
        figures=figures,
        self_tests=(SelfTest("mean", "The mean predictor explains", 0.0, "0", True),),
    )
    store.store(project, report)
    return report


def opened(qtbot, open_window, project: Path):
    """The panel of a window on the page Quality."""
    window = open_window(project)
    window.show_page("quality")
    qtbot.waitUntil(lambda: window.session.quality.is_read)
    wait_idle(qtbot, window)
    return window, window.docks["quality"].panel


def rows(tree) -> dict[str, object]:
    """The items by the titles of figures."""
    return {item.text(figure_tree.TITLE): item for item in tree._all()}


def test_figures_stand_beside_controls_and_the_keyboard_reaches_all_about_each(
    qtbot, open_window, project_dir, grab
) -> None:
    keep(project_dir, BETTER, EQUAL, UNKNOWN)
    _window, panel = opened(qtbot, open_window, project_dir)
    found = rows(panel.tree)
    assert list(found) == [
        "Reconstruction", "Explained variance", "Concepts", "Coherence", "Places", "Locality",
        "Self-tests", "The mean predictor explains",
    ]  # fmt: skip
    better, equal = found["Explained variance"], found["Coherence"]
    assert better.text(figure_tree.CONTROL) == "0.310 untrained dictionary"
    assert equal.text(figure_tree.CONTROL).startswith("as good: 0.310"), "in words, not only grey"
    grey, plain = (item.foreground(figure_tree.TITLE).color() for item in (equal, better))
    assert grey != plain
    assert better.data(figure_tree.AXIS, ROLE).bounds() == (0.0, 1.0)
    assert found["Locality"].text(figure_tree.CONTROL) == "No masks were given."
    assert panel.tree.hasFocus(), "the keyboard is in it"
    assert "1 - sum |x - y|²" in panel.details.toPlainText()
    assert "a ceiling" in panel.details.toPlainText()
    for _step in range(2):
        qtbot.keyClick(panel.tree, Qt.Key.Key_Down)
    assert NO_BETTER in panel.details.toPlainText()
    assert not panel.trouble.isVisible(), "it holds"
    grab(panel, "quality")


def test_a_report_of_other_photos_says_so_and_offers_to_measure_again(
    qtbot, open_window, project_dir
) -> None:
    keep(project_dir, BETTER, photos_more=5)
    _window, panel = opened(qtbot, open_window, project_dir)
    assert panel.trouble.isVisible() and panel.trouble.button.text() == "Measure again"
    assert "do not hold any more" in panel.trouble.text


def test_another_project_beside_it_is_marked_where_the_intervals_differ(
    qtbot, open_window, project_dir, tmp_path
) -> None:
    other = tmp_path / "Other.insight"
    shutil.copytree(project_dir, other)
    keep(project_dir, BETTER, EQUAL)
    window, panel = opened(qtbot, open_window, project_dir)
    window.session.quality.compare_with(other)
    wait_idle(qtbot, window)
    assert "no quality report yet" in panel.trouble.text
    keep(other, replace(BETTER, value=0.5, low=0.45, high=0.55), replace(EQUAL, value=0.33))
    window.session.quality.compare_with(other)
    qtbot.waitUntil(lambda: window.session.quality.beside is not None)
    found = rows(panel.tree)
    assert found["Explained variance"].text(figure_tree.OTHER) == "● 0.500"
    assert found["Coherence"].text(figure_tree.OTHER) == "0.330"
    assert not panel.tree.isColumnHidden(figure_tree.OTHER)
    assert panel.tree.headerItem().text(figure_tree.OTHER) == "Other.insight"
    window.session.projects.close()
    wait_idle(qtbot, window)
    assert window.session.quality.report is None and window.session.quality.beside is None


def test_a_report_is_written_as_it_is_read_and_copied_for_a_spreadsheet(
    qtbot, open_window, project_dir, tmp_path
) -> None:
    report = keep(project_dir, BETTER, EQUAL, UNKNOWN)
    for end in quality_report.KINDS:
        quality_report.write(report, tmp_path / f"out.{end}")
    assert store.read(tmp_path / "out.json") == report
    lines = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 4 and lines[1].startswith("Reconstruction,Explained variance,0.67,")
    text = (tmp_path / "out.txt").read_text()
    assert NO_BETTER in text and "No masks were given." in text and "passed" in text
    window, _panel = opened(qtbot, open_window, project_dir)
    window.actions_["quality.copy"].trigger()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert len(copied) == 4 and copied[1].split("\t")[2] == "0.67"


def test_measuring_goes_on_in_the_worker_and_ends_in_the_project(
    qtbot, open_window, tmp_path
) -> None:
    window = open_window()
    tiny_worker.use(window)
    photos = draw(tmp_path / "photos", 12)
    project = tmp_path / "P.insight"
    Project.create(project).close()
    session = window.session
    session.analysis.open_and_analyze(project, [photos], **tiny_worker.how(tmp_path))
    qtbot.waitUntil(lambda: session.state.results is not None and not session.analysis.is_running)
    wait_idle(qtbot, window)
    window.show_page("quality")
    wait_idle(qtbot, window)
    panel = window.docks["quality"].panel
    assert panel.empty.isVisible() and session.quality.report is None
    ctrl, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(panel, Qt.Key.Key_M, ctrl | shift)
    assert session.quality.is_measuring and panel.stop.isVisible()
    panel.stop.click()
    qtbot.waitUntil(lambda: not session.quality.is_measuring)
    assert not list(store.files(project)) and session.quality.report is None
    panel.start.click()
    window.show_workspace("images")
    qtbot.waitUntil(lambda: session.quality.report is not None)
    wait_idle(qtbot, window)
    assert len(store.files(project)) == 1
    window.show_workspace("statistics")
    wait_idle(qtbot, window)
    assert "Variance explained" in rows(panel.tree) and panel.start.isVisible()


def test_the_curve_is_of_names_that_a_person_judged(qtbot, open_window, project_dir, grab) -> None:
    window, _panel = opened(qtbot, open_window, project_dir)
    window.dock_area.open_panel("reliability_plot")
    curve = window.docks["reliability_plot"].panel
    session = window.session
    assert curve.shown is None and curve.empty.isVisible()
    results = session.state.results
    rows = np.arange(12)
    results.name_probability = np.full(results.F, np.nan, np.float32)
    results.name_probability[rows] = np.linspace(0.05, 0.95, 12)
    for row in rows.tolist():
        session.selection.select_rows((row,))
        if row == 11:
            session.curation.rename(session.state.id_of(row), "quite another name")
        else:
            (session.curation.accept if row % 3 else session.curation.reject)()
        wait_saved(qtbot, window)
    curve.invalidate()
    assert curve.shown is not None and curve.shown.count.sum() == 12
    right = [0 if row % 3 == 0 or row == 11 else 1 for row in rows]
    halves = [np.mean(right[:6]), np.mean(right[6:])]
    assert curve.shown.right.tolist() == pytest.approx(halves)
    assert "not a random choice" in curve.note.text()
    grab(curve, "reliability")
