"""Words on photos: those that there are, ticked where the photos have them, and a field for more.

A tick, or Enter in the field, is a judgement on all the photos at once. Which photos is the panel's
matter.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from insight_app.figures import counted
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.widgets import PlainLabel, dim_label

TAG = Qt.ItemDataRole.UserRole
NONE_YET = "No photo has a tag yet. Type one and press Enter."
Check = Qt.CheckState


class TagDialog(QDialog):
    """images: the photos that are tagged."""

    def __init__(self, session: Session, images: Sequence[int], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.session, self.images = session, tuple(images)
        self._contents: dict[int, str] = {}
        self.setWindowTitle("Tags")
        self.resize(360, 420)
        title = PlainLabel(f"Tags of {counted(len(images), 'selected photo')}", self)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("Another tag, then Enter")
        self.line.setAccessibleName("Another tag")
        self.list = QListWidget(self)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName("Tags")
        self.note = dim_label("", self)
        self.note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        for button in buttons.buttons():
            button.setAutoDefault(False)  # type: ignore[attr-defined]
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        for widget in (title, self.line, self.list, self.note, buttons):
            column.addWidget(widget)
        self.line.returnPressed.connect(self._add)
        self.list.itemChanged.connect(self._ticked)
        session.curation.changed.connect(self._fill)
        session.projects.opened.connect(self.close)
        session.tagging.contents.ask(self.images, self._know)
        self.line.setFocus()

    def _know(self, contents: dict[int, str]) -> None:
        if isValid(self):
            self._contents = contents
            self._fill()

    def _fill(self) -> None:
        """List all tags; ticked: all photos have it, half: some have."""
        tagging, contents = self.session.tagging, list(self._contents.values())
        have = Counter(tag for content in contents for tag in tagging.tags_of(content))
        current = self.list.currentRow()
        self.list.blockSignals(True)
        self.list.clear()
        for tag in sorted(tagging.tags(), key=str.casefold):
            item = QListWidgetItem(shown_name(tag), self.list)
            item.setData(TAG, tag)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            ticks = Check.Checked if have[tag] == len(contents) else Check.PartiallyChecked
            item.setCheckState(ticks if have[tag] else Check.Unchecked)
        self.list.setCurrentRow(current)
        self.list.blockSignals(False)
        unread = len(self.images) - len(contents)
        left = f"{counted(unread, 'photo')} cannot be tagged: not read yet." if unread else ""
        self.note.setText(left if self.list.count() else NONE_YET)

    def _add(self) -> None:
        tag = " ".join(self.line.text().split())
        if tag:
            self.line.clear()
            self.session.tagging.put(self.images, on=(tag,))

    def _ticked(self, item: QListWidgetItem) -> None:
        put = partial(self.session.tagging.put, self.images)
        tag = item.data(TAG)
        if item.checkState() == Check.Checked:
            put(on=(tag,))
        else:
            put(off=(tag,))
