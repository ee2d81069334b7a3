"""The other names of a concept as small buttons, and a field for more: `Vogel @de`.

A name may have a language, behind it or in a field of its own; several are typed with commas
between them. Owns how they are seen and
typed; what is judged is the session's.
"""

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from insight_app.errors import KnownError
from insight_app.gui import theme
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.widgets import PlainLabel, dim_label
from insight_app.gui.wording import tooltip
from insight_app.gui.wrap_row import WrapRow

if TYPE_CHECKING:
    from insight_app.project.judgements import Alias, ConceptId

ASKS = "Vogel, oiseau @fr"
OF_LANGUAGE = "de"
"""Stands in the field of the language as long as it is empty."""
IN_BRACKETS = re.compile(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\)\s*(?:,|$)")
"""What looks like a language and is a part of the name."""
WIDEST, LEAST, PAD, CROSS = 240, 130, 8, 16
"""Pixels: of a button at most, of a long one where there is no room, at its ends, of its cross."""


class AliasRow(QWidget):
    """section: their heading, with a link that adds one."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.concept: ConceptId | None = None
        self._shown: tuple[Alias, ...] = ()
        self._can_edit = False
        self._keyboard_was: QWidget | None = None
        self.chips: list[AliasChip] = []
        self.field = AliasField(session, self)
        self.field.left.connect(self._end_edit)
        self.field.hide()
        self._row = WrapRow()
        self._row.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 0)
        column.setSpacing(4)
        column.addLayout(self._row)
        column.addWidget(self.field)
        self.section = Section("Aliases", self, parent)
        add = session.actions["concept.alias"]
        self.link = self.section.add_link("Add…", add.toolTip(), add.trigger)

    def show_concept(self, concept: PresentConcept) -> None:
        """Show the aliases of a concept; one being typed for another concept is written first."""
        if self.concept != concept.id:
            self.write()
        self._can_edit = not concept.state.read_only
        self.link.setVisible(self._can_edit)
        found = tuple(concept.catalogue.aliases(concept.row))
        if (concept.id, found) != (self.concept, self._shown):
            self.concept, self._shown = concept.id, found
            self._fill()

    def _fill(self) -> None:
        while self._row.count():
            self._row.takeAt(0)
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = []
        for alias in self._shown:
            chip = AliasChip(alias, self)
            chip.setEnabled(self._can_edit)
            chip.taken_away.connect(self._take_away)
            self.chips.append(chip)
            self._row.addWidget(chip)
            chip.show()
        self.updateGeometry()

    def add(self) -> None:
        """Put the keyboard into a field for one more."""
        if self.concept is None or not self._can_edit:
            return
        if not self.field.isVisible():
            self._keyboard_was = QApplication.focusWidget()
        self.field.begin(self.concept)
        self.field.show()
        self.field.setFocus()

    def write(self) -> None:
        """Judge what is being typed."""
        self.field.write()

    def _take_away(self, alias: "Alias") -> None:
        if self.concept is not None:
            self.session.naming.remove_alias(self.concept, alias)

    def _end_edit(self) -> None:
        had_focus = self.field.has_keyboard()
        self.field.hide()
        before, self._keyboard_was = self._keyboard_was, None
        if had_focus and before is not None and isValid(before) and before.isVisible():
            before.setFocus()


class AliasField(QWidget):
    """Enter adds what was typed, and so does leaving both fields; Escape adds nothing.

    The second field, one Tab further, is the language of all that have none of their own.
    """

    left = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self._concept: ConceptId | None = None
        self.text = _Part(self, "Another name", ASKS)
        self.language = _Part(self, "Its language", OF_LANGUAGE)
        self.hint = dim_label("", self)
        self.hint.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.text, 1)
        row.addWidget(PlainLabel("@", self))
        row.addWidget(self.language)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.hint)
        self.setFocusProxy(self.text)
        self.text.textChanged.connect(lambda _text: self._tell())
        self.language.textChanged.connect(lambda _text: self._tell())
        theme.follow(self._measure)

    def _measure(self) -> None:
        self.language.setFixedWidth(self.fontMetrics().horizontalAdvance("sr-Latn-RS") + 16)

    def begin(self, concept: "ConceptId") -> None:
        """Take another name of a concept."""
        if self._concept is None:
            self._concept = concept
            self.text.clear()
            self.language.clear()
            self._tell()
            self.session.editors.opened(self)

    def _tell(self) -> None:
        """Say which language a name without one counts as, and what looks like one and is none."""
        found = IN_BRACKETS.search(self.text.text())
        if found is not None:
            self.hint.setText(f"({found[1]}) is a part of the name; as a language: @{found[1]}")
            return
        project = self.session.state.project
        usual = "" if project is None else project.judgements.state.language
        self.hint.setText(
            ""
            if self.language.text().strip()
            else f"Without a language it counts as {usual or 'en'}"
        )

    def write(self) -> None:
        """Judge what was typed and end; what cannot be read is said, and stays typed."""
        from insight_app.project.judgements import Alias
        from insight_app.project.judgements.names.normalizing import variants
        from insight_app.project.judgements.targets import is_language

        if self._concept is None:
            return
        language = self.language.text().strip().removeprefix("@")
        try:
            found = variants(self.text.text())
        except KnownError as error:
            self.session.messages.say(error.what)
            return
        if language and not is_language(language):
            self.session.messages.say(
                f"“{language}” is no code of a language, such as de or fr-CA."
            )
            return
        concept = self._concept
        self._end()
        if found:
            aliases = [Alias(one.text, one.language or language) for one in found]
            self.session.naming.add_aliases(concept, aliases)

    def cancel(self) -> None:
        """Add nothing."""
        if self._concept is not None:
            self._end()

    def has_keyboard(self) -> bool:
        """Return whether one of the two fields is typed into."""
        return self.text.hasFocus() or self.language.hasFocus()

    def _end(self) -> None:
        self._concept = None
        self.session.editors.closed(self)
        self.left.emit()


class _Part(QLineEdit):
    """One of the fields of another name."""

    def __init__(self, whole: AliasField, name: str, asks: str) -> None:
        super().__init__(whole)
        self._whole = whole
        self.setAccessibleName(name)
        self.setPlaceholderText(asks)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._whole.write()
        elif event.key() == Qt.Key.Key_Escape:
            self._whole.cancel()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        reason = Qt.FocusReason
        stays = event.reason() in (reason.PopupFocusReason, reason.ActiveWindowFocusReason)
        # Where the keyboard goes is known only when it is there.
        if not stays:
            QTimer.singleShot(0, self._whole, self._leave)

    def _leave(self) -> None:
        if not self._whole.has_keyboard():
            self._whole.write()


class AliasChip(QAbstractButton):
    """One alias; its cross, or Delete, takes it away."""

    taken_away = Signal(object)

    def __init__(self, alias: "Alias", parent: QWidget) -> None:
        super().__init__(parent)
        self.alias = alias
        language = f", {alias.language}" if alias.language else ""
        # No text of a button: an & in it would be a key that presses it.
        self._name = shown_name(alias.text)
        self.setAccessibleName(f"Alias {self._name}{language}")
        self.setToolTip(tooltip(f"{self._name}{language}. Delete or the cross takes it away"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self._name) + 2 * PAD + CROSS
        if self.alias.language:
            width += metrics.horizontalAdvance(f"@{self.alias.language}") + PAD
        return QSize(min(width, WIDEST), metrics.height() + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(LEAST, self.sizeHint().width()), self.sizeHint().height())

    def _cross(self) -> QRectF:
        return QRectF(self.width() - CROSS - PAD / 2, 0, CROSS, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        c, painter = theme.colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(c.of("accent" if self.hasFocus() else "line"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        middle, room = Qt.AlignmentFlag.AlignVCenter, QRectF(self.rect()).adjusted(PAD, 0, 0, 0)
        room.setRight(self._cross().left() - 2)
        painter.setPen(c.of("dim"))
        painter.drawText(self._cross(), Qt.AlignmentFlag.AlignCenter, "×")
        if language := self.alias.language:
            told = f"@{language}"
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, told)
            room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(told) - PAD)
        painter.setPen(c.of("text"))
        fits = painter.fontMetrics().elidedText(
            self._name, Qt.TextElideMode.ElideRight, int(room.width()) + 1
        )
        painter.drawText(room, middle, fits)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.isEnabled() and self._cross().contains(event.position()):
            self.taken_away.emit(self.alias)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.taken_away.emit(self.alias)
        else:
            super().keyPressEvent(event)
