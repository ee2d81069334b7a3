"""What must never happen while a window lives: Qt's warnings, tracebacks, things left open."""

import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

OF_THE_PLATFORM = ("This plugin does not support",)
"""What Qt's offscreen platform says of itself."""
HARMLESS = (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)


class Watch:
    """Collects what Qt and Python complain of; `take` returns it once."""

    def __init__(self) -> None:
        self._heard: list[str] = []

    @contextmanager
    def on(self) -> Iterator[None]:
        def hear(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
            if kind not in HARMLESS and not text.startswith(OF_THE_PLATFORM):
                self._heard.append(f"Qt says: {text}")

        def fail(kind: type[BaseException], error: BaseException, trace: object) -> None:
            lines = traceback.format_exception(kind, error, trace)  # type: ignore[arg-type]
            self._heard.append("".join(lines))

        hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
        before = qInstallMessageHandler(hear)
        sys.excepthook = fail
        sys.unraisablehook = lambda one: fail(one.exc_type, one.exc_value, one.exc_traceback)
        threading.excepthook = lambda one: fail(one.exc_type, one.exc_value, one.exc_traceback)
        try:
            yield
        finally:
            qInstallMessageHandler(before)
            sys.excepthook, sys.unraisablehook, threading.excepthook = hooks

    def take(self) -> str:
        heard, self._heard = self._heard, []
        return "\n".join(heard)


@dataclass(frozen=True)
class Left:
    """What this process has open: files, threads, children."""

    files: int
    threads: int
    children: int

    def more_than(self, other: "Left") -> str:
        """What there is more of than there was, in words."""
        pairs = {name: (getattr(other, name), getattr(self, name)) for name in vars(self)}
        return ", ".join(
            f"{now} {name}, not {was}" for name, (was, now) in pairs.items() if now > was
        )


def left() -> Left:
    return Left(len(open_files()), threading_count(), len(psutil.Process().children()))


def threading_count() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def open_files() -> list[str]:
    """Where every file handle of this process leads."""
    found = []
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the handle of this very listing
            found.append(str(one.readlink()))
    return found


def mapped_files() -> set[str]:
    """Return what files this process maps; a name may hold what Python takes for a line's end."""
    lines = Path("/proc/self/maps").read_text("utf-8", "surrogateescape").split("\n")
    return {parts[5] for line in lines if len(parts := line.split(maxsplit=5)) == 6 and "/" in line}
