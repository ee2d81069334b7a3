"""How a place in the hierarchy is painted: status, name, other parents, bar, number; name editor.

Machine names are italic, persons' upright. Knows the tree model's roles.
"""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from insight_app.gui import icons, theme
from insight_app.gui.curation.concept_row import STATUS_WIDTH, paint_ground, paint_name
from insight_app.gui.curation.concept_tree_model import (
    BAR,
    NAME,
    PARENTS_ROLE,
    ROW_ROLE,
    SHARE_ROLE,
)
from insight_app.gui.curation.name_edit import NameEdit
from insight_app.gui.state.session import Session

ROOM = 10


class HierarchyDelegate(QStyledItemDelegate):
    """For all three columns of the hierarchy."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(60, option.fontMetrics.height() + ROOM)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        c = theme.colours()
        painter.save()
        box = QRectF(option.rect)
        paint_ground(painter, option)
        if index.column() == NAME:
            self._paint_name(painter, option, index, row, box)
        elif index.column() == BAR:
            if not self.session.state.awaits_photos:
                icons.paint_bar(painter, box.adjusted(4, 0, -8, 0), index.data(SHARE_ROLE))
        else:
            painter.setFont(theme.tabular(option.font))
            painter.setPen(c.of("text"))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box.adjusted(0, 0, -12, 0), right, index.data())
        painter.restore()

    def _paint_name(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex,
        row: int,
        box: QRectF,
    ) -> None:
        c, catalogue = theme.colours(), self.session.state.catalogue
        middle = Qt.AlignmentFlag.AlignVCenter
        icons.paint_status(
            painter, QRectF(box.x() + 2, box.y(), 12, box.height()), int(catalogue.status[row])
        )
        left = box.x() + STATUS_WIDTH
        painter.setPen(c.of("text"))
        width = max(0.0, box.right() - left - 4)
        name_room = QRectF(left, box.y(), width, box.height())
        left += paint_name(painter, option, name_room, self.session.state.name(row)) + 10
        others = index.data(PARENTS_ROLE)
        room = box.right() - left - 4
        if others and room > 30:
            font = option.font
            font.setPointSizeF(font.pointSizeF() * 0.88)
            painter.setFont(font)
            painter.setPen(c.of("dim"))
            words = painter.fontMetrics().elidedText(
                f"↗ also under {others}", Qt.TextElideMode.ElideRight, int(room)
            )
            painter.drawText(QRectF(left, box.y(), room, box.height()), middle, words)

    # ---- renaming in place

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex
    ) -> QWidget:
        editor = NameEdit(self.session, index.data(ROW_ROLE), parent)
        no_hint = QStyledItemDelegate.EndEditHint.NoHint
        editor.left.connect(lambda: self.closeEditor.emit(editor, no_hint))
        return editor

    def setEditorData(self, editor: QWidget, index: QModelIndex) -> None:
        """The editor has its text from the start; what is typed is not overwritten."""

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex) -> None:
        """The editor judges the name itself: it knows the concept, wherever the row is by then."""

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        editor.setGeometry(option.rect.adjusted(STATUS_WIDTH - 8, 0, 0, 0))

    def eventFilter(self, watched: QObject, event: object) -> bool:
        """The editor itself says when it is done; Tab stays in it."""
        return False
