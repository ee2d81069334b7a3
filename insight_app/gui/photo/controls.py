"""The line under the photo: how strong the overlay is, how it is drawn, on which scale.

Keeps what is chosen in the settings and says `changed`; what is drawn is the photo panel's matter.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QSlider,
    QToolButton,
    QWidget,
)

from insight_app.gui.photo import overlay
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import KeyButton, PlainLabel
from insight_app.gui.wrap_row import WrapRow

MODE_TIPS = {
    overlay.CELLS: "The strength of every cell, as the model computed it",
    overlay.SMOOTH: "Drawn between the cells' centres, not measured",
    overlay.CONTOURS: "Lines at 25, 50 and 75 % of the scale; drawn, not measured",
}


SHORT, LONG = 56, 110
"""Pixels of a slider."""
LABELS = 190
"""Pixels of the words beside the sliders, and around all."""


class OverlayControls(QWidget):
    """Opacity, threshold, mode, scale, and the switches of what else is seen."""

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings = session.settings
        row = WrapRow(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.opacity = _slider("Opacity", settings.get("overlay_opacity"), self)
        self.threshold = _slider("Threshold", settings.get("overlay_threshold"), self)
        self.threshold.setToolTip("Hide cells weaker than this share of the scale")
        for slider, name in (
            (self.opacity, "overlay_opacity"),
            (self.threshold, "overlay_threshold"),
        ):
            row.addWidget(PlainLabel(slider.accessibleName(), self))
            row.addWidget(slider)
            slider.valueChanged.connect(lambda value, name=name: self._keep(name, value))
        self.modes = QButtonGroup(self)
        for mode in overlay.MODES:
            button = QToolButton(self)
            button.setText(mode.capitalize())
            button.setCheckable(True)
            button.setToolTip(f"{MODE_TIPS[mode]} (C)")
            button.setProperty("mode", mode)
            button.setChecked(mode == settings.get("overlay_mode"))
            self.modes.addButton(button)
            row.addWidget(button)
        self.modes.buttonClicked.connect(lambda _button: self._keep("overlay_mode", self.mode))
        self.looks = {
            id: KeyButton(session.actions, id, flat=True, parent=self)
            for id in ("photo.contribution", "photo.finer", "photo.unexplained", "photo.occlusion")
        }
        for look in self.looks.values():
            row.addWidget(look)
        self.given = self.looks["photo.contribution"]
        self.only_here = QCheckBox("This photo only", self)
        self.only_here.setToolTip(
            "Scale each concept to its strongest cell of this photo. Otherwise to its strongest "
            "cell of all photos, so that photos can be compared"
        )
        self.only_here.setChecked(settings.get("overlay_this_photo"))
        self.only_here.toggled.connect(lambda on: self._keep("overlay_this_photo", on))
        row.addWidget(self.only_here)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit into the width."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Show looks as icons, and short sliders, where more would take a line from the photo."""
        looks = [look for look in self.looks.values() if not look.isHidden()]
        others = [one for one in (*self.modes.buttons(), self.only_here) if not one.isHidden()]
        taken = LABELS + sum(one.sizeHint().width() + 8 for one in others)
        words = sum(look.words_width() + 8 for look in looks)
        is_narrow = taken + words + 2 * LONG > self.width()
        for look in self.looks.values():
            look.show_icon(is_narrow)
        icons = sum(look.sizeHint().width() + 8 for look in looks)
        room = (self.width() - taken - icons) // 2
        for slider in (self.opacity, self.threshold):
            slider.setMaximumWidth(min(LONG, max(SHORT, room)))

    def show_scale(self, is_offered: bool) -> None:
        """Offer the scale of this photo only, where what is drawn has another."""
        if is_offered == self.only_here.isHidden():
            self.only_here.setVisible(is_offered)
            self.fit()

    @property
    def mode(self) -> str:
        """How the overlay is drawn: one of overlay.MODES."""
        button = self.modes.checkedButton()
        return str(button.property("mode")) if button is not None else overlay.CELLS

    @property
    def is_drawn(self) -> bool:
        """Whether what is seen lies between the measured values."""
        return self.mode != overlay.CELLS

    def next_mode(self) -> None:
        """Draw the overlay in the next way."""
        following = (overlay.MODES.index(self.mode) + 1) % len(overlay.MODES)
        self.modes.buttons()[following].setChecked(True)
        self._keep("overlay_mode", self.mode)

    def _keep(self, name: str, value: object) -> None:
        self._settings.set(name, value)
        self.changed.emit()


def _slider(name: str, value: int, parent: QWidget) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal, parent)
    slider.setRange(0, 100)
    slider.setValue(value)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    slider.setMinimumWidth(SHORT)
    slider.setMaximumWidth(LONG)
    return slider
