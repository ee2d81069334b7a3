"""The photo folders of a project: which are there, which are not, which were taken out.

Shows what FolderControl knows and asks it for changes; stays open while they are carried out.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from insight_app.figures import counted
from insight_app.gui import icons, theme
from insight_app.gui.dialogs.confirming import confirm
from insight_app.gui.dialogs.files import Purpose, choose_folder
from insight_app.gui.dialogs.pattern_fields import PatternFields
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import dim_label, item_tree
from insight_app.gui.wording import show_in_folder, title_text, tooltip
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.results.sources import FolderState, SourceState

PATH_ROLE = int(Qt.ItemDataRole.UserRole)
STATE_ROLE = PATH_ROLE + 1
HERE, NOT_THERE, REMOVED = "here", "not there", "removed"
FEW = 12
"""Folders in a folder that are listed at once."""
WORDS = {HERE: "", NOT_THERE: "not there", REMOVED: "taken out"}


class FoldersDialog(QDialog):
    """Folders with their photos, and what can be done with the chosen ones."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.session = session
        self.setWindowTitle("Photo folders")
        self.resize(720, 420)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        self.tree = item_tree(["Folder", "Photos", ""], self)
        self.tree.setAccessibleName("Photo folders of this project")
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        column.addWidget(self.tree, 1)
        self.patterns = PatternFields(self)
        self.patterns.changed.connect(self._follow)
        chosen = QHBoxLayout()
        chosen.setSpacing(8)
        chosen.addWidget(self.patterns, 1)
        self.apply = self._button("Apply", self._choose_photos, chosen)
        for field in (self.patterns.include, self.patterns.exclude):
            field.returnPressed.connect(self.apply.click)
        column.addLayout(chosen)
        self.left_out = dim_label("", self)
        self.left_out.setWordWrap(True)
        column.addWidget(self.left_out)
        self.note = dim_label(
            "What was judged stays, whatever is taken out. Nothing is deleted from the disk.", self
        )
        self.note.setWordWrap(True)
        column.addWidget(self.note)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.add = self._button("Add a folder…", self._add, row)
        self.point = self._button("Point to the folder…", self._point, row)
        self.remove = self._button("Remove from the project", self._remove, row)
        self.put_back = self._button("Put it back", self._put_back, row)
        self.show_folder = self._button("Show in folder", self._show_in_folder, row)
        row.addStretch(1)
        column.addLayout(row)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.tree.itemSelectionChanged.connect(self._follow)
        session.folders.changed.connect(self._fill)
        session.analysis.progress.connect(self._follow)
        session.projects.opened.connect(super().reject)
        session.folders.look()
        theme.follow(self._fill)

    def _button(self, text: str, act: Callable[[], object], row: QHBoxLayout) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        row.addWidget(button)
        return button

    # ---- what is shown

    def _fill(self) -> None:
        """List all folders anew; what was chosen and open stays so."""
        chosen = set(self._chosen())
        is_open = {
            item.data(0, PATH_ROLE): item.isExpanded()
            for item in map(self.tree.topLevelItem, range(self.tree.topLevelItemCount()))
            if item is not None
        }
        self.tree.clear()
        for source in self.session.folders.sources:
            item = self._item(source, str(source.path))
            self.tree.addTopLevelItem(item)
            below = [self._item(f, f.name) for f in source.folders if f.name]
            item.addChildren(below)
            item.setExpanded(is_open.get(source.path, len(below) <= FEW))
            for one in (item, *below):
                one.setSelected(one.data(0, PATH_ROLE) in chosen)
        if not self.tree.selectedItems() and (first := self.tree.topLevelItem(0)) is not None:
            # Said outright: else a Ctrl that is still held from the key that opened this decides.
            flag = QItemSelectionModel.SelectionFlag
            self.tree.setCurrentItem(first, 0, flag.ClearAndSelect | flag.Rows)
        self._show_choice()
        self._follow()

    def _show_choice(self) -> None:
        """Show which photos are left out by name, and what else is not taken."""
        choice = self.session.folders.choice
        if choice is None:
            return
        self.patterns.show_patterns(choice.patterns)
        words = [f"{counted(choice.left_out, 'photo')} left out by name."] * bool(choice.left_out)
        if choice.not_taken:
            kinds = (counted(number, kind) for kind, number in choice.not_taken.items())
            words.append(f"Not taken: {', '.join(kinds)}.")
        self.left_out.setText(" ".join(words))
        self.left_out.setVisible(bool(words))

    def _choose_photos(self) -> None:
        self.session.folders.choose_photos(self.patterns.patterns())

    def reject(self) -> None:
        """Close; patterns that were typed and not applied are not dropped without a word."""
        choice, can_write = self.session.folders.choice, self.patterns.isEnabled()
        is_other = choice is not None and self.patterns.patterns() != choice.patterns
        question = "Close without applying the patterns that were typed?"
        if (
            can_write
            and is_other
            and not confirm(self, "Photo folders", question, do="Discard them", keep="Go on")
        ):
            return
        super().reject()

    def _item(self, shown: "SourceState | FolderState", name: str) -> QTreeWidgetItem:
        counts = shown.counts
        photos = counts.removed if shown.state == REMOVED else counts.photos
        words, name = WORDS[shown.state], visible(name)
        if not words and counts.missing:
            words = f"{counts.missing:,} not there"
        item = QTreeWidgetItem([name, f"{photos:,}", words])
        item.setToolTip(0, tooltip(str(shown.path)))
        item.setData(0, PATH_ROLE, shown.path)
        item.setData(0, STATE_ROLE, shown.state)
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setData(
            0, Qt.ItemDataRole.AccessibleTextRole, f"{name}, {counted(photos, 'photo')}, {words}"
        )
        colours = theme.colours()
        if shown.state == NOT_THERE or counts.missing:
            for part in (0, 2):
                item.setForeground(part, QBrush(colours.of("rejected")))
            item.setIcon(0, icons.icon("warning", "rejected"))
        elif shown.state == REMOVED:
            for part in range(3):
                item.setForeground(part, QBrush(colours.of("dim")))
        return item

    def _chosen(self, *states: str) -> list[Path]:
        """Return the chosen folders, those of these states where some are named."""
        items = self.tree.selectedItems()
        return [
            item.data(0, PATH_ROLE)
            for item in items
            if not states or item.data(0, STATE_ROLE) in states
        ]

    def _follow(self) -> None:
        """Offer what can be done with the chosen folders now."""
        can_write = not self.session.state.read_only and not self.session.analysis.is_running
        self.add.setEnabled(can_write)
        self.patterns.setEnabled(can_write)
        choice = self.session.folders.choice
        is_other = choice is not None and self.patterns.patterns() != choice.patterns
        self.apply.setEnabled(can_write and is_other)
        self.point.setEnabled(can_write and len(self._chosen(NOT_THERE, HERE)) == 1)
        self.remove.setEnabled(can_write and bool(self._chosen(NOT_THERE, HERE)))
        self.put_back.setEnabled(can_write and bool(self._chosen(REMOVED)))
        self.show_folder.setEnabled(len(self._chosen(HERE, REMOVED)) == 1)

    # ---- what is done

    def _add(self) -> None:
        settings = self.session.settings
        chosen = choose_folder(self, "Add a folder of photos", settings, Purpose.PHOTOS)
        if chosen is not None:
            self.session.folders.add([chosen])

    def _point(self) -> None:
        point_to(self.session, self._chosen(NOT_THERE, HERE)[0], self)

    def _remove(self) -> None:
        self.session.folders.remove(self._chosen(NOT_THERE, HERE))

    def _put_back(self) -> None:
        self.session.folders.put_back(self._chosen(REMOVED))

    def _show_in_folder(self) -> None:
        show_in_folder(self._chosen(HERE, REMOVED)[0])


def point_to(session: Session, old: Path, parent: QWidget) -> None:
    """Ask where the photos of a folder are now, and tell the project."""
    nearest = next((above for above in old.parents if above.is_dir()), None)
    title = title_text(f"Where are the photos of {old.name} now?")
    new = choose_folder(parent, title, session.settings, Purpose.PHOTOS, nearest)
    if new is not None:
        session.folders.move(old, new)
