"""What no concept explains of a photo, as one layer over it with a scale of its own.

Knows a photo's codes and how layers are drawn; nothing of widgets.
"""

import numpy as np
from PySide6.QtGui import QColor

from insight_app.figures import percent
from insight_app.gui.photo.overlay import Layer
from insight_app.gui.state.image_codes import PhotoCodes

TITLE = "not explained"
COLOUR = QColor("#ff3fd8")
"""No concept has it."""
TIP = (
    "The share of each cell that no concept explains: |x - y|² / |x|², with x what the encoder "
    "says of the cell and y what the active concepts together say. Colour grows evenly from 0 to "
)


def layer(codes: PhotoCodes, is_own_scale: bool) -> Layer | None:
    """Return the share of each cell that is not explained; None where none is kept.

    is_own_scale: up to the largest share of this photo, else up to the whole.
    """
    g = codes.record.geometry
    if codes.codes is None or codes.unexplained.size != g.cells:
        return None
    values = codes.unexplained.reshape(g.rows, g.cols).astype(np.float32)
    scale = float(values.max(initial=0)) if is_own_scale else 1.0
    return Layer(None, COLOUR, values, scale, is_linear=True)


def words(codes: PhotoCodes, cell: int) -> str:
    """Return how much of a cell is not explained, '' where that is not kept."""
    if cell >= codes.unexplained.size:
        return ""
    return f"{percent(float(codes.unexplained[cell]))} {TITLE}"
