"""Showing the window's dialogs. Each is imported when it is first opened."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from insight_app.figures import counted
from insight_app.gui.actions import Actions
from insight_app.gui.curation.several import tally
from insight_app.gui.dialogs.confirming import confirm
from insight_app.gui.state.curation import Question
from insight_app.gui.state.session import Session
from insight_app.gui.wording import words


def show_export(session: Session, parent: QWidget) -> None:
    """Ask for a format and a place, and export the open project."""
    from insight_app.gui.dialogs.export import ExportDialog

    ExportDialog(session, parent).open()


def show_preferences(session: Session, parent: QWidget) -> None:
    """Show what a person can choose; it takes effect at once."""
    from insight_app.gui.dialogs.preferences import PreferencesDialog

    _open(PreferencesDialog(session, parent))


def show_folders(session: Session, parent: QWidget) -> None:
    """Show the photo folders of the open project, and what can be done with them."""
    from insight_app.gui.dialogs.folders import FoldersDialog

    FoldersDialog(session, parent).show()


def show_check(session: Session, parent: QWidget) -> None:
    """Check the open project, and offer to repair its results."""
    from insight_app.gui.dialogs.check_project import CheckDialog

    _open(CheckDialog(session, parent))


def point_to_folder(session: Session, folder: Path, parent: QWidget) -> None:
    """Ask where the photos of a folder are now."""
    from insight_app.gui.dialogs.folders import point_to

    point_to(session, folder, parent)


def show_shortcuts(actions: Actions, parent: QWidget) -> None:
    """Show all keys, which can be changed there."""
    from insight_app.gui.dialogs.shortcuts import ShortcutsDialog

    _open(ShortcutsDialog(actions, parent))


def show_about(parent: QWidget) -> None:
    """Show the version and the licences."""
    from insight_app.gui.dialogs.about import AboutDialog

    _open(AboutDialog(parent))


def may_leave_unsaved(session: Session, parent: QWidget) -> bool:
    """Ask what cannot be undone: leaving with judgements that could not be written."""
    pending = session.queue.pending
    return confirm(
        parent,
        "Not saved",
        f"{counted(pending, 'judgement')} could not be written.",
        do="Leave without them",
        keep="Stay",
        details=words(session.queue.error) if session.queue.error else "",
    )


def ask_many(session: Session, question: Question, parent: QWidget) -> None:
    """Ask before many concepts or relations are judged at once."""
    count, verb = question.count, question.verb
    title = does = f"{verb} {count:,}"
    asks = f"{verb} all {count:,} selected {question.what}s?"
    if verb == "Unsure":
        title, does = f"{count:,} as unsure", f"Mark {count:,}"
        asks = f"Mark all {count:,} selected {question.what}s as unsure?"
    asks = question.asks or asks
    known = f"{question.details}\n" if question.details else ""
    said = f"{tally(session.state, question.concepts)}.\n" if question.concepts else ""
    if confirm(
        parent,
        title,
        asks,
        do=does,
        keep="Leave as they are",
        details=f"{known}{said}One undo takes all of it back.",
    ):
        question.do()


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
