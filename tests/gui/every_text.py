"""Every text that a window shows or would show, and how Qt would draw it; who opens a file.

Walks widgets, menus, models with all their tooltips, and plots, hidden ones too.
"""

import ctypes
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PySide6 import QtGui
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QAbstractTableModel,
    QModelIndex,
    Qt,
)
from PySide6.QtGui import QAction, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDockWidget,
    QGraphicsTextItem,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QMenu,
    QTabBar,
    QTextEdit,
    QWidget,
)

from insight_app.plain_text import ACTS

MOST = 100
"""Places of a model that are looked at."""
Role = Qt.ItemDataRole


class Shown(NamedTuple):
    """kind: how Qt draws it: label, rich, tip, command, title, line (one line) or lines."""

    where: str
    text: str
    kind: str


class Watching(QTextDocument):
    """A document that notes what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.setHtml(text)
        picture = QtGui.QImage(8, 8, QtGui.QImage.Format.Format_RGB32)
        painter = QtGui.QPainter(picture)
        self.drawContents(painter)  # pictures are loaded when they are drawn
        painter.end()

    def loadResource(self, _kind: int, name: object) -> None:
        self.asked.append(str(name))


def everything() -> Iterator[Shown]:
    """All that every window and whatever is below it says."""
    for top in QApplication.topLevelWidgets():
        for widget in (top, *top.findChildren(QWidget)):
            yield from _of_widget(widget)
        for action in top.findChildren(QAction):
            yield from _of_action(action)


@cache
def wrong(shown: Shown) -> str:
    """What is wrong with how it is drawn; '' where every letter is seen and none acts."""
    seen = shown.text
    is_rich = shown.kind == "rich" or (
        shown.kind in ("label", "tip") and QtGui.Qt.mightBeRichText(seen)
    )
    if shown.kind == "label" and is_rich:
        return "is drawn as HTML"
    if is_rich:
        document = Watching(seen)
        if document.asked:
            return f"loads {document.asked}"
        seen = document.toPlainText()
    elif shown.kind == "command":
        seen = re.sub("&(.?)", r"\1", seen)
    elif shown.kind == "title":
        seen = seen.replace("[*][*]", "\0").replace("[*]", "").replace("\0", "[*]")
    may_have = "\n\u2028\u2029" if shown.kind in ("label", "tip", "rich", "lines") else ""
    acting = sorted(set(re.findall(f"[{ACTS}]", seen)) - set(may_have))
    if acting:
        return f"acts with {acting}"
    for found in re.finditer("xH4rm", seen):
        before, after = seen[: found.start()], seen[found.end() :].replace("\u200b", "")
        if not before.endswith("&"):
            return "loses a letter to a mark"
        if not re.match("<img |…", after[:5].replace("\n", " ")) and "…" not in after:
            return "loses what looks like a tag"
    return ""


def _of_widget(widget: QWidget) -> Iterator[Shown]:
    name = f"{type(widget).__name__} {widget.objectName() or widget.accessibleName()[:30]!r}"
    yield Shown(f"tooltip of {name}", widget.toolTip(), "tip")
    yield Shown(f"status tip of {name}", widget.statusTip(), "tip")
    if widget.isWindow() or isinstance(widget, QDockWidget):
        yield Shown(f"title of {name}", widget.windowTitle(), "title")
    if isinstance(widget, QLabel):
        kinds = {Qt.TextFormat.PlainText: "lines", Qt.TextFormat.RichText: "rich"}
        kind = "command" if widget.buddy() is not None else "label"
        yield Shown(name, widget.text(), kinds.get(widget.textFormat(), kind))
    elif isinstance(widget, QAbstractButton):
        yield Shown(name, widget.text(), "command")
    elif isinstance(widget, QTabBar):
        for place in range(widget.count()):
            yield Shown(f"tab of {name}", widget.tabText(place), "command")
            yield Shown(f"tooltip of a tab of {name}", widget.tabToolTip(place), "tip")
    elif isinstance(widget, QTextEdit):
        assert not any(one.isImageFormat() for one in widget.document().allFormats()), name
        yield Shown(name, widget.toPlainText(), "lines")
    elif isinstance(widget, QComboBox):
        yield from _of_model(f"choice of {name}", widget.model())
    elif isinstance(widget, QLineEdit) and widget.completer() is not None:
        yield from _of_model(f"completions of {name}", widget.completer().model())
    elif isinstance(widget, QAbstractItemView):
        if widget.model() is not None:
            yield from _of_model(name, widget.model())
    elif isinstance(widget, QGraphicsView):
        yield from _of_plot(name, widget)
    elif isinstance(widget, QMenu):
        yield Shown(f"title of {name}", widget.title(), "command")
        widget.aboutToShow.emit()
        for action in widget.actions():
            yield from _of_action(action)


def _of_action(action: QAction) -> Iterator[Shown]:
    name = f"action {action.objectName()}"
    yield Shown(name, action.text(), "command")
    yield Shown(f"tooltip of {name}", action.toolTip(), "tip")


def _of_model(name: str, model: QAbstractItemModel) -> Iterator[Shown]:
    is_list = isinstance(model, QAbstractListModel)
    is_flat = is_list or isinstance(model, QAbstractTableModel)
    columns = 1 if is_list else model.columnCount(QModelIndex())
    for section in range(columns):
        across = Qt.Orientation.Horizontal
        for role, kind in ((Role.DisplayRole, "lines"), (Role.ToolTipRole, "tip")):
            yield Shown(f"head of {name}", str(model.headerData(section, across, role) or ""), kind)
    todo, looked_at = [QModelIndex()], 0
    while todo and looked_at < MOST:
        parent = todo.pop()
        for row in range(model.rowCount(parent)):
            looked_at += 1
            for column in range(columns):
                index = model.index(row, column, parent)
                for role, kind in ((Role.DisplayRole, "line"), (Role.ToolTipRole, "tip")):
                    found = index.data(role)
                    if isinstance(found, str):
                        yield Shown(f"{kind} in {name}", found, kind)
            if not is_flat and model.hasChildren(model.index(row, 0, parent)):
                todo.append(model.index(row, 0, parent))


def _of_plot(name: str, plot: QGraphicsView) -> Iterator[Shown]:
    for item in plot.scene().items() if plot.scene() is not None else []:
        yield Shown(f"tooltip in {name}", item.toolTip(), "tip")
        if isinstance(item, QGraphicsTextItem):
            assert not any(one.isImageFormat() for one in item.document().allFormats()), name
            yield Shown(f"text in {name}", item.toPlainText(), "lines")
        for level in getattr(item, "_tickLevels", None) or ():
            for _place, text in level:
                yield Shown(f"axis of {name}", str(text), "line")


@contextmanager
def never_opened(path: Path) -> Iterator[None]:
    """Fail if anybody opens the file meanwhile (Linux tells)."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    watched = libc.inotify_add_watch(handle, os.fsencode(path), 0x20)  # IN_OPEN
    assert handle >= 0 and watched >= 0
    try:
        yield
        try:
            told = os.read(handle, 4096)
        except BlockingIOError:
            told = b""
        assert not told, f"{path.name} was opened"
    finally:
        os.close(handle)
