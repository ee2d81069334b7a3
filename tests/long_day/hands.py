"""Hands and patience: keys and clicks as Qt takes them, and waiting for what happens.

Waiting goes from event to event; no clock is asked but the one that gives up.
"""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

T = TypeVar("T")
PATIENCE = 300_000
NO, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton


class Stuck(AssertionError):
    """What was waited for did not happen."""


class Pick:
    """What is chosen in one act: the same number chooses the same of the same."""

    def __init__(self, number: int) -> None:
        self._random = random.Random(number)

    def one(self, items: Sequence[T]) -> T:
        return items[self._random.randrange(len(items))]

    def some(self, items: Sequence[T], most: int) -> list[T]:
        return self._random.sample(list(items), min(most, len(items)))

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def chance(self, share: float) -> bool:
        return self._random.random() < share


class Hands:
    """The few things of pytest-qt's qtbot that a driver needs, without a test."""

    mouseClick = staticmethod(QTest.mouseClick)
    mouseDClick = staticmethod(QTest.mouseDClick)
    keyClick = staticmethod(QTest.keyClick)
    keyClicks = staticmethod(QTest.keyClicks)

    @staticmethod
    def waitUntil(condition: Callable[[], bool], timeout: int = PATIENCE) -> None:
        until(condition, "what was asked for")


def until(condition: Callable[[], object], what: str, patience: int = PATIENCE) -> None:
    """Serve events until `condition` holds, and still holds when all that was posted is served."""
    is_over = False

    def give_up() -> None:
        nonlocal is_over
        is_over = True

    timer = QTimer(singleShot=True, interval=patience)
    timer.timeout.connect(give_up)
    timer.start()
    while True:
        serve()
        if condition():
            serve()
            if condition():
                break
        if is_over:
            raise Stuck(f"{what} did not happen in {patience // 1000} s")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    timer.stop()


def serve() -> None:
    """Serve every event that is there now."""
    for _ in range(2):
        QApplication.processEvents()
        QApplication.sendPostedEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def press(key: Qt.Key | str, modifiers: Qt.KeyboardModifier = NO) -> None:
    """Press a key where the keyboard is."""
    target = QApplication.focusWidget() or QApplication.activeWindow()
    if target is not None:
        QTest.keyClick(target, key, modifiers)


def write(text: str) -> None:
    target = QApplication.focusWidget()
    if target is not None:
        QTest.keyClicks(target, text)


def click(
    widget: QWidget, place: QPoint | None = None, modifiers: Qt.KeyboardModifier = NO
) -> None:
    QTest.mouseClick(widget, LEFT, modifiers, place if place is not None else QPoint())


def turn_to(widget: QWidget) -> None:
    """Give a widget the keyboard, as a click into it does."""
    widget.window().activateWindow()
    widget.setFocus()
    until(widget.hasFocus, f"the keyboard in {widget}")


def seen_rows(view: QAbstractItemView) -> list[QPoint]:
    """The middles of the rows of a list, tree or table that can be clicked now."""
    model, root = view.model(), view.viewport().rect()
    found, y = [], 2
    while y < root.height() and model is not None:
        index = view.indexAt(QPoint(root.width() // 2, y))
        if not index.isValid():
            break
        place = view.visualRect(index)
        if root.contains(QPoint(root.width() // 2, place.center().y())):
            found.append(QPoint(root.width() // 2, place.center().y()))
        y = place.bottom() + 2
    return found
