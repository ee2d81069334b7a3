"""What is said in the place of photos where there are none, and which button mends it."""

from PySide6.QtWidgets import QWidget

from insight_app.figures import counted
from insight_app.gui.state.session import Session

WAITING = "The photos are being looked for. They appear here as soon as the first ones are found."


def why_none(session: Session, no_photos: str) -> str:
    """Return why no photo is shown; no_photos: what is said where none was ever added."""
    if number := session.photos_left_out:
        are = "The only photo is" if number == 1 else f"All {counted(number, 'photo')} are"
        return f"{are} left out by name. Photo folders shows by which patterns."
    return no_photos if session.lacks_photos else WAITING


def show_buttons(session: Session, add: QWidget, folders: QWidget) -> None:
    """Show the button that helps: that to the patterns, or that to add photos."""
    is_left_out = bool(session.photos_left_out)
    add.setVisible(session.lacks_photos and not is_left_out)
    folders.setVisible(is_left_out)
