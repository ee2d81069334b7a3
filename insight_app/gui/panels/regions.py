"""The photo by classes: a label map over it, and the region that a click explains.

Shows what the session's segmented knows; pictures are drawn on the pool.
"""

from functools import partial

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QHideEvent, QImage
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QSlider, QToolButton, QWidget

from insight_app.figures import figure, percent
from insight_app.gui.explain import label_picture
from insight_app.gui.explain.label_picture import CELLS, CONCEPT, DIFFER, LABELS, OUTLINES, VIEWS
from insight_app.gui.panel import Panel
from insight_app.gui.photo import overlay
from insight_app.gui.photo.cell_tip import CellTip
from insight_app.gui.photo.contribution import AGAINST, FOR
from insight_app.gui.photo.no_photos import why_none
from insight_app.gui.photo.stage import Stage
from insight_app.gui.state.lists import OfferedPhotos
from insight_app.gui.state.pictures import Key
from insight_app.gui.state.segmented import Region, SegmentedLook, SegmentedPhotos
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import ElidedLabel, PlainLabel, dim_label
from insight_app.gui.wording import time_left, tooltip
from insight_app.gui.wrap_row import WrapRow
from insight_app.plain_text import visible
from insight_app.project.explaining.segmentation import Edges, Source

NO_PHOTOS = "No photos in this project yet. Add some to see which region is what."
TIPS = {
    LABELS: "Every pixel in the color of its class",
    OUTLINES: "Only where one class ends and another begins",
    CELLS: "The class of every cell, as the model computed it",
    DIFFER: "Only where raw tokens and concepts do not say the same",
    CONCEPT: "What the selected concept gives to the class of the region, at each cell: for it in "
    "blue, against it in orange",
}
WORDS = {
    LABELS: "Labels",
    OUTLINES: "Outlines",
    CELLS: "Cells",
    DIFFER: "Where they differ",
    CONCEPT: "Concept",
}


class RegionsPanel(Panel):
    """One photo, its classes, one region."""

    title = "Regions"
    object_name = "regions"
    follows = frozenset({"project", "results", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._drawn: tuple[object, ...] | None = None
        """What the overlay that is shown, or being drawn, is of."""
        self._add_actions()
        self.grid = dim_label("", self)
        self.header.add_after_title(self.grid)
        for id in ("concept.previous", "concept.next"):
            button = QToolButton(self)
            button.setDefaultAction(session.actions[id])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.header.add(button)
        self.stage = Stage(self)
        self.stage.setAccessibleName("Photo by classes")
        self.tip = CellTip(session, self.stage)
        self.words = ElidedLabel("", self)
        self.words.setContentsMargins(12, 4, 12, 4)
        self.body.addWidget(self.stage, 1)
        self.body.addWidget(self.words)
        self._build_controls()
        self.setFocusProxy(self.stage)
        self.stage.clicked.connect(self._clicked)
        self.stage.hovered.connect(self._hovered)
        session.bare_photo.connect(self.stage.set_bare)
        segmented = session.segmented
        segmented.changed.connect(self.invalidate)
        segmented.region_changed.connect(self.invalidate)
        session.pictures.ready.connect(self._picture_ready)
        session.lists.changed.connect(self.invalidate)
        session.lists.offer(OfferedPhotos(self.object_name, self.isVisible, self.has_keyboard))
        self.refresh_while_empty()

    # ---- building

    def _add_actions(self) -> None:
        add, segmented = self.session.actions.add, self.session.segmented
        add("regions.view", "Next view of regions", "Shift+C", self._next_view,
            context="Which region", panel=self, icon="grid-four",
            tip="Labels, outlines, cells, where they differ, the concept")  # fmt: skip
        add("regions.next", "Next region", "J", lambda: segmented.next_region(1),
            context="Which region", panel=self, icon="arrow-right",
            tip="Explain the next region, the largest first")  # fmt: skip
        add("regions.previous", "Previous region", "Shift+J",
            lambda: segmented.next_region(-1), context="Which region", panel=self)  # fmt: skip
        add("regions.source", "Raw tokens or concepts", "Shift+W", self._turn_source,
            context="Which region", panel=self,
            tip="Labels through raw tokens, or through concepts")  # fmt: skip
        add("regions.edges", "Sharper edges", "Shift+E", self._turn_edges,
            context="Which region", panel=self, checkable=True,
            tip="Let the photo draw the borders (guided filter); drawn, not measured")  # fmt: skip

    def _build_controls(self) -> None:
        around = QWidget(self)
        row = WrapRow(around)
        row.setContentsMargins(12, 6, 12, 8)
        row.setSpacing(8)
        self.opacity = QSlider(Qt.Orientation.Horizontal, around)
        self.opacity.setRange(10, 100)
        self.opacity.setValue(60)
        self.opacity.setAccessibleName("Opacity of the classes")
        self.opacity.setMaximumWidth(110)
        self.opacity.valueChanged.connect(lambda _value: self.invalidate())
        row.addWidget(PlainLabel("Opacity", around))
        row.addWidget(self.opacity)
        self.views = QButtonGroup(around)
        for view in VIEWS:
            button = QToolButton(around)
            button.setText(WORDS[view])
            button.setCheckable(True)
            button.setToolTip(tooltip(TIPS[view]))
            button.setProperty("view", view)
            button.setChecked(view == LABELS)
            self.views.addButton(button)
            row.addWidget(button)
        self.views.buttonClicked.connect(lambda _button: self.invalidate())
        self.sources = QButtonGroup(around)
        for source, text in (("concepts", "By concepts"), ("raw", "By raw tokens")):
            button = QToolButton(around)
            button.setText(text)
            button.setCheckable(True)
            button.setProperty("source", source)
            self.sources.addButton(button)
            row.addWidget(button)
        self.sources.buttonClicked.connect(
            lambda button: self.session.segmented.show_source(button.property("source"))
        )
        self.sharp = QCheckBox("Sharper edges", around)
        self.sharp.setToolTip(
            "The photo draws the borders (guided filter); drawn, not measured. Its effect on the "
            "overlap with masks stands in “Against masks”"
        )
        self.sharp.clicked.connect(self._turn_edges)
        row.addWidget(self.sharp)
        self.foot.addWidget(around)

    @property
    def view(self) -> str:
        """How the classes are drawn: one of label_picture.VIEWS."""
        button = self.views.checkedButton()
        return str(button.property("view")) if button is not None else LABELS

    # ---- what is shown

    def refresh(self) -> None:
        session, segmented = self.session, self.session.segmented
        segmented.want()
        image = session.selection.image
        pixmap = None if image is None else session.pictures.photo(image)
        codes = None if image is None else session.image_codes.get(image)
        look = segmented.look
        if image is None or session.lacks_photos:
            self.stage.set_message(why_none(session, NO_PHOTOS))
            self.stage.show_photo(None, None)
        elif codes is not None and pixmap is not None:
            geometry = codes.record.geometry if look is None else look.geometry
            if geometry.cells and not self.stage.shows(pixmap, geometry):
                self.stage.show_photo(pixmap, geometry)
        elif image is not None and (broken := session.pictures.broken(image)):
            self.stage.set_message(broken)
            self.stage.show_photo(None, None)
        self._show_header(image)
        self._show_switches(segmented)
        self._show_trouble(segmented)
        self._show_overlay(look, segmented)
        text = self._said(segmented)
        self.words.setText(text)
        self.words.setToolTip(tooltip(text))

    def _show_header(self, image: int | None) -> None:
        session, look = self.session, self.session.segmented.look
        images = session.lists.images
        place = images.place(image)
        self.set_info("" if place is None else f"{place + 1:,} of {len(images):,}")
        g = None if look is None else look.geometry
        self.grid.setText("" if g is None else f"{g.rows} × {g.cols} cells")
        self.grid.setToolTip(tooltip("" if look is None else look.window))

    def _show_switches(self, segmented: SegmentedPhotos) -> None:
        for button in self.sources.buttons():
            button.setChecked(button.property("source") == segmented.source)
        is_sharp = segmented.edges == "sharp"
        self.sharp.setChecked(is_sharp)
        actions = self.session.actions
        actions["regions.edges"].setChecked(is_sharp)
        for id in ("next", "previous"):
            actions.set_enabled(f"regions.{id}", segmented.look is not None)

    def _show_trouble(self, segmented: SegmentedPhotos) -> None:
        if segmented.error is not None:
            self.show_error(segmented.error, "Try again", segmented.try_again)
        else:
            self.trouble.hide()

    def _said(self, segmented: SegmentedPhotos) -> str:
        """Return one line under the photo: what is going on, or what lies in it."""
        if len(segmented.classes) < 2:
            return "Type at least two classes on the left: every cell goes to the nearest one."
        if segmented.is_busy:
            progress = segmented.progress
            text = "The model looks at the photo…"
            if progress is not None and progress.total:
                text = f"{progress.message}: {progress.done:,} of {progress.total:,}"
                if progress.seconds_left is not None:
                    text += f", {time_left(progress.seconds_left)} left"
            return text
        look, shares = segmented.look, segmented.shares
        if look is None or shares is None:
            return ""
        found = label_picture.spoken(look.names, shares)
        drawn = "; borders are drawn, not measured" if segmented.edges == "sharp" else ""
        return ", ".join(f"{visible(name)} {percent(share)}" for name, share in found) + drawn

    def _show_overlay(self, look: SegmentedLook | None, segmented: SegmentedPhotos) -> None:
        region, g = segmented.region, None if look is None else look.geometry
        if look is None or g is None:
            self._drawn = None
            self.stage.show_overlay(None, False, [])
            return
        lines = []
        if region is not None and region.look is look:
            edge = label_picture.around(region.cells, g.rows, g.cols)
            lines = [(label_picture.REGION, edge)]
        view, opacity = self.view, self.opacity.value() / 100
        rows = self.session.selection.rows if view == CONCEPT else ()
        wanted = (look, view, opacity, segmented.source, segmented.edges, segmented.below,
                  region if view == CONCEPT else None, rows)  # fmt: skip
        if wanted == self._drawn:
            self.stage.show_lines(lines)
            return
        self._drawn = wanted
        if view == CONCEPT:
            self.stage.show_overlay(self._concept_map(region), False, lines)
            return
        self.stage.show_lines(lines)
        self.session.jobs.run(
            partial(_picture, look, segmented.source, segmented.edges, segmented.below, view,
                    opacity),
            done=partial(self._show_picture, wanted),
            key="label map",
        )  # fmt: skip

    def _concept_map(self, region: Region | None) -> QImage | None:
        """Return what the selected concepts give to the region's class, as a signed layer."""
        if region is None:
            return None
        catalogue = self.session.state.catalogue
        rows = self.session.selection.rows
        if catalogue is None or not rows:
            return None
        active = set(region.look.found.photo.made_of.codes.indices.tolist())
        chosen = {one for row in rows for one in (row, *catalogue.members(row))} & active
        g = region.look.geometry
        values = region.map_of(tuple(sorted(chosen))).astype(np.float32).reshape(g.rows, g.cols)
        scale = float(np.abs(values).max(initial=0))
        layer = overlay.Layer(None, FOR, values, scale, negative=AGAINST)
        return overlay.picture([layer], self.opacity.value() / 100, 0.0, overlay.CELLS)

    def _show_picture(self, wanted: tuple[object, ...], image: QImage) -> None:
        if wanted == self._drawn:
            self.stage.show_picture(image, smooth=False)

    def _picture_ready(self, key: Key) -> None:
        if key.kind == "photo":
            self.invalidate()

    # ---- the mouse and keys

    def _clicked(self, cell: int | None, _modifiers: Qt.KeyboardModifier) -> None:
        self.session.segmented.choose_region(cell)

    def _hovered(self, cell: int | None, place: QPoint) -> None:
        look, segmented = self.session.segmented.look, self.session.segmented
        if look is None or cell is None or self.stage.bare or cell >= look.geometry.cells:
            self.tip.hide()
            return
        g, photo = look.geometry, look.found.photo
        scores = photo.raw if segmented.source == "raw" else photo.concepts
        best = np.argsort(-scores.probabilities[cell], kind="stable")[:3]
        lines = [
            (visible(look.names[one]), figure(float(scores.probabilities[cell, one])))
            for one in best
        ]
        title = f"cell {cell // g.cols + 1}, {cell % g.cols + 1}: probability"
        self.tip.show_words(title, lines, place)

    def _next_view(self) -> None:
        following = (VIEWS.index(self.view) + 1) % len(VIEWS)
        self.views.buttons()[following].setChecked(True)
        self.invalidate()

    def _turn_source(self) -> None:
        segmented = self.session.segmented
        segmented.show_source("raw" if segmented.source == "concepts" else "concepts")

    def _turn_edges(self) -> None:
        segmented = self.session.segmented
        segmented.show_edges("smooth" if segmented.edges == "sharp" else "sharp")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.tip.hide()


def _picture(
    look: SegmentedLook,
    source: Source,
    edges: Edges,
    below: float | None,
    view: str,
    opacity: float,
) -> QImage:
    """Draw a label map; runs on the pool."""
    count = len(look.names)
    if view == CELLS:
        g = look.geometry
        labels = look.cell_labels(source, below).reshape(g.rows, g.cols)
        return label_picture.label_picture(labels, count, opacity)
    labels = look.found.map_labels(source, edges, below)
    where = None
    if view == DIFFER:
        other: Source = "concepts" if source == "raw" else "raw"
        where = labels != look.found.map_labels(other, edges, below)
    return label_picture.label_picture(labels, count, opacity, view == OUTLINES, where)
