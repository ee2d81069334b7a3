"""Pictures of the real window on the demo project, for the README: packaging/pictures/*.png.

    python packaging/screenshots.py [--project P.insight] [--photo animals/two_dogs.jpg]
                                    [--theme light|dark] [--size 1440x900] [--into FOLDER]

Without --project the demo project is prepared first (analyzed where that was not done), and its
folders are learned as classes, for Explain. Works without a display. Nothing is judged, and the
window's own settings are not touched.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from insight_app import demo
from insight_app.gui import theme
from insight_app.gui.app import application
from insight_app.gui.explain.score_rows import ScorePart
from insight_app.gui.panels.score import ScorePanel
from insight_app.gui.settings import HINTS, Settings
from insight_app.gui.state.session import Session
from insight_app.gui.window.main_window import MainWindow
from insight_app.gui.window.workspaces import WORKSPACES
from insight_app.project.explaining import classifying, store

PICTURES = Path(__file__).resolve().parent / "pictures"
SETTLE_MS = 2500
"""How long a workspace may load its pictures before it is taken."""


def spin(milliseconds: int) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_for(is_true: Callable[[], bool], what: str, seconds: int = 30) -> None:
    """Let the window work until something is true; give up with words."""
    for _ in range(seconds * 10):
        if is_true():
            return
        spin(100)
    raise SystemExit(f"Gave up waiting for {what}.")


def look_at(session: Session, photo: str) -> None:
    """Select a photo, its strongest concept, and the cell where that is strongest."""
    results, catalogue = session.state.results, session.state.catalogue
    assert results is not None and catalogue is not None
    by_path = {
        results.image(image).path.as_posix(): image for image in results.image_ids().tolist()
    }
    found = [image for path, image in by_path.items() if path.endswith(photo)]
    if not found:
        raise SystemExit(f"The project has no photo {photo}.")
    image = found[0]
    concepts, _ = results.concepts_of(image)
    shown = [int(row) for row in concepts if not catalogue.hidden[row]]
    session.selection.select_rows(shown[:1], image=image)


def learn_folders(project: Path) -> None:
    """Learn the project's folders as classes, unless that is kept already."""
    if store.newest(project) is None:
        store.store(project, classifying.classify(project, device="cpu"))


def look_at_score(window: MainWindow) -> None:
    """Select the photo whose own class leads most, and the concept that gives most to that."""
    session = window.session
    explaining, found = session.explaining, session.explaining.classification
    assert found is not None and found.concepts.scores is not None
    own = np.take_along_axis(found.concepts.scores, found.labels[:, None].astype(int), axis=1)
    best = int(np.nanargmax(own))
    explaining.go_to_class(int(found.labels[best]))
    session.selection.select(image=int(found.images[best]))
    spin(SETTLE_MS)
    score = window.docks["score"].panel
    assert isinstance(score, ScorePanel)
    rows = [row for row in score.parts.rows if row.part is ScorePart.CONCEPT]
    session.selection.select_rows([rows[0].row])


def take(window: MainWindow, into: Path, suffix: str) -> None:
    """Take one picture of each workspace."""
    into.mkdir(parents=True, exist_ok=True)
    for workspace in WORKSPACES:
        window.show_workspace(workspace.name)
        spin(SETTLE_MS)
        if workspace.name == "explain":
            look_at_score(window)
            spin(SETTLE_MS)
        path = into / f"{workspace.name}{suffix}.png"
        window.grab().save(str(path))
        print(path)


def main() -> None:
    """Open the window offscreen, look at one photo, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path)
    parser.add_argument("--photo", default="animals/two_dogs.jpg")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--into", type=Path, default=PICTURES)
    arguments = parser.parse_args()
    project = arguments.project or demo.prepare()
    learn_folders(project)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "settings.ini")
        for hint in HINTS:
            settings.set(hint, False)
        settings.set("theme", arguments.theme)
        app: QApplication = application()
        theme.apply(app, arguments.theme, settings.get("interface_size"))
        window = MainWindow(settings, project)
        window.resize(*map(int, arguments.size.split("x")))
        window.show()
        wait_for(lambda: window.session.state.results is not None, "the project's results")
        look_at(window.session, arguments.photo)
        suffix = "" if arguments.theme == "light" else f"-{arguments.theme}"
        take(window, arguments.into, suffix)
        window.close()


if __name__ == "__main__":
    main()
