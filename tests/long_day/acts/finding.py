"""Searching: the box in the bar, the palette, the lines over the tree and the table."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.long_day.acts.registry import act
from tests.long_day.day import Day
from tests.long_day.hands import CTRL, Pick, press, serve, turn_to, until, write

WORDS = ("{0}", "{0} 1", "{0} 0", "status:unreviewed", "status:accepted", "level:0", "nothing such")
COMMANDS = ("workspace-free undo", "light", "dark", "next", "previous", "back")


def _words(day: Day, pick: Pick) -> str:
    assert day.place is not None
    return pick.one(WORDS).format(day.place.kind.word)


@act(5)
def search(day: Day, pick: Pick) -> str | None:
    """Ctrl+F, words, and Enter or Escape."""
    if day.place is None or not day.window.actions_["edit.find"].isEnabled():
        return None
    if not day.window.search.isVisible():
        return None
    press("f", CTRL)
    until(day.window.search.line.hasFocus, "the keyboard in the search")
    words = _words(day, pick)
    press("a", CTRL)
    write(words)
    end = pick.one((Qt.Key.Key_Return, Qt.Key.Key_Return, Qt.Key.Key_Escape))
    press(end)
    if end == Qt.Key.Key_Return:  # with no hit it stays in the field
        press(Qt.Key.Key_Escape) if isinstance(QApplication.focusWidget(), QLineEdit) else None
    return f"{words!r}, {end.name}"


@act(4)
def palette(day: Day, pick: Pick) -> str | None:
    """Ctrl+K, and a concept or Escape."""
    press("k", CTRL)
    palette = day.window.palette_
    until(palette.line.hasFocus, "the keyboard in the palette")
    if day.place is not None and pick.chance(0.6):
        words = f"{day.place.kind.word} {pick.number(0, 9)}"
        write(words)
        hits = palette.list.hits()
        press(Qt.Key.Key_Return if hits else Qt.Key.Key_Escape)
    else:
        words = pick.one(("undo", "panel", "image", "xyz"))
        write(words)
        press(Qt.Key.Key_Escape)
    serve()
    return words


@act(3)
def filter_list(day: Day, pick: Pick) -> str | None:
    """Type into the line over a list; empty it again."""
    if day.place is None:
        return None
    lines = []
    for name, attribute in (("hierarchy", "search"), ("concept_table", "search")):
        dock = day.window.docks[name]
        if dock.panel is not None and not dock.visibleRegion().isEmpty():
            line = getattr(dock.panel, attribute)
            if line.isEnabled() and not line.visibleRegion().isEmpty():
                lines.append((name, line))
    if not lines:
        return None
    name, line = pick.one(lines)
    words = _words(day, pick)
    turn_to(line)
    write(words)
    if name == "hierarchy" and pick.chance(0.5):
        press(Qt.Key.Key_Return)
    day.settle()
    turn_to(line)
    line.clear()
    turn_to(day.window.docks[name].panel.view)
    return f"{words!r} in {name}"
