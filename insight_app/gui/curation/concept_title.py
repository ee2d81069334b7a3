"""The name of the selected concept, large: status, who named it, and renaming in place."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from insight_app.concepts.hsae.summary import RELEASE
from insight_app.gui import icons, theme
from insight_app.gui.curation.name_edit import NameEdit
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import ElidedLabel
from insight_app.gui.wording import number_text


class ConceptTitle(QWidget):
    """scale: how much larger than the interface's text the name is. A double click renames."""

    def __init__(
        self, session: Session, parent: QWidget | None = None, scale: float = 1.35
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.row: int | None = None
        self.editor: NameEdit | None = None
        self.name = _Name(session, self, scale)
        self.facts = ElidedLabel("", self)
        self.facts.setProperty("dim", True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self.name)
        self._column.addWidget(self.facts)

    def show_concept(self, row: int) -> None:
        """Show a concept; a name being typed for another one is written first."""
        concept = self.session.state.id_of(row)
        if self.editor is not None and self.editor.concept != concept:
            self.editor.write()
        self.row = row
        catalogue, results = self.session.state.catalogue, self.session.state.results
        images, coded = int(catalogue.images[row]), int(results.coded_images)
        self.name.show_concept(row)
        if self.session.state.awaits_photos:
            self.facts.setText(f"no photos yet, level {catalogue.level[row]}, #{row}")
            self.facts.setToolTip("Where it fires is counted when photos are added")
            return
        mean = number_text(float(catalogue.mean[row]))
        share = f"{100 * images / max(1, coded):.2g} %"
        self.facts.setText(
            f"in {images:,} images ({share}), mean {mean}, level {catalogue.level[row]}, #{row}"
        )
        self.facts.setToolTip(
            f"{images:,} of {coded:,} images have at least one active cell\nMean strength = "
            f"{number_text(float(catalogue.total[row]))} / "
            f"{int(catalogue.cells[row]):,} active cells"
        )

    def rename(self) -> None:
        """Edit the name in place."""
        if self.row is None or self.session.state.read_only or self.editor is not None:
            return
        self.editor = NameEdit(self.session, self.row, self)
        self.editor.setFont(self.name.font())
        self.editor.left.connect(self.end_edit)
        self.name.hide()
        self._column.insertWidget(0, self.editor)
        self.editor.show()
        self.editor.setFocus()

    def end_edit(self) -> None:
        """Show the name again."""
        if self.editor is None:
            return
        editor, self.editor = self.editor, None
        had_focus = editor.hasFocus()
        editor.hide()
        editor.deleteLater()
        self.name.show()
        if had_focus:
            self.name.setFocus()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.rename()


class _Name(QWidget):
    """Paints name and status."""

    def __init__(self, session: Session, parent: QWidget, scale: float) -> None:
        super().__init__(parent)
        self.session, self._scale = session, scale
        self._row: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_concept(self, row: int) -> None:
        self._row = row
        name, by_person = self.session.state.name(row)
        self.setAccessibleName(f"Concept {name}, {self._status_words(by_person)}")
        self.setToolTip(f"{name}: {self._status_words(by_person)}. Double click or F2 renames")
        self.update()

    def _status_words(self, by_person: bool) -> str:
        assert self._row is not None
        words = icons.STATUS_WORDS[int(self.session.state.catalogue.status[self._row])]
        if by_person:
            return words
        is_released = self.session.state.results.names_run == RELEASE
        return f"{'name from the release' if is_released else 'machine name'}, {words}"

    def _font(self) -> QFont:
        font = theme.bold(self.font())
        font.setPointSizeF(font.pointSizeF() * self._scale)
        return font

    def sizeHint(self) -> QSize:
        return QSize(120, round(self.fontMetrics().height() * self._scale) + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        catalogue = self.session.state.catalogue
        if self._row is None or catalogue is None or self._row >= catalogue.size:
            return
        c, painter = theme.colours(), QPainter(self)
        name, by_person = self.session.state.name(self._row)
        status = int(catalogue.status[self._row])
        words = self._status_words(by_person)
        small = painter.fontMetrics().horizontalAdvance(words) + 34
        font = self._font()
        painter.setFont(font if by_person else theme.italic(font))
        room = self.width() - (small if self.width() > small + 60 else 22)
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(room))
        painter.setPen(c.of("text"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, room + 4, self.height()), middle, text)
        left = painter.fontMetrics().horizontalAdvance(text) + 12
        painter.setFont(self.font())
        icons.paint_status(painter, QRectF(left, 1, 12, self.height()), status)
        painter.setPen(icons.status_colour(status))
        if left + small - 10 <= self.width():
            painter.drawText(QRectF(left + 17, 1, small, self.height()), middle, words)
        if self.hasFocus():
            painter.setPen(c.of("accent"))
            painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()
