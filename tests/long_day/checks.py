"""What must hold after every act. Each check returns what is wrong in words, '' where nothing is.

Compared with the disk and with the models; read from the window as a person sees it.
"""

import re
from collections.abc import Callable, Iterator

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QTreeView,
    QWidget,
)

from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.own_name_keys import OwnNameRow
from insight_app.gui.state.judgement_queue import WriteKind
from tests.long_day import ledger, watch, world
from tests.long_day.day import Day

Check = Callable[[Day], str]
CHECKS: list[Check] = []
STATUS = {None: 0, "accepted": 1, "unsure": 2, "rejected": 3}


def check(function: Check) -> Check:
    CHECKS.append(function)
    return function


# ---- panels and selection


@check
def nothing_asks(day: Day) -> str:
    asking = QApplication.activeModalWidget() or QApplication.activePopupWidget()
    return f"left open: {asking}" if asking is not None else ""


@check
def the_panels_are_those_expected(day: Day) -> str:
    return day.arranged.wrong(day.window)


@check
def what_is_selected_exists(day: Day) -> str:
    state, selection = day.window.session.state, day.window.session.selection
    if state.results is None:
        return ""
    gone = [one for one in selection.concepts if state.row_of(one) is None]
    if gone:
        return f"selected concepts that do not exist: {gone}"
    if selection.relation is not None and len(state.rows_of(selection.relation)) < 2:
        return f"a relation is selected that does not exist: {selection.relation}"
    image = selection.image
    if image is None:
        return "no photo is selected" if state.results.image_count else ""
    if not state.results.is_listed(image):
        return f"the selected photo {image} is not in the project"
    cells = state.results.image(image).geometry.cells
    if selection.cell is not None and not 0 <= selection.cell < cells:
        return f"the selected cell {selection.cell} is none of {cells}"
    return ""


# ---- judgements


@check
def what_was_judged_is_in_the_log(day: Day) -> str:
    if day.place is None:
        return ""
    project = day.place.project
    log, before = ledger.entries(project), day.logs[project]
    if log[: len(before)] != before:
        return "entries of the log are gone or others"
    groups = len({entry.group for entry in log})
    if groups != day.acknowledged[project]:
        return f"{day.acknowledged[project]} judgements were acknowledged, {groups} are in the log"
    day.logs[project] = log
    if (found := ledger.projected(project)) != (sum := ledger.replayed(log)):
        return f"the projection is not the sum of the log: {_differing(found, sum)}"
    if not day.window.session.queue.pending and sum != day.said.fields:
        return f"judged otherwise than was done: {_differing(sum, day.said.fields)}"
    return ""


@check
def what_was_judged_is_shown(day: Day) -> str:
    state = day.window.session.state
    if day.place is None or state.catalogue is None:
        return ""
    sum, catalogue = ledger.replayed(day.logs[day.place.project]), state.catalogue
    for row in range(catalogue.size):
        fields = sum.get(state.id_of(row), {})
        shown = {
            "status": int(catalogue.status[row]),
            "hidden": bool(catalogue.hidden[row]),
            "note": catalogue.notes.get(row, ""),
        }
        wanted = {
            "status": STATUS[fields.get("status")],  # type: ignore[index]
            "hidden": bool(fields.get("hidden")),
            "note": fields.get("note", ""),
        }
        if shown != wanted:
            return f"{state.id_of(row)} is shown as {shown} and was judged {wanted}"
        if "name" in fields and state.name(row) != (fields["name"], True):
            return f"{state.id_of(row)} is shown as {state.name(row)}, not {fields['name']}"
    return ""


def _differing(one: ledger.Fields, other: ledger.Fields) -> dict[str, tuple[object, object]]:
    keys = one.keys() | other.keys()
    return {key: (one.get(key), other.get(key)) for key in keys if one.get(key) != other.get(key)}


# ---- the status bar


@check
def the_status_bar_counts_what_is_there(day: Day) -> str:
    bar, state = day.window.statusBar(), day.window.session.state
    if day.place is None or state.results is None:
        return f"without a project it says {bar.counts.text()!r}" if bar.counts.text() else ""
    project = day.place.project
    newest = world.generation(project)
    if state.results.generation != newest and not day.world.gate.standing:
        return f"generation {state.results.generation} is shown, {newest} is published"
    counted = [int(text) for text in re.findall(r"\d+", bar.counts.text())]
    fire, known = world.firing(project, newest), day.place.kind.concepts
    listed = world.photos_listed(project)
    photos = listed.total()
    wanted = [photos, *([fire, known] if photos else [known])]
    if listed[world.NEW]:  # how many fire of a part says little
        wanted = [listed[world.CODED], photos]
    if counted != wanted and not day.world.gate.standing:
        return f"the status bar says {bar.counts.text()!r}, on the disk are {wanted}"
    sum = ledger.replayed(day.logs[project])
    judged = sum_of = 0
    for target, fields in sum.items():
        if " > " not in target and fields.get("status") is not None:
            judged += 1
            sum_of += state.row_of(target) is not None  # type: ignore[arg-type]
    if f"({sum_of:,} concept" not in bar.reviewed.text():
        return f"{sum_of} concepts are judged, the status bar says {bar.reviewed.text()!r}"
    return ""


@check
def the_status_bar_says_whether_all_is_saved(day: Day) -> str:
    session, text = day.window.session, day.window.statusBar().saved.text()
    pending = session.queue.pending
    if day.place is None:
        wanted = ""
    elif session.queue.error is not None:
        wanted = f"{pending} judgement{'s' * (pending != 1)} NOT saved"
    elif session.state.read_only:
        wanted = f"Read-only: {session.state.why_read_only}"
    else:
        wanted = "All judgements saved"
    return "" if text == wanted else f"the status bar says {text!r}, not {wanted!r}"


@check
def the_status_bar_shows_what_runs(day: Day) -> str:
    line, analysis = day.window.statusBar().progress, day.window.session.analysis
    progress = analysis.last_progress
    if line.isHidden() != (progress is None):
        return f"the line of progress is {'hidden' if line.isHidden() else 'shown'} at {progress}"
    if progress is not None and not progress.paused and not analysis.is_running:
        return f"nothing runs, and the line says {line.label.text()!r}"
    return ""


@check
def the_line_of_trouble_is_true(day: Day) -> str:
    window, session = day.window, day.window.session
    text = window.trouble.text if window.trouble.isVisible() else ""
    unsaved = session.queue.error is not None
    if unsaved and not text.startswith("Not saved yet"):
        return f"judgements are not saved, and the line of trouble says {text!r}"
    if not unsaved and "Not saved yet" in text:
        return f"all is saved, and the line of trouble says {text!r}"
    if "is not there" in text and day.place is not None and not day.place.away:
        return f"every folder is there, and the line of trouble says {text!r}"
    return ""


@check
def the_message_is_true(day: Day) -> str:
    """Undo and Redo are offered for what was done last, and for nothing else."""
    strip, last = day.window.strip, day.last
    if strip.link.isHidden() or strip.link.text() not in ("Undo", "Redo"):
        return ""
    text, link = strip.label.text(), strip.link.text()
    if text.startswith("Added"):  # a folder
        return ""
    if last is None:
        return f"{link} is offered for {text!r}, and nothing was done in this project"
    wanted = last.write.text or last.changes.text
    can = "Redo" if last.write.kind is WriteKind.UNDO else "Undo"
    if (text, link) != (wanted, can):
        return f"{link} is offered for {text!r}, and {wanted!r} was done last"
    return ""


# ---- only one project


@check
def nothing_of_another_project_is_read(day: Day) -> str:
    away = [one for one in day.world.places if one is not day.place]
    for place in away:
        root = f"{place.project}/"
        kept = [path for path in watch.open_files() if path.startswith(root)]
        kept += [path for path in watch.mapped_files() if path.startswith(root)]
        if kept:
            return f"files of a project that is not open are kept open: {kept}"
    return ""


@check
def nothing_of_another_project_is_written(day: Day) -> str:
    if day.place is None:
        return ""
    word = day.world.other(day.place).kind.word
    for text, widget in _texts(day.window):
        # What is said of the other on purpose: why it could not be opened, and names with keys,
        # which are the person's in every project.
        is_said = text.startswith(f"{word}.insight was not opened")
        if word in text and not is_said and not isinstance(widget.parent(), OwnNameRow):
            return f"{text!r} of another project is in {widget}"
    return ""


def _texts(window: QWidget) -> Iterator[tuple[str, QWidget]]:
    """All that can be read in the window now."""
    yield window.windowTitle(), window
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            yield widget.text(), widget
        elif isinstance(widget, QPlainTextEdit):
            yield widget.toPlainText(), widget
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            has_columns = isinstance(widget, QTableView | QTreeView)
            columns = min(widget.model().columnCount(), 3) if has_columns else 1
            for row in range(min(widget.model().rowCount(), 60)):
                for column in range(columns):
                    text = widget.model().index(row, column).data()
                    if isinstance(text, str):
                        yield text, widget


@check
def no_picture_of_another_project_is_shown(day: Day) -> str:
    if day.place is None or day.window.session.state.results is None:
        return ""
    channel = day.place.kind.channel
    for widget, places in _pictures(day):
        shown = widget.grab().toImage()
        for place in places:
            strength = _reddish(shown, place) * (1 if channel == world.STRONG else -1)
            if strength < -20:
                return f"a picture of another project is in {widget} at {place} ({strength:.0f})"
    return ""


def _pictures(day: Day) -> Iterator[tuple[QWidget, list[QRect]]]:
    """Where photos are painted: the thumbnails, and the edges of the photo that nothing covers."""
    docks = day.window.docks
    thumbnails, photo = docks["thumbnails"], docks["photo"]
    if thumbnails.isVisible() and thumbnails.panel is not None:
        view = thumbnails.panel.view
        if view.isVisible():
            room = view.viewport().rect()
            squares = [
                view.visualRect(view.model().index(n, 0)) for n in range(view.model().rowCount())
            ]
            inner = [one.adjusted(8, 8, -8, -one.height() // 2) for one in squares]
            yield view.viewport(), [one for one in inner if room.contains(one)]
    if photo.isVisible() and photo.panel is not None:
        stage = photo.panel.stage
        whole, crop = stage.photo_rect().toRect(), stage.crop_rect().toRect()
        edge = QRect(whole.topLeft(), QPoint(crop.left() - 2, whole.bottom()))
        edge = edge.adjusted(4, 4, -4, -4) & stage.rect()
        if edge.width() > 4 and edge.height() > 4:
            yield stage, [edge]
    for grid in day.window.findChildren(CutoutGrid):
        if not grid.visibleRegion().isEmpty() and grid.examples:
            seen = [grid.rect_of(place) for place in range(len(grid.examples))]
            inner = [one.adjusted(8, 8, -8, -one.height() // 3) for one in seen]
            room = grid.visibleRegion().boundingRect()
            yield grid, [one for one in inner if room.contains(one)]


def _reddish(image: QImage, place: QRect) -> float:
    """How much more red than blue there is."""
    ratio = image.devicePixelRatio()
    corner, size = place.topLeft() * ratio, place.size() * ratio
    part = image.copy(QRect(corner, size)).convertToFormat(QImage.Format.Format_RGB888)
    bits = np.frombuffer(part.constBits(), np.uint8).reshape(part.height(), part.bytesPerLine())
    pixels = bits[:, : part.width() * 3].reshape(part.height(), part.width(), 3).astype(float)
    return float(pixels[..., 0].mean() - pixels[..., 2].mean())
