"""The relation that is looked at as a sentence, its status, its figures, and what the machine says.

The names are links to their concepts. What a person said is upright, what the machine, italic.
"""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from insight_app.figures import counted, figure, percent
from insight_app.gui import icons, theme
from insight_app.gui.curation.relation_words import WHAT_IS_R, explanation, of_whom
from insight_app.gui.relations.edge_evidence import KnownOfEdge
from insight_app.gui.state.present_relation import KINDS, VERBS, PresentRelation
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import LinkLabel, dim_label
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.similarity.kinds import KindProposal

SCALE = 1.35
"""How much larger than the interface's text the sentence is."""


class EdgeTitle(QWidget):
    """Sentence and status, figures, and the machine's proposal of a kind."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self._shown: tuple[PresentRelation, KnownOfEdge | None] | None = None
        self.sentence = LinkLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.sentence.linkActivated.connect(self._follow)
        self.status = _Status(self)
        self.figures = dim_label("", self)
        self.figures.setWordWrap(True)
        self.proposal = dim_label("", self)
        self.proposal.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.sentence, 1)
        line.addWidget(self.status)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.figures)
        column.addWidget(self.proposal)
        theme.follow(self._show_again)

    def _show_again(self) -> None:
        """Take the colours of another theme."""
        if self._shown is not None:
            self.show_relation(*self._shown)

    def show_relation(self, relation: PresentRelation, known: KnownOfEdge | None) -> None:
        """Show a relation; known: what was read of it so far."""
        self._shown = relation, known
        proposal = None if known is None else known.proposal
        points = self.font().pointSizeF() * SCALE
        self.sentence.setText(_sentence(relation, taken_as(relation, proposal), points))
        self.sentence.setAccessibleName(f"{relation.sentence()}, {relation.status_word}")
        self.status.show_status(relation.status, _standing(relation))
        text, tip = _figures(relation, known)
        self.figures.setText(text)
        self.figures.setToolTip(tooltip(tip))
        words = proposal_words(relation, proposal)
        self.proposal.setText(words)
        self.proposal.setVisible(bool(words))

    def _follow(self, link: str) -> None:
        from insight_app.project.judgements import parse_concept

        if (concept := parse_concept(link)) is not None:
            self.session.selection.select(concepts=(concept,), relations=())


def taken_as(relation: PresentRelation, proposal: "KindProposal | None") -> str:
    """Return the kind that a relation is shown as, '' for none: accepting says that it is one.

    What a person said; else what the machine proposes of a relation as it stands: not that it is
    none at all, or the reverse of one.
    """
    if relation.kind or proposal is None or proposal.is_reversed or proposal.kind == "related":
        return relation.kind
    return proposal.kind or ""


def turned_as(relation: PresentRelation, proposal: "KindProposal | None") -> str:
    """Return of which kind the machine proposes the reverse to be; '' where it does not."""
    if relation.kind or proposal is None or not proposal.is_reversed:
        return ""
    return proposal.kind or ""


def proposal_words(relation: PresentRelation, proposal: "KindProposal | None") -> str:
    """Return what the machine proposes and why; '' where it has nothing to say."""
    if proposal is None or proposal.kind is None:
        return ""
    what = KINDS[proposal.kind]
    if proposal.is_reversed:
        names = map(relation.state.name_told_apart, (relation.parent, relation.child))
        what = f"the reverse, {f' {VERBS[proposal.kind]} '.join(names)}"
    return f"The machine proposes: {what}. {proposal.reason}"


def _sentence(relation: PresentRelation, kind: str, points: float) -> str:
    """Return child, verb and parent as rich text; the verb is italic where it is proposed."""
    verb = escape(VERBS[kind])
    by_machine = kind != relation.kind or not (relation.kind or relation.status)
    verb = f"<i>{verb}</i>" if by_machine else verb
    child, parent = (_link(relation.state, row) for row in (relation.child, relation.parent))
    dim = theme.colours().dim
    return (
        f'<span style="font-size:{points:.1f}pt">{child} <span style="color:{dim}">{verb}</span> '
        f"{parent}</span>"
    )


def _link(state: ProjectState, row: int) -> str:
    text = theme.colours().text
    style = f"text-decoration:none; color:{text}; font-weight:600"
    return f'<a href="{escape(state.id_of(row))}" style="{style}">{state.shown(row).html}</a>'


def _standing(relation: PresentRelation) -> str:
    """Return what was judged of it, and where it is not in force, why."""
    edge = relation.edge
    if edge is not None and edge.is_gone:
        return f"{relation.status_word}, not proposed any more"
    if edge is not None:
        return relation.status_word
    measured = relation.measured
    return "implied by others" if measured is not None and measured.implied else "not proposed"


def _figures(relation: PresentRelation, known: KnownOfEdge | None) -> tuple[str, str]:
    """Return strengths, interval, support and silent share in a line, and what they are."""
    measured, edge = relation.measured, relation.edge
    is_of_merged = edge is not None and edge.measured_on is not None
    found = (None if is_of_merged else measured) if known is None else known.evidence
    if found is None:
        return "Counting the cells where the two fire…", ""
    forward, back, interval = found.strength, found.reverse_strength, found.interval
    silent, why = found.silent, found.why_no_interval
    if known is not None:
        cells, images = known.evidence.both.cells, known.evidence.both.images or 0
    else:
        cells, images = (0, 0) if measured is None else (measured.cells, measured.images)
    ends = f" [{figure(interval[0])}, {figure(interval[1])}]" if interval else ""
    where = f" in {counted(images, 'image')}" if images else ""
    parts = [f"{figure(forward)} forward{ends}"]
    parts += [f"{figure(back)} back"] if back is not None else []
    parts += [f"{counted(cells, 'cell')}{where}"]
    parts += [f"silent {percent(silent)}"] if silent is not None else []
    if known is not None and measured is not None and measured.source == "dictionary":
        own = figure(measured.strength), figure(measured.reverse_strength)
        parts.append(f"in the dictionary {own[0]} forward, {own[1]} back")
    lines = [
        f"forward: {WHAT_IS_R}",
        "back: the same from the parent to the child",
        "[low, high]: 95 % interval of forward over the images with the child"
        if interval
        else f"no interval: {why}",
        "cells: where both are active",
        "silent: share of the child's active cells where the parent is not active",
    ]
    if measured is not None:
        where = "in the dictionary" if measured.source == "dictionary" else "in the analysis"
        whom = f" {of_whom(edge)} alone" if edge is not None and is_of_merged else ""
        lines += [f"As it was measured {where}{whom}:", explanation(measured)]
    # A figure and its unit stay on one line.
    return ",  ".join(part.replace(" ", "\u00a0") for part in parts), "\n".join(lines)


class _Status(QWidget):
    """The shape of a status and its word."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._status, self._words = 0, ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_status(self, status: int, words: str) -> None:
        """Show another status."""
        self._status, self._words = status, words
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(22 + metrics.horizontalAdvance(self._words), metrics.height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.paint_status(painter, QRectF(0, 0, 14, self.height()), self._status)
        painter.setPen(icons.status_colour(self._status))
        baseline = (self.height() + painter.fontMetrics().ascent()) // 2 - 1
        painter.drawText(20, baseline, self._words)
        painter.end()
