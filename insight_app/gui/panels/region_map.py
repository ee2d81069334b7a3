"""The photo with its regions: what each is by words, through concepts or through raw tokens.

A click on a region shows what it is made of. All of the photo is looked at, in windows; nothing of
it is counted.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from insight_app.gui.image_order import ImageOrder
from insight_app.gui.panel import Panel
from insight_app.gui.photo.stage import Stage
from insight_app.gui.regions import drawing
from insight_app.gui.regions.drawing import MODES, Mode
from insight_app.gui.state.lists import OfferedPhotos
from insight_app.gui.state.regions import BACKGROUND
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import ElidedLabel, PlainLabel, dim_label
from insight_app.gui.wording import time_left, tooltip
from insight_app.gui.wrap_row import WrapRow
from insight_app.plain_text import visible
from insight_app.project.explaining.segmentation import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from insight_app.project.results.snapshot import Results

NO_PHOTO = "Choose a photo in Images: its regions stand here."
NO_CLASSES = "Type two classes or more on the left: what each region is stands here."
WAITING = "Segmenting this photo: waiting for the encoder"
STOPPED = "Stopped: this photo is not segmented."
NOT_ANALYZED = "This photo is not analyzed, so that no concept can be said of it."
TIPS = {
    "labels": "Each region in the colour of its class",
    "outlines": "Only the borders between regions",
    "cells": "The class of every cell as the model computed it; Labels and Outlines are drawn "
    "smoothly between cells",
}


class RegionMapPanel(Panel):
    """One photo, large, its regions in the colours of their classes."""

    title = "Which region is what"
    object_name = "region_map"
    follows = frozenset({"project", "results", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._drawn: tuple[object, ...] | None = None
        self._listed: int | None = None
        """The epoch in which all photos were listed to be gone through."""
        self.name = dim_label("", self)
        self.header.add_after_title(self.name)
        for id in ("concept.previous", "concept.next"):
            button = QToolButton(self)
            button.setDefaultAction(session.actions[id])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.header.add(button)
        self.stage = Stage(self)
        self.body.addWidget(self.stage, 1)
        self.note = dim_label("", self)
        self.note.setContentsMargins(12, 2, 12, 2)
        self.body.addWidget(self.note)
        self._build_work()
        self._build_controls()
        self.setFocusProxy(self.stage)
        self.stage.clicked.connect(self._clicked)
        self.stage.hovered.connect(self._hovered)
        session.bare_photo.connect(self.stage.set_bare)
        session.regions.changed.connect(self.invalidate)
        session.regions.region_changed.connect(self.invalidate)
        session.pictures.ready.connect(lambda _key: self.invalidate())
        session.image_codes.ready.connect(lambda _image: self.invalidate())
        session.lists.changed.connect(self.invalidate)
        session.lists.offer(OfferedPhotos(self.object_name, self.isVisible, self.has_keyboard))

    def _build_work(self) -> None:
        """Build the line that says how far the photo is, with its button."""
        self.work = QWidget(self)
        row = QHBoxLayout(self.work)
        row.setContentsMargins(12, 2, 12, 2)
        row.setSpacing(8)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(72, 8)
        self.bar.setAccessibleName("Progress of segmenting")
        self.words = ElidedLabel("", self)
        self.stop = QPushButton("Cancel", self)
        self.stop.clicked.connect(self._stop_or_start)
        for widget in (self.bar, self.stop):
            row.addWidget(widget)
        row.addWidget(self.words, 1)
        self.body.addWidget(self.work)

    def _build_controls(self) -> None:
        holder = QWidget(self)
        row = WrapRow(holder)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.opacity = QSlider(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(10, 100)
        self.opacity.setValue(50)
        self.opacity.setFixedWidth(90)
        self.opacity.setAccessibleName("Opacity of the regions")
        self.opacity.valueChanged.connect(lambda _value: self.invalidate())
        row.addWidget(PlainLabel("Opacity", self))
        row.addWidget(self.opacity)
        self.modes = self._choice(row, "Draw", {mode: TIPS[mode] for mode in MODES})
        self.sources = self._choice(
            row,
            "By",
            {
                "concepts": "What the concepts of each place stand for",
                "raw": "The encoder's raw tokens, without concepts",
            },
        )
        self.sharp = self._switch(row, "Sharper edges",
                                  "Borders drawn along the photo's own (guided filter); drawn, "
                                  "not measured")  # fmt: skip
        self.differ = self._switch(row, "Where they differ",
                                   "Where concepts and raw tokens say other things")  # fmt: skip
        self.foot.addWidget(holder)

    def _choice(self, row: WrapRow, title: str, tips: dict[str, str]) -> QButtonGroup:
        """Add buttons of which one is down, after what they choose."""
        holder = QWidget(self)  # what is one choice stays together where the row is broken
        inside = QHBoxLayout(holder)
        inside.setContentsMargins(0, 0, 16, 0)
        inside.setSpacing(2)
        inside.addWidget(PlainLabel(title, self))
        row.addWidget(holder)
        group = QButtonGroup(self)
        for place, (name, tip) in enumerate(tips.items()):
            button = QToolButton(self)
            button.setText("Raw tokens" if name == "raw" else name.capitalize())
            button.setProperty("choice", name)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setChecked(place == 0)
            group.addButton(button)
            inside.addWidget(button)
        group.buttonClicked.connect(lambda _button: self._chosen())
        return group

    def _switch(self, row: WrapRow, text: str, tip: str) -> QCheckBox:
        button = QCheckBox(text, self)
        button.setToolTip(tip)
        button.toggled.connect(lambda _on: self._chosen())
        row.addWidget(button)
        return button

    @property
    def mode(self) -> Mode:
        """How regions are drawn."""
        return next(mode for mode in MODES if mode == _choice_of(self.modes))

    def _chosen(self) -> None:
        is_raw = _choice_of(self.sources) == "raw"
        self.session.regions.show_as(
            "raw" if is_raw else "concepts", "sharp" if self.sharp.isChecked() else "smooth"
        )
        self.invalidate()

    # ---- what is shown

    def refresh(self) -> None:
        session, regions = self.session, self.session.regions
        regions.want()
        image = session.selection.image
        if regions.error is not None:
            self.show_error(regions.error, "Try again", regions.try_again)
        else:
            self.trouble.hide()
        self._show_work()
        if image is None or session.state.results is None:
            self._drawn = None
            self.stage.show_photo(None, None)
            self.stage.set_message(NO_PHOTO)
            self.set_info("")
            self.name.setText("")
            self.note.setText("")
            return
        self._show_position(image)
        self._show_photo(image)
        self._show_regions()

    def _show_work(self) -> None:
        """Say how far the photo is and how long it takes, or that it was stopped."""
        regions = self.session.regions
        is_busy, progress = regions.is_segmenting, regions.progress
        is_stopped = regions.is_stopped and not is_busy and not regions.is_of_photo
        self.work.setVisible(is_busy or is_stopped)
        self.bar.setVisible(is_busy)
        self.stop.setText("Segment" if is_stopped else "Cancel")
        text = STOPPED if is_stopped else WAITING
        self.bar.setRange(0, 0 if progress is None else progress.total)
        if is_busy and progress is not None:
            self.bar.setValue(progress.done)
            text = progress.message
            if progress.total:
                text += f" {progress.done:,} of {progress.total:,}"
            if progress.seconds_left is not None:
                text += f", {time_left(progress.seconds_left)} left"
        self.words.setText(text)

    def _stop_or_start(self) -> None:
        regions = self.session.regions
        if regions.is_segmenting:
            regions.stop()
        else:
            regions.try_again()

    def _show_position(self, image: int) -> None:
        """Say which of the photos it is; all are gone through where no others were chosen."""
        state, lists = self.session.state, self.session.lists
        if state.results is not None and not len(lists.images) and self._listed != state.epoch:
            self._listed = state.epoch
            read = partial(_all_photos, state.results)
            self.session.jobs.run(read, done=self._list_photos, key="photos of regions")
        place = lists.images.place(image)
        which = f" {lists.images_are}".rstrip()
        self.set_info("" if place is None else f"{place + 1:,} of {len(lists.images):,}{which}")

    def _list_photos(self, order: ImageOrder) -> None:
        if not len(self.session.lists.images):
            self.session.lists.set_images(order)

    def _show_photo(self, image: int) -> None:
        session, regions = self.session, self.session.regions
        photo, pixmap = session.image_codes.get(image), session.pictures.photo(image)
        broken = session.pictures.broken(image)
        if photo is None or (pixmap is None and broken is None):
            return
        geometry = photo.record.geometry
        if regions.is_of_photo and regions.found is not None:
            geometry = regions.found.photo.geometry
        self.stage.set_message(broken or "")
        if not self.stage.shows(pixmap, geometry):
            before = self.stage.geometry_of_photo
            if before is not None and (before.width, before.height) == (
                geometry.width,
                geometry.height,
            ):
                self.stage.show_grid(geometry)
            if not self.stage.shows(pixmap, geometry):
                self.stage.show_photo(pixmap, geometry)
        self.name.setText(visible(photo.record.path.name))
        self.name.setToolTip(tooltip(visible(str(photo.record.path))))
        self.note.setText(self._say(photo.codes is not None))

    def _say(self, is_analyzed: bool) -> str:
        regions = self.session.regions
        if not is_analyzed:
            return NOT_ANALYZED
        if len(regions.classes) < 2:
            return NO_CLASSES
        if regions.is_segmenting or not regions.is_of_photo:
            return ""
        g = self.stage.geometry_of_photo
        cells = "" if g is None else f"{g.cols} x {g.rows} cells; "
        if self.differ.isChecked():
            ours, theirs = self._labels("concepts"), self._labels("raw")
            if ours is not None and theirs is not None:
                share = float((ours != theirs).mean())
                return f"{cells}concepts and raw tokens differ on {100 * share:.0f} % of the photo"
        if self.mode == "cells":
            return f"{cells}each as it was computed; click one to see what its region is made of"
        return f"{cells}click a region to see what it is made of"

    def _labels(self, source: Source) -> "NDArray[np.int64] | None":
        """Return the classes as they are drawn: of cells, or of pixels."""
        regions = self.session.regions
        return regions.grid(source) if self.mode == "cells" else regions.labels(source)

    def _show_regions(self) -> None:
        regions = self.session.regions
        labels = self._labels(regions.source) if regions.is_of_photo else None
        region, g = regions.region if labels is not None else None, self.stage.geometry_of_photo
        lines = []
        if region is None:
            self.stage.show_cell(None)
        elif g is not None and g.cells == region.cells.size:
            lines = [(drawing.REGION, drawing.around(region.cells, g.rows, g.cols))]
        self.stage.show_lines(lines)
        chosen = None if region is None else region.label
        key = (id(labels), self.mode, self.opacity.value(), chosen, self.differ.isChecked())
        if key == self._drawn:
            return
        self._drawn = key
        if labels is None:
            self.stage.show_picture(None, True)
            return
        if self.differ.isChecked():
            ours, theirs = self._labels("concepts"), self._labels("raw")
            assert ours is not None and theirs is not None
            draw = partial(drawing.differences, ours, theirs)
        else:
            wanted = chosen if chosen is not None and chosen >= 0 else None
            opacity = self.opacity.value() / 100
            draw = partial(drawing.picture, labels, self.mode, opacity, wanted)
        show = partial(self._show_picture, key, self.mode != "cells")
        self.session.jobs.run(draw, done=show, key="picture of regions")

    def _show_picture(self, key: tuple[object, ...], is_smooth: bool, image: QImage) -> None:
        if key == self._drawn:
            self.stage.show_picture(image, is_smooth)

    # ---- the mouse

    def _clicked(self, cell: int | None, _modifiers: object) -> None:
        if cell is not None and self.session.regions.is_of_photo:
            self.stage.show_cell(cell)
            self.session.regions.choose_cell(cell)

    def _hovered(self, cell: int | None, _place: QPoint) -> None:
        regions = self.session.regions
        labels, g = self._labels(regions.source), self.stage.geometry_of_photo
        if cell is None or labels is None or g is None or not regions.is_of_photo:
            self.stage.setToolTip("")
            return
        row, col = divmod(cell, g.cols)
        y = min(int((row + 0.5) * labels.shape[0] / g.rows), labels.shape[0] - 1)
        x = min(int((col + 0.5) * labels.shape[1] / g.cols), labels.shape[1] - 1)
        label = int(labels[y, x])
        name = "background" if label == BACKGROUND else visible(regions.names[label])
        self.stage.setToolTip(tooltip(name))


def _all_photos(results: "Results") -> ImageOrder:
    """Return all photos in their order; runs on the pool."""
    return ImageOrder(results.image_ids())


def _choice_of(group: QButtonGroup) -> str:
    """Return which button of a group is down."""
    button = group.checkedButton()
    return "" if button is None else str(button.property("choice"))
