"""What the score of the selected photo for a class is made of: bars that sum to it.

Shows the session's explained photo, rolled up along the hierarchy; another class can stand against
it. Going to a row selects its concept, everywhere.
"""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from insight_app.figures import counted, percent, signed
from insight_app.gui.explain.score_rows import ScorePart, ScoreParts, ScoreRow, score_parts
from insight_app.gui.explain.score_tree import ScoreTree, SumRow
from insight_app.gui.icons import ACCEPTED, REJECTED, UNREVIEWED
from insight_app.gui.panel import Panel
from insight_app.gui.state.explained_photo import ExplainedPhoto
from insight_app.gui.state.lists import OfferedConcepts, neighbour
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, dim_label, thin_line
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Collection

    from insight_app.project.judgements import ConceptId

WAITING = (
    "Once classes are trained or typed, the score of each photo stands here as a sum: what "
    "every concept gives to it, and where."
)
NEXT_TO_NOTHING = 0.01
"""Of what the strongest gives."""
AROUND = 3
"""Cells of a cut-out, across."""


class ScorePanel(Panel):
    """Bars of one photo and one class."""

    title = "What the score is made of"
    object_name = "score"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.parts = ScoreParts()
        self._shown: ExplainedPhoto | None = None
        self._strongest: dict[int, int] = {}
        """The cell of the shown photo in which each of its concepts is strongest."""
        self.tree = ScoreTree(session, self._picture, self)
        self.tree.row_chosen.connect(
            lambda row: session.explaining.look_at(row.part is ScorePart.ITSELF)
        )
        self.sum = SumRow(self.tree, self)
        self.notes = dim_label("", self)
        self.notes.setWordWrap(True)
        self.notes.setContentsMargins(12, 2, 12, 4)
        self.versus = QCheckBox("and not", self)
        self.versus.setToolTip("Why this class and not another one: what each concept gives more")
        self.versus.toggled.connect(self._turn_against)
        self.other = QComboBox(self)
        self.other.setAccessibleName("The class that it is compared with")
        self.other.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.other.setMinimumContentsLength(10)
        self.other.activated.connect(self._choose_against)
        self.header.add(self.versus)
        self.header.add(self.other)
        self.empty = EmptyState(WAITING, self)
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(self.empty, 1)
        self.foot.addWidget(thin_line(self))
        self.foot.addWidget(self.sum)
        self.foot.addWidget(self.notes)
        self.setFocusProxy(self.tree)
        explaining = session.explaining
        explaining.explained_changed.connect(self.invalidate)
        explaining.changed.connect(self.invalidate)
        session.what_if.changed.connect(self._tell_again)
        session.pictures.ready.connect(lambda _key: self.tree.viewport().update())
        session.lists.offer(
            OfferedConcepts(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                self.tree.concepts,
                self._neighbour,
                chooses_first=False,
            )
        )

    # ---- what is shown

    def refresh(self) -> None:
        session, explaining = self.session, self.session.explaining
        explaining.want()
        shown, catalogue = explaining.explained, session.state.catalogue
        is_shown = shown is not None and catalogue is not None
        for widget in (self.tree, self.sum, self.notes):
            widget.setVisible(is_shown)
        self.empty.setVisible(not is_shown)
        self._show_classes()
        if shown is None or catalogue is None:
            self._shown, self.parts = None, ScoreParts()
            self.empty.set_text(explaining.why_not_explained or WAITING)
            self.set_info("")
            return
        if shown is self._shown and self.reasons <= {"selection"}:
            self.tree.follow_selection()
            return
        is_other, self._shown = shown is not self._shown, shown
        self._strongest = _strongest_cells(shown)
        values = shown.values
        self.parts = score_parts(catalogue, values.concepts, shown.contributions, shown.bias)
        self.tree.show_parts(self.parts)
        self._show_sum(shown)
        if is_other:
            self._select_what_speaks()

    def _show_classes(self) -> None:
        explaining = self.session.explaining
        names, wanted, against = explaining.classes, explaining.wanted, explaining.against
        self.versus.setVisible(len(names) > 1)
        self.other.setVisible(against is not None)
        with QSignalBlocker(self.versus), QSignalBlocker(self.other):
            self.versus.setChecked(against is not None)
            if wanted is not None:
                self.versus.setText(f"why {_short(names[wanted])} and not")
            if [self.other.itemText(n) for n in range(self.other.count())] != list(names):
                self.other.clear()
                self.other.addItems([visible(name) for name in names])
            if against is not None:
                self.other.setCurrentIndex(against)
        if against is None and wanted is not None and len(names) > 1:
            self.versus.setText("and not…")

    def _show_sum(self, shown: ExplainedPhoto) -> None:
        names = shown.classifier.classes
        wanted = visible(names[shown.wanted])
        if shown.against is None:
            text = f"score for {wanted}"
        else:
            text = f"lead of {wanted} over {visible(names[shown.against])}"
        self.sum.show_sum(text, shown.score)
        word = "score" if shown.against is None else "lead"
        own, decision = self.session.explaining.own_class, shown.decision
        decided = f"decided {visible(names[decision])}"
        if own is not None and own != decision:
            decided += f", labelled {visible(names[own])}"
        told = f"{decided} · {word} {signed(shown.score)}"
        if decision != shown.wanted and shown.against is None:
            of_decided = signed(float(shown.scores[decision]))
            told = f"{wanted} {signed(shown.score)} · {decided} {of_decided}"
        if not self.session.what_if.draft.is_empty:
            told = f"as trained: {told}"
        self.set_info(
            told,
            f"{text}: {signed(shown.score)}\nThe sum of what its "
            f"{counted(self.parts.counted, 'concept')} give, and of the bias where there is one.\n"
            f"{decided}, by a classifier that was not trained on this photo"
            if own is not None
            else f"{decided}, by the mean of all classifiers: the photo has no label",
        )
        notes = _notes(self.session.state, shown)
        self.notes.setText(notes)
        self.notes.setToolTip(tooltip(notes))

    def _tell_again(self) -> None:
        """Say that the score is the one as trained, while What if shows another."""
        if self._shown is not None and self.isVisible():
            self._show_sum(self._shown)

    def _picture(self, row: int, side: int) -> QPixmap | None:
        shown, cell = self._shown, self._strongest.get(row)
        if shown is None or cell is None:
            return None
        return self.session.pictures.cutout(shown.photo.image_id, cell, side, AROUND)

    def _select_what_speaks(self) -> None:
        """Select what gives most, where what is selected gives next to nothing to this score.

        Only when another photo or class is turned to; what a person chose stays while it speaks.
        """
        selection, rows = self.session.selection, self.parts.rows
        first = next((one for one in rows if one.part is ScorePart.CONCEPT and one.total), None)
        if first is None or len(selection.rows) > 1 or not self.isVisible():
            return
        place = None if selection.row is None else self.parts.places.get(selection.row)
        speaks = place is not None and abs(place.total) >= NEXT_TO_NOTHING * abs(first.total)
        if not speaks or selection.is_given:
            self.session.explaining.look_at(is_itself=False)
            selection.give(self.session.state.ids_of((first.row,)))

    # ---- what can be done

    def _turn_against(self, is_on: bool) -> None:
        explaining, shown = self.session.explaining, self._shown
        if not is_on or shown is None:
            explaining.choose_against(None)
            return
        scores = shown.scores.copy()
        scores[shown.wanted] = -np.inf
        explaining.choose_against(int(scores.argmax()))

    def _choose_against(self, index: int) -> None:
        explaining = self.session.explaining
        explaining.choose_against(None if index == explaining.wanted else index)

    def _neighbour(
        self, concept: "ConceptId | None", by: int, leaving: "Collection[ConceptId]"
    ) -> "ConceptId | None":
        concepts = self.tree.concepts()
        place = concepts.index(concept) if concept in concepts else None
        return neighbour(concepts, place, by, leaving)

    def shown_row(self, row: int) -> ScoreRow | None:
        """Return the row at which a concept counts, None where it gives nothing here."""
        return self.parts.places.get(row)


def _short(name: str) -> str:
    shown = visible(name)
    return shown if len(shown) <= 18 else f"{shown[:17]}…"


def _strongest_cells(shown: ExplainedPhoto) -> dict[int, int]:
    """Return the cell in which each active concept is strongest, the first of equal ones."""
    codes = shown.codes
    order = np.lexsort((codes.rows, -codes.values.astype(np.float32), codes.indices))
    concepts, first = np.unique(codes.indices[order], return_index=True)
    return dict(zip(concepts.tolist(), codes.rows[order][first].tolist(), strict=True))


def _notes(state: ProjectState, shown: ExplainedPhoto) -> str:
    """Return what rests on judged concepts, and what of the photo no concept explains."""
    catalogue, sizes = state.catalogue, np.abs(shown.contributions)
    notes = []
    if catalogue is not None and sizes.sum() > 0:
        holders = catalogue.merged_into[shown.values.concepts]
        rows = np.where(holders < 0, shown.values.concepts, holders)
        status, hidden = catalogue.status[rows], catalogue.hidden[rows]
        whole = float(sizes.sum())
        accepted = float(sizes[(status == ACCEPTED) & ~hidden].sum()) / whole
        doubted = float(sizes[(status == REJECTED) | hidden].sum()) / whole
        open_ = float(sizes[(status == UNREVIEWED) & ~hidden].sum()) / whole
        resting = [f"accepted concepts {percent(accepted)}", f"unreviewed {percent(open_)}"]
        if doubted:
            resting.append(f"rejected or junk {percent(doubted)}")
        notes.append(f"Rests on {', '.join(resting)}")
    unexplained = shown.photo.unexplained
    if unexplained.size:
        share = float(unexplained.mean())
        notes.append(f"{percent(share)} of the photo not explained by any concept")
    return "  ·  ".join(notes)
