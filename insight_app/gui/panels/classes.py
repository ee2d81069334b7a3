"""The classes that are told apart, how well, by concepts and by raw features, and training anew.

Shows what the session's `explaining` knows; how photos are classified is the worker's matter.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from insight_app.concepts.explain.class_words import MOST_CLASSES
from insight_app.concepts.explain.classifier import Kind
from insight_app.errors import KnownError
from insight_app.figures import counted, figure
from insight_app.gui.dialogs.files import Purpose, choose_file, choose_new_file
from insight_app.gui.explain.accuracy import AccuracyLines
from insight_app.gui.explain.class_figures import accuracy_lines, how_tested, shown_classes
from insight_app.gui.explain.class_list import ClassList
from insight_app.gui.explain.typed_classes import TypedClasses
from insight_app.gui.panel import Panel
from insight_app.gui.photo.no_photos import show_buttons, why_none
from insight_app.gui.state.kept_classes import FOLDERS
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, KeyButton, dim_label, thin_line
from insight_app.gui.wording import command_text, time_left, tooltip
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.explaining.classification import Classification

NO_PHOTOS = "No photos in this project yet. Why each is taken for what it is stands here."
WAITING = "Why photos are taken for what they are can be looked at once they are analyzed."
ONE_CLASS = (
    "Classes are told apart where there are two or more. Photos in folders have one each: the "
    "name of the folder. Others can be labelled in Images, or by a file with “path,label” lines."
)
TRAIN = (
    "{classes}, {photos} labelled by {by}. Training learns to tell them apart twice: by concepts, "
    "which can be looked at and judged, and by the encoder's raw features. What the first costs "
    "beside the second is the price of being able to read it."
)


TYPE = (
    "Nothing is learned here: a photo is taken for the class whose words it is most like, through "
    "what its concepts stand for, and through raw tokens beside. Labels only tell how right it is."
)


class ClassesPanel(Panel):
    """A list of classes; under it the accuracy of all, and training."""

    title = "Classes"
    object_name = "classes"
    follows = frozenset({"project", "results"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._add_actions()
        explaining = session.explaining
        self.list = ClassList(session, self)
        self.list.chosen.connect(self._choose)
        self.accuracy = AccuracyLines(self)
        self.notes = dim_label("", self)
        self.notes.setWordWrap(True)
        self.notes.setContentsMargins(12, 2, 12, 4)
        self.shown = QWidget(self)
        column = QVBoxLayout(self.shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.list, 1)
        column.addWidget(thin_line(self))
        column.addSpacing(4)
        column.addWidget(self.accuracy)
        column.addWidget(self.notes)
        self.typed = TypedClasses(self)
        self.typed.changed.connect(explaining.type_words)
        self.typed.changed.connect(lambda _words: self._show_work(True))
        self.empty = EmptyState(WAITING, self)
        self.add = self.empty.add_action(session.actions, "analysis.add")
        self.choose_folders = self.empty.add_action(session.actions, "analysis.folders")
        self.body.addWidget(self.typed)
        self.body.addWidget(self.shown, 1)
        self.body.addWidget(self.empty, 1)
        self.sets = QToolButton(self)
        self.sets.setToolTip("By which labels photos are told apart")
        self.sets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.sets.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.sets.setMenu(QMenu(self.sets))
        self.sets.menu().aboutToShow.connect(self._fill_sets)
        self.header.add(self.sets)
        self._build_foot()
        self.setFocusProxy(self.list)
        explaining.changed.connect(self.invalidate)
        explaining.progressed.connect(self._go_on)
        explaining.chosen.connect(self.invalidate)
        explaining.photos_ready.connect(self._bring_photos)
        session.labelled.changed.connect(self.invalidate)
        session.analysis.started.connect(self.invalidate)
        session.analysis.progress.connect(lambda _progress: self.invalidate())
        self.refresh_while_empty()

    # ---- building

    def _add_actions(self) -> None:
        add, explaining = self.session.actions.add, self.session.explaining
        add("explain.train", "&Train", "Ctrl+Shift+K", explaining.train, context="Explain",
            panel=self, icon="scales",
            tip="Learn to tell the classes apart; goes on while you work")  # fmt: skip
        add("explain.stop", "Stop training", "", explaining.cancel, context="Explain",
            panel=self)  # fmt: skip
        add("explain.open_probe", "Open a released probe…", "", self._open_probe,
            context="Explain", panel=self,
            tip="A linear probe for this dictionary that somebody published: nothing is "
            "learned")  # fmt: skip
        add("explain.export_classes", "Export accuracy…", "", self._export, context="Explain",
            panel=self, tip="Accuracy by class and all confusions, as CSV")  # fmt: skip

    def _build_foot(self) -> None:
        actions = self.session.actions
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.start = KeyButton(actions, "explain.train", primary=True, parent=self)
        self.stop = QPushButton("Cancel", self)
        self.stop.clicked.connect(actions["explain.stop"].trigger)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.words = dim_label("", self)
        self.words.setWordWrap(True)
        self.words.setContentsMargins(12, 6, 12, 0)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing() + 6)
        self.save = QToolButton(self)
        self.save.setDefaultAction(actions["explain.export_classes"])
        self.save.setText("Export")
        row.addWidget(self.start)
        row.addWidget(self.stop)
        row.addWidget(self.bar, 1)
        row.addStretch(0)
        row.addWidget(self.save)
        self.foot.addWidget(self.words)
        self.foot.addLayout(row)

    # ---- what is shown

    def refresh(self) -> None:
        session, explaining = self.session, self.session.explaining
        results = session.state.results
        has_codes = results is not None and bool(results.coded_images)
        explaining.want()
        found = explaining.classification if has_codes else None
        self.shown.setVisible(found is not None)
        self.empty.setVisible(found is None)
        show_buttons(session, self.add, self.choose_folders)
        self.sets.setVisible(has_codes)
        is_typed = explaining.kind == "zero-shot"
        by = {"zero-shot": "typed", "released": "released probe"}
        self.sets.setText(by.get(explaining.kind, _by(explaining.label_set)))
        self.typed.setVisible(has_codes and is_typed)
        self._suggest_words()
        self.typed.show_words(explaining.words)
        if found is None:
            self.set_info("")
            self.empty.set_text(self._why_empty(has_codes))
            self.list.show_classes([], None)
        else:
            self._show(found)
        self._show_trouble()
        self._show_work(has_codes)

    def _why_empty(self, has_codes: bool) -> str:
        if not has_codes:
            return why_none(self.session, NO_PHOTOS) if self.session.lacks_photos else WAITING
        labels = self.session.explaining.labels
        if labels is None:
            return ""
        if len(labels.classes) < 2 and self.session.explaining.kind == "probe":
            return ONE_CLASS
        if self.session.explaining.kind == "zero-shot":
            return TYPE
        classes = f"{len(labels.classes):,} classes"
        photos = counted(labels.images.size, "photo")
        return TRAIN.format(classes=classes, photos=photos, by=_by(labels.name))

    def _show(self, found: "Classification") -> None:
        shown = shown_classes(found, self._taken_for())
        self.list.show_classes(shown, self.session.explaining.wanted)
        self.set_info(
            f"{len(found.classes):,}",
            "\n".join(
                (
                    f"{len(found.classes):,} classes of {counted(found.images.size, 'photo')}, "
                    f"labelled by {_by(found.label_set)}",
                    *found.notes,
                )
            ),
        )
        self.accuracy.show_lines(accuracy_lines(found))
        note = f"{how_tested(found)}. It took {figure(found.seconds)} s"
        self.notes.setText(note)
        self.notes.setToolTip(tooltip("\n".join((note, *found.notes))))

    def _show_trouble(self) -> None:
        explaining = self.session.explaining
        if explaining.error is not None:
            self.show_error(explaining.error, "Try again", explaining.train)
        elif explaining.is_training:
            self.trouble.hide()
        elif explaining.unkept:
            self.trouble.show_trouble(
                f"This classification is shown but not kept. {explaining.unkept}",
                can_dismiss=True,
            )
        elif explaining.stale:
            self.trouble.show_trouble(
                f"These figures do not hold any more: {explaining.stale}",
                "Train again",
                explaining.train,
            )
        else:
            self.trouble.hide()

    def _show_work(self, has_codes: bool) -> None:
        session, explaining = self.session, self.session.explaining
        is_busy, progress = explaining.is_training, explaining.progress
        if is_busy and self.start.hasFocus():
            self.list.setFocus()  # else a button of another panel gets the keyboard
        labels, found = explaining.labels, explaining.classification
        is_typed = explaining.kind == "zero-shot"
        can = has_codes and labels is not None and len(labels.classes) > 1
        if is_typed:
            can = (
                has_codes and len([one for one in explaining.words.splitlines() if one.strip()]) > 1
            )
        actions = session.actions
        actions.set_enabled("explain.train", can and not is_busy)
        actions.set_enabled("explain.stop", is_busy)
        actions.set_enabled("explain.open_probe", has_codes and not is_busy)
        actions.set_enabled("explain.export_classes", found is not None)
        word = "Read the words" if is_typed else "Train again" if found is not None else "Train"
        self.start.set_label(word)
        self.start.set_primary(found is None)
        self.start.setVisible(not is_busy and has_codes and explaining.kind != "released")
        self.stop.setVisible(is_busy)
        self.bar.setVisible(is_busy)
        self.save.setVisible(found is not None and not is_busy)
        text = ""
        if is_busy and progress is None:
            self.bar.setRange(0, 0)
            text = (
                "Waits until the analysis is done…"
                if session.analysis.is_running
                else "Getting ready: what learns is being started…"
            )
        elif is_busy and progress is not None:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done)
            text = progress.message
            if progress.total and progress.done:
                text += f": {progress.done:,} of {progress.total:,}"
            if progress.seconds_left is not None:
                text += f", {time_left(progress.seconds_left)} left"
        self.words.setText(text)
        self.words.setVisible(is_busy)

    def _go_on(self) -> None:
        """Show how far training is."""
        if self.isVisible():
            results = self.session.state.results
            self._show_work(results is not None and bool(results.coded_images))

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the class's photos back to be gone through."""
        super().showEvent(event)
        self._bring_photos()

    def _bring_photos(self) -> None:
        if self.isVisible():
            self.session.explaining.bring_photos()

    # ---- what can be done

    def _choose(self, index: int) -> None:
        explaining, found = self.session.explaining, self.session.explaining.classification
        explaining.go_to_class(index)
        if found is not None and not found.images.size and (taken := self._taken_for()):
            name = visible(found.classes[index])
            explaining.show_photos(taken[index], f"taken for {name}")

    def _taken_for(self) -> "Sequence[NDArray[np.int64]]":
        """Return the photos taken for each class, where no label tells what they are."""
        looks, found = self.session.labelled, self.session.explaining.classification
        looks.want()
        is_of_it = looks.known is not None and looks.known.classification is found
        return looks.known.taken_for if is_of_it and looks.known is not None else ()

    def _fill_sets(self) -> None:
        menu, explaining = self.sets.menu(), self.session.explaining
        menu.clear()
        for one in explaining.sets:
            words = f"{_by(one.name)}: {one.classes:,} classes, {counted(one.photos, 'photo')}"
            action = menu.addAction(command_text(words))
            action.setCheckable(True)
            action.setChecked(one.name == explaining.label_set and explaining.kind == "probe")
            action.triggered.connect(partial(self._choose_set, one.name, "probe"))
        menu.addSeparator()
        kinds: list[tuple[str, Kind]] = [("Typed classes", "zero-shot")]
        if explaining.has_released:
            kinds.append(("Released probe", "released"))
        for words, kind in kinds:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(explaining.kind == kind)
            action.triggered.connect(partial(self._choose_set, explaining.label_set, kind))
        menu.addAction(self.session.actions["explain.open_probe"])
        menu.setEnabled(not explaining.is_training)

    def _choose_set(self, name: str, kind: Kind, _on: bool = True) -> None:
        self.session.explaining.choose_set(name, kind)

    def _suggest_words(self) -> None:
        """Offer the names of the labelled classes to whoever has typed nothing yet."""
        explaining = self.session.explaining
        labels = explaining.labels
        if explaining.kind == "zero-shot" and not explaining.words and labels is not None:
            names = (name.replace("_", " ") for name in labels.classes[:MOST_CLASSES])
            explaining.type_words("\n".join(names))

    def _open_probe(self) -> None:
        """Ask for a file with a probe, and have it tell the classes apart."""
        kinds = "Linear probe (*.pt *.pth);;All files (*)"
        settings = self.session.settings
        path = choose_file(self, "Open a released probe", settings, Purpose.RELEASED, kinds)
        if path is not None:
            self.session.explaining.open_probe(path)

    def _export(self) -> None:
        found, settings = self.session.explaining.classification, self.session.settings
        if found is None:
            return
        project = self.session.state.path or Path("project")
        name = f"{project.stem} classes.csv"
        path = choose_new_file(self, "Export accuracy", settings, name, "Table (*.csv)")
        if path is None:
            return
        from insight_app.gui.explain.tables import class_table
        from insight_app.gui.statistics.saving import save_table  # imports what draws plots

        try:
            save_table(class_table(found), path)
        except KnownError as error:
            self.show_error(error)
        else:
            self.session.messages.say(f"Saved {path.name}")


def _by(name: str) -> str:
    return "folders" if name == FOLDERS else visible(name)
