"""How a place in the hierarchy is painted: status, name, other parents, bar, number; name editor.

Machine names are italic, persons' upright.
"""

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from insight_app.gui import icons, theme
from insight_app.gui.curation.lists.concept_row import STATUS_WIDTH, paint_ground, paint_name
from insight_app.gui.curation.name_edit import NameEdit
from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.curation.relation_words import told
from insight_app.gui.curation.tree import texts
from insight_app.gui.curation.tree.relation_mark import is_marked, mark_rect, paint_mark
from insight_app.gui.curation.tree.tree_model import (
    BAR,
    NAME,
    ConceptTreeModel,
)
from insight_app.gui.qt_types import Index
from insight_app.gui.state.present_relation import find_relation
from insight_app.gui.state.session import Session
from insight_app.gui.wording import tooltip

ROOM = 10


class HierarchyDelegate(QStyledItemDelegate):
    """For all three columns of the hierarchy."""

    def __init__(self, session: Session, tree: ConceptTreeModel, parent: QObject) -> None:
        super().__init__(parent)
        self.session, self._tree = session, tree

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, option.fontMetrics.height() + ROOM)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        concept = self._tree.present_at(index)
        c = theme.colours()
        painter.save()
        box = QRectF(option.rect)
        paint_ground(painter, option)
        if concept is None:
            if index.column() == NAME:
                self._paint_fold(painter, option, str(index.data()))
            painter.restore()
            return
        if index.column() == NAME:
            self._paint_name(painter, option, index, concept, box)
        elif index.column() == BAR:
            if not concept.state.awaits_photos:
                share = texts.share(concept, self._tree.order.by)
                icons.paint_bar(painter, box.adjusted(4, 0, -8, 0), share)
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
        index: Index,
        concept: PresentConcept,
        box: QRectF,
    ) -> None:
        c, middle = theme.colours(), Qt.AlignmentFlag.AlignVCenter
        sign = QRectF(box.x() + 2, box.y(), 12, box.height())
        icons.paint_status(painter, sign, concept.status)
        left = box.x() + STATUS_WIDTH
        painter.setPen(c.of("text"))
        right = self._paint_mark(painter, option, index)
        width = max(0.0, right - left - 4)
        name_room = QRectF(left, box.y(), width, box.height())
        others = "" if self._tree.order.flat else self._tree.also_under(index)
        left += paint_name(painter, option, name_room, concept, is_brief=bool(others)) + 10
        room = right - left - 4
        if others and room > 30:
            font = option.font
            font.setPointSizeF(font.pointSizeF() * 0.88)
            painter.setFont(font)
            painter.setPen(c.of("dim"))
            words = painter.fontMetrics().elidedText(
                f"↗ also under {others}", Qt.TextElideMode.ElideRight, int(room)
            )
            painter.drawText(QRectF(left, box.y(), room, box.height()), middle, words)

    def _paint_mark(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> float:
        """Paint the mark of the relation to the parent, where it is seen; return where it begins.

        A flat list has no parents.
        """
        right = float(option.rect.right() + 1)
        edge = None if self._tree.order.flat else self._tree.edge_at(index)
        if edge is None:
            return right
        is_selected = self._tree.relation_at(index) in self.session.selection.relations
        view = option.widget
        is_current = isinstance(view, QAbstractItemView) and (
            view.currentIndex().siblingAtColumn(NAME) == index
        )
        if not (is_selected or is_marked(option, edge, is_current)):
            return right
        paint_mark(painter, option, edge, is_selected)
        return float(mark_rect(option.rect, edge, option.font).left())

    def mark_at(self, option: QStyleOptionViewItem, index: Index) -> QRect | None:
        """Return where the mark of a place's relation is, None where it has none."""
        edge = None if self._tree.order.flat else self._tree.edge_at(index)
        return None if edge is None else mark_rect(option.rect, edge, option.font)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Say over the mark of a relation what it is."""
        relation = find_relation(self._tree.state, self._tree.relation_at(index))
        box = self.mark_at(option, index) if index.column() == NAME else None
        if relation is None or box is None or not box.contains(event.pos()):
            return super().helpEvent(event, view, option, index)
        edge = relation.edge
        key = self.session.actions.entry("relation.toggle").shown_keys()
        lines = [f"{relation.sentence()}: {relation.status_word}", f"A click ({key}) shows it."]
        lines += [] if edge is None else [told(relation.results, edge)]
        QToolTip.showText(event.globalPos(), tooltip("\n".join(lines)), view)
        return True

    def _paint_fold(self, painter: QPainter, option: QStyleOptionViewItem, words: str) -> None:
        """Paint the sentence of what is folded away over all columns: it is longer than a name."""
        view = option.widget
        right = view.viewport().width() if isinstance(view, QAbstractItemView) else 0
        box = QRectF(option.rect)
        box.setRight(max(box.right(), right - 8.0))
        painter.setClipping(False)
        painter.setFont(option.font)
        painter.setPen(theme.colours().of("dim"))
        shown = painter.fontMetrics().elidedText(
            words, Qt.TextElideMode.ElideRight, int(box.width())
        )
        painter.drawText(box.adjusted(2, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, shown)

    # ---- renaming in place

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        concept = self._tree.present_at(index)
        assert concept is not None
        editor = NameEdit(self.session, concept, parent)
        no_hint = QStyledItemDelegate.EndEditHint.NoHint
        editor.left.connect(lambda: self.closeEditor.emit(editor, no_hint))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Leave what is typed: the editor has its text from the start."""

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Leave the name to the editor, which knows the concept, wherever the row is by then."""

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        editor.setGeometry(option.rect.adjusted(STATUS_WIDTH - 8, 0, 0, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave every key to the editor: it ends by itself, and Tab stays in it."""
        return False
