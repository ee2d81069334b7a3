"""A project whose results are damaged: it opens, says so, and can be judged and analyzed again."""

import shutil

from tests.gui.conftest import wait_idle


def test_a_project_with_damaged_results_opens_and_says_what_to_do(
    qtbot, open_window, project_dir
) -> None:
    generation = max((project_dir / "statistics").glob("generation-*"))
    (generation / "concepts.npz").write_bytes(b"no longer what it was")
    window = open_window(project_dir)
    session = window.session
    assert session.state.project is not None and session.state.results is None
    assert "damaged" in window.trouble.text
    assert "Check project" in window.trouble.text
    assert session.actions["analysis.resume"].isEnabled()
    window.grab()


def test_a_project_without_its_results_files_opens_too(qtbot, open_window, project_dir) -> None:
    shutil.rmtree(max((project_dir / "statistics").glob("generation-*")))
    window = open_window(project_dir)
    wait_idle(qtbot, window)
    assert window.session.state.project is not None
    assert "not where they should be" in window.trouble.text
