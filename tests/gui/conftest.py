"""A real project, a real window, offscreen; nothing of the person who runs the tests is touched."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

# One screen on which a window of 1366 x 768, and what floats over it, find room, at 200 % too.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_QPA_PLATFORM"] += (
    f":configfile={Path(__file__).with_name('screen.json')}"
    if os.environ["QT_QPA_PLATFORM"] == "offscreen"
    else ""
)

from insight_app.gui import theme
from insight_app.gui.app import application
from insight_app.gui.settings import Settings
from insight_app.gui.window.main_window import MainWindow
from tests.synthetic import make_project

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
WAIT = 300_000
SIZE = (1366, 768)

OpenWindow = Callable[..., MainWindow]


@pytest.fixture(scope="session")
def qapp_cls() -> Callable[[list[str]], object]:
    """The product's own application object."""
    return lambda _arguments: application()


@pytest.fixture
def qtbot(qtbot):
    """pytest-qt's, with the patience of a busy machine."""
    qtbot.waitUntil = partial(qtbot.waitUntil, timeout=WAIT)
    qtbot.waitSignal = partial(qtbot.waitSignal, timeout=WAIT)
    return qtbot


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, caches and data of a person who starts Insight for the first time."""
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("INSIGHT_SETTINGS", str(tmp_path / "window.ini"))
    return tmp_path


@pytest.fixture(scope="session")
def made_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once; tests work on copies. Its photos stay where they are."""
    return make_project(tmp_path_factory.mktemp("made") / "Harbour.insight")


@pytest.fixture
def project_dir(made_project: Path, tmp_path: Path) -> Path:
    """A small analyzed project of one's own."""
    copy = tmp_path / "Harbour.insight"
    shutil.copytree(made_project, copy)
    return copy


@pytest.fixture
def open_window(qtbot, home: Path) -> Iterator[OpenWindow]:
    """open_window(project or None) -> a shown window on it; call it again for a restart."""
    windows: list[MainWindow] = []

    def open_one(
        project: Path | None = None, *, dark: bool = False, interface_size: int = 100
    ) -> MainWindow:
        settings = Settings()
        settings.set("theme", "dark" if dark else "light")
        settings.set("interface_size", interface_size)
        theme.apply(application(), settings.get("theme"), interface_size)
        window = MainWindow(settings, project)
        windows.append(window)
        window.resize(*SIZE)
        window.show()
        if project is not None:
            qtbot.waitUntil(lambda: window.session.state.project is not None, timeout=WAIT)
            wait_idle(qtbot, window)
        return window

    yield open_one
    for window in windows:
        window.close()
        window.deleteLater()
    application().sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def window(open_window: OpenWindow, project_dir: Path) -> MainWindow:
    """The main window, open on the project."""
    return open_window(project_dir)


@pytest.fixture
def full_disk() -> AbstractContextManager[None]:
    """Within it no file of this process can grow, as on a disk without room."""

    @contextmanager
    def full() -> Iterator[None]:
        resource = pytest.importorskip("resource")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return full()


@pytest.fixture
def grab() -> Callable[[QWidget, str], Path]:
    """grab(widget, name): keep a picture of a widget under build/pictures."""

    def keep(widget: QWidget, name: str) -> Path:
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        assert widget.grab().save(str(path))
        return path

    return keep


def wait_idle(qtbot, window: MainWindow) -> None:
    """Until nothing is being loaded or written any more."""
    session = window.session
    qtbot.waitUntil(
        lambda: not session.jobs.busy and not session.queue.pending and session.projects.is_settled,
        timeout=WAIT,
    )


def wait_saved(qtbot, window: MainWindow) -> None:
    """Until every judgement is on the disk and shown."""
    qtbot.waitUntil(lambda: not window.session.queue.pending, timeout=WAIT)
    wait_idle(qtbot, window)
