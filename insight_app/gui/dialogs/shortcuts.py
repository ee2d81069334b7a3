"""The page of keys: every action with its key, which can be changed here.

A key that another action has is refused, and the page says whose it is.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.actions import ActionEntry, Actions, parsed
from insight_app.gui.widgets import PlainLabel, dim_label, item_tree

FIXED = (
    ("Space, held", "Show the bare photo"),
    ("Wheel, drag", "Zoom and move the photo"),
    ("Ctrl+click", "Add to the selection"),
    ("Alt+click", "Show only that concept"),
    ("Esc", "Leave a search or a dialog"),
)


class ShortcutsDialog(QDialog):
    """All keys; those of panels that are not on screen are dim."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.actions_ = actions
        self.setWindowTitle("Keys")
        self.resize(620, 600)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Find an action or a key")
        self.filter.textChanged.connect(lambda _text: self._fill())
        column.addWidget(self.filter)
        self.tree = item_tree(["Action", "Keys"], self)
        self.tree.setRootIsDecorated(False)
        self.tree.setColumnWidth(0, 380)
        self.tree.setAccessibleName("Actions and their keys")
        self.tree.currentItemChanged.connect(lambda _new, _old: self._show_current())
        column.addWidget(self.tree, 1)
        row = QHBoxLayout()
        self.current = PlainLabel("Choose an action to change its key.", self)
        self.edit = QKeySequenceEdit(self)
        self.edit.setMaximumSequenceLength(1)
        self.edit.setAccessibleName("New key")
        self.edit.setMaximumWidth(160)
        self.change = QPushButton("Set", self)
        self.change.clicked.connect(self._set)
        self.clear = QPushButton("None", self)
        self.clear.clicked.connect(lambda: self.give(""))
        self.default = QPushButton("As it comes", self)
        self.default.clicked.connect(self._reset_one)
        row.addWidget(self.current, 1)
        for widget in (self.edit, self.change, self.clear, self.default):
            row.addWidget(widget)
        column.addLayout(row)
        self.message = dim_label("", self)
        self.message.setWordWrap(True)
        column.addWidget(self.message)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        reset = buttons.addButton("All as they come", QDialogButtonBox.ButtonRole.ResetRole)
        reset.setAutoDefault(False)
        reset.clicked.connect(self._reset_all)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        theme.follow(self._fill)
        self._show_current()

    # ---- the list

    def _fill(self) -> None:
        words = self.filter.text().lower().split()
        chosen = self.entry()
        self.tree.clear()
        heads: dict[str, QTreeWidgetItem] = {}
        for entry in self.actions_.entries():
            text = entry.title
            keys = shown(entry.keys)
            if not all(word in f"{entry.context} {text} {keys}".lower() for word in words):
                continue
            head = heads.get(entry.context) or self._head(entry.context)
            heads[entry.context] = head
            item = QTreeWidgetItem(head, [text, keys])
            item.setData(0, Qt.ItemDataRole.UserRole, entry.id)
            item.setToolTip(0, entry.tip)
            if not entry.action.isEnabled():
                for place in (0, 1):
                    item.setForeground(place, theme.colours().of("dim"))
            if chosen is not None and chosen.id == entry.id:
                self.tree.setCurrentItem(item)
        mouse = self._head("Fixed")
        for keys, text in FIXED:
            if all(word in f"{keys} {text}".lower() for word in words):
                QTreeWidgetItem(mouse, [text, keys])
        self.tree.expandAll()

    def _head(self, title: str) -> QTreeWidgetItem:
        head = QTreeWidgetItem(self.tree, [title])
        head.setFont(0, theme.bold(self.font()))
        head.setFlags(Qt.ItemFlag.ItemIsEnabled)
        return head

    def entry(self) -> ActionEntry | None:
        """Return the chosen action."""
        item = self.tree.currentItem()
        id = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        return self.actions_.entry(id) if id else None

    def choose(self, id: str) -> None:
        """Choose an action in the list."""
        for item in self.tree.findItems(
            "", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive
        ):
            if item.data(0, Qt.ItemDataRole.UserRole) == id:
                self.tree.setCurrentItem(item)

    def _show_current(self) -> None:
        entry = self.entry()
        for widget in (self.edit, self.change, self.clear, self.default):
            widget.setEnabled(entry is not None)
        if entry is not None:
            self.current.setText(entry.title)
            self.edit.setKeySequence(QKeySequence(entry.sequences()[0] if entry.keys else ""))

    # ---- changing

    def _set(self) -> None:
        self.give(self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def give(self, keys: str) -> None:
        """Give the chosen action other keys, or say whose they are."""
        entry = self.entry()
        if entry is None:
            return
        owner = self.actions_.set_keys(entry.id, keys)
        name = entry.title
        if owner is not None:
            other = owner.title
            self.message.setText(
                f"{shown(keys)} belongs to “{other}” already. Nothing was changed."
            )
        else:
            self.message.setText(f"{name}: {shown(keys) or 'no key'}")
            self._fill()

    def _reset_one(self) -> None:
        if (entry := self.entry()) is not None:
            self.give(entry.default_keys)

    def _reset_all(self) -> None:
        self.actions_.reset_keys()
        self.message.setText("All keys are as they come.")
        self._fill()


def shown(keys: str) -> str:
    """Return portable keys as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(one.toString(native) for one in parsed(keys))
