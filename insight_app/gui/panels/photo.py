"""The photo with its overlay: the header, the stage, the legend, and the controls under it.

Decides which photo and which layers are shown; the stage draws, overlay.py computes. The old
picture stays until the new one and its codes are there.
"""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QWidget,
)

from insight_app.concepts.geometry import Geometry
from insight_app.gui.panel import Panel
from insight_app.gui.photo import overlay
from insight_app.gui.photo.image_codes import PhotoCodes
from insight_app.gui.photo.legend import CellTip, Legend
from insight_app.gui.photo.stage import NOT_SEEN, Stage
from insight_app.gui.selection import Selection
from insight_app.gui.session import Session
from insight_app.gui.widgets import dim_label
from insight_app.gui.window.commands import show_in_folder

MODE_TIPS = {
    overlay.CELLS: "The strength of every cell, as the model computed it",
    overlay.SMOOTH: "Drawn between the cells' centres, not measured",
    overlay.CONTOURS: "Lines at 25, 50 and 75 % of the scale; drawn, not measured",
}
TIP_ROWS = 6


class PhotoPanel(Panel):
    """One photo, large."""

    title = "Photo"
    object_name = "photo"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.shown: PhotoCodes | None = None
        self._is_stale = False
        self._add_actions()
        self._build_header()
        self.stage = Stage(self)
        self.stage.say("Choose a photo on the left.")
        self.legend = Legend(session, self)
        self.tip = CellTip(session, self.stage)
        self.body.addWidget(self.stage, 1)
        self.body.addWidget(self.legend)
        self.body.addWidget(self._build_controls())
        self.setFocusProxy(self.stage)
        self.stage.clicked.connect(self._clicked)
        self.stage.hovered.connect(self._hovered)
        session.peek.connect(self._peek)
        session.pictures.ready.connect(self._picture_ready)
        session.image_codes.ready.connect(lambda _image: self._show_photo())
        session.image_codes.failed.connect(lambda _image, error: self.show_error(error))
        session.lists_changed.connect(self._show_position)

    # ---- building

    def _add_actions(self) -> None:
        add = self.session.actions.add
        add("photo.zoom_in", "Closer", "+", lambda: self.stage.zoom_in(), context="Photo",
            panel=self, icon="magnifying-glass-plus")  # fmt: skip
        add("photo.zoom_out", "Further away", "-", lambda: self.stage.zoom_out(), context="Photo",
            panel=self, icon="magnifying-glass-minus")  # fmt: skip
        add("photo.fit", "Whole photo", "0", lambda: self.stage.fit(), context="Photo", panel=self,
            icon="arrows-in")  # fmt: skip
        add("photo.mode", "Cells, smooth or contours", "C", self._next_mode, context="Photo",
            panel=self, icon="grid-four")  # fmt: skip
        add("photo.folder", "Show photo in folder", "", self._show_in_folder, context="Photo",
            panel=self, icon="folder-open")  # fmt: skip

    def _build_header(self) -> None:
        self.grid = QLabel(self)
        self.grid.setProperty("dim", True)
        self.header.add_after_title(self.grid)
        for id in ("concept.previous", "concept.next", "photo.folder"):
            button = QToolButton(self)
            button.setDefaultAction(self.session.actions[id])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.header.add(button)

    def _build_controls(self) -> QWidget:
        settings = self.session.settings
        bar = QWidget(self)
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.opacity = _slider("Opacity", settings.get("overlay_opacity"), bar)
        self.threshold = _slider("Threshold", settings.get("overlay_threshold"), bar)
        self.threshold.setToolTip("Hide cells weaker than this share of the scale")
        for slider, name in (
            (self.opacity, "overlay_opacity"),
            (self.threshold, "overlay_threshold"),
        ):
            row.addWidget(QLabel(slider.accessibleName(), bar))
            row.addWidget(slider)
            slider.valueChanged.connect(lambda value, name=name: settings.set(name, value))
            slider.valueChanged.connect(lambda _value: self._show_overlay())
        self.modes = QButtonGroup(bar)
        for mode in overlay.MODES:
            button = QToolButton(bar)
            button.setText(mode.capitalize())
            button.setCheckable(True)
            button.setToolTip(f"{MODE_TIPS[mode]} (C)")
            button.setProperty("mode", mode)
            button.setChecked(mode == settings.get("overlay_mode"))
            self.modes.addButton(button)
            row.addWidget(button)
        self.modes.buttonClicked.connect(lambda _button: self._mode_chosen())
        self.drawn = dim_label("drawn, not measured", bar)
        row.addWidget(self.drawn)
        row.addStretch(1)
        self.only_here = QCheckBox("This photo only", bar)
        self.only_here.setToolTip(
            "Scale each concept to its strongest cell of this photo. Otherwise to its strongest "
            "cell of all photos, so that photos can be compared"
        )
        self.only_here.setChecked(settings.get("overlay_this_photo"))
        self.only_here.toggled.connect(lambda on: settings.set("overlay_this_photo", on))
        self.only_here.toggled.connect(lambda _on: self._show_overlay())
        row.addWidget(self.only_here)
        self._show_drawn()
        return bar

    # ---- following the selection

    def refresh(self) -> None:
        if "project" in self.reasons or self.session.results is None:
            self.shown = None
        if "results" in self.reasons:
            self._is_stale = True
        if self.session.results is None:
            self.stage.show_photo(None, None)
            self.stage.say("Photos appear here as soon as the first ones are analysed.")
            self._show_name()
        self._show_photo()

    def _show_photo(self) -> None:
        """Show the selected photo as soon as its picture and its codes are there."""
        image_id = self.session.selection.image
        if image_id is None or self.session.results is None or not self.isVisible():
            return
        is_another = self.shown is None or self.shown.image_id != image_id
        if is_another or self._is_stale:
            codes = self.session.image_codes.get(image_id)
            pixmap = self.session.pictures.photo(image_id)
            broken = self.session.pictures.broken(image_id)
            if codes is None or (pixmap is None and broken is None):
                return
            self.shown, self._is_stale = codes, False
            self.stage.say(broken or "")
            geometry = shown_geometry(codes, pixmap)
            if is_another or geometry != self.stage.geometry_of_photo:
                self.tip.hide()
                self.stage.show_photo(pixmap, geometry)
            self._show_name()
            self._fetch_ahead(image_id)
        self.stage.show_cell(self.session.selection.cell)
        self._show_overlay()
        self._show_position()

    def _fetch_ahead(self, image_id: int) -> None:
        following = self.session.neighbour(list(self.session.image_list), image_id, 1)
        if following is not None:
            self.session.image_codes.get(following)
            self.session.pictures.photo(following)

    def _picture_ready(self, key: tuple[Any, ...]) -> None:
        if key[0] == "photo":
            self._show_photo()

    def _show_name(self) -> None:
        shown = self.shown
        if shown is None:
            self.header.title.setText(self.title)
            self.grid.setText("")
            return
        path = Path(shown.record.path)
        self.header.title.setText(f"{path.parent.name}/{path.name}")
        self.header.title.setToolTip(str(path))
        g = shown.record.geometry
        status = shown.record.status
        not_coded = "not analysed yet" if status == "new" else status
        self.grid.setText(f"{g.rows} × {g.cols} cells" if shown.codes is not None else not_coded)

    def _show_position(self) -> None:
        images, image = list(self.session.image_list), self.session.selection.image
        if image in images:
            self.set_info(f"{images.index(image) + 1:,} of {len(images):,}")
        else:
            self.set_info("")

    # ---- overlay

    def layers(self) -> list[overlay.Layer]:
        """The selected concepts on the shown photo."""
        shown, results = self.shown, self.session.results
        if shown is None or shown.codes is None or results is None:
            return []
        g = shown.record.geometry
        layers = []
        for row in self.session.selection.concepts:
            if row < results.F:
                values = shown.codes.map_of(row).reshape(g.rows, g.cols)
                scale = float(values.max() if self.only_here.isChecked() else results.maximum[row])
                layers.append(overlay.Layer(row, self.session.colours[row], values, scale))
        return layers

    @property
    def mode(self) -> str:
        button = self.modes.checkedButton()
        return str(button.property("mode")) if button is not None else overlay.CELLS

    def _show_overlay(self) -> None:
        layers, threshold = self.layers(), self.threshold.value() / 100
        g = self.shown.record.geometry if self.shown is not None else None
        has_unseen = g is not None and g.width > 0 and g.crop[2:] != (g.width, g.height)
        self.legend.show_layers(layers, self.only_here.isChecked(), has_unseen)
        if self.mode == overlay.CONTOURS:
            lines = [
                (layer.colour, overlay.contours(layer, threshold)) for layer in reversed(layers)
            ]
            self.stage.show_overlay(None, False, lines)
            return
        image = overlay.picture(layers, self.opacity.value() / 100, threshold, self.mode)
        self.stage.show_overlay(image, self.mode == overlay.SMOOTH, [])

    def _next_mode(self) -> None:
        following = (overlay.MODES.index(self.mode) + 1) % len(overlay.MODES)
        self.modes.buttons()[following].setChecked(True)
        self._mode_chosen()

    def _mode_chosen(self) -> None:
        self.session.settings.set("overlay_mode", self.mode)
        self._show_drawn()
        self._show_overlay()

    def _show_drawn(self) -> None:
        self.drawn.setVisible(self.mode != overlay.CELLS)

    def _peek(self, held: bool) -> None:
        self.stage.set_bare(held)

    # ---- the mouse on the photo

    def _clicked(self, cell: int | None, modifiers: Qt.KeyboardModifier) -> None:
        """Choose a cell; again on it: the next concept there. Ctrl adds instead."""
        if self.shown is None:
            return
        if cell is None:
            self.session.select(cell=None)
            return
        here = [row for row, _value in self.shown.cell(cell)]
        chosen: Selection = self.session.selection
        if not here:
            self.session.select(cell=cell)
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            new = next((row for row in here if row not in chosen.concepts), here[0])
            self.session.select(cell=cell, concepts=(*chosen.concepts, new))
        elif cell != chosen.cell:
            keep = chosen.primary in here
            self.session.select(cell=cell, concepts=chosen.concepts if keep else (here[0],))
        else:
            at = here.index(chosen.primary) if chosen.primary in here else -1
            self.session.select(concepts=(here[(at + 1) % len(here)],))

    def _hovered(self, cell: int | None, place: QPoint) -> None:
        if self.shown is None or self.stage.bare:
            self.tip.hide()
        elif cell is not None:
            g = self.shown.record.geometry
            title = f"cell {cell // g.cols + 1}, {cell % g.cols + 1}"
            self.tip.show_cell(title, self.shown.cell(cell)[:TIP_ROWS], place)
        elif not place.isNull() and self.stage.is_unseen(place.toPointF()):
            self.tip.show_cell(NOT_SEEN, [], place)
        else:
            self.tip.hide()

    def _show_in_folder(self) -> None:
        if self.shown is not None:
            show_in_folder(Path(self.shown.record.path))

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self.tip.hide()


def shown_geometry(codes: PhotoCodes, pixmap: QPixmap | None) -> Geometry | None:
    """Where the model looked; a photo that was not analysed yet is one whole."""
    g: Geometry = codes.record.geometry
    if pixmap is None:
        return None
    if codes.codes is not None:
        return g
    whole = (0, 0, pixmap.width(), pixmap.height())
    return Geometry(pixmap.width(), pixmap.height(), whole, max(1, g.rows), max(1, g.cols))


def _slider(name: str, value: int, parent: QWidget) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal, parent)
    slider.setRange(0, 100)
    slider.setValue(value)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    slider.setMinimumWidth(56)
    slider.setMaximumWidth(110)
    return slider
