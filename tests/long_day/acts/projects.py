"""Projects and what happens to them: opening, restarts, analyses, folders, exports, the disk."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from insight_app.gui.dialogs.export import ExportDialog
from insight_app.gui.dialogs.folders import PATH_ROLE, FoldersDialog
from tests.long_day.acts.registry import act
from tests.long_day.day import Day
from tests.long_day.hands import CTRL, Pick, click, press, serve, until


def _is_busy(day: Day) -> bool:
    return day.window.session.analysis.is_running


def _left(day: Day) -> None:
    """A project was left or opened: note which, and what is seen of its panels."""
    was_away = day.arranged.is_away
    day.look_which()
    if was_away and not day.arranged.is_away:
        day.arranged.come_to(day.arranged.page)


@act(6)
def other_project(day: Day, pick: Pick) -> str | None:
    """Open the other project, as the menu of recent ones does."""
    window = day.window
    place = pick.one(day.world.places) if day.place is None else day.world.other(day.place)
    if day.place is not None:
        day.arranged.leave(window)
    window.opening.open_recent(str(place.project))
    day.settle()
    day.arranged.is_away = day.place is None
    _left(day)
    if day.place is not None and day.place is place:
        day.arranged.come_to(day.arranged.page)
    elif not day.told and window.session.queue.error is None:
        return f"{place.kind.word} was not opened, and nobody said why"
    return place.kind.word


@act(2)
def close_project(day: Day, pick: Pick) -> str | None:
    if day.place is None:
        return None
    day.arranged.leave(day.window)
    day.window.activateWindow()
    press("w", CTRL)
    day.settle()
    _left(day)
    return "Ctrl+W"


@act(4)
def restart(day: Day, pick: Pick) -> str | None:
    """Close the window and open it anew."""
    place = day.place
    if day.window.session.queue.error is not None or day.world.is_full:
        return None
    if place is not None:
        day.arranged.leave(day.window)
    day.restart()
    if place is not None:
        day.arranged.come_to(day.arranged.page)
    return place.kind.word if place is not None else "without a project"


# ---- analyses


@contextmanager
def _chosen(folder: Path) -> Iterator[None]:
    """What the person chooses in the system's dialog."""
    before = QFileDialog.getExistingDirectory
    QFileDialog.getExistingDirectory = lambda *_args: str(folder)
    try:
        yield
    finally:
        QFileDialog.getExistingDirectory = before


@act(3)
def analyze(day: Day, pick: Pick) -> str | None:
    """Resume, or add one more folder; stopped in the middle, or not."""
    if day.place is None or _is_busy(day) or day.window.session.state.read_only:
        return None
    gate, folders = day.world.gate, day.place.more
    if pick.chance(0.7):
        gate.shut()
    if folders and pick.chance(0.7):
        folder = folders.pop()
        with _chosen(folder):
            day.window.actions_["analysis.add"].trigger()
        what = folder.name
    else:
        day.window.actions_["analysis.resume"].trigger()
        what = "what is there"
    return f"{what}, gate {'open' if gate.is_open else 'shut'}"


@act(4)
def pause_or_cancel(day: Day, pick: Pick) -> str | None:
    """Stop the analysis that stands at the gate."""
    if not _is_busy(day):
        return None
    how = pick.one(("pause", "cancel"))
    day.window.actions_[f"analysis.{how}"].trigger()
    day.world.gate.open()
    until(lambda: not _is_busy(day), "stopping")
    return how


@act(5)
def let_it_go_on(day: Day, pick: Pick) -> str | None:
    """Open the gate, and wait until all is analyzed."""
    if day.world.gate.is_open and not _is_busy(day):
        return None
    day.world.gate.open()
    until(lambda: not _is_busy(day), "the end of the analysis")
    return "open"


@act(2)
def kill_worker(day: Day, pick: Pick) -> str | None:
    worker = day.window.session.worker
    if not worker.process_id:
        return None
    number = worker.process_id
    os.kill(number, signal.SIGKILL)
    until(lambda: worker.process_id != number, "the end of the worker")
    return "killed"


# ---- folders and exports


@act(4)
def folder_away(day: Day, pick: Pick) -> str | None:
    """Rename a folder of photos, or put it back; then look at the window again."""
    if day.place is None or _is_busy(day):
        return None
    place = day.place
    if place.away:
        folder = pick.one(sorted(place.away))
        place.put_back(folder)
        said = f"{folder.name} put back"
    else:
        place.rename_away(place.photos)
        said = f"{place.photos.name} renamed"
    day.window.session.folders.look()
    return said


def _change_folders(day: Day, button: str, folder: Path | None = None) -> bool:
    """Press a button of the dialog of photo folders, with this folder chosen, else the first."""
    day.window.actions_["analysis.folders"].trigger()
    day.settle()
    (dialog,) = day.window.findChildren(FoldersDialog)
    for place in range(dialog.tree.topLevelItemCount()):
        item = dialog.tree.topLevelItem(place)
        if item.data(0, PATH_ROLE) == folder:
            dialog.tree.setCurrentItem(item)
    can = getattr(dialog, button).isEnabled()
    if can:
        click(getattr(dialog, button))
    until(lambda: not _is_busy(day), button)
    dialog.reject()
    return can


@act(3)
def take_out(day: Day, pick: Pick) -> str | None:
    """Take the folder that is chosen out of the project, or put it back."""
    if day.place is None or _is_busy(day) or day.world.is_full:
        return None
    day.world.gate.open()
    for button in ("put_back", "remove"):
        if _change_folders(day, button):
            return button
    return "nothing can be done"


@act(2)
def point(day: Day, pick: Pick) -> str | None:
    """Say where a folder is that was renamed; it stays there."""
    if day.place is None or _is_busy(day) or not day.place.away or day.world.is_full:
        return None
    day.world.gate.open()
    place = day.place
    old, new = next(iter(place.away.items()))
    day.window.session.folders.look()
    day.settle()
    with _chosen(new):
        if not _change_folders(day, "point", old):
            return "nothing can be done"
    if day.told:
        return f"{old.name} is {new.name}: {day.told}"
    del place.away[old]
    place.photos = new
    return f"{old.name} is {new.name}"


@act(3)
def export(day: Day, pick: Pick) -> str | None:
    """Export as JSON or CSV into a file of its own."""
    if day.place is None or not day.window.actions_["file.export"].isEnabled():
        return None
    press("e", CTRL)
    serve()
    dialog = day.window.findChild(ExportDialog)
    if dialog is None:
        return "no dialog"
    kinds = [
        n for n in range(dialog.format.count()) if dialog.format.itemData(n) in ("json", "csv")
    ]
    dialog.format.setCurrentIndex(pick.one(kinds))
    name = f"{day.place.kind.word} {len(day.steps)}"
    suffix = Path(dialog.path.text()).suffix
    target = day.world.exports / f"{name}{suffix}"
    dialog.path.setText(str(target))
    click(dialog.write)
    day.settle()
    said = dialog.message.text()
    written = target.is_file() or (target.is_dir() and any(target.iterdir()))
    dialog.reject()
    dialog.deleteLater()
    if "Written" in said and not written:
        raise AssertionError(f"{said!r}, and {target} is not there")
    return said.split(":")[0][:40]


# ---- the disk


@act(2)
def full_disk(day: Day, pick: Pick) -> str | None:
    """From now on no file can grow."""
    if day.place is None or day.world.is_full:
        return None
    day.world.fill(day.window.session.worker.process_id)
    return "full"


@act(6)
def room_again(day: Day, pick: Pick) -> str | None:
    """Room on the disk, and Retry where something waits."""
    if not day.world.is_full:
        return None
    day.world.make_room(day.window.session.worker.process_id)
    window = day.window
    if window.session.queue.error is not None:
        click(window.trouble.button)
    until(lambda: not window.session.queue.pending, "writing what waited")
    return "room"
