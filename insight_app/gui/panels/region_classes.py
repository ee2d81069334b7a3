"""The classes that regions are told by: typed as words, with what the photo has of each.

What is typed is the session's segmented's; choosing a class explains how much of it a region is.
"""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QSlider,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from insight_app.figures import percent
from insight_app.gui import theme
from insight_app.gui.explain.label_picture import class_colour
from insight_app.gui.explain.typed_classes import TypedClasses
from insight_app.gui.key_filter import PASSES_SIDEWAYS
from insight_app.gui.panel import Panel
from insight_app.gui.state.segmented import SegmentedPhotos
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel, thin_line
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible

CHIP = 12
ROLE = int(Qt.ItemDataRole.UserRole)


class RegionClassesPanel(Panel):
    """Words above, the classes of the photo below."""

    title = "Classes of regions"
    object_name = "region_classes"
    follows = frozenset({"project", "results", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        segmented = session.segmented
        self.typed = TypedClasses(self)
        self.typed.changed.connect(segmented.type_words)
        self.list = QTreeWidget(self)
        self.list.setHeaderLabels(["class", "of the photo"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setProperty(PASSES_SIDEWAYS, True)
        self.list.setAccessibleName("Classes of the photo")
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.headerItem().setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
        self.list.headerItem().setToolTip(1, "Share of the photo's pixels")
        self.list.currentItemChanged.connect(self._go)
        self._build_background()
        self.body.addWidget(self.typed)
        self.body.addLayout(self._background_row)
        self.body.addWidget(thin_line(self))
        self.body.addWidget(self.list, 1)
        self.setFocusProxy(self.typed.edit)
        segmented.changed.connect(self.invalidate)
        segmented.region_changed.connect(self.invalidate)
        theme.follow(self.invalidate)

    def _build_background(self) -> None:
        self.background = QCheckBox("Background below", self)
        self.background.setToolTip(
            "Leave cells without a class whose best class is less probable than this; an encoder "
            "that tells foreground from background itself goes by its own rule"
        )
        self.bar = QSlider(Qt.Orientation.Horizontal, self)
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName("Least probability of a class, per cent")
        self.bar_words = PlainLabel("", self)
        self._background_row = QHBoxLayout()
        self._background_row.setContentsMargins(12, 0, 12, 6)
        for widget in (self.background, self.bar, self.bar_words):
            self._background_row.addWidget(widget)
        self.background.toggled.connect(lambda _on: self._background_set())
        self.bar.valueChanged.connect(lambda _value: self._background_set())

    # ---- what is shown

    def refresh(self) -> None:
        segmented = self.session.segmented
        segmented.want()
        self._suggest(segmented)
        self.typed.show_words(segmented.words)
        with QSignalBlocker(self.background), QSignalBlocker(self.bar):
            self.background.setChecked(segmented.has_background)
            self.bar.setValue(segmented.bar)
        look = segmented.look
        is_own = look is not None and look.found.photo.has_own_background
        self.bar.setEnabled(segmented.has_background and not is_own)
        words = "by the encoder's own rule" if is_own else percent(segmented.bar / 100)
        self.bar_words.setText(words if segmented.has_background else "")
        self._fill(segmented)

    def _suggest(self, segmented: SegmentedPhotos) -> None:
        """Offer the labelled classes to whoever has typed nothing yet."""
        labels = self.session.explaining.labels
        if segmented.words or self.typed.edit.hasFocus() or labels is None:
            return
        if 2 <= len(labels.classes) <= 12:
            segmented.type_words("\n".join(n.replace("_", " ") for n in labels.classes))

    def _fill(self, segmented: SegmentedPhotos) -> None:
        look, shares = segmented.look, segmented.shares
        classes = segmented.classes if look is None else look.classes
        names = [one.name for one in classes] if look is None else list(look.names)
        self.set_info("" if not names else f"{len(names)} classes")
        others = {one.name: ", ".join(one.synonyms) for one in classes}
        rows = [*range(len(names)), -1] if segmented.has_background else [*range(len(names))]
        region = segmented.region
        with QSignalBlocker(self.list):
            scroll = self.list.verticalScrollBar().value()
            self.list.clear()
            for index in rows:
                name = "background" if index < 0 else names[index]
                item = QTreeWidgetItem(self.list)
                item.setData(0, ROLE, index)
                item.setIcon(0, self._chip(index))
                also = others.get(name, "")
                item.setText(0, f"{visible(name)}  ({visible(also)})" if also else visible(name))
                item.setToolTip(0, tooltip(f"{visible(name)}\n{visible(also)}".strip()))
                known = shares is not None and look is not None and index < shares.size
                item.setText(1, percent(float(shares[index])) if known and shares is not None
                             else "")  # fmt: skip
                item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
                item.setFont(1, theme.tabular(self.font()))
                if region is not None and index == region.wanted:
                    self.list.setCurrentItem(item)
            self.list.verticalScrollBar().setValue(scroll)

    def _chip(self, index: int) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(CHIP * ratio), round(CHIP * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(class_colour(index))
        painter.drawRoundedRect(0, 0, CHIP, CHIP, 3, 3)
        painter.end()
        return pixmap

    # ---- what can be done

    def _background_set(self) -> None:
        self.session.segmented.set_background(self.background.isChecked(), self.bar.value())

    def _go(self, current: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if current is not None and (index := current.data(0, ROLE)) >= 0:
            self.session.segmented.explain_class(index)
