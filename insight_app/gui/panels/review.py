"""The review: one concept at a time, its name large, its examples in bands of strength.

The queue says which concept comes; judging and going on are the session's.
"""

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.curation.concept_keys import Server, keys_of
from insight_app.gui.curation.concept_title import ConceptTitle
from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.judge_buttons import AdvanceSwitch, JudgeButtons
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, KeyButton, thin_line
from insight_app.gui.wording import number_text

BANDS = {
    "strongest": "Strongest",
    "middle": "Middle",
    "threshold": "Just above the threshold",
    "random": "Random",
}
COLUMNS = 6


class ReviewPanel(Panel):
    """Is this the right name?"""

    title = "Review"
    object_name = "review"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown_of: Any = None
        self.progress = ProgressLine(self)
        self.body.addWidget(self.progress)
        self.empty = EmptyState("Choose a concept in the queue to review it here.", self)
        inside = QWidget(self)
        inside.setProperty("base", True)
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inside)
        column.setContentsMargins(20, 12, 20, 12)
        column.setSpacing(10)
        self.head = ConceptTitle(session, inside, scale=1.9)
        self.relations = QLabel(inside)
        self.relations.setWordWrap(True)
        self.relations.linkActivated.connect(self._follow_link)
        flag = Qt.TextInteractionFlag
        self.relations.setTextInteractionFlags(
            flag.LinksAccessibleByMouse | flag.LinksAccessibleByKeyboard
        )
        column.addWidget(self.head)
        column.addWidget(self.relations)
        self.bands: dict[str, Band] = {}
        for band, words in BANDS.items():
            self.bands[band] = Band(session, band, words, inside)
            column.addWidget(self.bands[band])
        self.no_photos = EmptyState(
            "No photos in this project yet. With photos, places where the concept fires appear "
            "here; its name and relations can be judged already.",
            inside,
        )
        self.no_photos.add_action(session.actions, "analysis.add")
        column.addWidget(self.no_photos)
        column.addStretch(1)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self.body.addWidget(self.area, 1)
        self.body.addWidget(self.empty, 1)
        session.actions.add(
            "review.more", "&More examples", "M", self.more, context="Review", panel=self,
            icon="plus", tip="More examples of the band that was looked at last",
        )  # fmt: skip
        self.footer = QWidget(self)
        below = QVBoxLayout(self.footer)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(thin_line(self.footer))
        line = QHBoxLayout()
        line.setContentsMargins(20, 8, 12, 8)
        self.buttons = JudgeButtons(session, self.footer)
        line.addWidget(self.buttons, 1)
        for id, text in (
            ("concept.previous", "Previous"),
            ("concept.next", "Next"),
            ("review.more", "More"),
        ):
            line.addWidget(KeyButton(session.actions, id, text, flat=True, parent=self.footer))
        line.addWidget(AdvanceSwitch(session, self.footer))
        below.addLayout(line)
        self.body.addWidget(self.footer)
        self.current_band = "strongest"
        for one in self.bands.values():
            one.grid.installEventFilter(self)
        keys_of(session).register(Server(self, rename=self.head.rename))

    def refresh(self) -> None:
        session, row = self.session, self.session.selection.row
        shown = (
            row is not None
            and session.state.catalogue is not None
            and row < session.state.catalogue.size
        )
        self.area.setVisible(shown)
        self.footer.setVisible(shown)
        self.empty.setVisible(not shown)
        share = (
            session.state.catalogue.reviewed_share() if session.state.catalogue is not None else 0.0
        )
        self.progress.set_share(share)
        of = "of the concepts" if session.state.awaits_photos else "of activation"
        self.set_info(f"{100 * share:.3g} % {of} judged" if shown else "")
        self.no_photos.setVisible(shown and session.state.awaits_photos)
        if not shown:
            self._shown_of = None
            return
        assert row is not None
        self.head.show_concept(row)
        self._show_relations(row)
        wanted = (session.state.results, row)
        if wanted != self._shown_of:
            if self._shown_of is None or self._shown_of[1] != row:
                self.area.verticalScrollBar().setValue(0)
            self._shown_of = wanted
            self.current_band = "strongest"
            for band in self.bands.values():
                band.show_concept(row)
            self._fetch_ahead(row)

    def _fetch_ahead(self, row: int) -> None:
        """Load the next concept's strongest cut-outs, so that they are there when it comes."""
        state = self.session.state
        concept, results = self.session.lists.following(state.id_of(row)), state.results
        following = None if concept is None else state.row_of(concept)
        if following is None or following >= results.F:
            return
        side = self.bands["strongest"].grid.cell_side

        def load(found: Any) -> None:
            for example in found:
                self.session.pictures.cutout(example.image_id, example.cell, side)

        self.session.jobs.run(
            partial(results.examples, following, "strongest", COLUMNS),
            done=load,
            key="ahead",
            priority=-1,
        )

    def _show_relations(self, row: int) -> None:
        catalogue, id_of = self.session.state.catalogue, self.session.state.id_of
        colour = theme.colours().accent
        parts = []
        for word, edges, end in (
            ("under", catalogue.parents(row), "parent"),
            ("above", catalogue.children(row), "child"),
        ):
            links = [
                f'<a href="{id_of(getattr(edge, end))}" '
                f'style="color:{colour};text-decoration:none">'
                f"{_marked(*self.session.state.name(getattr(edge, end)))}</a>"
                + (f" {edge.strength:.2f}" if edge.strength else "")
                for edge in edges[:6]
            ]
            more = f" and {len(edges) - 6} more" if len(edges) > 6 else ""
            if links:
                parts.append(f"{word} {', '.join(links)}{more}")
        self.relations.setText("&nbsp;&nbsp; ".join(parts))
        self.relations.setVisible(bool(parts))

    def _follow_link(self, link: str) -> None:
        from insight_app.project.judgements import ConceptId

        self.session.selection.select(concepts=(ConceptId(link),))

    def more(self) -> None:
        """Another row of the band that has the keyboard or was used last."""
        self.bands[self.current_band].more()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.MouseButtonPress):
            for name, band in self.bands.items():
                if band.grid is watched:
                    self.current_band = name
        return False


class Band(QWidget):
    """A row of examples under its heading; more() adds a row."""

    def __init__(self, session: Session, band: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.session, self.band, self.words = session, band, words
        self.row: int | None = None
        self._wanted = COLUMNS
        self.heading = QLabel(self)
        self.heading.setTextFormat(Qt.TextFormat.RichText)
        self.grid = CutoutGrid(session, self, columns=COLUMNS)
        self.grid.setAccessibleName(words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(self.grid)

    def show_concept(self, row: int) -> None:
        self.row, self._wanted = row, COLUMNS
        self._load()

    def more(self) -> None:
        self._wanted += COLUMNS
        self._load()

    def _load(self) -> None:
        results, row, wanted = self.session.state.results, self.row, self._wanted
        if row is None or row >= results.F:
            self._show(row, [])
            return
        self.session.jobs.run(
            partial(results.examples, row, self.band, wanted),
            done=lambda found: self._show(row, found), key=("band", self.band),
        )  # fmt: skip

    def _show(self, row: int | None, found: Any) -> None:
        if row != self.row:
            return
        self.setVisible(bool(found))
        self.grid.show_examples(found)
        if not found:
            return
        values = [example.value for example in found]
        numbers = f"{number_text(min(values))} to {number_text(max(values))}"
        images = int(self.session.state.catalogue.images[row])
        dim = theme.colours().dim
        self.heading.setText(
            f'{self.words} <span style="color:{dim}">{numbers}, '
            f"{len(found)} of {images:,} images</span>"
        )


class ProgressLine(QWidget):
    """How much of all activation is judged, as a thin line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Share of activation judged")

    def set_share(self, share: float) -> None:
        self._share = share
        self.setAccessibleDescription(f"{100 * share:.3g} %")
        self.setToolTip(
            f"{100 * share:.3g} % of all activation falls on concepts that are judged or hidden"
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        c, painter = theme.colours(), QPainter(self)
        painter.fillRect(self.rect(), c.of("track"))
        painter.fillRect(QRectF(0, 0, self.width() * self._share, self.height()), c.of("accepted"))
        painter.end()


def _marked(name: str, by_person: bool) -> str:
    """A name as rich text: upright by a person, italic by the machine."""
    return _escape(name) if by_person else f"<i>{_escape(name)}</i>"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
