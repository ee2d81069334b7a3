"""The labelled photos most alike to this one in the concepts that mattered, and why they are.

A click looks at one. What is alike is worked out by the session's `labelled`.
"""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from insight_app.figures import figure
from insight_app.gui import theme
from insight_app.gui.grid_view import GridView
from insight_app.gui.panel import Panel
from insight_app.gui.qt_types import Index
from insight_app.gui.state.class_looks import AlikePhotos
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, paint_frame
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible

SMALLEST, GAP = 96, 8
WAITING = (
    "Once classes are trained or typed, photos alike in what decides on the class are shown here."
)
FORMULA = (
    "Cosine of what the concepts of two photos give to the class (or to its lead): 1 where the "
    "same concepts give the same in proportion"
)


class AlikePhotosPanel(Panel):
    """Photos with their likeness and their class, the most alike first."""

    title = "Photos alike"
    object_name = "alike_photos"
    follows = frozenset({"project", "results", "curation", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.model = AlikePhotosModel(session, self)
        self.view = GridView(SMALLEST + GAP, self)
        self.view.setItemDelegate(_Delegate(session, self.model, self.view))
        self.view.setModel(self.model)
        self.view.setAccessibleName("Photos alike in what mattered")
        self.view.activated.connect(self._look)
        self.view.clicked.connect(self._look)
        self.empty = EmptyState(WAITING, self)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.empty, 1)
        self.setFocusProxy(self.view)
        session.explaining.explained_changed.connect(self.invalidate)
        session.labelled.changed.connect(self.invalidate)
        session.labelled.alike_changed.connect(self.invalidate)
        session.pictures.ready.connect(lambda _key: self.view.viewport().update())

    def refresh(self) -> None:
        explaining, labelled = self.session.explaining, self.session.labelled
        explaining.want()
        labelled.want_alike()
        alike, explained = labelled.alike, explaining.explained
        has_any = alike is not None and explained is not None and bool(alike.found)
        self.view.setVisible(has_any)
        self.empty.setVisible(not has_any)
        if labelled.error is not None:
            self.show_error(labelled.error)
        if alike is None or explained is None:
            self.set_info("")
            is_trained = explaining.classification is not None
            why = explaining.why_not_explained or ("Looking…" if is_trained else WAITING)
            self.empty.set_text(why)
            return
        self.model.show(alike)
        name = visible(explained.classifier.classes[explained.wanted])
        self.set_info(f"in what speaks for {name}", FORMULA)
        self.empty.set_text("No labelled photo shares a concept with this one that has a weight.")

    def _look(self, index: QModelIndex) -> None:
        """Look at a photo: it is compared with others in turn."""
        if index.isValid():
            self.session.selection.select(image=self.model.image(index.row()))


class AlikePhotosModel(QAbstractListModel):
    """The photos found, as Qt asks for them."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._alike: AlikePhotos | None = None

    def show(self, alike: AlikePhotos) -> None:
        """Show what else was found."""
        if alike is not self._alike:
            self.beginResetModel()
            self._alike = alike
            self.endResetModel()

    def image(self, place: int) -> int:
        """Return the photo at a place."""
        assert self._alike is not None
        return int(self._alike.images[self._alike.found[place].row])

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() or self._alike is None else len(self._alike.found)

    def likeness(self, place: int) -> str:
        """Return how alike a photo is, in words."""
        assert self._alike is not None
        return figure(self._alike.found[place].likeness)

    def class_of(self, place: int) -> str:
        """Return the class that a photo is labelled with."""
        explaining = self._session.explaining
        label = explaining.label_of(self.image(place))
        return "" if label is None else visible(explaining.classes[label])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        text = self._words(index.row())
        return tooltip(text) if role == Qt.ItemDataRole.ToolTipRole else text

    def _words(self, place: int) -> str:
        """Return why a photo is alike: the concepts that make most of it, which sum to it."""
        assert self._alike is not None
        one, state = self._alike.found[place], self._session.state
        lines = [f"{self.class_of(place)}: alike {self.likeness(place)}"]
        for concept, part in zip(one.concepts.tolist(), one.parts.tolist(), strict=True):
            if state.has_row(concept) and part > 0:
                lines.append(f"{figure(part)} by {state.name_told_apart(concept)}")
        return "\n".join(lines)


class _Delegate(QStyledItemDelegate):
    """Draws a photo with its class and likeness under it."""

    def __init__(self, session: Session, model: AlikePhotosModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._model = session, model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        side = SMALLEST + GAP
        return QSize(side, side + option.fontMetrics.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        c, metrics = theme.colours(), option.fontMetrics
        image = self._model.image(index.row())
        side = min(option.rect.width(), option.rect.height() - metrics.height()) - GAP
        box = QRect(option.rect.x() + GAP // 2, option.rect.y() + GAP // 2, side, side)
        pixmap = self._session.pictures.thumbnail(image, side)
        painter.save()
        if pixmap is not None:
            painter.drawPixmap(box, pixmap)
        else:
            paint_frame(painter, box, c.of("line"), 1)
        line = QRectF(box.x(), box.bottom() + 2, side, metrics.height())
        number = self._model.likeness(index.row())
        painter.setFont(theme.tabular(option.font))
        painter.setPen(c.of("dim"))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, number)
        room = int(line.width()) - painter.fontMetrics().horizontalAdvance(number) - 6
        painter.setFont(option.font)
        painter.setPen(c.of("text"))
        name = self._model.class_of(index.row())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft,
                         metrics.elidedText(name, Qt.TextElideMode.ElideRight, room))  # fmt: skip
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_frame(painter, option.rect, c.of("accent"), 2)
        painter.restore()
