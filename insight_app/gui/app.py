"""Starts the window: one QApplication, the theme, the main window.

Imports nothing that the first paint does not need.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from insight_app import __version__
from insight_app.gui import theme
from insight_app.gui.settings import Settings
from insight_app.gui.window.main_window import MainWindow

SWITCH_SECONDS = 0.0005
"""How long a thread of the window may keep the interpreter while another waits for it. Python's
own 5 ms, at each of a paint's many calls into Qt, make a stutter of a short job beside it."""


def application(arguments: Sequence[str] = ()) -> QApplication:
    """Return the one QApplication, in Fusion style."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    sys.setswitchinterval(SWITCH_SECONDS)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    app = QApplication(["insight", *arguments])
    app.setApplicationName("Insight")
    app.setApplicationDisplayName("Insight")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("insight-app")
    app.setStyle("Fusion")
    return app


def run(project: Path | None = None, *, analyze: Sequence[Path] = ()) -> int:
    """Show the window, with `project` (or a folder of photos) opened in it, until it is closed.

    analyze: folders that the worker analyzes into the project at once.
    """
    app = application()
    settings = Settings()
    theme.apply(app, settings.get("theme"), settings.get("interface_size"))
    window = MainWindow(settings, project, analyze)
    window.show()
    return app.exec()


def main() -> None:
    """Run what `python -m insight_app.gui.app [PROJECT]` names."""
    sys.exit(run(Path(sys.argv[1]) if len(sys.argv) > 1 else None))


if __name__ == "__main__":
    main()
