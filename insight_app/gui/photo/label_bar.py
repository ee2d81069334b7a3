"""Labelling photos: the set, its classes with their keys, and a field for another class.

While it is seen, 1 to 9 in the photos beside it label the selected ones, 0 takes a label off.
Which photos are selected is the panel's matter.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from insight_app.figures import agreeing, counted
from insight_app.gui.dialogs.files import Purpose, choose_file, choose_new_file
from insight_app.gui.key_filter import OWNS_KEYS
from insight_app.gui.state.labelling import FOLDERS, KEYS
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.widgets import ElidedLabel
from insight_app.gui.wording import command_text, tooltip
from insight_app.gui.wrap_row import WrapRow
from insight_app.plain_text import shortened

DIGITS = {Qt.Key(Qt.Key.Key_0 + number): number for number in range(KEYS + 1)}
LETTERS = 24
"""Of a class on its button."""
TABLES = "Tables (*.csv *.tsv *.txt)"


class LabelBar(QWidget):
    """view: the photos in which its keys act.  chosen: which of them are selected."""

    labelled = Signal(object)
    """These photos (a tuple) were labelled."""
    unlabelled_wanted = Signal(bool)
    """Only photos without a label are to be listed, or all again."""

    def __init__(
        self,
        session: Session,
        view: QAbstractItemView,
        chosen: Callable[[], Sequence[int]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.session, self.view, self._chosen = session, view, chosen
        self.sets = QToolButton(self)
        self.sets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.sets.setToolTip("Which set of labels; others from a file, or to one")
        self.sets.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.sets.setMenu(QMenu(self.sets))
        self.sets.menu().aboutToShow.connect(self._fill_menu)
        self.progress = ElidedLabel("", self)
        self.progress.setProperty("dim", True)
        self.unlabelled = QToolButton(self)
        self.unlabelled.setText("Unlabelled")
        self.unlabelled.setCheckable(True)
        self.unlabelled.setToolTip("List only photos without a label in this set")
        self.unlabelled.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.unlabelled.toggled.connect(self.unlabelled_wanted)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Class, then Enter")
        self.field.setAccessibleName("Class of the selected photos")
        self.field.setMaxLength(200)
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)
        self.field.returnPressed.connect(self._typed)
        head = QHBoxLayout()
        head.addWidget(self.sets)
        head.addStretch(1)
        head.addWidget(self.unlabelled)
        self.keys = QWidget(self)
        self.buttons = [QPushButton(self.keys) for _ in range(KEYS)]
        row = WrapRow(self.keys)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for place, button in enumerate(self.buttons):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._press, place + 1))
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(self.keys)
        column.addWidget(self.field)
        session.labelling.changed.connect(self._follow)
        view.installEventFilter(self)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take 0 to 9 in the photos while this is seen."""
        if not isinstance(event, QKeyEvent) or not self.isVisible():
            return False
        number = DIGITS.get(Qt.Key(event.key()))
        if number is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            self._press(number)
        return event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)

    def showEvent(self, event: QShowEvent) -> None:
        """Read the labels and take the keys."""
        super().showEvent(event)
        self.view.setProperty(OWNS_KEYS, [int(key.value) for key in DIGITS])
        self.session.labelling.want(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Give the keys back."""
        super().hideEvent(event)
        self.view.setProperty(OWNS_KEYS, [])

    # ---- labelling

    def _press(self, number: int, _checked: bool = False) -> None:
        keyed = self.session.labelling.keyed
        if number == 0:
            self._label("")
        elif number <= len(keyed):
            self._label(keyed[number - 1])
        else:
            self.session.messages.say("No class has this key yet: type one and press Enter")

    def _typed(self) -> None:
        name = " ".join(self.field.text().split())
        if name and self._label(name):
            self.field.clear()
            self.view.setFocus()

    def _label(self, class_name: str) -> bool:
        images = tuple(self._chosen())
        if not images:
            self.session.messages.say("Select photos first")
        else:
            self.session.labelling.label(images, class_name)
            self.labelled.emit(images)
        return bool(images)

    # ---- what is shown

    def _follow(self) -> None:
        labelling = self.session.labelling
        self.sets.setText(command_text(f"{shown_name(labelling.label_set)}  ▾"))
        self.sets.setAccessibleName(f"Set of labels: {shown_name(labelling.label_set)}")
        results = self.session.state.results
        total = 0 if results is None else int(results.coded_images)
        count = labelling.labelled
        self.progress.setText(f"{count:,} of {counted(total, 'photo')} labelled")
        counts = labelling.counts
        for place, button in enumerate(self.buttons):
            is_used = place < len(labelling.keyed)
            button.setVisible(is_used)
            if is_used:
                name = labelling.keyed[place]
                shown = shown_name(name)
                button.setText(command_text(f"{place + 1}  {shortened(shown, LETTERS)}"))
                count = counts.get(name, 0)
                have = f"{counted(count, 'photo')} {agreeing(count, 'has', 'have')} it"
                tip = f"Label the selected photos {shown} ({place + 1})"
                button.setToolTip(tooltip(f"{tip}\n{have}"))
        self.keys.setVisible(bool(labelling.keyed))
        self.keys.updateGeometry()
        self._known.setStringList(list(labelling.classes))

    # ---- sets

    def _fill_menu(self) -> None:
        menu, labelling = self.sets.menu(), self.session.labelling
        menu.clear()
        for name in labelling.sets:
            words = "folders: the names of the photos' folders" if name == FOLDERS else name
            action = menu.addAction(command_text(shown_name(words)))
            action.setCheckable(True)
            action.setChecked(name == labelling.label_set)
            action.triggered.connect(partial(self._choose, name))
        menu.addSeparator()
        menu.addAction("New set…").triggered.connect(self._new)
        menu.addAction("Labels from a table…").triggered.connect(self._import)
        menu.addAction("Write this set to a table…").triggered.connect(self._export)

    def _choose(self, name: str, _on: bool = True) -> None:
        self.session.labelling.choose_set(name)

    def _new(self) -> None:
        name, is_given = QInputDialog.getText(self, "New set of labels", "Name of the set:")
        if is_given:
            self.session.labelling.choose_set(name)

    def _import(self) -> None:
        path = choose_file(
            self, "Labels from a table", self.session.settings, Purpose.EXPORTS, TABLES
        )
        if path is not None:
            self.session.labelling.take_over(path)

    def _export(self) -> None:
        settings, project = self.session.settings, self.session.state.path
        name = f"{project.stem if project else 'project'} labels.csv"
        path = choose_new_file(self, "Write labels", settings, name, "Table (*.csv)")
        if path is not None:
            self.session.labelling.write(path)
