"""What is selected and not in the photo: said under it, with the way to a photo that has it.

A concept chosen elsewhere brings its strongest photo along; a photo that a person chose stays.
Knows no panel.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from insight_app.gui.curation.present_concept import find
from insight_app.gui.photo.overlay import Layer
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import LinkLabel

if TYPE_CHECKING:
    from insight_app.project.composites.reader import ConceptReader
    from insight_app.project.judgements import ConceptId


class AbsentLine(LinkLabel):
    """Hidden while all that is selected is in the photo."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.setWordWrap(True)
        self.setAccessibleName("What is not in this photo")
        self._absent: tuple[ConceptId, ...] = ()
        self.linkActivated.connect(lambda _link: self._go())
        self.hide()

    def show_layers(self, layers: Sequence[Layer]) -> None:
        """Say which of the concepts fire nowhere in the photo; of one chosen elsewhere go on."""
        absent = tuple(
            layer.concept
            for layer in layers
            if layer.concept is not None and not layer.values.any()
        )
        self._absent = absent
        self.setVisible(bool(absent))
        concept = find(self.session.state, absent[0]) if absent else None
        if concept is None:
            return
        selection, rest = self.session.selection, len(absent) - 1
        name = concept.shown.html
        link = '<a href="strongest">Show its strongest photo</a>'
        if rest:
            text = f"{name} and {rest} more of the selected are not in this photo."
            link = f'<a href="strongest">Show the strongest photo of {name}</a>'
        else:
            text = f"{name} is not in this photo."
        is_anywhere = concept.is_counted and bool(concept.catalogue.images[concept.row])
        self.setText(f"{text} {link}" if is_anywhere else f"{name} is in no photo.")
        chosen_elsewhere = selection.is_photo_older and not selection.is_given
        if chosen_elsewhere and is_anywhere and len(selection.concepts) == 1:
            self._find(is_step=False)

    def _go(self) -> None:
        self._find(is_step=True)

    def _find(self, is_step: bool) -> None:
        """Look for the strongest photo; is_step: it is one more place on the way back."""
        concept = find(self.session.state, self._absent[0]) if self._absent else None
        if concept is not None:
            self.session.jobs.run(
                partial(_strongest_photo, concept.reader),
                done=partial(self._show, concept.id, self.session.selection.image, is_step),
                key="strongest photo",
            )

    def _show(
        self, concept: "ConceptId", left: int | None, is_step: bool, image: int | None
    ) -> None:
        selection = self.session.selection
        if image is None or selection.primary != concept or selection.image != left:
            return
        if is_step:
            selection.select(image=image)
        else:
            selection.bring_photo(image)


def _strongest_photo(reader: "ConceptReader") -> int | None:
    """Read in which photo a concept is strongest; runs on the pool."""
    ids, _values = reader.strongest_images(1)
    return int(ids[0]) if ids.size else None
