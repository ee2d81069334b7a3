"""What the classifier looks for: the concepts of a class, or the classes of a concept.

By weight, for and against, beside what they give in the mean; under it where the selected concept
stands in photos of the class. With another class against it: what tells the two apart.
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from insight_app.figures import counted, signed
from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.present_concept import Version, selected
from insight_app.gui.explain.weight_tree import WeightRow, WeightTree
from insight_app.gui.panel import Panel
from insight_app.gui.state.class_looks import LabelledValues
from insight_app.gui.state.lists import OfferedConcepts, neighbour
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, base_widget, dim_label, thin_line
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.results.records import Example

WAITING = "Once classes are trained or typed, it stands here which concepts speak for each of them."
OF_CLASS, OF_CONCEPT = "of the class", "of the concept"
MOST = 120
"""Rows from either end of a list that is longer."""
LOOKED_AT, SHOWN = 300, 8
"""Strongest examples of a concept among which those of the class are looked for, and so many are
shown."""


class ClassConceptsPanel(Panel):
    """One list, two ways to look at it."""

    title = "What it looks for"
    object_name = "class_concepts"
    follows = frozenset({"project", "results", "curation", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._asked: tuple[Version, int] | None = None
        """The concept and the class whose examples are shown, or being read."""
        self.tree = WeightTree(session, self)
        self.tree.setAccessibleName("What the classifier looks for")
        self.tree.gone_to.connect(self._go)
        self.grid = CutoutGrid(session, self, lines=4)
        self.caption = dim_label("", self)
        self.examples = base_widget(self)
        column = QVBoxLayout(self.examples)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self.grid)
        self.empty = EmptyState(WAITING, self)
        self.line = thin_line(self)
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(self.line)
        self.body.addWidget(self.examples)
        self.body.addWidget(self.empty, 1)
        self.ways = QButtonGroup(self)
        tips = {
            OF_CLASS: "The concepts that speak for and against the class",
            OF_CONCEPT: "The classes that the selected concept speaks for and against",
        }
        for way, tip in tips.items():
            button = QToolButton(self)
            button.setText(way)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setChecked(way == OF_CLASS)
            self.ways.addButton(button)
            self.header.add(button)
        self.ways.buttonClicked.connect(lambda _button: self.invalidate())
        self.setFocusProxy(self.tree)
        session.explaining.chosen.connect(self.invalidate)
        session.explaining.changed.connect(self.invalidate)
        session.labelled.changed.connect(self.invalidate)
        session.lists.offer(
            OfferedConcepts(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                lambda: self.tree.concepts,
                self._neighbour,
                chooses_first=False,
            )
        )

    @property
    def is_of_concept(self) -> bool:
        """Whether classes of a concept are listed."""
        button = self.ways.checkedButton()
        return button is not None and button.text() == OF_CONCEPT

    def refresh(self) -> None:
        session, explaining, labelled = self.session, self.session.explaining, self.session.labelled
        explaining.want()
        labelled.want()
        known, wanted = labelled.known, explaining.wanted
        is_known = known is not None and wanted is not None
        for widget in (self.tree, self.line):
            widget.setVisible(is_known)
        self.empty.setVisible(not is_known)
        if known is None or wanted is None:
            self.set_info("")
            self.examples.hide()
            self.empty.set_text(WAITING if explaining.classification is None else "Reading…")
            if labelled.error is not None:
                self.show_error(labelled.error)
            return
        concept, names = selected(session), known.classification.classes
        if self.is_of_concept:
            machine = None if concept is None else _machine(session.state, concept.row)
            rows = [] if machine is None else class_rows(known, machine)
            self.tree.show_rows("class", rows)
            self.tree.mark(wanted)
            self.set_info("" if concept is None else concept.name_told_apart)
        else:
            rows = concept_rows(session.state, known, wanted, explaining.against)
            self.tree.show_rows("concept", rows)
            self.tree.mark(session.selection.primary)
            against = explaining.against
            other = "" if against is None else f" and not {visible(names[against])}"
            self.set_info(f"{visible(names[wanted])}{other}: {counted(len(rows), 'concept')}",
                          _basis(known))  # fmt: skip
        self._show_examples(known, wanted)

    def _show_examples(self, known: LabelledValues, wanted: int) -> None:
        concept = selected(self.session)
        self.examples.setVisible(concept is not None and concept.is_counted)
        if concept is None or not concept.is_counted:
            self._asked = None
            return
        name = visible(known.classification.classes[wanted])
        self.caption.setText(f"{concept.name_told_apart} in photos of {name}")
        asked = concept.version, wanted
        if asked != self._asked:
            self._asked = asked
            images = frozenset(known.images[known.labels == wanted].tolist())
            self.session.jobs.run(
                partial(_examples, concept.reader.examples, images),
                done=partial(self._take, asked),
                key="examples of a class",
            )

    def _take(self, asked: tuple[Version, int], found: "Sequence[Example]") -> None:
        if asked == self._asked:
            self.grid.show_examples(found)
            self.grid.setVisible(bool(found))
            if not found:
                self.caption.setText(f"{self.caption.text()}: none among its strongest places")

    def _go(self, row: WeightRow) -> None:
        if row.concept is not None:
            self.session.selection.select(concepts=(row.concept,))
        else:
            self.session.explaining.go_to_class(row.index)

    def _neighbour(
        self, concept: "ConceptId | None", by: int, leaving: "Collection[ConceptId]"
    ) -> "ConceptId | None":
        concepts = self.tree.concepts
        place = concepts.index(concept) if concept in concepts else None
        return neighbour(concepts, place, by, leaving)


def concept_rows(
    state: ProjectState, known: LabelledValues, wanted: int, against: int | None = None
) -> list[WeightRow]:
    """Return the concepts with a weight for a class, the most for it first; merged ones as one."""
    catalogue, views = state.catalogue, known.views
    if catalogue is None:
        return []
    lead = views.lead(wanted, against)
    order = views.for_class(wanted, against)
    weights: dict[int, float] = {}
    means: dict[int, float] = {}
    active: dict[int, int] = {}
    for concept in order.tolist():
        row = catalogue.holder(concept)
        weights[row] = weights.get(row, 0.0) + float(lead[concept])
        means[row] = means.get(row, 0.0) + float(views.contributions[wanted, concept])
        active[row] = max(active.get(row, 0), int(views.active[wanted, concept]))
    listed = sorted(weights, key=lambda row: -weights[row])
    if len(listed) > 2 * MOST:
        listed = [*listed[:MOST], *listed[-MOST:]]
    photos = int(views.photos[wanted])
    return [
        _weight_row(weights[row], means[row], active[row], photos, concept=state.id_of(row))
        for row in listed
    ]


def class_rows(known: LabelledValues, concept: int) -> list[WeightRow]:
    """Return the classes with a weight for a concept of the dictionary, the most for it first."""
    views = known.views
    rows = []
    for index in views.classes_for(concept).tolist():
        mean, photos = float(views.contributions[index, concept]), int(views.photos[index])
        weight, active = float(views.weights[index, concept]), int(views.active[index, concept])
        name = known.classification.classes[index]
        rows.append(_weight_row(weight, mean, active, photos, name=name, index=index))
    return rows


def _weight_row(
    weight: float,
    mean: float,
    active: int,
    photos: int,
    *,
    concept: "ConceptId | None" = None,
    name: str = "",
    index: int = -1,
) -> WeightRow:
    has_mean = bool(np.isfinite(mean))
    lines = [f"gives {signed(weight)} at its usual strength"]
    if has_mean:
        lines.append(f"{signed(mean)} in the mean over {counted(photos, 'photo')} of the class")
    lines.append(f"active in {active:,} of them")
    return WeightRow(
        weight,
        mean if has_mean else None,
        f"{active:,} of {photos:,}",
        "\n".join(lines),
        concept,
        name,
        index,
    )


def _machine(state: ProjectState, row: int) -> int | None:
    """Return the dictionary's concept at a row, None where a person made it."""
    return row if state.results is not None and row < state.results.F else None


def _basis(known: LabelledValues) -> str:
    read, of = known.images.size, known.of
    some = f"{read:,} of {counted(of, 'labelled photo')}" if read < of else (
        counted(of, "labelled photo")
    )  # fmt: skip
    return f"The mean of all classifiers, told on {some}"


def _examples(
    read: "Callable[[str, int], Sequence[Example]]", images: frozenset[int]
) -> "list[Example]":
    """Return the strongest examples that are in photos of a class; runs on the pool."""
    found = read("strongest", LOOKED_AT)
    return [one for one in found if one.image_id in images][:SHOWN]
