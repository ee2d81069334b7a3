"""The name of the selected concept, large: status, who named it, and renaming in place."""

from html import escape
from math import isnan
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from insight_app.concepts.hsae.summary import RELEASE
from insight_app.concepts.naming.doubt import DOUBTFUL
from insight_app.figures import counted, figure, percent
from insight_app.gui import icons, theme
from insight_app.gui.curation.facts.counting_line import CountingLine
from insight_app.gui.curation.folding import NOTHING_IN_COMMON, explanation
from insight_app.gui.curation.name_edit import NameEdit
from insight_app.gui.curation.present_concept import PresentConcept, find
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import DOUBTFUL_WORD, shown_name
from insight_app.gui.widgets import LinkLabel, dim_label, elided_name
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId


STATUS_ROOM = 28
"""Pixels behind a long name for the shape of its status."""


class ConceptTitle(QWidget):
    """scale: how much larger than the interface's text the name is. A double click renames."""

    def __init__(
        self, session: Session, parent: QWidget | None = None, scale: float = 1.35
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.concept: ConceptId | None = None
        self.editor: NameEdit | None = None
        self._keyboard_was: QWidget | None = None
        """Who gets the keyboard back after renaming."""
        self.name = _Name(self, scale)
        self.facts = dim_label("", self)
        self.facts.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.same = dim_label("", self)
        self.same.setWordWrap(True)
        self.same.hide()
        self._column.addWidget(self.name)
        self._column.addWidget(self.same)
        self._column.addWidget(self.facts)
        self.counting = CountingLine(session, self)
        self._column.addWidget(self.counting)
        self.origin = dim_label("", self)
        self.origin.setWordWrap(True)
        self._column.addWidget(self.origin)
        self.hidden = LinkLabel(self)
        self.hidden.setWordWrap(True)
        self.hidden.linkActivated.connect(lambda _link: session.actions["concept.hide"].trigger())
        self.hidden.hide()
        self._column.addWidget(self.hidden)

    def show_concept(self, concept: PresentConcept) -> None:
        """Show a concept; a name being typed for another one is written first."""
        if self.editor is not None and self.editor.concept != concept.id:
            self.editor.write()
        self.concept = concept.id
        self.name.show_concept(concept)
        text, tip = _counts(concept)
        self.facts.setText(text)
        self.facts.setToolTip(tip)
        self.counting.show_concept(concept)
        text, tip = origin(concept)
        self.origin.setText(text)
        self.origin.setToolTip(tooltip(tip))
        self.origin.setVisible(bool(text))
        if concept.is_hidden:
            entry = self.session.actions.entry("concept.hide")
            keys = f" ({escape(entry.shown_keys())})" if entry.shown_keys() else ""
            can = not concept.state.read_only
            link = f' <a href="show">Show again</a>{keys}' if can else ""
            self.hidden.setText(f"Hidden from lists.{link}")
        self.hidden.setVisible(concept.is_hidden)

    def rename(self) -> None:
        """Edit the name in place."""
        concept = find(self.session.state, self.concept)
        if concept is None or self.session.state.read_only or self.editor is not None:
            return
        self._keyboard_was = QApplication.focusWidget()
        self.editor = NameEdit(self.session, concept, self)
        self.editor.setFont(self.name.font())
        self.editor.left.connect(self.end_edit)
        self.editor.told.connect(self._tell_same)
        self.name.hide()
        self._column.insertWidget(0, self.editor)
        self.editor.show()
        self.editor.setFocus()

    def _tell_same(self, text: str) -> None:
        """Say under the field that others have the name that is typed."""
        self.same.setText(text)
        self.same.setVisible(bool(text))

    def end_edit(self) -> None:
        """Show the name again."""
        self.same.hide()
        if self.editor is None:
            return
        editor, self.editor = self.editor, None
        editor.cancel()  # where it is not over: nothing is written into it once it is gone
        had_focus = editor.hasFocus()
        editor.hide()
        editor.deleteLater()
        self.name.show()
        before, self._keyboard_was = self._keyboard_was, None
        if had_focus:
            is_there = before is not None and isValid(before) and before.isVisible()
            (before if before is not None and is_there else self.name).setFocus()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.rename()


def _counts(concept: PresentConcept) -> tuple[str, str]:
    """Return (how often and how strongly a concept fires, how that was counted)."""
    catalogue, row = concept.catalogue, concept.row
    level = f"level {catalogue.level[row]}" if concept.is_machine else "a person's own"
    address = f"{level}, {catalogue.reference(row)}"
    if concept.state.awaits_photos:
        return f"no photos yet, {address}", "Where it fires is counted when photos are added"
    if concept.state.awaits_first_codes:
        return f"no photo analyzed yet, {address}", "Where it fires is counted as photos come"
    if not concept.is_counted:
        return address, concept.what_it_is
    images, coded = int(catalogue.images[row]), concept.results.coded_images
    share = percent(images / max(1, coded))
    is_part = concept.results.uncoded_images > 0
    where = f"{images:,} of {concept.images_counted}" if is_part else counted(images, "image")
    firing = f"{images:,} of {concept.images_counted} with at least one active cell"
    if not concept.knows_cells:
        return f"in {where} ({share}), {address}", f"{firing}\n{concept.what_it_is}"
    mean, total = (figure(float(values[row])) for values in (catalogue.mean, catalogue.total))
    lines = [
        firing,
        f"Mean strength = {total} / {counted(int(catalogue.cells[row]), 'active cell')}",
        concept.what_it_is,
    ]
    return f"in {where} ({share}), mean {mean}, {address}", "\n".join(filter(None, lines))


def origin(concept: PresentConcept) -> tuple[str, str]:
    """Return (what the machine's name rests on and how sure it is, how that is known)."""
    catalogue, results, row = concept.catalogue, concept.results, concept.row
    parts, tips = [], []
    if source := concept.state.names_from(row):
        own = int(results.name_photos[row])
        parts.append(f"named {source}" if own else f"name {source}")
        if own:
            analyzed = f"Of {results.names_photos:,} analyzed"
            tips.append(f"{analyzed}; the strongest places of this concept lie in these.")
    probability = float(catalogue.probability[row])
    if not isnan(probability):
        parts.append(f"{percent(probability)} likely right")
        tips.append(
            "Probability that the name is right, calibrated on classes that taught it nothing; "
            f"under {percent(DOUBTFUL)} it is doubtful and has a question mark."
        )
    if before := catalogue.name_before(row):
        parts.append(f"was: {shown_name(before)}")
        tips.append("The last naming after your photos changed the machine's name.")
    if not catalogue.in_common[row]:
        parts.append(f"shows {NOTHING_IN_COMMON}")
        clarity = figure(float(catalogue.clarity[row]))
        tips.append(f"{explanation(results)} Here: {clarity}.")
    text = ", ".join(parts)
    return text[:1].upper() + text[1:], "\n".join(tips)


class _Name(QWidget):
    """Paints the name, its status, and who gave it."""

    def __init__(self, parent: QWidget, scale: float) -> None:
        super().__init__(parent)
        self._scale = scale
        self._text = self._words = ""
        self._number, self._status = "", 0
        self._is_italic = self._came_by_key = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_concept(self, concept: PresentConcept) -> None:
        """Show the name of a concept."""
        shown = concept.shown
        self._text, self._is_italic, self._number = shown.text, shown.is_italic, shown.number
        self._status, self._words = concept.status, concept.status_word
        if not concept.by_person:
            is_released = concept.results.names_run == RELEASE
            giver = "name from the release" if is_released else "machine name"
            giver = f"{DOUBTFUL_WORD} {giver}" if shown.is_doubtful else giver
            self._words = f"{giver}, {concept.status_word}"
        if concept.is_hidden:
            self._words = f"hidden, {self._words}"
        told_apart = " ".join(part for part in (shown.plain, shown.number) if part)
        self.setAccessibleName(f"Concept {told_apart}, {self._words}")
        self.setToolTip(tooltip(f"{shown.told_apart}: {self._words}. Double click or F2 renames"))
        self.update()

    def _font(self) -> QFont:
        font = theme.bold(self.font())
        font.setPointSizeF(font.pointSizeF() * self._scale)
        return font

    def sizeHint(self) -> QSize:
        return QSize(120, round(self.fontMetrics().height() * self._scale) + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._text:
            return
        c, painter = theme.colours(), QPainter(self)
        number = f"  {self._number}" if self._number else ""
        told = painter.fontMetrics().horizontalAdvance(number)
        small = painter.fontMetrics().horizontalAdvance(self._words) + told + 34
        painter.setFont(theme.of_name(self._font(), self._is_italic))
        whole = painter.fontMetrics().horizontalAdvance(self._text) + small
        room = self.width() - (small if whole <= self.width() else STATUS_ROOM + told)
        text = elided_name(painter.fontMetrics(), self._text, int(room))
        painter.setPen(c.of("text"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, room + 4, self.height()), middle, text)
        left = painter.fontMetrics().horizontalAdvance(text)
        painter.setFont(self.font())
        painter.setPen(c.of("dim"))
        painter.drawText(QRectF(left, 1, told + 2, self.height()), middle, number)
        left += told + 12
        icons.paint_status(painter, QRectF(left, 1, 12, self.height()), self._status)
        painter.setPen(icons.status_colour(self._status))
        if left + small - 10 <= self.width():
            painter.drawText(QRectF(left + 17, 1, small, self.height()), middle, self._words)
        if self.hasFocus() and self._came_by_key:
            painter.setPen(c.of("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        reason = Qt.FocusReason
        self._came_by_key = event.reason() in (
            reason.TabFocusReason,
            reason.BacktabFocusReason,
            reason.ShortcutFocusReason,
        )
        super().focusInEvent(event)
