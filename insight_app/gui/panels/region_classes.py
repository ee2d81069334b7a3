"""The classes by words: typed, with other words for each, and the background.

Under them which concepts speak for the class that is looked at: their cosine with its words.
"""

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from insight_app.figures import counted, percentage
from insight_app.gui.explain.typed_classes import TypedClasses
from insight_app.gui.explain.weight_tree import WeightRow, WeightTree
from insight_app.gui.panel import Panel
from insight_app.gui.regions.drawing import colour_of
from insight_app.gui.state.regions import BACKGROUND, MOST_BAR
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import dim_label, thin_line
from insight_app.plain_text import visible

SPEAKING = 12
"""Concepts that are listed as speaking for a class."""
SWATCH = 12
COLUMNS = {"cosine": "Cosine of what the concept stands for with the words of the class",
           "": "", " ": ""}  # fmt: skip
OWN_RULE = "By the encoder's own rule: not surely one of the classes, and no foreground."
BAR = "Where the most probable class is less probable than this, a place belongs to none."


class RegionClassesPanel(Panel):
    """Words above, the classes with their share of the photo, the concepts that speak for one."""

    title = "Classes by words"
    object_name = "region_classes"
    follows = frozenset({"project", "results", "curation", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        regions = session.regions
        self.typed = TypedClasses(self)
        self.typed.changed.connect(regions.type_words)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Classes, with their share of the photo")
        self.list.currentRowChanged.connect(self._choose)
        self.background = QCheckBox("Background below", self)
        self.background.setToolTip(BAR)
        self.bar = QDoubleSpinBox(self)
        self.bar.setRange(0.0, MOST_BAR)
        self.bar.setSingleStep(0.05)
        self.bar.setToolTip(BAR)
        self.bar.setAccessibleName("Background below this probability")
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 6)
        row.addWidget(self.background)
        row.addWidget(self.bar)
        row.addStretch(1)
        self.background.toggled.connect(lambda _on: self._set_background())
        self.bar.valueChanged.connect(lambda _value: self._set_background())
        self.speaks = dim_label("", self)
        self.speaks.setContentsMargins(12, 6, 12, 2)
        self.tree = WeightTree(session, self)
        self.tree.setAccessibleName("Concepts that speak for the class")
        self.tree.name_columns(COLUMNS)
        self.tree.gone_to.connect(self._go)
        self.body.addWidget(self.typed)
        self.body.addWidget(self.list, 1)
        self.body.addLayout(row)
        self.body.addWidget(thin_line(self))
        self.body.addWidget(self.speaks)
        self.body.addWidget(self.tree, 1)
        self.setFocusProxy(self.typed.edit)
        regions.changed.connect(self.invalidate)
        regions.region_changed.connect(self.invalidate)

    def refresh(self) -> None:
        regions = self.session.regions
        regions.want()
        self.typed.show_words(regions.words)
        with QSignalBlocker(self.background), QSignalBlocker(self.bar):
            self.background.setChecked(regions.has_background)
            self.bar.setValue(regions.below)
        is_own = regions.own_background is not None
        self.bar.setEnabled(regions.has_background and not is_own)
        self.background.setToolTip(OWN_RULE if is_own else BAR)
        self.set_info(counted(len(regions.classes), "class"))
        self._show_classes()
        self._show_speaking()

    def _show_classes(self) -> None:
        regions = self.session.regions
        is_known = regions.is_of_photo
        names = list(regions.names) if is_known else [one.name for one in regions.classes]
        region = regions.region
        with QSignalBlocker(self.list):
            self.list.clear()
            for index, name in enumerate(names):
                self._add(index, visible(name), regions.share(index) if is_known else None)
            if regions.has_background and is_known:
                self._add(BACKGROUND, "background", regions.share(BACKGROUND))
            if region is not None and region.label >= 0:
                self.list.setCurrentRow(region.label)

    def _add(self, index: int, name: str, share: float | None) -> None:
        swatch = QPixmap(SWATCH, SWATCH)
        swatch.fill(colour_of(index))
        told = name if share is None else f"{name}   {percentage(share)} %"
        item = QListWidgetItem(QIcon(swatch), told, self.list)
        item.setToolTip("" if share is None else f"{percentage(share)} % of the photo")
        item.setData(Qt.ItemDataRole.UserRole, index)

    def _show_speaking(self) -> None:
        regions, state = self.session.regions, self.session.state
        found, region = regions.found, regions.region
        catalogue = state.catalogue
        is_known = found is not None and bool(regions.names) and catalogue is not None
        self.speaks.setVisible(is_known)
        self.tree.setVisible(is_known)
        if found is None or not is_known or catalogue is None:
            return
        wanted = 0 if region is None else region.wanted
        weights = found.photo.made_of.weights[:, wanted]
        if len(weights) > catalogue.size:
            self.tree.show_rows("concept", [])
            return
        self.speaks.setText(f"Speaks for {visible(found.photo.names[wanted])}")
        rows, seen = [], set()
        for concept in np.argsort(-weights, kind="stable").tolist():
            row = catalogue.holder(concept)
            if row not in seen:
                seen.add(row)
                value = float(weights[concept])
                rows.append(WeightRow(value, None, "", f"Cosine {value:.3f}",
                                      concept=state.id_of(row)))  # fmt: skip
            if len(rows) == SPEAKING:
                break
        self.tree.show_rows("concept", rows)
        self.tree.mark(self.session.selection.primary)

    def _choose(self, row: int) -> None:
        item = self.list.item(row)
        if item is not None and self.session.regions.is_of_photo:
            self.session.regions.choose_class(int(item.data(Qt.ItemDataRole.UserRole)))

    def _set_background(self) -> None:
        self.session.regions.set_background(self.background.isChecked(), self.bar.value())

    def _go(self, row: WeightRow) -> None:
        if row.concept is not None:
            self.session.selection.select(concepts=(row.concept,))
