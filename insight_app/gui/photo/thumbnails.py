"""Thumbnails of photos: their list as Qt's item model, and how each is painted.

A thumbnail is loaded when it is painted. Which photos are listed is the panel's matter.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from insight_app.figures import figure, percent
from insight_app.gui import icons, theme
from insight_app.gui.image_order import NO_IMAGES, ImageOrder
from insight_app.gui.photo_drawing import paint_label, paint_strength
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.concepts.quality.unexplained import Unexplained
    from insight_app.project.composites.reader import ConceptReader
    from insight_app.project.results.snapshot import Results

GAP = 4
TROUBLE = ("", "unreadable", "missing")
MOST = 50_000
"""So many photos of one concept are listed at most."""


@dataclass(frozen=True, eq=False)
class ListedPhotos:
    """Photos in the order shown, and the strength (n,) of the concept in each, if one is.

    is_share: the values are the share that no concept explains, not known (NaN) of some.
    trouble: (largest id + 1,) for each photo of the project the place in TROUBLE.
    """

    order: ImageOrder = NO_IMAGES
    values: NDArray[np.float32] | None = None
    trouble: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    is_share: bool = False


class ThumbnailModel(QAbstractListModel):
    """The photos that are listed."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.listed = ListedPhotos()
        self.shows_labels = False

    def set_listed(self, listed: ListedPhotos) -> None:
        """List other photos."""
        self.beginResetModel()
        self.listed = listed
        self.endResetModel()

    @property
    def order(self) -> ImageOrder:
        """The photos from first to last."""
        return self.listed.order

    def strength_at(self, place: int) -> str:
        """Return a photo's strength, or the share not explained, as text; '' without one."""
        values = self.listed.values
        if values is None or np.isnan(values[place]):
            return ""
        return (percent if self.listed.is_share else figure)(float(values[place]))

    def label_at(self, place: int) -> str:
        """Return what a photo is said to show, '' for nothing or where labels are not shown."""
        if not self.shows_labels:
            return ""
        return shown_name(self.session.labelling.label_of(self.order[place]))

    def trouble_at(self, place: int) -> str:
        """Return what is wrong with a photo, '' where nothing is."""
        return TROUBLE[self.listed.trouble[self.order[place]]]

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.order)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        results = self.session.state.results
        is_asked = role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
        if results is None or not is_asked:
            return None
        record = results.image(self.order[index.row()])
        parts = [str(record.path)]
        if record.status not in ("coded", "new"):
            parts.append(record.message or record.status)
        if record.content_hash is not None:
            tags = self.session.tagging.tags_of(record.content_hash.hex())
            parts += [f"tagged {', '.join(map(shown_name, sorted(tags)))}"] if tags else []
        if label := self.label_at(index.row()):
            parts.append(f"labelled {label}")
        if strength := self.strength_at(index.row()):
            is_share = self.listed.is_share
            parts.append(f"{strength} not explained" if is_share else f"strength {strength}")
        text = "\n".join(parts)
        return tooltip(text) if role == Qt.ItemDataRole.ToolTipRole else text


class ThumbnailDelegate(QStyledItemDelegate):
    """A square picture, a badge where the photo cannot be read, the strength in its corner."""

    def __init__(self, session: Session, model: ThumbnailModel, parent: QObject) -> None:
        super().__init__(parent)
        self.session, self._model = session, model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        place = index.row()
        image_id = self._model.order[place]
        side = option.rect.width() - GAP
        box = QRect(option.rect.x() + GAP // 2, option.rect.y() + GAP // 2, side, side)
        c = theme.colours()
        pixmap = self.session.pictures.thumbnail(image_id, side)
        painter.save()
        if pixmap is not None:
            painter.drawPixmap(box, pixmap)
        else:
            painter.fillRect(box, c.of("track"))
        status, strength = self._model.trouble_at(place), self._model.strength_at(place)
        pictures = self.session.pictures
        if status or pictures.broken(image_id):
            is_gone = status == "missing" or pictures.is_gone(image_id)
            self._badge(painter, box, "not there" if is_gone else "unreadable")
        elif pictures.is_changed(image_id):
            self._badge(painter, box, "changed")
        elif strength:
            paint_strength(painter, box, strength)
        if label := self._model.label_at(place):
            paint_label(painter, box, label)
        if option.state & QStyle.StateFlag.State_Selected:
            pen = QPen(c.of("accent"), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap,
                       Qt.PenJoinStyle.MiterJoin)  # fmt: skip
            painter.setPen(pen)
            painter.drawRect(QRectF(box).adjusted(0, 0, 0, 0))
        painter.restore()

    def _badge(self, painter: QPainter, box: QRect, word: str) -> None:
        """Paint shape and word before colour: a warning sign over what is wrong."""
        c = theme.colours()
        painter.setPen(QPen(c.of("rejected"), 2))
        painter.drawRect(box.adjusted(1, 1, -1, -1))
        sign = QRect(0, 0, 28, 28)
        sign.moveCenter(box.center())
        icons.icon("warning", "rejected").paint(painter, sign)
        strip = QRect(box.left(), box.bottom() - painter.fontMetrics().height() - 2, box.width(),
                      painter.fontMetrics().height() + 2)  # fmt: skip
        painter.fillRect(strip, QColor(c.base))
        painter.drawText(strip, Qt.AlignmentFlag.AlignCenter, word)


def list_photos(
    results: "Results",
    reader: "ConceptReader | None",
    folders: Sequence[int],
    by: "Unexplained | None" = None,
    contents: Collection[str] | None = None,
    labelled: "tuple[frozenset[int], bool] | None" = None,
) -> ListedPhotos:
    """Read the photos of folders (none: of all), those with a concept; runs on the pool.

    reader: of the concept.  contents: only of these.  labelled: only these photos, or all but them.
    by: put the least explained first, those without codes last.
    """
    chosen = list(folders) or None
    if reader is None:
        ids, values = results.image_ids(chosen).astype(np.int64), None
    else:
        ids, values = reader.strongest_images(MOST, folders=chosen)
    if contents is not None:
        from insight_app.project.results.contents import photos_of

        found = photos_of(results, contents).values()
        kept = np.isin(ids, [number for numbers in found for number in numbers])
        ids, values = ids[kept], None if values is None else values[kept]
    if labelled is not None:
        kept = np.isin(ids, list(labelled[0])) == labelled[1]
        ids, values = ids[kept], None if values is None else values[kept]
    if by is None:
        return ListedPhotos(ImageOrder(ids), values, _trouble(results))
    largest = max(int(ids.max(initial=0)), int(by.images.max(initial=0)))
    shares = np.full(largest + 1, np.nan, np.float32)
    shares[by.images] = by.shares
    of_ids = shares[ids]
    order = np.argsort(-np.nan_to_num(of_ids, nan=-1.0), kind="stable")
    return ListedPhotos(ImageOrder(ids[order]), of_ids[order], _trouble(results), is_share=True)


def _trouble(results: "Results") -> NDArray[np.uint8]:
    """Read the place in TROUBLE of what is wrong with each photo, (largest id + 1,)."""
    found = np.zeros(int(results.image_ids().max(initial=0)) + 1, np.uint8)
    for place, status in enumerate(TROUBLE[1:], 1):
        found[results.image_ids(status=status)] = place
    return found
