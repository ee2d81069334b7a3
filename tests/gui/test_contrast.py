"""Every text stands out from its ground by 4.5:1 at least, in both themes (WCAG 2.2, 1.4.3)."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from insight_app.gui import theme
from insight_app.gui.widgets import LinkLabel, PlainLabel, base_widget, dim_label

LEAST = 4.5
WRITTEN = ("text", "dim", "accent", "accepted", "unsure", "rejected", "on_selected")
GROUNDS = ("base", "window", "hover", "selected")


def luminance(rgb: np.ndarray) -> np.ndarray:
    """The relative luminance of colours (..., 3) of 0 to 255."""
    part = rgb / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted(
        float(luminance(np.array([c.red(), c.green(), c.blue()]))) for c in (one, other)
    )
    return (high + 0.05) / (low + 0.05)


def seen_contrast(image: QImage) -> float:
    """The contrast between the commonest colour of a picture and the one furthest from it.

    The strokes of letters are thin: their middle is hardly ever of the full colour, so that this
    is what is seen, not what is meant.
    """
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    pixels = lines[:, : image.width() * 3].reshape(-1, 3)
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    light = luminance(colours.astype(float)) + 0.05
    ratio = light / light[counts.argmax()]
    return float(np.maximum(ratio, 1 / ratio).max())


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_every_colour_that_is_written_in_can_be_read_on_every_ground(colours) -> None:
    pairs = [(ink, ground) for ink in WRITTEN for ground in GROUNDS]
    pairs += [("on_accent", "accent"), ("text", "trouble"), ("accent", "trouble")]
    faint = {
        pair: ratio
        for pair in pairs
        if (ratio := contrast(colours.of(pair[0]), colours.of(pair[1]))) < LEAST
    }
    assert not faint
    palette, role, group = theme.palette(colours), QPalette.ColorRole, QPalette.ColorGroup
    for ink, ground in (
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.ButtonText, role.Button),
        (role.PlaceholderText, role.Base),
        (role.HighlightedText, role.Highlight),
        (role.Link, role.Base),
        (role.ToolTipText, role.ToolTipBase),
    ):
        for state in (group.Active, group.Inactive, group.Disabled):
            assert contrast(palette.color(state, ink), palette.color(state, ground)) >= LEAST


@pytest.mark.parametrize("name", ["light", "dark"])
def test_what_is_painted_can_be_read_after_a_change_of_theme(qtbot, qapp, name) -> None:
    theme.apply(qapp, "dark" if name == "light" else "light")
    ground = base_widget()
    qtbot.addWidget(ground)
    link, line, button = LinkLabel(ground), QLineEdit(ground), QPushButton("Reverse", ground)
    link.setText('<a href="x"><i>dandelion</i></a>')
    line.setPlaceholderText("folder or concept")
    button.setEnabled(False)
    machine: QLabel = PlainLabel("colubrid snake", ground)
    machine.setFont(theme.italic(machine.font()))
    shown: list[QWidget] = [link, line, button, machine, dim_label("14 x 14 cells", ground)]
    for place, widget in enumerate(shown):
        widget.setGeometry(10, 10 + 40 * place, 200, 30)
    ground.resize(220, 220)
    ground.show()
    theme.apply(qapp, name)
    QApplication.processEvents()
    faint = {}
    for widget in shown:
        inner = widget.geometry().adjusted(3, 3, -3, -3)  # without its frame
        if (ratio := seen_contrast(ground.grab(inner).toImage())) < LEAST:
            faint[type(widget).__name__] = ratio
    assert not faint
