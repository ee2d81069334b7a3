"""The review: one concept at a time, its name large, its examples in bands of strength.

The queue says which concept comes; judging and going on are the session's.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from insight_app.figures import figure, percent
from insight_app.gui import theme
from insight_app.gui.curation.concept_keys import ConceptVerbs, keys_of
from insight_app.gui.curation.example_band import ExampleBand
from insight_app.gui.curation.facts.title import ConceptTitle
from insight_app.gui.curation.judge_buttons import AdvanceSwitch, JudgeButtons
from insight_app.gui.curation.present_concept import PresentConcept, Version, find, selected
from insight_app.gui.curation.several import SeveralCard
from insight_app.gui.curation.surroundings import SurroundingsButton
from insight_app.gui.panel import Panel
from insight_app.gui.state.curation import COMING
from insight_app.gui.state.jobs import BACKGROUND
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import (
    EmptyState,
    KeyButton,
    LinkLabel,
    base_widget,
    scrolled,
    thin_line,
)
from insight_app.project.results.examples import ALL

if TYPE_CHECKING:
    from insight_app.project.results.records import Example

BANDS = {
    ALL: "All examples",
    "strongest": "Strongest",
    "middle": "Middle",
    "threshold": "Just above the threshold",
    "random": "Random",
}
ROW = 6
"""Examples of a band at first, and so many more each time."""
CHOOSE = "Choose a concept in the queue to review it here."
LINKS = 6
"""Relatives named on either side."""


class ReviewPanel(Panel):
    """One concept, and whether its name is right."""

    title = "Review"
    object_name = "review"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: Version | None = None
        self.progress = JudgedShare(self)
        self.body.addWidget(self.progress)
        self.empty = EmptyState(COMING, self)
        inside = base_widget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(20, 12, 20, 12)
        column.setSpacing(10)
        self.head = ConceptTitle(session, inside, scale=1.9)
        self.relatives = LinkLabel(inside)
        self.relatives.setWordWrap(True)
        self.relatives.linkActivated.connect(self._follow_link)
        column.addWidget(self.head)
        column.addWidget(self.relatives)
        self.bands: dict[str, ExampleBand] = {}
        for band, words in BANDS.items():
            self.bands[band] = ExampleBand(session, words, inside)
            column.addWidget(self.bands[band])
        self.no_photos = EmptyState(
            "No photos in this project yet. With photos, places where the concept fires appear "
            "here; its name and relations can be judged already.",
            inside,
        )
        self.no_photos.add_action(session.actions, "analysis.add")
        column.addWidget(self.no_photos)
        column.addStretch(1)
        self.area = scrolled(inside, self)
        self.body.addWidget(self.area, 1)
        self.several = SeveralCard(session, self)
        self.several_area = scrolled(self.several, self)
        self.body.addWidget(self.several_area, 1)
        self.body.addWidget(self.empty, 1)
        session.actions.add(
            "review.more", "&More examples", "M", self.more, context="Review", panel=self,
            icon="plus", tip="More examples of the band that was looked at last",
        )  # fmt: skip
        self.header.add(KeyButton(session.actions, "review.more", "More", flat=True, parent=self))
        self.header.add(SurroundingsButton(session, self))
        self.footer = QWidget(self)
        below = QVBoxLayout(self.footer)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(thin_line(self.footer))
        line = QHBoxLayout()
        line.setContentsMargins(20, 8, 12, 8)
        self.buttons = JudgeButtons(session, self.footer)
        line.addWidget(self.buttons)
        for id, text in (
            ("concept.previous", "Previous"),
            ("concept.next", "Next"),
        ):
            self.buttons.add(KeyButton(session.actions, id, text, flat=True, parent=self.footer))
        self.buttons.add(AdvanceSwitch(session, self.footer))
        below.addLayout(line)
        self.foot.addWidget(self.footer)
        self.current_band = "strongest"
        self._wanted = dict.fromkeys(BANDS, ROW)
        for one in self.bands.values():
            one.grid.installEventFilter(self)
        keys_of(session).register(ConceptVerbs(self, rename=self.head.rename))

    def refresh(self) -> None:
        state, concept = self.session.state, selected(self.session)
        is_too_early = state.catalogue is None or state.awaits_first_codes
        shown = concept is not None and not is_too_early
        are_several = len(self.session.selection.rows) > 1 and not is_too_early
        self.area.setVisible(shown and not are_several)
        self.several_area.setVisible(are_several)
        self.footer.setVisible(shown and not are_several)
        self.empty.setVisible(not shown)
        self.empty.set_text(COMING if is_too_early else CHOOSE)
        share = 0.0 if state.catalogue is None else state.catalogue.reviewed_share()
        self.progress.set_share(share)
        of = "of the concepts" if state.awaits_photos else "of activation"
        self.set_info(f"{percent(share)} {of} judged" if shown else "")
        self.no_photos.setVisible(shown and state.awaits_photos)
        if are_several:
            self.several.show_selected()
        if concept is None or not shown or are_several:
            self._shown = None
            return
        self.head.show_concept(concept)
        self._show_relatives(concept)
        if concept.version != self._shown:
            if self._shown is None or self._shown[1] != concept.id:
                self.area.verticalScrollBar().setValue(0)
            self._shown = concept.version
            self.current_band = "strongest"
            self._wanted = dict.fromkeys(BANDS, ROW)
            self._load(concept)
            self._fetch_ahead(concept)

    def _load(self, concept: PresentConcept) -> None:
        """Read the examples of all bands together: no place stands in two of them."""
        if not concept.is_counted:
            self._show_examples(concept.version, 0, {})
            return
        images = int(concept.catalogue.images[concept.row])
        self.session.jobs.run(
            partial(concept.reader.bands, dict(self._wanted)),
            done=partial(self._show_examples, concept.version, images),
            key="bands",
        )

    def _show_examples(
        self,
        version: "Version",
        images: int,
        found: "Mapping[str, Sequence[Example]]",
    ) -> None:
        if version == self._shown:
            for name, band in self.bands.items():
                band.show_examples(found.get(name, ()), images)

    def _fetch_ahead(self, concept: PresentConcept) -> None:
        """Load the next concept's strongest cut-outs, so that they are there when it comes."""
        following = find(concept.state, self.session.lists.following(concept.id))
        if following is not None and following.is_counted:
            self.session.jobs.run(
                partial(following.reader.examples, "strongest", ROW),
                done=self._fetch_cutouts,
                key="ahead",
                priority=BACKGROUND,
            )

    def _fetch_cutouts(self, examples: "Sequence[Example]") -> None:
        for example in examples:
            self.bands["strongest"].grid.picture(example)

    def _show_relatives(self, concept: PresentConcept) -> None:
        catalogue, row = concept.catalogue, concept.row
        children = [(edge.child, edge.strength) for edge in catalogue.children(row)]
        groups = (
            ("under", [(edge.parent, edge.strength) for edge in catalogue.parents(row)]),
            ("above", sorted(children, key=lambda child: -child[1])),
        )
        parts = []
        for word, relatives in groups:
            links = [_link(concept.state, *one) for one in relatives[:LINKS]]
            more = f" and {len(relatives) - LINKS} more" if len(relatives) > LINKS else ""
            if links:
                parts.append(f"{word} {', '.join(links)}{more}")
        self.relatives.setText("&nbsp;&nbsp; ".join(parts))
        self.relatives.setVisible(bool(parts))

    def _follow_link(self, link: str) -> None:
        from insight_app.project.judgements import parse_concept

        concept = parse_concept(link)
        if concept is not None:
            self.session.selection.select(concepts=(concept,))

    def more(self) -> None:
        """Show another row of the band that has the keyboard or was used last."""
        concept = selected(self.session)
        if concept is not None and concept.version == self._shown:
            self._wanted[self.current_band] += ROW
            self._load(concept)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.MouseButtonPress):
            for name, band in self.bands.items():
                if band.grid is watched:
                    self.current_band = name
        return False


class JudgedShare(QWidget):
    """How much of all activation is judged, as a thin line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Share of activation judged")

    def set_share(self, share: float) -> None:
        """Show another share, 0 to 1."""
        self._share = share
        self.setAccessibleDescription(percent(share))
        self.setToolTip(
            f"{percent(share)} of all activation falls on concepts that are judged or hidden"
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        c, painter = theme.colours(), QPainter(self)
        painter.fillRect(self.rect(), c.of("track"))
        painter.fillRect(QRectF(0, 0, self.width() * self._share, self.height()), c.of("accepted"))
        painter.end()


def _link(state: ProjectState, row: int, strength: float) -> str:
    """Return a relative as rich text: its name, upright by a person, italic by the machine."""
    number = f" {figure(strength)}" if strength else ""
    start = f'<a href="{escape(state.id_of(row))}" style="text-decoration:none">'
    return f"{start}{state.shown(row).html}</a>{number}"
