"""Panels are made ahead while nobody is at work; what stays is spared from garbage collection."""

import gc

from PySide6.QtCore import Qt


def not_made(window) -> list[str]:
    return [name for name, dock in window.docks.items() if dock.panel is None]


def test_panels_are_made_ahead_but_not_while_somebody_types(qtbot, window) -> None:
    before = not_made(window)
    assert before
    qtbot.keyClick(window.search.line, Qt.Key.Key_A)
    assert window.keys.heard_within(60_000)
    window.panels_ahead.timer.timeout.emit()
    assert window.panels_ahead.timer.isActive() and not_made(window) == before
    qtbot.waitUntil(lambda: not not_made(window), timeout=20_000)


def test_what_a_project_brought_is_not_searched_for_garbage_until_it_is_closed(window) -> None:
    assert gc.get_freeze_count() > 0
    assert window.session.projects.close()
    assert gc.get_freeze_count() == 0
