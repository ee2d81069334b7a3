"""The photo with its overlay: the header, the stage, the legend, and the controls under it.

Decides which photo and which layers are shown; the stage draws, overlay.py computes. The old
picture stays until the new one and its codes are there.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPixmap
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from insight_app.concepts.geometry import Geometry
from insight_app.gui.curation.present_concept import find
from insight_app.gui.hint_line import HintLine
from insight_app.gui.panel import Panel
from insight_app.gui.photo import overlay, residual
from insight_app.gui.photo.absent import AbsentLine
from insight_app.gui.photo.cell_tip import CellTip
from insight_app.gui.photo.changed import ChangedLine
from insight_app.gui.photo.contribution import ContributionMap
from insight_app.gui.photo.contribution_look import ContributionLook
from insight_app.gui.photo.controls import OverlayControls
from insight_app.gui.photo.finer import FinerLook
from insight_app.gui.photo.legend import Legend
from insight_app.gui.photo.no_photos import show_buttons, why_none
from insight_app.gui.photo.occlusion import OcclusionBand, OcclusionCheck
from insight_app.gui.photo.stage import Stage
from insight_app.gui.photo.unseen import NOT_SEEN
from insight_app.gui.settings import HINT_OVERLAY
from insight_app.gui.state.image_codes import PhotoCodes
from insight_app.gui.state.lists import OfferedPhotos
from insight_app.gui.state.pictures import Key
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import KeyButton, dim_label
from insight_app.gui.wording import show_in_folder, tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

TIP_ROWS = 6
LOOK_MILLISECONDS = 5000
"""How often the disk is asked for the photo shown while somebody is at the window."""
NO_PHOTOS = "No photos in this project yet. Add some to see where its concepts fire."


class PhotoPanel(Panel):
    """One photo, large.

    shown: its codes as they were counted.
    """

    title = "Photo"
    object_name = "photo"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.shown: PhotoCodes | None = None
        self._shown_in = session.state
        """The state whose rows the shown codes name concepts by."""
        self._is_stale = False
        """What is shown may be another by now: its codes, or whether it can be loaded."""
        self.finer = FinerLook(session, self)
        self.finer.changed.connect(self._finer_changed)
        self.finer.failed.connect(
            lambda error: self.show_error(error, "Try again", self.toggle_finer)
        )
        self.occlusion = OcclusionCheck(session, self)
        self.occlusion.changed.connect(self._show_occlusion)
        self.occlusion.failed.connect(
            lambda error: self.show_error(error, "Try again", self.toggle_occlusion)
        )
        self._add_actions()
        self.given = ContributionLook(session, self)
        self._build_header()
        self.stage = Stage(self)
        self.stage.set_message("Choose a photo on the left.")
        self.add_photos = KeyButton(session.actions, "analysis.add", parent=self.stage)
        under = QVBoxLayout(self.stage)
        under.addStretch(1)
        under.addSpacing(80)  # below the message in the middle
        under.addWidget(self.add_photos, 0, Qt.AlignmentFlag.AlignHCenter)
        self.choose_folders = KeyButton(session.actions, "analysis.folders", parent=self.stage)
        under.addWidget(self.choose_folders, 0, Qt.AlignmentFlag.AlignHCenter)
        under.addStretch(1)
        self.legend = Legend(session, self)
        self.tip = CellTip(session, self.stage)
        self.body.addWidget(self.stage, 1)
        self.body.addWidget(self.legend)
        self.hint = HintLine(session, HINT_OVERLAY, self)
        around = QVBoxLayout()
        around.setContentsMargins(12, 2, 8, 0)
        around.addWidget(self.hint)
        self.absent = AbsentLine(session, self)
        around.addWidget(self.absent)
        self.changed = ChangedLine(session, self)
        around.addWidget(self.changed)
        self.occlusion_band = OcclusionBand(self.occlusion, self)
        around.addWidget(self.occlusion_band)
        self.body.addLayout(around)
        self.controls = OverlayControls(session, self)
        self.controls.changed.connect(self._show_overlay)
        self.foot.addWidget(self.controls)
        self.setFocusProxy(self.stage)
        self.stage.clicked.connect(self._clicked)
        self.stage.hovered.connect(self._hovered)
        session.bare_photo.connect(self.stage.set_bare)
        session.pictures.ready.connect(self._picture_ready)
        session.pictures.tried_again.connect(self._look_again)
        session.image_codes.ready.connect(lambda _image: self._show_photo())
        session.image_codes.failed.connect(self._cannot_read)
        session.photo_concepts.changed.connect(self.invalidate)
        session.image_codes.looked.connect(self._compare)
        session.pictures.replaced.connect(self._replaced)
        self._look = QTimer(self, interval=LOOK_MILLISECONDS)
        self._look.timeout.connect(self._look_at_file)
        self._look.start()
        session.lists.changed.connect(self._show_position)
        self.given.changed.connect(self._given_changed)
        self.refresh_while_empty()
        session.lists.offer(OfferedPhotos(self.object_name, self.isVisible, self.has_keyboard))

    # ---- building

    def _add_actions(self) -> None:
        add = self.session.actions.add
        add("photo.zoom_in", "Closer", "+", lambda: self.stage.zoom_in(), context="Photo",
            panel=self, icon="magnifying-glass-plus")  # fmt: skip
        add("photo.zoom_out", "Further away", "-", lambda: self.stage.zoom_out(), context="Photo",
            panel=self, icon="magnifying-glass-minus")  # fmt: skip
        add("photo.fit", "Whole photo", "0", lambda: self.stage.fit(), context="Photo", panel=self,
            icon="arrows-in")  # fmt: skip
        add("photo.mode", "Cells, smooth or contours", "C",
            lambda: self.controls.next_mode(), context="Photo",
            panel=self, icon="grid-four")  # fmt: skip
        add("photo.finer", "Finer look", "F", self.toggle_finer, context="Photo", panel=self,
            icon="magnifying-glass", checkable=True,
            tip="The codes of the whole photo at twice the size; not counted")  # fmt: skip
        add("photo.unexplained", "Not explained", "E", self._show_overlay, context="Photo",
            panel=self, icon="circle-dashed", checkable=True,
            tip="The share of each cell that no concept explains")  # fmt: skip
        add("photo.occlusion", "Occlusion check", "G", self.toggle_occlusion, context="Photo",
            panel=self, icon="eraser", checkable=True,
            tip="Grey out where the concept stands, encode the photo again, and see how far it "
            "falls, beside an equal area elsewhere")  # fmt: skip
        add("photo.contribution", "What it gives", "W", lambda: self.given.turn(), context="Photo",
            panel=self, icon="scales", checkable=True,
            tip="What the selected concept gives to the class's score at each cell: for it in "
            "blue, against it in orange")  # fmt: skip
        add("photo.folder", "Show photo in folder", "", self._show_in_folder, context="Photo",
            panel=self, icon="folder-open")  # fmt: skip

    def _build_header(self) -> None:
        self.grid = dim_label("", self)
        self.header.add_after_title(self.grid)
        for id in ("concept.previous", "concept.next", "photo.folder"):
            button = QToolButton(self)
            button.setDefaultAction(self.session.actions[id])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.header.add(button)

    # ---- following the selection

    def refresh(self) -> None:
        if "project" in self.reasons or self.session.state.results is None:
            self.shown, self._shown_in = None, self.session.state
            self.finer.leave()
        if "results" in self.reasons:
            self._is_stale = True
        lacks = self.session.lacks_photos
        show_buttons(self.session, self.add_photos, self.choose_folders)
        if lacks or self.session.selection.image is None:
            self.shown = None
            self.stage.show_photo(None, None)
            self.changed.show_state(False)
            self.stage.set_message(why_none(self.session, NO_PHOTOS))
            self._show_name()
            self._show_overlay()
            self._show_position()
        self._show_photo()

    def _show_photo(self) -> None:
        """Show the selected photo as soon as its picture and its codes are there."""
        image_id = self.session.selection.image
        if image_id is None or self.session.state.results is None or not self.isVisible():
            return
        is_another = self.shown is None or self.shown.image_id != image_id
        if is_another or self._is_stale:
            codes = self.session.image_codes.get(image_id)
            pixmap = self.session.pictures.photo(image_id)
            broken = self.session.pictures.broken(image_id)
            if codes is None or (pixmap is None and broken is None):
                return
            self.shown, self._shown_in, self._is_stale = codes, self.session.state, False
            self.finer.leave()
            self.trouble.hide()  # it was the last photo's
            self.stage.set_message(broken or "")
            geometry = shown_geometry(codes, pixmap)
            if is_another or not self.stage.shows(pixmap, geometry):
                self.tip.hide()
                self.stage.show_photo(pixmap, geometry)
            self._show_name()
            self.changed.show_state(codes.is_changed)
            self.session.image_codes.look(image_id)
            self._fetch_ahead(image_id)
        self._show_finer_state()
        self._show_overlay()
        self._show_position()

    def _cannot_read(self, image_id: int, error: Exception) -> None:
        if image_id == self.session.selection.image:
            again = partial(self.session.image_codes.read_again, image_id)
            self.show_error(error, "Try again", again)

    # ---- the finer look

    @property
    def drawn_codes(self) -> PhotoCodes | None:
        """What is drawn over the photo: its counted codes, or those of the finer look."""
        return self.finer.codes or self.shown

    def toggle_finer(self) -> None:
        """Look at the whole photo at twice the size, or go back to what was counted."""
        if self.finer.is_on:
            self.finer.leave()
        elif self.shown is not None and self.shown.codes is not None:
            self.trouble.hide()
            self.finer.look(self.shown)

    def _finer_changed(self) -> None:
        drawn = self.drawn_codes
        if drawn is not None and drawn.codes is not None:
            self.stage.show_grid(drawn.record.geometry)
            self.tip.hide()
            self._show_name()
        self._show_overlay()
        self._show_finer_state()

    def _show_finer_state(self) -> None:
        """Show the cell that is chosen in the grid which is seen, and whether that is the finer."""
        finer, actions = self.finer, self.session.actions
        is_finer = finer.codes is not None
        self.stage.show_cell(finer.cell if is_finer else self.session.selection.cell)
        actions["photo.finer"].setChecked(finer.is_on)
        can = self.shown is not None and self.shown.codes is not None
        actions.set_enabled("photo.finer", can)

    # ---- the occlusion check

    def toggle_occlusion(self) -> None:
        """Check whether the selected concept depends on its place, or put the answer away."""
        self.trouble.hide()
        self.occlusion.toggle(self.shown, self._shown_in)

    def _show_occlusion(self) -> None:
        actions, shown = self.session.actions, self.shown
        self.occlusion.stay_with(shown)
        has_answer = shown is not None and self.occlusion.found is not None
        pixmap = self.session.pictures.photo(shown.image_id) if shown and has_answer else None
        self.occlusion_band.show_state(pixmap)
        actions["photo.occlusion"].setChecked(self.occlusion.is_on)
        can = self.occlusion.is_on or self.occlusion.candidate(shown, self._shown_in) is not None
        actions.set_enabled("photo.occlusion", can)

    def _fetch_ahead(self, image_id: int) -> None:
        following = self.session.lists.images.neighbour(image_id, 1)
        if following is not None:
            self.session.image_codes.get(following)
            self.session.pictures.photo(following)

    def _picture_ready(self, key: Key) -> None:
        if key.kind == "photo":
            self._show_photo()

    def _look_again(self) -> None:
        """Show a photo anew that could not be loaded: it may be there now."""
        if self.shown is not None and self.stage.geometry_of_photo is None:
            self._is_stale = True
            self.invalidate()

    def _look_at_file(self) -> None:
        """Ask whether the file of the photo is another by now, while somebody looks."""
        if self.shown is not None and self.isVisible() and self.isActiveWindow():
            self.session.image_codes.look(self.shown.image_id)

    def _compare(self, image_id: int, stamp: object) -> None:
        if self.shown is not None and self.shown.stamp != stamp:
            self._replaced(image_id)

    def _replaced(self, image_id: int) -> None:
        """Show a photo anew whose file is another than the one it was loaded from."""
        if self.shown is not None and self.shown.image_id == image_id:
            self._is_stale = True
            self.invalidate()

    def _show_name(self) -> None:
        shown = self.drawn_codes
        if shown is None:
            self.header.title.setText(self.title)
            self.grid.setText("")
            return
        path = shown.record.path
        self.header.title.setText(f"{path.parent.name}/{path.name}")
        self.header.title.setToolTip(tooltip(str(path)))
        g = shown.record.geometry
        status = shown.record.status
        not_coded = "not analyzed yet" if status == "new" else status
        self.grid.setText(f"{g.rows} × {g.cols} cells" if shown.codes is not None else not_coded)

    def _show_position(self) -> None:
        images = self.session.lists.images
        place = images.place(self.session.selection.image)
        which = f" {self.session.lists.images_are}".rstrip()
        self.set_info("" if place is None else f"{place + 1:,} of {len(images):,}{which}")

    # ---- overlay

    @property
    def shows_residual(self) -> bool:
        """Whether what no concept explains is drawn, in the place of the concepts."""
        return self.session.actions["photo.unexplained"].isChecked()

    def contribution(self) -> ContributionMap | None:
        """Return what the selected concepts give to the score, where that is drawn."""
        is_other = self.shows_residual or self.finer.codes is not None
        return None if is_other else self.given.of(self.shown)

    def _given_changed(self) -> None:
        """Draw what concepts give where that is known."""
        if self.isVisible():
            self._show_overlay()

    def layers(self) -> list[overlay.Layer]:
        """Return the selected concepts on the shown photo, or what none of all explains.

        Where a score is explained: what they give to it.
        """
        shown, results = self.drawn_codes, self._shown_in.results
        if shown is None or shown.codes is None or results is None:
            return []
        if (given := self.contribution()) is not None:
            return [given.layer()]
        if self.shows_residual:
            unexplained = residual.layer(shown, self.controls.only_here.isChecked())
            return [] if unexplained is None else [unexplained]
        g = shown.record.geometry
        layers = []
        for id in self.session.selection.coloured:
            concept, present = find(self._shown_in, id), find(self.session.state, id)
            if concept is None or present is None or not concept.can_fire:
                continue
            strengths = self.session.photo_concepts.map_of(self._shown_in, concept.row, shown.codes)
            if strengths is None:
                continue  # the examples of a part are being read
            values = strengths.reshape(g.rows, g.cols)
            strongest = float(concept.catalogue.maximum[concept.row]) or float(values.max())
            is_own_scale = self.controls.only_here.isChecked()
            scale = float(values.max()) if is_own_scale else strongest
            colour = self.session.selection.colour(present.row)
            assert colour is not None
            layers.append(overlay.Layer(id, colour, values, scale))
        return layers

    def _left_out(self) -> str:
        """Say how many of the selected concepts are drawn, where they are more than the colours."""
        selection = self.session.selection
        drawn, selected = len(selection.coloured), len(selection.concepts)
        return f"{drawn} of {selected:,} drawn" if drawn < selected else ""

    def _show_overlay(self) -> None:
        layers, threshold = self.layers(), self.controls.threshold.value() / 100
        drawn = self.drawn_codes
        g = None if drawn is None else drawn.record.geometry
        has_unseen = g is not None and g.width > 0 and g.crop[2:] != (g.width, g.height)
        caution = "drawn, not measured" if self.controls.is_drawn else ""
        is_of_many = self.shows_residual or self.contribution() is not None
        left_out = "" if is_of_many else self._left_out()
        notes = (left_out, caution, self.finer.words())
        self._show_occlusion()
        self.controls.given.setVisible(self.given.show_state(self.shown))
        self.controls.show_scale(self.contribution() is None)
        self.legend.set_note(" · ".join(note for note in notes if note))
        self.absent.show_layers(layers)
        layers = [layer for layer in layers if layer.values.any()]
        self.legend.show_layers(layers, self.controls.only_here.isChecked(), has_unseen)
        # The hint is of where concepts are, not of what they give.
        is_seen = self.stage.geometry_of_photo is not None and not is_of_many
        self.hint.set_relevant(bool(layers) and is_seen)
        if self.controls.mode == overlay.CONTOURS:
            lines = [
                (layer.colour, overlay.contours(layer, threshold))
                for signed in reversed(layers)
                for layer in overlay.by_sign(signed)
            ]
            self.stage.show_overlay(None, False, lines)
            return
        image = overlay.picture(
            layers, self.controls.opacity.value() / 100, threshold, self.controls.mode
        )
        # Of what is signed one cell may be all that counts: pale on a photo of its colour.
        framed = [
            (one.colour, overlay.frames(one))
            for layer in layers
            if layer.negative is not None
            for one in overlay.by_sign(layer)
        ]
        self.stage.show_overlay(image, self.controls.mode == overlay.SMOOTH, framed)

    # ---- the mouse on the photo

    def _clicked(self, cell: int | None, modifiers: Qt.KeyboardModifier) -> None:
        """Choose a cell; again on it: the next concept there. Ctrl adds instead."""
        codes, chosen = self.drawn_codes, self.session.selection
        if codes is None:
            return
        before, counted = chosen.cell, cell
        if self.finer.codes is not None:
            before, self.finer.cell = self.finer.cell, cell
            counted = self._counted_cell(cell)
        here = [concept for concept, _value in self._active_in(codes, cell)]
        concepts, primary = chosen.concepts, chosen.primary
        if here and modifiers & Qt.KeyboardModifier.ControlModifier:
            concepts = (*concepts, next((one for one in here if one not in concepts), here[0]))
        elif here and cell != before:
            concepts = concepts if primary in here else (here[0],)
        elif here:
            at = here.index(primary) if primary in here else -1
            concepts = (here[(at + 1) % len(here)],)
        chosen.select(concepts, cell=counted)
        self._show_finer_state()

    def _active_in(self, codes: PhotoCodes, cell: int | None) -> "list[tuple[ConceptId, float]]":
        """Return what is active in a cell with its strengths, strongest first."""
        state, active = self._shown_in, self.session.photo_concepts
        found = [] if cell is None else active.in_cell(state, codes, cell)
        concepts = state.ids_of(row for row, _value in found)
        return [(one, value) for one, (_row, value) in zip(concepts, found, strict=True)]

    def _counted_cell(self, cell: int | None) -> int | None:
        """Return the cell of the analysis in which a cell of the finer look has its middle."""
        if cell is None or self.shown is None or self.finer.codes is None:
            return None
        x, y, w, h = self.finer.codes.record.geometry.cell_rect(cell)
        return self.shown.record.geometry.cell_at(x + w / 2, y + h / 2)

    def _hovered(self, cell: int | None, place: QPoint) -> None:
        codes = self.drawn_codes
        if codes is None or self.stage.bare:
            self.tip.hide()
        elif cell is not None:
            cols = codes.record.geometry.cols
            title = f"cell {cell // cols + 1}, {cell % cols + 1}"
            if (given := self.contribution()) is not None:
                self.tip.show_words(title, given.words(cell), place)
                return
            if self.shows_residual and (share := residual.words(codes, cell)):
                title = f"{title}: {share}"
            self.tip.show_cell(title, self._active_in(codes, cell)[:TIP_ROWS], place)
        elif not place.isNull() and self.stage.is_unseen(place.toPointF()):
            self.tip.show_cell(NOT_SEEN, [], place)
        else:
            self.tip.hide()

    def _show_in_folder(self) -> None:
        if self.shown is not None:
            show_in_folder(self.shown.record.path)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.tip.hide()


def shown_geometry(codes: PhotoCodes, pixmap: QPixmap | None) -> Geometry | None:
    """Return where the model looked; a photo that was not analyzed yet is one whole."""
    g = codes.record.geometry
    if pixmap is None:
        return None
    if codes.codes is not None:
        return g
    whole = (0, 0, pixmap.width(), pixmap.height())
    return Geometry(pixmap.width(), pixmap.height(), whole, max(1, g.rows), max(1, g.cols))
