"""The concepts that may take part in a stage, as Qt's table model.

Rows name their concepts by id. Knows neither how a row looks nor what ticking does.
"""

import math
from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from insight_app.figures import counted, figure
from insight_app.gui.curation.present_concept import find
from insight_app.gui.qt_types import Index
from insight_app.gui.state.alike import Alike
from insight_app.gui.state.session import Session
from insight_app.gui.state.staging import Staged, StagePlan
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

ALIKE_ROLE = Qt.ItemDataRole.UserRole
"""The Alike of a row."""


class AlikeField(IntEnum):
    """The columns."""

    TICK = 0
    NAME = 1
    STRONGEST = 2
    IMAGES = 3
    LOOK = 4
    TOGETHER = 5


TITLES = ("", "name", "strongest", "images", "look", "together")
STAYS = "stays"
MEANINGS = {
    AlikeField.TICK: "Ticked concepts take part; Space turns the tick",
    AlikeField.NAME: "The name, and under it the next best candidate name",
    AlikeField.STRONGEST: "The strongest places; hover to see the whole photo",
    AlikeField.IMAGES: "Images in which it is active in at least one cell",
    AlikeField.LOOK: "Cosine of what its cells and those of the one that stays decode to, on "
    "average",
    AlikeField.TOGETHER: "Share of the activation of the one that falls on cells where the other "
    "is active too; of both directions the lower",
}


class AlikeModel(QAbstractTableModel):
    """rows: from top to bottom; the one that is compared with first."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.rows: list[Alike] = []
        self.compared_with: ConceptId | None = None
        self.stage: Staged | None = None
        """What is shown as laid out."""
        self._ticked: frozenset[ConceptId] = frozenset()
        self._places: dict[ConceptId, int] = {}

    def set_rows(self, rows: Sequence[Alike], compared_with: "ConceptId | None") -> None:
        """List concepts; the same ones keep their places on the screen."""
        self.compared_with = compared_with
        if [one.concept for one in rows] == [one.concept for one in self.rows]:
            self.rows = list(rows)
            self._all_changed()
            return
        self.beginResetModel()
        self.rows = list(rows)
        self._places = {one.concept: place for place, one in enumerate(self.rows)}
        self.endResetModel()

    def set_stage(self, stage: Staged | None) -> None:
        """Show what is ticked."""
        self.stage = stage
        self._ticked = frozenset() if stage is None else frozenset(stage.ticked)
        self._all_changed()

    def refresh(self, concepts: "Sequence[ConceptId]") -> None:
        """Show that these look different now."""
        for concept in concepts:
            if (place := self._places.get(concept)) is not None:
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(AlikeField) - 1))

    def _all_changed(self) -> None:
        if self.rows:
            last = self.index(len(self.rows) - 1, len(AlikeField) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def place_of(self, concept: "ConceptId | None") -> int | None:
        """Return where a concept stands, None where it is not listed."""
        return None if concept is None else self._places.get(concept)

    def concept_at(self, index: Index) -> "ConceptId | None":
        """Return the concept of a row."""
        return self.rows[index.row()].concept if index.isValid() else None

    def is_ticked(self, concept: "ConceptId") -> bool:
        """Return whether a concept takes part."""
        return concept in self._ticked

    def stays(self, concept: "ConceptId") -> bool:
        """Return whether it is the one that the others are compared with."""
        is_group = self.stage is not None and self.stage.plan is StagePlan.GROUP
        return concept == self.compared_with and not is_group

    # ---- for Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(AlikeField)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(MEANINGS[AlikeField(section)])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight
                if section >= AlikeField.IMAGES
                else Qt.AlignmentFlag.AlignLeft
            )
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        alike = self.rows[index.row()]
        if role == ALIKE_ROLE:
            return alike
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(alike, AlikeField(index.column()))
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == AlikeField.TICK:
            is_on = self.is_ticked(alike.concept)
            return Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(alike, AlikeField(index.column()))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(self._tip(alike, AlikeField(index.column())))
        return None

    def text(self, alike: Alike, field: AlikeField) -> str:
        """Return what is written in a field."""
        concept = find(self.session.state, alike.concept)
        if concept is None:
            return ""
        if field is AlikeField.NAME:
            return concept.name_told_apart
        if field is AlikeField.IMAGES:
            return f"{int(concept.catalogue.images[concept.row]):,}"
        if field is AlikeField.LOOK and self.stays(alike.concept):
            return STAYS
        value = {AlikeField.LOOK: alike.look, AlikeField.TOGETHER: alike.together}.get(
            field, math.nan
        )
        return "" if math.isnan(value) else figure(value)

    def _spoken(self, alike: Alike, field: AlikeField) -> str:
        text = self.text(alike, field)
        if field is not AlikeField.NAME:
            return f"{TITLES[field]} {text}".strip()
        concept = find(self.session.state, alike.concept)
        said = [] if concept is None else [concept.shown.spoken, concept.status_word]
        said.append("ticked" if self.is_ticked(alike.concept) else "not ticked")
        said += [STAYS] if self.stays(alike.concept) else []
        return ", ".join(said)

    def _tip(self, alike: Alike, field: AlikeField) -> str:
        concept = find(self.session.state, alike.concept)
        if concept is None:
            return ""
        if field is AlikeField.IMAGES:
            images = counted(int(concept.catalogue.images[concept.row]), "image")
            return f"{MEANINGS[field]}: {images} of {concept.images_counted}"
        if field in (AlikeField.LOOK, AlikeField.TOGETHER) and self.stays(alike.concept):
            return "The others are compared with it, and go into it"
        if field in (AlikeField.LOOK, AlikeField.TOGETHER):
            said = f"{MEANINGS[field]}: {self.text(alike, field) or 'not known'}"
            rows = f"Cosine of the decoder's rows: {figure(alike.cosine)}"
            return said if field is AlikeField.TOGETHER else f"{said}\n{rows}"
        return "\n".join(part for part in (concept.introduction, alike.why) if part)
