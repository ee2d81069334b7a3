"""Choosing and looking: lists, the tree, thumbnails, cells, zoom, ways back."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QPlainTextEdit

from tests.long_day.acts.registry import act
from tests.long_day.day import Day
from tests.long_day.hands import ALT, CTRL, NO, SHIFT, Pick, click, press, seen_rows, turn_to, until

LISTS = {
    "hierarchy": "view",
    "queue": "list",
    "in_photo": "list",
    "concept_table": "view",
    "thumbnails": "view",
}


def _lists(day: Day) -> list[tuple[str, QAbstractItemView]]:
    """The lists that one can click into."""
    found = []
    for name, attribute in LISTS.items():
        dock = day.window.docks[name]
        if day.place is not None and dock.panel is not None:
            view = getattr(dock.panel, attribute)
            if not view.visibleRegion().isEmpty() and seen_rows(view):
                found.append((name, view))
    return found


@act(16)
def row(day: Day, pick: Pick) -> str | None:
    """Click a row; with Ctrl or Shift sometimes."""
    if not (lists := _lists(day)):
        return None
    name, view = pick.one(lists)
    place = pick.one(seen_rows(view))
    modifiers = pick.one((NO, NO, NO, CTRL, SHIFT)) if name != "thumbnails" else NO
    click(view.viewport(), place, modifiers)
    return f"row at {place.y()} of {name}, {modifiers.name}"


@act(8)
def arrow(day: Day, pick: Pick) -> str | None:
    if day.place is None or isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit):
        return None
    key = pick.one((Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Up))
    modifiers = ALT if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and pick.chance(0.5) else NO
    press(key, modifiers)
    return f"{key.name} {modifiers.name}"


@act(4)
def way_back(day: Day, pick: Pick) -> str | None:
    if day.place is None:
        return None
    key = pick.one((Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right))
    press(key, ALT)
    return key.name


@act(4)
def branch(day: Day, pick: Pick) -> str | None:
    """Open or close a branch of the tree."""
    dock = day.window.docks["hierarchy"]
    if day.place is None or dock.panel is None or dock.visibleRegion().isEmpty():
        return None
    view = dock.panel.view
    if not (places := seen_rows(view)):
        return None
    index = view.indexAt(pick.one(places)).siblingAtColumn(0)
    view.setExpanded(index, not view.isExpanded(index))
    return f"{index.data()}"


@act(6)
def cell(day: Day, pick: Pick) -> str | None:
    """Click into the photo; with Ctrl sometimes."""
    if (stage := _stage(day)) is None:
        return None
    room = stage.photo_rect().toRect() & stage.rect()
    if room.isEmpty():
        return None
    place = QPoint(pick.number(room.left(), room.right()), pick.number(room.top(), room.bottom()))
    click(stage, place, CTRL if pick.chance(0.25) else NO)
    return f"{stage.cell_at(QPointF(place))}"


def _stage(day: Day):  # type: ignore[no-untyped-def]
    dock = day.window.docks["photo"]
    if day.place is None or dock.panel is None or dock.panel.stage.visibleRegion().isEmpty():
        return None
    return dock.panel.stage


@act(3)
def zoom(day: Day, pick: Pick) -> str | None:
    """Wheel, drag, and the keys of the photo."""
    if (stage := _stage(day)) is None:
        return None
    turn_to(stage)
    what = pick.one(("+", "-", "0", "c", "wheel", "space"))
    if what == "wheel":
        _wheel(stage, pick.one((120, -120, 240)))
    elif what == "space":
        QTest.keyPress(stage, Qt.Key.Key_Space)
        if not stage.bare:
            return "Space did not bare the photo"
        QTest.keyRelease(stage, Qt.Key.Key_Space)
    else:
        press(what)
    return what


def _wheel(stage, turn: int) -> None:  # type: ignore[no-untyped-def]
    place = QPointF(stage.rect().center())
    event = QWheelEvent(
        place,
        QPointF(stage.mapToGlobal(stage.rect().center())),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        NO,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(stage, event)


@act(2)
def go_on(day: Day, pick: Pick) -> str | None:
    """Switch going on after a judgement."""
    if day.place is None:
        return None
    day.window.actions_["concept.advance"].trigger()
    return f"{day.window.settings.get('auto_advance')}"


@act(2)
def sort(day: Day, pick: Pick) -> str | None:
    """Click a header of the table, or choose an order of the tree."""
    tree, table = day.window.docks["hierarchy"], day.window.docks["concept_table"]
    if day.place is None:
        return None
    if table.panel is not None and not table.visibleRegion().isEmpty():
        header = table.panel.view.horizontalHeader()
        column = pick.number(1, header.count() - 1)
        click(header.viewport(), QPoint(header.sectionViewportPosition(column) + 5, 5))
        return f"the table by column {column}"
    if tree.panel is not None and not tree.visibleRegion().isEmpty():
        order = pick.one(("images", "strength", "name"))
        tree.panel.order_button.menu().actions()[
            ("images", "strength", "name").index(order)
        ].trigger()
        if pick.chance(0.3):
            click(tree.panel.flat)
        return f"the tree by {order}"
    return None


@act(2)
def dialog(day: Day, pick: Pick) -> str | None:
    """Open a dialog and close it."""
    names = ["file.preferences", "help.shortcuts", "help.about"]
    if day.place is not None:
        names.append("analysis.folders")
    name = pick.one(names)
    day.window.actions_[name].trigger()
    until(lambda: QApplication.activeModalWidget() or name == "analysis.folders", name)
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible() and hasattr(widget, "reject"):
            widget.reject()
    return name
