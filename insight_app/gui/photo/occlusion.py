"""The occlusion check on the photo that is shown: what becomes of a concept when its place is grey.

Asks the worker, says the answer in a line and shows the two greyed pictures. Nothing of it is
counted or kept: another photo or concept, or the key again, and it is gone.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from insight_app.concepts.geometry import Geometry
from insight_app.figures import percent, spread
from insight_app.gui import icons
from insight_app.gui.curation.present_concept import PresentConcept, find
from insight_app.gui.photo import overlay
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.image_codes import PhotoCodes
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.replies import Message, take_arrays
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel, dim_label

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

SIDE = 168
"""Logical pixels of a greyed picture's longer side."""
OPACITY = 0.8
GREYED = QColor(128, 128, 128)
"""As the worker greys pixels (`concepts.quality.occlusion.GREY`)."""
FORMULA = (
    "Fall = 1 - activation over the concept's support after greying / before. Support: its cells "
    "in falling order until 90 % of its activation in this photo. Elsewhere: up to five random "
    "places with as many cells, moved as a whole where that fits, each greyed alone"
)


@dataclass(frozen=True, eq=False)
class Occluded:
    """What the worker found.

    geometry: of the cells; support (cells,), others (n, cells): what was greyed; before, after
    (cells,), after_others (n, cells): the concept's strength; fell, fell_others (n,): see FORMULA.
    """

    geometry: Geometry
    support: NDArray[np.bool_]
    others: NDArray[np.bool_]
    before: NDArray[np.float32]
    after: NDArray[np.float32]
    after_others: NDArray[np.float32]
    fell: float
    fell_others: tuple[float, ...]


class OcclusionCheck(QObject):
    """found: the answer, None while there is none. concept: whom it is about."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.found: Occluded | None = None
        self.concept: ConceptId | None = None
        self._image: int | None = None
        """The photo."""
        self._asked: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether an answer is shown or being worked out."""
        return self.concept is not None

    @property
    def is_busy(self) -> bool:
        """Whether it is being worked out."""
        return self._asked is not None

    def candidate(self, shown: PhotoCodes | None, shown_in: ProjectState) -> PresentConcept | None:
        """Return the selected concept if it is in the photo, where it can be checked.

        shown_in: the state whose rows the codes of the photo name concepts by.
        """
        concept = find(shown_in, self.session.selection.primary)
        if shown is None or shown.codes is None or concept is None or not concept.can_fire:
            return None
        strengths = self.session.photo_concepts.map_of(shown_in, concept.row, shown.codes)
        return concept if strengths is not None and strengths.any() else None

    def toggle(self, shown: PhotoCodes | None, shown_in: ProjectState) -> None:
        """Check the selected concept in a photo; stop, or put the answer away, if there is one."""
        concept = self.candidate(shown, shown_in)
        if self.is_on:
            self.leave()
        elif shown is not None and concept is not None:
            self._begin(shown, concept)

    def _begin(self, counted: PhotoCodes, concept: PresentConcept) -> None:
        path = self.session.state.path
        if path is None:
            return
        self.concept, self._image = concept.id, counted.image_id
        from insight_app.project.composites.wire import to_json

        composition = concept.reader.composition
        self._asked = self.session.worker.request(
            "occlude",
            scope=Scope.RESULTS,
            project=str(path),
            path=str(counted.record.path),
            concept=concept.row,
            composition=None if composition is None else to_json(composition),
            device=self.session.settings.get("device"),
            done=self._read,
            failed=self._failed,
            stopped=self.leave,
        )
        self.changed.emit()

    def leave(self) -> None:
        """Stop working it out; drop the answer."""
        if self._asked is not None:
            self.session.worker.forget(self._asked)
        was_on = self.is_on
        self.found = self.concept = self._image = self._asked = None
        if was_on:
            self.changed.emit()

    def stay_with(self, shown: PhotoCodes | None) -> None:
        """Drop the answer unless it is about this photo and the selected concept."""
        image = None if shown is None else shown.image_id
        if self.is_on and (image, self.session.selection.primary) != (self._image, self.concept):
            self.leave()

    def _read(self, reply: Message) -> None:
        asked = self._asked
        self.session.jobs.run(
            partial(_read, reply),
            done=partial(self._show, asked),
            failed=self._failed,
            key="occlusion check",
        )

    def _show(self, asked: int | None, found: Occluded) -> None:
        if asked is not None and asked == self._asked:
            self._asked, self.found = None, found
            self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._asked = None
        self.leave()
        self.failed.emit(error)


class OcclusionBand(QWidget):
    """The answer under the photo; hidden while there is none."""

    def __init__(self, check: OcclusionCheck, parent: QWidget) -> None:
        super().__init__(parent)
        self.check = check
        self.setAccessibleName("Occlusion check")
        self.words = PlainLabel("", self)
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(1)
        self.words.setToolTip(FORMULA)
        self.close_button = QToolButton(self)
        self.close_button.setIcon(icons.icon("x", "dim"))
        self.close_button.setProperty("small", True)
        self.close_button.setAccessibleName("Close the occlusion check")
        self.close_button.setToolTip("Close; while it is being worked out: cancel")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(check.leave)
        self.here = GreyedPicture("its place greyed", self)
        self.there = GreyedPicture("an equal area elsewhere", self)
        line = QHBoxLayout()
        line.addWidget(self.words, 1)
        line.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.pictures = QWidget(self)
        row = QHBoxLayout(self.pictures)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for picture in (self.here, self.there):
            row.addWidget(picture)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.addLayout(line)
        column.addWidget(self.pictures)
        self.hide()

    def show_state(self, pixmap: QPixmap | None) -> None:
        """Show what the check found, over the photo's picture and in the concept's colour."""
        check = self.check
        self.setVisible(check.is_on)
        concept = find(check.session.state, check.concept)
        if concept is None:
            return
        colour = check.session.selection.colour(concept.row)
        name, found = concept.name_told_apart, check.found
        self.pictures.setVisible(found is not None)
        if found is None:
            self.words.setText(f"Greying out the places of {name}…")
            return
        self.words.setText(said(name, found))
        g, scale = found.geometry, float(found.before.max())

        def left(values: NDArray[np.float32]) -> list[overlay.Layer]:
            grid = values.reshape(g.rows, g.cols)
            return [] if colour is None else [overlay.Layer(concept.id, colour, grid, scale)]

        self.here.show_greyed(pixmap, g, found.support, left(found.after))
        self.there.setVisible(bool(len(found.others)))
        if len(found.others):
            self.there.show_greyed(pixmap, g, found.others[0], left(found.after_others[0]))


class GreyedPicture(QWidget):
    """The square that the model saw, some cells grey, with what is left of the concept over it."""

    def __init__(self, caption: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.caption = dim_label(caption, self)
        self.caption.move(0, 0)
        self.setAccessibleName(f"The photo with {caption}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._picture: QPixmap | None = None
        self._geometry: Geometry | None = None
        self._grey: NDArray[np.bool_] = np.zeros(0, bool)
        self._overlay: QImage | None = None

    def show_greyed(
        self,
        pixmap: QPixmap | None,
        geometry: Geometry,
        grey: NDArray[np.bool_],
        layers: list[overlay.Layer],
    ) -> None:
        """Show a photo with the cells `grey` (cells,) out, and what is left of concepts over it."""
        self._geometry, self._grey, self._picture = geometry, grey, pixmap
        self._overlay = overlay.picture(layers, OPACITY, 0.0, overlay.CELLS)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        box = self._box()
        return QSize(max(round(box.width()), self.caption.sizeHint().width()), round(box.bottom()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _box(self) -> QRectF:
        """Return where the picture lies, under its caption."""
        top = self.caption.sizeHint().height() + 2
        if self._geometry is None:
            return QRectF(0, top, SIDE, SIDE)
        _x, _y, width, height = self._geometry.crop
        scale = SIDE / max(width, height)
        return QRectF(0, top, round(width * scale), round(height * scale))

    def paintEvent(self, event: QPaintEvent) -> None:
        g, box = self._geometry, self._box()
        if g is None or self._picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        # Large photos are shown reduced.
        sx, sy = self._picture.width() / g.width, self._picture.height() / g.height
        x, y, w, h = g.crop
        painter.drawPixmap(box, self._picture, QRectF(x * sx, y * sy, w * sx, h * sy))
        across, down = box.width() / g.cols, box.height() / g.rows
        for cell in np.flatnonzero(self._grey).tolist():
            row, col = divmod(cell, g.cols)
            place = QRectF(box.x() + col * across, box.y() + row * down, across, down)
            painter.fillRect(place.toAlignedRect(), GREYED)
        if self._overlay is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(box, self._overlay)
        painter.end()


def said(name: str, found: Occluded) -> str:
    """Return the answer as a sentence with its numbers."""
    fall = _fall(found.fell)
    cells = int(found.support.sum())
    place = f"{cells} of {found.support.size} cells" if cells != 1 else "one cell"
    if not found.fell_others:
        return (
            f"{name} {fall} where it stands ({place}) once that is greyed out. It stands on most "
            "of the photo: there is no equal area elsewhere to compare with."
        )
    mean = sum(found.fell_others) / len(found.fell_others)
    count = len(found.fell_others)
    range_ = spread([100 * one for one in found.fell_others])
    text = (
        f"{name} {fall} where it stands ({place}) once that is greyed out; it {_fall(mean)} there "
        f"when an equal area elsewhere is (mean of {count}, {range_} %)."
    )
    if found.fell <= max(found.fell_others):
        text += " Greying elsewhere can do as much: its map alone proves no place here."
    return text


def _fall(share: float) -> str:
    return f"falls by {percent(share)}" if share >= 0 else f"rises by {percent(-share)}"


def _read(reply: Message) -> Occluded:
    """Read the worker's answer; runs on the pool."""
    arrays = take_arrays(reply)
    (width, height), (rows, cols) = map(int, arrays["size"]), map(int, arrays["grid"])
    x, y, w, h = map(int, arrays["crop"])
    return Occluded(
        Geometry(width, height, (x, y, w, h), rows, cols),
        arrays["support"],
        arrays["others"],
        arrays["before"],
        arrays["after"],
        arrays["after_others"],
        float(reply["fell"]),
        tuple(map(float, reply["fell_others"])),
    )
